// Looking around: everything a discovery needs is asked of Graph and of the deployments, all at once. Reads only.
#pragma once

#include "plan/discovery.hpp"
#include "ports/clock.hpp"
#include "ports/workers.hpp"
#include "steps/site.hpp"

namespace wamigrate {

struct LookingDoors {
  Site& site;  ///< Secrets for reading resolved.
  Workers& workers;
  Clock& clock;
};

/// Lists the numbers of these WABAs and of those that the inventory names; where there are none, of those that the
/// token is limited to. Asks each deployment, and Graph about ids that no WABA lists.
Sightings look_around(const PartialInventory& inventory, const std::vector<std::string>& waba_ids, LookingDoors doors);

}  // namespace wamigrate
