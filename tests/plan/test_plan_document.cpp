// The plan document: what is written is what is read, and nothing else is.
#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/json_reader.hpp"
#include "plan/plan.hpp"
#include "steps/step.hpp"
#include "support/catch.hpp"
#include "support/sightings.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

using namespace std::chrono_literals;
using enum Fact;

Fleet some_fleet(int numbers = 3) {
  Fleet fleet;
  fleet.graph.token = {SecretRef::Kind::env, "WAMIGRATE_GRAPH_TOKEN"};
  fleet.graph.app_id = "900100200300";
  for (int i = 1; i <= numbers; ++i) {
    Number number = some_number(fmt::format("+49171392{:04}", i));
    number.phone_number_id = fmt::format("10654035224{:04}", i);
    number.deployment.name = fmt::format("de-{}", i);
    number.deployment.url = fmt::format("https://10.0.0.{}:9090", i);
    fleet.numbers.push_back(number);
  }
  return fleet;
}

constexpr Facts on_premises = {
    onprem_is_home, onprem_healthy, pin_given,           pin_known,         ownership_verified,      storage_region_set,
    cloud_released, cloud_let_go,   certificate_in_hand, account_requested, onprem_registration_open};

Evidence evidence(std::size_t number, Home home, Facts facts) {
  HomeFinding finding;
  finding.home = home;
  finding.settled = true;
  finding.why = "as seen";
  Surroundings around;
  around.cloud_webhook = "hooks.example.com";
  around.coreapps = static_cast<int>(number) + 1;
  return {number, finding, facts, around};
}

PlanOptions some_options() {
  PlanOptions options;
  options.as_of = *parse_iso("2025-10-20");
  return options;
}

const Time noon = *parse_iso("2025-10-20T12:00:00Z");

/// Three numbers: two that take the same road and one that is on Cloud already; one refused; one warning.
Plan some_plan() {
  const Fleet fleet = some_fleet(4);
  Checks failed;
  Plan plan = make_plan(catalogue(), fleet, Direction::to_cloud, some_options(), noon,
                        {evidence(0, Home::onprem, on_premises), evidence(1, Home::onprem, on_premises),
                         evidence(2, Home::cloud, {cloud_is_home, pin_given, pin_known})},
                        failed);
  REQUIRE(failed.empty());
  plan.refused.push_back({fleet.numbers[3].phone.e164,
                          {{"name_status", fleet.numbers[3].phone.e164, Check::Result::fail,
                            "the display name is DECLINED", "have it approved", "Meta"}}});
  plan.warnings.push_back(
      {"shared_pin", "", Check::Result::warn, "4 numbers share a PIN reference", "give each its own", ""});
  plan.secrets = {"env:WAMIGRATE_GRAPH_TOKEN", "env:WAMIGRATE_PIN"};
  sign(plan);
  return plan;
}

std::string text_of(const Plan& plan) { return to_document(plan); }
Json json_of(const Plan& plan) { return *parse_json(to_document(plan)); }
Result<Plan> read(const std::string& text) { return plan_from_json(text, catalogue()); }

/// The document with a digest that fits what it says now, as a foreign writer would make it.
std::string signed_again(Json document) {
  document["digest"] = "";
  Json without = document;
  without.erase("digest");
  document["digest"] = sha256_hex(to_compact(without));
  return to_document(document);
}

std::string why_refused(const std::string& text) {
  const auto plan = read(text);
  if (plan) return "it was read";
  CHECK(plan.error().fix.find("wamigrate plan INVENTORY --to ") != std::string::npos);  // the next step, always
  return plan.error().message;
}

}  // namespace

