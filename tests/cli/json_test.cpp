// What scripts read: with --json every command prints JSON and nothing else on standard output, in the documented
// form, and what is for people goes to standard error.
#include <set>

#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using sim::ServedBy;

namespace {

std::set<std::string> members(const Json& object) {
  std::set<std::string> names;
  for (const auto& [name, value] : object.items()) names.insert(name);
  return names;
}

// The whole of standard output is one document.
Json document(const Ended& ended) {
  INFO(ended.text());
  const auto json = parse_json(ended.out);
  REQUIRE(json.has_value());
  return *json;
}

// Every line of standard output is one event with just the documented members.
std::vector<Json> events(const Ended& ended) {
  static const std::set<std::string> wanted = {"time",    "event",       "phone", "step",       "attempt",
                                               "outcome", "http_status", "code",  "fbtrace_id", "message"};
  INFO(ended.text());
  std::vector<Json> lines = json_lines(ended.out);
  REQUIRE_FALSE(lines.empty());
  for (const Json& line : lines) CHECK(members(line) == wanted);
  return lines;
}

bool any_event(const std::vector<Json>& lines, const std::string& name) {
  return std::any_of(lines.begin(), lines.end(), [&](const Json& line) { return line["event"] == name; });
}

void check_checks(const Json& json) {
  CHECK(members(json) == std::set<std::string>{"ok", "checks"});
  REQUIRE_FALSE(json["checks"].empty());
  static const std::set<std::string> results = {"pass", "warn", "fail", "unknown"};
  for (const Json& check : json["checks"]) {
    CHECK(members(check) == std::set<std::string>{"id", "phone", "result", "message", "fix", "source"});
    CHECK(results.contains(text_at(check, "result")));
    CHECK((check["phone"].is_null() || check["phone"].is_string()));
  }
}

}  // namespace

TEST_CASE("check, plan, show, diff and verify print one document") {
  Stage stage({.numbers = 2});
  const Ended checked = stage.run({"check", "inventory.yaml", "--to", "cloud", "--json"});
  check_checks(document(checked));
  CHECK(document(checked)["ok"] == true);
  CHECK(has(checked.err, stage.phone()));

  const Ended planned = stage.run({"plan", "inventory.yaml", "--to", "cloud", "-o", "plan.json", "--json"});
  CHECK(document(planned) == *parse_json(content_of(stage.work() / "plan.json")));
  CHECK(has(planned.err, stage.phone()));
  CHECK(document(stage.run({"show", "plan.json", "--json"})) == document(planned));
  CHECK(document(stage.run({"show", "plan.json", "--format", "json"})) == document(planned));

  const Json same = document(stage.run({"diff", "plan.json", "plan.json", "--json"}));
  CHECK(same["same"] == true);
  CHECK(same["differences"].empty());
  check_checks(document(stage.run({"verify", "inventory.yaml", "--json"})));
}

TEST_CASE("a blocked plan prints the failing checks as one document") {
  Stage stage({.overlay = R"({"*": {"name_status": "DECLINED"}})"});
  const Ended planned = stage.run({"plan", "inventory.yaml", "--to", "cloud", "-o", "plan.json", "--json"});
  CHECK(planned.code == 2);
  const Json json = document(planned);
  check_checks(json);
  CHECK(json["ok"] == false);
}

TEST_CASE("apply and rollback print one event a line; status and report one document") {
  Stage stage({.numbers = 2});
  stage.plan();
  const Json dry = document(stage.run({"apply", "plan.json", "--dry-run", "--json"}));
  CHECK(members(dry) == std::set<std::string>{"requests"});
  for (const Json& request : dry["requests"]) {
    CHECK(members(request) == std::set<std::string>{"phone", "step", "request"});
  }

  const Ended applied = stage.apply({"--json"});
  const auto lines = events(applied);
  for (const char* event : {"created", "session", "started", "intent", "outcome", "settled", "ended", "done"}) {
    INFO(event);
    CHECK(any_event(lines, event));
  }
  CHECK(has(applied.err, stage.phone()));

  const Json status = document(stage.run({"status", "--run", "run", "--json"}));
  CHECK(members(status) == std::set<std::string>{"run", "plan", "direction", "state", "wave", "paused_for", "held",
                                                 "on_hold", "waits", "graph_limits", "numbers"});
  CHECK(status["state"] == "done");
  CHECK(status["direction"] == "cloud");
  for (const Json& number : status["numbers"]) {
    CHECK(members(number) == std::set<std::string>{"phone", "home", "state", "step", "reason", "waits_for", "next",
                                                   "until", "downtime_ms", "registers_used"});
    CHECK(number["state"] == "migrated");
    CHECK(number["registers_used"] == 1);
    CHECK(number["downtime_ms"].is_number_integer());
  }
  const Json report = document(stage.run({"report", "--run", "run", "--json"}));
  CHECK(report["state"] == "done");
  CHECK(report["numbers"].size() == 2);
  check_checks(document(stage.run({"verify", "--run", "run", "--json"})));

  const Ended back = stage.run({"rollback", "--run", "run", "--allow-after-sunset", "--yes", "--json"});
  INFO(back.text());
  CHECK(back.code == 0);
  CHECK(any_event(events(back), "done"));
}

