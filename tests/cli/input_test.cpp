// Bad input of every kind: one message that says what is wrong and what to do, the right exit code, nothing sent that
// changes anything, nothing lost.
#include "cli/stage.hpp"
#include "ports/hostile_server.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

struct Spoilt {
  std::string what;
  std::string inventory;
  std::string says;
};

// The message speaks of `says`, the code is `code`, and nothing arrived.
void check_refused(Stage& stage, const Ended& ended, int code, const std::string& says) {
  INFO(ended.text());
  CHECK(ended.code == code);
  CHECK(has(ended.err, says));
  CHECK(ended.err.size() < 2000);
  CHECK_FALSE(has(ended.err, "internal error"));
  CHECK(stage.requests() == 0);
}

}  // namespace

TEST_CASE("an inventory that can't be used is refused with its place and the fix, before anything is sent") {
  Stage stage({.numbers = 2});
  const std::string& good = stage.inventory();
  const std::vector<Spoilt> all = {
      {"broken YAML", good + "\n  - [", "bad.yaml:"},
      {"nothing in it", "", "bad.yaml"},
      {"unknown key", replaced(good, "status_feed", "status_fed"), "status_fed"},
      {"wrong type", replaced(good, "settle_poll: 20ms", "settle_poll: [20ms]"), "settle_poll"},
      {"not a duration", replaced(good, "settle_poll: 20ms", "settle_poll: soon"), "500ms"},
      {"duplicate number", replaced(good, stage.phone(1), stage.phone(0)), stage.phone(0)},
      {"malformed number", replaced(good, stage.phone(1), "+49151"), "bad.yaml:"},
      {"no country code", replaced(good, stage.phone(1), "015110000001"), "bad.yaml:"},
      {"plain http to another machine", replaced(good, stage.server->graph_url(), "http://graph.example.com"),
       "use https"},
      {"a repeated key", good + "version: 1\n", "version"},
      {"a database on another machine without TLS", good + "ledger: postgresql://db/ledger\n", "sslmode=verify-full"},
      {"a window in a zone that nobody knows",
       replaced(good, "policy:\n", "policy:\n  windows: [Sat 01:00-05:00 Europe/Berln]\n"), "time zone database"},
  };
  for (const Spoilt& one : all) {
    INFO(one.what);
    stage.put("bad.yaml", one.inventory);
    for (const Args& command :
         {Args{"check", "bad.yaml", "--to", "cloud"}, Args{"plan", "bad.yaml", "--to", "cloud", "-o", "bad.json"},
          Args{"verify", "bad.yaml"}, Args{"rehearse", "bad.yaml", "--to", "cloud"}}) {
      check_refused(stage, stage.run(command), 1, one.says);
    }
  }
  CHECK_FALSE(std::filesystem::exists(stage.work() / "bad.json"));
  CHECK_FALSE(std::filesystem::exists(stage.work() / "rehearsal"));
}

TEST_CASE("a secret written out in the inventory is refused without repeating it") {
  Stage stage;
  stage.put("bad.yaml", replaced(stage.inventory(), "env:GRAPH_TOKEN", "EAAGm0PX4ZCpsBA"));
  const Ended ended = stage.run({"check", "bad.yaml", "--to", "cloud"});
  check_refused(stage, ended, 1, "env:");
  CHECK(has(ended.err, "bad.yaml:4"));
  CHECK_FALSE(has(ended.err + ended.out, "EAAGm0PX4ZCpsBA"));
}

TEST_CASE("all mistakes of an inventory are reported at once") {
  Stage stage({.numbers = 2});
  std::string bad = replaced(stage.inventory(), "status_feed", "status_fed");
  bad = replaced(bad, stage.phone(1), "+49151");
  bad = replaced(bad, "settle_poll: 20ms", "settle_poll: soon");
  stage.put("bad.yaml", bad);
  const Ended ended = stage.run({"check", "bad.yaml", "--to", "cloud", "--json"});
  INFO(ended.text());
  CHECK(ended.code == 1);
  const auto json = parse_json(ended.out);
  REQUIRE(json.has_value());
  CHECK(at_path(*json, {"errors"}).size() == 3);
  CHECK(stage.requests() == 0);
}

TEST_CASE("a missing inventory is named") {
  Stage stage;
  for (const Args& command : {Args{"check", "nowhere.yaml", "--to", "cloud"},
                              Args{"plan", "nowhere.yaml", "--to", "cloud", "-o", "plan.json"}}) {
    check_refused(stage, stage.run(command), 1, "nowhere.yaml");
  }
}