TEST_CASE("a plan reads back as it was written") {
  const Plan plan = some_plan();
  const auto again = read(text_of(plan));
  if (!again) FAIL(again.error().message);
  CHECK(text_of(*again) == text_of(plan));
  CHECK(again->digest == plan.digest);
  CHECK(again->direction == plan.direction);
  CHECK(again->observed_at == noon);
  CHECK(again->options.as_of == plan.options.as_of);
  CHECK(again->roads == plan.roads);
  REQUIRE(again->numbers.size() == 3);
  CHECK(again->numbers[0].facts == on_premises);
  CHECK(again->numbers[2].home == Home::cloud);
  CHECK(again->numbers[2].around == plan.numbers[2].around);
  CHECK(again->numbers[2].around.coreapps == 3);
  CHECK(again->number(1).deployment.url == "https://10.0.0.2:9090");
  REQUIRE(again->refused.size() == 1);
  CHECK(again->refused[0].checks[0].id == "name_status");
  CHECK(again->warnings[0].phone.empty());
  CHECK(again->secrets == plan.secrets);
}

TEST_CASE("plans in every direction and with every option read back") {
  for (const Direction direction : {Direction::to_cloud, Direction::to_onprem}) {
    for (const bool flag : {false, true}) {
      Fleet fleet = some_fleet(1);
      PlanOptions options = some_options();
      options.allow_after_sunset = flag;
      options.deregister_first = !flag;
      Checks failed;
      Plan plan =
          make_plan(catalogue(), fleet, direction, options, noon, {evidence(0, Home::onprem, on_premises)}, failed);
      plan.rollback_of = flag ? "abc" : "";
      sign(plan);
      const auto again = read(text_of(plan));
      if (!again) FAIL(again.error().message);
      CHECK(text_of(*again) == text_of(plan));
    }
  }
}

TEST_CASE("the same evidence gives the same bytes, and the digest is theirs") {
  CHECK(text_of(some_plan()) == text_of(some_plan()));
  const Plan plan = some_plan();
  CHECK(plan.digest.size() == 64);
  Json without = json_of(plan);
  CHECK(text_at(without, "digest") == plan.digest);
  without.erase("digest");
  CHECK(plan.digest == sha256_hex(to_compact(without)));
  Checks failed;
  Plan fresh = make_plan(catalogue(), some_fleet(), Direction::to_cloud, some_options(), noon,
                         {evidence(0, Home::onprem, on_premises)}, failed);
  CHECK(fresh.digest.empty());
  sign(fresh);
  CHECK(fresh.digest != plan.digest);
}

TEST_CASE("a plan in which any byte is changed is refused, or says the same as before") {
  const std::string text = text_of(some_plan());
  const std::string meaning = to_compact(*parse_json(text));
  int refused = 0, same = 0;
  const std::string replacements = "0}\" x";
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char replacement : replacements) {
      if (text[i] == replacement || i % (replacement == 'x' ? 5 : 41) != 0) continue;
      std::string changed = text;
      changed[i] = replacement;
      const auto plan = read(changed);
      if (!plan) {
        ++refused;
        CHECK_FALSE(plan.error().message.empty());
        continue;
      }
      ++same;  // a blank between two members
      CAPTURE(i, changed.substr(i < 20 ? 0 : i - 20, 40));
      CHECK(to_compact(json_of(*plan)) == meaning);
    }
  }
  CHECK(refused > 1000);
  CHECK(same > 0);
}

TEST_CASE("a plan that was indented anew or not at all, or whose digest stands elsewhere, still fits its digest") {
  const Plan plan = some_plan();
  const Json document = json_of(plan);
  Json digest_last = document;
  digest_last.erase("digest");
  digest_last["digest"] = plan.digest;
  std::string spaced;
  without_blanks(text_of(plan), [&spaced](std::string_view piece) { (spaced += piece) += " \t\r\n"; });
  for (const std::string& text : {to_compact(document), document.dump(7), document.dump(1, '\t'), " \n" + text_of(plan),
                                  spaced, to_compact(digest_last), to_document(digest_last)}) {
    CAPTURE(text.substr(0, 60));
    const auto again = read(text);
    if (!again) FAIL(again.error().message);
    CHECK(text_of(*again) == text_of(plan));
  }
}

