// Reviews: a plan as a document that a person approves, and as a runbook that a person could follow by hand. Pure
// functions of the plan; the kinds of steps are handed in. Secrets appear as references only, as they stand in plans.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace wamigrate {

/// For a terminal. Short however many numbers there are: roads are shown once, tables and lists fold.
std::string review_text(const Plan& plan, Catalogue catalogue, bool colour);
/// The runbook: every number, every step with how to do it by hand, people's steps as check boxes.
std::string review_markdown(const Plan& plan, Catalogue catalogue);
/// The runbook as one self-contained page.
std::string review_html(const Plan& plan, Catalogue catalogue);
/// Each road as a Graphviz graph: steps, checkpoints, the commit point and the way back.
std::string review_dot(const Plan& plan, Catalogue catalogue);

/// What stands on top of every form of a review because nobody may overlook it, and what `apply` prints before it
/// begins: deregistering first, counting on on-premises registration after the sunset. Empty for most plans.
std::vector<std::string> plan_alarms(const Plan& plan);

}  // namespace wamigrate
