// Payloads as JSON, and what their members tell of them.
#include "messages/payload.hpp"

#include <algorithm>
#include <array>

namespace wamigrate::messages {
namespace {

bool is_list_of(const Json& value, bool (*fits)(const Json&)) {
  return value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), fits);
}

bool is_bare_id(const Json& one) {
  return one.is_object() && one.contains("id") && !one.contains("from") && !one.contains("type") &&
         !one.contains("timestamp");
}

bool is_checked_contact(const Json& one) { return one.is_object() && one.contains("input") && one.contains("status"); }
bool is_text(const Json& one) { return one.is_string(); }

// What members alone tell, beside which API it surely is.
Recognised by_members(const Json& body, bool is_reply, Api left) {
  const auto has = [&body](const char* key) { return body.contains(key); };
  const auto told = [](Kind kind, Api api) { return Recognised{kind, api, true, {}, {}, {}}; };
  const bool product = has("messaging_product");
  if (has("object") && has("entry")) return told(Kind::webhook, Api::cloud);
  if (has("error") && body["error"].is_object()) return told(Kind::error_reply, Api::cloud);
  if (has("to")) {
    return product ? told(Kind::send, Api::cloud) : Recognised{Kind::send, left, false, {}, {}, {}};
  }
  if (has("status") && (product || has("message_id"))) return told(Kind::mark_read, Api::cloud);
  if (body.size() == 1 && text_at(body, "status") == "read") return told(Kind::mark_read, Api::onprem);
  if (has("blocking") || (has("contacts") && is_list_of(body["contacts"], is_text))) {
    return told(Kind::contacts_check, Api::onprem);
  }
  if (has("contacts") && is_list_of(body["contacts"], is_checked_contact)) {
    return told(Kind::contacts_reply, Api::onprem);
  }
  if (has("messages") && is_list_of(body["messages"], is_bare_id)) {
    return told(Kind::send_reply, product ? Api::cloud : Api::onprem);
  }
  if (has("errors") && (has("meta") || is_reply)) return told(Kind::error_reply, Api::onprem);
  if (has("messages") || has("statuses") || has("errors")) return told(Kind::webhook, Api::onprem);
  if (has("services")) return told(Kind::services, Api::onprem);
  if (has("media") && body["media"].is_array()) return told(Kind::media_reply, Api::onprem);
  if (has("id") && has("url") && has("mime_type")) return told(Kind::media_url, Api::cloud);
  if (is_reply && has("id") && body.size() == 1) return told(Kind::media_reply, Api::cloud);
  return {Kind::unknown, left, false, {}, {}, {}};
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

Result<void> read_headers(const Json& headers, Payload& payload) {
  if (headers.is_null()) return {};
  if (!headers.is_object()) return fail("`headers` is no object", "write names and values as members");
  for (const auto& [name, value] : headers.items()) {
    if (!value.is_string()) return fail("a value of `headers` is no text", "write each value as text");
    payload.headers.emplace_back(name, value.get<std::string>());
  }
  return {};
}

}  // namespace

Api source_of(Direction direction) { return direction == Direction::to_cloud ? Api::onprem : Api::cloud; }
Api target_of(Direction direction) { return direction == Direction::to_cloud ? Api::cloud : Api::onprem; }

std::string_view name(Kind kind) {
  constexpr std::array names{"send",          "mark_read",   "contacts_check", "send_reply",   "contacts_reply",
                             "error_reply",   "webhook",     "services",       "media_upload", "media_fetch",
                             "media_delete",  "media_reply", "media_url",      "health",       "login",
                             "sticker_packs", "other_call",  "unknown"};
  return names.at(static_cast<std::size_t>(kind));
}

std::string_view in_words(Kind kind) {
  constexpr std::array words{"messages sent",
                             "messages marked as read",
                             "checks of contacts",
                             "answers to messages",
                             "answers about contacts",
                             "errors answered",
                             "webhooks of messages",
                             "webhooks of services",
                             "media uploaded",
                             "media fetched",
                             "media deleted",
                             "answers to uploads",
                             "answers about media",
                             "questions of health",
                             "logins",
                             "sticker packs",
                             "other calls",
                             "not known here"};
  return words.at(static_cast<std::size_t>(kind));
}

Result<Payload> payload_from(const Json& json) {
  if (!json.is_object()) return fail("it is no JSON object", "give one object for each request, answer or webhook");
  Payload payload;
  const bool request = json.contains("method") && (json.contains("path") || json.contains("url"));
  const bool reply = json.contains("status") && json["status"].is_number_integer() && json.contains("body");
  if (!request && !reply) {
    payload.body = json;
    return payload;
  }
  payload.part = request ? Payload::Part::request : Payload::Part::reply;
  if (request) {
    payload.method = upper(text_at(json, "method"));
    payload.path = text_at(json, json.contains("path") ? "path" : "url");
    if (payload.method.empty() || payload.path.empty()) return fail("`method` or `path` is no text", "write both");
  } else {
    const auto status = number_at(json, "status");
    if (!status || *status < 100 || *status > 599) return fail("`status` is no HTTP status", "write 100 to 599");
    payload.status = static_cast<int>(*status);
  }
  if (json.contains("headers")) {
    if (auto read = read_headers(json["headers"], payload); !read) return tl::make_unexpected(read.error());
  }
  if (json.contains("body")) payload.body = json["body"];
  return payload;
}

Json to_json(const Payload& payload) {
  if (payload.part == Payload::Part::body) return payload.body;
  Json json = Json::object();
  if (payload.part == Payload::Part::request) {
    json["method"] = payload.method;
    json["path"] = payload.path;
  } else {
    json["status"] = payload.status;
  }
  for (const auto& [name, value] : payload.headers) json["headers"][name] = value;
  if (!payload.body.is_null() || payload.part == Payload::Part::reply) json["body"] = payload.body;
  return json;
}

Recognised recognise(const Payload& payload, Api left) {
  const bool is_reply = payload.part == Payload::Part::reply;
  Recognised by_body{Kind::unknown, left, false, {}, {}, {}};
  if (payload.body.is_object()) by_body = by_members(payload.body, is_reply, left);
  if (payload.part != Payload::Part::request) return by_body;
  Recognised call = recognise_call(payload.method, payload.path);
  if (call.kind == Kind::unknown) {
    by_body.call = call.call;
    return by_body;
  }
  if (call.kind == Kind::send && by_body.kind == Kind::mark_read) call.kind = Kind::mark_read;
  return call;
}

}  // namespace wamigrate::messages
