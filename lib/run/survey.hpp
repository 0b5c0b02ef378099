// Surveys: what `check`, `plan`, `rollback` and `verify` see of a fleet before anything is decided. Reads only.
#pragma once

#include <functional>

#include "model/status_feed.hpp"
#include "plan/plan.hpp"
#include "plan/preflight.hpp"
#include "ports/clock.hpp"
#include "ports/sealer.hpp"
#include "ports/store.hpp"
#include "ports/time_zones.hpp"
#include "ports/workers.hpp"
#include "steps/site.hpp"

namespace wamigrate {

/// One number as surveyed.
struct Surveyed {
  std::size_t number = 0;  ///< Index into the fleet.
  Observation seen;
  HomeFinding home;
  Facts facts;  ///< What a plan may count on.
  LedgerView ledger;
};

struct Survey {
  TokenView token;
  StatusFeed feed;
  std::vector<SeenHook> hooks;  ///< Of the policy.
  Result<Openings> openings;    ///< When its windows let numbers start.
  Time observed_at{};
  std::vector<Surveyed> numbers;
};

struct SurveyDoors {
  Site& site;  ///< Secrets for reading resolved.
  Workers& workers;
  Clock& clock;
  LedgerStore* ledger = nullptr;    ///< Null: there is none yet; what came before is unknown.
  const Sealer* sealer = nullptr;   ///< Null: as above.
  SecretSource* secrets = nullptr;  ///< For the PINs' marks; null: PINs are not compared with refused ones.
  std::function<void(int done, int of)> on_progress;
  std::function<void(int numbers, Millis longest)> on_patience;  ///< Waiting begins: that many may still settle.
  TimeZones* zones = nullptr;                                    ///< Null: when windows are open is not known.
};

/// Observes these numbers (indices into the fleet), all at once; Graph through its lists. Numbers whose home may still
/// settle by itself are asked again where they are, three times within settle_timeout, and looked at anew as a whole
/// once they say something else. Unchanged to its end, they are where patience says (home.hpp).
Result<Survey> survey(const Fleet& fleet, const std::vector<std::size_t>& numbers, const PlanOptions& options,
                      Readings extra, SurveyDoors doors);

/// Which checks are given: of a large fleet, those that passed are most of them.
enum class Given { all, not_passed };

/// Every check on what was surveyed, all at once. `room`: the disk on which the run would live; none: not asked about.
Checks check(const Fleet& fleet, Direction direction, const PlanOptions& options, const Survey& survey,
             const std::optional<Room>& room = {}, Given given = Given::all);

/// The plan for every number without a failing check; the others are in `failed` (and in the plan's refused).
Plan plan_from(const Fleet& fleet, Direction direction, const PlanOptions& options, const Survey& survey,
               const Checks& checks, Checks& failed);

/// The checkpoints alone: for each number whether it is whole where it is served, as checks.
Checks verify(const Fleet& fleet, const Survey& survey, std::optional<Direction> expected);

/// Everything preflight and verification look at.
Readings survey_readings();

}  // namespace wamigrate
