// Documents on disk: plans read and written for commands.
#pragma once

#include "cli.hpp"
#include "plan/plan.hpp"

namespace wamigrate::cli {

/// Reads a plan, from a file or a run in a database (read_plan_text); the error names it.
Result<Plan> load_plan(const std::string& path);
/// The same of what has been read from `path` already.
Result<Plan> plan_from_text(const std::string& text, const std::string& path);
/// Prints text, or writes it to the file of `-o`.
int deliver(const Invocation& invocation, const std::string& text);

}  // namespace wamigrate::cli
