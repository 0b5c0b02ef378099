// What is read of a webhook, and what statuses come to.
#include "webhooks/reading.hpp"

#include "base/json.hpp"
#include "support/catch.hpp"
#include "webhooks/hooks.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace wamigrate::webhooks;

TEST_CASE("a batch of many entries and changes is read whole") {
  const std::string changes = change_of(status_of("wamid.1", "sent") + "," + status_of("wamid.2", "read"), "") + "," +
                              change_of("", message_of("wamid.3"), "7");
  const std::string two = fmt::format(
      R"({{"object":"whatsapp_business_account","entry":[{{"id":"1","changes":[{0}]}},{{"id":"2","changes":[{0}]}}]}})",
      changes);
  const auto reading = read_cloud(two);
  REQUIRE(reading.has_value());
  CHECK(reading->account == "1");
  CHECK(reading->changes == 4);
  REQUIRE(reading->statuses.size() == 4);
  CHECK(reading->statuses[1].message == "wamid.2");
  CHECK(reading->statuses[1].status == "read");
  CHECK(reading->statuses[1].number == "106540352242922");
  CHECK(reading->statuses[1].recipient == "165…34");
  CHECK(to_iso(reading->statuses[1].at) == "2025-06-01T20:57:53.000Z");
  REQUIRE(reading->messages.size() == 2);
  CHECK(reading->messages[0].number == "7");
}

TEST_CASE("the tag and the first error's code of a status are read") {
  const auto reading = read_cloud(cloud_post(change_of(status_of(
      "wamid.1", "failed", 1, R"(,"biz_opaque_callback_data":"order 7","errors":[{"code":131026,"title":"x"}])"))));
  REQUIRE(reading.has_value());
  REQUIRE(reading->statuses.size() == 1);
  CHECK(reading->statuses[0].callback == "order 7");
  CHECK(reading->statuses[0].code == "131026");
}

TEST_CASE("the flat on-premises shape is read, the recipient in its old and its new place") {
  const auto reading = read_onprem(
      onprem_post(
          status_of("gBEG1", "sent") +
          R"(,{"id":"gBEG2","status":"delivered","timestamp":1748811473,"message":{"recipient_id":"16505551299"}})"),
      "de-1");
  REQUIRE(reading.has_value());
  REQUIRE(reading->statuses.size() == 2);
  CHECK(reading->statuses[0].recipient == "165…34");
  CHECK(reading->statuses[1].recipient == "165…99");
  CHECK(reading->statuses[1].number == "de-1");
  CHECK(reading->statuses[1].at == reading->statuses[0].at);
}

TEST_CASE("what is no JSON object is not read, and odd members of one are passed over") {
  for (const char* text : {"", "[]", "null", "{", "\"x\"", "not json"}) {
    INFO(text);
    CHECK_FALSE(read_cloud(text).has_value());
    CHECK_FALSE(read_onprem(text, "x").has_value());
  }
  for (
      const char* text :
      {"{}", R"({"entry":{}})", R"({"entry":[1,null,{"changes":7},{"changes":[null,{"field":3,"value":[]}]}]})",
       R"({"entry":[{"id":["x"],"changes":[{"field":"messages","value":{"statuses":[1,{"id":{}},{"id":"x"}],"messages":{}}}]}]})"}) {
    INFO(text);
    const auto reading = read_cloud(text);
    REQUIRE(reading.has_value());
    CHECK(reading->statuses.empty());
    CHECK(reading->messages.empty());
  }
}

TEST_CASE("other fields than messages are counted and not read") {
  const auto reading = read_cloud(
      R"({"object":"whatsapp_business_account","entry":[{"id":"1","time":1,"changes":[{"value":{"display_phone_number":"15550783881","event":"PIN_CHANGED","statuses":[{"id":"x","status":"sent"}]},"field":"security"}]}]})");
  REQUIRE(reading.has_value());
  CHECK(reading->changes == 1);
  CHECK(reading->statuses.empty());
}

TEST_CASE("a time that no calendar has, and texts that would break a line, are made harmless") {
  const auto reading = read_cloud(cloud_post(change_of(
      R"({"id":"a\u0000\nb","status":"sent","timestamp":"999999999999999999","recipient_id":"1"},{"id":"c","status":"sent","timestamp":"-5"})")));
  REQUIRE(reading.has_value());
  REQUIRE(reading->statuses.size() == 2);
  CHECK(reading->statuses[0].message == "a b");
  CHECK(reading->statuses[0].at <= latest);
  CHECK(reading->statuses[1].at == Time{});
}

TEST_CASE("of a person's number only its ends are kept, of a short one nothing") {
  CHECK(masked("491713920001") == "491…01");
  CHECK(masked("12345678") == "…");
  CHECK(masked("") == "");
}

TEST_CASE("delivered or read wins over failed, and sent alone decides nothing") {
  const Time some = Time(Millis(1));
  Outgoing message;
  CHECK(verdict_of(message) == Verdict::nothing);
  message.sent = some;
  CHECK(verdict_of(message) == Verdict::sent);
  message.failed = some;
  CHECK(verdict_of(message) == Verdict::failed);
  message.delivered = some;
  CHECK(verdict_of(message) == Verdict::delivered);
  message.read = some;
  CHECK(verdict_of(message) == Verdict::read);
}

TEST_CASE("a signature is that of exactly these bytes and this secret, in Meta's spelling") {
  const Secret secret(std::string("app secret"));
  const std::string body = "{\"a\":\"\\u00e9\"}";
  const std::string right = signature_of(secret, body);
  CHECK(right.size() == 7 + 64);
  CHECK(signed_by(secret, body, right));
  // RFC 4231, test case 2.
  CHECK(signature_of(Secret(std::string("Jefe")), "what do ya want for nothing?") ==
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK_FALSE(signed_by(secret, body + " ", right));
  CHECK_FALSE(signed_by(Secret(std::string("other")), body, right));
  CHECK_FALSE(signed_by(secret, body, ""));
  CHECK_FALSE(signed_by(secret, body, right.substr(7)));
  CHECK_FALSE(signed_by(secret, body, right.substr(0, right.size() - 2)));
  CHECK_FALSE(signed_by(secret, body, right + "00"));
  CHECK_FALSE(signed_by(secret, body, "sha1=" + right.substr(7)));
  std::string broken = right;
  broken.back() = 'x';
  CHECK_FALSE(signed_by(secret, body, broken));
}
