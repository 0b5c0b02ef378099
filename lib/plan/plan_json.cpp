// Reading the plan document: docs/formats.md describes it. What is not understood is refused, never skipped. It is read
// in place: what there is of each number becomes values one number after the other.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

#include "base/digest.hpp"
#include "base/json_reader.hpp"
#include "model/inventory.hpp"
#include "plan/plan.hpp"

namespace wamigrate {
namespace {

constexpr const char* make_again =
    "make the plan again with this version: wamigrate plan INVENTORY --to cloud|onprem -o plan.json";

template <std::size_t count>
using Names = std::array<std::string_view, count>;

tl::unexpected<Error> unknown_member(std::string_view what, std::string_view key) {
  return fail(fmt::format("the plan has an unknown member \"{}\" in its {}", key, what), make_again);
}

tl::unexpected<Error> missing_member(std::string_view what, std::string_view key) {
  return fail(fmt::format("the plan's {} lacks the member \"{}\"", what, key), make_again);
}

/// The values of the object that comes next, each as it is written, in the order of `names`. It has exactly these
/// members: one that is not known may mean what this version would get wrong.
template <std::size_t count>
Result<Names<count>> members_of(JsonReader& json, std::string_view what, const Names<count>& names) {
  if (json.kind() != JsonReader::Kind::object)
    return fail(fmt::format("the plan's {} is not an object", what), make_again);
  Names<count> values;
  json.enter_object();
  while (const auto key = json.next_member()) {
    const auto known = std::find(names.begin(), names.end(), *key);
    if (known == names.end()) return unknown_member(what, *key);
    values[static_cast<std::size_t>(known - names.begin())] = json.raw();
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (values[i].empty()) return missing_member(what, names[i]);
  }
  return values;
}

/// As text_at() reads.
std::string text_of(std::string_view json) { return JsonReader(json).text(); }

/// A whole number, as number_at() reads.
std::optional<long long> number_of(std::string_view json) {
  long long number = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), number);
  if (error == std::errc() && end == json.data() + json.size()) return number;
  const auto value = parse_json(fmt::format("{{\"n\":{}}}", json));
  return value ? number_at(*value, "n") : std::nullopt;
}

bool flag_of(std::string_view json) { return text_of(json) == "true"; }

/// Calls `take(reader)` for each item of a list; it gives a Result. What is no list has no items.
template <class Take>
Result<void> for_each_item(std::string_view json, Take take) {
  JsonReader list(json);
  if (list.kind() != JsonReader::Kind::list) return {};
  list.enter_list();
  while (list.next_item()) {
    if (Result<void> taken = take(list); !taken) return taken;
  }
  return {};
}

Result<std::vector<Check>> checks_from(std::string_view json) {
  static constexpr Names<6> names = {"id", "phone", "result", "message", "fix", "source"};
  std::vector<Check> checks;
  if (!json.starts_with('[')) return fail("a list of checks is missing", make_again);
  auto read = for_each_item(json, [&checks](JsonReader& item) -> Result<void> {
    const std::string_view written = item.raw();
    JsonReader members(written);
    if (auto just = members_of(members, "check", names); !just) return tl::make_unexpected(just.error());
    auto check = check_from_json(*parse_json(written));
    if (!check) return fail(check.error().message, make_again);
    checks.push_back(std::move(*check));
    return {};
  });
  if (!read) return tl::make_unexpected(read.error());
  return checks;
}

/// Milliseconds, a year at most: so that the sum over any fleet is one too.
std::optional<Millis> length_of(std::string_view json) {
  constexpr Millis longest = std::chrono::hours(24 * 366);
  const auto number = number_of(json);
  if (!number || *number < 0 || *number > longest.count()) return std::nullopt;
  return Millis(*number);
}

Result<PlannedRoad> road_from(JsonReader& json, Catalogue catalogue) {
  static constexpr Names<5> names = {"steps", "way_back", "commit", "expected_ms", "expected_downtime_ms"};
  const auto members = members_of(json, "road", names);
  if (!members) return tl::make_unexpected(members.error());
  const auto& [steps, way_back, commit_text, expected_text, downtime_text] = *members;
  PlannedRoad road;
  auto read = for_each_item(steps, [&](JsonReader& item) -> Result<void> {
    const std::string_view written = item.raw();
    std::string step = text_of(written);
    if (!written.starts_with('"') || find_kind(catalogue, step) == nullptr) {
      return fail(fmt::format("the plan has a step this version does not know: {}", without_blanks(written)),
                  make_again);
    }
    road.steps.push_back(std::move(step));
    return {};
  });
  if (!read) return tl::make_unexpected(read.error());
  read = for_each_item(way_back, [&](JsonReader& item) -> Result<void> {
    const std::string_view written = item.raw();
    const auto way = written.starts_with('"') ? way_back_from(text_of(written)) : std::nullopt;
    if (!way) return fail(fmt::format("the plan has an unknown way back: {}", without_blanks(written)), make_again);
    road.way_back.push_back(*way);
    return {};
  });
  if (!read) return tl::make_unexpected(read.error());
  if (road.way_back.size() != road.steps.size()) return fail("a road's ways back don't fit its steps", make_again);
  if (const auto commit = number_of(commit_text)) {
    if (*commit < 0 || static_cast<std::size_t>(*commit) >= road.steps.size()) {
      return fail("a road's commit point lies outside it", make_again);
    }
    road.commit = static_cast<std::size_t>(*commit);
  }
  const auto expected = length_of(expected_text);
  const auto downtime = length_of(downtime_text);
  if (!expected || !downtime) return fail("a road's expected length can't be read", make_again);
  road.expected = *expected;
  road.expected_downtime = *downtime;
  return road;
}

