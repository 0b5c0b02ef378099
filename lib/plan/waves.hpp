// Waves: which numbers begin together, how long they are expected to be off the air, and how long a whole run is
// expected to take. Reviews show it; preflight holds the token's expiry against it.
#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace wamigrate {

/// A wave as the policy cuts it: numbers that begin together.
struct WaveSpan {
  std::size_t first = 0;  ///< Index into the plan's numbers.
  std::size_t size = 0;
};
/// The policy's waves over so many numbers; the last amount repeats until all are covered. Runs and reviews cut alike.
std::vector<WaveSpan> wave_spans(const Policy& policy, std::size_t total);

struct Wave {
  std::size_t first = 0;  ///< Index into plan.numbers.
  std::size_t size = 0;
  Millis longest_downtime{0};  ///< Expected, of one number.
  Millis all_downtime{0};      ///< Expected, of all its numbers together.
  Millis expected{0};          ///< Whole length at the policy's concurrency, if nothing waits.
};

/// The policy's waves over the plan's numbers, in inventory order.
std::vector<Wave> waves_of(const Plan& plan);

/// How long a number is expected to take from each of these facts; 0 where no road leads on.
std::vector<Millis> road_lengths(Catalogue catalogue, Direction direction, const std::vector<Facts>& from);

/// How long a run over numbers with roads of these lengths takes (those of 0 don't count): wave after wave at the
/// policy's concurrency, with the soak after each, or what Graph's budget allows if that is longer. It is the least to
/// be expected: queues that drain, people who are asked and retries come on top of it. `of_one_waba`: so many of the
/// numbers share a WABA, at most.
Millis expected_length(const Policy& policy, std::vector<Millis> roads, std::size_t of_one_waba);
/// The same for numbers that start from these facts.
Millis expected_length(Catalogue catalogue, const Policy& policy, Direction direction, const std::vector<Facts>& from,
                       std::size_t of_one_waba);

/// What a number usually asks of Graph on its way (measured: 19 to 26 calls).
inline constexpr int usual_graph_calls = 25;
/// What a run may spend on one WABA: a quarter of what an hour allows at once, the rest evenly over that hour, and
/// never more than an hour's within any hour, whenever it begins.
struct CallBudget {
  double an_hour = 0;
  double at_once = 0;
};
CallBudget call_budget(const Policy& policy);
/// The hour that is meant: a little longer, for a number's calls are set aside when it begins, and leave later.
inline constexpr Millis budgeted_hour = std::chrono::minutes(63);
/// Of that hour, how much these calls take if nothing was spent before.
Millis time_for(const CallBudget& budget, double calls);
/// How long the budget makes a run with so many numbers of one WABA last at least.
Millis budgeted_length(const Policy& policy, std::size_t of_one_waba);
/// The numbers of the WABA that has the most of them.
std::size_t most_of_one_waba(const Fleet& fleet, const std::vector<std::size_t>& numbers);

/// What holds of an ordinary number that `direction` takes away from its old home: for an estimate before anybody has
/// looked.
Facts ordinary_start(Direction direction);

}  // namespace wamigrate
