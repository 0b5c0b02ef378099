// The small words of number.hpp: directions as the command line spells them, and counts that may be shares.
#include "model/number.hpp"

#include <algorithm>
#include <limits>

namespace wamigrate {

std::string_view name(Direction direction) { return direction == Direction::to_cloud ? "cloud" : "onprem"; }

int Amount::of(int total) const {
  if (!percent || value == 0) return value;
  const long long share = (static_cast<long long>(total) * value + 99) / 100;
  return static_cast<int>(std::clamp<long long>(share, 1, std::numeric_limits<int>::max()));
}

std::string Amount::text() const { return std::to_string(value) + (percent ? "%" : ""); }

}  // namespace wamigrate
