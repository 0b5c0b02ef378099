// Messages of a load test from files: one message on both sides, or every reason why it is none.
#include "messages/mix_request.hpp"

#include "base/digest.hpp"
#include "messages/corpus.hpp"

using namespace wamigrate;
using namespace wamigrate::messages;
using namespace wamigrate::testing;

namespace {

/// What stands against a file, a line each; empty where it is read.
std::string against(const std::string& text) {
  const auto request = mix_request_from(text);
  std::string all;
  if (!request) {
    CHECK(!request.error().empty());
    for (const Error& error : request.error()) all += error.message + "\n";
  }
  return all;
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string image_link = R"("image": {"link": "https://media.example.com/a.jpg", "caption": "Für Sie"})";

}  // namespace

TEST_CASE("a request in either API's words makes the same message for both, freed of what is set for each message") {
  const std::string onprem =
      R"({"to": "4915119999901", "recipient_type": "individual", "type": "image", )" + image_link + "}";
  const std::string cloud =
      R"({"messaging_product": "whatsapp", "to": "989121234567", "biz_opaque_callback_data": "mine", "type": "image", )" +
      image_link + "}";
  const std::string called =
      R"({"method": "post", "path": "/v23.0/106540352240000/messages", "headers": {"Authorization": "Bearer x"},)"
      R"( "body": )" +
      cloud + "}";
  const std::string to_nobody = R"({"type": "image", )" + image_link + "}";
  const auto wanted = parse_json(to_nobody);
  REQUIRE(wanted);
  for (const std::string& text : {onprem, cloud, called, to_nobody}) {
    CAPTURE(text);
    const auto request = mix_request_from(text);
    REQUIRE(request);
    CHECK(request->type == "image");
    CHECK(request->bytes == text.size());
    CHECK(request->sha256 == sha256_hex(text));
    CHECK(sorted(request->cloud) == sorted(*wanted));
    CHECK(sorted(request->onprem) == sorted(*wanted));
  }
}

TEST_CASE("what both APIs say differently stays as it was written on its own side and is translated for the other") {
  const auto old = mix_request_from(R"({"to": "1", "type": "template", "template": {"namespace": "11_22", "name": "a",
      "language": {"policy": "deterministic", "code": "de"},
      "components": [{"type": "button", "sub_type": "url", "parameters": [{"type": "text", "text": "x"}]}]}})");
  REQUIRE(old);
  CHECK(old->onprem["template"]["namespace"] == "11_22");
  CHECK_FALSE(old->onprem["template"]["components"][0].contains("index"));
  CHECK_FALSE(old->cloud["template"].contains("namespace"));
  CHECK(old->cloud["template"]["components"][0]["index"] == "0");

  const auto cloud = mix_request_from(R"({"messaging_product": "whatsapp", "to": "1", "type": "template",
      "template": {"name": "a", "language": {"code": "de"}}})");
  REQUIRE(cloud);
  CHECK_FALSE(cloud->cloud["template"]["language"].contains("policy"));
  CHECK(cloud->onprem["template"]["language"]["policy"] == "deterministic");

  const auto text = mix_request_from(R"({"messaging_product": "whatsapp", "to": "1",
      "text": {"body": "https://example.com", "preview_url": true}})");
  REQUIRE(text);
  CHECK(text->type == "text");
  CHECK(text->onprem["preview_url"] == true);
  CHECK(text->cloud["text"]["preview_url"] == true);
}

TEST_CASE("every documented message that both sides take can be in a mix, and the others are refused with reasons") {
  int taken = 0, refused = 0;
  for (const Documented& one : documented_payloads()) {
    const Recognised seen = recognise(one.payload, source_of(one.direction));
    CAPTURE(one.name);
    const auto request = mix_request_from(to_compact(to_json(one.payload)));
    if (!request) {
      CHECK(!request.error().empty());
      ++refused;
      continue;
    }
    ++taken;
    CHECK(seen.kind == Kind::send);
    for (const Json* body : {&request->cloud, &request->onprem}) {
      for (const char* ours : {"to", "recipient_type", "messaging_product", "biz_opaque_callback_data"}) {
        CHECK_FALSE(body->contains(ours));
      }
    }
    CHECK(to_compact(request->cloud).find("gBEG") == std::string::npos);
    CHECK(to_compact(request->onprem).find("wamid.") == std::string::npos);
  }
  CHECK(taken >= 30);
  CHECK(refused >= 30);
}

