// The access-token debugger as a command: what it says, how it ends, and that it keeps the token to itself.
#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

Json token_json(Stage& stage, int code) {
  const Ended ended = stage.run({"token", "inventory.yaml", "--json"});
  INFO(ended.text());
  CHECK(ended.code == code);
  const auto json = parse_json(ended.out);
  REQUIRE(json.has_value());
  return *json;
}

}  // namespace

TEST_CASE("a good token ends with 0, after one question and none about a number") {
  Stage stage({.numbers = 3});
  const Ended ended = stage.run({"token", "inventory.yaml"});
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.requests() == 1);
  CHECK(has(ended.out, "SYSTEM_USER"));
  CHECK(has(ended.out, "never"));
  CHECK(has(ended.out, "102290129340398"));
  CHECK(has(ended.out, "Nothing stands against this token"));
  CHECK_FALSE(has(ended.out, "Making a new one"));
  CHECK_FALSE(has(ended.out + ended.err, stage.environment["GRAPH_TOKEN"]));
  const Json json = token_json(stage, 0);
  CHECK(json["ok"] == true);
  CHECK(json["expires_at"].is_null());
  CHECK(json["expected_run_ms"] > 1000);
  CHECK(json["wabas"].size() == 1);
  CHECK(json["wabas"][0]["numbers"] == 3);
}

TEST_CASE("a token that ends before the run would is a blocker, and the page says what to tick for another") {
  Stage stage({.numbers = 2, .overlay = R"({"world": {"token_expires_in": "20s"}})"});
  const Ended ended = stage.run({"token", "inventory.yaml"});
  INFO(ended.text());
  CHECK(ended.code == 2);
  CHECK(has(ended.out, "the token expires at"));
  CHECK(has(ended.out, "Tick whatsapp_business_management and"));
  CHECK(has(ended.out, "env:GRAPH_TOKEN"));
  CHECK(has(ended.out, "wamigrate token inventory.yaml"));
  CHECK_FALSE(has(ended.out + ended.err, stage.environment["GRAPH_TOKEN"]));
}

TEST_CASE("a missing scope and a WABA out of reach are named, and both block") {
  Stage stage;
  stage.world->hold()->tokens.begin()->second.scopes = {"whatsapp_business_messaging"};
  CHECK(token_json(stage, 2)["missing_scopes"] == Json::array({"whatsapp_business_management"}));
  stage.world->hold()->tokens.begin()->second.scopes = {"whatsapp_business_messaging", "whatsapp_business_management"};
  stage.world->hold()->tokens.begin()->second.wabas = {"999"};
  const Json json = token_json(stage, 2);
  CHECK(json["wabas"][0]["management"] == false);
  CHECK(json["wabas"][0]["messaging"] == false);
}

TEST_CASE("a revoked token blocks; a Graph that does not answer, or no token at all, is unusable") {
  Stage stage;
  stage.world->hold()->tokens.begin()->second.valid = false;
  CHECK(stage.run({"token", "inventory.yaml"}).code == 2);
  stage.environment.erase("GRAPH_TOKEN");
  const Ended none = stage.run({"token", "inventory.yaml"});
  CHECK(none.code == 1);
  CHECK(has(none.err, "GRAPH_TOKEN"));
  stage.environment["GRAPH_TOKEN"] = "x";
  std::string inventory = stage.inventory();
  const std::string url = "url: " + stage.server->graph_url();
  stage.put("inventory.yaml", inventory.replace(inventory.find(url), url.size(), "url: http://127.0.0.1:1"));
  const Ended silent = stage.run({"token", "inventory.yaml"});
  INFO(silent.text());
  CHECK(silent.code == 1);
}
