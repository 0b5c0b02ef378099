// Test messages, as a review announces them and a report tells of them. A recipient is shown masked.
#pragma once

#include "plan/plan.hpp"
#include "report/document.hpp"
#include "run/progress.hpp"

namespace wamigrate::report {

/// What will be sent, alike ones together; no items where no number on a road sends any.
List planned_tests(const Plan& plan);

/// What became of the test messages of a run; no rows where there were none.
Table test_outcomes(const Progress& progress);

/// A number waits for a person because nobody can tell whether its messages flow.
bool has_inconclusive_test(const Progress& progress);
/// What to ask the recipient then.
List recipients_checklist();

/// Of one number; null where it has none.
Json test_json(const NumberProgress& number);

}  // namespace wamigrate::report
