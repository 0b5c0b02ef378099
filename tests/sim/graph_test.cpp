// Graph's door: tokens, fields, pages, limits, and that it is stricter than the real one.
#include "stage.hpp"
#include "support/catch.hpp"

namespace wamigrate::sim {
namespace {

TEST_CASE("only the asked fields are answered, and the id") {
  Stage stage;
  CHECK(stage.graph("GET", phone_id + "?fields=status,quality_rating").body ==
        Json{{"status", "CONNECTED"}, {"quality_rating", "GREEN"}, {"id", phone_id}});
  CHECK(stage.graph("GET", phone_id).body.size() == 5);
  CHECK(!stage.graph("GET", phone_id + "?fields=new_display_name").body.contains("new_display_name"));
  CHECK(stage.graph("GET", phone_id + "?fields=status,colour").code() == 100);
}

TEST_CASE("the certificate is there only when the name is approved") {
  Stage stage;
  CHECK(stage.field("certificate").is_string());
  stage.number().name_status = "PENDING_REVIEW";
  CHECK(stage.field("certificate").is_null());
}

TEST_CASE("a WABA's numbers come in pages, both ways, newest onboarding first") {
  WorldSpec spec = usual_spec();
  spec.numbers.clear();
  for (int i = 0; i < 7; ++i) {
    spec.numbers.push_back({.phone = "+491511000000" + std::to_string(i), .deployment = "d" + std::to_string(i)});
  }
  Stage stage(spec);
  stage.world->hold()->number("+4915110000006")->last_onboarded = stage.clock.now();
  std::vector<std::string> seen;
  std::string path = waba_id + "/phone_numbers?fields=display_phone_number&limit=3";
  Heard page;
  for (int pages = 1; pages <= 3; ++pages) {
    page = stage.graph("GET", path);
    for (const Json& number : page.body["data"]) seen.push_back(text_at(number, "id"));
    const std::string next = text_at(page.body["paging"], "next");
    CHECK(next.empty() == (pages == 3));
    if (!next.empty()) path = next.substr(std::string("https://graph.facebook.com/v23.0/").size());
  }
  CHECK(seen.size() == 7);
  CHECK(seen.front() == "104915110000006");
  CHECK(page.body["paging"]["cursors"].contains("after"));
  const std::string before = text_at(page.body["paging"], "previous");
  CHECK(stage.send("GET", before, "Bearer TOKEN", {}).body["data"].size() == 3);
  CHECK(stage.graph("GET", waba_id + "/phone_numbers?limit=101").code() == 100);
  CHECK(stage.graph("GET", waba_id + "/phone_numbers?after=nonsense").code() == 100);
}

TEST_CASE("paging.next repeats the token only if so read") {
  const bool carries = GENERATE(false, true);
  WorldSpec spec = usual_spec();
  spec.dialect.paging_next_carries_token = carries;
  spec.numbers.push_back({.phone = "+4915110000001"});
  Stage stage(spec);
  const Heard page = stage.graph("GET", waba_id + "/phone_numbers?limit=1");
  CHECK((text_at(page.body["paging"], "next").find("TOKEN") != std::string::npos) == carries);
}

TEST_CASE("numbers can be filtered as documented, and in no other way") {
  Stage stage;
  const std::string path = waba_id + "/phone_numbers?filtering=";
  const auto filter = [](const std::string& field, const std::string& value) {
    return "%5B%7B%22field%22%3A%22" + field + "%22%2C%22operator%22%3A%22EQUAL%22%2C%22value%22%3A%22" + value +
           "%22%7D%5D";
  };
  CHECK(stage.graph("GET", path + filter("account_mode", "LIVE")).body["data"].size() == 1);
  CHECK(stage.graph("GET", path + filter("account_mode", "SANDBOX")).body["data"].empty());
  CHECK(stage.graph("GET", path + filter("colour", "red")).code() == 100);
}

TEST_CASE("a token is missing, unknown, expired, revoked, short of a permission or for another WABA") {
  Stage stage;
  const std::string url = "https://graph.facebook.com/v23.0/" + phone_id;
  CHECK(stage.send("GET", url, "", {}).code() == 104);
  CHECK(stage.send("GET", url + "/whatsapp_business_profile", "", {}).code() == 200);
  CHECK(stage.send("GET", url, "Bearer other", {}).code() == 190);
  stage.world->hold()->tokens["TOKEN"].wabas = {"1"};
  CHECK(stage.send("GET", url, "Bearer TOKEN", {}).status == 403);
  stage.world->hold()->tokens["TOKEN"].wabas = {waba_id};
  CHECK(stage.send("GET", url, "Bearer TOKEN", {}).status == 200);
  stage.world->hold()->tokens["TOKEN"].scopes = {"whatsapp_business_management"};
  CHECK(stage.register_without_backup().code() == 200);
  stage.world->hold()->tokens["TOKEN"].valid = false;
  CHECK(number_at(stage.send("GET", url, "Bearer TOKEN", {}).body["error"], "error_subcode") == 460);
  stage.world->hold()->tokens["TOKEN"].valid = true;
  stage.world->expire_token("TOKEN");
  const Heard expired = stage.send("GET", url, "Bearer TOKEN", {});
  CHECK(expired.status == 401);
  CHECK(number_at(expired.body["error"], "error_subcode") == 463);
  CHECK(stage.home() == ServedBy::onprem);
}

TEST_CASE("the token debugger knows expiry, scopes and targets") {
  Stage stage;
  HttpRequest request;
  request.url = "https://graph.facebook.com/v23.0/debug_token";
  request.secret_query = Secret("input_token=TOKEN");
  request.authorization = Secret("Bearer TOKEN");
  Json data = stage.send(request).body["data"];
  CHECK(data["is_valid"] == true);
  CHECK(data["expires_at"] == 0);
  CHECK(data["scopes"].size() == 2);
  CHECK(!data["granular_scopes"][0].contains("target_ids"));

  GraphToken other;
  other.app_id = "900100200300";
  other.expires = stage.clock.now();
  other.wabas = {waba_id};
  stage.world->add_token("other", other);
  request.secret_query = Secret("input_token=other");
  data = stage.send(request).body["data"];
  CHECK(data["is_valid"] == false);
  CHECK(data["granular_scopes"][0]["target_ids"] == Json::array({waba_id}));
  request.secret_query = Secret("input_token=unknown");
  CHECK(stage.send(request).body["data"]["is_valid"] == false);
}

TEST_CASE("an appsecret_proof must be right, and be there where the app wants it") {
  Stage stage;
  stage.world->hold()->apps["900100200300"].secret = "app-secret";
  // printf TOKEN | openssl dgst -sha256 -hmac app-secret
  const std::string proof = "appsecret_proof=751c15abbdb90f81415b11b21396d338bc185878789c386aa590704207aba2a8";
  CHECK(stage.graph("GET", phone_id + "?appsecret_proof=00").code() == 100);
  stage.world->hold()->apps["900100200300"].proof_required = true;
  CHECK(stage.graph("GET", phone_id).code() == 100);
  CHECK(stage.graph("GET", phone_id + "?" + proof).status == 200);
}

TEST_CASE("what is not documented of Graph is refused") {
  Stage stage;
  const std::string url = "https://graph.facebook.com/v23.0/" + phone_id;
  CHECK(stage.graph("GET", phone_id + "/register").code() == 100);
  CHECK(stage.graph("DELETE", phone_id).code() == 100);
  CHECK(stage.graph("GET", phone_id + "/colour").code() == 100);
  CHECK(stage.graph("GET", phone_id + "?colour=red").code() == 100);
  CHECK(stage.send("GET", "https://graph.facebook.com/" + phone_id, "Bearer TOKEN", {}).code() == 100);
  CHECK(stage.graph("POST", phone_id + "/register", {{"messaging_product", "whatsapp"}, {"pin", 123456}}).code() ==
        100);
  CHECK(stage.graph("POST", phone_id + "/register", {{"pin", "123456"}}).code() == 100);
  CHECK(stage
            .graph("POST", phone_id + "/register",
                   {{"messaging_product", "whatsapp"}, {"pin", "123456"}, {"certificate", "x"}})
            .code() == 100);
  CHECK(stage.graph("POST", phone_id + "/register", {{"messaging_product", "whatsapp"}, {"pin", "12345"}}).code() ==
        100);
  HttpRequest untyped;
  untyped.method = "POST";
  untyped.url = url + "/register";
  untyped.authorization = Secret("Bearer TOKEN");
  untyped.body = Secret(R"({"messaging_product":"whatsapp","pin":"123456"})");
  CHECK(stage.send(untyped).code() == 100);
  CHECK(stage.home() == ServedBy::onprem);
  CHECK(stage.number().registers.used.empty());
}

TEST_CASE("a form body says the same as a JSON body") {
  Stage stage;
  HttpRequest form;
  form.method = "POST";
  form.url = "https://graph.facebook.com/v23.0/" + phone_id + "/register";
  form.authorization = Secret("Bearer TOKEN");
  form.content_type = "application/x-www-form-urlencoded";
  form.body = Secret("messaging_product=whatsapp&pin=123456");
  CHECK(stage.send(form).status == 200);
  CHECK(stage.graph("POST", phone_id + "/request_code?code_method=SMS&language=en_US").status == 200);
}

TEST_CASE("an unknown object is 400 with 33 or 404 with 803, as read") {
  const bool is_404 = GENERATE(false, true);
  Stage stage(reading(is_404 ? "unknown_object_is_404=true" : "unknown_object_is_404=false"));
  const Heard heard = stage.graph("GET", "42");
  CHECK(heard.status == (is_404 ? 404 : 400));
  CHECK(heard.code() == (is_404 ? 803 : 100));
}

TEST_CASE("errors are spelled as read") {
  Stage plain;
  const Json usual = plain.register_without_backup("000000").body["error"];
  CHECK(usual["code"] == 133005);
  CHECK(usual["error_data"]["messaging_product"] == "whatsapp");
  CHECK(usual["fbtrace_id"].is_string());

  Stage odd(reading("error_code_as_string=true, error_data_as_string=true, success_as_string=true"));
  const Json error = odd.register_without_backup("000000").body["error"];
  CHECK(error["code"] == "133005");
  CHECK(error["error_data"].is_string());
  CHECK(odd.register_without_backup().body == Json{{"success", "true"}});

  Stage bare(reading("subcodes_returned=false"));
  CHECK(!bare.graph("POST", phone_id + "/request_code").body["error"].contains("error_subcode"));
}

TEST_CASE("calls to a WABA are counted in the usage headers, refused when used up, and allowed again after the hour") {
  const bool as_429 = GENERATE(false, true);
  Stage stage(reading(as_429 ? "throttle_as_429=true" : "throttle_as_429=false"));
  CHECK(plant(*stage.world, R"({"world": {"waba_calls_per_hour": 4}})"));
  const auto usage = [&] {
    HttpReply reply;
    reply.headers = stage.last_headers;
    return parse_json(reply.header("x-business-use-case-usage")).value()[waba_id][0];
  };
  for (int i = 1; i <= 3; ++i) {
    CHECK(stage.graph("GET", phone_id).status == 200);
    CHECK(usage()["call_count"] == 25 * i);
    CHECK(usage()["estimated_time_to_regain_access"] == 0);
  }
  stage.clock.advance(std::chrono::minutes(10));
  CHECK(stage.graph("GET", waba_id).status == 200);
  const Heard refused = stage.graph("GET", phone_id);
  CHECK(refused.code() == 80007);
  CHECK(refused.status == (as_429 ? 429 : 400));
  CHECK(usage()["estimated_time_to_regain_access"] == 50);
  stage.clock.advance(std::chrono::minutes(50));
  CHECK(stage.graph("GET", phone_id).status == 200);
}

TEST_CASE("an app is subscribed once; an empty post deletes its override") {
  WorldSpec spec = usual_spec();
  spec.subscribed = false;
  Stage stage(spec);
  const std::string path = waba_id + "/subscribed_apps";
  CHECK(stage.graph("GET", path).body == Json{{"data", Json::array()}});
  CHECK(stage.graph("POST", path, {{"override_callback_uri", "https://a.example"}}).code() == 100);
  CHECK(stage.graph("POST", path, {{"override_callback_uri", "https://a.example"}, {"verify_token", "x"}}).status ==
        200);
  CHECK(text_at(stage.graph("GET", path).body["data"][0], "override_callback_uri") == "https://a.example");
  CHECK(stage.field("webhook_configuration")["whatsapp_business_account"] == "https://a.example");
  CHECK(stage.graph("POST", path).status == 200);
  CHECK(stage.graph("GET", path).body["data"].size() == 1);
  CHECK(!stage.graph("GET", path).body["data"][0].contains("override_callback_uri"));
  CHECK(stage.graph("DELETE", path).status == 200);
  CHECK(stage.graph("GET", path).body["data"].empty());
}

TEST_CASE("a webhook stands on three levels; an empty one goes away") {
  Stage stage;
  const auto set = [&](const std::string& url) {
    return stage.graph("POST", phone_id,
                       {{"webhook_configuration", {{"override_callback_uri", url}, {"verify_token", "x"}}}});
  };
  CHECK(stage.field("webhook_configuration") == Json{{"application", "https://hooks.example.com/cloud"}});
  CHECK(set("http://plain.example").code() == 100);
  CHECK(set("https://one.example").status == 200);
  CHECK(stage.field("webhook_configuration")["phone_number"] == "https://one.example");
  CHECK(set("").status == 200);
  CHECK(!stage.field("webhook_configuration").contains("phone_number"));
}

TEST_CASE("a PIN can be set through Graph, six digits only") {
  Stage stage;
  CHECK(stage.graph("POST", phone_id, {{"pin", "1234"}}).code() == 100);
  CHECK(stage.graph("POST", phone_id, {{"pin", "111111"}}).body == Json{{"success", true}});
  CHECK(stage.number().pin == "111111");
  CHECK(stage.world->landed("set_pin", phone) == 1);
}

TEST_CASE("the profile is bare or nested, as read, and written only while Cloud serves the number") {
  const bool nested = GENERATE(false, true);
  Stage stage(reading(nested ? "profile_nested=true" : "profile_nested=false"));
  const std::string path = phone_id + "/whatsapp_business_profile";
  const Json write{{"messaging_product", "whatsapp"}, {"about", "Hello"}};
  CHECK(stage.graph("POST", path, write).code() == 133010);
  stage.register_on_cloud("123456", stage.backup());
  CHECK(stage.graph("POST", path, write).status == 200);
  const Json item = stage.graph("GET", path + "?fields=about,email").body["data"][0];
  const Json profile = nested ? item["business_profile"] : item;
  CHECK(profile == Json{{"about", "Hello"}, {"email", "hello@example.com"}, {"messaging_product", "whatsapp"}});
  CHECK(stage.graph("POST", path, {{"messaging_product", "whatsapp"}, {"about", std::string(140, 'x')}}).code() == 100);
  CHECK(stage.graph("POST", path, {{"messaging_product", "whatsapp"}, {"vertical", "Retail"}}).code() == 100);
}

TEST_CASE("a vertical that was free text on-premises shows as OTHER") {
  Stage stage;
  CHECK(stage.onprem("POST", "settings/business/profile", {{"vertical", "Flowers"}}).status == 200);
  const std::string path = phone_id + "/whatsapp_business_profile?fields=vertical";
  CHECK(stage.graph("GET", path).body["data"][0]["vertical"] == "OTHER");
}

TEST_CASE("storage is configured only while unregistered, on-premises as read, and reset by a deregistration") {
  const bool strict = GENERATE(false, true);
  Stage stage(reading(strict ? "storage_settings_need_unregistered=true" : "storage_settings_need_unregistered=false"));
  const Json wanted{
      {"storage_configuration", {{"status", "IN_COUNTRY_STORAGE_ENABLED"}, {"data_localization_region", "DE"}}}};
  const std::string path = phone_id + "/settings";
  CHECK(stage.graph("POST", path, wanted).code() == (strict ? 100 : 0));
  stage.register_without_backup();
  CHECK(stage.graph("POST", path, wanted).code() == 100);
  stage.graph("POST", phone_id + "/deregister");
  CHECK(stage.graph("GET", path).body["storage_configuration"]["status"] == "DEFAULT");
  CHECK(stage.graph("POST", path, wanted).status == 200);
  CHECK(stage.graph("GET", path).body == wanted);
  CHECK(stage.graph("POST", path, {{"calling", Json::object()}, {"payload_encryption", Json::object()}}).code() == 100);
}

TEST_CASE("storage is taken as Meta's OpenAPI file has it, or whatever is sent is passed over, as read") {
  const std::string path = phone_id + "/settings";
  const Json as_paged{
      {"storage_configuration", {{"status", "IN_COUNTRY_STORAGE_ENABLED"}, {"data_localization_region", "DE"}}}};
  const Json as_described{{"storage_configuration", {{"enabled", true}, {"region", "DE"}}}};
  Stage described(reading("storage_as_described=true"));
  CHECK(described.graph("POST", path, as_paged).code() == 100);
  CHECK(described.graph("POST", path, as_described).status == 200);
  CHECK(described.graph("GET", path).body["storage_configuration"]["status"] == "in_country_storage_enabled");
  CHECK(described.graph("GET", path).body["storage_configuration"]["data_localization_region"] == "de");
  Stage ignoring(reading("storage_ignored=true"));
  CHECK(ignoring.graph("POST", path, as_paged).status == 200);
  CHECK(ignoring.graph("GET", path).body["storage_configuration"]["status"] == "DEFAULT");
  Stage paging;
  CHECK(paging.graph("POST", path, as_described).code() == 100);
}

TEST_CASE("health says what stands in the way, and the worst entity speaks for all") {
  Stage stage;
  CHECK(stage.field("health_status")["can_send_message"] == "BLOCKED");
  stage.register_without_backup();
  CHECK(stage.field("health_status")["can_send_message"] == "AVAILABLE");
  CHECK(stage.field("health_status")["entities"].size() == 4);
  CHECK(plant(*stage.world, R"({"*": {"health": "LIMITED"}})"));
  const Json health = stage.field("health_status");
  CHECK(health["can_send_message"] == "LIMITED");
  CHECK(health["entities"][0].contains("additional_info"));
  CHECK(stage.graph("GET", waba_id + "?fields=health_status").body["health_status"]["entities"].size() == 3);
}

TEST_CASE("messages are accepted only while Cloud serves the number") {
  Stage stage;
  const Json message{{"messaging_product", "whatsapp"}, {"to", "+49123"}, {"type", "text"}, {"text", {{"body", "hi"}}}};
  CHECK(stage.graph("POST", phone_id + "/messages", message).code() == 133010);
  stage.register_without_backup();
  const Heard sent = stage.graph("POST", phone_id + "/messages", message);
  CHECK(text_at(sent.body["messages"][0], "id").starts_with("wamid."));
  CHECK(text_at(sent.body["contacts"][0], "wa_id") == "49123");
  CHECK(stage.graph("POST", phone_id + "/messages", {{"messaging_product", "whatsapp"}, {"to", "1"}}).code() == 131008);
}

TEST_CASE("templates come in pages with the asked fields") {
  Stage stage;
  const Heard page = stage.graph("GET", waba_id + "/message_templates?fields=name,status&limit=1");
  CHECK(page.body["data"][0] ==
        Json{{"name", "order_confirmation"}, {"status", "APPROVED"}, {"id", "594425479261596"}});
  CHECK(page.body["paging"].contains("next"));
}

}  // namespace
}  // namespace wamigrate::sim
