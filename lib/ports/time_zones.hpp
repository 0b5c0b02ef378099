// Time zones by their names: what the machine's zone database says of them. A port, because that is read from disk and
// differs from machine to machine.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/zone.hpp"

namespace wamigrate {

/// Safe to ask from any thread.
class TimeZones {
 public:
  virtual ~TimeZones() = default;
  /// How far the zone's clocks are ahead of UTC in [from, until]; the first entry is as of `from`. `zone` is an IANA
  /// name, in the database's own spelling. Errors don't name the zone: whoever asks knows where it is written.
  virtual Result<ZoneOffsets> offsets(const std::string& zone, Time from, Time until) = 0;
};

/// The zone database of this machine (/usr/share/zoneinfo). What it does not know up to `until` is an error and never
/// a guess: its tables end with 2037, or, on machines that keep it short, decades ago.
std::unique_ptr<TimeZones> make_time_zones();

}  // namespace wamigrate
