// The planner: the cheapest road from the facts that hold to the facts that are wanted.
#pragma once

#include <optional>
#include <vector>

#include "plan/step_kind.hpp"

namespace wamigrate {

/// Steps in the order they are taken; pointers into the catalogue.
using Road = std::vector<const StepKind*>;

/// The cheapest road, or nothing where there is none. A search by cost so far and least cost to come: each kind costs
/// its own cost, plus `homeless_minute_cost` per minute of its duration begun while no home serves the number; ties go
/// to catalogue order. The road is replayed on the effects before it is returned.
std::optional<Road> find_road(Catalogue catalogue, Facts from, Facts goal);

/// Where there is no road to `home`: each step that would give it, with the facts it needs that nothing can bring
/// about.
struct Obstacle {
  const StepKind* kind;
  Facts missing;
};
std::vector<Obstacle> obstacles(Catalogue catalogue, Facts from, Fact home);

inline constexpr int homeless_minute_cost = 100;

/// The facts after taking a step, as far as the planner may count on them.
Facts after(const StepKind& kind, Facts facts);

/// The facts wanted at the end of a migration: those of every one, and what `from` says is asked for beyond.
Facts full_goal(Direction direction, Facts from = {});
/// The same, but a number that is at home there already wants nothing more.
Facts goal_of(Direction direction, Facts from);

/// What going back to the old home would cost after each step.
enum class WayBack {
  nothing,       ///< The old home still serves: stopping is going back.
  registration,  ///< A registration there, perhaps with a code.
  none,          ///< NO WAY BACK
};
std::string_view name(WayBack way);
std::optional<WayBack> way_back_from(std::string_view name);

/// The way back after a step that left `facts`, towards the old home of `direction`.
WayBack way_back(Catalogue catalogue, Facts facts, Direction direction);

/// Index of the first step after which going back costs a registration; nothing if there is none.
std::optional<std::size_t> commit_point(const Road& road, Direction direction);

}  // namespace wamigrate
