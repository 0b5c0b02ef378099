#include "measure/pacer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wamigrate {

namespace {

constexpr Millis one_second{1000};

std::string described(const SendOutcome& outcome) {
  return outcome.code.empty() ? outcome.title : fmt::format("{} ({})", outcome.code, outcome.title);
}

}  // namespace

std::optional<std::size_t> Pacer::next(Millis now) {
  if (!left() || under_way_ >= connections_ || schedule_.messages[next_].after > now) return std::nullopt;
  while (!left_at_.empty() && left_at_.front() <= now - one_second) left_at_.pop_front();
  if (static_cast<int>(left_at_.size()) >= most_a_second_) return std::nullopt;
  left_at_.push_back(now);
  ++under_way_;
  return next_++;
}

std::optional<Millis> Pacer::wake(Millis now) const {
  if (!left() || under_way_ >= connections_) return std::nullopt;
  Millis when = schedule_.messages[next_].after;
  const bool full = static_cast<int>(left_at_.size()) >= most_a_second_;
  if (full) when = std::max(when, left_at_.front() + one_second);
  return std::max(when, now);
}

bool Pacer::stood_still(Millis now) const {
  return left() && under_way_ == 0 && now - schedule_.messages[next_].after > standstill;
}

std::optional<std::string> StopRule::after(const SendOutcome& outcome, bool hopeless) {
  if (outcome.fate == SendFate::accepted) {
    in_a_row_ = 0;
    return std::nullopt;
  }
  if (hopeless) return "stopped at " + described(outcome);
  if (++in_a_row_ < failures_in_a_row) return std::nullopt;
  return fmt::format("stopped: {} messages in a row were not taken, the last for {}", failures_in_a_row,
                     described(outcome));
}

}  // namespace wamigrate
