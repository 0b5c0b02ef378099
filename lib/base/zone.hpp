// What the clocks of a time zone show, as a table. Whoever calculates with local times is given one; only a port knows
// zones by their names (ports/time_zones.hpp), since what they mean is read from this machine's disk.
#pragma once

#include <vector>

#include "base/time.hpp"

namespace wamigrate {

/// From this moment on, until the next entry of its table, local time is UTC and `ahead`.
struct OffsetChange {
  Time from{};
  Millis ahead{0};  ///< Negative west of Greenwich.
};

/// By time; never empty. Only what the table was asked to cover can be told from it.
using ZoneOffsets = std::vector<OffsetChange>;

}  // namespace wamigrate
