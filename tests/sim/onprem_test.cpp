// The on-premises door: users, settings, nodes, statistics, and that it is stricter than the real one.
#include "stage.hpp"
#include "support/catch.hpp"

namespace wamigrate::sim {
namespace {

const std::string good_basic = "YWRtaW46U2VjcmV0LTEyMw==";  // admin:Secret-123

TEST_CASE("a login gives a token for seven days, and a logout ends it") {
  Stage stage;
  CHECK(stage.login("bm9ib2R5Ong=").status == 401);
  CHECK(stage.login("!!").status == 401);
  const Heard heard = stage.login(good_basic);
  CHECK(heard.status == 200);
  CHECK(text_at(heard.body["users"][0], "expires_after") == "2026-03-08 12:00:00+00:00");
  CHECK(heard.body["meta"]["api_status"] == "stable");

  CHECK(stage.gateway() == "connected");
  stage.clock.advance(std::chrono::hours(7 * 24));
  CHECK(stage.onprem("GET", "health").status == 401);
  stage.log_in();
  CHECK(stage.onprem("POST", "users/logout").status == 200);
  CHECK(stage.onprem("GET", "health").status == 401);
}

TEST_CASE("the factory password must be changed at the first login") {
  Stage stage;
  stage.deployment().password_change_required = true;
  CHECK(stage.login(good_basic).code() == 1024);
  CHECK(stage.login(good_basic, {{"new_password", "short"}}).code() == 1009);
  CHECK(stage.login(good_basic, {{"new_password", "Secret-1234"}}).status == 200);
  CHECK(stage.login(good_basic).status == 401);
}

TEST_CASE("what only an admin may do is refused to others") {
  Stage stage;
  stage.deployment().users["admin"].admin = false;
  CHECK(stage.onprem("GET", "health").status == 200);
  CHECK(stage.onprem("POST", "settings/backup", {{"password", "x"}}).status == 403);
}

TEST_CASE("what is not documented on-premises is refused") {
  Stage stage;
  CHECK(stage.onprem("GET", "migrations").status == 404);
  CHECK(stage.onprem("DELETE", "account").status == 405);
  CHECK(stage.onprem("GET", "health?verbose=1").code() == 1010);
  CHECK(stage.account({{"certificate", "x"}}).code() == 1010);
  CHECK(stage.account({{"pin", 123456}}).code() == 1009);
  CHECK(stage.account({{"method", "email"}}).code() == 1009);
  CHECK(stage.account({{"cc", "+49"}}).code() == 1009);
  CHECK(stage.account({{"cc", "491"}, {"phone_number", "5110000000"}}).code() == 1009);
  CHECK(stage.onprem("POST", "settings/backup", Json::object()).code() == 1008);
  HttpRequest untyped;
  untyped.method = "POST";
  untyped.url = "https://10.0.0.5:9090/v1/settings/backup";
  untyped.authorization = Secret("Bearer " + stage.deployment().tokens.begin()->first);
  untyped.body = Secret(R"({"password":"x"})");
  CHECK(stage.send(untyped).code() == 1025);
  CHECK(stage.send("GET", "https://10.0.0.5:9090/v1/health", "", {}).status == 401);
}

TEST_CASE("settings writes are answered as read") {
  Stage nothing(reading("settings_write_answer=null"));
  CHECK(nothing.onprem("PATCH", "settings/application", {{"heartbeat_interval", 7}}).text == "null");
  Stage empty(reading("settings_write_answer=empty"));
  CHECK(empty.onprem("PATCH", "settings/application", {{"heartbeat_interval", 7}}).text == "{}");
  Stage meta(reading("settings_write_answer=meta, version_with_v=true"));
  CHECK(meta.onprem("PATCH", "settings/application", {{"heartbeat_interval", 7}}).body ==
        Json{{"meta", {{"version", "v2.49.3"}, {"api_status", "stable"}}}});
}

TEST_CASE("application settings are patched in part, checked, and reset") {
  Stage stage;
  const auto patch = [&](const Json& body) { return stage.onprem("PATCH", "settings/application", body); };
  const auto settings = [&] { return stage.onprem("GET", "settings/application").body["settings"]["application"]; };
  CHECK(settings()["wa_id"] == "4915110000000");
  CHECK(patch({{"webhooks", {{"max_concurrent_requests", 24}}}}).status == 200);
  CHECK(settings()["webhooks"]["max_concurrent_requests"] == 24);
  CHECK(settings()["webhooks"]["url"] == "https://hooks.example.com/de-1");
  CHECK(patch({{"webhooks", {{"max_concurrent_requests", 7}}}}).code() == 1009);
  CHECK(patch({{"webhooks", {{"url", "http://plain.example"}}}}).code() == 1009);
  CHECK(patch({{"wa_id", "1"}}).code() == 1010);
  CHECK(patch({{"settings", {{"application", Json::object()}}}}).code() == 1010);
  CHECK(patch({{"callback_backoff_delay_ms", "4000"}}).status == 200);
  CHECK(patch({{"callback_backoff_delay_ms", "soon"}}).code() == 1009);
  CHECK(patch({{"pass_through", true}}).code() == 1009);
  CHECK(stage.onprem("DELETE", "settings/application").status == 200);
  CHECK(settings()["webhooks"]["url"] == "");
}

TEST_CASE("callback delays are numbers or text, as read") {
  const bool text = GENERATE(false, true);
  Stage stage(reading(text ? "delays_as_text=true" : "delays_as_text=false"));
  const Json settings = stage.onprem("GET", "settings/application").body["settings"]["application"];
  CHECK(settings["callback_backoff_delay_ms"] == (text ? Json("3000") : Json(3000)));
}

TEST_CASE("a client without its number names no wa_id") {
  Stage stage(reading("health_after_takeover=unregistered"));
  stage.register_without_backup();
  CHECK(!stage.onprem("GET", "settings/application").body["settings"]["application"].contains("wa_id"));
  CHECK(text_at(stage.onprem("GET", "support").body["support"], "debug_info") == "unregistered");
}

TEST_CASE("profile and about are read and written") {
  Stage stage;
  CHECK(stage.onprem("PATCH", "settings/profile/about", {{"text", "Closed today"}}).status == 200);
  CHECK(stage.onprem("GET", "settings/profile/about").body["settings"]["profile"]["about"]["text"] == "Closed today");
  CHECK(stage.onprem("PATCH", "settings/profile/about", {{"text", std::string(140, 'x')}}).code() == 1009);
  CHECK(stage.onprem("POST", "settings/business/profile", {{"websites", {"https://a", "https://b"}}}).status == 200);
  CHECK(stage.onprem("POST", "settings/business/profile", {{"websites", {"1", "2", "3"}}}).code() == 1009);
  const Json profile = stage.onprem("GET", "settings/business/profile").body["settings"]["business"]["profile"];
  CHECK(profile["websites"] == Json{"https://a", "https://b"});
  CHECK(profile["vertical"] == "RETAIL");
}

TEST_CASE("the PIN is set and switched off on-premises") {
  Stage stage;
  CHECK(stage.onprem("POST", "settings/account/two-step", {{"pin", "12"}}).code() == 1009);
  CHECK(stage.onprem("POST", "settings/account/two-step", {{"pin", "222222"}}).status == 200);
  CHECK(stage.number().pin == "222222");
  CHECK(stage.onprem("DELETE", "settings/account/two-step").status == 200);
  CHECK(!stage.number().pin);
}

Json health_of(Stage& stage) { return stage.onprem("GET", "health").body["health"]; }

int connected(const Json& nodes, const std::string& role) {
  int count = 0;
  for (const Json& node : nodes)
    count += text_at(node, "role") == role && text_at(node, "gateway_status") == "connected";
  return count;
}

TEST_CASE("in high availability exactly one Coreapp is connected") {
  WorldSpec spec = usual_spec();
  spec.numbers[0].mode = Mode::high_availability;
  Stage stage(spec);
  const Json nodes = health_of(stage);
  CHECK(nodes.size() == 4);
  CHECK(connected(nodes, "coreapp") == 1);
  CHECK(connected(nodes, "primary_master") == 0);
}

TEST_CASE("with shards as many Coreapps are connected as there are shards, and the primary master") {
  WorldSpec spec = usual_spec();
  spec.numbers[0].shards = 4;
  Stage stage(spec);
  CHECK(stage.onprem("GET", "account/shards").body["account"]["shards"] == 4);
  CHECK(connected(health_of(stage), "coreapp") == 4);
  CHECK(connected(health_of(stage), "primary_master") == 1);
  CHECK(plant(*stage.world, R"({"*": {"shards_missing": 1}})"));
  CHECK(connected(health_of(stage), "coreapp") == 3);
  stage.register_without_backup();
  CHECK(connected(health_of(stage), "coreapp") == 0);
  CHECK(connected(health_of(stage), "primary_master") == 0);
}

TEST_CASE("a failing node carries errors in place of a status") {
  Stage stage;
  stage.deployment().nodes[0].failing = true;
  CHECK(health_of(stage)["errors"][0]["code"] == 1014);
  CHECK(!health_of(stage).contains("gateway_status"));
}

TEST_CASE("shards are changed to a power of two, with the PIN") {
  Stage stage;
  const auto change = [&](int shards, const std::string& pin) {
    return stage.onprem("POST", "account/shards",
                        {{"cc", "49"},
                         {"phone_number", "15110000000"},
                         {"shards", shards},
                         {"pin", pin},
                         {"cert", stage.certificate()}});
  };
  CHECK(change(3, "123456").code() == 1009);
  CHECK(change(2, "000000").code() == 1005);
  CHECK(change(2, "123456").status == 201);
  CHECK(stage.onprem("GET", "health").body["health"].size() == 5);
}

TEST_CASE("the callback queue drains at its pace, or is stuck, and shards share it") {
  WorldSpec spec = usual_spec();
  spec.numbers[0].shards = 2;
  Stage stage(spec);
  CHECK(plant(*stage.world, R"({"*": {"queue": 450, "queue_per_second": 100}})"));
  const auto waiting = [&] {
    const Json stats = stage.onprem("GET", "stats/app").body["stats"]["app"];
    long long sum = 0;
    for (const Json& each : stats["callback_queue_size"]["data"]) {
      sum += number_at(each, "value").value();
    }
    return sum;
  };
  CHECK(waiting() == 450);
  stage.clock.advance(Millis{2000});
  CHECK(waiting() == 250);
  stage.clock.advance(Millis{3000});
  CHECK(waiting() == 0);
  CHECK(plant(*stage.world, R"({"*": {"queue": 9, "queue_per_second": 0}})"));
  stage.clock.advance(std::chrono::hours(1));
  CHECK(waiting() == 9);
}

TEST_CASE("support tells when the build expires, as a number or a date as read") {
  const bool text = GENERATE(false, true);
  Stage stage(reading(text ? "expiry_as_text=true" : "expiry_as_text=false"));
  const Json support = stage.onprem("GET", "support").body["support"];
  CHECK(support["expire_timestamp"] == (text ? Json("2026-05-30 12:00:00+00:00") : Json(1780142400)));
  CHECK(support["debug_info"] == "4915110000000");
}

TEST_CASE("contacts and messages are answered while the client is connected") {
  Stage stage;
  const Heard contacts = stage.onprem("POST", "contacts", {{"blocking", "wait"}, {"contacts", {"+49123"}}});
  CHECK(contacts.body["contacts"][0]["wa_id"] == "49123");
  const Json message{{"to", "49123"}, {"type", "text"}, {"text", {{"body", "hi"}}}};
  CHECK(stage.onprem("POST", "messages", message).status == 201);
  stage.register_without_backup();
  CHECK(stage.onprem("POST", "messages", message).code() == 1014);
}

TEST_CASE("a deployment that is gone answers nothing, and one that was stopped comes back") {
  Stage stage;
  stage.log_in();
  stage.world->stop_deployment("de-1");
  CHECK(stage.onprem("GET", "health").failed);
  CHECK(stage.home() == ServedBy::nobody);
  stage.world->start_deployment("de-1");
  CHECK(stage.home() == ServedBy::onprem);
  CHECK(plant(*stage.world, R"({"*": {"deployment_gone": true}})"));
  CHECK(stage.onprem("GET", "health").failed);
  CHECK(stage.home() == ServedBy::nobody);
  CHECK(stage.field("platform_type") == "ON_PREMISE");
}

}  // namespace
}  // namespace wamigrate::sim
