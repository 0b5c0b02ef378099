// Messages that are sent, and messages that are marked as read.
#include <algorithm>
#include <array>

#include "messages/parts.hpp"
#include "messages/shape.hpp"

namespace wamigrate::messages {
namespace {

constexpr std::array types{std::string_view("text"),     std::string_view("image"),    std::string_view("video"),
                           std::string_view("audio"),    std::string_view("document"), std::string_view("sticker"),
                           std::string_view("location"), std::string_view("contacts"), std::string_view("interactive"),
                           std::string_view("template"), std::string_view("reaction")};
constexpr std::array interactive_on_both{std::string_view("button"), std::string_view("list"),
                                         std::string_view("product"), std::string_view("product_list"),
                                         std::string_view("flow")};
constexpr std::array interactive_on_cloud{std::string_view("catalog_message"), std::string_view("order_details"),
                                          std::string_view("order_status")};

Json* object_at(Json& parent, const char* key) {
  if (!parent.is_object()) return nullptr;
  const auto found = parent.find(key);
  return found == parent.end() || !found->is_object() ? nullptr : &*found;
}

// A parameter of the old kind: its default, and for money what a template's currency wants.
Json parameter_of_hsm(const Json& old, const std::string& path, const Work& work) {
  const std::string fallback = text_at(old, "default");
  const Json& currency = at_path(old, {"currency"});
  if (currency.is_object() && currency.contains("currency_code") && currency.contains("amount_1000")) {
    if (old.size() != 2 || currency.size() != 2) work.note(rules::hsm_parameter, path);
    return {{"type", "currency"},
            {"currency",
             {{"fallback_value", fallback},
              {"code", currency["currency_code"]},
              {"amount_1000", currency["amount_1000"]}}}};
  }
  if (old.is_object() && old.contains("date_time")) {
    work.note(rules::hsm_parameter, path);
    return {{"type", "date_time"}, {"date_time", {{"fallback_value", fallback}}}};
  }
  if (!old.is_object() || old.size() != 1 || !old.contains("default")) work.note(rules::hsm_parameter, path);
  return {{"type", "text"}, {"text", fallback}};
}

// Type hsm, before templates had components.
void replace_hsm(Json& message, const Work& work) {
  if (!object_at(message, "hsm")) return;
  work.note(rules::hsm, "hsm");
  const Json old = message["hsm"];
  Json replacement = Json::object();
  Json parameters = Json::array();
  for (const auto& [key, value] : old.items()) {
    if (key == "element_name") {
      replacement["name"] = value;
    } else if (key == "localizable_params" && value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        parameters.push_back(parameter_of_hsm(value[i], at_index("hsm.localizable_params", i), work));
      }
    } else {
      replacement[key] = value;
    }
  }
  if (!parameters.empty()) {
    replacement["components"] = Json::array({{{"type", "body"}, {"parameters", std::move(parameters)}}});
  }
  message.erase("hsm");
  message["type"] = "template";
  message["template"] = std::move(replacement);
}

void check_type(const Json& message, const Work& work) {
  const std::string type = text_at(message, "type");
  if (!type.empty() && !among(types, type)) work.note(rules::message_type, "type");
  if (text_at(message, "recipient_type") == "group") work.note(rules::group, "recipient_type");
  if (!work.to_cloud() && text_at(message, "to").starts_with('+')) work.note(rules::recipient_plus, "to");
}

void check_interactive(const Json& message, const Work& work) {
  const Json& interactive = at_path(message, {"interactive"});
  const std::string type = text_at(interactive, "type");
  if (type.empty() || among(interactive_on_both, type)) return;
  if (type == "call_permission_request") {
    if (!work.to_cloud()) work.note(rules::type_cloud_only, "interactive.type");
  } else if (among(interactive_on_cloud, type)) {
    if (!work.to_cloud()) work.note(rules::type_unsourced, "interactive.type");
  } else {
    work.note(rules::message_type, "interactive.type");
  }
}

// Remembered of on-premises: beside the text instead of in it.
void move_preview(Json& message, const Work& work) {
  Json* text = object_at(message, "text");
  if (text == nullptr) return;
  Json& from = work.to_cloud() ? message : *text;
  if (!from.contains("preview_url")) return;
  Json value = from["preview_url"];
  from.erase("preview_url");
  (work.to_cloud() ? message["text"] : message)["preview_url"] = std::move(value);
  work.note(rules::preview_url, work.to_cloud() ? "preview_url" : "text.preview_url");
}

void translate_namespace(Json& object, const Work& work) {
  const std::string& known = work.setting.template_namespace;
  if (work.to_cloud()) {
    if (known.empty() || text_at(object, "namespace") != known) return;  // the walk says that it is lost
    object.erase("namespace");
    work.note(rules::template_namespace_known, "template.namespace");
  } else if (!object.contains("namespace")) {
    if (known.empty()) {
      work.note(rules::namespace_missing, "template");
    } else {
      object["namespace"] = known;
    }
  }
}

void translate_policy(Json& object, const Work& work) {
  Json* language = object_at(object, "language");
  if (language == nullptr) return;
  const std::string policy = text_at(*language, "policy");
  const std::string place = "template.language.policy";
  if (policy.empty()) {
    if (work.to_cloud()) return;
    (*language)["policy"] = "deterministic";
    work.note(rules::policy_added, place);
  } else if (work.to_cloud()) {
    work.note(policy == "deterministic" ? rules::policy_kept : rules::policy_other, place);
    (*language)["policy"] = "deterministic";
  }
}

void translate_buttons(Json& object, const Work& work) {
  const auto components = object.find("components");
  if (!work.to_cloud() || components == object.end() || !components->is_array()) return;
  const auto is_button = [](const Json& one) { return text_at(one, "type") == "button"; };
  const auto buttons = std::count_if(components->begin(), components->end(), is_button);
  for (std::size_t i = 0; i < components->size(); ++i) {
    Json& one = (*components)[i];
    if (!is_button(one) || one.contains("index")) continue;
    const std::string place = at_index("template.components", i) + ".index";
    if (buttons == 1) one["index"] = "0";
    work.note(buttons == 1 ? rules::button_index : rules::button_index_unclear, place);
  }
}

void translate_template(Json& message, const Work& work) {
  Json* object = object_at(message, "template");
  if (object == nullptr) return;
  translate_namespace(*object, work);
  translate_policy(*object, work);
  translate_buttons(*object, work);
}

Json with_product(const Json& message) {
  Json named{{"messaging_product", "whatsapp"}};
  for (const auto& [key, value] : message.items()) named[key] = value;
  return named;
}

void mark_read_on_cloud(const Work& work) {
  Json body{{"messaging_product", "whatsapp"}, {"status", "read"}};
  if (work.seen.id.empty()) {
    work.note(rules::message_id_missing);
  } else {
    body["message_id"] = work.seen.id;
    if (!work.seen.id.starts_with("wamid.")) work.note(rules::message_id, "message_id");
  }
  for (const auto& [key, value] : work.payload.body.items()) {
    if (key == "status") continue;
    body[key] = value;
    work.note(rules::unknown_to_cloud, below("", key));
  }
  Payload request{Payload::Part::request, "POST", work.payload.path, 0, work.payload.headers, std::move(body)};
  translate_address(work, request);
  if (work.payload.part == Payload::Part::body) request.part = Payload::Part::body;
  work.out.results.push_back(std::move(request));
}

void mark_read_on_premises(const Work& work) {
  const Json& given = work.payload.body;
  const std::string id = text_at(given, "message_id");
  if (id.empty()) work.note(rules::message_id_missing);
  if (id.starts_with("wamid.")) work.note(rules::message_id, "message_id");
  Json body = Json::object();
  for (const auto& [key, value] : given.items()) {
    if (key == "typing_indicator") {
      work.note(rules::typing, key);
    } else if (key != "messaging_product" && key != "message_id") {
      body[key] = value;
      if (key != "status") work.note(rules::unknown_to_onprem, below("", key));
    }
  }
  Payload request{Payload::Part::request, "PUT",          "/v1/messages/" + (id.empty() ? "{id}" : path_segment(id)), 0,
                  work.payload.headers,   std::move(body)};
  translate_headers(work, request);
  work.out.results.push_back(std::move(request));
}

}  // namespace

Json translated_message(const Json& given, const Work& work) {
  Json message = given;
  replace_hsm(message, work);
  check_type(message, work);
  check_interactive(message, work);
  if (work.to_cloud()) move_preview(message, work);
  translate_template(message, work);
  Walk way{work.direction, false, work.out.notes};
  walk(message, sent_message, "", way);
  if (!work.to_cloud()) move_preview(message, work);  // where it goes, the shape (which is Cloud's there) has no place
  if (work.to_cloud()) {
    if (message.contains("messaging_product")) return message;
    work.note(rules::messaging_product, "messaging_product");
    return with_product(message);
  }
  if (message.erase("messaging_product") != 0) work.note(rules::messaging_product_off, "messaging_product");
  return message;
}

void translate_mark_read(const Work& work) {
  work.note(rules::mark_read);
  if (work.to_cloud()) {
    mark_read_on_cloud(work);
  } else {
    mark_read_on_premises(work);
  }
}

}  // namespace wamigrate::messages
