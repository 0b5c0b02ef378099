// The pacer: which message of a schedule may leave at a moment, and when a load test must stop. It decides and waits
// for nothing, so that time and network may be simulated.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "measure/load_result.hpp"
#include "measure/schedule.hpp"

namespace wamigrate {

/// Messages leave when they are due, whatever became of earlier ones; but never more at once than there are
/// connections, and never more in any second than the side takes for this number. What is held up by that stays due
/// from its own moment: after a short standstill the backlog leaves at the highest rate that is allowed, and is late.
class Pacer {
 public:
  /// `schedule` must outlive it.
  Pacer(const Schedule& schedule, int connections, int most_a_second)
      : schedule_(schedule), connections_(connections), most_a_second_(most_a_second) {}

  /// The next message that may leave at `now` (from the beginning), which counts as under way from then on.
  std::optional<std::size_t> next(Millis now);
  /// One that was under way has ended.
  void ended() { --under_way_; }
  /// When next() is worth asking again, unless a message ends before; nothing when none can leave before.
  std::optional<Millis> wake(Millis now) const;
  /// The next message should have left long before, and none was under way: the machine slept. What has gathered since
  /// would come over its few recipients all at once.
  bool stood_still(Millis now) const;
  /// No further message leaves.
  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }
  bool done() const { return under_way_ == 0 && !left(); }
  /// How many have left.
  std::size_t begun() const { return next_; }

 private:
  bool left() const { return !stopped_ && next_ < schedule_.messages.size(); }

  const Schedule& schedule_;
  int connections_;
  int most_a_second_;
  std::size_t next_ = 0;
  int under_way_ = 0;
  bool stopped_ = false;
  std::deque<Millis> left_at_;  ///< In the last second.
};

/// A message that is later than that, with nothing under way, ends a test.
inline constexpr Millis standstill{30'000};

/// So many messages in a row that were not taken end a test.
inline constexpr int failures_in_a_row = 10;

/// Ends a test that only does harm: at the first refusal after which none would fare better, or that says that the
/// number is in danger; and at failures_in_a_row of any other kind, throttling among them.
class StopRule {
 public:
  /// Why the test must stop now, for people; nothing while it may go on. `hopeless`: see above.
  std::optional<std::string> after(const SendOutcome& outcome, bool hopeless);

 private:
  int in_a_row_ = 0;
};

}  // namespace wamigrate
