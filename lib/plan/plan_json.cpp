// The plan document: docs/formats.md describes it. What is not understood is refused, never skipped.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "base/digest.hpp"
#include "model/inventory.hpp"
#include "plan/plan.hpp"

namespace wamigrate {
namespace {

constexpr int format_version = 1;

/// Of a document that has no member `digest` (yet, or any more).
std::string digest_of(const Json& document) { return sha256_hex(to_compact(document)); }

Json names_of(Facts facts) {
  Json names = Json::array();
  for (Fact fact : facts.list()) names.push_back(name(fact));
  return names;
}

Json checks_json(const std::vector<Check>& checks) {
  Json list = Json::array();
  for (const Check& check : checks) list.push_back(to_json(check));
  return list;
}

using Members = std::initializer_list<std::string_view>;

// Exactly these members: one that is not known may mean what this version would get wrong.
Result<void> has_just(const Json& json, const std::string& what, Members members) {
  if (!json.is_object()) return fail("the plan's " + what + " is not an object");
  for (const auto& [key, value] : json.items()) {
    if (std::find(members.begin(), members.end(), key) == members.end()) {
      return fail("the plan has an unknown member \"" + key + "\" in its " + what,
                  "make the plan again with this version");
    }
  }
  for (const std::string_view member : members) {
    if (!json.contains(std::string(member))) {
      return fail("the plan's " + what + " lacks the member \"" + std::string(member) + "\"",
                  "make the plan again with this version");
    }
  }
  return {};
}

Result<std::vector<Check>> checks_from(const Json& list) {
  std::vector<Check> checks;
  if (!list.is_array()) return fail("a list of checks is missing");
  for (const Json& one : list) {
    if (auto just = has_just(one, "check", {"id", "phone", "result", "message", "fix", "source"}); !just) {
      return tl::make_unexpected(just.error());
    }
    auto check = check_from_json(one);
    if (!check) return tl::make_unexpected(check.error());
    checks.push_back(std::move(*check));
  }
  return checks;
}

Json road_json(const PlannedRoad& road) {
  Json way_back = Json::array();
  for (WayBack way : road.way_back) way_back.push_back(name(way));
  return {{"steps", road.steps},
          {"way_back", way_back},
          {"commit", road.commit ? Json(*road.commit) : Json(nullptr)},
          {"expected_ms", road.expected.count()},
          {"expected_downtime_ms", road.expected_downtime.count()}};
}

/// Milliseconds, a year at most: so that the sum over any fleet is one too.
std::optional<Millis> length_at(const Json& json, std::string_view key) {
  constexpr Millis longest = std::chrono::hours(24 * 366);
  const auto number = number_at(json, key);
  if (!number || *number < 0 || *number > longest.count()) return std::nullopt;
  return Millis(*number);
}

Result<PlannedRoad> road_from(const Json& json, Catalogue catalogue) {
  PlannedRoad road;
  if (auto just = has_just(json, "road", {"steps", "way_back", "commit", "expected_ms", "expected_downtime_ms"});
      !just) {
    return tl::make_unexpected(just.error());
  }
  for (const Json& step : at_path(json, {"steps"})) {
    if (!step.is_string() || find_kind(catalogue, step.get<std::string>()) == nullptr) {
      return fail("the plan has a step this version does not know: " + to_compact(step),
                  "make the plan again with this version");
    }
    road.steps.push_back(step.get<std::string>());
  }
  for (const Json& word : at_path(json, {"way_back"})) {
    const auto way = word.is_string() ? way_back_from(word.get<std::string>()) : std::nullopt;
    if (!way) return fail("the plan has an unknown way back: " + to_compact(word));
    road.way_back.push_back(*way);
  }
  if (road.way_back.size() != road.steps.size()) return fail("a road's ways back don't fit its steps");
  if (const auto commit = number_at(json, "commit")) {
    if (*commit < 0 || static_cast<std::size_t>(*commit) >= road.steps.size()) {
      return fail("a road's commit point lies outside it");
    }
    road.commit = static_cast<std::size_t>(*commit);
  }
  const auto expected = length_at(json, "expected_ms");
  const auto downtime = length_at(json, "expected_downtime_ms");
  if (!expected || !downtime) return fail("a road's expected length can't be read");
  road.expected = *expected;
  road.expected_downtime = *downtime;
  return road;
}

Result<PlannedNumber> number_from(const Json& json, const Plan& plan) {
  PlannedNumber number;
  if (auto just = has_just(json, "number", {"phone", "home", "why", "road", "facts", "around"}); !just) {
    return tl::make_unexpected(just.error());
  }
  number.phone = text_at(json, "phone");
  number.why = text_at(json, "why");
  const auto home = home_from(text_at(json, "home"));
  const auto road = number_at(json, "road");
  if (!home || !road || *road < 0 || static_cast<std::size_t>(*road) >= plan.roads.size()) {
    return fail("the plan's entry of " + number.phone + " is not whole");
  }
  number.home = *home;
  number.road = static_cast<std::size_t>(*road);
  for (const Json& word : at_path(json, {"facts"})) {
    const auto fact = word.is_string() ? fact_from(word.get<std::string>()) : std::nullopt;
    if (!fact) return fail("the plan names a fact this version does not know: " + to_compact(word));
    number.facts.add(*fact);
  }
  auto around = surroundings_from_json(at_path(json, {"around"}));
  if (!around) return tl::make_unexpected(around.error());
  number.around = std::move(*around);
  return number;
}

// Reads everything but the digest, which is already known to fit.
Result<Plan> read_members(const Json& json, Catalogue catalogue) {
  Plan plan;
  const std::string to = text_at(json, "to");
  if (to != name(Direction::to_cloud) && to != name(Direction::to_onprem)) return fail("the plan leads nowhere known");
  plan.direction = to == name(Direction::to_cloud) ? Direction::to_cloud : Direction::to_onprem;
  plan.rollback_of = text_at(json, "rollback_of");
  const Json& options = at_path(json, {"options"});
  if (auto just = has_just(options, "options", {"allow_after_sunset", "deregister_first", "as_of"}); !just) {
    return tl::make_unexpected(just.error());
  }
  plan.options.allow_after_sunset = flag_at(options, "allow_after_sunset").value_or(false);
  plan.options.deregister_first = flag_at(options, "deregister_first").value_or(false);
  const auto as_of = parse_iso(text_at(options, "as_of"));
  const auto observed_at = parse_iso(text_at(json, "observed_at"));
  if (!as_of || !observed_at) return fail("the plan's dates can't be read");
  plan.options.as_of = *as_of;
  plan.observed_at = *observed_at;
  auto fleet = fleet_from_json(at_path(json, {"fleet"}));
  if (!fleet) return tl::make_unexpected(fleet.error());
  plan.fleet = std::move(*fleet);
  for (const Json& one : at_path(json, {"roads"})) {
    auto road = road_from(one, catalogue);
    if (!road) return tl::make_unexpected(road.error());
    plan.roads.push_back(std::move(*road));
  }
  std::map<std::string, std::size_t> in_fleet;
  for (std::size_t i = 0; i < plan.fleet.numbers.size(); ++i) in_fleet.emplace(plan.fleet.numbers[i].phone.e164, i);
  std::set<std::string> planned;
  for (const Json& one : at_path(json, {"numbers"})) {
    auto number = number_from(one, plan);
    if (!number) return tl::make_unexpected(number.error());
    const auto entry = in_fleet.find(number->phone);
    if (entry == in_fleet.end()) return fail("the plan's number " + number->phone + " is not in its fleet");
    number->entry = entry->second;
    if (!planned.insert(number->phone).second) return fail("the plan has the number " + number->phone + " twice");
    plan.numbers.push_back(std::move(*number));
  }
  for (const Json& one : at_path(json, {"refused"})) {
    if (auto just = has_just(one, "refused number", {"phone", "checks"}); !just) {
      return tl::make_unexpected(just.error());
    }
    auto checks = checks_from(at_path(one, {"checks"}));
    if (!checks) return tl::make_unexpected(checks.error());
    plan.refused.push_back({text_at(one, "phone"), std::move(*checks)});
  }
  auto warnings = checks_from(at_path(json, {"warnings"}));
  if (!warnings) return tl::make_unexpected(warnings.error());
  plan.warnings = std::move(*warnings);
  for (const Json& one : at_path(json, {"secrets"})) {
    if (one.is_string()) plan.secrets.push_back(one.get<std::string>());
  }
  return plan;
}

}  // namespace

Json to_json(const Plan& plan) {
  Json numbers = Json::array();
  for (const PlannedNumber& number : plan.numbers) {
    numbers.push_back({{"phone", number.phone},
                       {"home", name(number.home)},
                       {"why", number.why},
                       {"road", number.road},
                       {"facts", names_of(number.facts)},
                       {"around", to_json(number.around)}});
  }
  Json refused = Json::array();
  for (const RefusedNumber& one : plan.refused) {
    refused.push_back({{"phone", one.phone}, {"checks", checks_json(one.checks)}});
  }
  Json roads = Json::array();
  for (const PlannedRoad& road : plan.roads) roads.push_back(road_json(road));
  Json document = {{"wamigrate_plan", format_version},
                   {"to", name(plan.direction)},
                   {"observed_at", to_iso(plan.observed_at)},
                   {"options",
                    {{"allow_after_sunset", plan.options.allow_after_sunset},
                     {"deregister_first", plan.options.deregister_first},
                     {"as_of", to_iso(plan.options.as_of).substr(0, 10)}}},
                   {"rollback_of", plan.rollback_of},
                   {"roads", std::move(roads)},
                   {"numbers", std::move(numbers)},
                   {"refused", std::move(refused)},
                   {"warnings", checks_json(plan.warnings)},
                   {"secrets", plan.secrets},
                   {"fleet", to_json(plan.fleet)}};
  // The digest comes second, for people; nothing of what may be 100,000 numbers is copied for it.
  Json whole = {{"wamigrate_plan", format_version}, {"digest", digest_of(document)}};
  for (auto member = std::next(document.begin()); member != document.end(); ++member) {
    whole[member.key()] = std::move(member.value());
  }
  return whole;
}

Result<Plan> plan_from_json(const std::string& text, Catalogue catalogue) {
  auto json = parse_json(text);
  if (!json || !json->is_object()) {
    return fail("this is not a plan: it is not a JSON object",
                "if it was cut short, make it again with `wamigrate plan`");
  }
  if (!json->contains("wamigrate_plan")) return fail("this is not a plan of wamigrate");
  if (number_at(*json, "wamigrate_plan") != format_version) {
    return fail(
        fmt::format("the plan has format {}, this version reads {}", text_at(*json, "wamigrate_plan"), format_version),
        "make the plan again with this version");
  }
  if (auto just = has_just(*json, "document",
                           {"wamigrate_plan", "digest", "to", "observed_at", "options", "roads", "numbers",
                            "rollback_of", "refused", "warnings", "secrets", "fleet"});
      !just) {
    return tl::make_unexpected(just.error());
  }
  const std::string digest = text_at(*json, "digest");
  json->erase("digest");
  if (digest != digest_of(*json)) {
    return fail("the plan does not fit its own digest: it was changed after it was made",
                "review and apply only plans as `wamigrate plan` wrote them; make it again");
  }
  auto plan = read_members(*json, catalogue);
  if (plan) plan->digest = digest;
  return plan;
}

}  // namespace wamigrate