TEST_CASE("white space inside a plan's texts is part of what its digest is of") {
  std::string text = text_of(some_plan());
  const std::size_t seen = text.find("as seen");
  REQUIRE(seen != std::string::npos);
  text.insert(seen + 2, " ");
  CHECK(why_refused(text).find("does not fit its own digest") != std::string::npos);
}

TEST_CASE("a plan that says anything twice is refused, even under a digest that fits") {
  for (const std::string first : {"\"to\"", "\"digest\"", "\"as_of\"", "\"steps\"", "\"why\"", "\"coreapps\"",
                                  "\"message\"", "\"soak\"", "\"url\"", "\"numbers\""}) {
    std::string text = to_compact(json_of(some_plan()));
    const std::size_t name = text.find(first + ":");
    REQUIRE(name != std::string::npos);
    text.insert(name, first + ":0,");
    // As a foreign writer would sign it: the digest is of all but itself.
    const std::string digest = "\"digest\":\"" + some_plan().digest + "\",";
    const std::size_t place = text.find(digest);
    std::string unsigned_text = text;
    if (place != std::string::npos) unsigned_text.erase(place, digest.size());
    const std::size_t old = text.find(some_plan().digest);
    text.replace(old, some_plan().digest.size(), sha256_hex(unsigned_text));
    CAPTURE(first);
    CHECK(why_refused(text) == "this is not a plan: an object has the member " + first + " twice");
  }
}

TEST_CASE("a plan that was garbled is refused: something before, after or between, a comma too many or too few") {
  const std::string text = text_of(some_plan());
  REQUIRE(why_refused(text) == "it was read");
  for (const std::string& garbled :
       {text + "x", text + "{}", "x" + text, "\xef\xbb\xbf" + text, text + text, "[" + text + "]"}) {
    CHECK(why_refused(garbled).find("this is not a plan") == 0);
  }
  for (const char piece : {',', ':', '{', '}', '[', ']', '"'}) {
    for (std::size_t at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 97)) {
      if (piece == ':' && text[at - 1] != '"') continue;  // of a time or a URL
      std::string fewer = text, more = text;
      fewer.erase(at, 1);
      more.insert(at, 1, piece);
      CAPTURE(piece, at);
      CHECK(why_refused(fewer).find("this is not a plan") == 0);
      CHECK(why_refused(more).find("this is not a plan") == 0);
    }
  }
}

TEST_CASE("a plan that was cut short anywhere is refused") {
  const std::string text = text_of(some_plan());
  for (std::size_t length = 0; length + 2 < text.size(); length += 23) {
    CAPTURE(length);
    CHECK(why_refused(text.substr(0, length)).find("this is not a plan") == 0);
  }
}

TEST_CASE("JSON of something else is no plan") {
  for (const std::string text :
       {"", "null", "[]", "42", "\"plan\"", "{}", "{\"a\":1}", "{\"numbers\":[]}", "not json at all"}) {
    CAPTURE(text);
    CHECK(why_refused(text).find("this is not a plan") == 0);
  }
  Json newer = json_of(some_plan());
  newer["wamigrate_plan"] = 2;
  CHECK(why_refused(signed_again(newer)).find("the plan has format 2, this version reads 1") == 0);
}