TEST_CASE("nothing to do is an event too") {
  Stage stage({.home = ServedBy::cloud});
  stage.plan();
  const Ended applied = stage.apply({"--json"});
  CHECK(applied.code == 0);
  CHECK(any_event(events(applied), "done"));
  REQUIRE(stage.run({"plan", "inventory.yaml", "--to", "onprem", "--allow-after-sunset", "-o", "back.json"}).code == 0);
  REQUIRE(stage.run({"apply", "back.json", "--run", "back", "--yes"}).code == 0);
  REQUIRE(stage.run({"rollback", "--run", "back", "--yes"}).code == 0);
  const Ended twice = stage.run({"rollback", "--run", "back", "--yes", "--json"});
  CHECK(twice.code == 0);
  CHECK(any_event(events(twice), "done"));
}

TEST_CASE("apply and rollback that can't begin say so in one line") {
  Stage stage;
  stage.plan();
  std::vector<Args> refused = {{"apply", "nowhere.json", "--run", "run", "--yes", "--json"},
                               {"apply", "plan.json", "--json"},
                               {"apply", "plan.json", "--run", "run", "--frobnicate", "--json"},
                               {"rollback", "--run", "nowhere", "--json"}};
  for (const Args& arguments : refused) {
    const Ended ended = stage.run(arguments);
    INFO(ended.text());
    CHECK(ended.code == 1);
    const auto lines = json_lines(ended.out);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0]["exit"] == 1);
    CHECK_FALSE(text_at(at_path(lines[0], {"error"}), "message").empty());
  }
  REQUIRE(stage.apply().code == 0);
  const Ended blocked = stage.run({"rollback", "--run", "run", "--yes", "--json"});
  INFO(blocked.text());
  CHECK(blocked.code == 2);
  const auto lines = json_lines(blocked.out);
  REQUIRE(lines.size() == 1);
  check_checks(lines[0]);
}

TEST_CASE("answer, resolve and retry print what was accepted") {
  Stage stage({.numbers = 2, .home = ServedBy::cloud, .overlay = R"({"+4915110000000": {"needs_code": true},
      "+4915110000001": {"onprem_registration_blocked": true}})"});
  stage.plan("plan.json", {"--to", "onprem", "--allow-after-sunset"});
  REQUIRE(stage.apply().code == 4);
  const Json answered =
      document(stage.run({"answer", "--run", "run", stage.phone(0), "--code-from", "-", "--json"}, "472916\n"));
  CHECK(answered == Json({{"accepted", true}, {"phone", stage.phone(0)}}));
  REQUIRE(stage.apply().code == 3);
  const Ended retried = stage.run({"retry", "--run", "run", "--failed", "--json"});
  INFO(retried.text());
  const auto lines = json_lines(retried.out);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == Json({{"accepted", true}, {"phone", stage.phone(1)}}));
}

TEST_CASE("explain prints what it explains as one document") {
  Stage stage;
  for (const char* word : {"133005", "register_on_cloud", "pin"}) {
    const Json json = document(stage.run({"explain", word, "--json"}));
    CHECK(json["explained"].size() >= 1);
  }
  const Ended unknown = stage.run({"explain", "nonsense", "--json"});
  CHECK(unknown.code == 1);
  CHECK(document(unknown)["exit"] == 1);
}

TEST_CASE("a rehearsal of some numbers moves no others") {
  Stage stage;
  const std::string fleet = SOURCE_DIR "/plans/fleet-in-waves/inventory.yaml";
  const Ended rehearsed =
      stage.run({"rehearse", fleet, "--to", "cloud", "--speed", "1000", "--select", "de-*", "--limit", "1", "--json"});
  INFO(rehearsed.text());
  CHECK(rehearsed.code == 0);
  std::set<std::string> ended;
  for (const Json& event : events(rehearsed)) {
    if (event["event"] == "ended") ended.insert(event["phone"].get<std::string>());
  }
  CHECK(ended == std::set<std::string>{"+491713920001"});
  CHECK(stage.run({"rehearse", fleet, "--to", "cloud", "--dir", "none", "--exclude", "*"}).code == 1);
}

TEST_CASE("simulate and rehearse print lines") {
  Stage stage;
  const auto simulated = stage.start({"simulate", "inventory.yaml", "--json"});
  REQUIRE(eventually([&] { return has(simulated->out(), "\n") || simulated->has_ended(); }));
  const auto lines = json_lines(simulated->out());
  INFO(simulated->err());
  REQUIRE(lines.size() == 1);
  CHECK(lines[0]["port"].is_number_integer());
  simulated->send(15);
  CHECK(simulated->wait().code == 0);

  const Ended rehearsed = stage.run({"rehearse", "inventory.yaml", "--to", "cloud", "--speed", "1000", "--json"});
  INFO(rehearsed.text());
  CHECK(rehearsed.code == 0);
  CHECK(any_event(events(rehearsed), "done"));
}
