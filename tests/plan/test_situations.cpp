// The worked situations under plans/: each folder's plan and review are made again from its inventory and from what was
// observed, through the same functions that the commands use, and compared byte for byte.
#include <fmt/format.h>

#include <filesystem>
#include <regex>
#include <set>

#include "model/inventory.hpp"
#include "report/review.hpp"
#include "run/survey.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"
#include "support/observed.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

struct Situation {
  std::string folder;
  bool partial = false;  ///< Made with --partial: some numbers are refused.
};

const std::vector<Situation> situations = {
    {"one-number-to-cloud"}, {"back-to-onprem"}, {"after-a-wrong-pin", true}, {"half-done-elsewhere", true},
    {"nothing-to-do"},       {"refused", true},  {"fleet-in-waves"},
};

Fleet fleet_of(const std::string& folder) {
  const std::string file = "plans/" + folder + "/inventory.yaml";
  auto fleet =
      read_inventory(text_of(file), "inventory.yaml", [&folder](const std::string& path) -> Result<std::string> {
        std::string text = text_of("plans/" + folder + "/" + path);
        if (text.empty()) return fail("there is no file " + path);
        return text;
      });
  if (!fleet) throw std::runtime_error(to_text(fleet.error()));
  return std::move(*fleet);
}

Observed observed_in(const std::string& folder) { return observed_from(text_of("plans/" + folder + "/observed.json")); }

/// What the commands' survey would hold had they seen this.
Survey survey_of(const Fleet& fleet, const Observed& observed) {
  Survey survey;
  survey.token = observed.token;
  survey.observed_at = observed.at;
  for (const ObservedNumber& number : observed.numbers) {
    Surveyed one;
    while (one.number < fleet.numbers.size() && fleet.numbers[one.number].phone.e164 != number.phone) ++one.number;
    REQUIRE(one.number < fleet.numbers.size());
    one.seen = number.seen;
    one.ledger = number.ledger;
    OwnRecord own;
    own.pin_refused = number.ledger.pin_refused;
    const HomeFinding first = find_home(fleet.numbers[one.number], one.seen);
    own.last_home = first.settled && first.home == Home::cloud ? Home::cloud : Home::unknown;
    // A survey asks until a home has settled or patience is over.
    const Sighting sighting{fleet.numbers[one.number], fleet.graph, observed.options, one.seen, own, true};
    one.home = home_of(sighting);
    one.facts = facts_to_plan_from(sighting);
    survey.numbers.push_back(std::move(one));
  }
  return survey;
}

struct Made {
  Plan plan;
  Checks failed;
};

Made make(const std::string& folder) {
  const Fleet fleet = fleet_of(folder);
  const Observed observed = observed_in(folder);
  const Survey survey = survey_of(fleet, observed);
  Made made;
  const Checks checks = check(fleet, observed.direction, observed.options, survey);
  made.plan = plan_from(fleet, observed.direction, observed.options, survey, checks, made.failed);
  return made;
}

std::string steps_of(const Plan& plan, const std::string& phone) {
  for (const PlannedNumber& number : plan.numbers) {
    if (number.phone == phone) return fmt::format("{}", fmt::join(plan.roads[number.road].steps, " "));
  }
  for (const RefusedNumber& refused : plan.refused) {
    if (refused.phone != phone) continue;
    std::string ids = "refused:";
    for (const Check& check : refused.checks) ids += " " + check.id;
    return ids;
  }
  return "not in the plan";
}

/// As much of JSON Schema as the schemas under plans/ use. Empty when `value` is valid, or the first place that isn't.
class Schema {
 public:
  explicit Schema(const Json& root) : root_(root) {}
  std::string complaint(const Json& value) const { return complaint(root_, value, "plan"); }

