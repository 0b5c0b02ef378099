#include "report/roads.hpp"

#include <fmt/format.h>

#include "plan/preflight.hpp"
#include "report/words.hpp"

namespace wamigrate::report {
namespace {

// What a reviewer should weigh at this step beyond what it does.
std::vector<std::string> cautions_of(const StepKind& kind) {
  std::vector<std::string> cautions;
  const Facts homes = {Fact::onprem_is_home, Fact::cloud_is_home};
  if (kind.uses_pin) {
    cautions.emplace_back("A wrong PIN here can end the number's service. One that was refused is never sent again.");
  }
  if (kind.effect.may_take.has_any(homes) && kind.ration != Ration::none) {
    cautions.emplace_back(
        "Even a refusal or a lost reply can end the old home's service: both sides are asked before anything is "
        "repeated.");
  }
  if (kind.ration == Ration::registration || kind.ration == Ration::deregistration) {
    cautions.push_back(fmt::format("One of {} that Meta allows in 72 hours; a run sends at most {} to a number.",
                                   ration_limit, ration_per_run));
  }
  return cautions;
}

const StepKind& kind_of(const std::string& step, Catalogue catalogue) {
  const StepKind* kind = find_kind(catalogue, step);
  ensure(kind != nullptr, "a plan's steps stand in the catalogue");
  return *kind;
}

}  // namespace

std::vector<UsedRoad> used_roads(const Plan& plan) {
  std::vector<UsedRoad> roads;
  for (std::size_t i = 0; i < plan.roads.size(); ++i) {
    UsedRoad road{i, "", {}, !plan.roads[i].steps.empty()};
    for (std::size_t n = 0; n < plan.numbers.size(); ++n) {
      if (plan.numbers[n].road == i) road.numbers.push_back(n);
    }
    if (!road.numbers.empty()) roads.push_back(std::move(road));
  }
  int number = 0;
  for (UsedRoad& road : roads) {
    if (road.leads_on) road.title = fmt::format("Road {}", ++number);
  }
  return roads;
}

std::string in_words(WayBack way, Direction direction) {
  const bool to_cloud = direction == Direction::to_cloud;
  switch (way) {
    case WayBack::nothing:
      return fmt::format("Way back: costs nothing, {} still serves the number.", in_words(old_home(direction)));
    case WayBack::registration:
      return to_cloud ? "Way back: a registration on-premises, perhaps with a code that Meta sends to the number."
                      : "Way back: a registration on Cloud.";
    case WayBack::none:
      break;
  }
  return to_cloud ? "NO WAY BACK: on-premises registration is not known to be open."
                  : "NO WAY BACK: no safe way to register on Cloud is known from here.";
}

Tone tone_of(WayBack way) {
  return way == WayBack::none ? Tone::danger : way == WayBack::registration ? Tone::caution : Tone::quiet;
}

std::string commit_words(const PlannedRoad& road) {
  switch (road.way_back[*road.commit]) {
    case WayBack::nothing:
      return "COMMIT POINT: the next step may already end the old home's service; from it on, going back may cost a "
             "registration.";
    case WayBack::registration:
      return "COMMIT POINT: from the next step on, going back costs a registration.";
    case WayBack::none:
      break;
  }
  return "COMMIT POINT: after the next step there is NO WAY BACK.";
}

std::string checkpoint_of(const StepKind& kind) {
  std::string text;
  for (const Fact fact : kind.effect.gives.list()) {
    text += (text.empty() ? "" : "; ") + std::string(in_words(fact));
  }
  return text + ".";
}

Steps steps_of(const PlannedRoad& road, Catalogue catalogue, Direction direction, bool runbook) {
  Steps steps;
  for (std::size_t i = 0; i < road.steps.size(); ++i) {
    const StepKind& kind = kind_of(road.steps[i], catalogue);
    StepLine line;
    line.title = kind.title;
    line.name = kind.name;
    line.person = kind.actor != Actor::tool;
    line.in_red = kind.in_red;
    if (road.commit == i) line.commit = commit_words(road);
    line.doing = kind.doing;
    if (runbook) line.by_hand = kind.by_hand;
    line.cautions = cautions_of(kind);
    line.checkpoint = checkpoint_of(kind);
    line.way_back = in_words(road.way_back[i], direction);
    line.way_back_tone = tone_of(road.way_back[i]);
    steps.lines.push_back(std::move(line));
  }
  return steps;
}

void leave_out_what_was_told(Steps& steps, std::set<std::string>& told) {
  for (StepLine& line : steps.lines) {
    if (told.insert(line.name).second || line.in_red) continue;
    line.doing.clear();
    line.cautions.clear();
  }
}

std::vector<const StepKind*> kinds_of(const PlannedRoad& road, Catalogue catalogue, Actor actor) {
  std::vector<const StepKind*> kinds;
  for (const std::string& step : road.steps) {
    const StepKind& kind = kind_of(step, catalogue);
    if (kind.actor == actor) kinds.push_back(&kind);
  }
  return kinds;
}

}  // namespace wamigrate::report
