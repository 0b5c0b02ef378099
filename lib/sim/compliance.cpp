// Rules of the two pages: OpenAPI v23.0 (2025-11-21) and the on-premises reference, business compliance, undated.
#include "sim/compliance.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wamigrate::sim {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> types{{
    {"LIMITED_LIABILITY_PARTNERSHIP", "Limited liability partnership"},
    {"SOLE_PROPRIETORSHIP", "Sole proprietorship"},
    {"PARTNERSHIP", "Partnership"},
    {"PUBLIC_COMPANY", "Public Company"},
    {"PRIVATE_COMPANY", "Private Company"},
    {"OTHER", "Other"},
}};

std::string entity_words(const std::string& code) {
  const auto* found = std::find_if(types.begin(), types.end(), [&](const auto& type) { return type.first == code; });
  return found == types.end() ? code : std::string(found->second);
}

}  // namespace

std::string entity_code(const std::string& words) {
  const auto* found = std::find_if(types.begin(), types.end(), [&](const auto& type) { return type.second == words; });
  return found == types.end() ? words : std::string(found->first);
}

Json compliance_shown(const State& state, const WorldNumber& number) {
  Json shown = number.compliance;
  if (!state.dialect.entity_types_as_codes) shown["entity_type"] = entity_words(text_at(shown, "entity_type"));
  return shown;
}

std::string compliance_problem(const Json& body, bool words) {
  const std::string given = text_at(body, "entity_type");
  const std::string type = words ? entity_code(given) : given;
  const auto* found = std::find_if(types.begin(), types.end(),
                                   [&](const auto& each) { return (words ? each.second : each.first) == given; });
  if (found == types.end()) return "entity_type must be one of the known ones";
  const bool other = type == "OTHER";
  if (other != !text_at(body, "entity_type_custom").empty())
    return "entity_type_custom belongs to OTHER, and only to it";
  if (body.contains("is_registered") && !other && type != "PARTNERSHIP") {
    return "is_registered belongs to OTHER and PARTNERSHIP";
  }
  if (text_at(at_path(body, {"grievance_officer_details"}), "name").empty()) return "the officer needs a name";
  if (text_at(at_path(body, {"customer_care_details"}), "email").empty())
    return "customer care needs an e-mail address";
  return {};
}

}  // namespace wamigrate::sim
