// The zone database through Howard Hinnant's library, which reads the tables of the machine's files and not the rule
// that each file ends with, for the time after its table. So that rule is looked for here: where it would be needed,
// nothing is said rather than an hour too much or too little.
#include "ports/time_zones.hpp"

#include <date/tz.h>

#include "ports/files.hpp"

namespace wamigrate {

namespace {

constexpr std::string_view database = "/usr/share/zoneinfo/";

/// Whether clocks go on being changed after the file's table: its last line is then a rule with dates behind commas,
/// as in `CET-1CEST,M3.5.0,M10.5.0/3` (tzfile(5)).
Result<bool> changes_for_ever(const std::string& zone) {
  const auto file = read_file(std::string(database) + zone);
  if (!file) return tl::make_unexpected(file.error());
  std::string_view text = *file;
  if (!text.ends_with('\n')) return false;  // of the first version: it has no rule
  text.remove_suffix(1);
  return text.substr(text.rfind('\n') + 1).find(',') != std::string_view::npos;
}

class SystemTimeZones : public TimeZones {
 public:
  Result<ZoneOffsets> offsets(const std::string& zone, Time from, Time until) override {
    try {
      return read(zone, from, until);
    } catch (const std::exception&) {
      // The library says the same of every name when there is no database.
      return fail("this machine's time zone database does not know the zone",
                  "write an IANA name as in Europe/Berlin, in its exact spelling, or leave it out for UTC; if the name "
                  "is right, install or update the package tzdata");
    }
  }

 private:
  static Result<ZoneOffsets> read(const std::string& zone, Time from, Time until) {
    using std::chrono::seconds;
    const date::time_zone* found = date::locate_zone(zone);
    ZoneOffsets offsets;
    for (auto at = std::chrono::floor<seconds>(from);;) {
      const date::sys_info info = found->get_info(at);
      offsets.push_back({offsets.empty() ? from : Time(info.begin), info.offset});
      if (Time(info.end) > until && info.end < end_of_tables()) return offsets;
      if (info.end >= end_of_tables()) break;
      at = info.end;
    }
    const auto goes_on = changes_for_ever(zone);
    if (!goes_on) return tl::make_unexpected(goes_on.error());
    if (!*goes_on) return offsets;
    return fail("this machine's time zone database does not say when the zone's clocks are changed",
                "write the window in UTC, or install Debian's package tzdata, whose tables reach to 2037");
  }

  /// What the library gives as the end of the last entry of a table: a year that no table reaches.
  static constexpr std::chrono::sys_seconds end_of_tables() {
    return std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);
  }
};

}  // namespace

std::unique_ptr<TimeZones> make_time_zones() { return std::make_unique<SystemTimeZones>(); }

}  // namespace wamigrate
