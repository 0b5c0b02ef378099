// The loop: waves, messages from people, the order in which things become durable, and the end of a run.
#include "run/runner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "plan/waves.hpp"
#include "run/active.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

constexpr Millis hearing_interval = 500ms;

bool waits_for_people(const NumberProgress& number) {
  return number.state == NumberState::waiting && number.waits_for != "time";
}

/// A request with its PIN has had its effect.
bool has_proven_pin(const NumberProgress& number) {
  if (number.state == NumberState::migrated) return number.registers_used() > 0;
  for (std::size_t i = 0; i < std::min(number.next, number.road.size()); ++i) {
    if (step_of(number.road[i]).kind.uses_pin && number.attempts.contains(number.road[i])) return true;
  }
  return number.vouched.has(Fact::pin_known) && number.registers_used() > 0;
}

bool is_failure(const NumberProgress& number) {
  return number.state == NumberState::failed || number.state == NumberState::stranded ||
         number.state == NumberState::rolled_back;
}

}  // namespace

Runner::Runner(const Plan& plan, Progress progress, RunDoors doors, RunSettings settings)
    : plan_(plan),
      progress_(std::move(progress)),
      doors_(doors),
      settings_(std::move(settings)),
      policy_(plan.fleet.policy),
      direction_(plan.direction) {
  std::map<std::string, const Number*> by_phone;
  for (const Number& number : plan.fleet.numbers) by_phone[number.phone.e164] = &number;
  std::map<std::string, int> pin_users;
  for (const NumberProgress& number : progress_.numbers) {
    numbers_.push_back(by_phone.at(number.phone));
    ++pin_users[numbers_.back()->pin.text()];
  }
  for (const auto& [ref, users] : pin_users) {
    if (users > 1 && !ref.empty()) pin_refs_[ref] = false;
  }
  active_.resize(numbers_.size());
  for (const WaveSpan& span : wave_spans(policy_, numbers_.size())) wave_sizes_.push_back(span.size);
}

Runner::~Runner() = default;

Entry Runner::entry_of(std::size_t number, std::string_view what) const {
  Entry entry;
  entry.event = what;
  entry.phone = progress_.numbers[number].phone;
  return entry;
}

void Runner::write(Entry entry) {
  entry.time = doors_.clock.now();
  if (auto folded = fold(progress_, entry); !folded) {
    if (!trouble_) trouble_ = folded.error();
    return;  // a journal that can't be read back would be the end of the run
  }
  unwritten_.push_back(std::move(entry));
}

// Refused PINs and blobs first, then what speaks of them, then the rations spent; only then may anything leave.
Result<void> Runner::flush() {
  if (trouble_) return tl::make_unexpected(*trouble_);
  // A refused PIN before the journal: killed between the two, or with no room for the journal any more, this run still
  // finds the mark, and so does any other.
  for (const auto& [phone, mark] : refused_pins_) {
    if (auto kept = doors_.ledger.add_refused(phone, mark); !kept) return kept;
  }
  refused_pins_.clear();
  for (const auto& [phone, mark, doubted] : doubted_pins_) {
    auto kept = doubted ? doors_.ledger.add_refused(phone, mark) : doors_.ledger.drop_refused(phone, mark);
    if (!kept) return kept;
  }
  doubted_pins_.clear();
  for (const auto& [purpose, sealed] : blobs_) {
    if (auto kept = doors_.store.put_blob(purpose, sealed); !kept) return kept;
  }
  blobs_.clear();
  if (!unwritten_.empty()) {
    std::vector<std::string> lines;
    lines.reserve(unwritten_.size());
    for (const Entry& entry : unwritten_) lines.push_back(to_line(entry));
    if (auto kept = doors_.store.append(lines); !kept) return kept;
    if (settings_.on_entry) {
      for (const Entry& entry : unwritten_) settings_.on_entry(entry);
    }
    unwritten_.clear();
  }
  for (const auto& [phone, ration] : spent_) {
    if (auto kept = doors_.ledger.add_attempt(phone, ration, doors_.clock.now()); !kept) return kept;
  }
  spent_.clear();
  for (std::unique_ptr<Job>& job : starting_) {
    Job* raw = job.get();
    const Workers::Ticket ticket = ++last_ticket_;
    jobs_[ticket] = std::move(job);
    doors_.workers.start(ticket, [this, raw] {
      const Number& number = *numbers_[raw->number];
      raw->began = doors_.clock.now();
      if (raw->is_feed) {
        raw->feed = doors_.site.status_feed();
      } else if (raw->step == nullptr) {
        raw->seen = doors_.site.observe(number, raw->readings);
      } else {
        raw->outcome = doors_.site.perform(*raw->step, number, raw->supplies);
      }
    });
  }
  starting_.clear();
  return {};
}

