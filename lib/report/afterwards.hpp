// Afterwards: what people have to do once numbers have moved, and what is then no longer needed. The plan announces it,
// the report reminds of it, in the same words.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "plan/plan.hpp"
#include "report/document.hpp"
#include "run/progress.hpp"

namespace wamigrate::report {

/// People's steps after `phones` have moved, to be ticked. `run` is the run's directory, as commands name it.
std::vector<Item> what_comes_after(const Plan& plan, const std::set<std::string>& phones, const std::string& run);

/// The first of them: verifying, and switching off what is left of the old clients, by role. Towards Cloud only.
std::vector<Item> what_is_switched_off(const Plan& plan, const std::set<std::string>& phones, const std::string& run);

/// What Cloud makes superfluous. Counts of containers are the least there can be: what the shards ask for, or what
/// answered when the plan was made, whichever is more.
struct Freed {
  std::vector<std::string> deployments;  ///< Without those declared gone; each with its database and media volume.
  int coreapps = 0, masters = 0, webapps = 0;
  std::vector<std::string> kept;  ///< Deployments of the plan whose numbers are not among those moved.
};
Freed freed_by(const Plan& plan, const std::set<std::string>& phones);
/// "3 deployments: at least 6 Coreapps, 2 Masters and 4 Webapps, 3 databases, 3 media volumes"
std::string in_words(const Freed& freed);
Json to_json(const Freed& freed);

/// The numbers that a run has moved: migrated, and not at home already.
std::set<std::string> moved_numbers(const Progress& progress);

}  // namespace wamigrate::report