TEST_CASE("whatever a plan holds that this version doesn't know is refused, even under a digest that fits") {
  const Json plan = json_of(some_plan());
  REQUIRE(why_refused(signed_again(plan)) == "it was read");
  auto refuses = [&plan](const std::string& what, auto change) {
    Json changed = plan;
    change(changed);
    CAPTURE(what);
    CHECK(why_refused(signed_again(changed)).find(what) != std::string::npos);
  };
  refuses("unknown member \"colour\" in its document", [](Json& json) { json["colour"] = "red"; });
  refuses("unknown member \"hurry\" in its options", [](Json& json) { json["options"]["hurry"] = true; });
  refuses("unknown member \"toll\" in its road", [](Json& json) { json["roads"][0]["toll"] = 1; });
  refuses("unknown member \"nickname\" in its number", [](Json& json) { json["numbers"][0]["nickname"] = "x"; });
  refuses("unknown member \"why\" in its refused number", [](Json& json) { json["refused"][0]["why"] = "x"; });
  refuses("unknown member \"severity\" in its check", [](Json& json) { json["warnings"][0]["severity"] = 3; });
  refuses("the plan's fleet can't be read", [](Json& json) { json["fleet"]["colour"] = "red"; });
  refuses("a step this version does not know: \"fly\"", [](Json& json) { json["roads"][0]["steps"][0] = "fly"; });
  refuses("a fact this version does not know: \"moon_is_full\"",
          [](Json& json) { json["numbers"][0]["facts"][0] = "moon_is_full"; });
  refuses("surroundings", [](Json& json) { json["numbers"][0]["around"]["colour"] = "red"; });
  refuses("an unknown way back: \"maybe\"", [](Json& json) { json["roads"][0]["way_back"][0] = "maybe"; });
  refuses("the result \"maybe\" is not known", [](Json& json) { json["warnings"][0]["result"] = "maybe"; });
  refuses("leads nowhere known", [](Json& json) { json["to"] = "the moon"; });
  refuses("is not whole", [](Json& json) { json["numbers"][0]["home"] = "elsewhere"; });
}

TEST_CASE("a plan that lacks a part, or whose parts don't fit each other, is refused under a digest that fits") {
  const Json plan = json_of(some_plan());
  for (const auto& [key, value] : plan.items()) {
    if (key == "digest" || key == "wamigrate_plan") continue;
    Json changed = plan;
    changed.erase(key);
    CAPTURE(key);
    CHECK(why_refused(signed_again(changed)) == "the plan's document lacks the member \"" + key + "\"");
  }
  auto refuses = [&plan](const std::string& what, auto change) {
    Json changed = plan;
    change(changed);
    CAPTURE(what);
    CHECK(why_refused(signed_again(changed)).find(what) != std::string::npos);
  };
  refuses("ways back don't fit", [](Json& json) { json["roads"][0]["way_back"].erase(0); });
  refuses("commit point lies outside", [](Json& json) { json["roads"][0]["commit"] = 99; });
  refuses("commit point lies outside", [](Json& json) { json["roads"][0]["commit"] = -1; });
  refuses("is not whole", [](Json& json) { json["numbers"][0]["road"] = 99; });
  refuses("is not whole", [](Json& json) { json["numbers"][0]["road"] = -1; });
  refuses("is not in its fleet", [](Json& json) { json["numbers"][0]["phone"] = "+491713929999"; });
  refuses("twice", [](Json& json) { json["numbers"][0]["phone"] = json["numbers"][1]["phone"]; });
  refuses("dates can't be read", [](Json& json) { json["observed_at"] = "yesterday"; });
  refuses("dates can't be read", [](Json& json) { json["options"]["as_of"] = "soon"; });
}

TEST_CASE("a road that is expected to take longer than a year, or less than nothing, is refused") {
  for (const char* member : {"expected_ms", "expected_downtime_ms"}) {
    for (const long long length : {-1LL, 9223372036854775807LL}) {
      Json changed = json_of(some_plan());
      changed["roads"][0][member] = length;
      CHECK(why_refused(signed_again(changed)) == "a road's expected length can't be read");
    }
  }
}

TEST_CASE("numbers that take the same road share it, and one that is at home already has an empty one") {
  const Plan plan = some_plan();
  REQUIRE(plan.numbers.size() == 3);
  CHECK(plan.roads.size() == 2);
  CHECK(plan.numbers[0].road == plan.numbers[1].road);
  CHECK(plan.roads[plan.numbers[0].road].steps.size() == 15);
  const PlannedRoad& nothing = plan.roads[plan.numbers[2].road];
  CHECK(nothing.steps.empty());
  CHECK(nothing.way_back.empty());
  CHECK_FALSE(nothing.commit);
  CHECK(nothing.expected == 0s);
  CHECK(nothing.expected_downtime == 0s);
}