// Its own stores have failed it. Requests in flight can't be called back: their ends are awaited and, where there is
// room again by then, written down. Nothing new leaves.
void Runner::let_go() {
  stop();
  stop();
  starting_.clear();
  spent_.clear();
  while (!jobs_.empty()) {
    for (const Workers::Ticket ticket : doors_.workers.wait(never)) {
      if (auto job = jobs_.extract(ticket); !job.empty()) complete(*job.mapped());
    }
  }
  starting_.clear();
  trouble_.reset();
  (void)flush();
}

// Messages people posted from other processes: codes, decisions, retries.
Result<void> Runner::hear() {
  auto messages = doors_.store.messages(last_message_);
  if (!messages) return tl::make_unexpected(messages.error());
  for (RunStore::Message& message : *messages) {
    last_message_ = std::max(last_message_, message.number);
    if (progress_.heard.contains(message.number)) continue;
    const auto json = parse_json(message.text);
    const std::string type = json ? text_at(*json, "type") : "";
    const std::string phone = json ? text_at(*json, "phone") : "";
    const NumberProgress* number = progress_.find(phone);
    if (number == nullptr) continue;
    const auto index = static_cast<std::size_t>(number - progress_.numbers.data());
    if (type == "code") {
      codes_[phone] = message;
    } else {
      Entry entry = entry_of(index, event::heard);
      // A number that moves by itself is not to be talked into anything.
      const bool asks = number->state == NumberState::waiting || (type == "retry" && is_final(number->state));
      const std::string said = !asks ? "ignored" : type == "resolve" ? text_at(*json, "assume") : "retry";
      entry.message = !asks               ? "a person's word is not needed here, and changes nothing"
                      : type == "resolve" ? "a person says: " + said + " (" + text_at(*json, "evidence") + ")"
                                          : "a person asks to try again";
      entry.more = {{"message", message.number}, {"said", said}, {"pin", text_at(*json, "pin")}};
      if (said == "not-done") doubt_pin(index, false);
      write(std::move(entry));
    }
    if (active_[index] && !active_[index]->in_flight) active_[index]->due = active_[index]->since = doors_.clock.now();
  }
  return {};
}

void Runner::start_numbers() {
  if (!progress_.held.empty() || stops_ > 0) return;
  // The wave under way: the first that has a number without an end.
  std::size_t first = 0;
  for (std::size_t wave = 0; wave < wave_sizes_.size(); ++wave) {
    const std::size_t last = first + wave_sizes_[wave];
    int failures = 0;
    bool ended = true;
    for (std::size_t i = first; i < last; ++i) {
      failures += is_failure(progress_.numbers[i]) ? 1 : 0;
      ended = ended && is_final(progress_.numbers[i].state);
    }
    const int total_failures = static_cast<int>(
        std::count_if(progress_.numbers.begin(), progress_.numbers.end(), [](const auto& n) { return is_failure(n); }));
    const int wave_limit = policy_.max_failures.of(static_cast<int>(wave_sizes_[wave]));
    const int run_limit = policy_.max_failures_run.of(static_cast<int>(numbers_.size()));
    const bool wave_full = failures > 0 && failures >= wave_limit;
    const bool run_full = total_failures > 0 && total_failures >= run_limit;
    if (wave_full || run_full) {
      Entry entry;
      entry.event = event::held;
      entry.message = wave_full ? fmt::format("{} of the {} failures that wave {} allows: no new number starts",
                                              failures, wave_limit, wave + 1)
                                : fmt::format("{} of the {} failures that the run allows: no new number starts",
                                              total_failures, run_limit);
      write(std::move(entry));
      return;
    }
    if (!ended) {
      if (progress_.wave < static_cast<int>(wave) + 1) {
        if (!has_heard_feed(wave)) return;
        Entry entry;
        entry.event = event::wave;
        entry.message = fmt::format("wave {} of {}: {} number{}", wave + 1, wave_sizes_.size(), wave_sizes_[wave],
                                    wave_sizes_[wave] == 1 ? "" : "s");
        entry.more = {{"wave", wave + 1}, {"size", wave_sizes_[wave]}};
        write(std::move(entry));
      }
      int busy = 0;
      for (std::size_t i = 0; i < numbers_.size(); ++i) {
        if (active_[i] && !is_final(progress_.numbers[i].state) && !waits_for_people(progress_.numbers[i])) ++busy;
      }
      for (std::size_t i = first; i < last && busy < settings_.concurrency; ++i) {
        if (active_[i] || is_final(progress_.numbers[i].state) || !may_start(i)) continue;
        active_[i] = std::make_unique<Active>();
        active_[i]->since = active_[i]->due = doors_.clock.now();
        ++busy;
      }
      return;
    }
    if (!has_soaked(wave, first, last)) return;
    first = last;
  }
}

