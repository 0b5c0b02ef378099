#include "run/windows.hpp"

#include <fmt/format.h>

namespace wamigrate {

Result<Openings> lay_out(const Policy& policy, TimeZones& zones, Time from) {
  std::map<std::string, ZoneOffsets> tables;
  for (const Window& window : policy.windows) {
    if (window.zone == utc || tables.contains(window.zone)) continue;
    auto table = zones.offsets(window.zone, from, from + Openings::reach);
    if (!table) {
      return fail(fmt::format("the window {}: {}", window.text(), table.error().message), table.error().fix);
    }
    tables.emplace(window.zone, std::move(*table));
  }
  return Openings(policy.windows, tables, from);
}

}  // namespace wamigrate
