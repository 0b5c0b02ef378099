// The small words that journal entries and reasons are made of.
#pragma once

#include <string>
#include <string_view>

#include "model/fact.hpp"
#include "plan/planner.hpp"
#include "run/progress.hpp"

namespace wamigrate {

/// "cloud_is_home, old_client_silent".
std::string names_of(Facts facts);
/// The names of facts or of a road's steps, as the journal keeps them.
Json json_of(Facts facts);
Json json_of(const Road& road);

/// Texts come with and without a full stop at their end: without one, or with exactly one.
std::string without_stop(std::string text);
std::string sentence(const std::string& text);

/// The name under which a number's sealed blob of one kind is kept: "backup +49…". Where several share a run each keeps
/// its own, and the journal says whose counts: what one that was frozen puts down late replaces nothing.
std::string blob_name(std::string_view what, const NumberProgress& number);

}  // namespace wamigrate
