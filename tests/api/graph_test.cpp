// The Graph client beyond the documented exchanges: what it decodes, pages, credentials, usage.
#include "api/graph_replies.hpp"
#include "exchanges.hpp"
#include "support/catch.hpp"

namespace wamigrate::api::testing {

namespace {

using namespace std::chrono_literals;

PhoneNode node_from(const std::string& body) {
  Graph graph;
  graph.transport.reply(200, body);
  const auto node = graph.client.phone_node(number_id);
  REQUIRE(node);
  return *node;
}

std::string page(const std::string& id, const std::string& after) {
  return R"({"data":[{"id":")" + id + R"("}],"paging":{"cursors":{"after":")" + after +
         R"("},"next":"https://elsewhere.example/"}})";
}

}  // namespace

TEST_CASE("a phone-number node is read whole") {
  Graph graph({"graph_phone_node_onprem"});
  const auto node = graph.client.phone_node(number_id);
  REQUIRE(node);
  CHECK(node->id == number_id);
  CHECK(node->display_phone_number == "+49 1511 0000000");
  CHECK(node->verified_name == "Lucky Shrub");
  CHECK(node->status == "CONNECTED");
  CHECK(node->platform_type == "ON_PREMISE");
  CHECK(node->name_status == "APPROVED");
  CHECK(node->quality_rating == "GREEN");
  CHECK(node->messaging_limit == "TIER_10K");
  CHECK(node->throughput == "STANDARD");
  CHECK(node->code_verification_status == "VERIFIED");
  CHECK(node->account_mode == "LIVE");
  CHECK(node->is_on_biz_app == false);
  CHECK(node->is_official_business_account == true);
  CHECK(node->is_pin_enabled == true);
  CHECK(node->certificate.reveal() == "Q0VSVElGSUNBVEU=");
}

TEST_CASE("a phone-number node may lack anything but its id") {
  const PhoneNode node = node_from(R"({"id":106540352240000,"status":null,"throughput":null,"is_on_biz_app":"maybe"})");
  CHECK(node.id == number_id);
  CHECK(node.status.empty());
  CHECK(node.throughput.empty());
  CHECK(!node.is_on_biz_app);
  CHECK(node.certificate.empty());

  Graph graph;
  graph.transport.reply(200, R"({"status":"CONNECTED"})");
  const auto without_id = graph.client.phone_node(number_id);
  REQUIRE(!without_id);
  CHECK(without_id.error().how == Failure::How::ambiguous);
}

TEST_CASE("other spellings of a phone-number node's fields are understood") {
  const PhoneNode node =
      node_from(R"({"id":"1","host_platform":"CLOUD_API","quality_score":{"score":"YELLOW"},"throughput":"HIGH",)"
                R"("whatsapp_business_manager_messaging_limit":"TIER_2K","is_on_biz_app":"true"})");
  CHECK(node.platform_type == "CLOUD_API");
  CHECK(node.quality_rating == "YELLOW");
  CHECK(node.throughput == "HIGH");
  CHECK(node.messaging_limit == "TIER_2K");
  CHECK(node.is_on_biz_app == true);
}

TEST_CASE("the messaging limit is asked for by the name that the version knows") {
  const auto asks = [](const char* version, const char* field) {
    return graph_calls::phone_node("1", version).path.find(std::string(",") + field + ",") != std::string::npos;
  };
  CHECK(asks("v23.0", "messaging_limit_tier"));
  CHECK(!asks("v23.0", "whatsapp_business_manager_messaging_limit"));
  CHECK(asks("v24.0", "whatsapp_business_manager_messaging_limit"));
  CHECK(!asks("v25.0", "messaging_limit_tier"));
}

TEST_CASE("all pages of a list are read, by cursor and never by the address a reply names") {
  Graph graph({"graph_waba_numbers_first_page", "graph_waba_numbers_last_page"});
  const auto numbers = graph.client.waba_numbers(waba_id);
  REQUIRE(numbers);
  REQUIRE(numbers->size() == 2);
  CHECK(numbers->front().id == number_id);
  CHECK(numbers->back().status == "PENDING");
  REQUIRE(graph.transport.requests.size() == 2);
  CHECK(graph.transport.requests[1].url == graph_url + exchange("graph_waba_numbers_last_page").target);
}

TEST_CASE("a list whose cursor repeats ends") {
  Graph graph;
  for (const char* id : {"1", "2", "3", "4"}) graph.transport.reply(200, page(id, "SAME"));
  const auto numbers = graph.client.waba_numbers(waba_id);
  REQUIRE(numbers);
  CHECK(numbers->size() == 2);
  CHECK(graph.transport.requests.size() == 2);
  for (const HttpRequest& request : graph.transport.requests) CHECK(request.url.starts_with(graph_url));
}

