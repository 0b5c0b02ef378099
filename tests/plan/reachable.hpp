// Every state a number can really be in: the facts that the probes find in a sensible set of situations, and from
// there whatever the planned roads and their refusals lead to.
#pragma once

#include <string>
#include <vector>

#include "plan/planner.hpp"

namespace wamigrate::testing {

struct State {
  Direction direction = Direction::to_cloud;
  std::string home;  ///< "onprem", "onprem, degraded", "cloud", "nowhere", "app", "unknown"
  Facts facts;
  std::optional<Road> road;  ///< To everything the direction wants.
};

/// In the order in which they are found, each once. Made once: it takes some seconds.
const std::vector<State>& reachable_states();

/// Facts that no step gives: where one is missing, no road makes up for it.
Facts beyond_reach();

}  // namespace wamigrate::testing
