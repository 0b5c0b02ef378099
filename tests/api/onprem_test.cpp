// The on-premises client beyond the documented exchanges: its login, and the shapes of its replies.
#include <thread>

#include "exchanges.hpp"
#include "support/catch.hpp"

namespace wamigrate::api::testing {

namespace {

using namespace std::chrono_literals;
using How = Failure::How;

std::string login_with(const std::string& token) { return R"({"users":[{"token":")" + token + R"("}]})"; }

const Secret pin("123456");
const Secret certificate("Q0VSVA==");

Call account() { return onprem_calls::account("49", "15110000000", "sms", certificate, pin); }

/// A reply of one read, after a login.
template <class Read>
auto read_from(const std::string& body, Read read) {
  Onprem onprem;
  onprem.transport.reply(200, body);
  return read(onprem.client);
}

auto health_from(const std::string& body) {
  return read_from(body, [](OnpremClient& client) { return client.health(); });
}
auto support_from(const std::string& body) {
  return read_from(body, [](OnpremClient& client) { return client.support(); });
}
auto queue_from(const std::string& body) {
  return read_from(body, [](OnpremClient& client) { return client.callback_queue(); });
}

}  // namespace

TEST_CASE("one login serves many calls") {
  Onprem onprem({"onprem_health_single", "onprem_shards"});
  REQUIRE(onprem.client.health());
  REQUIRE(onprem.client.shards());
  REQUIRE(onprem.transport.requests.size() == 3);
  CHECK(onprem.transport.requests[0].url == "https://10.0.0.5:9090/v1/users/login");
}

TEST_CASE("a refused token is replaced once for what only reads") {
  Onprem onprem({}, false);
  onprem.transport.reply(200, login_with("OLD")).reply(401, "").reply(200, login_with("NEW"));
  script(onprem.transport, exchange("onprem_health_single"));
  REQUIRE(onprem.client.send(onprem_calls::health(), "health"));
  REQUIRE(onprem.transport.requests.size() == 4);
  CHECK(onprem.transport.requests[1].authorization.reveal() == "Bearer OLD");
  CHECK(onprem.transport.requests[3].authorization.reveal() == "Bearer NEW");
}

TEST_CASE("what changes something is not sent again under a new login: who asked looks first") {
  Onprem onprem({}, false);
  onprem.transport.reply(200, login_with("OLD")).reply(401, "").reply(401, "");
  const auto answer = onprem.client.send(account(), "account");
  REQUIRE(!answer);
  CHECK(answer.error().how == How::not_sent);
  REQUIRE(onprem.transport.requests.size() == 3);
  CHECK(onprem.transport.requests[2].method == "GET");
  // The next call logs in again.
  onprem.transport.reply(200, login_with("NEW")).reply(201, "");
  int status = 0;
  REQUIRE(onprem.client.send(account(), "account", &status));
  CHECK(account_answer(status) == AccountAnswer::registered);
  CHECK(onprem.transport.requests.back().authorization.reveal() == "Bearer NEW");
}

TEST_CASE("a token refused again after a new login is a failure, and nothing more is sent") {
  Onprem onprem({}, false);
  onprem.transport.reply(200, login_with("OLD")).reply(401, "").reply(200, login_with("NEW")).reply(401, "");
  const auto answer = onprem.client.send(onprem_calls::health(), "health");
  REQUIRE(!answer);
  CHECK(answer.error().entry->error_class == ErrorClass::token);
  CHECK(onprem.transport.requests.size() == 4);
}

TEST_CASE("an account call refused with 401 under a good token may mean the PIN, and is not sent again") {
  Onprem onprem({}, false);
  const std::string denied = GENERATE(R"({"errors":[{"code":1005,"title":"Access denied"}]})", "", "<html>");
  onprem.transport.reply(200, login_with("OLD")).reply(401, denied);
  script(onprem.transport, exchange("onprem_health_single"));
  const auto answer = onprem.client.send(account(), "account");
  REQUIRE(!answer);
  CHECK(answer.error().entry->error_class == ErrorClass::pin);
  CHECK(onprem.transport.requests.size() == 3);
}

TEST_CASE("a call whose login fails was never sent, whatever became of the login") {
  Onprem onprem({}, false);
  onprem.transport.fail(TransportFailure::Kind::timeout, true, "no reply within 15 s");
  onprem.transport.reply(500, "<html>");
  onprem.transport.reply(200, R"({"users":[]})");
  for (int i = 0; i < 3; ++i) {
    const auto answer = onprem.client.send(account(), "account");
    REQUIRE(!answer);
    CHECK(answer.error().how == How::not_sent);
  }
  CHECK(onprem.transport.requests.size() == 3);
  for (const HttpRequest& request : onprem.transport.requests) CHECK(request.url.ends_with("/v1/users/login"));
}

TEST_CASE("a refused login says whom it was for and what to check") {
  Onprem onprem({"onprem_login_401", "onprem_login_1024"}, false);
  const auto refused = onprem.client.health();
  REQUIRE(!refused);
  CHECK(refused.error().how == How::refused);
  CHECK(refused.error().details == "login as \"admin\": Invalid credentials");
  CHECK(refused.error().entry->advice.find("password reference") != std::string_view::npos);

  const auto factory = onprem.client.health();
  REQUIRE(!factory);
  CHECK(factory.error().code == "1024");
  CHECK(factory.error().entry->advice.find("new_password") != std::string_view::npos);
}

TEST_CASE("threads share one login") {
  Onprem onprem({}, false);
  onprem.transport.reply(200, login_with("ONE"));
  for (int i = 0; i < 8; ++i) script(onprem.transport, exchange("onprem_health_single"));
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&onprem] { (void)onprem.client.health(); });
  for (std::thread& thread : threads) thread.join();
  CHECK(onprem.transport.requests.size() == 9);
  CHECK(onprem.transport.left() == 0);
}