// After a wave its numbers are watched for a while, then their checkpoints are asked again before the next begins.
bool Runner::has_soaked(std::size_t wave, std::size_t first, std::size_t last) {
  if (policy_.soak == Millis(0) || progress_.wave > static_cast<int>(wave) + 1 || soaked_.contains(wave)) return true;
  const Time now = doors_.clock.now();
  if (!soak_until_) {
    soak_until_ = now + policy_.soak;
    Entry entry;
    entry.event = event::wave;
    entry.message = fmt::format("wave {} is watched until {} (soak), then asked again", wave + 1, to_iso(*soak_until_));
    entry.more = {{"wave", wave + 1}, {"size", wave_sizes_[wave]}};
    write(std::move(entry));
  }
  if (now < *soak_until_) return false;
  bool all = true;
  for (std::size_t i = first; i < last; ++i) {
    if (progress_.numbers[i].state != NumberState::migrated) continue;
    if (!active_[i]) active_[i] = std::make_unique<Active>();
    Active& active = *active_[i];
    if (active.rechecked) continue;
    all = false;
    if (active.in_flight || active.due > now) continue;
    if (active.since < *soak_until_) active.since = now;
    observe(i, home_readings | Readings{Reading::graph_health});
  }
  if (!all) return false;
  soaked_.insert(wave);
  soak_until_.reset();
  return true;
}

void Runner::advance_due() {
  const Time now = doors_.clock.now();
  // Numbers between commit point and verification go before everything else.
  for (const bool committed : {true, false}) {
    if (!committed && stops_ > 0) break;
    if (committed && stops_ > 1) break;
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      if (!active_[i] || active_[i]->in_flight || is_final(progress_.numbers[i].state)) continue;
      if (is_committed(progress_.numbers[i]) != committed || active_[i]->due > now) continue;
      advance(i);
    }
  }
}

Time Runner::next_due() const {
  Time next = doors_.clock.now() + hearing_interval;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    // What is not to go on is not waited for either: its time may have passed long ago.
    if (active_[i] && !active_[i]->in_flight && !is_final(progress_.numbers[i].state) && may_go_on(i)) {
      next = std::min(next, active_[i]->due);
    }
  }
  return soak_until_ && *soak_until_ > doors_.clock.now() ? std::min(next, *soak_until_) : next;
}

bool Runner::has_ended() const {
  if (!jobs_.empty() || !starting_.empty()) return false;
  if (!progress_.paused.empty()) return true;
  if (soak_until_ && progress_.held.empty()) return stops_ > 0;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const NumberProgress& number = progress_.numbers[i];
    if (is_final(number.state) || (waits_for_people(number) && active_[i] && active_[i]->due == never)) continue;
    if (number.state == NumberState::pending && !active_[i]) {
      // Not begun: it counts as ended when nothing more begins, or when it waits for one that waits itself.
      if (!progress_.held.empty() || stops_ > 0) continue;
      const bool others_move = std::any_of(active_.begin(), active_.end(), [this](const auto& active) {
        if (!active) return false;
        const auto& other = progress_.numbers[static_cast<std::size_t>(&active - active_.data())];
        return !is_final(other.state) && active->due != never;
      });
      if (!others_move) continue;
      return false;
    }
    if (stops_ > 1 || (stops_ > 0 && !is_committed(number))) continue;
    return false;
  }
  return true;
}

