// Claims about translations that a table of results does not show.
#include <functional>

#include "messages/corpus.hpp"
#include "messages/shape.hpp"

using namespace wamigrate;
using namespace wamigrate::messages;
using namespace wamigrate::testing;

namespace {

Translation translated(const std::string& text, Direction direction, const Setting& setting = corpus_setting()) {
  const auto json = parse_json(text);
  REQUIRE(json.has_value());
  const auto payload = payload_from(*json);
  REQUIRE(payload.has_value());
  return translate(*payload, direction, setting);
}

constexpr std::string_view marker = "MARK";

// Every object in the document, the document itself included, with its path.
void each_object(Json& json, const std::string& path, const std::function<void(Json&, const std::string&)>& use) {
  if (json.is_array()) {
    for (std::size_t i = 0; i < json.size(); ++i) each_object(json[i], at_index(path, i), use);
  } else if (json.is_object()) {
    use(json, path);
    for (auto& [key, inner] : json.items()) each_object(inner, below(path, key), use);
  }
}

// Something is said to be lost there, or of what it is part of.
bool said_of(const Translation& translation, const std::string& path) {
  return std::any_of(translation.notes.begin(), translation.notes.end(), [&](const Note& note) {
    return note.weighs() && !note.path.empty() && path.starts_with(note.path);
  });
}

std::size_t weight(const Translation& translation) {
  return static_cast<std::size_t>(std::count_if(translation.notes.begin(), translation.notes.end(),
                                                [](const Note& note) { return note.weighs(); }));
}

std::string all_of(const Translation& translation) {
  std::string text;
  for (const Payload& result : translation.results) text += to_compact(to_json(result));
  return text;
}

}  // namespace

TEST_CASE("a member that no page describes is kept or said to be lost, wherever it stands") {
  int planted = 0;
  for (const Documented& one : documented_payloads()) {
    const std::size_t before = weight(translate(one.payload, one.direction, corpus_setting()));
    Payload payload = one.payload;
    each_object(payload.body, "", [&](Json& object, const std::string& path) {
      object["planted"] = marker;
      const Translation translation = translate(payload, one.direction, corpus_setting());
      const bool kept = all_of(translation).find(marker) != std::string::npos;
      INFO(one.name << " with a member planted: " << to_compact(payload.body));
      CHECK((kept || weight(translation) > before || said_of(translation, path) || translation.results.empty()));
      object.erase("planted");
      ++planted;
    });
  }
  CHECK(planted > 500);
}

TEST_CASE("a member that Cloud would refuse is named") {
  const Translation translation =
      translated(R"({"to": "1", "type": "text", "text": {"body": "x", "font": "big"}})", Direction::to_cloud);
  CHECK(has_note(translation, "unknown_to_cloud", "text.font"));
  CHECK_FALSE(translation.lossless());
  CHECK(translation.results.front().body["text"]["font"] == "big");
}

TEST_CASE("a message that only needs messaging_product is lossless") {
  const Translation translation =
      translated(R"({"to": "1", "type": "text", "text": {"body": "x"}})", Direction::to_cloud);
  CHECK(translation.lossless());
  CHECK(translation.results.front().body["messaging_product"] == "whatsapp");
}

TEST_CASE("what is in the other API's words already is left as it is") {
  const Translation translation =
      translated(R"({"messaging_product": "whatsapp", "to": "1", "text": {"body": "x"}})", Direction::to_cloud);
  CHECK(translation.already);
  CHECK(translation.lossless());
  CHECK(translation.notes.empty());
}

TEST_CASE("a namespace is lost, unless it is the one that was named; on the way back that one is written") {
  const std::string message =
      R"({"to": "1", "type": "template", "template": {"namespace": "ns", "name": "n", "language": {"code": "de"}}})";
  CHECK(has_note(translated(message, Direction::to_cloud), "template_namespace", "template.namespace"));
  Setting setting = corpus_setting();
  setting.template_namespace = "ns";
  const Translation there = translated(message, Direction::to_cloud, setting);
  CHECK(there.lossless());
  CHECK_FALSE(there.results.front().body["template"].contains("namespace"));
  const Translation again = translate(there.results.front(), Direction::to_onprem, setting);
  CHECK(again.results.front().body["template"]["namespace"] == "ns");
}

TEST_CASE("a bare webhook cannot say which number it is about, unless somebody says that it is known") {
  const std::string update = R"({"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes":
      [{"field": "messages", "value": {"messaging_product": "whatsapp", "metadata":
      {"display_phone_number": "4915110000000", "phone_number_id": "106540352240000"},
      "statuses": [{"id": "wamid.x", "status": "read", "timestamp": "1", "recipient_id": "4"}]}}]}]})";
  CHECK(has_note(translated(update, Direction::to_onprem, unknown_setting()), "webhook_numbers_lost"));
  CHECK(translated(update, Direction::to_onprem).lossless());
  Setting other = corpus_setting();
  other.phone_number_id = "106540352249999";
  CHECK(has_note(translated(update, Direction::to_onprem, other), "webhook_other_number"));
}