TEST_CASE("logging out gives the token back once, and only where there is one") {
  Onprem onprem({"onprem_health_single", "onprem_logout_ok"});
  onprem.client.logout();
  CHECK(onprem.transport.requests.empty());
  REQUIRE(onprem.client.health());
  onprem.client.logout();
  onprem.client.logout();
  REQUIRE(onprem.transport.requests.size() == 3);
  CHECK(onprem.transport.requests[2].url.ends_with("/v1/users/logout"));
  CHECK(onprem.transport.requests[2].authorization.reveal() == "Bearer TOKEN");
}

TEST_CASE("a settings write is done when it is answered null, an empty object, meta alone or nothing") {
  for (const char* body : {"null", "{}", R"({"meta":{"version":"2.49.3"}})", ""}) {
    INFO(body);
    Onprem onprem;
    onprem.transport.reply(200, body);
    CHECK(onprem.client.send(onprem_calls::set_about("x"), "settings"));
  }
}

TEST_CASE("a settings write answered with a web page or half a document may or may not be done") {
  for (const char* body : {"<html>login</html>", R"({"meta":{"ver)", "[]", "\"ok\""}) {
    INFO(body);
    Onprem onprem;
    onprem.transport.reply(200, body);
    const auto answer = onprem.client.send(onprem_calls::set_about("x"), "settings");
    REQUIRE(!answer);
    CHECK(answer.error().how == How::ambiguous);
  }
}

TEST_CASE("errors in a reply are errors whatever its status, and strange ones do no harm") {
  Onprem onprem;
  onprem.transport.odd(200, R"({"errors":[{"code":"1009","title":"Parameter value is not valid"}],"meta":null})");
  onprem.transport.reply(400, R"({"errors":["plain words"]})");
  onprem.transport.reply(200, R"({"errors":[],"health":{"gateway_status":"connected"}})");
  const auto first = onprem.client.health();
  REQUIRE(!first);
  CHECK(first.error().code == "1009");
  CHECK(first.error().details == "Parameter value is not valid");
  CHECK(onprem.client.health().error().details == "plain words");
  CHECK(onprem.client.health());
}

