// Maintenance windows as an inventory declares them: hours of the week in which numbers may be moved. When they are
// open is calculated elsewhere (plan/openings.hpp): it takes a table of the zone.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wamigrate {

/// The zone that is meant where none is written. It needs no table.
inline constexpr std::string_view utc = "UTC";

struct Window {
  std::uint8_t weekdays = 0;      ///< Those it begins on: bit 0 is Sunday, as in std::chrono::weekday::c_encoding().
  std::chrono::minutes begin{0};  ///< Of local time, since midnight of such a day: less than 24 hours.
  std::chrono::minutes end{0};    ///< The same, not included: after `begin`, by 24 hours at most.
  std::string zone{utc};          ///< An IANA name.

  bool begins_on(std::chrono::weekday day) const { return (weekdays >> day.c_encoding() & 1) != 0; }
  /// As an inventory writes it, with the zone: "Mon-Fri,Sun 22:00-04:00 Europe/Berlin".
  std::string text() const;
  bool operator==(const Window&) const = default;
};

/// Reads `[weekdays] HH:MM-HH:MM [zone]` (docs/formats.md). Whether there is such a zone is not asked. Errors repeat
/// nothing of the text.
Result<Window> parse_window(std::string_view text);

}  // namespace wamigrate
