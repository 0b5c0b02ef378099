// Registering on Cloud, as the world sees it: what it does to both sides, what it costs, and when it is refused.
#include "sim/registration.hpp"
#include "stage.hpp"
#include "support/catch.hpp"

namespace wamigrate::sim {
namespace {

TEST_CASE("a register with the unmodified backup moves the number and keeps what people see") {
  Stage stage;
  stage.number().official = true;
  CHECK(stage.gateway() == "connected");
  const std::string backup = stage.backup();
  CHECK(backup.starts_with("V0FCS"));

  CHECK(stage.register_on_cloud("123456", backup).body == Json{{"success", true}});
  CHECK(stage.home() == ServedBy::cloud);
  CHECK(stage.field("platform_type") == "CLOUD_API");
  CHECK(stage.field("status") == "CONNECTED");
  CHECK(stage.gateway() == "disconnected");
  CHECK(stage.number().official);
  CHECK(stage.number().profile.email == "hello@example.com");
  CHECK(stage.world->cloud_registrations(phone) == 1);
}

TEST_CASE("a register without backup loses the profile, and the badge if so read") {
  const bool lost = GENERATE(false, true);
  Stage stage(reading(lost ? "oba_lost_without_backup=true" : "oba_lost_without_backup=false"));
  stage.number().official = true;
  CHECK(stage.register_without_backup().status == 200);
  CHECK(stage.number().profile.email.empty());
  CHECK(stage.number().official == !lost);
}

TEST_CASE("a number that is not verified needs a backup or a code") {
  Stage stage;
  stage.number().verification = "EXPIRED";
  CHECK(stage.register_without_backup().code() == 133006);
  CHECK(stage.home() == ServedBy::onprem);
  CHECK(stage.graph("POST", phone_id + "/verify_code", {{"code", "472916"}}).code() == 136025);
  CHECK(stage.graph("POST", phone_id + "/request_code", {{"code_method", "SMS"}, {"language", "en_US"}}).status == 200);
  CHECK(stage.graph("POST", phone_id + "/verify_code", {{"code", "000000"}}).code() == 136025);
  CHECK(stage.graph("POST", phone_id + "/verify_code", {{"code", "472916"}}).status == 200);
  CHECK(stage.register_without_backup().status == 200);

  Stage other;
  other.number().verification = "NOT_VERIFIED";
  CHECK(other.register_on_cloud("123456", other.backup()).status == 200);
}

TEST_CASE("while a register runs nobody serves the number, and its reply takes as long") {
  WorldSpec spec = usual_spec();
  spec.timing.register_time = Millis{15000};
  Stage stage(spec);
  const std::string backup = stage.backup();
  const Heard heard = stage.register_on_cloud("123456", backup);
  CHECK(heard.status == 200);
  CHECK(heard.elapsed == Millis{15000});
  CHECK(stage.home() == ServedBy::nobody);
  CHECK(stage.field("platform_type") == "ON_PREMISE");
  CHECK(stage.field("status") == "DISCONNECTED");
  stage.clock.advance(Millis{14999});
  CHECK(stage.home() == ServedBy::nobody);
  stage.clock.advance(Millis{1});
  CHECK(stage.home() == ServedBy::cloud);
  CHECK(stage.world->unserved(phone) == Millis{15000});
}

TEST_CASE("a client that waits less than a register takes sees a timeout, and the register happens") {
  WorldSpec spec = usual_spec();
  spec.timing.register_time = Millis{15000};
  Stage stage(spec);
  const std::string backup = stage.backup();
  stage.timeout = Millis{10000};
  const Heard heard = stage.register_on_cloud("123456", backup);
  CHECK(heard.timed_out());
  CHECK(heard.failed->maybe_sent);
  CHECK(heard.elapsed == Millis{10000});
  stage.clock.advance(Millis{15000});
  CHECK(stage.home() == ServedBy::cloud);
}

TEST_CASE("after a register the status is PENDING for a while, if so read") {
  const bool pending = GENERATE(false, true);
  WorldSpec spec = usual_spec();
  spec.dialect.pending_after_register = pending;
  spec.timing.pending_time = Millis{2000};
  Stage stage(spec);
  stage.register_without_backup();
  CHECK(stage.field("status") == (pending ? "PENDING" : "CONNECTED"));
  CHECK(stage.home() == ServedBy::cloud);
  stage.clock.advance(Millis{2000});
  CHECK(stage.field("status") == "CONNECTED");
}

TEST_CASE("what Graph shows lags behind what is, if so read") {
  const bool lags = GENERATE(false, true);
  WorldSpec spec = usual_spec();
  spec.dialect.status_lags = lags;
  spec.timing.status_lag = Millis{5000};
  Stage stage(spec);
  CHECK(stage.field("platform_type") == "ON_PREMISE");
  stage.register_without_backup();
  CHECK(stage.home() == ServedBy::cloud);
  CHECK(stage.field("platform_type") == (lags ? "ON_PREMISE" : "CLOUD_API"));
  stage.clock.advance(Millis{5000});
  CHECK(stage.field("platform_type") == "CLOUD_API");
}

TEST_CASE("a wrong PIN is refused, and takes on-premises down if so read") {
  const bool down = GENERATE(false, true);
  Stage stage(reading(down ? "wrong_pin_takes_onprem_down=true" : "wrong_pin_takes_onprem_down=false"));
  const std::string backup = stage.backup();
  CHECK(stage.register_on_cloud("654321", backup).code() == 133005);
  CHECK(stage.home() == (down ? ServedBy::nobody : ServedBy::onprem));
  CHECK(stage.gateway() == (down ? "disconnected" : "connected"));
  CHECK(stage.world->landed("register") == 0);

  // The same backup and the right PIN still lead to Cloud.
  CHECK(stage.register_on_cloud("123456", backup).status == 200);
  CHECK(stage.home() == ServedBy::cloud);
}

TEST_CASE("PIN guesses are slowed down, then locked out, the right one too") {
  Stage stage;
  CHECK(stage.register_without_backup("000001").code() == 133005);
  CHECK(stage.register_without_backup("000002").code() == 133005);
  CHECK(stage.register_without_backup("123456").code() == 133009);
  for (const char* pin : {"000003", "000004", "000005"}) {
    stage.clock.advance(Millis{60000});
    CHECK(stage.register_without_backup(pin).code() == 133005);
  }
  stage.clock.advance(Millis{60000});
  const Heard locked = stage.register_without_backup("123456");
  CHECK(locked.code() == 133008);
  CHECK(text_at(locked.body["error"]["error_data"], "details").find("3540 seconds") != std::string::npos);
  stage.clock.advance(Millis{3600000});
  CHECK(stage.register_without_backup("123456").status == 200);
}

TEST_CASE("where two-step verification is off any PIN becomes the PIN") {
  Stage stage;
  CHECK(stage.onprem("DELETE", "settings/account/two-step").status == 200);
  CHECK(stage.field("is_pin_enabled") == false);
  CHECK(stage.register_without_backup("777777").status == 200);
  CHECK(stage.number().pin == "777777");
}

TEST_CASE("a backup is refused when it is not one, has another password or is another number's") {
  Stage stage;
  CHECK(stage.register_on_cloud("123456", "V0FCSgarbage").code() == 133001);
  const std::string backup = stage.backup();
  CHECK(stage
            .graph("POST", phone_id + "/register",
                   {{"messaging_product", "whatsapp"},
                    {"pin", "123456"},
                    {"backup", {{"password", "other"}, {"data", backup}}}})
            .code() == 133002);
  stage.world->hold()->backups[backup].phone = "+4915110000009";
  CHECK(stage.register_on_cloud("123456", backup).code() == 133002);
  CHECK(stage.home() == ServedBy::onprem);
}

TEST_CASE("a bad backup takes on-premises down only if so read") {
  const bool down = GENERATE(false, true);
  Stage stage(reading(down ? "bad_backup_takes_onprem_down=true" : "bad_backup_takes_onprem_down=false"));
  stage.register_on_cloud("123456", "nonsense");
  CHECK(stage.home() == (down ? ServedBy::nobody : ServedBy::onprem));
}

TEST_CASE("a register of a number already on Cloud succeeds and changes nothing, or is refused, as read") {
  const bool refused = GENERATE(false, true);
  Stage stage(reading(refused ? "repeated_register_refused=true" : "repeated_register_refused=false"));
  CHECK(stage.register_without_backup().status == 200);
  const Heard again = stage.register_without_backup();
  CHECK(again.status == (refused ? 422 : 200));
  CHECK(stage.world->cloud_registrations(phone) == 1);
  CHECK(stage.world->landed("register") == (refused ? 1 : 2));
  CHECK(stage.number().registers.used.size() == 2);
}

TEST_CASE("a backup is stale after a Cloud registration, or is not, as read") {
  const bool survives = GENERATE(false, true);
  Stage stage(
      reading(survives ? "backup_survives_cloud_registration=true" : "backup_survives_cloud_registration=false"));
  const std::string backup = stage.backup();
  CHECK(stage.register_on_cloud("123456", backup).status == 200);
  CHECK(stage.register_on_cloud("123456", backup).code() == (survives ? 0 : 133003));
}

TEST_CASE("the eleventh register in 72 hours is refused and blocks the next 72") {
  Stage stage;
  for (int i = 0; i < 10; ++i) {
    CHECK(stage.register_without_backup().status == 200);
    stage.clock.advance(std::chrono::hours(1));
  }
  CHECK(stage.register_without_backup().code() == 133016);
  // The first of the ten has left the window by now; the block has not ended.
  stage.clock.advance(std::chrono::hours(71));
  CHECK(stage.register_without_backup().code() == 133016);
  stage.clock.advance(std::chrono::hours(1));
  CHECK(stage.register_without_backup().status == 200);
}

TEST_CASE("ten registers in any 72 hours are allowed, for as long as it goes slowly enough") {
  Stage stage;
  for (int i = 0; i < 30; ++i) {
    CHECK(stage.register_without_backup().status == 200);
    stage.clock.advance(std::chrono::hours(8));
  }
}

TEST_CASE("a refused register counts towards the ten, or does not, as read") {
  const bool counts = GENERATE(false, true);
  Stage stage(reading(counts ? "refused_attempts_count=true" : "refused_attempts_count=false"));
  stage.register_on_cloud("123456", "nonsense");
  CHECK(stage.number().registers.used.size() == (counts ? 1 : 0));
}

TEST_CASE("a number on the business app is neither registered nor deregistered") {
  Stage stage;
  CHECK(plant(*stage.world, R"({"*": {"home": "app"}})"));
  CHECK(stage.field("is_on_biz_app") == true);
  CHECK(stage.field("platform_type") == "ON_PREMISE");
  const Heard heard = stage.register_without_backup();
  CHECK(heard.code() == 100);
  CHECK(text_at(heard.body["error"], "message") == "Register endpoint is not available for SMB businesses.");
  CHECK(stage.graph("POST", phone_id + "/deregister").code() == 100);
  CHECK(stage.home() == ServedBy::app);
}

TEST_CASE("a half-done deregistration must be done again before a register") {
  Stage stage;
  CHECK(plant(*stage.world, R"({"*": {"home": "nowhere", "half_deregistered": true}})"));
  CHECK(stage.register_without_backup().code() == 133000);
  CHECK(stage.graph("POST", phone_id + "/deregister").status == 200);
  CHECK(stage.register_without_backup().status == 200);
}

TEST_CASE("a number with two shards or more comes out with high throughput") {
  WorldSpec spec = usual_spec();
  spec.numbers[0].shards = 2;
  Stage stage(spec);
  CHECK(stage.field("throughput") == Json{{"level", "STANDARD"}});
  stage.register_without_backup();
  CHECK(stage.field("throughput") == Json{{"level", "HIGH"}});
}

TEST_CASE("register refuses storage fields from v21 on, or takes them, as read") {
  const bool accepted = GENERATE(false, true);
  Stage stage(reading(accepted ? "region_accepted_in_register=true" : "region_accepted_in_register=false"));
  const Json body{{"messaging_product", "whatsapp"}, {"pin", "123456"}, {"data_localization_region", "DE"}};
  CHECK(stage.graph("POST", phone_id + "/register", body).code() == (accepted ? 0 : 12));
  const std::string old = "https://graph.facebook.com/v20.0/" + phone_id + "/register";
  CHECK(stage.send("POST", old, "Bearer TOKEN", body).status == 200);
}

TEST_CASE("a planted loss happens whatever is promised") {
  Stage stage;
  CHECK(plant(*stage.world, R"({"*": {"loses": ["websites", "picture"]}})"));
  stage.register_on_cloud("123456", stage.backup());
  CHECK(stage.number().profile.websites.empty());
  CHECK(stage.number().profile.picture_url.empty());
  CHECK(!stage.number().profile.email.empty());
}

}  // namespace
}  // namespace wamigrate::sim
