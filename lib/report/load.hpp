// What a load test says to people and scripts: one result by itself, or two side by side.
#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"
#include "measure/load_result.hpp"

namespace wamigrate {

/// One or two results, in the order in which they stand beside each other.
std::string load_text(const std::vector<LoadResult>& results, bool colour);
std::string load_markdown(const std::vector<LoadResult>& results);
std::string load_html(const std::vector<LoadResult>& results);
/// {"same_mix", "results": […]}: of each the figures that the tables have.
Json load_json(const std::vector<LoadResult>& results);

}  // namespace wamigrate