TEST_CASE(
    "a planned road says where it commits, what the way back costs from each point, and how long it is off the air") {
  const Plan plan = some_plan();
  const PlannedRoad& road = plan.roads[0];
  REQUIRE(road.commit);
  CHECK(road.steps[*road.commit] == "register_on_cloud");
  REQUIRE(road.way_back.size() == road.steps.size());
  for (std::size_t i = 0; i < road.steps.size(); ++i) {
    CHECK(road.way_back[i] == (i < *road.commit ? WayBack::nothing : WayBack::registration));
  }
  CHECK(road.expected_downtime == find_kind(catalogue(), "register_on_cloud")->duration);
  CHECK(road.expected > road.expected_downtime);
}

TEST_CASE("after the sunset the same road prints that there is no way back") {
  Checks failed;
  const Plan plan = make_plan(catalogue(), some_fleet(1), Direction::to_cloud, some_options(), noon,
                              {evidence(0, Home::onprem, on_premises - Facts{onprem_registration_open})}, failed);
  const PlannedRoad& road = plan.roads[0];
  REQUIRE(road.commit);
  CHECK(road.way_back[*road.commit] == WayBack::none);
  CHECK(road.way_back.back() == WayBack::none);
}

TEST_CASE("Cloud let go first is off the air from its release until on-premises serves") {
  constexpr Facts on_cloud = {
      cloud_is_home,  pin_given,           pin_known,           ownership_verified, storage_region_set,
      cloud_released, certificate_in_hand, cloud_was_last_home, release_asked,      onprem_registration_open};
  PlanOptions options = some_options();
  options.deregister_first = true;
  Checks failed;
  const Plan plan = make_plan(catalogue(), some_fleet(1), Direction::to_onprem, options, noon,
                              {evidence(0, Home::cloud, on_cloud)}, failed);
  REQUIRE(plan.roads.size() == 1);
  const PlannedRoad& road = plan.roads[0];
  REQUIRE(road.commit);
  CHECK(road.steps[*road.commit] == "release_cloud");
  Millis off{0};
  for (const std::string step : {"release_cloud", "register_onprem", "enter_onprem_code"}) {
    off += find_kind(catalogue(), step)->duration;
  }
  CHECK(road.expected_downtime == off);
  CHECK(road.way_back[*road.commit] == WayBack::registration);
}

TEST_CASE("a number without a road becomes a failing check and no part of the plan") {
  Checks failed;
  const Plan plan = make_plan(
      catalogue(), some_fleet(2), Direction::to_cloud, some_options(), noon,
      {evidence(0, Home::onprem, on_premises - Facts{pin_given, pin_known}), evidence(1, Home::onprem, on_premises)},
      failed);
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].id == "road");
  CHECK(failed[0].phone == "+491713920001");
  CHECK(failed[0].result == Check::Result::fail);
  REQUIRE(plan.numbers.size() == 1);
  CHECK(plan.numbers[0].phone == "+491713920002");
}

TEST_CASE("checks read back from their JSON, those that concern all with a null phone") {
  for (const Check::Result result :
       {Check::Result::pass, Check::Result::warn, Check::Result::fail, Check::Result::unknown}) {
    const Check check{"pin", "+491713920001", result, "message", "fix", "source"};
    const auto again = check_from_json(to_json(check));
    REQUIRE(again);
    CHECK(to_json(*again) == to_json(check));
    CHECK(again->result == result);
  }
  CHECK(to_json(Check{}).at("phone").is_null());
  CHECK(check_from_json(to_json(Check{}))->phone.empty());
  CHECK_FALSE(check_from_json({{"result", "maybe"}}));
}

