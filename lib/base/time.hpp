// Time as this program writes it: milliseconds since 1970 UTC, ISO 8601 in documents, "5m" in policies.
// Nothing here asks what time it is; that is a port (ports/clock.hpp).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace wamigrate {

using Millis = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Millis>;

/// The last moment that can be written: the end of the year 9999.
inline constexpr Time latest = std::chrono::sys_days(std::chrono::year_month_day(
                                   std::chrono::year(10000), std::chrono::January, std::chrono::day(1))) -
                               Millis(1);

/// `2025-10-23T00:00:00.000Z`; the nearest of the years 0 to 9999 for what lies outside of them.
std::string to_iso(Time time);
/// Accepts a date (`2025-10-23`), or date and time with `T` or a blank, fractional seconds, and `Z`, `+0000` or
/// `+00:00`; without an offset UTC is meant. Nothing outside of the years 0 to 9999.
std::optional<Time> parse_iso(std::string_view text);
/// `Sun, 06 Nov 1994 08:49:37 GMT`: what HTTP's `Date` says (RFC 9110, 5.6.7), in whole seconds. Nothing for any other
/// form, the two obsolete ones included.
std::optional<Time> parse_http_date(std::string_view text);
/// In that form; what is finer than a second is cut off.
std::string to_http_date(Time time);

/// `500ms`, `60s`, `5m`, `72h`: a whole number of one unit. `0s` is fine, negatives are not.
std::optional<Millis> parse_duration(std::string_view text);
/// The shortest form that parse_duration reads back as the same length: `90s`, `5m`.
std::string to_text(Millis duration);
/// For people: `1.2 s`, `14 s`, `3 min 20 s`, `71 h 58 min`.
std::string for_people(Millis duration);

}  // namespace wamigrate