Result<PlannedNumber> number_from(JsonReader& json, std::size_t roads) {
  static constexpr Names<6> names = {"phone", "home", "why", "road", "facts", "around"};
  const auto members = members_of(json, "number", names);
  if (!members) return tl::make_unexpected(members.error());
  const auto& [phone, home_text, why, road_text, facts, around_text] = *members;
  PlannedNumber number;
  number.phone = text_of(phone);
  number.why = text_of(why);
  const auto home = home_from(text_of(home_text));
  const auto road = number_of(road_text);
  if (!home || !road || *road < 0 || static_cast<std::size_t>(*road) >= roads) {
    return fail("the plan's entry of " + number.phone + " is not whole", make_again);
  }
  number.home = *home;
  number.road = static_cast<std::size_t>(*road);
  auto read = for_each_item(facts, [&](JsonReader& item) -> Result<void> {
    const std::string_view written = item.raw();
    const auto fact = written.starts_with('"') ? fact_from(text_of(written)) : std::nullopt;
    if (!fact)
      return fail(fmt::format("the plan names a fact this version does not know: {}", without_blanks(written)),
                  make_again);
    number.facts.add(*fact);
    return {};
  });
  if (!read) return tl::make_unexpected(read.error());
  auto around = surroundings_from_json(around_text);
  if (!around) return tl::make_unexpected(around.error());
  number.around = std::move(*around);
  return number;
}

/// Numbers of the fleet that are in the plan, each once.
Result<void> read_numbers(std::string_view json, Plan& plan) {
  std::unordered_map<std::string_view, std::size_t> in_fleet;
  in_fleet.reserve(plan.fleet.numbers.size());
  for (std::size_t i = 0; i < plan.fleet.numbers.size(); ++i) in_fleet.emplace(plan.fleet.numbers[i].phone.e164, i);
  std::vector<bool> planned(plan.fleet.numbers.size());
  return for_each_item(json, [&](JsonReader& item) -> Result<void> {
    auto number = number_from(item, plan.roads.size());
    if (!number) return tl::make_unexpected(number.error());
    const auto entry = in_fleet.find(number->phone);
    if (entry == in_fleet.end()) return fail("the plan's number " + number->phone + " is not in its fleet", make_again);
    number->entry = entry->second;
    if (planned[number->entry]) return fail("the plan has the number " + number->phone + " twice", make_again);
    planned[number->entry] = true;
    plan.numbers.push_back(std::move(*number));
    return {};
  });
}

Result<RefusedNumber> refused_from(JsonReader& json) {
  static constexpr Names<2> names = {"phone", "checks"};
  const auto members = members_of(json, "refused number", names);
  if (!members) return tl::make_unexpected(members.error());
  auto checks = checks_from((*members)[1]);
  if (!checks) return tl::make_unexpected(checks.error());
  return RefusedNumber{text_of((*members)[0]), std::move(*checks)};
}

Result<void> read_options(std::string_view json, PlanOptions& options) {
  static constexpr Names<3> names = {"allow_after_sunset", "deregister_first", "as_of"};
  JsonReader reader(json);
  const auto members = members_of(reader, "options", names);
  if (!members) return tl::make_unexpected(members.error());
  options.allow_after_sunset = flag_of((*members)[0]);
  options.deregister_first = flag_of((*members)[1]);
  const auto as_of = parse_iso(text_of((*members)[2]));
  if (!as_of) return fail("the plan's dates can't be read", make_again);
  options.as_of = *as_of;
  return {};
}

constexpr Names<12> document_names = {"wamigrate_plan", "digest",  "to",       "observed_at", "options", "roads",
                                      "numbers",        "refused", "warnings", "secrets",     "fleet",   "rollback_of"};

/// The values of the document, each as it is written, in the order of these names.
using Document = Names<12>;

