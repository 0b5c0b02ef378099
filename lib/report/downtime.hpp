// Downtime: what was measured, as figures. From the request that takes a number's home to the first observation that
// somebody serves it: the truth is that or less, so every figure is an "at most".
#pragma once

#include <vector>

#include "run/progress.hpp"

namespace wamigrate::report {

struct Downtimes {
  std::size_t count = 0;  ///< Migrated numbers that were measured.
  Millis longest{0};
  Millis median{0};  ///< p50, by nearest rank: a value that was measured.
  Millis p95{0};     ///< By nearest rank.
};

/// Of sorted or unsorted measurements; all zero where there are none.
Downtimes downtimes_of(std::vector<Millis> measured);

/// Of the run's migrated numbers, but those that were at home already.
Downtimes downtimes_of(const Progress& progress);

/// Whether a spell off the air was seen from its beginning to its end.
bool is_measured(const NumberProgress& number);

}  // namespace wamigrate::report
