// Webhooks: on-premises calls with one bare object, Cloud with an envelope of entries and changes. What they hold is
// nearly the same; what is not is rewritten here, the rest is compared with its shape.
#include <algorithm>
#include <array>

#include "messages/errors.hpp"
#include "messages/parts.hpp"
#include "messages/shape.hpp"

namespace wamigrate::messages {
namespace {

constexpr std::array received_types{
    std::string_view("text"),     std::string_view("image"),    std::string_view("video"),
    std::string_view("audio"),    std::string_view("voice"),    std::string_view("document"),
    std::string_view("sticker"),  std::string_view("location"), std::string_view("contacts"),
    std::string_view("reaction"), std::string_view("button"),   std::string_view("interactive"),
    std::string_view("order"),    std::string_view("system"),   std::string_view("unsupported"),
    std::string_view("unknown")};
constexpr std::array statuses_on_both{std::string_view("sent"), std::string_view("delivered"), std::string_view("read"),
                                      std::string_view("failed")};

// The members of an object with one renamed, in their order.
Json renamed(const Json& object, std::string_view from, std::string_view to) {
  Json other = Json::object();
  for (const auto& [key, value] : object.items()) other[key == from ? std::string(to) : key] = value;
  return other;
}

void translate_voice(Json& message, const std::string& path, const Work& work) {
  const std::string type = text_at(message, "type");
  if (work.to_cloud() && type == "voice") {
    message = renamed(message, "voice", "audio");
    message["type"] = "audio";
    if (message.contains("audio") && message["audio"].is_object()) message["audio"]["voice"] = true;
    work.note(rules::voice, path + ".type");
  } else if (!work.to_cloud() && type == "audio" && message.contains("audio")) {
    const auto voice = flag_at(message["audio"], "voice");
    if (!voice) return;
    message["audio"].erase("voice");
    work.note(*voice ? rules::voice : rules::no_voice, path + (*voice ? ".type" : ".audio.voice"));
    if (!*voice) return;
    message = renamed(message, "audio", "voice");
    message["type"] = "voice";
  }
}

void translate_received(Json& message, const std::string& path, const Work& work) {
  translate_voice(message, path, work);
  const std::string type = text_at(message, "type");
  if (!type.empty() && !among(received_types, type)) work.note(rules::webhook_type, path + ".type");
  if (message.contains("errors")) translate_errors(message["errors"], path + ".errors", work.direction, work.out.notes);
}

void translate_recipient(Json& status, const std::string& path, const Work& work) {
  if (!work.to_cloud()) {
    if (!status.contains("recipient_id") || status.contains("message")) return;
    status["message"] = {{"recipient_id", status["recipient_id"]}};
    work.note(rules::recipient_to_onprem, path + ".recipient_id");
    return;
  }
  const Json& message = at_path(status, {"message"});
  if (!message.is_object() || !message.contains("recipient_id")) return;
  const Json recipient = message["recipient_id"];
  const bool both = status.contains("recipient_id");
  if (both && status["recipient_id"] != recipient) {
    work.note(rules::recipient_differs, path + ".message.recipient_id");
  } else if (!both) {
    status["recipient_id"] = recipient;
    work.note(rules::recipient_to_cloud, path + ".message.recipient_id");
  }
  status["message"].erase("recipient_id");
  if (status["message"].empty()) status.erase("message");
}

void translate_status(Json& status, const std::string& path, const Work& work) {
  const std::string word = text_at(status, "status");
  const std::string_view own = work.to_cloud() ? "played" : "deleted";  // the other side's own word
  if (!among(statuses_on_both, word) && word != own) work.note(rules::status_word, path + ".status");
  translate_recipient(status, path, work);
  if (status.contains("errors")) translate_errors(status["errors"], path + ".errors", work.direction, work.out.notes);
}

void each_object(Json& value, const char* key, const std::string& path,
                 void (*translate)(Json&, const std::string&, const Work&), const Work& work) {
  const auto list = value.find(key);
  if (list == value.end() || !list->is_array()) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    if ((*list)[i].is_object()) translate((*list)[i], at_index(below(path, key), i), work);
  }
}

void translate_value(Json& value, const std::string& path, const Work& work) {
  each_object(value, "messages", path, translate_received, work);
  each_object(value, "statuses", path, translate_status, work);
  if (value.contains("errors"))
    translate_errors(value["errors"], below(path, "errors"), work.direction, work.out.notes);
  Walk way{work.direction, true, work.out.notes};
  walk(value, webhook_value, path, way);
}

void wrap(const Work& work) {
  Json bare = work.payload.body;
  translate_value(bare, "", work);
  const Setting& setting = work.setting;
  Json metadata = Json::object();
  if (!setting.display_number.empty()) metadata["display_phone_number"] = setting.display_number;
  if (!setting.phone_number_id.empty()) metadata["phone_number_id"] = setting.phone_number_id;
  if (metadata.size() < 2 || setting.waba_id.empty()) work.note(rules::envelope_ids, "entry[0]");
  Json value{{"messaging_product", "whatsapp"}, {"metadata", std::move(metadata)}};
  for (auto& [key, member] : bare.items()) value[key] = std::move(member);
  Json entry = Json::object();
  if (!setting.waba_id.empty()) entry["id"] = setting.waba_id;
  entry["changes"] = Json::array({{{"value", std::move(value)}, {"field", "messages"}}});
  work.result({{"object", "whatsapp_business_account"}, {"entry", Json::array({std::move(entry)})}});
}

// Whether what the envelope says of the number is known without it.
void check_number(const Json& entry, const Json& value, const std::string& path, const Work& work) {
  const Setting& setting = work.setting;
  const std::string id = text_at(at_path(value, {"metadata"}), "phone_number_id");
  const std::string waba = text_at(entry, "id");
  if (setting.phone_number_id.empty()) {
    work.note(rules::envelope_lost, path + ".metadata");
  } else if (id != setting.phone_number_id || (!setting.waba_id.empty() && waba != setting.waba_id)) {
    work.note(rules::other_number, path + ".metadata");
  }
}

void note_rest(const Json& object, std::initializer_list<std::string_view> known, const std::string& path,
               const Work& work) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) work.note(rules::envelope_rest, below(path, key));
  }
}

