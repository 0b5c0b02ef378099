// Making and comparing plans; the document's form is in plan_json.cpp.
#include "plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/inventory.hpp"

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

std::string no_way_back_text(const PlannedRoad& road) {
  const auto none = std::find(road.way_back.begin(), road.way_back.end(), WayBack::none);
  if (none == road.way_back.end()) return {};
  return ", NO WAY BACK after " + road.steps[static_cast<std::size_t>(none - road.way_back.begin())];
}

// No road is a finding like any other: it says what would have to be true, and how that is brought about.
Check no_road(Catalogue catalogue, const Number& number, const Evidence& one, Direction direction) {
  const Fact home = direction == Direction::to_cloud ? Fact::cloud_is_home : Fact::onprem_is_home;
  std::string missing;
  bool wants_backup = false;
  for (const Obstacle& obstacle : obstacles(catalogue, one.facts, home)) {
    wants_backup = wants_backup || obstacle.missing.has(Fact::backup_in_hand);
    std::string facts;
    for (const Fact fact : obstacle.missing.list()) facts += (facts.empty() ? "" : ", ") + std::string(in_words(fact));
    missing += fmt::format("; to {} it would have to be true that {}", obstacle.kind->title,
                           facts.empty() ? "no step undoes what another needs" : facts);
  }
  return {"road",
          number.phone.e164,
          Check::Result::fail,
          fmt::format("no safe way leads from {} to {}{}", name(one.home.home), name(direction), missing),
          wants_backup ? "bring its client back up, so that a backup can be taken; if it never comes back, say "
                         "`deployment: gone`: the plan then says what is lost"
                       : "see the other findings of this number",
          ""};
}

// Every value of a document by its path: "policy.soak" → "5m".
void flatten(const Json& json, const std::string& path, std::map<std::string, std::string>& values) {
  if (!json.is_object()) {
    values[path] = json.is_string() ? json.get<std::string>() : to_compact(json);
    return;
  }
  for (const auto& [key, value] : json.items()) flatten(value, path.empty() ? key : path + "." + key, values);
}

// What the inventories behind two plans say differently: of all numbers, or of those that both have.
std::vector<Difference> settings_diff(Json before, Json after) {
  std::vector<Difference> differences;
  auto compare = [&differences](const std::string& phone, const Json& then, const Json& now) {
    std::map<std::string, std::string> old_values, new_values;
    flatten(then, "", old_values);
    flatten(now, "", new_values);
    for (const auto& [path, value] : old_values) new_values.emplace(path, "");
    for (const auto& [path, value] : new_values) {
      if (old_values[path] == value) continue;
      auto shown = [](const std::string& text) { return text.empty() ? std::string("nothing") : text; };
      differences.push_back({phone, fmt::format("{}: {} -> {}", path, shown(old_values[path]), shown(value))});
    }
  };
  std::map<std::string, Json> old_numbers;
  for (const Json& number : before["numbers"]) old_numbers[text_at(number, "phone")] = number;
  for (const Json& number : after["numbers"]) {
    const auto found = old_numbers.find(text_at(number, "phone"));
    if (found != old_numbers.end()) compare(found->first, found->second, number);
  }
  before.erase("numbers");
  after.erase("numbers");
  compare("", before, after);
  return differences;
}

std::vector<std::string> order_of(const Plan& plan, const std::map<std::string, std::string>& others) {
  std::vector<std::string> phones;
  for (const PlannedNumber& number : plan.numbers) {
    if (others.contains(number.phone)) phones.push_back(number.phone);
  }
  return phones;
}

std::map<std::string, std::string> number_lines(const Plan& plan) {
  std::map<std::string, std::string> lines;
  for (const PlannedNumber& number : plan.numbers) {
    const PlannedRoad& road = plan.roads[number.road];
    lines[number.phone] =
        fmt::format("from {}: {}{}", name(number.home), road_text(road.steps), no_way_back_text(road));
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
  const PlannedNumber& planned = numbers.at(index);
  const std::string& phone = planned.phone;
  if (planned.entry < fleet.numbers.size() && fleet.numbers[planned.entry].phone.e164 == phone) {
    return fleet.numbers[planned.entry];
  }
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
  plan.numbers.reserve(evidence.size());

  std::map<std::uint64_t, std::optional<std::size_t>> road_from;  // by the facts it starts from
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
      failed.push_back(no_road(catalogue, number, one, direction));
      continue;
    }
    plan.numbers.push_back(
        {number.phone.e164, one.home.home, one.home.why, one.facts, *known->second, one.around, one.number});
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
  std::vector<Difference> settings = settings_diff(to_json(before.fleet), to_json(after.fleet));
  const auto for_all =
      std::stable_partition(settings.begin(), settings.end(), [](const Difference& one) { return !one.phone.empty(); });
  differences.insert(differences.end(), settings.begin(), for_all);
  if (order_of(before, new_lines) != order_of(after, old_lines)) {
    differences.push_back({"", "the numbers move in another order"});
  }
  auto yes_no = [](bool flag) { return std::string(flag ? "yes" : "no"); };
  compare("", "direction: ", std::string(name(before.direction)), std::string(name(after.direction)));
  compare("", "allow_after_sunset: ", yes_no(before.options.allow_after_sunset),
          yes_no(after.options.allow_after_sunset));
  compare("", "deregister_first: ", yes_no(before.options.deregister_first), yes_no(after.options.deregister_first));
  compare("", "secrets: ", fmt::format("{}", fmt::join(before.secrets, ", ")),
          fmt::format("{}", fmt::join(after.secrets, ", ")));
  differences.insert(differences.end(), for_all, settings.end());
  return differences;
}

}  // namespace wamigrate
