// Payloads of everything that both APIs can say, made from a seed: there and back is the same, whatever they hold.
#include <random>

#include "messages/corpus.hpp"

using namespace wamigrate;
using namespace wamigrate::messages;
using namespace wamigrate::testing;

namespace {

class Maker {
 public:
  explicit Maker(unsigned seed) : generator_(seed) {}

  Json sent() {
    Json message{{"recipient_type", "individual"}, {"to", digits()}};
    if (coin()) message["context"] = {{"message_id", word()}};
    const auto [type, content] = content_of_sent();
    message["type"] = type;
    message[type] = content;
    return message;
  }

  /// The bare object, in the form that both sides' members allow.
  Json webhook(bool of_cloud) {
    Json value = Json::object();
    if (coin()) {
      value["contacts"] = Json::array({{{"profile", {{"name", word()}}}, {"wa_id", digits()}}});
      value["messages"] = list([this, of_cloud] { return received(of_cloud); });
    } else if (coin()) {
      value["statuses"] = list([this, of_cloud] { return status(of_cloud); });
    } else {
      value["errors"] = Json::array({error(of_cloud)});
    }
    return value;
  }

  bool coin() { return below(2) == 0; }

 private:
  unsigned below(unsigned end) { return static_cast<unsigned>(generator_() % end); }
  std::string digits() {
    std::string text = "49151";
    for (int i = 0; i < 8; ++i) text += static_cast<char>('0' + below(10));
    return text;
  }
  std::string word() {
    static const std::vector<std::string> parts = {"a", "\"", "\\", "ß", "漢", " ", "x y", "\n", "{}", "0", "😀", "'"};
    std::string text = "w";
    for (unsigned i = below(6); i > 0; --i) text += parts[below(static_cast<unsigned>(parts.size()))];
    return text + "w";
  }
  template <class Make>
  Json list(Make make) {
    Json all = Json::array();
    for (unsigned i = 1 + below(3); i > 0; --i) all.push_back(make());
    return all;
  }
  Json media() {
    Json object = coin() ? Json{{"id", word()}} : Json{{"link", "https://media.example.com/" + digits()}};
    if (coin()) object["caption"] = word();
    return object;
  }
  Json parameter() {
    switch (below(4)) {
      case 0:
        return {{"type", "text"}, {"text", word()}};
      case 1:
        return {{"type", "currency"},
                {"currency", {{"fallback_value", word()}, {"code", "EUR"}, {"amount_1000", below(100000)}}}};
      case 2:
        return {{"type", "date_time"}, {"date_time", {{"fallback_value", word()}}}};
      default:
        return {{"type", "image"}, {"image", media()}};
    }
  }
  Json template_object() {
    Json object{{"name", word()}, {"language", {{"policy", "deterministic"}, {"code", "de"}}}};
    if (coin()) {
      object["components"] = list([this] {
        return Json{{"type", coin() ? "body" : "header"}, {"parameters", list([this] { return parameter(); })}};
      });
      object["components"].push_back({{"type", "button"},
                                      {"sub_type", "quick_reply"},
                                      {"index", std::to_string(below(3))},
                                      {"parameters", Json::array({{{"type", "payload"}, {"payload", word()}}})}});
    }
    return object;
  }
  Json interactive() {
    Json object{{"body", {{"text", word()}}}};
    if (coin()) object["footer"] = {{"text", word()}};
    if (coin()) {
      object["type"] = "button";
      object["action"] = {{"buttons", list([this] {
                             return Json{{"type", "reply"}, {"reply", {{"id", word()}, {"title", word()}}}};
                           })}};
    } else {
      object["type"] = "list";
      object["action"] = {
          {"button", word()},
          {"sections", list([this] {
             return Json{{"title", word()}, {"rows", list([this] { return Json{{"id", word()}, {"title", word()}}; })}};
           })}};
    }
    return object;
  }
  std::pair<std::string, Json> content_of_sent() {
    switch (below(8)) {
      case 0:
        return {"text", {{"body", word()}}};
      case 1:
        return {"image", media()};
      case 2:
        return {"document", media()};
      case 3:
        return {"location", {{"latitude", below(90)}, {"longitude", 1.5}, {"name", word()}}};
      case 4:
        return {"contacts", list([this] {
                  return Json{{"name", {{"formatted_name", word()}}}, {"phones", Json::array({{{"phone", digits()}}})}};
                })};
      case 5:
        return {"reaction", {{"message_id", word()}, {"emoji", "✓"}}};
      case 6:
        return {"interactive", interactive()};
      default:
        return {"template", template_object()};
    }
  }
  Json error(bool of_cloud) {
    static const std::vector<std::pair<int, int>> codes = {
        {470, 131047}, {471, 131048}, {1026, 131026}, {99999, 99999}};
    const auto& [onprem, cloud] = codes[below(static_cast<unsigned>(codes.size()))];
    const std::string title = word();
    if (!of_cloud) return {{"code", onprem}, {"title", title}, {"details", word()}, {"href", word()}};
    return {
        {"code", cloud}, {"title", title}, {"message", title}, {"error_data", {{"details", word()}}}, {"href", "h"}};
  }
  Json received(bool of_cloud) {
    Json message{{"from", digits()}, {"id", word()}, {"timestamp", digits()}};
    if (coin()) message["context"] = {{"from", digits()}, {"id", word()}};
    switch (below(6)) {
      case 0:
        message["type"] = "text";
        message["text"] = {{"body", word()}};
        break;
      case 1:
        message["type"] = of_cloud ? "audio" : "voice";
        message[of_cloud ? "audio" : "voice"] = {{"id", word()}, {"mime_type", "audio/ogg"}};
        if (of_cloud) message["audio"]["voice"] = true;
        break;
      case 2:
        message["type"] = "audio";
        message["audio"] = {{"id", word()}, {"mime_type", "audio/mp4"}, {"sha256", word()}};
        break;
      case 3:
        message["type"] = "button";
        message["button"] = {{"payload", word()}, {"text", word()}};
        break;
      case 4:
        message["type"] = "interactive";
        message["interactive"] = {{"type", "list_reply"}, {"list_reply", {{"id", word()}, {"title", word()}}}};
        break;
      default:
        message["type"] = "unknown";
        message["errors"] = Json::array({error(of_cloud)});
    }
    return message;
  }
  Json status(bool of_cloud) {
    static const std::vector<std::string> words = {"sent", "delivered", "read", "failed"};
    const std::string recipient = digits();
    Json one{{"id", word()}, {"status", words[below(4)]}, {"timestamp", digits()}, {"recipient_id", recipient}};
    if (!of_cloud) one["message"] = {{"recipient_id", recipient}};
    if (coin()) one["pricing"] = {{"billable", true}, {"pricing_model", "CBP"}, {"category", word()}};
    if (coin()) one["conversation"] = {{"id", word()}, {"origin", {{"type", word()}}}};
    if (one["status"] == "failed") one["errors"] = Json::array({error(of_cloud)});
    return one;
  }

