// Both readings of the doubts that have no larger test of their own: what is said of a number, how a refusal is
// worded, and what a registration takes along.
#include "stage.hpp"
#include "support/catch.hpp"

namespace wamigrate::sim {
namespace {

WorldSpec spec_of(const Dialect& dialect, ServedBy home) {
  WorldSpec spec = usual_spec();
  spec.dialect = dialect;
  spec.numbers[0].home = home;
  return spec;
}

Json node_of(const std::string& dialect, const std::string& fields) {
  Stage stage(reading(dialect));
  return stage.graph("GET", phone_id + "?fields=" + fields).body;
}

/// What a refused on-premises registration says, with the world after it.
Heard refused_account(Stage& stage) { return stage.account({{"pin", "654321"}}); }

}  // namespace

TEST_CASE("a number's node says what it says in the words of the reading") {
  CHECK(node_of("false_left_out=false", "is_on_biz_app")["is_on_biz_app"] == false);
  CHECK_FALSE(node_of("false_left_out=true", "is_on_biz_app").contains("is_on_biz_app"));
  CHECK_FALSE(node_of("platform_type_left_out=true", "platform_type,host_platform").contains("platform_type"));
  CHECK(node_of("platform_type_left_out=true", "platform_type,host_platform")["host_platform"] == "ON_PREMISE");
  CHECK(node_of("certificate_left_out=false", "certificate").contains("certificate"));
  CHECK_FALSE(node_of("certificate_left_out=true", "certificate").contains("certificate"));
  CHECK(node_of("status_says_linked=true", "status")["status"] == "LINKED");
  CHECK(node_of("onprem_shown_disconnected=true", "status")["status"] == "DISCONNECTED");
  const std::string verification = "code_verification_status";
  CHECK(node_of("verification_shown_expired=false", verification)[verification] == "VERIFIED");
  CHECK(node_of("verification_shown_expired=true", verification)[verification] == "EXPIRED");
  CHECK(node_of("health_status_unknown=false", "health_status").contains("health_status"));
  CHECK(number_at(node_of("health_status_unknown=true", "health_status")["error"], "code") == 100);
}

TEST_CASE("a WABA's limit has one of two codes, and its usage headers come or do not") {
  const bool other = GENERATE(false, true);
  Stage stage(reading(other ? "waba_limit_is_80008=true" : "waba_limit_is_80008=false"));
  stage.world->hold()->waba_calls_per_hour = 0;
  CHECK(stage.graph("GET", phone_id).code() == (other ? 80008 : 80007));
  CHECK(stage.last_headers.size() == 4);
  Stage silent(reading("usage_headers_left_out=true"));
  silent.graph("GET", phone_id);
  CHECK(silent.last_headers.size() == 2);
}

TEST_CASE("a code is sent, refused and worded as read") {
  const auto ask = [](Stage& stage, const std::string& language) {
    return stage.graph("POST", phone_id + "/request_code", {{"code_method", "SMS"}, {"language", language}});
  };
  Stage lenient(reading("language_needs_country=false"));
  CHECK(ask(lenient, "en").status == 200);
  Stage strict(reading("language_needs_country=true"));
  CHECK(ask(strict, "en").code() == 100);
  CHECK(ask(strict, "en_US").status == 200);
  Stage moving(reading("ownership_code_needs_move=true"));
  CHECK(number_at(ask(moving, "en_US").body["error"], "error_subcode") == 2388091);
  Stage as_code(reading("ownership_code_needs_move=true, long_codes_as_codes=true"));
  CHECK(ask(as_code, "en_US").code() == 2388091);

  const bool general = GENERATE(false, true);
  Stage stage(reading(general ? "wrong_code_as_100=true" : "wrong_code_as_100=false"));
  ask(stage, "en_US");
  const Heard heard = stage.graph("POST", phone_id + "/verify_code", {{"code", "000000"}});
  CHECK(heard.code() == (general ? 100 : 136025));
  CHECK(heard.status == (general ? 422 : 400));
}

TEST_CASE("a token for everything names its targets only if so read") {
  const bool listed = GENERATE(false, true);
  Stage stage(reading(listed ? "targets_always_listed=true" : "targets_always_listed=false"));
  const Heard heard = stage.graph("GET", "debug_token?input_token=TOKEN");
  CHECK(heard.body["data"]["granular_scopes"][0].contains("target_ids") == listed);
}

TEST_CASE("a long description is refused only if so read") {
  const bool refused = GENERATE(false, true);
  Stage stage(spec_of(reading(refused ? "short_descriptions=true" : "short_descriptions=false"), ServedBy::cloud));
  const Json profile{{"messaging_product", "whatsapp"}, {"description", std::string(300, 'x')}};
  CHECK(stage.graph("POST", phone_id + "/whatsapp_business_profile", profile).code() == (refused ? 100 : 0));
}

TEST_CASE("an unusable backup, a wrong PIN and a client that is off are worded as read") {
  const auto code = [](const std::string& dialect) {
    Stage stage(reading(dialect));
    return stage.register_on_cloud("123456", "no backup").code();
  };
  CHECK(code("bad_backup_code=own_codes") == 133001);
  CHECK(code("bad_backup_code=invalid_parameter") == 100);
  CHECK(code("bad_backup_code=invalid_value") == 131009);
  CHECK(code("bad_backup_code=verify_again") == 133006);

  Stage locked(reading("wrong_pin_as_locked=true"));
  CHECK(locked.register_on_cloud("654321", locked.backup()).code() == 131031);

  const bool needed = GENERATE(false, true);
  Stage off(reading(needed ? "backup_needs_connected_client=true" : "backup_needs_connected_client=false"));
  const std::string backup = off.backup();
  off.world->stop_deployment("de-1");
  CHECK(off.register_on_cloud("123456", backup).code() == (needed ? 100 : 0));
}

TEST_CASE("without a backup a number leaves on-premises only if so read") {
  const bool needed = GENERATE(false, true);
  Stage stage(reading(needed ? "onprem_needs_backup=true" : "onprem_needs_backup=false"));
  CHECK(stage.register_without_backup().code() == (needed ? 100 : 0));
}

TEST_CASE("a number may be pending for minutes") {
  Stage stage(*parse_dialect("pending_for_minutes=true"));
  CHECK(stage.register_on_cloud("123456", stage.backup()).status == 200);
  stage.clock.advance(std::chrono::minutes(3));
  CHECK(stage.field("status") == "PENDING");
  stage.clock.advance(std::chrono::minutes(2));
  CHECK(stage.field("status") == "CONNECTED");
}

TEST_CASE("a deregistration may end the proof of ownership") {
  const bool ends = GENERATE(false, true);
  Stage stage(spec_of(reading(ends ? "deregister_unverifies=true" : "deregister_unverifies=false"), ServedBy::cloud));
  stage.graph("POST", phone_id + "/deregister");
  CHECK(stage.register_without_backup().code() == (ends ? 133006 : 0));
}

TEST_CASE("an on-premises registration may want a code, and Cloud may go with the wish") {
  const auto stage_of = [](const std::string& dialect) { return spec_of(reading(dialect), ServedBy::cloud); };
  Stage asks(stage_of("account_asks_for_code=true"));
  CHECK(asks.account().status == 202);
  CHECK(asks.home() == ServedBy::cloud);
  Stage ends(stage_of("account_asks_for_code=true, account_code_ends_cloud=true"));
  CHECK(ends.account().status == 202);
  CHECK(ends.home() == ServedBy::nobody);
  CHECK(ends.onprem("POST", "account/verify", {{"code", "472916"}}).status == 201);
  CHECK(ends.home() == ServedBy::onprem);
}

TEST_CASE("a registered client may connect only after its restart") {
  Stage stage(spec_of(reading("account_needs_restart=true"), ServedBy::cloud));
  CHECK(stage.account().status == 201);
  CHECK(stage.home() == ServedBy::nobody);
  CHECK(stage.gateway() == "disconnected");
  stage.world->start_deployment("de-1");
  CHECK(stage.home() == ServedBy::onprem);
}

TEST_CASE("a wrong PIN on-premises is worded as read, and may end Cloud's service") {
  const auto code = [](const std::string& dialect) {
    Stage stage(spec_of(reading(dialect), ServedBy::cloud));
    const Heard heard = refused_account(stage);
    CHECK(stage.home() == ServedBy::cloud);
    return heard.code();
  };
  CHECK(code("account_wrong_pin=denied_naming_it") == 1005);
  CHECK(code("account_wrong_pin=denied") == 1005);
  CHECK(code("account_wrong_pin=invalid") == 1009);
  CHECK(code("account_wrong_pin=too_many") == 1015);
  Stage ends(spec_of(reading("account_wrong_pin_ends_cloud=true"), ServedBy::cloud));
  refused_account(ends);
  CHECK(ends.home() == ServedBy::nobody);
}

TEST_CASE("a denial on-premises has the status of the reading, and a refused token its envelope or none") {
  const auto status = [](const std::string& dialect) {
    Stage stage(spec_of(reading(dialect), ServedBy::cloud));
    return refused_account(stage).status;
  };
  CHECK(status("denied_as=bad_request") == 400);
  CHECK(status("denied_as=unauthorized") == 401);
  CHECK(status("denied_as=forbidden") == 403);
  Stage stage(reading("refused_token_without_body=true"));
  stage.log_in();
  stage.deployment().tokens.clear();
  const Heard heard = stage.onprem("GET", "health");
  CHECK(heard.status == 401);
  CHECK(heard.text.empty());
}

TEST_CASE("a wrong registration code is worded as read") {
  const auto code = [](const std::string& dialect) {
    Stage stage(spec_of(reading("account_asks_for_code=true, " + dialect), ServedBy::cloud));
    stage.account();
    return stage.onprem("POST", "account/verify", {{"code", "000000"}}).code();
  };
  CHECK(code("account_wrong_code=invalid") == 1009);
  CHECK(code("account_wrong_code=denied") == 1005);
  CHECK(code("account_wrong_code=code_400") == 400);
}

TEST_CASE("two-step verification may end with Cloud") {
  const bool ends = GENERATE(false, true);
  Stage stage(spec_of(reading(ends ? "pin_ends_with_cloud=true" : "pin_ends_with_cloud=false"), ServedBy::cloud));
  stage.account();
  CHECK(stage.field("is_pin_enabled") == !ends);
}

TEST_CASE("a client that lost its number may not run, and its Webapp says so") {
  Stage stage(reading("health_after_takeover=not_running"));
  stage.register_on_cloud("123456", stage.backup());
  const Heard heard = stage.onprem("GET", "health");
  CHECK(heard.status == 200);
  CHECK(number_at(heard.body["health"]["errors"][0], "code") == 1014);
  CHECK(stage.onprem("GET", "settings/profile/about").code() == 1014);
}

}  // namespace wamigrate::sim
