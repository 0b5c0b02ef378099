// Examples that the tests of report/ share: plans and runs built by hand, so that each test says only what is special
// about its own.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "run/progress.hpp"

namespace wamigrate::testing {

/// 2026-03-01 02:00:00 UTC, and some seconds later.
Time at(int seconds);

/// "+49171392000<n>" and so on: `count` sound numbers, deployment "de-<n>", PIN by reference.
Fleet fleet_of(std::size_t count);

/// What is usually observed before a move in this direction.
Facts facts_before(Direction direction);

/// A plan for all numbers of `fleet`, each at its old home with facts_before(); `observe` may change the evidence.
Plan plan_of(const Fleet& fleet, Direction direction = Direction::to_cloud, const PlanOptions& options = {});
Plan plan_of(const Fleet& fleet, Direction direction, const PlanOptions& options,
             const std::vector<Evidence>& evidence);
/// The evidence that the first form uses.
std::vector<Evidence> evidence_of(const Fleet& fleet, Direction direction);

/// The same plan with numbers that are at their new home already.
Plan plan_with_nothing_to_do(std::size_t count);

/// A run of `plan` that has begun at at(0).
Progress begun(const Plan& plan);
/// Puts one number where a test wants it.
void migrate(Progress& progress, std::size_t index, Millis downtime);
void strand(Progress& progress, std::size_t index, const std::string& reason);
void wait_for_code(Progress& progress, std::size_t index);
void activate(Progress& progress, std::size_t index, const std::string& step, int attempt = 1);

/// How often `part` occurs in `text`.
std::size_t occurrences(const std::string& text, const std::string& part);
bool contains(const std::string& text, const std::string& part);
/// The place of `part`, which must occur: for orders.
std::size_t place_of(const std::string& text, const std::string& part);
std::vector<std::string> lines_of(const std::string& text);

}  // namespace wamigrate::testing
