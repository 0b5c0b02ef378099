// What Indian law wants sellers to say, as both sides have it. They spell the type of entity differently: Graph writes
// and takes PARTNERSHIP and shows "Partnership" (OpenAPI v23.0, 2025-11-21; Graph reference of the edge), on-premises
// has the words alone (on-premises reference, business compliance, from v2.38).
#include <algorithm>
#include <array>
#include <cctype>

#include "model/observation.hpp"

namespace wamigrate {
namespace {

struct EntityType {
  std::string_view graph, onprem;
};
constexpr std::array<EntityType, 6> entity_types = {{
    {"LIMITED_LIABILITY_PARTNERSHIP", "Limited liability partnership"},
    {"SOLE_PROPRIETORSHIP", "Sole proprietorship"},
    {"PARTNERSHIP", "Partnership"},
    {"PUBLIC_COMPANY", "Public Company"},
    {"PRIVATE_COMPANY", "Private Company"},
    {"OTHER", "Other"},
}};
constexpr std::string_view other = "OTHER";
constexpr std::string_view partnership = "PARTNERSHIP";

constexpr std::array officer_members{"name", "email", "mobile_number", "landline_number"};
constexpr std::array care_members{"email", "mobile_number", "landline_number"};

std::string folded(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      letters += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return letters;
}

/// An unknown type stays as it is: who takes it says whether it will do.
std::string as_graph_writes(const std::string& type) {
  for (const EntityType& known : entity_types) {
    if (folded(known.graph) == folded(type)) return std::string(known.graph);
  }
  return type;
}

std::string as_onprem_writes(const std::string& type) {
  for (const EntityType& known : entity_types) {
    if (known.graph == type) return std::string(known.onprem);
  }
  return type;
}

template <class Members>
void take_texts(const Json& from, const Members& members, Json& into) {
  for (const std::string_view member : members) {
    if (const std::string text = text_at(from, member); !text.empty()) into[std::string(member)] = text;
  }
}

template <class Members>
void take_details(const Json& told, std::string_view key, const Members& members, Json& into) {
  Json details = Json::object();
  take_texts(at_path(told, {key}), members, details);
  if (!details.empty()) into[std::string(key)] = std::move(details);
}

Json allowed(Json compliance) {
  if (!compliance.is_object()) return Json::object();
  const std::string type = text_at(compliance, "entity_type");
  if (type != other) compliance.erase("entity_type_custom");
  if (type != other && type != partnership) compliance.erase("is_registered");
  return compliance;
}

}  // namespace

Json compliance_from(const Json& told) {
  if (text_at(told, "entity_name").empty()) return {};
  Json compliance = {{"entity_name", text_at(told, "entity_name")}};
  if (const std::string type = as_graph_writes(text_at(told, "entity_type")); !type.empty()) {
    compliance["entity_type"] = type;
  }
  take_texts(told, std::array{"entity_type_custom"}, compliance);
  if (const auto registered = flag_at(told, "is_registered")) compliance["is_registered"] = *registered;
  take_details(told, "grievance_officer_details", officer_members, compliance);
  take_details(told, "customer_care_details", care_members, compliance);
  return compliance;
}

bool covers_compliance(const Json& has, const Json& wanted) {
  if (wanted.is_null()) return true;
  // What Meta forbids with this type of entity it need not show.
  const Json needed = allowed(wanted);
  return std::all_of(needed.items().begin(), needed.items().end(), [&has](const auto& member) {
    const Json& there = at_path(has, {member.key()});
    if (!member.value().is_object()) return there == member.value();
    return std::all_of(member.value().items().begin(), member.value().items().end(),
                       [&there](const auto& inner) { return at_path(there, {inner.key()}) == inner.value(); });
  });
}

Json compliance_for_graph(const Json& compliance) {
  Json body = {{"messaging_product", "whatsapp"}};
  body.update(allowed(compliance));
  return body;
}

Json compliance_for_onprem(const Json& compliance) {
  Json body = allowed(compliance);
  if (body.contains("entity_type")) body["entity_type"] = as_onprem_writes(text_at(body, "entity_type"));
  return body;
}

}  // namespace wamigrate