void unwrap_change(const Json& entry, const Json& change, const std::string& path, const Work& work) {
  if (!change.is_object() || !change.contains("value") || !change["value"].is_object()) {
    work.note(rules::unrecognised, path);
    return;
  }
  if (text_at(change, "field") != "messages") {
    work.note(rules::field_cloud_only, path + ".field");
    return;
  }
  note_rest(change, {"field", "value"}, path, work);
  Json value = change["value"];
  const std::string place = path + ".value";
  check_number(entry, value, place, work);
  if (value.contains("metadata")) {
    note_rest(value["metadata"], {"display_phone_number", "phone_number_id"}, place + ".metadata", work);
  }
  value.erase("messaging_product");
  value.erase("metadata");
  translate_value(value, place, work);
  work.result(std::move(value));
}

void unwrap(const Work& work) {
  const Json& body = work.payload.body;
  note_rest(body, {"object", "entry"}, "", work);
  if (text_at(body, "object") != "whatsapp_business_account" || !body["entry"].is_array()) {
    work.note(rules::unrecognised);
    return;
  }
  for (std::size_t i = 0; i < body["entry"].size(); ++i) {
    const Json& entry = body["entry"][i];
    const std::string path = at_index("entry", i);
    const Json& changes = at_path(entry, {"changes"});
    if (!changes.is_array()) {
      work.note(rules::unrecognised, path);
      continue;
    }
    note_rest(entry, {"id", "changes"}, path, work);
    for (std::size_t j = 0; j < changes.size(); ++j) {
      unwrap_change(entry, changes[j], at_index(path + ".changes", j), work);
    }
  }
  if (work.out.results.size() > 1) work.note(rules::batch, "entry");
}

}  // namespace

void translate_webhook(const Work& work) {
  work.note(rules::envelope);
  if (work.to_cloud()) {
    wrap(work);
  } else {
    unwrap(work);
  }
}

}  // namespace wamigrate::messages