void Runner::pause(std::string what, std::string message) {
  if (!progress_.paused.empty()) return;
  Entry entry;
  entry.event = event::paused;
  entry.message = std::move(message);
  entry.more = {{"for", std::move(what)}};
  write(std::move(entry));
}

void Runner::finish_run() {
  if (!progress_.paused.empty()) return;
  if (stops_ > 0) {
    pause("signal", "stopped as asked; the same command goes on where it left off");
    return;
  }
  std::string waits;
  for (const NumberProgress& number : progress_.numbers) {
    if (waits_for_people(number)) waits = number.waits_for;
  }
  if (!waits.empty()) {
    pause(waits, "nothing moves until a person has answered; see the numbers that wait");
    return;
  }
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    if (is_final(progress_.numbers[i].state)) continue;
    const auto ref = pin_refs_.find(numbers_[i]->pin.text());
    const bool unproven = ref != pin_refs_.end() && !ref->second;
    const NumberProgress& number = progress_.numbers[i];
    const bool served = number.home == Home::onprem || number.home == Home::cloud;
    // One that a person has asked for again had been touched.
    const NumberState state = !number.retried ? NumberState::untouched
                              : served        ? NumberState::failed
                                              : NumberState::stranded;
    end(i, state,
        !progress_.held.empty() ? progress_.held
        : unproven ? "the PIN reference " + ref->first + " was not proven on the number that tried it first"
                   : "the run ended before it");
  }
  Entry entry;
  entry.event = event::done;
  entry.message = "every number has ended";
  write(std::move(entry));
}

Result<void> Runner::loop() {
  while (true) {
    if (auto heard = hear(); !heard) return heard;
    if (progress_.paused.empty()) {
      start_numbers();
      advance_due();
    }
    if (auto flushed = flush(); !flushed) return flushed;
    if (settings_.on_tick) settings_.on_tick(progress_, doors_.clock.now());
    if (has_ended()) {
      finish_run();
      return flush();
    }
    for (const Workers::Ticket ticket : doors_.workers.wait(next_due())) {
      auto job = jobs_.extract(ticket);
      ensure(!job.empty(), "a finished job was started here");
      complete(*job.mapped());
    }
  }
}

Result<void> Runner::run() {
  if (progress_.done) {
    // Only a person's word reopens a run that has ended.
    if (auto heard = hear(); !heard) return heard;
    if (progress_.done) return {};
  }
  if (!progress_.started_at) {
    Entry entry;
    entry.event = event::created;
    entry.message =
        fmt::format("{} number{} to {}", numbers_.size(), numbers_.size() == 1 ? "" : "s", name(direction_));
    entry.more = {{"plan", progress_.plan_digest}, {"to", name(direction_)}, {"numbers", numbers_.size()}};
    write(std::move(entry));
  }
  Entry entry;
  entry.event = event::session;
  entry.message = "taken up by " + settings_.holder;
  if (!settings_.clock.boot.empty()) {
    entry.more = {{"boot", settings_.clock.boot}, {"booted", settings_.clock.booted.time_since_epoch().count()}};
  }
  write(std::move(entry));

  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const NumberProgress& number = progress_.numbers[i];
    const auto ref = pin_refs_.find(numbers_[i]->pin.text());
    if (ref != pin_refs_.end() && has_proven_pin(number)) ref->second = true;
    if (is_final(number.state) || !number.started) continue;
    pin_prover_.emplace(numbers_[i]->pin.text(), i);
    active_[i] = std::make_unique<Active>();
    active_[i]->since = doors_.clock.now();
    active_[i]->due = number.waits_for == "time" && number.until ? *number.until : active_[i]->since;
  }
  const auto result = loop();
  if (!result) let_go();
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    if (active_[i] && active_[i]->leased && !may_still_land(i)) {
      (void)doors_.ledger.release(progress_.numbers[i].phone, settings_.holder);
    }
  }
  return result;
}

}  // namespace wamigrate