TEST_CASE("what the envelope needs and nobody gave is left out, never made up") {
  const Translation translation = translated(R"({"statuses": []})", Direction::to_cloud, unknown_setting());
  CHECK(has_note(translation, "webhook_numbers_missing"));
  CHECK(translation.results.front().body["entry"][0]["changes"][0]["value"]["metadata"] == Json::object());
  CHECK_FALSE(translation.results.front().body["entry"][0].contains("id"));
}

TEST_CASE("a status that names two recipients keeps one and says so") {
  const Translation translation = translated(
      R"({"statuses": [{"id": "x", "status": "read", "recipient_id": "1", "message": {"recipient_id": "2"}}]})",
      Direction::to_cloud);
  CHECK(has_note(translation, "status_recipient_differs"));
}

TEST_CASE("tokens are not taken over to the other side") {
  const Translation translation = translated(
      R"({"method": "POST", "path": "/v1/messages", "headers": {"authorization": "Bearer CANARY", "X-Trace": "7",
          "Host": "client"}, "body": {"to": "1", "type": "text", "text": {"body": "x"}}})",
      Direction::to_cloud);
  CHECK(has_note(translation, "access_token"));
  CHECK(all_of(translation).find("CANARY") == std::string::npos);
  CHECK(translation.results.front().headers == std::vector<std::pair<std::string, std::string>>{{"X-Trace", "7"}});
  CHECK(translation.results.front().path == "/v23.0/106540352240000/messages");
}

TEST_CASE("the id of a message goes into a path and out of it whatever its letters are") {
  const std::string id = "wamid.a/b+c=%?#";
  const Translation there = translated(
      R"({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.a/b+c=%?#"})", Direction::to_onprem);
  REQUIRE(there.results.size() == 1);
  CHECK(there.results.front().method == "PUT");
  CHECK(there.results.front().path == "/v1/messages/wamid.a%2Fb+c=%25%3F%23");
  const Translation again = translate(there.results.front(), Direction::to_cloud, corpus_setting());
  CHECK(again.results.front().body["message_id"] == id);
}

TEST_CASE("calls are told by method and path, behind a prefix, with a version or without") {
  CHECK((recognise_call("POST", "https://host:9090/shop/v1/messages?x=1").kind == Kind::send));
  CHECK((recognise_call("PUT", "/v1/messages/gB").kind == Kind::mark_read));
  CHECK((recognise_call("GET", "/v1/messages/gB").kind == Kind::other_call));
  CHECK((recognise_call("POST", "/v23.0/106/messages").api == Api::cloud));
  CHECK((recognise_call("POST", "/106/messages").kind == Kind::send));
  CHECK((recognise_call("POST", "/webhook").kind == Kind::unknown));
  CHECK((recognise_call("POST", "").kind == Kind::unknown));
  CHECK(recognise_call("GET", "/v1/users/bob").call == "/v1/users/{id}");
}

TEST_CASE("members' names that may be somebody's are not shown") {
  CHECK(shown_member("button_index") == "button_index");
  CHECK(shown_member("+4915119999901") == "(member)");
  CHECK(shown_member("Hello there") == "(member)");
  CHECK(shown_member("EAAGm0PX4ZCpsBAKZC9812345678") == "(member)");
  CHECK(shown_member("") == "(member)");
}

TEST_CASE("payloads of the wrong types are no reason to fall over") {
  for (const char* text :
       {R"({"to": 5})", R"({"to": null, "type": {}, "text": [1, [2]], "template": {"components": [1, null, []]}})",
        R"({"object": 1, "entry": 2})",
        R"({"object": "whatsapp_business_account", "entry": [1, null, {"changes": [[]]}]})",
        R"({"messages": {"a": 1}})", R"({"statuses": [null, 1, {"message": 5, "errors": {}}]})", R"({"errors": 7})",
        R"({"error": {"error_data": "text", "code": "x"}})", R"({"to": "1", "hsm": {"localizable_params": [1, "x"]}})",
        R"({"media": []})", R"({"status": 201, "body": null})", R"({"method": "PUT", "path": "/v1/messages/x"})",
        R"({"messaging_product": "whatsapp", "status": {}})", R"({})"}) {
    INFO(text);
    for (const Direction direction : {Direction::to_cloud, Direction::to_onprem}) {
      CHECK(translated(text, direction).results.size() <= 1);
    }
  }
}

TEST_CASE("a request, an answer and a body are told apart, and what is none is refused") {
  CHECK((payload_from(*parse_json(R"({"method": "post", "url": "u"})"))->method == "POST"));
  CHECK((payload_from(*parse_json(R"({"status": 201, "body": {}})"))->part == Payload::Part::reply));
  CHECK((payload_from(*parse_json(R"({"status": "read"})"))->part == Payload::Part::body));
  for (const char* text :
       {R"([])", R"("x")", R"({"method": 5, "path": []})", R"({"status": 7, "body": {}})",
        R"({"method": "GET", "path": "/", "headers": []})", R"({"method": "GET", "path": "/", "headers": {"a": 1}})"}) {
    INFO(text);
    CHECK_FALSE(payload_from(*parse_json(text)).has_value());
  }
}
