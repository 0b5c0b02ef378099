// discover: from a token and a list of deployments to an inventory that check takes as it is.
#include <fmt/format.h>

#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

const std::string other_waba = "102290129340399";

/// The stage's inventory with nothing in it but deployments, as an operator has them.
std::string only_deployments(const Stage& stage, const std::vector<int>& which) {
  std::string text = stage.inventory();
  text.replace(text.find("defaults:\n  waba_id: \"102290129340398\"\n"),
               std::string("defaults:\n  waba_id: \"102290129340398\"\n").size(), "defaults:\n  pin: env:PIN\n");
  text.erase(text.find("  app_id:"), text.find('\n', text.find("  app_id:")) - text.find("  app_id:") + 1);
  const std::size_t begin = text.find("numbers:\n") + std::string("numbers:\n").size();
  std::string numbers;
  for (const int i : which) {
    numbers += fmt::format("  - deployment: {{ name: {}, url: \"{}\" }}\n", stage.deployment(i),
                           stage.server->deployment_url(stage.deployment(i)));
  }
  return text.replace(begin, text.find("policy:") - begin, numbers);
}

/// Moves a number of the world into the other WABA.
void move(Stage& stage, int index) {
  auto hold = stage.world->hold();
  sim::Waba waba = hold->wabas.begin()->second;
  waba.id = other_waba;
  hold->wabas.emplace(other_waba, waba);
  hold->number(stage.phone(index))->waba_id = other_waba;
}

void limit_token(Stage& stage) { stage.world->hold()->tokens.begin()->second.wabas = {"102290129340398", other_waba}; }

}  // namespace

TEST_CASE("a token and deployments are enough: what discover writes passes check right away") {
  Stage stage({.numbers = 3});
  move(stage, 1);
  limit_token(stage);
  stage.put("known.yaml", only_deployments(stage, {2, 0, 1}));
  const Ended found = stage.run({"discover", "known.yaml", "-o", "complete.yaml", "--mapping", "mapping.csv"});
  INFO(found.text() << stage.story());
  CHECK(found.code == 0);
  CHECK(stage.changes().empty());
  const std::string written = content_of(stage.work() / "complete.yaml");
  INFO(written);
  CHECK(has(written, "waba_id: \"" + other_waba + "\""));
  CHECK(written.find(stage.phone(2)) < written.find(stage.phone(0)));  // the order of the inventory

  const Ended checked = stage.run({"check", "complete.yaml", "--to", "cloud"});
  INFO(checked.text());
  CHECK(checked.code == 0);

  const std::string mapping = content_of(stage.work() / "mapping.csv");
  INFO(mapping);
  CHECK(std::count(mapping.begin(), mapping.end(), '\n') == 4);
  CHECK(has(mapping, "de-1,"));
  CHECK(has(mapping, ",4915110000001,+49 151 10000001\n"));

  for (const auto& [name, secret] : stage.environment) {
    if (name != "HOME" && name != "XDG_STATE_HOME") CHECK_FALSE(has(found.text() + written + mapping, secret));
  }
  // The same again gives the same bytes, and finds nothing new.
  const Ended again = stage.run({"discover", "complete.yaml", "-o", "again.yaml"});
  CHECK(again.code == 0);
  CHECK(content_of(stage.work() / "again.yaml") == written);
}

TEST_CASE("all pages of a WABA are read, and numbers without a deployment stand as comments") {
  Stage stage({.numbers = 120});
  stage.put("known.yaml", only_deployments(stage, {7}));
  const Ended found = stage.run({"discover", "known.yaml", "--waba", "102290129340398", "--json", "-o", "out.yaml"});
  const auto json = parse_json(found.out);
  INFO(found.err);
  CHECK(found.code == 2);
  REQUIRE(json.has_value());
  CHECK((*json)["numbers"].size() == 120);
  CHECK((*json)["numbers"][0]["phone"] == stage.phone(7));
  CHECK((*json)["numbers"][0]["complete"] == true);
  CHECK(stage.sent("phone_numbers") == 2);

  const Ended narrowed =
      stage.run({"discover", "known.yaml", "--waba", "102290129340398", "--select", stage.phone(7), "-o", "one.yaml"});
  INFO(narrowed.text());
  CHECK(narrowed.code == 0);
  CHECK(stage.run({"check", "out.yaml", "--to", "cloud"}).code == 0);
}