 private:
  static bool is_of(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    return type == "null" && value.is_null();
  }
  std::string complaint(const Json& schema, const Json& value, const std::string& where) const {
    if (schema.contains("$ref")) {
      const std::string name = schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
      return complaint(root_.at("$defs").at(name), value, where);
    }
    if (schema.contains("type") && !is_of(value, schema["type"].get<std::string>())) return where + " has another type";
    if (schema.contains("const") && schema["const"] != value) return where + " is not what it must be";
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
      return where + " is none of those it may be: " + to_compact(value);
    }
    if (schema.contains("pattern") &&
        !std::regex_search(value.get<std::string>(), std::regex(schema["pattern"].get<std::string>()))) {
      return where + " does not look like one: " + to_compact(value);
    }
    if (schema.contains("minimum") && value < schema["minimum"]) return where + " is too small";
    if (schema.contains("anyOf")) {
      const bool fits = std::any_of(schema["anyOf"].begin(), schema["anyOf"].end(),
                                    [&](const Json& one) { return complaint(one, value, where).empty(); });
      if (!fits) return where + " fits none";
    }
    for (const Json& member : schema.value("required", Json::array())) {
      if (!value.contains(member.get<std::string>())) return where + " lacks " + member.get<std::string>();
    }
    if (value.is_object()) return members(schema, value, where);
    for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
      const std::string found = complaint(schema.at("items"), value[i], fmt::format("{}[{}]", where, i));
      if (!found.empty()) return found;
    }
    return {};
  }
  std::string members(const Json& schema, const Json& value, const std::string& where) const {
    for (const auto& [key, member] : value.items()) {
      if (!schema.at("properties").contains(key)) return where + " has an unknown member " + key;
      const std::string found = complaint(schema["properties"][key], member, where + "." + key);
      if (!found.empty()) return found;
    }
    return {};
  }

  const Json& root_;
};

}  // namespace

TEST_CASE("each situation's plan and review are what its inventory and observation make of it today") {
  for (const Situation& situation : situations) {
    CAPTURE(situation.folder);
    const Made made = make(situation.folder);
    CHECK(made.failed.empty() != situation.partial);
    const std::string folder = "plans/" + situation.folder + "/";
    CHECK(differs(folder + "plan.json", to_document(made.plan)) == "");
    CHECK(differs(folder + "review.md", review_markdown(made.plan, catalogue())) == "");
  }
}

TEST_CASE("each folder under plans/ is a situation, and each situation is complete") {
  std::set<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(repository_path("plans"))) {
    if (entry.is_directory()) folders.insert(entry.path().filename().string());
  }
  std::set<std::string> named;
  for (const Situation& situation : situations) {
    named.insert(situation.folder);
    for (const std::string file : {"inventory.yaml", "observed.json", "plan.json", "review.md"}) {
      CAPTURE(situation.folder, file);
      CHECK(std::filesystem::exists(repository_path("plans/" + situation.folder + "/" + file)));
    }
    CHECK(text_of("plans/README.md").find("`" + situation.folder + "/`") != std::string::npos);
  }
  CHECK(folders == named);
}

TEST_CASE("observations are written in their canonical form and read back as written") {
  for (const Situation& situation : situations) {
    CAPTURE(situation.folder);
    const std::string file = "plans/" + situation.folder + "/observed.json";
    CHECK(differs(file, to_document(to_json(observed_in(situation.folder)))) == "");
  }
  CHECK_THROWS(observed_from("{}"));
  CHECK_THROWS(observed_from("not JSON"));
  Json spoiled = to_json(observed_in("nothing-to-do"));
  spoiled["numbers"][0]["graph"]["colour"] = "red";
  CHECK_THROWS(observed_from(to_compact(spoiled)));
}

TEST_CASE("the plans read back, and hold neither a secret nor a path of the machine they were made on") {
  for (const Situation& situation : situations) {
    CAPTURE(situation.folder);
    const std::string text = text_of("plans/" + situation.folder + "/plan.json");
    const auto plan = plan_from_json(text, catalogue());
    if (!plan) FAIL(plan.error().message);
    CHECK(to_document(*plan) == text);
    for (const std::string& place :
         {std::string(SOURCE_DIR), std::string("/home/"), std::string("/tmp/"), std::string("file:/")}) {
      CHECK(text.find(place) == std::string::npos);
    }
    for (const std::string& secret : plan->secrets) CHECK(secret.starts_with("env:"));
  }
}

