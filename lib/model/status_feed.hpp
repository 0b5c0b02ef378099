// What Meta's status feed says. Advice, never a condition: it shows disruptions late or not at all, and none that hits
// only some.
#pragma once

#include <string>
#include <vector>

#include "model/observation.hpp"

namespace wamigrate {

/// One item of the feed, in the feed's own words. How a resolved one is marked is not documented: each counts as open.
struct Incident {
  std::string title;  ///< One line, without control characters; never empty.
  std::string date;   ///< As the feed writes it; empty where it gives none.
  bool operator==(const Incident&) const = default;
};

struct StatusFeed {
  Asked asked;  ///< not_asked: the inventory switches the feed off.
  std::vector<Incident> incidents;
};

}  // namespace wamigrate
