// Documents on disk: plans read and written for commands.
#pragma once

#include "cli.hpp"
#include "plan/plan.hpp"

namespace wamigrate::cli {

/// Reads a plan file; the error names the file.
Result<Plan> load_plan(const std::string& path);
/// Prints text, or writes it to the file of `-o`.
int deliver(const Invocation& invocation, const std::string& text);

}  // namespace wamigrate::cli