  std::mt19937 generator_;
};

Json in_envelope(const Json& bare) {
  Json value{{"messaging_product", "whatsapp"},
             {"metadata", {{"display_phone_number", "4915110000000"}, {"phone_number_id", "106540352240000"}}}};
  for (const auto& [key, member] : bare.items()) value[key] = member;
  return {{"object", "whatsapp_business_account"},
          {"entry", Json::array({{{"id", "102290129340398"},
                                  {"changes", Json::array({{{"value", value}, {"field", "messages"}}})}}})}};
}

// There and back; what is lost on the way is a failure.
void check_round_trip(const Json& body, Direction direction) {
  Payload payload;
  payload.body = body;
  const Translation there = translate(payload, direction, corpus_setting());
  INFO(to_compact(body));
  REQUIRE(there.results.size() == 1);
  INFO(to_compact(there.results.front().body));
  const Translation again = translate(there.results.front(), back(direction), corpus_setting());
  REQUIRE(again.results.size() == 1);
  CHECK(sorted(again.results.front().body) == sorted(body));
  for (const Translation* one : {&there, &again}) {
    for (const Note& note : one->notes) {
      INFO(to_text(note));
      CHECK(note.rule->kind != NoteKind::lost);
      CHECK(note.rule->kind != NoteKind::unknown_member);
    }
  }
}

}  // namespace

TEST_CASE("messages that both APIs can send are the same after they were translated there and back") {
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    const Json message = Maker(seed).sent();
    check_round_trip(message, Direction::to_cloud);
    Json named{{"messaging_product", "whatsapp"}};
    for (const auto& [key, value] : message.items()) named[key] = value;
    check_round_trip(named, Direction::to_onprem);
  }
}

TEST_CASE("webhooks are the same after they were translated there and back") {
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    check_round_trip(Maker(seed).webhook(false), Direction::to_cloud);
    check_round_trip(in_envelope(Maker(seed).webhook(true)), Direction::to_onprem);
  }
}
