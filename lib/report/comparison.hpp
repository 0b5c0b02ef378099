// What a comparison found: notes of a run say what was and what is; here is what a person does about each.
#pragma once

#include <string>
#include <string_view>

namespace wamigrate::report {

/// What to do about a note that a step left ("quality rating was GREEN and is YELLOW"); empty where nothing is known.
std::string_view what_to_do(std::string_view note);

}  // namespace wamigrate::report