TEST_CASE("the plans fit the schema, whose steps and facts are those of the program") {
  const auto schema = parse_json(text_of("plans/plan.schema.json"));
  REQUIRE(schema);
  for (const Situation& situation : situations) {
    CAPTURE(situation.folder);
    Json plan = *parse_json(text_of("plans/" + situation.folder + "/plan.json"));
    CHECK(Schema(*schema).complaint(plan) == "");
    plan["colour"] = "red";
    CHECK(Schema(*schema).complaint(plan) == "plan has an unknown member colour");
    plan.erase("colour");
    plan.erase("digest");
    CHECK(Schema(*schema).complaint(plan) == "plan lacks digest");
  }
  Plan with_all = make("one-number-to-cloud").plan;
  Policy& policy = with_all.fleet.policy;
  policy.gate_each_wave = true;
  policy.windows = {*parse_window("Sat,Sun 01:00-05:00 Europe/Berlin"), *parse_window("22:00-24:00")};
  for (const HookName& hook : hook_names) policy.hooks.*hook.path = "hooks/" + std::string(hook.name);
  CHECK(Schema(*schema).complaint(*parse_json(to_document(with_all))) == "");
  Json steps = Json::array(), facts = Json::array();
  for (const StepKind& kind : catalogue()) steps.push_back(kind.name);
  for (unsigned i = 0; i < static_cast<unsigned>(Fact::count_); ++i) facts.push_back(name(static_cast<Fact>(i)));
  CHECK(schema->at("$defs").at("step").at("enum") == steps);
  CHECK(schema->at("$defs").at("fact").at("enum") == facts);
}

TEST_CASE("a refused PIN is not planned with, and a number it took down comes back through on-premises") {
  const Plan plan = make("after-a-wrong-pin").plan;
  CHECK(steps_of(plan, "+491713920001") == "refused: pin");
  CHECK(steps_of(plan, "+491713920002").find("take_snapshot register_onprem enter_onprem_code ") == 0);
  CHECK(steps_of(plan, "+491713920003")
            .find("confirm_webhook take_snapshot promise_no_restart drain_queue take_backup register_on_cloud") == 0);
}

TEST_CASE("what somebody began elsewhere is taken up where it stands, and a contradiction is not touched") {
  const Plan plan = make("half-done-elsewhere").plan;
  CHECK(steps_of(plan, "+491713920001").find("confirm_webhook") == 0);
  CHECK(steps_of(plan, "+491713920002").empty());
  CHECK(steps_of(plan, "+491713920003") == "refused: home");
  CHECK(steps_of(plan, "+491713920004").find("take_snapshot register_onprem") == 0);
}

TEST_CASE("with --partial each refused number is listed with everything that stands against it") {
  const Plan plan = make("refused").plan;
  CHECK(plan.numbers.size() == 1);
  CHECK(steps_of(plan, "+491713920002") == "refused: name_status");
  CHECK(steps_of(plan, "+491713920003") == "refused: identity home");
  CHECK(steps_of(plan, "+491713920004") == "refused: identity home");
  CHECK(steps_of(plan, "+491713920005") == "refused: home");
  CHECK(steps_of(plan, "+491713920006") == "refused: pin callback_queue");
  CHECK(steps_of(plan, "+491713920007") == "refused: identity home");
  CHECK(steps_of(plan, "+491713920008") == "refused: home");
}

TEST_CASE("ten numbers share the few roads there are, and nothing to do is a plan too") {
  const Plan fleet = make("fleet-in-waves").plan;
  CHECK(fleet.numbers.size() == 10);
  CHECK(fleet.roads.size() == 2);
  const Plan nothing = make("nothing-to-do").plan;
  CHECK(nothing.numbers.size() == 2);
  CHECK(nothing.roads.size() == 1);
  CHECK(nothing.roads[0].steps.empty());
}
