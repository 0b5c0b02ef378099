// Worlds made from a list of numbers, and overlays planted on them.
#include <set>

#include "stage.hpp"
#include "support/catch.hpp"

namespace wamigrate::sim {
namespace {

TEST_CASE("a world of many numbers keeps them apart") {
  WorldSpec spec = usual_spec();
  for (int i = 1; i <= 50; ++i) {
    const std::string two = (i < 10 ? "0" : "") + std::to_string(i);
    spec.numbers.push_back({.phone = "+49151100001" + two, .pin = "123456", .deployment = "d" + two});
  }
  Stage stage(spec);
  CHECK(stage.register_without_backup().status == 200);
  CHECK(stage.world->home("+4915110000150") == ServedBy::onprem);
  CHECK(stage.send("GET", "https://d50.invalid:9090/v1/health", "", {}).status == 401);
  CHECK(stage.send("GET", "https://d51.invalid:9090/v1/health", "", {}).failed);
  CHECK(stage.graph("GET", waba_id + "/phone_numbers?limit=100").body["data"].size() == 51);
}

TEST_CASE("an overlay plants on all numbers first, then on each") {
  WorldSpec spec = usual_spec();
  spec.numbers.push_back({.phone = "+4915110000001", .pin = "111111"});
  Stage stage(spec);
  REQUIRE(plant(*stage.world, R"({"+4915110000001": {"needs_code": false}, "*": {"needs_code": true, "pin": "wrong"},
                                  "world": {"dialect": "throttle_as_429=true", "register_time": "50ms",
                                            "scopes": ["whatsapp_business_management"], "waba_review": "PENDING"}})"));
  auto state = stage.world->hold();
  CHECK(state->number(phone)->needs_code);
  CHECK(!state->number("+4915110000001")->needs_code);
  CHECK(state->number(phone)->pin == "123457");
  CHECK(state->number("+4915110000001")->pin == "111112");
  CHECK(state->dialect.throttle_as_429);
  CHECK(state->timing.register_time == Millis{50});
  CHECK(state->tokens["TOKEN"].scopes.size() == 1);
  CHECK(state->wabas[waba_id].review == "PENDING");
}

TEST_CASE("all mistakes of an overlay are named, and nothing is planted") {
  Stage stage;
  const auto planted = plant(*stage.world, R"({"*": {"needs_code": "yes", "colour": 1}, "+4900": {"pin": null},
                                              "world": {"subscribed": false, "status_lag": 5}})");
  REQUIRE(!planted);
  const std::string& message = planted.error().message;
  CHECK(message.find("needs_code of * must be true or false") != std::string::npos);
  CHECK(message.find("* has no colour") != std::string::npos);
  CHECK(message.find("there is no number +4900") != std::string::npos);
  CHECK(message.find("status_lag of world must be a duration") != std::string::npos);
  CHECK(stage.graph("GET", waba_id + "/subscribed_apps").body["data"].size() == 1);
  CHECK(!plant(*stage.world, "[]"));
}

TEST_CASE("every overlay key can be planted") {
  const std::map<std::string_view, std::string> values{{"pin", "null"},
                                                       {"home", "\"cloud\""},
                                                       {"code", "\"111111\""},
                                                       {"verification", "\"EXPIRED\""},
                                                       {"registers_used", "9"},
                                                       {"deregisters_used", "9"},
                                                       {"loses", "[\"about\"]"},
                                                       {"verified_name", "\"X\""},
                                                       {"name_status", "\"DECLINED\""},
                                                       {"certificate", "\"Yg==\""},
                                                       {"quality", "\"RED\""},
                                                       {"limit", "\"TIER_250\""},
                                                       {"country", "\"TR\""},
                                                       {"webhook_override", "\"https://x.example\""},
                                                       {"health", "\"BLOCKED\""},
                                                       {"client_expires_in", "\"0s\""},
                                                       {"shards_missing", "1"},
                                                       {"queue", "5"},
                                                       {"queue_per_second", "1"},
                                                       {"messages", "\"failed 131047\""},
                                                       {"messages_take", "\"30s\""},
                                                       {"onprem_webhook", "\"https://x.example\""},
                                                       {"messages_a_second", "5"}};
  for (const OverlayKey& key : number_overlay_keys()) {
    CAPTURE(key.name);
    Stage stage;
    const auto known = values.find(key.name);
    const std::string value = known == values.end() ? "true" : known->second;
    CHECK(plant(*stage.world, R"({"*": {")" + std::string(key.name) + "\": " + value + "}}"));
    CHECK(!plant(*stage.world, R"({"*": {")" + std::string(key.name) + "\": {}}}"));
  }
  const std::map<std::string_view, std::string> world_values{{"dialect", "\"\""},
                                                             {"onprem_registration_blocked", "true"},
                                                             {"subscribed", "false"},
                                                             {"scopes", "[]"},
                                                             {"webhook", "\"https://x.example\""},
                                                             {"waba_calls_per_hour", "200"},
                                                             {"waba_review", "\"REJECTED\""}};
  for (const OverlayKey& key : world_overlay_keys()) {
    CAPTURE(key.name);
    Stage stage;
    const auto known = world_values.find(key.name);
    const std::string value = known == world_values.end() ? "\"1s\"" : known->second;
    CHECK(plant(*stage.world, R"({"world": {")" + std::string(key.name) + "\": " + value + "}}"));
  }
}

