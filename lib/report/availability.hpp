// What availability says to people and scripts: months, spells, what was counted and what was not, and a calendar.
#pragma once

#include <map>

#include "base/json.hpp"
#include "measure/availability.hpp"

namespace wamigrate {

struct AvailabilityReport {
  std::vector<Availability> seen;
  std::map<std::chrono::year_month, double> published;  ///< In percent, as Meta's status page says it.
};

std::string availability_text(const AvailabilityReport& report, bool colour);
std::string availability_markdown(const AvailabilityReport& report);
std::string availability_html(const AvailabilityReport& report);
Json availability_json(const AvailabilityReport& report);

}  // namespace wamigrate
