// Checks of what Graph says of a number and of the account that owns it.
#include "preflight_case.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using namespace std::chrono_literals;

TEST_CASE(
    "the display name: approved ones pass, others fail, an unseen one is unknown; towards on-premises it's not asked") {
  for (const auto& [status, expected] :
       std::vector<std::pair<std::string, std::string>>{{"APPROVED", "pass"},
                                                        {"AVAILABLE_WITHOUT_REVIEW", "pass"},
                                                        {"DECLINED", "fail"},
                                                        {"PENDING_REVIEW", "fail"},
                                                        {"EXPIRED", "fail"},
                                                        {"NONE", "fail"},
                                                        {"", "unknown"}}) {
    CAPTURE(status);
    Case c = to_cloud();
    c.observation.graph.name_status = status;
    CHECK(result(c, "name_status") == expected);
  }
  CHECK(result(to_onprem(), "name_status") == "-");
}

TEST_CASE("the subscription and the webhook are said apart, also when one of them can't be read") {
  Case c = to_cloud();
  c.observation.subscribed_app_ids = {"1"};
  CHECK(result(c, "app_subscribed") == "pass");
  CHECK(message(c, "app_subscribed").find("not subscribed") != std::string::npos);
  CHECK(result(c, "webhook") == "pass");
  c.observation.graph.webhook_app.clear();
  CHECK(result(c, "webhook") == "warn");
  c.observation.subscribed_app_ids = {"900100200300"};
  CHECK(result(c, "webhook") == "fail");
  c.observation.apps_asked = was_refused("200");
  c.observation.subscribed_app_ids.clear();
  CHECK(result(c, "app_subscribed") == "unknown");
  CHECK(result(c, "webhook") == "warn");
  c.observation.graph.webhook_asked = was_refused("100");
  CHECK(result(c, "webhook") == "unknown");
}

TEST_CASE("the webhook that counts is the number's, then the WABA's, then the app's") {
  Case c = to_cloud();
  CHECK(message(c, "webhook") == "messages will go to hooks.example.com");
  c.observation.graph.webhook_waba = "https://waba.example.com";
  CHECK(message(c, "webhook") == "messages will go to waba.example.com");
  c.observation.graph.webhook_phone = "https://phone.example.com";
  CHECK(message(c, "webhook") == "messages will go to phone.example.com");
}

TEST_CASE("health_status: available, limited, blocked, silent, refused") {
  for (const auto& [word, expected] : std::vector<std::pair<std::string, std::string>>{
           {"AVAILABLE", "pass"}, {"LIMITED", "warn"}, {"BLOCKED", "fail"}, {"", "unknown"}}) {
    Case c = to_cloud();
    c.observation.graph.can_send_message = word;
    CAPTURE(word);
    CHECK(result(c, "health_status") == expected);
  }
  Case refused = to_cloud();
  refused.observation.graph.health_asked = was_refused("100");
  CHECK(result(refused, "health_status") == "unknown");
}

TEST_CASE("a number that is blocked only because Cloud does not serve it yet may come") {
  Case c = to_cloud();
  c.observation.graph.can_send_message = "BLOCKED";
  c.observation.graph.health_blocked = {"PHONE_NUMBER"};
  CHECK(result(c, "health_status") == "warn");  // it does not say why
  c.observation.graph.health_codes = {"133010"};
  CHECK(result(c, "health_status") == "pass");
  c.observation.graph.health_codes = {"133010", "131031"};
  CHECK(result(c, "health_status") == "fail");  // locked
  c.observation.graph.health_codes = {"133010"};
  c.observation.graph.health_blocked = {"PHONE_NUMBER", "WABA"};
  CHECK(result(c, "health_status") == "fail");
}

TEST_CASE("Graph's status: what blocks fails, the rest is not mentioned") {
  for (const std::string status : {"BANNED", "DELETED", "MIGRATED", "RESTRICTED", "FLAGGED"}) {
    Case c = to_cloud();
    c.observation.graph.status = status;
    CHECK(result(c, "status") == "fail");
  }
  for (const std::string status : {"CONNECTED", "DISCONNECTED", "PENDING", "UNVERIFIED", ""}) {
    Case c = to_cloud();
    c.observation.graph.status = status;
    CHECK(result(c, "status") == "-");
  }
}

