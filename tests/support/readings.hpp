// Readings of the documents for tests that can't try all of them together.
#pragma once

#include <vector>

#include "sim/dialect.hpp"

namespace wamigrate {

/// Dialects in which any two readings of any two doubts meet at least once; greedy, and the same each time.
std::vector<sim::Dialect> readings_in_pairs();

}  // namespace wamigrate