TEST_CASE("drift is told with its fix, and scripts get it too") {
  Stage stage({.numbers = 2});
  std::string inventory = stage.inventory();
  const std::string id = "106540352200000";
  inventory.replace(inventory.find(id), id.size(), "106540352209999");
  stage.put("inventory.yaml", inventory);
  const Ended found = stage.run({"discover", "inventory.yaml", "--json", "-o", "right.yaml"});
  const auto json = parse_json(found.out);
  INFO(found.text());
  CHECK(found.code == 2);
  REQUIRE(json.has_value());
  CHECK((*json)["whole"] == false);
  REQUIRE((*json)["remarks"].size() == 1);
  CHECK((*json)["remarks"][0]["kind"] == "drift");
  CHECK((*json)["remarks"][0]["id"] == "phone_number_id");
  CHECK((*json)["remarks"][0]["phone"] == stage.phone(0));
  CHECK(stage.run({"discover", "right.yaml"}).code == 0);
}

TEST_CASE("no file is written over unless asked, and the input never") {
  Stage stage;
  const std::string before = content_of(stage.work() / "inventory.yaml");
  stage.put("there.yaml", "mine");
  const std::size_t asked = stage.requests();
  for (const Args& more : {Args{"-o", "there.yaml"}, Args{"-o", "inventory.yaml", "--force"},
                           Args{"-o", "./inventory.yaml"}, Args{"--mapping", "inventory.yaml", "--force"},
                           Args{"--mapping", "mapping.txt"}, Args{"-o", "one.json", "--mapping", "one.json"}}) {
    Args arguments{"discover", "inventory.yaml"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended refused = stage.run(arguments);
    INFO(refused.text());
    CHECK(refused.code == 1);
  }
  CHECK(stage.requests() == asked);
  CHECK(content_of(stage.work() / "there.yaml") == "mine");
  CHECK(content_of(stage.work() / "inventory.yaml") == before);
  CHECK(stage.run({"discover", "inventory.yaml", "-o", "there.yaml", "--force"}).code == 0);
  CHECK(has(content_of(stage.work() / "there.yaml"), "version: 1"));
}

TEST_CASE("paths in what is written lead where they led, wherever it is written") {
  Stage stage;
  std::filesystem::create_directories(stage.work() / "secrets");
  std::filesystem::create_directories(stage.work() / "out");
  stage.put("secrets/token", stage.environment["GRAPH_TOKEN"]);
  std::string inventory = stage.inventory();
  const std::string ref = "env:GRAPH_TOKEN";
  inventory.replace(inventory.find(ref), ref.size(), "file:secrets/token");
  inventory.replace(inventory.find("policy:\n"), 8,
                    "policy:\n  windows: [Sat 00:00-24:00, Sun-Fri 00:00-24:00]\n  hooks: { after_run: hook.sh }\n");
  stage.put("inventory.yaml", inventory);
  stage.put("hook.sh", "#!/bin/sh\n");
  std::filesystem::permissions(stage.work() / "hook.sh", std::filesystem::perms::owner_all);
  REQUIRE(stage.run({"discover", "inventory.yaml", "-o", "out/complete.yaml"}).code == 0);
  CHECK(has(content_of(stage.work() / "out" / "complete.yaml"), "\"../hook.sh\""));
  CHECK(has(content_of(stage.work() / "out" / "complete.yaml"), "token: \"file:../secrets/token\""));
  CHECK(stage.run({"check", "out/complete.yaml", "--to", "cloud"}).code == 0);
}

TEST_CASE("where Graph says nothing no file is written") {
  Stage stage;
  stage.environment["GRAPH_TOKEN"] = "another-token";
  const Ended found = stage.run({"discover", "inventory.yaml", "-o", "out.yaml"});
  INFO(found.text());
  CHECK(found.code == 2);
  CHECK_FALSE(std::filesystem::exists(stage.work() / "out.yaml"));
  CHECK_FALSE(has(found.text(), "another-token"));

  stage.environment.erase("GRAPH_TOKEN");
  CHECK(stage.run({"discover", "inventory.yaml"}).code == 1);
}