TEST_CASE("a missing secret is named by its reference before anything is sent") {
  Stage stage;
  stage.plan();
  const std::size_t before = stage.requests();
  SECTION("by check, plan and verify") {
    stage.environment.erase("GRAPH_TOKEN");
    for (const Args& command :
         {Args{"check", "inventory.yaml", "--to", "cloud"},
          Args{"plan", "inventory.yaml", "--to", "cloud", "-o", "again.json"}, Args{"verify", "inventory.yaml"}}) {
      const Ended ended = stage.run(command);
      INFO(ended.text());
      CHECK(ended.code == 1);
      CHECK(has(ended.err, "GRAPH_TOKEN"));
    }
  }
  SECTION("by apply, also one that is needed last") {
    stage.environment.erase("BACKUP_PASSWORD");
    stage.environment.erase("PIN_0");
    const Ended ended = stage.apply();
    INFO(ended.text());
    CHECK(ended.code == 1);
    CHECK(has(ended.err, "BACKUP_PASSWORD"));
    CHECK(has(ended.err, "PIN_0"));
  }
  CHECK(stage.requests() == before);
}

TEST_CASE("an on-premises side that can't be reached blocks, and only reads were sent") {
  Stage stage({.policy = {{"settle_timeout", "300ms"}}});
  stage.put("bad.yaml", replaced(stage.inventory(), stage.server->deployment_url(stage.deployment()),
                                 "https://127.0.0.1:1/onprem/de-0"));
  const Ended ended = stage.run({"plan", "bad.yaml", "--to", "cloud", "-o", "bad.json"});
  INFO(ended.text());
  CHECK(ended.code == 2);
  CHECK(has(ended.out, "127.0.0.1"));
  CHECK(has(ended.out, "No plan was written"));
  CHECK_FALSE(std::filesystem::exists(stage.work() / "bad.json"));
  CHECK(stage.changes().empty());
}

TEST_CASE("a Graph that can't be reached blocks, and nothing is written") {
  Stage stage({.policy = {{"settle_timeout", "300ms"}}});
  stage.put("bad.yaml", replaced(stage.inventory(), stage.server->graph_url(), "http://127.0.0.1:1"));
  const Ended ended = stage.run({"plan", "bad.yaml", "--to", "cloud", "-o", "bad.json"});
  INFO(ended.text());
  CHECK(ended.code == 2);
  CHECK_FALSE(std::filesystem::exists(stage.work() / "bad.json"));
  CHECK(stage.changes().empty());
}

TEST_CASE("a certificate nobody vouches for blocks, and no password reaches that server") {
  Stage stage({.policy = {{"settle_timeout", "300ms"}}});
  const Certificate certificate = make_certificate();
  HostileServer impostor(always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), ServerTls{&certificate, 0});
  stage.put("bad.yaml", replaced(stage.inventory(), stage.server->deployment_url(stage.deployment()),
                                 "https://127.0.0.1:" + std::to_string(impostor.port())));
  const Ended ended = stage.run({"check", "bad.yaml", "--to", "cloud"});
  INFO(ended.text());
  CHECK(ended.code == 2);
  CHECK(has(ended.out, "certificate"));
  CHECK(impostor.connections() > 0);
  CHECK(impostor.request_count() == 0);
  CHECK(stage.changes().empty());
}

TEST_CASE("a plan that is not as it was made is refused, and no run begins") {
  Stage stage;
  stage.plan();
  const std::string plan = content_of(stage.work() / "plan.json");
  const std::size_t before = stage.requests();
  const std::vector<Spoilt> all = {
      {"truncated", plan.substr(0, plan.size() / 2), "cut short"},
      {"empty", "", "not a plan"},
      {"foreign JSON", R"({"resource_changes": []})", "not a plan"},
      {"edited", replaced(plan, "106540352200000", "106540352200009"), "digest"},
      {"of a newer format", replaced(plan, "\"wamigrate_plan\": 1", "\"wamigrate_plan\": 2"), "format"},
      {"with an unknown member", replaced(plan, "{", "{\"and\": 1,"), "unknown member"},
  };
  for (const Spoilt& one : all) {
    INFO(one.what);
    stage.put("bad.json", one.inventory);
    for (const Args& command :
         {Args{"apply", "bad.json", "--run", "run", "--yes"}, Args{"apply", "bad.json", "--dry-run"},
          Args{"show", "bad.json"}, Args{"diff", "plan.json", "bad.json"}}) {
      const Ended ended = stage.run(command);
      INFO(ended.text());
      CHECK(ended.code == 1);
      CHECK(has(ended.err, one.says));
      CHECK(has(ended.err, "bad.json"));
    }
  }
  CHECK_FALSE(std::filesystem::exists(stage.work() / "run"));
  CHECK(stage.requests() == before);
}

TEST_CASE("a run directory takes no other plan than its own, and loses nothing by being asked") {
  Stage stage({.numbers = 2});
  stage.plan("plan.json", {"--to", "cloud", "--select", stage.phone(0)});
  stage.plan("other.json", {"--to", "cloud", "--select", stage.phone(1)});
  REQUIRE(stage.apply().code == 0);
  const std::size_t before = stage.requests();
  const std::string journal = stage.status().dump();
  const Ended ended = stage.run({"apply", "other.json", "--run", "run", "--yes"});
  INFO(ended.text());
  CHECK(ended.code == 1);
  CHECK(has(ended.err, "another plan"));
  CHECK(stage.requests() == before);
  CHECK(stage.status().dump() == journal);
}