/// Reads everything but the digest, which is already known to fit.
Result<Plan> read_members(const Document& document, Catalogue catalogue) {
  const auto& [format, digest, to_text, observed_text, options, roads, numbers, refused, warnings, secrets, fleet_text,
               rollback_of] = document;
  Plan plan;
  const std::string to = text_of(to_text);
  if (to != name(Direction::to_cloud) && to != name(Direction::to_onprem))
    return fail("the plan leads nowhere known", make_again);
  plan.direction = to == name(Direction::to_cloud) ? Direction::to_cloud : Direction::to_onprem;
  plan.rollback_of = text_of(rollback_of);
  if (auto read = read_options(options, plan.options); !read) return tl::make_unexpected(read.error());
  const auto observed_at = parse_iso(text_of(observed_text));
  if (!observed_at) return fail("the plan's dates can't be read", make_again);
  plan.observed_at = *observed_at;
  auto fleet = fleet_from_json(fleet_text);
  if (!fleet) return tl::make_unexpected(fleet.error());
  plan.fleet = std::move(*fleet);
  auto read = for_each_item(roads, [&](JsonReader& item) -> Result<void> {
    auto road = road_from(item, catalogue);
    if (!road) return tl::make_unexpected(road.error());
    plan.roads.push_back(std::move(*road));
    return {};
  });
  if (read) read = read_numbers(numbers, plan);
  if (read) {
    read = for_each_item(refused, [&plan](JsonReader& item) -> Result<void> {
      auto one = refused_from(item);
      if (!one) return tl::make_unexpected(one.error());
      plan.refused.push_back(std::move(*one));
      return {};
    });
  }
  if (!read) return tl::make_unexpected(read.error());
  auto checks = checks_from(warnings);
  if (!checks) return tl::make_unexpected(checks.error());
  plan.warnings = std::move(*checks);
  for_each_item(secrets, [&plan](JsonReader& item) -> Result<void> {
    if (item.kind() == JsonReader::Kind::text) {
      plan.secrets.push_back(item.text());
    } else {
      item.raw();
    }
    return {};
  });
  return plan;
}

/// Where in a text its digest stands, with its name and the comma that goes with it.
struct Cut {
  std::size_t begin = 0;
  std::size_t end = 0;
};

Cut cut_of(std::string_view text, std::string_view digest) {
  constexpr std::string_view blanks = " \n\t\r";
  const auto value = static_cast<std::size_t>(digest.data() - text.data());
  Cut cut{text.rfind("\"digest\"", value - 1), text.find_first_not_of(blanks, value + digest.size())};
  if (text[cut.end] == ',') {
    ++cut.end;
  } else {  // the last member: the comma before it
    cut.begin = text.find_last_not_of(blanks, cut.begin - 1);
  }
  return cut;
}

/// Of a document as it stands there, but for the white space between its values and for the digest itself.
std::string digest_of(std::string_view text, const Cut& cut) {
  Sha256 digest;
  const auto add = [&digest](std::string_view piece) { digest.add(piece); };
  without_blanks(text.substr(0, cut.begin), add);
  without_blanks(text.substr(cut.end), add);
  return digest.hex();
}

/// The values of the document; or why this is none, or none that this version reads.
Result<Document> open_document(std::string_view text) {
  JsonReader json(text);
  std::vector<std::pair<std::string_view, std::string_view>> members;
  json.enter_object();
  while (const auto key = json.next_member()) members.emplace_back(*key, json.raw());
  if (!json.at_end()) {
    return fail("this is not a plan: " + (json.why().empty() ? "it is not a JSON object" : json.why()),
                "if it was cut short, make it again: wamigrate plan INVENTORY --to cloud|onprem -o plan.json");
  }
  Document document;
  std::string_view unknown;
  for (const auto& [key, value] : members) {
    const auto known = std::find(document_names.begin(), document_names.end(), key);
    if (known == document_names.end()) {
      unknown = key;
    } else {
      document[static_cast<std::size_t>(known - document_names.begin())] = value;
    }
  }
  if (document.front().empty())
    return fail("this is not a plan of wamigrate", "make one: wamigrate plan INVENTORY --to cloud|onprem -o plan.json");
  if (number_of(document.front()) != plan_format) {
    return fail(fmt::format("the plan has format {}, this version reads {}", text_of(document.front()), plan_format),
                make_again);
  }
  if (unknown.data() != nullptr) return unknown_member("document", unknown);
  for (std::size_t i = 0; i < document.size(); ++i) {
    if (document.at(i).empty()) return missing_member("document", document_names.at(i));
  }
  return document;
}

}  // namespace

Result<Plan> plan_from_json(std::string_view text, Catalogue catalogue) {
  const auto document = open_document(text);
  if (!document) return tl::make_unexpected(document.error());
  const std::string_view written_digest = (*document)[1];
  std::string digest = text_of(written_digest);
  if (digest != digest_of(text, cut_of(text, written_digest))) {
    return fail(
        "the plan does not fit its own digest: it was changed after it was made",
        "review and apply only plans as they were written; make it again: wamigrate plan INVENTORY --to cloud|onprem "
        "-o plan.json");
  }
  auto plan = read_members(*document, catalogue);
  if (plan) plan->digest = std::move(digest);
  return plan;
}

}  // namespace wamigrate
