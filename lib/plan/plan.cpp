// Making and comparing plans; the document's form is in plan_json.cpp.
#include "plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/digest.hpp"

namespace wamigrate {
namespace {

PlannedRoad describe_road(Catalogue catalogue, const Road& road, Facts facts, Direction direction) {
  PlannedRoad planned;
  planned.commit = commit_point(road, direction);
  for (std::size_t i = 0; i < road.size(); ++i) {
    const StepKind& kind = *road[i];
    facts = after(kind, facts);
    planned.steps.emplace_back(kind.name);
    planned.way_back.push_back(way_back(catalogue, facts, direction));
    planned.expected += kind.duration;
    // The number is off the air while a step that takes its home is under way, and until one gives it a home again.
    const Facts homes = {Fact::onprem_is_home, Fact::cloud_is_home};
    if (kind.effect.takes.has_any(homes) || !facts.has_any(homes)) planned.expected_downtime += kind.duration;
  }
  return planned;
}

std::string road_text(const std::vector<std::string>& steps) {
  if (steps.empty()) return "nothing to do";
  std::string text;
  for (const std::string& step : steps) text += (text.empty() ? "" : " > ") + step;
  return text;
}

std::map<std::string, std::string> number_lines(const Plan& plan) {
  std::map<std::string, std::string> lines;
  for (const PlannedNumber& number : plan.numbers) {
    lines[number.phone] = fmt::format("from {}: {}", name(number.home), road_text(plan.roads[number.road].steps));
  }
  for (const RefusedNumber& refused : plan.refused) {
    std::string ids;
    for (const Check& check : refused.checks) ids += (ids.empty() ? "" : ", ") + check.id;
    lines[refused.phone] = "refused: " + ids;
  }
  return lines;
}

}  // namespace

const Number& Plan::number(std::size_t index) const {
  const std::string& phone = numbers.at(index).phone;
  const auto found = std::find_if(fleet.numbers.begin(), fleet.numbers.end(),
                                  [&](const Number& number) { return number.phone.e164 == phone; });
  ensure(found != fleet.numbers.end(), "a planned number stands in the plan's fleet");
  return *found;
}

Plan make_plan(Catalogue catalogue, const Fleet& fleet, Direction direction, const PlanOptions& options,
               Time observed_at, const std::vector<Evidence>& evidence, Checks& failed) {
  Plan plan;
  plan.direction = direction;
  plan.options = options;
  plan.observed_at = observed_at;
  plan.fleet = fleet;

  std::map<std::uint32_t, std::optional<std::size_t>> road_from;  // by the facts it starts from
  for (const Evidence& one : evidence) {
    const Number& number = fleet.numbers.at(one.number);
    auto known = road_from.find(one.facts.bits());
    if (known == road_from.end()) {
      std::optional<std::size_t> index;
      if (const auto road = find_road(catalogue, one.facts, goal_of(direction, one.facts))) {
        const PlannedRoad planned = describe_road(catalogue, *road, one.facts, direction);
        const auto same = std::find(plan.roads.begin(), plan.roads.end(), planned);
        index = static_cast<std::size_t>(same - plan.roads.begin());
        if (same == plan.roads.end()) plan.roads.push_back(planned);
      }
      known = road_from.emplace(one.facts.bits(), index).first;
    }
    if (!known->second) {
      failed.push_back({"road", number.phone.e164, Check::Result::fail,
                        fmt::format("no safe way leads from {} to {}", name(one.home.home), name(direction)),
                        "see the other findings of this number; what is missing is named there", ""});
      continue;
    }
    plan.numbers.push_back({number.phone.e164, one.home.home, one.home.why, one.facts, *known->second});
  }
  return plan;
}

std::vector<Difference> diff(const Plan& before, const Plan& after) {
  std::vector<Difference> differences;
  auto compare = [&differences](const std::string& phone, const std::string& what, const std::string& then,
                                const std::string& now) {
    if (then != now) differences.push_back({phone, fmt::format("{}{} -> {}", what, then, now)});
  };
  const auto old_lines = number_lines(before);
  const auto new_lines = number_lines(after);
  for (const auto& [phone, line] : old_lines) {
    const auto found = new_lines.find(phone);
    if (found == new_lines.end()) {
      differences.push_back({phone, "no longer in the plan (was " + line + ")"});
    } else {
      compare(phone, "", line, found->second);
    }
  }
  for (const auto& [phone, line] : new_lines) {
    if (!old_lines.contains(phone)) differences.push_back({phone, "new: " + line});
  }
  auto yes_no = [](bool flag) { return std::string(flag ? "yes" : "no"); };
  compare("", "direction: ", std::string(name(before.direction)), std::string(name(after.direction)));
  compare("", "allow_after_sunset: ", yes_no(before.options.allow_after_sunset),
          yes_no(after.options.allow_after_sunset));
  compare("", "deregister_first: ", yes_no(before.options.deregister_first), yes_no(after.options.deregister_first));
  compare("", "secrets: ", fmt::format("{}", fmt::join(before.secrets, ", ")),
          fmt::format("{}", fmt::join(after.secrets, ", ")));
  return differences;
}

}  // namespace wamigrate
