// The test message of a number that has arrived: by what it is known, how long it is waited for, and what a person is
// asked where webhooks don't tell. Nothing here ends a number, and nothing takes it back.
#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "run/active.hpp"
#include "run/texts.hpp"

namespace wamigrate {

SentMessages Runner::sent_messages(std::size_t index) const {
  const NumberProgress& number = progress_.numbers[index];
  SentMessages sent;
  for (const TestProgress::Sent& one : number.test.sent) {
    sent.tags.push_back(one.tag);
    sent.ids.push_back(one.id);
  }
  sent.home = number.home;
  if (numbers_[index]->test_message->inbound && !number.test.sent.empty()) sent.since = number.test.sent.front().at;
  return sent;
}

// No number that is off the air waits for a place among those whose webhooks are looked for.
bool Runner::may_inquire() const {
  const auto inquires = [](const std::unique_ptr<Job>& job) { return !job->sent.tags.empty(); };
  const auto under_way =
      std::count_if(jobs_.begin(), jobs_.end(), [&](const auto& one) { return inquires(one.second); }) +
      std::count_if(starting_.begin(), starting_.end(), inquires);
  return under_way < inquiries_at_once;
}

// The same for the same message of the same run, and no other's: two runs of one plan do not begin at the same moment.
std::string Runner::tag_of(std::size_t index, int attempt) const {
  const std::string begun = progress_.started_at ? to_iso(*progress_.started_at) : "";
  const std::string all = fmt::format("{} {} {} {}", plan_.digest, begun, progress_.numbers[index].phone, attempt);
  return "wamigrate-" + sha256_hex(all).substr(0, 32);
}

// Told by when the message left, so that a restart begins no new wait. A lost answer is waited for from the last look.
Time Runner::test_overdue_at(std::size_t index, const StepKind& kind) const {
  const NumberProgress& number = progress_.numbers[index];
  const Active& active = *active_[index];
  const TestMessage& message = *numbers_[index]->test_message;
  if (kind.changes) return active.since + std::max(message.wait, settling(kind, policy_));
  Time from = number.test.sent.empty() ? active.since : number.test.sent.back().at;
  if (number.started_at) from = std::max(from, *number.started_at);
  const bool inbound = kind.effect.gives.has(Fact::inbound_message_seen);
  return from + (inbound ? message.inbound.value_or(message.wait) : message.wait);
}

void Runner::wait_for_word(std::size_t index, const std::string& why, std::string_view again, std::string_view there) {
  const NumberProgress& number = progress_.numbers[index];
  const auto word = [&](std::string_view said) {
    return command("resolve", fmt::format("{} --assume {} --evidence \"what you saw\"", number.phone, said));
  };
  const bool inbound = step_of(number.step()).kind.effect.gives.has(Fact::inbound_message_seen);
  // Several ways on: a line each.
  std::string next = fmt::format("{} {}, and goes on after any of these", resume_command(), again);
  // Of one that never left nobody can say that it arrived.
  if (!number.test.sent.empty()) next += "\nif it arrived: " + word("done");
  next += "\nto go on without it: " + word("not-done");
  if (!number.test.sent.empty()) {
    next += fmt::format("\n{}: {}", inbound ? "to wait for it once more" : "for another message",
                        command("retry", number.phone));
  }
  wait_for(index, "person", sentence(why) + " " + std::string(there), std::nullopt, next);
}

}  // namespace wamigrate