TEST_CASE("what is the message of one side only is refused in the words of the translation") {
  const auto image = [](const std::string& content) {
    return R"({"to": "1", "type": "image", "image": )" + content + "}";
  };
  CHECK(says(against(image(R"({"id": "9001"})")), "must be done at image.id: A media id is valid on the side"));
  CHECK(says(against(image(R"({"id": 9001})")), "must be done at image.id"));
  CHECK(says(against(R"({"messaging_product": "whatsapp", "to": "1", "type": "image", "image": {"id": "9001"}})"),
             "[media_id]"));
  CHECK(says(against(image(R"({"link": "https://a.example/a", "provider": {"name": "x"}})")), "[media_provider]"));
  const auto reaction = [](const std::string& product, const std::string& id) {
    return "{" + product + R"("to": "1", "type": "reaction", "reaction": {"message_id": ")" + id +
           R"(", "emoji": "x"}})";
  };
  for (const char* product : {"", R"("messaging_product": "whatsapp", )"}) {
    for (const char* id : {"", "wamid.HBg", "gBEGk"}) {
      CAPTURE(product, id);
      CHECK(says(against(reaction(product, id)), "[message_id]"));
    }
  }
  CHECK(says(against(R"({"to": "1", "recipient_type": "group", "type": "text", "text": {"body": "x"}})"), "[group]"));
  CHECK(says(against(R"({"to": "1", "recipient": "2", "type": "text", "text": {"body": "x"}})"), "recipient"));
  CHECK(says(against(R"({"messaging_product": "whatsapp", "to": "1", "type": "template",
      "template": {"namespace": "11_22", "name": "a", "language": {"code": "de"}}})"),
             "[template_namespace]"));
}

TEST_CASE("a member that only the other API has is found on the way back") {
  CHECK(says(against(R"({"to": "1", "type": "interactive", "interactive": {"type": "button", "body": {"text": "x"},
      "header": {"type": "text", "text": "x", "sub_text": "y"},
      "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Yes"}}]}}})"),
             "lost at interactive.header.sub_text"));
}

TEST_CASE("everything that stands against a file is told at once, each place once") {
  const std::string all = against(R"({"to": "1", "type": "image", "image": {"id": "9001"}, "colour": 1,
      "context": {"message_id": "gBEGk"}})");
  CHECK(says(all, "image.id"));
  CHECK(says(all, "colour"));
  CHECK(says(all, "context.message_id"));
  CHECK(std::count(all.begin(), all.end(), '\n') == 3);
}

TEST_CASE("a file that holds no message that is sent is refused") {
  CHECK(says(against(""), "it is no JSON"));
  CHECK(says(against("image.jpg"), "it is no JSON"));
  CHECK(says(against("[]"), "no JSON object"));
  CHECK(says(against(std::string(largest_request, ' ') + "{}"), "larger than 256 KiB"));
  CHECK(says(against("{}"), "a message that is sent: not known here"));
  CHECK(says(against(R"({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.HBg"})"),
             "messages marked as read"));
  CHECK(says(against(R"({"method": "PUT", "path": "/v1/messages/gBEGk", "body": {"status": "read"}})"),
             "messages marked as read"));
  CHECK(says(against(R"({"status": 200, "body": {"to": "1", "type": "text", "text": {"body": "x"}}})"),
             "something else"));
  CHECK(says(against(R"({"blocking": "wait", "contacts": ["+4915119999901"]})"), "checks of contacts"));
  CHECK(says(against(R"({"method": "POST", "path": "/v1/messages"})"), "something else"));
  CHECK(says(against(R"({"to": "1", "type": "image", "text": {"body": "x"}})"), "its `type` names is missing"));
  CHECK(
      says(against(R"({"to": "1", "type": "image", "image": "https://a.example/a"})"), "its `type` names is missing"));
  CHECK(says(against(R"({"to": "1", "type": "hologram", "hologram": {}})"), "[message_type]"));
}
