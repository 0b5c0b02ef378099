// Messages in the imagined world: limits, outcomes, and the webhooks that tell of them.
#include "sim/messages.hpp"

#include <fmt/format.h>

#include "sim/registration.hpp"
#include "stage.hpp"
#include "support/catch.hpp"

namespace wamigrate::sim {
namespace {

using namespace std::chrono_literals;

Json text_to(const std::string& to, const std::string& tag = {}) {
  Json body{{"messaging_product", "whatsapp"}, {"to", to}, {"type", "text"}, {"text", {{"body", "hi"}}}};
  if (!tag.empty()) body["biz_opaque_callback_data"] = tag;
  return body;
}

Heard cloud_text(Stage& stage, const std::string& to = "4915119999999", const std::string& tag = {}) {
  return stage.graph("POST", phone_id + "/messages", text_to(to, tag));
}

Heard onprem_text(Stage& stage, const std::string& to = "4915119999999") {
  return stage.onprem("POST", "messages", {{"to", to}, {"type", "text"}, {"text", {{"body", "hi"}}}});
}

/// A stage whose number is on Cloud, and whose messages arrive after eight seconds.
struct OnCloud : Stage {
  explicit OnCloud(const std::string& more = "{}") {
    REQUIRE(plant(*world, R"({"world": {"delivery_time": "8s"}, "*": {"home": "cloud"}})"));
    REQUIRE(plant(*world, R"({"*": )" + more + "}"));
  }
};

/// Status words in the order in which they were sent.
std::string statuses_of(const std::vector<Webhook>& webhooks) {
  std::string words;
  for (const Webhook& each : webhooks) {
    const auto body = parse_json(each.body);
    const Json& value = each.side == Side::graph ? (*body)["entry"][0]["changes"][0]["value"] : *body;
    const Json& status = at_path(value, {"statuses"});
    words += (words.empty() ? "" : " ") + (status.is_array() ? text_at(status[0], "status") : "message");
  }
  return words;
}

}  // namespace

TEST_CASE("a message on Cloud is told of as sent, then delivered, under its tag, signed") {
  WorldSpec spec = usual_spec();
  spec.app_secret = "app-secret";
  spec.timing.delivery_time = 8s;
  Stage stage(spec);
  REQUIRE(plant(*stage.world, R"({"*": {"home": "cloud"}})"));
  const std::string id = text_at(cloud_text(stage, "+4915119999999", "tag-1").body["messages"][0], "id");
  CHECK(stage.world->webhooks().empty());
  stage.clock.advance(2s);
  CHECK(statuses_of(stage.world->webhooks()) == "sent");
  stage.clock.advance(6s);
  const auto told = stage.world->take_webhooks();
  REQUIRE(statuses_of(told) == "sent delivered");
  CHECK(stage.world->take_webhooks().empty());
  const Json value = (*parse_json(told[1].body))["entry"][0]["changes"][0]["value"];
  CHECK(value["metadata"]["phone_number_id"] == phone_id);
  CHECK(value["statuses"][0]["id"] == id);
  CHECK(value["statuses"][0]["recipient_id"] == "4915119999999");
  CHECK(value["statuses"][0]["biz_opaque_callback_data"] == "tag-1");
  CHECK(told[1].url == "https://hooks.example.com/cloud");
  CHECK(told[1].signature == "sha256=" + hmac_hex("app-secret", told[1].body));
}

TEST_CASE("what becomes of messages is planted: read, sent alone, failed with a code, both, nothing, late") {
  const auto [planted, words] =
      GENERATE(table<std::string, std::string>({{R"({"messages": "read"})", "sent delivered read"},
                                                {R"({"messages": "sent"})", "sent"},
                                                {R"({"messages": "failed"})", "sent failed"},
                                                {R"({"messages": "failed 131047"})", "sent failed"},
                                                {R"({"messages": "delivered and failed"})", "sent failed delivered"},
                                                {R"({"messages": "nothing"})", ""},
                                                {R"({"messages_take": "1h"})", ""},
                                                {R"({"answered": true})", "sent delivered message"}}));
  CAPTURE(planted);
  OnCloud stage(planted);
  cloud_text(stage);
  stage.clock.advance(10s);
  CHECK(statuses_of(stage.world->webhooks()) == words);
  if (planted.find("131047") != std::string::npos) {
    CHECK(stage.world->webhooks().back().body.find(R"("code":131047)") != std::string::npos);
  }
}

TEST_CASE("a client posts what its settings ask for, and names the recipient within the message") {
  Stage stage;
  REQUIRE(plant(*stage.world, R"({"world": {"delivery_time": "1s"}})"));
  onprem_text(stage);
  stage.clock.advance(2s);
  const auto told = stage.world->webhooks();
  REQUIRE(statuses_of(told) == "delivered");
  CHECK(told[0].deployment == "de-1");
  CHECK(told[0].url == "https://hooks.example.com/de-1");
  CHECK(told[0].signature.empty());
  CHECK((*parse_json(told[0].body))["statuses"][0]["message"]["recipient_id"] == "4915119999999");
  stage.onprem("PATCH", "settings/application", {{"webhooks", {{"message", {{"sent", true}}}}}});
  CHECK(statuses_of(stage.world->webhooks()) == "sent delivered");
}

TEST_CASE("nobody is told without a subscription, without a URL, or once the number is served elsewhere") {
  OnCloud stage;
  cloud_text(stage);
  SECTION("no subscription") { REQUIRE(plant(*stage.world, R"({"world": {"subscribed": false}})")); }
  SECTION("no URL") { REQUIRE(plant(*stage.world, R"({"world": {"webhook": ""}})")); }
  SECTION("served elsewhere") {
    auto state = stage.world->hold();
    state->number(phone)->timeline.set(settled_phase(ServedBy::onprem, stage.clock.now() + 1s));
  }
  stage.clock.advance(10s);
  CHECK(stage.world->webhooks().empty());
}

TEST_CASE("a person's message is told of by the side that serves the number") {
  Stage stage;
  stage.world->write_to(phone, "+4915119999999", "Hello");
  REQUIRE(stage.world->webhooks().size() == 1);
  CHECK(stage.world->webhooks()[0].deployment == "de-1");
  OnCloud other;
  other.world->write_to(phone, "+4915119999999", "Hello");
  REQUIRE(other.world->webhooks().size() == 1);
  CHECK(other.world->webhooks()[0].body.find(R"("from":"4915119999999")") != std::string::npos);
}

TEST_CASE("a number sends no more in a second than its throughput, and soon again") {
  OnCloud stage;
  for (int i = 0; i < 80; ++i) REQUIRE(cloud_text(stage, fmt::format("49151200{:05}", i)).status == 200);
  CHECK(cloud_text(stage).code() == 130429);
  stage.clock.advance(1s);
  CHECK(cloud_text(stage).status == 200);
}

TEST_CASE("one recipient gets a burst of 45, then one message in six seconds") {
  OnCloud stage;
  for (int i = 0; i < 45; ++i) REQUIRE(cloud_text(stage).status == 200);
  CHECK(cloud_text(stage).code() == 131056);
  CHECK(cloud_text(stage, "4915118888888").status == 200);
  stage.clock.advance(6s);
  CHECK(cloud_text(stage).status == 200);
  CHECK(cloud_text(stage).code() == 131056);
}

TEST_CASE("a client takes what one shard carries, more with 32, or what is planted") {
  Stage stage;
  CHECK(messages_a_second(*stage.world->hold(), stage.number(), Side::onprem) == 70);
  stage.deployment().shards = 32;
  CHECK(messages_a_second(*stage.world->hold(), stage.number(), Side::onprem) == 250);
  REQUIRE(plant(*stage.world, R"({"*": {"messages_a_second": 1}})"));
  CHECK(onprem_text(stage).status == 201);
  CHECK(onprem_text(stage).code() == 1015);
}

TEST_CASE("recipients, templates and texts are looked at strictly, on both sides") {
  OnCloud cloud;
  CHECK(cloud_text(cloud, "someone").code() == 131009);
  CHECK(cloud_text(cloud, phone).code() == 131021);
  Json both = text_to("4915119999999");
  both["template"] = {{"name", "hello_world"}, {"language", {{"code", "en_US"}}}};
  CHECK(cloud.graph("POST", phone_id + "/messages", both).code() == 100);
  Stage client;
  CHECK(onprem_text(client, "someone").code() == 1009);
  CHECK(onprem_text(client, phone).code() == 1021);
  const Json without_policy{{"to", "4915119999999"},
                            {"type", "template"},
                            {"template", {{"name", "hello_world"}, {"language", {{"code", "en_US"}}}}}};
  CHECK(client.onprem("POST", "messages", without_policy).code() == 1008);
  CHECK(client.onprem("POST", "messages", {{"to", "1"}, {"type", "text"}, {"text", {{"body", std::string(4097, 'x')}}}})
            .code() == 1001);
}

namespace {

const std::string a_link = R"({"link": "https://media.example.com/a"})";
const std::string two_choices = R"({"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Yes"}},
                                                {"type": "reply", "reply": {"id": "2", "title": "No "}}]})";