TEST_CASE("201 means registered, 202 means a code was sent, anything else means look") {
  Onprem onprem({"onprem_account_202"});
  int status = 0;
  REQUIRE(onprem.client.send(account(), "account", &status));
  CHECK(account_answer(status) == AccountAnswer::code_sent);
  CHECK(account_answer(201) == AccountAnswer::registered);
  CHECK(!account_answer(200));
}

TEST_CASE("health is read from one node and from many") {
  Onprem onprem({"onprem_health_single", "onprem_health_ha", "onprem_health_multiconnect"});
  const auto single = onprem.client.health();
  REQUIRE(single);
  REQUIRE(single->size() == 1);
  CHECK(single->front().name.empty());
  CHECK(single->front().status == "connected");

  const auto ha = onprem.client.health();
  REQUIRE(ha);
  REQUIRE(ha->size() == 4);
  CHECK((*ha)[0].name == "host1:master1");
  CHECK((*ha)[0].role == "primary_master");
  CHECK((*ha)[2].status == "connected");

  const auto multiconnect = onprem.client.health();
  REQUIRE(multiconnect);
  REQUIRE(multiconnect->size() == 3);
  CHECK((*multiconnect)[2].status == "error");
  CHECK((*multiconnect)[2].code == "1014");
}

TEST_CASE("health without a single node is no answer: nothing may be concluded from it") {
  for (const char* body : {"{}", R"({"health":{}})", R"({"health":null})", R"({"health":[]})", "null"}) {
    INFO(body);
    CHECK(!health_from(body));
  }
}

TEST_CASE("a node that says nothing is an error, never connected and never disconnected") {
  const auto nodes = health_from(R"({"health":{"a:1":null,"b:2":{"gateway_status":null},"c:3":"connected"}})");
  REQUIRE(nodes);
  CHECK((*nodes)[0].status == "error");
  CHECK((*nodes)[1].status == "error");
  CHECK((*nodes)[2].status == "connected");
}

TEST_CASE("the earliest expiry counts, as a number or as a date, under any nesting") {
  Onprem onprem({"onprem_support_single", "onprem_support_multiconnect"});
  const auto single = onprem.client.support();
  REQUIRE(single);
  CHECK(single->version == "2.49.3");
  CHECK(single->expires == Time(1761177600s));
  const auto multiconnect = onprem.client.support();
  REQUIRE(multiconnect);
  CHECK(multiconnect->expires == parse_iso("2025-09-22"));

  CHECK(support_from(R"({"expire_timestamp":"1761177600"})")->expires == Time(1761177600s));
  CHECK(support_from(R"({"expire_timestamp":1761177600000})")->expires == Time(1761177600s));
  CHECK(!support_from(R"({"support":{"expire_timestamp":0}})")->expires);
  CHECK(!support_from(R"({"support":{"expire_timestamp":"soon"}})")->expires);
  CHECK(support_from(R"({"meta":{"version":"v2.45.1"}})")->version == "2.45.1");
}

TEST_CASE("waiting callbacks are summed, and a missing gauge is not zero") {
  Onprem onprem({"onprem_app_stats"});
  const auto queue = onprem.client.callback_queue();
  REQUIRE(queue);
  CHECK(*queue == 500);

  CHECK(!queue_from(R"({"stats":{"app":{}}})")->has_value());
  CHECK(!queue_from("null")->has_value());
  CHECK(!queue_from(R"({"stats":{"app":{"callback_queue_size":{"data":[]}}}})")->has_value());
  CHECK(!queue_from(R"({"stats":{"app":{"callback_queue_size":{"data":[{"value":1},{"value":null}]}}}})")->has_value());
  CHECK(queue_from(R"({"stats":{"app":{"callback_queue_size":{"data":[{"value":"0"}]}}}})")->value() == 0);
  CHECK(!queue_from(R"({"stats":{"a:1":{"callback_queue_size":{"data":[{"value":2}]}},)"
                    R"("b:2":{"callback_queue_size":{"data":[]}}}})")
             ->has_value());
  CHECK(queue_from(R"({"stats":{"a:1":{"callback_queue_size":{"data":[{"value":2}]}},)"
                   R"("b:2":{"callback_queue_size":{"data":[{"value":3}]}}}})")
            ->value() == 5);
}