// ---- differences ----

namespace {

std::vector<std::string> lines(const Plan& before, const Plan& after) {
  std::vector<std::string> found;
  for (const Difference& one : diff(before, after))
    found.push_back((one.phone.empty() ? "all" : one.phone) + ": " + one.what);
  return found;
}

Plan planned(const Fleet& fleet, const std::vector<Evidence>& seen, Direction direction = Direction::to_cloud) {
  Checks failed;
  return make_plan(catalogue(), fleet, direction, some_options(), noon, seen, failed);
}

}  // namespace

TEST_CASE("a plan does not differ from itself, nor from one that was made a little later") {
  Plan later = some_plan();
  later.observed_at += 5min;
  CHECK(lines(some_plan(), later).empty());
}

TEST_CASE("a diff names numbers that came, went, were refused, or take another road, each with both") {
  const Fleet fleet = some_fleet();
  const Plan before = planned(fleet, {evidence(0, Home::onprem, on_premises), evidence(1, Home::onprem, on_premises)});
  Plan after = planned(fleet, {evidence(1, Home::cloud, {cloud_is_home}), evidence(2, Home::onprem, on_premises)});
  const auto found = lines(before, after);
  REQUIRE(found.size() == 3);
  CHECK(found[0].find("+491713920001: no longer in the plan (was from onprem: subscribe_app > ") == 0);
  CHECK(found[1].find("+491713920002: from onprem: subscribe_app > ") == 0);
  CHECK(found[1].ends_with(" -> from cloud: nothing to do"));
  CHECK(found[2].find("+491713920003: new: from onprem: ") == 0);

  after.refused.push_back({"+491713920001", {{"pin", "+491713920001", Check::Result::fail, "no PIN", "", ""}}});
  CHECK(lines(before, after)[0].ends_with(" -> refused: pin"));
}

TEST_CASE("a diff says when the way back is gone, though the steps are the same") {
  const Fleet fleet = some_fleet(1);
  const Plan before = planned(fleet, {evidence(0, Home::onprem, on_premises)});
  const Plan after = planned(fleet, {evidence(0, Home::onprem, on_premises - Facts{onprem_registration_open})});
  const auto found = lines(before, after);
  REQUIRE(found.size() == 1);
  CHECK(found[0].ends_with(", NO WAY BACK after register_on_cloud"));
}

TEST_CASE("a diff names every decision, setting and secret that changed") {
  const Plan before = some_plan();
  Plan after = before;
  after.direction = Direction::to_onprem;
  after.options.allow_after_sunset = after.options.deregister_first = true;
  after.secrets.push_back("env:WAMIGRATE_PIN_2");
  after.fleet.policy.soak = 5min;
  after.fleet.graph.version = "v24.0";
  after.fleet.numbers[0].deployment.url = "https://10.0.0.99:9090";
  after.fleet.numbers[1].pin = {SecretRef::Kind::env, "WAMIGRATE_PIN_2"};
  std::swap(after.numbers[0], after.numbers[1]);
  CHECK(lines(before, after) ==
        std::vector<std::string>{"+491713920001: deployment.url: https://10.0.0.1:9090 -> https://10.0.0.99:9090",
                                 "+491713920002: pin: env:WAMIGRATE_PIN -> env:WAMIGRATE_PIN_2",
                                 "all: the numbers move in another order", "all: direction: cloud -> onprem",
                                 "all: allow_after_sunset: no -> yes", "all: deregister_first: no -> yes",
                                 "all: secrets: env:WAMIGRATE_GRAPH_TOKEN, env:WAMIGRATE_PIN -> "
                                 "env:WAMIGRATE_GRAPH_TOKEN, env:WAMIGRATE_PIN, env:WAMIGRATE_PIN_2",
                                 "all: graph.version: v23.0 -> v24.0", "all: policy.soak: 0s -> 5m"});
}