TEST_CASE("planted situations have their consequence") {
  Stage expired;
  CHECK(plant(*expired.world, R"({"world": {"token_expires_in": "1h"}})"));
  CHECK(expired.graph("GET", phone_id).status == 200);
  expired.clock.advance(std::chrono::hours(1));
  CHECK(expired.graph("GET", phone_id).code() == 190);

  Stage used_up;
  CHECK(plant(*used_up.world, R"({"*": {"registers_used": 10}})"));
  CHECK(used_up.register_without_backup().code() == 133016);

  Stage unsubscribed;
  CHECK(plant(*unsubscribed.world, R"({"world": {"subscribed": false}})"));
  CHECK(unsubscribed.graph("GET", waba_id + "/subscribed_apps").body["data"].empty());

  Stage dead;
  CHECK(plant(*dead.world, R"({"*": {"client_expires_in": "0s"}})"));
  CHECK(dead.home() == ServedBy::nobody);
  CHECK(dead.gateway() == "disconnected");
}

TEST_CASE("an overlay written from a world makes the same world again") {
  Stage first;
  CHECK(plant(*first.world, R"({"*": {"needs_code": true, "pin": null, "quality": "RED", "registers_used": 3,
                                      "loses": ["about"], "queue": 7, "queue_per_second": 0, "home": "cloud"}})"));
  const Json overlay = overlay_of(*first.world);
  Stage second;
  REQUIRE(plant(*second.world, to_compact(overlay)));
  CHECK(overlay_of(*second.world) == overlay);
  CHECK(second.home() == ServedBy::cloud);
  CHECK(!second.number().pin);
}

TEST_CASE("what is nowhere in the world cannot be reached") {
  Stage stage;
  const Heard heard = stage.send("GET", "https://elsewhere.example/v23.0/1", "", {});
  REQUIRE(heard.failed);
  CHECK(heard.failed->kind == TransportFailure::Kind::unreachable);
  CHECK(!heard.failed->maybe_sent);
  CHECK(stage.world->home("+490000") == ServedBy::nobody);
  CHECK(stage.world->cloud_registrations("+490000") == 0);
}

TEST_CASE("one deployment's base may be the beginning of another's") {
  WorldSpec spec = usual_spec();
  spec.numbers[0].deployment_url = "http://127.0.0.1:1/onprem/de-1";
  spec.numbers.push_back(
      {.phone = "+4915110000001", .deployment = "de-10", .deployment_url = "http://127.0.0.1:1/onprem/de-10"});
  Stage stage(spec);
  stage.send("GET", "http://127.0.0.1:1/onprem/de-10/v1/health", "", {});
  CHECK(stage.world->log().back().phone == "+4915110000001");
  stage.send("GET", "http://127.0.0.1:1/onprem/de-1/v1/health", "", {});
  CHECK(stage.world->log().back().phone == phone);
}

}  // namespace
}  // namespace wamigrate::sim
