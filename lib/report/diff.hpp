// What changed between two plans, for people.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace wamigrate {

/// Numbers first, then what concerns all; what changed alike for many numbers is said once.
std::string diff_text(const std::vector<Difference>& differences);

}  // namespace wamigrate
