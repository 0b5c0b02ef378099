// Roads as reviewers see them: which numbers take them, and their steps in words. Text, runbook and graph share this.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "report/document.hpp"

namespace wamigrate::report {

/// A road of a plan with those who take it.
struct UsedRoad {
  std::size_t index = 0;             ///< Into plan.roads.
  std::string title;                 ///< "Road 1".
  std::vector<std::size_t> numbers;  ///< Indices into plan.numbers.
  bool leads_on = false;             ///< False: nothing to do.
};

/// The roads that numbers take, in the plan's order; those with nothing to do have no title.
std::vector<UsedRoad> used_roads(const Plan& plan);

/// The road's steps in words. A runbook says how a person would do each, and leaves nothing out.
Steps steps_of(const PlannedRoad& road, Catalogue catalogue, Direction direction, bool runbook);
/// Takes away what is said of steps whose names are in `told`, and adds the names of the others: roads differ in a step
/// or two, and a reviewer should see which. A step in red is always told in full.
void leave_out_what_was_told(Steps& steps, std::set<std::string>& told);

/// "way back: costs nothing …", "NO WAY BACK: …".
std::string in_words(WayBack way, Direction direction);
Tone tone_of(WayBack way);

/// The commit point in words, for the road it stands in.
std::string commit_words(const PlannedRoad& road);
/// The checkpoint of a kind in words.
std::string checkpoint_of(const StepKind& kind);

/// The road's kinds that `actor` does.
std::vector<const StepKind*> kinds_of(const PlannedRoad& road, Catalogue catalogue, Actor actor);

}  // namespace wamigrate::report
