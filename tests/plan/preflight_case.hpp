// Cases for preflight: a number, and a fleet, with nothing wrong; each test spoils one thing and asks one check.
#pragma once

#include <set>
#include <string>

#include "plan/preflight.hpp"
#include "support/catch.hpp"
#include "support/sightings.hpp"

namespace wamigrate::testing {

inline const Time now = *parse_iso("2025-10-20T12:00:00Z");

/// A number with nothing wrong about it, on its way to `direction`.
struct Case {
  Fleet fleet;
  Number number = some_number();
  Observation observation;
  HomeFinding home;
  LedgerView ledger;
  PlanOptions options;
  Direction direction = Direction::to_cloud;
  Millis expected{0};
  const Openings* openings = nullptr;

  Checks checks() const {
    return check_number({&number, &observation, home, {}, ledger, expected, openings}, fleet, direction, options, now);
  }
};
Case to_cloud();
Case to_onprem();
HomeFinding home_at(Home home, bool degraded = false);

/// A fleet that is going to Cloud with a token that is good for ever.
struct FleetCase {
  Fleet fleet;
  TokenView token;
  Millis expected_run{0};
  std::optional<Millis> graph_clock_ahead = Millis(0);
  std::optional<Room> room;
  std::vector<SeenHook> hooks;
  std::optional<Error> windows_problem;
  PlanOptions options;
  Direction direction = Direction::to_cloud;

  Checks checks() const;
};
FleetCase fleet_case(int numbers = 2);

/// The results of one check, a word each; "-" where it was not made.
std::string results_of(const Checks& checks, const std::string& id);
/// The message, or the fix, of the first finding of that check.
std::string message(const Checks& checks, const std::string& id);
std::string fix(const Checks& checks, const std::string& id);
std::set<std::string> ids_with(const Checks& checks, Check::Result wanted);

template <class Any>
std::string result(const Any& c, const std::string& id) {
  return results_of(c.checks(), id);
}
template <class Any>
std::string message(const Any& c, const std::string& id) {
  return message(c.checks(), id);
}

using R = Check::Result;

}  // namespace wamigrate::testing
