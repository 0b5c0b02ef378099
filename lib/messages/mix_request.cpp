// Translated there and back: what survives both ways is the same message on both sides.
#include "messages/mix_request.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.hpp"
#include "messages/translate.hpp"

namespace wamigrate::messages {
namespace {

/// What a file holds: a message without product and tag, and with nobody to go to.
struct Message {
  Api api;
  Json body;
};

Result<Message> message_in(std::string_view text) {
  if (text.size() > largest_request) return fail("it is larger than 256 KiB", "name the file of one request");
  const auto json = parse_json(text);
  if (!json) return fail("it is no JSON", "write one message as one of the two APIs takes it");
  auto payload = payload_from(*json);
  if (!payload) return tl::make_unexpected(payload.error());
  // A message is known by whom it goes to; who that is, is the mix's affair.
  if (payload->body.is_object() && payload->body.contains("type")) payload->body["to"] = "";
  const Recognised seen = recognise(*payload, Api::onprem);
  if (seen.kind != Kind::send || payload->part == Payload::Part::reply || !payload->body.is_object()) {
    const Kind kind = seen.kind == Kind::send ? Kind::unknown : seen.kind;
    return fail(fmt::format("it holds something else than a message that is sent: {}", in_words(kind)),
                "give the body of a POST to messages, with its `type`");
  }
  Message message{seen.api, std::move(payload->body)};
  for (const char* ours : {"messaging_product", "biz_opaque_callback_data"}) message.body.erase(ours);
  message.body["to"] = "";
  return message;
}

/// Adds what weighs, once a place.
void add_weighty(const Translation& translation, Notes& notes) {
  for (const Note& note : translation.notes) {
    const auto same_place = [&note](const Note& other) { return other.path == note.path; };
    if (note.weighs() && std::none_of(notes.begin(), notes.end(), same_place)) notes.push_back(note);
  }
}

Translation in_other_words(const Json& body, Direction direction, const Setting& setting) {
  Payload payload;
  payload.body = body;
  return translate(payload, direction, setting);
}

Json freed(Json body) {
  for (const char* ours : {"messaging_product", "recipient_type", "to"}) body.erase(ours);
  return body;
}

}  // namespace

tl::expected<MixRequest, std::vector<Error>> mix_request_from(std::string_view text) {
  const auto message = message_in(text);
  if (!message) return tl::make_unexpected(std::vector<Error>{message.error()});
  const Json& body = message->body;
  const bool of_cloud = message->api == Api::cloud;
  const Direction there = of_cloud ? Direction::to_onprem : Direction::to_cloud;
  const Direction back = of_cloud ? Direction::to_cloud : Direction::to_onprem;
  Setting setting = unknown_setting();
  if (!of_cloud) setting.template_namespace = text_at(at_path(body, {"template"}), "namespace");

  std::vector<Error> against;
  const std::string type = body.contains("type") ? text_at(body, "type") : "text";
  if (!body.contains(type) || !body[type].is_structured()) {
    against.push_back({"the member that its `type` names is missing", "write what the message holds"});
  }
  const Translation translation = in_other_words(body, there, setting);
  Notes notes;
  add_weighty(translation, notes);
  for (const Payload& result : translation.results) add_weighty(in_other_words(result.body, back, setting), notes);
  for (const Note& note : notes) {
    against.push_back({"not the same on both sides: " + to_text(note), "write what both APIs can say"});
  }
  if (translation.kind != Kind::send || translation.results.size() != 1) {
    against.push_back({"it can't be told for a message that is sent", "write nothing but the message"});
  }
  if (!against.empty()) return tl::make_unexpected(std::move(against));
  Json own = freed(body);
  Json other = freed(translation.results.front().body);
  return MixRequest{type, text.size(), sha256_hex(text), of_cloud ? own : other, of_cloud ? other : own};
}

}  // namespace wamigrate::messages
