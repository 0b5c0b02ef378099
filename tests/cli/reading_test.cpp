// What only looks: check, plan, show, diff, verify, status and the dry run.
#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

TEST_CASE("check sends only reads and writes nothing at all") {
  Stage stage({.numbers = 3});
  const std::string before = inventory_of(stage.home()) + inventory_of(stage.work());
  const Ended ended = stage.run({"check", "inventory.yaml", "--to", "cloud"});
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.requests() > 10);
  CHECK(stage.changes().empty());
  CHECK(inventory_of(stage.home()) + inventory_of(stage.work()) == before);
}

TEST_CASE("plan sends only reads and writes nothing but the plan") {
  Stage stage({.numbers = 3});
  const std::string before = inventory_of(stage.home());
  stage.plan();
  INFO(stage.story());
  CHECK(stage.changes().empty());
  CHECK(inventory_of(stage.home()) == before);
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(stage.work())) {
    files.insert(entry.path().filename().string());
  }
  CHECK(files == std::set<std::string>{"inventory.yaml", "plan.json"});
}

TEST_CASE("check finds everything that is wrong at once, and plan writes no plan then") {
  Stage stage({.numbers = 3, .overlay = R"({"+4915110000000": {"name_status": "DECLINED"}})"});
  std::string inventory = stage.inventory();
  const std::string pin = "    pin: env:PIN_1\n";
  stage.put("inventory.yaml", inventory.erase(inventory.find(pin), pin.size()));
  const Ended checked = stage.run({"check", "inventory.yaml", "--to", "cloud", "--json"});
  const auto json = parse_json(checked.out);
  INFO(checked.text());
  CHECK(checked.code == 2);
  REQUIRE(json.has_value());
  CHECK((*json)["ok"] == false);
  std::set<std::string> failed;
  for (const Json& check : (*json)["checks"]) {
    if (check["result"] == "fail") failed.insert(text_at(check, "phone") + " " + text_at(check, "id"));
  }
  CHECK(failed == std::set<std::string>{"+4915110000000 name_status", "+4915110000001 pin"});

  const Ended planned = stage.run({"plan", "inventory.yaml", "--to", "cloud", "-o", "plan.json"});
  INFO(planned.text());
  CHECK(planned.code == 2);
  CHECK_FALSE(std::filesystem::exists(stage.work() / "plan.json"));
  CHECK(has(planned.out, "--partial"));

  const Ended partly = stage.run({"plan", "inventory.yaml", "--to", "cloud", "-o", "plan.json", "--partial"});
  INFO(partly.text());
  CHECK(partly.code == 0);
  CHECK(has(partly.out, "+4915110000001"));
  CHECK(stage.changes().empty());
}

TEST_CASE("a dry run sends nothing, writes nothing, and prints every request in order without a secret") {
  Stage stage({.numbers = 2});
  stage.world->hold()->wabas.begin()->second.subscriptions.clear();
  stage.plan();
  const std::size_t sent = stage.requests();
  const std::string before = inventory_of(stage.home()) + inventory_of(stage.work());
  const Ended ended = stage.run({"apply", "plan.json", "--run", "run", "--dry-run", "--json"});
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(stage.requests() == sent);
  CHECK(inventory_of(stage.home()) + inventory_of(stage.work()) == before);
  for (const auto& [name, secret] : stage.environment) {
    if (name != "HOME" && name != "XDG_STATE_HOME") CHECK_FALSE(has(ended.out + ended.err, secret));
  }

  const auto json = parse_json(ended.out);
  REQUIRE(json.has_value());
  std::vector<std::string> announced;
  for (const Json& request : (*json)["requests"]) {
    if (text_at(request, "phone") == stage.phone()) announced.push_back(text_at(request, "step"));
  }
  CHECK(announced.front() == "subscribe_app");
  CHECK(std::count(announced.begin(), announced.end(), "register_on_cloud") == 1);

  // It is what apply then does: each changing request that arrives was announced, in that order.
  REQUIRE(stage.apply().code == 0);
  std::vector<std::string> arrived;
  for (const sim::LogEntry& entry : stage.changes(sent)) {
    if (entry.phone.empty() || entry.phone == stage.phone()) arrived.push_back(entry.kind);
  }
  CHECK(arrived == std::vector<std::string>{"subscribe", "backup", "register"});
  const std::size_t subscribed = ended.out.find("subscribed_apps");
  const std::size_t backed_up = ended.out.find("/v1/settings/backup");
  const std::size_t registered = ended.out.find("/register");
  CHECK(subscribed < backed_up);
  CHECK(backed_up < registered);
  CHECK(registered != std::string::npos);
}

TEST_CASE("a dry run needs no secret and no run directory") {
  Stage stage;
  stage.plan();
  for (const char* name : {"GRAPH_TOKEN", "ONPREM_PASSWORD", "BACKUP_PASSWORD", "PIN_0", "APP_SECRET"}) {
    stage.environment.erase(name);
  }
  const Ended ended = stage.run({"apply", "plan.json", "--dry-run"});
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(has(ended.out, "Nothing was sent"));
}

TEST_CASE("show and diff send nothing and need neither secrets nor the vendor") {
  Stage stage({.numbers = 2});
  stage.plan();
  stage.plan("one.json", {"--to", "cloud", "--exclude", stage.phone(1)});
  const std::size_t sent = stage.requests();
  for (const char* name : {"GRAPH_TOKEN", "ONPREM_PASSWORD", "BACKUP_PASSWORD", "PIN_0", "APP_SECRET"}) {
    stage.environment.erase(name);
  }
  for (const char* format : {"text", "markdown", "html", "dot", "json"}) {
    const Ended shown = stage.run({"show", "plan.json", "--format", format});
    INFO(format << shown.text());
    CHECK(shown.code == 0);
    CHECK(has(shown.out, "egister"));
  }
  for (const char* format : {"text", "markdown", "html", "json"}) {
    const Ended shown = stage.run({"show", "plan.json", "--changes", "--format", format});
    INFO(format << shown.text());
    CHECK(shown.code == 0);
    CHECK(has(shown.out, "voice"));
    CHECK(has(shown.out, "hooks.example.com"));
  }
  const Ended changes = stage.run({"show", "plan.json", "--changes", "--json"});
  const auto json = parse_json(changes.out);
  REQUIRE(json.has_value());
  CHECK((*json)["differences"].size() > 20);
  CHECK(stage.run({"show", "plan.json", "--changes", "--format", "dot"}).code == 1);
  const Ended same = stage.run({"diff", "plan.json", "plan.json", "--json"});
  CHECK(has(same.out, "\"same\": true"));
  const Ended different = stage.run({"diff", "plan.json", "one.json"});
  INFO(different.text());
  CHECK(different.code == 0);
  CHECK(has(different.out, stage.phone(1)));
  CHECK(stage.requests() == sent);
}

TEST_CASE("verify sends only reads, and says whether each number is whole where it is served") {
  Stage stage({.numbers = 2});
  CHECK(stage.run({"verify", "inventory.yaml"}).code == 0);
  stage.plan();
  REQUIRE(stage.apply().code == 0);
  const std::size_t sent = stage.requests();
  CHECK(stage.run({"verify", "--run", "run"}).code == 0);
  stage.world->hold()->wabas.begin()->second.subscriptions.clear();
  const Ended broken = stage.run({"verify", "--run", "run"});
  INFO(broken.text());
  CHECK(broken.code == 2);
  CHECK(has(broken.out, "app_subscribed"));
  CHECK(stage.changes(sent).empty());
}
