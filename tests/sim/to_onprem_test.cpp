// Leaving Cloud, and registering on-premises: takeover, codes, certificates, the closed door.
#include "stage.hpp"
#include "support/catch.hpp"

namespace wamigrate::sim {
namespace {

/// The usual stage with the number already on Cloud.
WorldSpec on_cloud(const Dialect& dialect = reading("")) {
  WorldSpec spec = usual_spec();
  spec.dialect = dialect;
  spec.numbers[0].home = ServedBy::cloud;
  return spec;
}

TEST_CASE("an on-premises registration takes over from Cloud, or wants it deregistered first, as read") {
  const bool first = GENERATE(false, true);
  Stage stage(on_cloud(reading(first ? "account_needs_deregister=true" : "account_needs_deregister=false")));
  const Heard heard = stage.account();
  if (!first) {
    CHECK(heard.status == 201);
    CHECK(stage.home() == ServedBy::onprem);
    CHECK(stage.gateway() == "connected");
    CHECK(stage.field("platform_type") == "ON_PREMISE");
    return;
  }
  CHECK(heard.code() == 1005);
  CHECK(stage.home() == ServedBy::cloud);
  CHECK(stage.graph("POST", phone_id + "/deregister").status == 200);
  CHECK(stage.account().status == 201);
  CHECK(stage.home() == ServedBy::onprem);
}

TEST_CASE("a deregistered number is served by nobody, and shown as read") {
  const bool stays = GENERATE(false, true);
  Stage stage(on_cloud(reading(stays ? "deregistered_stays_cloud_api=true" : "deregistered_stays_cloud_api=false")));
  CHECK(stage.graph("POST", phone_id + "/deregister").status == 200);
  CHECK(stage.home() == ServedBy::nobody);
  CHECK(stage.field("platform_type") == (stays ? "CLOUD_API" : "NOT_APPLICABLE"));
  CHECK(stage.field("status") == "DISCONNECTED");
  const Heard again = stage.graph("POST", phone_id + "/deregister");
  CHECK(again.code() == 100);
  CHECK(number_at(again.body["error"], "error_subcode") == 2207051);
  CHECK(stage.world->deregistrations(phone) == 1);
}

TEST_CASE("a number on-premises is not deregistered from Cloud") {
  Stage stage;
  CHECK(stage.graph("POST", phone_id + "/deregister").code() == 100);
  CHECK(stage.home() == ServedBy::onprem);
}

TEST_CASE("after a deregistration one must wait before registering, if so read") {
  const bool settles = GENERATE(false, true);
  Stage stage(on_cloud(reading(settles ? "deregister_settles=true" : "deregister_settles=false")));
  stage.graph("POST", phone_id + "/deregister");
  CHECK(stage.register_without_backup().code() == (settles ? 133015 : 0));
  stage.clock.advance(Millis{300000});
  CHECK(stage.register_without_backup().status == 200);
}

TEST_CASE("the eleventh deregistration is refused, whatever was registered") {
  Stage stage(on_cloud());
  for (int i = 0; i < 10; ++i) stage.graph("POST", phone_id + "/deregister");
  CHECK(stage.graph("POST", phone_id + "/deregister").code() == 133016);
  CHECK(stage.register_without_backup().status == 200);
}

TEST_CASE("a blocked on-premises registration says so and leaves Cloud untouched") {
  Stage stage(on_cloud());
  CHECK(plant(*stage.world, R"({"world": {"onprem_registration_blocked": true}})"));
  const Heard heard = stage.account();
  CHECK(heard.code() == 1005);
  CHECK(text_at(heard.body["errors"][0], "details") == "Unknown error: biz_link_on_prem_reg_blocked");
  CHECK(stage.home() == ServedBy::cloud);
  CHECK(stage.world->unserved(phone) == Millis{0});
}

TEST_CASE("a number that wants a code stays on Cloud until the right one comes") {
  Stage stage(on_cloud());
  CHECK(plant(*stage.world, R"({"*": {"needs_code": true, "code": "111222"}})"));
  CHECK(stage.onprem("POST", "account/verify", {{"code", "111222"}}).code() == 1025);
  const Heard sent = stage.account();
  CHECK(sent.status == 202);
  CHECK(text_at(sent.body["account"][0], "vname") == "Example Ltd");
  CHECK(stage.home() == ServedBy::cloud);
  CHECK(stage.onprem("POST", "account/verify", {{"code", "111-222"}}).code() == 1009);
  CHECK(stage.onprem("POST", "account/verify", {{"code", "999999"}}).code() == 1009);
  CHECK(stage.home() == ServedBy::cloud);
  CHECK(stage.onprem("POST", "account/verify", {{"code", "111222"}}).status == 201);
  CHECK(stage.home() == ServedBy::onprem);
  CHECK(stage.world->onprem_registrations(phone) == 1);
}

TEST_CASE("after five wrong codes a new one must be asked for") {
  Stage stage(on_cloud());
  CHECK(plant(*stage.world, R"({"*": {"needs_code": true}})"));
  stage.account();
  for (int i = 0; i < 5; ++i) stage.onprem("POST", "account/verify", {{"code", "999999"}});
  CHECK(stage.onprem("POST", "account/verify", {{"code", "472916"}}).code() == 1025);
  CHECK(stage.account().status == 202);
  CHECK(stage.onprem("POST", "account/verify", {{"code", "472916"}}).status == 201);
}

TEST_CASE("a wrong certificate or PIN is refused alike and changes nothing") {
  Stage stage(on_cloud());
  CHECK(stage.account({{"pin", "123456"}, {"cert", "bm9uc2Vuc2U="}}).code() == 1005);
  CHECK(stage.account({{"pin", "000000"}}).code() == 1005);
  CHECK(stage.account(Json()).code() == 1008);
  CHECK(stage.home() == ServedBy::cloud);
}

TEST_CASE("an expired client registers nothing") {
  Stage stage(on_cloud());
  CHECK(plant(*stage.world, R"({"*": {"client_expires_in": "0s"}})"));
  CHECK(text_at(stage.account().body["errors"][0], "details") == "App expired, upgrade required");
  CHECK(stage.home() == ServedBy::cloud);
}

TEST_CASE("an expired client makes no backup, or makes one, as read") {
  const bool gives = GENERATE(false, true);
  WorldSpec spec = usual_spec();
  spec.dialect = reading(gives ? "expired_client_gives_backup=true" : "expired_client_gives_backup=false");
  Stage stage(spec);
  CHECK(plant(*stage.world, R"({"*": {"client_expires_in": "0s"}})"));
  CHECK(stage.home() == ServedBy::nobody);
  CHECK(stage.backup().empty() == !gives);
}

TEST_CASE("a PIN where there is none is ignored or refused, as read") {
  const bool refused = GENERATE(false, true);
  WorldSpec spec = on_cloud(reading(refused ? "needless_pin_refused=true" : "needless_pin_refused=false"));
  spec.numbers[0].pin = "";
  Stage stage(spec);
  CHECK(stage.account().code() == (refused ? 1010 : 0));
  CHECK(stage.account(Json()).status == 201);
}

TEST_CASE("application settings survive an on-premises registration, or are reset, as read") {
  const bool reset = GENERATE(false, true);
  Stage stage(
      on_cloud(reading(reset ? "settings_reset_on_registration=true" : "settings_reset_on_registration=false")));
  const std::string url = text_at(stage.deployment().application["webhooks"], "url");
  CHECK(!url.empty());
  stage.account();
  CHECK(text_at(stage.deployment().application["webhooks"], "url") == (reset ? "" : url));
}

TEST_CASE("a client takes a while to connect after it was registered") {
  WorldSpec spec = on_cloud();
  spec.timing.connect_time = Millis{2000};
  Stage stage(spec);
  CHECK(stage.account().status == 201);
  CHECK(stage.gateway() == "connecting");
  CHECK(stage.home() == ServedBy::nobody);
  stage.clock.advance(Millis{2000});
  CHECK(stage.gateway() == "connected");
  CHECK(stage.home() == ServedBy::onprem);
}

TEST_CASE("a registration of a number that is registered here already changes nothing") {
  Stage stage;
  CHECK(stage.account().status == 201);
  CHECK(stage.world->onprem_registrations(phone) == 0);
  CHECK(stage.home() == ServedBy::onprem);
}

TEST_CASE("what a node says after Cloud took over is as read") {
  const std::string value = GENERATE("disconnected", "unregistered", "unreachable");
  Stage stage(reading("health_after_takeover=" + value));
  stage.log_in();
  stage.register_without_backup();
  const Heard heard = stage.onprem("GET", "health");
  if (value != "unreachable") {
    CHECK(text_at(heard.body["health"], "gateway_status") == value);
    return;
  }
  REQUIRE(heard.failed);
  CHECK(heard.failed->kind == TransportFailure::Kind::unreachable);
  CHECK(!heard.failed->maybe_sent);
  // Somebody starts the containers: the client comes back without its number.
  stage.world->start_deployment("de-1");
  CHECK(stage.gateway() == "disconnected");
  CHECK(stage.home() == ServedBy::cloud);
  CHECK(stage.account().status == 201);
}

TEST_CASE("a client that a wrong PIN took down comes back when it is started") {
  Stage stage(reading("health_after_takeover=unreachable"));
  stage.log_in();
  stage.register_on_cloud("000000", stage.backup());
  CHECK(stage.home() == ServedBy::nobody);
  stage.world->start_deployment("de-1");
  CHECK(stage.home() == ServedBy::onprem);
  CHECK(stage.gateway() == "connected");
}

TEST_CASE("an orchestrator may start a shut-down client again") {
  Stage stage(reading("health_after_takeover=unreachable"));
  stage.log_in();
  stage.deployment().starts_again = Millis{30000};
  stage.register_without_backup();
  CHECK(stage.onprem("GET", "health").failed);
  stage.clock.advance(Millis{30000});
  CHECK(stage.gateway() == "disconnected");
  CHECK(stage.home() == ServedBy::cloud);
}

TEST_CASE("a restored backup stops the client until it is started again") {
  Stage stage;
  const std::string backup = stage.backup();
  stage.onprem("PATCH", "settings/application", {{"heartbeat_interval", 9}});
  CHECK(stage.onprem("POST", "settings/restore", {{"password", "wrong"}, {"data", backup}}).code() == 1009);
  CHECK(stage.onprem("POST", "settings/restore", {{"password", "tacocat"}, {"data", backup}}).status == 200);
  CHECK(stage.home() == ServedBy::nobody);
  stage.world->start_deployment("de-1");
  CHECK(stage.home() == ServedBy::onprem);
  CHECK(stage.deployment().application["heartbeat_interval"] == 5);
}

TEST_CASE("no backup is handed out by a client that is not registered and running") {
  Stage stage;
  stage.register_without_backup();
  CHECK(stage.onprem("POST", "settings/backup", {{"password", "tacocat"}}).code() == 1014);
  stage.number().timeline.set_gateway(stage.clock.now(), Gateway::unregistered);
  CHECK(stage.onprem("POST", "settings/backup", {{"password", "tacocat"}}).code() == 1011);
}

}  // namespace
}  // namespace wamigrate::sim