TEST_CASE("what is no run directory is said to be none, and stays as it was") {
  Stage stage;
  std::filesystem::create_directory(stage.work() / "photos");
  stage.put("photos/cat.jpg", "miaow");
  const std::string before = inventory_of(stage.work());
  for (const char* directory : {"photos", "nowhere", "inventory.yaml"}) {
    for (const Args& command : {Args{"status"}, Args{"report"}, Args{"rollback", "--yes"}, Args{"verify"},
                                Args{"answer", stage.phone(), "--code-from", "-"}, Args{"retry", "--failed"},
                                Args{"resolve", stage.phone(), "--assume", "done", "--evidence", "seen"}}) {
      Args arguments = command;
      arguments.insert(arguments.end(), {"--run", directory});
      check_refused(stage, stage.run(arguments), 1, "not a run directory");
    }
  }
  CHECK(inventory_of(stage.work()) == before);
}

TEST_CASE("a command line that can't be understood is refused with where to look") {
  Stage stage;
  stage.plan();
  REQUIRE(stage.apply().code == 0);
  const std::size_t before = stage.requests();
  const std::string phone = stage.phone();
  struct Line {
    Args arguments;
    std::string says;
  };
  const std::vector<Line> lines = {
      {{}, "wamigrate check INVENTORY"},
      {{"migrate"}, "migrate"},
      {{"check", "inventory.yaml", "--to", "cloud", "--frobnicate"}, "--help"},
      {{"check", "inventory.yaml"}, "--to"},
      {{"check", "inventory.yaml", "--to", "mars"}, "--to cloud or --to onprem"},
      {{"check", "--to", "cloud"}, "INVENTORY"},
      {{"check", "inventory.yaml", "--to", "cloud", "--select", "de-9"}, "de-9"},
      {{"check", "inventory.yaml", "--to", "cloud", "--exclude", "*"}, "--exclude"},
      {{"check", "inventory.yaml", "--to", "cloud", "--as-of", "yesterday"}, "2025-10-22"},
      {{"check", "inventory.yaml", "another.yaml", "--to", "cloud"}, "--help"},
      {{"plan", "inventory.yaml", "--to", "cloud"}, "-o"},
      {{"show", "plan.json", "--format", "pdf"}, "markdown"},
      {{"diff", "plan.json"}, "NEW"},
      {{"apply", "plan.json", "--yes"}, "--run"},
      {{"apply", "plan.json", "--run", "", "--yes"}, "--run"},
      {{"apply", "plan.json", "--run", "other", "--yes", "--concurrency", "many"}, "--help"},
      {{"apply", "plan.json", "--run", "other", "--ye"}, "--help"},
      {{"apply", "plan.json", "--run", "other", "--yes", "--concurrency", "0"}, "--concurrency"},
      {{"status"}, "--run"},
      {{"report", "--run", "run", "--format", "pdf"}, "markdown"},
      {{"retry", "--run", "run"}, "--failed"},
      {{"retry", "--run", "run", "+4930123456"}, "not in this run"},
      {{"retry", "--run", "run", phone, "--pin", "123456"}, "env:"},
      {{"retry", "--run", "run", phone, phone, "--pin", "env:PIN"}, "one number"},
      {{"resolve", "--run", "run", phone}, "--assume"},
      {{"resolve", "--run", "run", phone, "--assume", "maybe", "--evidence", "x"}, "--assume"},
      {{"resolve", "--run", "run", phone, "--assume", "done"}, "--evidence"},
      {{"resolve", "--run", "run", phone, "--assume", "done", "--evidence", "x"}, "nobody's word"},
      {{"answer", "--run", "run", phone, "--code-from", "env:PIN_0"}, "waits for nothing"},
      {{"answer", "--run", "run", "+4930123456", "--code-from", "-"}, "not in this run"},
      {{"rollback"}, "--run"},
      {{"rollback", "--run", "run", "+4930123456", "--yes"}, "not in this run"},
      {{"verify"}, "--run"},
      {{"explain", "nonsense"}, "nonsense"},
      {{"simulate", "--world", "nowhere.json"}, "nowhere.json"},
      {{"simulate", "--faults", "plan.json"}, "faults"},
  };
  for (const Line& line : lines) {
    std::string typed = "wamigrate";
    for (const std::string& word : line.arguments) typed += " " + word;
    INFO(typed);
    const Ended ended = stage.run(line.arguments);
    INFO(ended.text());
    CHECK(ended.code == 1);
    CHECK(has(ended.err, line.says));
    CHECK(ended.err.size() < 8000);
    CHECK_FALSE(has(ended.err, "internal error"));
  }
  CHECK(stage.requests() == before);
  CHECK_FALSE(std::filesystem::exists(stage.work() / "other"));
  CHECK(stage.status()["state"] == "done");
}