TEST_CASE("an expired ownership code is mentioned and harmless") {
  Case c = to_cloud();
  CHECK(result(c, "code_verification") == "-");
  c.observation.graph.code_verification_status = "EXPIRED";
  CHECK(result(c, "code_verification") == "pass");
}

TEST_CASE("on-premises can't be registered without the certificate") {
  Case c = to_onprem();
  c.observation.graph.has_certificate = false;
  CHECK(result(c, "certificate") == "fail");
  CHECK(result(to_cloud(), "certificate") == "-");
}

TEST_CASE("an unverified number that nobody serves needs a code, and somebody to read it") {
  Case c = to_cloud();
  c.home = home_at(Home::nowhere);
  c.observation.graph.code_verification_status = "EXPIRED";
  CHECK(result(c, "code_verification") == "warn");
  c.observation.graph.code_verification_status = "VERIFIED";
  CHECK(result(c, "code_verification") == "-");
}

TEST_CASE("that Graph does not say whether the app uses the number is unknown") {
  Case c = to_cloud();
  CHECK(result(c, "biz_app") == "pass");
  c.observation.graph.is_on_biz_app.reset();
  CHECK(result(c, "biz_app") == "unknown");
}

TEST_CASE("what Meta blocks is named entity by entity") {
  Case c = to_cloud();
  c.observation.graph.can_send_message = "BLOCKED";
  c.observation.graph.health_blocked = {"WABA", "BUSINESS"};
  c.observation.graph.health_findings = {"WABA 1: 141006 payment", "BUSINESS 2: 141010 review"};
  CHECK(message(c, "health_status") ==
        "Meta blocks this number (WABA, BUSINESS): WABA 1: 141006 payment; BUSINESS 2: 141010 review");
}

TEST_CASE(
    "the account's review: approved, pending, rejected, not shown, a word nobody knows; not asked for on-premises") {
  for (const auto& [review, expected] : std::vector<std::pair<std::string, std::string>>{{"APPROVED", "pass"},
                                                                                         {"PENDING", "warn"},
                                                                                         {"DEFERRED", "warn"},
                                                                                         {"REJECTED", "fail"},
                                                                                         {"PERHAPS", "unknown"},
                                                                                         {"", "unknown"}}) {
    CAPTURE(review);
    Case c = to_cloud();
    c.observation.waba_review = review;
    CHECK(result(c, "waba_review") == expected);
  }
  CHECK(result(to_onprem(), "waba_review") == "-");
}

TEST_CASE(
    "local storage: as declared passes, another than declared warns, leaving it behind warns, refused is unknown, "
    "unasked is nothing") {
  auto storage = [](Case c, const std::string& shown, const std::string& declared) {
    c.observation.graph.storage_region = shown;
    c.number.storage_region = declared;
    return result(c, "storage_region");
  };
  CHECK(storage(to_cloud(), "", "") == "pass");
  CHECK(storage(to_cloud(), "BR", "BR") == "pass");
  CHECK(storage(to_cloud(), "", "BR") == "pass");
  CHECK(storage(to_cloud(), "BR", "") == "warn");
  CHECK(storage(to_cloud(), "BR", "DE") == "warn");
  CHECK(storage(to_onprem(), "BR", "BR") == "warn");
  CHECK(storage(to_onprem(), "", "BR") == "pass");
  Case c = to_cloud();
  c.observation.graph.settings_asked = was_refused("100");
  CHECK(result(c, "storage_region") == "unknown");
  c.observation.graph.settings_asked = {};
  CHECK(result(c, "storage_region") == "-");
}

TEST_CASE("the handshake: answered, answered wrongly, not reached from here") {
  CHECK(handshake_check("+1", "https://x", true, "").result == R::pass);
  CHECK(handshake_check("+1", "https://x", true, "it answers HTTP 403").result == R::fail);
  CHECK(handshake_check("+1", "https://x", false, "timeout").result == R::unknown);
}
