// Probes: one per fact. A probe names what must be read and judges it; preflight, checkpoints, resumption and the final
// verification all ask the same ones, so the planner's opinion and the verification can't drift apart.
#pragma once

#include <optional>

#include "model/home.hpp"
#include "plan/plan.hpp"

namespace wamigrate {

/// What only our own record can say of a number: facts that no API shows, and what refusals have taught.
struct OwnRecord {
  Facts vouched;   ///< A step's good outcome, or a person, vouches for these.
  Facts doubtful;  ///< The request that gives these had an ambiguous outcome.
  Facts denied;    ///< A refusal has taught that these do not hold.
  bool pin_refused = false;
  bool picture_sent = false;       ///< An upload of the picture was begun: its steps are no mere formality.
  bool backup_fresh = false;       ///< Taken since this process began, or from a client that is no longer up.
  Home last_home = Home::unknown;  ///< Where it was served last, as far as this run has seen.
  std::optional<Snapshot> snapshot;
};

/// All that a judge may look at.
struct Sighting {
  const Number& number;
  const Graph& graph;
  const PlanOptions& options;
  const Observation& seen;
  const OwnRecord& own;
  bool patience_over = false;  ///< settle_timeout has passed: an unsettled home is what it then means.
};

struct Probe {
  Fact fact;
  Readings reads;
  bool perishable = false;  ///< Must be asked anew in the run: a plan never counts on it.
  Answer (*judge)(const Sighting&);
};

const Probe& probe_of(Fact fact);

/// What must be read to judge all of these.
Readings readings_for(Facts facts);
/// All of these yes, or any no, or else unclear.
Answer judge_all(Facts facts, const Sighting& sighting);
/// The facts answered yes; without perishable ones if `lasting_only`.
Facts facts_that_hold(const Sighting& sighting, bool lasting_only);

/// The facts a road may start from: the lasting ones that hold, and perishable ones this run has settled itself.
Facts facts_to_plan_from(const Sighting& sighting);

/// The readings that tell a number's home and identity.
inline constexpr Readings home_readings = {Reading::graph_node, Reading::onprem_health, Reading::onprem_settings,
                                           Reading::waba_numbers};

/// What is read before planning: enough for every lasting fact.
Readings planning_readings();

/// The home, with patience applied; identity conflicts make it unknown.
HomeFinding home_of(const Sighting& sighting);

}  // namespace wamigrate
