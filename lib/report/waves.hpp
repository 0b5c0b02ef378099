// Waves as a reviewer sees them: which numbers begin together, and how long they are expected to be off the air.
#pragma once

#include <vector>

#include "plan/plan.hpp"

namespace wamigrate::report {

struct Wave {
  std::size_t first = 0;  ///< Index into plan.numbers.
  std::size_t size = 0;
  Millis longest_downtime{0};  ///< Expected, of one number.
  Millis all_downtime{0};      ///< Expected, of all its numbers together.
  Millis expected{0};          ///< Whole length at the policy's concurrency, if nothing waits.
};

/// The policy's waves over the plan's numbers, in inventory order; the last amount repeats until all are covered.
std::vector<Wave> waves_of(const Plan& plan);

}  // namespace wamigrate::report