TEST_CASE("a list that never ends is given up") {
  struct Endless : Transport {
    HttpResult send(const HttpRequest&) override {
      return HttpReply{200, {}, Secret(page("1", std::to_string(++pages)))};
    }
    int pages = 0;
  } endless;
  GraphClient client(endless, graph_url, "v23.0", Secret("TOKEN"), Secret(), Timeouts{});
  CHECK(!client.waba_numbers(waba_id));
  CHECK(endless.pages == 10'000);
}

TEST_CASE("a moment beyond all calendars is the last there is") {
  Graph graph;
  graph.transport.odd(200, R"({"data":{"is_valid":true,"expires_at":9223372036854775807,"issued_at":-1}})");
  const auto token = graph.client.debug_token();
  REQUIRE(token);
  CHECK(to_iso(token->expires_at.value()) == "9999-12-31T23:59:59.000Z");
  CHECK(!token->issued_at);
}

TEST_CASE("a list that can't be read to its end is a failure, not a shorter list") {
  Graph graph;
  graph.transport.reply(200, page("1", "NEXT")).reply(400, R"({"error":{"code":80007}})");
  const auto throttled = graph.client.waba_numbers(waba_id);
  REQUIRE(!throttled);
  CHECK(throttled.error().code == "80007");

  graph.transport.reply(200, page("1", ""));
  CHECK(!graph.client.waba_numbers(waba_id));
  graph.transport.reply(200, R"({"data":[{"name":"no id"}]})");
  CHECK(!graph.client.waba_numbers(waba_id));
  graph.transport.reply(200, R"({"paging":{}})");
  CHECK(!graph.client.subscribed_apps(waba_id));
}

TEST_CASE("subscribed apps carry their override, in either nesting") {
  Graph graph({"graph_subscribed_apps_override", "graph_subscribed_apps_none"});
  const auto apps = graph.client.subscribed_apps(waba_id);
  REQUIRE(apps);
  REQUIRE(apps->size() == 1);
  CHECK(apps->front().id == "900100200300");
  CHECK(apps->front().name == "Jaspers");
  CHECK(apps->front().override_callback_uri == "https://hooks.example.com/waba");
  CHECK(graph.client.subscribed_apps(waba_id)->empty());
  graph.transport.reply(200, R"({"data":[{"id":7,"name":"Flat"}]})");
  CHECK(graph.client.subscribed_apps(waba_id)->front().id == "7");
}

TEST_CASE("a profile is read in both nestings, and an empty list is an empty profile") {
  for (const char* name : {"graph_profile", "graph_profile_nested"}) {
    Graph graph({name});
    const auto profile = graph.client.profile(number_id);
    REQUIRE(profile);
    CHECK(profile->about == "Succulents and more");
    CHECK(profile->vertical == "RETAIL");
    CHECK(profile->profile_picture_url == "https://pps.whatsapp.net/v/t61/1");
    CHECK(profile->websites == std::vector<std::string>{"https://www.example.com", "https://shop.example.com"});
  }
  Graph graph;
  graph.transport.reply(200, R"({"data":[]})").reply(200, R"({"data":null})");
  REQUIRE(graph.client.profile(number_id));
  CHECK(!graph.client.profile(number_id));
}

TEST_CASE("a picture is fetched without the token, and from Meta's own addresses alone") {
  Graph graph;
  graph.transport.reply(200, "picture").reply(200, "picture").reply(404, "gone");
  const auto at = [&graph](const std::string& url) { return graph.client.picture(url); };
  CHECK(*at("https://pps.whatsapp.net/v/t61/1?oh=2") == "picture");
  CHECK(*at("https://graph.facebook.com/pictures/1") == "picture");
  CHECK_FALSE(at("https://scontent.fbcdn.net/1"));
  for (const HttpRequest& request : graph.transport.requests) {
    CHECK(request.authorization.empty());
    CHECK(request.secret_query.empty());
  }
  for (const char* elsewhere : {"http://pps.whatsapp.net/1", "https://pps.whatsapp.net.example/1", "https://10.0.0.1/1",
                                "https://example.com/.whatsapp.net/1", "https://example.com#.whatsapp.net",
                                "https://.whatsapp.net@example.com/1", "https://pps.whatsapp.net:1@example.com/1",
                                R"(https://example.com\pps.whatsapp.net)", "file:///etc/passwd", ""}) {
    CAPTURE(elsewhere);
    CHECK_FALSE(at(elsewhere));
  }
  CHECK(graph.transport.requests.size() == 3);
}

TEST_CASE("all that a client asks goes through its proxy: reads, changes, uploads and pictures") {
  wamigrate::testing::FakeTransport transport;
  GraphClient client(transport, "https://graph.facebook.com", "v23.0", Secret("EAAtoken"), Secret(), {},
                     {"http://proxy.example:3128", Secret("user:password")});
  client.phone_node(number_id);
  client.debug_token();
  client.send(graph_calls::deregister(number_id), "deregister");
  client.send(graph_calls::upload(Secret("upload:MTphdHRhY2htZW50"), Secret("bytes")), "upload");
  client.picture("https://pps.whatsapp.net/v/t61/1");
  REQUIRE(transport.requests.size() == 5);
  for (const HttpRequest& request : transport.requests) {
    CAPTURE(request.url);
    CHECK(request.proxy.url == "http://proxy.example:3128");
    CHECK(request.proxy.login.same_as(Secret("user:password")));
  }
}

TEST_CASE("an upload session that could lead elsewhere is none") {
  const auto session = [](const char* id) { return graph_replies::upload_session({{"id", id}}).has_value(); };
  CHECK(session("upload:MTphdHRhY2htZW50?sig=ARZqkGCA"));
  CHECK_FALSE(session("MTphdHRhY2htZW50"));
  CHECK_FALSE(session("upload:../106540352240000/register"));
  CHECK_FALSE(session("upload:x\r\nHost: example.com"));
  CHECK_FALSE(session("upload:x#y"));
}

TEST_CASE("a profile is written without what is empty and without its picture") {
  const Call call = graph_calls::set_profile(number_id, {"", "", "", "", "RETAIL", "https://picture.example", {}});
  CHECK(call.body.reveal() == R"({"messaging_product":"whatsapp","vertical":"RETAIL"})");
}

TEST_CASE("health says who stands in the way, and how it is solved") {
  Graph graph({"graph_health_blocked", "graph_health_available"});
  const auto blocked = graph.client.health(number_id);
  REQUIRE(blocked);
  CHECK(blocked->can_send_message == "BLOCKED");
  CHECK(blocked->blocked == std::vector<std::string>{"WABA"});
  CHECK(blocked->codes == std::vector<std::string>{"141006"});
  REQUIRE(blocked->findings.size() == 2);
  CHECK(blocked->findings[0] ==
        "WABA 102290129340398: 141006 There is an error with the payment method. (Add a valid payment method.)");
  CHECK(blocked->findings[1] == "BUSINESS 506914307656634: The display name has not been approved yet.");
  CHECK(graph.client.health(number_id)->findings.empty());
  graph.transport.reply(200, R"({"id":"1"})");
  CHECK(!graph.client.health(number_id));
}

TEST_CASE("webhook levels, WABA, templates and token findings are read") {
  Graph graph({"graph_webhook_configuration", "graph_waba", "graph_templates", "graph_debug_token",
               "graph_debug_token_expired"});
  const auto webhook = graph.client.webhook_configuration(number_id);
  REQUIRE(webhook);
  CHECK(webhook->phone_number.empty());
  CHECK(webhook->whatsapp_business_account == "https://hooks.example.com/waba");
  CHECK(webhook->application == "https://hooks.example.com/app");

  const auto waba = graph.client.waba(waba_id);
  REQUIRE(waba);
  CHECK(waba->id == waba_id);
  CHECK(waba->name == "Lucky Shrub");
  CHECK(waba->country == "DE");
  CHECK(waba->account_review_status == "APPROVED");
  CHECK(waba->business_verification_status == "verified");
  CHECK(waba->message_template_namespace == "ba30dd89_2ebd_41e4_b805_f2c05ae04cc9");

  const auto templates = graph.client.templates(waba_id);
  REQUIRE(templates);
  REQUIRE(templates->size() == 2);
  CHECK(templates->back().name == "spring_sale");
  CHECK(templates->back().language == "de");
  CHECK(templates->back().status == "PAUSED");
  CHECK(templates->back().category == "MARKETING");

  const auto token = graph.client.debug_token();
  REQUIRE(token);
  CHECK(token->is_valid);
  CHECK(token->app_id == "900100200300");
  CHECK(!token->expires_at);
  CHECK(!token->data_access_expires_at);
  CHECK(token->scopes.size() == 2);
  CHECK(token->granular.size() == 1);
  CHECK(token->granular.at("whatsapp_business_management") == std::vector<std::string>{waba_id});

  const auto expired = graph.client.debug_token();
  REQUIRE(expired);
  CHECK(!expired->is_valid);
  CHECK(expired->expires_at == Time(1748811473s));
  CHECK(expired->data_access_expires_at == Time(1756587473s));
}

TEST_CASE("a token is encoded into the query of debug_token and stands nowhere else in the address") {
  wamigrate::testing::FakeTransport transport;
  GraphClient client(transport, "https://graph.facebook.com/", "v23.0", Secret("a+b/c="), Secret(), Timeouts{});
  transport.reply(200, R"({"data":{"is_valid":true}})");
  REQUIRE(client.debug_token());
  CHECK(transport.requests[0].url == "https://graph.facebook.com/v23.0/debug_token");
  CHECK(transport.requests[0].secret_query.reveal() == "input_token=a%2Bb%2Fc%3D");
  CHECK(transport.requests[0].authorization.reveal() == "Bearer a+b/c=");
}

TEST_CASE("with an app secret every call carries the proof, beside any other secret parameter") {
  wamigrate::testing::FakeTransport transport;
  GraphClient client(transport, graph_url, "v23.0", Secret("what do ya want for nothing?"), Secret("Jefe"), Timeouts{});
  // RFC 4231, test case 2: the key "Jefe".
  const std::string proof = "appsecret_proof=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
  transport.reply(200, R"({"id":"1"})").reply(200, R"({"data":{"is_valid":true}})");
  REQUIRE(client.phone_node("1"));
  REQUIRE(client.debug_token());
  CHECK(transport.requests[0].secret_query.reveal() == proof);
  CHECK(transport.requests[1].secret_query.reveal().starts_with("input_token="));
  CHECK(transport.requests[1].secret_query.reveal().ends_with("&" + proof));
}

TEST_CASE("registrations get the long time-out, reads the short one") {
  wamigrate::testing::FakeTransport transport;
  GraphClient client(transport, graph_url, "v23.0", Secret("TOKEN"), Secret(), Timeouts{15s, 60s});
  (void)client.send(graph_calls::register_number("1", Secret("1"), nullptr), "register");
  (void)client.send(graph_calls::deregister("1"), "deregister");
  (void)client.phone_node("1");
  (void)client.send(graph_calls::subscribe_app("1"), "subscribe");
  CHECK(transport.requests[0].timeout == 60s);
  CHECK(transport.requests[1].timeout == 60s);
  CHECK(transport.requests[2].timeout == 15s);
  CHECK(transport.requests[3].timeout == 15s);
}

TEST_CASE("ids can't break out of their place in the address") {
  CHECK(graph_calls::deregister("1/../2?x=#").path == "/1%2F..%2F2%3Fx%3D%23/deregister");
}

TEST_CASE("usage is, of each limit, the highest percentage that the last headers about it name, and the longest wait") {
  Graph graph({"graph_register_4"});
  const Backup backup{Secret("p"), Secret("d")};
  const auto throttled = graph.client.send(graph_calls::register_number(number_id, Secret("1"), &backup), "register");
  REQUIRE(!throttled);
  CHECK(throttled.error().regain_after == 10min);
  CHECK(graph.client.usage().percent.at(waba_id) == 100);
  CHECK(graph.client.usage().regain_after == 10min);

  graph.transport.reply(200, R"({"id":"1"})");
  (void)graph.client.phone_node("1");
  CHECK(graph.client.usage().percent.at(waba_id) == 100);  // a reply without the headers says nothing new

  graph.transport.reply(200, R"({"id":"1"})", {{"X-App-Usage", R"({"call_count":"28","total_time":25})"}});
  (void)graph.client.phone_node("1");
  CHECK(graph.client.usage().percent.at("") == 28);
  CHECK(graph.client.usage().percent.at(waba_id) == 100);  // nor one that speaks of another limit
  CHECK(graph.client.usage().regain_after == 0s);

  for (const char* garbage : {"", "[]", "{", R"({"1":5})", R"({"1":[5,null]})", R"({"call_count":-3})"}) {
    graph.transport.reply(200, R"({"id":"1"})", {{"x-business-use-case-usage", garbage}, {"x-app-usage", garbage}});
    REQUIRE(graph.client.phone_node("1"));
    for (const auto& [limit, percent] : graph.client.usage().percent) CHECK(percent >= 0);
  }

  graph.transport.reply(200, R"({"id":"1"})", {{"x-business-use-case-usage", R"({
      "7": [{"call_count":3,"total_time":41},{"call_count":77}], "8": [{"total_cputime":5}]})"}});
  (void)graph.client.phone_node("1");
  CHECK(graph.client.usage().percent.at("7") == 77);
  CHECK(graph.client.usage().percent.at("8") == 5);
}

TEST_CASE("a backup travels unmodified") {
  const Backup backup{Secret("a \"quoted\" \\ pässword"), Secret("V0FC+/=")};
  const auto body = parse_json(graph_calls::register_number("1", Secret("012345"), &backup).body.reveal());
  REQUIRE(body);
  CHECK(text_at(*body, "pin") == "012345");
  CHECK(text_at((*body)["backup"], "password") == backup.password.reveal());
  CHECK(text_at((*body)["backup"], "data") == backup.data.reveal());
  CHECK(!parse_json(graph_calls::register_number("1", Secret("012345"), nullptr).body.reveal())->contains("backup"));
}

}  // namespace wamigrate::api::testing
