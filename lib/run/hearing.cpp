// What people say to a run from other processes: codes, decisions and retries about one number; pause, resume, approve,
// throttle and abort about all of it. Each word heard is an entry of the journal, and dealt with once.
#include <fmt/format.h>

#include <algorithm>

#include "run/active.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

// The inbox is no news channel: looking into it at every turn would cost more than all the rest.
constexpr Millis between_looks = 100ms;
constexpr long long starts_per_hour_at_most = 60'000'000;

}  // namespace

Result<void> Runner::hear() {
  const Time now = doors_.clock.now();
  if (heard_at_ && now - *heard_at_ < between_looks) return {};
  heard_at_ = now;
  auto messages = doors_.store.messages(last_message_);
  if (!messages) return tl::make_unexpected(messages.error());
  for (RunStore::Message& message : *messages) {
    last_message_ = std::max(last_message_, message.number);
    unheard_.push_back(std::move(message));
  }
  std::erase_if(unheard_, [this](const RunStore::Message& message) { return deal_with(message); });
  return {};
}

// False: it is another worker's to deal with, unless that one dies before.
bool Runner::deal_with(const RunStore::Message& message) {
  if (progress_.heard.contains(message.number)) return true;
  const auto json = parse_json(message.text);
  if (!json) return true;
  const std::string phone = text_at(*json, "phone");
  const NumberProgress* number = progress_.find(phone);
  if (number == nullptr) {
    if (!phone.empty()) return true;
    if (!leads()) return false;
    hear_about_run(message, *json);
    return true;
  }
  const auto index = static_cast<std::size_t>(number - progress_.numbers.data());
  const bool ours = !shared() || is_ours(index) || (leads() && !elsewhere_.contains(index));
  if (!ours && text_at(*json, "type") != "code") return false;
  hear_about(index, message, *json);
  return true;
}

void Runner::hear_about(std::size_t index, const RunStore::Message& message, const Json& json) {
  const NumberProgress& number = progress_.numbers[index];
  const std::string type = text_at(json, "type");
  if (type == "code") {
    codes_[number.phone] = message;
  } else {
    Entry entry = entry_of(index, event::heard);
    // A number that moves by itself is not to be talked into anything.
    // But a PIN that is named before the last one has been taken up is the one that is meant.
    const bool corrects = type == "retry" && number.retried && !number.started && !text_at(json, "pin").empty();
    const bool reopens = type == "retry" && is_final(number.state) && (progress_.done || !progress_.aborted);
    const bool asks = number.state == NumberState::waiting || reopens || corrects;
    const std::string said = !asks ? "ignored" : type == "resolve" ? text_at(json, "assume") : "retry";
    entry.message = !asks               ? "a person's word is not needed here, and changes nothing"
                    : type == "resolve" ? "a person says: " + said + " (" + text_at(json, "evidence") + ")"
                                        : "a person asks to try again";
    entry.more = {{"message", message.number}, {"said", said}, {"pin", text_at(json, "pin")}};
    if (said == "not-done") doubt_pin(index, false);
    write(std::move(entry));
  }
  Active* active = active_[index].get();
  if (shared() && !is_ours(index)) return refresh(index);
  if (active == nullptr) {
    if (!is_final(number.state)) line_up(index);
  } else {
    if (active->rechecking && !is_final(number.state)) end_recheck(*active);
    // People take their time: what was seen before they spoke is looked at again.
    active->seen_at_home = false;
    active->seen.reset();
    if (!active->in_flight) active->due = active->since = doors_.clock.now();
  }
  place(index);
}

void Runner::hear_about_run(const RunStore::Message& message, const Json& json) {
  const std::string type = text_at(json, "type");
  const long long wave = number_at(json, "wave").value_or(0);
  const long long rate = number_at(json, "starts_per_hour").value_or(-1);
  std::string said = "ignored";
  std::string told = "a person's \"" + type + "\" changes nothing";
  if (progress_.done || progress_.aborted) {
    // What has ended, or will, is not to be talked into anything.
  } else if (type == "pause" && !progress_.on_hold) {
    told = "a person asks to pause: nothing begins, and nothing passes its commit point";
    said = type;
  } else if (type == "resume" && (progress_.on_hold || wave_hook_ == WaveHook::refused)) {
    told = "a person asks to go on";
    said = type;
  } else if (type == "approve" && wave == progress_.wave + 1 && progress_.approved_wave < wave) {
    told = fmt::format("a person approves wave {}", wave);
    said = type;
  } else if (type == "throttle" && rate >= 0 && rate <= starts_per_hour_at_most) {
    told = rate == 0 ? "a person lets numbers begin as fast as they can"
                     : fmt::format("a person lets {} number{} an hour begin", rate, rate == 1 ? "" : "s");
    said = type;
  } else if (type == "abort") {
    told = "aborted by a person: no new number starts, and those that have not passed their commit point stop";
    said = type;
  }
  Entry entry;
  entry.event = event::heard;
  entry.message = told;
  entry.more = {{"message", message.number}, {"said", said}};
  if (said == "approve") entry.more["wave"] = wave;
  if (said == "throttle") entry.more["starts_per_hour"] = rate;
  write(std::move(entry));
  if (said == "resume") {
    forgive_the_wait();
    if (wave_hook_ == WaveHook::refused) wave_hook_ = WaveHook::unasked;
  }
  if (said == "abort") call_off();
}

// Nobody's patience ran while the run was on hold.
void Runner::forgive_the_wait() {
  for (std::size_t i = 0; i < active_.size(); ++i) {
    if (active_[i]) active_[i]->since = doors_.clock.now();
  }
}

void Runner::call_off() {
  for (std::size_t i = 0; i < active_.size(); ++i) {
    if (!active_[i] || active_[i]->in_flight || !is_called_off(i)) continue;
    active_[i]->due = active_[i]->since = doors_.clock.now();
    place(i);
  }
}

// An abort ends what has not passed its commit point; the rest is brought to its verification.
bool Runner::is_called_off(std::size_t index) const {
  const NumberProgress& number = progress_.numbers[index];
  return progress_.aborted && !is_final(number.state) && !number.stopping && !number.to_old_home &&
         !is_committed(number);
}

}  // namespace wamigrate
