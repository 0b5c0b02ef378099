// Preflight findings for people and for scripts.
#pragma once

#include <string>

#include "plan/check.hpp"

namespace wamigrate {

/// When there are many, a table of how many each check found; failures first, with fix and source, then warnings, then
/// what could not be asked, then how many passed. What many numbers share is said once.
std::string checks_text(const Checks& checks, bool colour);

/// `{"ok", "checks": [{"id","phone","result","message","fix","source"}]}`, in the order made. `ok`: none failed.
Json checks_json(const Checks& checks);

}  // namespace wamigrate
