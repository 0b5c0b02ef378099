// Both APIs take {"to", "recipient_type", "type", …} and answer {"contacts"?, "messages": [{"id"}]}.
#include "api/message.hpp"

namespace wamigrate::api {

namespace {

const Json& first_of(const Json& reply, std::string_view list) {
  static const Json nothing;
  const Json& items = at_path(reply, {list});
  return items.is_array() && !items.empty() ? items.front() : nothing;
}

}  // namespace

Json message_to(const std::string& to, const Json& content) {
  Json body{{"recipient_type", "individual"}, {"to", to}};
  body.update(content);
  return body;
}

Json text_content(const std::string& text) { return {{"type", "text"}, {"text", {{"body", text}}}}; }

Json template_content(const TemplateMessage& content, bool policy) {
  Json language = Json::object();
  if (policy) language["policy"] = "deterministic";
  language["code"] = content.language;
  Json body{{"type", "template"}, {"template", {{"name", content.name}, {"language", std::move(language)}}}};
  if (content.parameters.empty()) return body;
  Json parameters = Json::array();
  for (const std::string& text : content.parameters) parameters.push_back({{"type", "text"}, {"text", text}});
  body["template"]["components"] = Json::array({Json{{"type", "body"}, {"parameters", std::move(parameters)}}});
  return body;
}

std::optional<AcceptedMessage> accepted_message(const Json& reply) {
  const Json& message = first_of(reply, "messages");
  AcceptedMessage accepted{text_at(message, "id"), text_at(first_of(reply, "contacts"), "wa_id"),
                           text_at(message, "message_status")};
  if (accepted.id.empty()) return std::nullopt;
  return accepted;
}

}  // namespace wamigrate::api
