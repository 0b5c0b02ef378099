// Within a step the number of messages due by t is from·t + (to−from)·t²/2T; the n-th is due when that reaches n.
#include "measure/schedule.hpp"

#include <algorithm>
#include <cmath>

namespace wamigrate {

namespace {

/// Messages by the end of the step, from its beginning.
double total_of(const RampStep& step) {
  const double seconds = static_cast<double>(step.length.count()) / 1000.0;
  return static_cast<double>(step.from + step.to) / 2000.0 * seconds;
}

/// When so many messages of the step are due.
Millis when(const RampStep& step, double count) {
  const double seconds = static_cast<double>(step.length.count()) / 1000.0;
  const double from = static_cast<double>(step.from) / 1000.0;
  const double slope = (static_cast<double>(step.to) / 1000.0 - from) / seconds;
  // The solution of slope/2·t² + from·t = count that also holds for a slope of nothing.
  const double root = std::sqrt(std::max(0.0, from * from + 2.0 * slope * count));
  const double at = count <= 0 ? 0 : 2.0 * count / (from + root);
  return Millis(static_cast<std::int64_t>(std::llround(std::clamp(at, 0.0, seconds) * 1000.0)));
}

/// Kinds of messages in turns, each as often as its weight says and as evenly as it can be.
class Turns {
 public:
  explicit Turns(const std::vector<MixMessage>& messages) : messages_(messages), credit_(messages.size()) {}

  std::size_t next() {
    long long all = 0;
    for (std::size_t i = 0; i < messages_.size(); ++i) {
      credit_[i] += messages_[i].weight;
      all += messages_[i].weight;
    }
    const auto richest = std::max_element(credit_.begin(), credit_.end());
    *richest -= all;
    return static_cast<std::size_t>(richest - credit_.begin());
  }

 private:
  const std::vector<MixMessage>& messages_;
  std::vector<long long> credit_;
};

}  // namespace

Schedule schedule_of(const MessageMix& mix, std::size_t cap) {
  Schedule schedule;
  if (mix.messages.empty() || mix.recipients.empty()) return schedule;
  Turns turns(mix.messages);
  double before = 0;  // messages of earlier steps
  constexpr double rounding = 1e-9;
  for (const RampStep& step : mix.ramp) {
    const double until = before + total_of(step);
    for (std::size_t n = schedule.messages.size(); n < cap && static_cast<double>(n) < until - rounding; ++n) {
      const Millis after = schedule.length + when(step, static_cast<double>(n) - before);
      schedule.messages.push_back({after, n % mix.recipients.size(), turns.next()});
    }
    schedule.length += step.length;
    before = until;
  }
  schedule.whole = static_cast<std::size_t>(std::ceil(before - rounding));
  return schedule;
}

std::optional<std::size_t> beyond_pair_limit(const Schedule& schedule, std::size_t recipients) {
  std::vector<Millis> paid(recipients);
  for (std::size_t i = 0; i < schedule.messages.size(); ++i) {
    const DueMessage& due = schedule.messages[i];
    Millis& until = paid[due.recipient];
    if (until - due.after >= pair_burst * pair_pause) return i;
    until = std::max(until, due.after) + pair_pause;
  }
  return std::nullopt;
}

}  // namespace wamigrate
