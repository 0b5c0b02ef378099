// What Indian law wants sellers to say: one record of the number, which both sides show and take in their own words.
#pragma once

#include <string>

#include "sim/state.hpp"

namespace wamigrate::sim {

/// As both sides show it: the type of entity in words, or as Graph takes it (Dialect::entity_types_as_codes).
Json compliance_shown(const State& state, const WorldNumber& number);
/// What is wrong with a body whose members are there and of their types; empty for nothing. `words`: the type of
/// entity comes in words.
std::string compliance_problem(const Json& body, bool words);
/// "Private Company" is PRIVATE_COMPANY; what is unknown stays.
std::string entity_code(const std::string& words);

}  // namespace wamigrate::sim