TEST_CASE("gauges and dates that no client can mean are unknown") {
  CHECK(!queue_from(R"({"stats":{"app":{"callback_queue_size":{"data":[{"value":9223372036854775807},{"value":1}]}}}})")
             ->has_value());
  CHECK(!support_from(R"({"expire_timestamp":9223372036854775807})")->expires);
  CHECK(!support_from(R"({"expire_timestamp":"253402300800000"})")->expires);
}

TEST_CASE("settings, profile, about, shards and backup are read") {
  Onprem onprem({"onprem_application_settings", "onprem_business_profile", "onprem_about", "onprem_picture",
                 "onprem_shards", "onprem_backup_ok"});
  const auto settings = onprem.client.application_settings();
  REQUIRE(settings);
  CHECK(text_at(*settings, "wa_id") == "4915110000000");
  const auto profile = onprem.client.business_profile();
  REQUIRE(profile);
  CHECK(profile->address == "1 Hacker Way");
  CHECK(profile->description == "Plants by post");
  CHECK(profile->email == "hello@example.com");
  CHECK(profile->vertical == "Retail");
  CHECK(profile->websites == std::vector<std::string>{"https://www.example.com"});
  CHECK(*onprem.client.about() == "Succulents and more");
  CHECK(*onprem.client.picture());
  CHECK(*onprem.client.shards() == 2);
  CHECK(onprem.client.take_backup(Secret("backup-password"))->reveal() == "V0FCSGV4YW1wbGU=");
}

TEST_CASE("a backup without data is no backup") {
  for (const char* body : {"{}", R"({"settings":{"data":""}})", R"({"settings":null})"}) {
    Onprem onprem;
    onprem.transport.reply(200, body);
    const auto backup = onprem.client.take_backup(Secret("p"));
    REQUIRE(!backup);
    CHECK(backup.error().how == How::ambiguous);
  }
}

TEST_CASE("a number of shards that can't be is no answer") {
  for (const char* body : {R"({"account":{"shards":0}})", R"({"account":{"shards":"many"}})", "{}"}) {
    CHECK(!read_from(body, [](OnpremClient& client) { return client.shards(); }));
  }
}

TEST_CASE("calls leave out what there is nothing to say about") {
  CHECK(account().body.reveal() ==
        R"({"cc":"49","phone_number":"15110000000","method":"sms","cert":"Q0VSVA==","pin":"123456"})");
  CHECK(onprem_calls::account("49", "1", "VOICE", certificate, {}).body.reveal() ==
        R"({"cc":"49","phone_number":"1","method":"voice","cert":"Q0VSVA=="})");
  CHECK(onprem_calls::set_shards("49", "1", 4, {}, {}).body.reveal() == R"({"cc":"49","phone_number":"1","shards":4})");
  CHECK(onprem_calls::set_business_profile({"", "", "a@b.example", "", {}}).body.reveal() ==
        R"({"email":"a@b.example"})");
  CHECK(onprem_calls::set_business_profile({}).body.reveal() == "{}");
}

TEST_CASE("what talks to WhatsApp's servers gets the long time-out") {
  Onprem onprem({"onprem_account_201", "onprem_health_single"});
  (void)onprem.client.send(account(), "account");
  (void)onprem.client.health();
  CHECK(onprem.transport.requests[0].timeout == 15s);
  CHECK(onprem.transport.requests[1].timeout == 60s);
  CHECK(onprem.transport.requests[2].timeout == 15s);
}

}  // namespace wamigrate::api::testing