Json message_of(const std::string& type, const std::string& content) {
  Json body{{"to", "4915119999999"}, {"type", type}};
  if (!content.empty()) body[type] = parse_json(content).value_or(Json());
  return body;
}

long long code_on_cloud(Stage& stage, Json body) {
  body["messaging_product"] = "whatsapp";
  const Heard heard = stage.graph("POST", phone_id + "/messages", body);
  return heard.status == 200 ? 0 : heard.code();
}

long long code_onprem(Stage& stage, const Json& body) {
  const Heard heard = stage.onprem("POST", "messages", body);
  return heard.status == 201 ? 0 : heard.code();
}

}  // namespace

TEST_CASE("messages of other types are taken by both sides as their pages have them") {
  const auto [type, content] = GENERATE(table<std::string, std::string>(
      {{"image", a_link},
       {"image", R"({"id": "9001", "caption": "A map"})"},
       {"video", a_link},
       {"audio", a_link},
       {"sticker", a_link},
       {"document", R"({"link": "https://media.example.com/a", "caption": "An invoice", "filename": "a.pdf"})"},
       {"location", R"({"latitude": 52.5, "longitude": "13.4", "name": "Here"})"},
       {"contacts", R"([{"name": {"formatted_name": "Ada", "first_name": "Ada"}, "phones": [{"phone": "1"}]}])"},
       {"interactive",
        R"({"type": "list", "body": {"text": "x"}, "action": {"button": "b", "sections": [{"rows": []}]}})"},
       {"interactive", R"({"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "2"}})"}}));
  CAPTURE(type, content);
  OnCloud cloud;
  CHECK(code_on_cloud(cloud, message_of(type, content)) == 0);
  cloud.clock.advance(8s);
  CHECK(statuses_of(cloud.world->webhooks()) == "sent delivered");
  Stage client;
  CHECK(code_onprem(client, message_of(type, content)) == 0);
}

TEST_CASE("messages of other types that are not as documented are refused, by both sides") {
  const auto [type, content] =
      GENERATE(table<std::string, std::string>({{"image", "{}"},
                                                {"image", R"({"link": "media.example.com/a"})"},
                                                {"image", R"({"link": "https://media.example.com/a", "id": 9})"},
                                                {"location", R"({"latitude": 52.5})"},
                                                {"contacts", "[]"},
                                                {"contacts", R"([{"name": {"first_name": "Ada"}}])"},
                                                {"interactive", R"({"type": "button", "action": {"buttons": []}})"},
                                                {"interactive", R"({"type": "hologram", "action": {"name": "x"}})"},
                                                {"hologram", ""}}));
  CAPTURE(type, content);
  OnCloud cloud;
  CHECK(code_on_cloud(cloud, message_of(type, content)) == (content.empty() ? 131009 : 100));
  Stage client;
  const long long code = code_onprem(client, message_of(type, content));
  CHECK((code == 1008 || code == 1009 || code == 1010));
}

TEST_CASE("Cloud refuses a title that ends with a blank, and a button of a template without an index") {
  OnCloud cloud;
  Stage client;
  const Json choices = message_of("interactive", R"({"type": "button", "action": )" + two_choices + "}");
  CHECK(code_on_cloud(cloud, choices) == 100);
  CHECK(code_onprem(client, choices) == 0);
  Json button = message_of("template", R"({"name": "hello_world",
      "language": {"policy": "deterministic", "code": "en_US"},
      "components": [{"type": "button", "sub_type": "url", "parameters": [{"type": "text", "text": "a"}]}]})");
  CHECK(code_on_cloud(cloud, button) == 100);
  CHECK(code_onprem(client, button) == 0);
  button["template"]["components"][0]["index"] = 0;
  CHECK(code_on_cloud(cloud, button) == 0);
  CHECK(code_onprem(client, button) == 0);
}

TEST_CASE("the same messages make the same ids and the same webhooks") {
  const auto play = [] {
    OnCloud stage(R"({"messages": "read"})");
    for (int i = 0; i < 3; ++i) cloud_text(stage, fmt::format("4915119999{:03}", i), "tag");
    stage.clock.advance(10s);
    std::string all;
    for (const Webhook& each : stage.world->webhooks()) all += each.body + "\n";
    return all;
  };
  CHECK(play() == play());
}

}  // namespace wamigrate::sim
