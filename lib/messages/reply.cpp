// Answers of calls: to messages, to uploads, about contacts, and refusals.
#include "messages/errors.hpp"
#include "messages/parts.hpp"
#include "messages/shape.hpp"

namespace wamigrate::messages {
namespace {

constexpr int created = 201;
constexpr int fine = 200;
constexpr int throttled = 429;

void note_unknown(const Json& object, std::initializer_list<std::string_view> known, const Work& work) {
  for (const auto& [key, value] : object.items()) {
    bool is_known = false;
    for (const std::string_view one : known) is_known = is_known || key == one;
    if (!is_known) work.note(rules::unknown_webhook, below("", key));
  }
}

Json answer_to_cloud(const Work& work) {
  Json answer{{"messaging_product", "whatsapp"}};
  for (const auto& [key, value] : work.payload.body.items()) {
    if (key == "meta") {
      work.note(rules::reply_meta, key);
    } else if (key != "messaging_product") {
      answer[key] = value;
    }
  }
  if (!answer.contains("contacts")) work.note(rules::reply_contacts_missing, "contacts");
  note_unknown(answer, {"messaging_product", "contacts", "messages"}, work);
  return answer;
}

Json answer_to_onprem(const Work& work) {
  Json answer = Json::object();
  for (const auto& [key, value] : work.payload.body.items()) {
    if (key == "contacts") {
      work.note(rules::reply_contacts, key);
    } else if (key != "messaging_product") {
      answer[key] = value;
    }
  }
  if (answer.contains("messages") && answer["messages"].is_array()) {
    for (std::size_t i = 0; i < answer["messages"].size(); ++i) {
      if (answer["messages"][i].is_object() && answer["messages"][i].erase("message_status") != 0) {
        work.note(rules::error_rest, at_index("messages", i) + ".message_status");
      }
    }
  }
  note_unknown(answer, {"messages"}, work);
  return answer;
}

Json upload_answer(const Work& work) {
  const Json& body = work.payload.body;
  if (!work.to_cloud()) {
    work.note(rules::media_id, "id");
    return {{"media", Json::array({{{"id", body["id"]}}})}};
  }
  const Json& media = body["media"];
  const Json first = media.empty() ? Json() : media[0];
  if (media.size() > 1) work.note(rules::error_rest, "media[1]");
  if (first.size() > 1) work.note(rules::error_rest, "media[0]");
  if (body.contains("meta")) work.note(rules::reply_meta, "meta");
  for (const auto& [key, value] : body.items()) {
    if (key != "media" && key != "meta") work.note(rules::error_rest, below("", key));
  }
  work.note(rules::media_id, "media[0].id");
  return {{"id", text_at(first, "id")}};
}

}  // namespace

void translate_reply(const Work& work) {
  Json body;
  switch (work.seen.kind) {
    case Kind::send_reply:
      body = work.to_cloud() ? answer_to_cloud(work) : answer_to_onprem(work);
      break;
    case Kind::media_reply:
      body = upload_answer(work);
      break;
    default:
      body = translated_refusal(work.payload.body, work.direction, work.out.notes);
  }
  work.result(std::move(body));
  Payload& result = work.out.results.back();
  const int status = result.status;
  const int other = work.to_cloud() && status == created ? fine : !work.to_cloud() && status == fine ? created : status;
  if (work.seen.kind == Kind::send_reply && other != status) {
    result.status = other;
    work.note(rules::reply_status, "status");
  }
  if (status == throttled) work.note(rules::throttled_status, "status");
}

}  // namespace wamigrate::messages
