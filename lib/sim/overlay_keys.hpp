// The keys of an overlay: each checks its value and says what to do with it, so that all mistakes are found before
// anything is planted. Private to the overlay.
#pragma once

#include <functional>
#include <vector>

#include "sim/scenario.hpp"

namespace wamigrate::sim {

/// Where a number's key plants.
struct Spot {
  State& state;
  WorldNumber& number;
  Time now;

  Deployment* deployment() const { return state.deployment(number.deployment); }
};

using Plant = std::function<void(Spot&)>;
using PlantInWorld = std::function<void(State&, Time)>;

/// What a key makes of a value: the deed, or why the value is wrong.
struct NumberKey {
  OverlayKey about;
  std::function<Result<Plant>(const Json&)> read;
  std::function<Json(State&, const WorldNumber&, Time)> write;  ///< Null: cannot be read back.
};

struct WorldKey {
  OverlayKey about;
  std::function<Result<PlantInWorld>(const Json&)> read;
};

/// In the order in which they are listed and written.
const std::vector<NumberKey>& number_keys();
const std::vector<WorldKey>& world_keys();

}  // namespace wamigrate::sim
