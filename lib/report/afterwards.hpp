// Afterwards: what people have to do once numbers have moved. The plan announces it, the report reminds of it, in the
// same words.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "report/document.hpp"
#include "run/progress.hpp"

namespace wamigrate::report {

/// People's steps after `phones` have moved, to be ticked. `verify` is the command that must succeed before anything
/// is switched off.
std::vector<Item> what_comes_after(const Plan& plan, const std::set<std::string>& phones, const std::string& verify);

/// The numbers that a run has moved: migrated, and not at home already.
std::set<std::string> moved_numbers(const Progress& progress);
/// The command that asks the checkpoints of a run again.
std::string verify_command(const std::string& run);

}  // namespace wamigrate::report
