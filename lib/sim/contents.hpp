// What messages may hold, as far as it is simulated: the types, and the content of those that are neither text nor
// template, as both sides' pages name it. Each door reads texts and templates for itself.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "sim/http.hpp"
#include "sim/state.hpp"

namespace wamigrate::sim {

/// The fields of a message: those around its content, and one for each type.
std::vector<Field> message_fields(std::span<const Field> around);

/// What `type` says, or text, which may go without saying.
std::string type_of(const Json& message);
bool is_simulated(const std::string& type);
/// All of them, for people.
std::string simulated_types();
/// Whether the message holds a member for another type than `type`.
bool holds_another(const Json& message, const std::string& type);

/// The first thing that is wrong with the content of a type other than text and template, or nothing.
std::optional<BodyProblem> content_problem(Side side, const std::string& type, const Json& content);

}  // namespace wamigrate::sim
