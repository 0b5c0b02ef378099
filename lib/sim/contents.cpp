// Tables of members, from Meta's Postman collection of the On-Premises API (v2.37) and Meta's OpenAPI file v23.0.
#include "sim/contents.hpp"

#include <algorithm>
#include <array>

namespace wamigrate::sim {
namespace {

using Problem = std::optional<BodyProblem>;

constexpr std::array message_types{Field{"text", Shape::object},    Field{"template", Shape::object},
                                   Field{"image", Shape::object},   Field{"video", Shape::object},
                                   Field{"audio", Shape::object},   Field{"document", Shape::object},
                                   Field{"sticker", Shape::object}, Field{"location", Shape::object},
                                   Field{"contacts", Shape::list},  Field{"interactive", Shape::object}};
constexpr std::array location_fields{Field{"latitude", Shape::decimal, true}, Field{"longitude", Shape::decimal, true},
                                     Field{"name"}, Field{"address"}};
constexpr std::array card_fields{Field{"addresses", Shape::list}, Field{"birthday"},
                                 Field{"emails", Shape::list},    Field{"name", Shape::object, true},
                                 Field{"org", Shape::object},     Field{"phones", Shape::list},
                                 Field{"urls", Shape::list}};
constexpr std::array person_fields{Field{"formatted_name", Shape::text, true},
                                   Field{"first_name"},
                                   Field{"last_name"},
                                   Field{"middle_name"},
                                   Field{"prefix"},
                                   Field{"suffix"}};
constexpr std::array interactive_fields{Field{"type", Shape::text, true}, Field{"header", Shape::object},
                                        Field{"body", Shape::object}, Field{"footer", Shape::object},
                                        Field{"action", Shape::object, true}};
constexpr std::array interactive_types{"button", "list", "product", "product_list", "flow"};

Problem below(const std::string& name, Problem problem) {
  if (problem) problem->field = problem->field.empty() ? name : name + "." + problem->field;
  return problem;
}

Problem invalid(std::string field) { return BodyProblem{BodyProblem::Kind::invalid, std::move(field)}; }

/// By link or by id, never by both.
Problem media_problem(Side side, const std::string& type, const Json& content) {
  const bool linked = content.contains("link");
  std::vector<Field> fields{Field{linked ? "link" : "id", Shape::text, true}};
  if (linked && side == Side::onprem) fields.push_back({"provider", Shape::object});
  if (type == "image" || type == "video" || type == "document") fields.push_back({"caption"});
  if (type == "document") fields.push_back({"filename"});
  if (auto problem = check_fields(content, fields)) return problem;
  const std::string link = text_at(content, "link");
  if (linked && !link.starts_with("https://") && !link.starts_with("http://")) return invalid("link");
  return linked || !text_at(content, "id").empty() ? std::nullopt : invalid("id");
}

Problem cards_problem(const Json& cards) {
  if (cards.empty()) return invalid("contacts");
  for (const Json& card : cards) {
    if (auto problem = check_fields(card, card_fields)) return problem;
    if (auto problem = check_fields(card["name"], person_fields)) return below("name", problem);
  }
  return std::nullopt;
}

bool has_loose_blanks(const Json& value) {
  if (value.is_structured()) return std::any_of(value.begin(), value.end(), has_loose_blanks);
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && (text.front() == ' ' || text.back() == ' ');
}

Problem interactive_problem(Side side, const Json& content) {
  if (auto problem = check_fields(content, interactive_fields)) return problem;
  const std::string type = text_at(content, "type");
  if (std::find(interactive_types.begin(), interactive_types.end(), type) == interactive_types.end()) {
    return invalid("type");
  }
  const Json& action = content["action"];
  const char* choices = type == "button" ? "buttons" : type == "list" ? "sections" : nullptr;
  if (choices != nullptr && (!at_path(action, {choices}).is_array() || action[choices].empty())) {
    return BodyProblem{BodyProblem::Kind::missing, std::string("action.") + choices};
  }
  // Cloud alone is strict about these (Meta, migrating from On-Premises API to Cloud API).
  if (side == Side::graph && has_loose_blanks(action)) return invalid("action");
  return std::nullopt;
}

}  // namespace

std::vector<Field> message_fields(std::span<const Field> around) {
  std::vector<Field> fields(around.begin(), around.end());
  fields.insert(fields.end(), message_types.begin(), message_types.end());
  return fields;
}

std::string type_of(const Json& message) { return message.contains("type") ? text_at(message, "type") : "text"; }

bool is_simulated(const std::string& type) {
  return std::any_of(message_types.begin(), message_types.end(), [&](const Field& one) { return one.name == type; });
}

std::string simulated_types() {
  std::string names;
  for (const Field& one : message_types) names += (names.empty() ? "" : ", ") + std::string(one.name);
  return names;
}

bool holds_another(const Json& message, const std::string& type) {
  return std::any_of(message_types.begin(), message_types.end(),
                     [&](const Field& one) { return one.name != type && message.contains(std::string(one.name)); });
}

std::optional<BodyProblem> content_problem(Side side, const std::string& type, const Json& content) {
  if (type == "location") return check_fields(content, location_fields);
  if (type == "contacts") return cards_problem(content);
  if (type == "interactive") return interactive_problem(side, content);
  return media_problem(side, type, content);
}

}  // namespace wamigrate::sim
