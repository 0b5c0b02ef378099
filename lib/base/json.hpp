// JSON: one spelling of the library, and readers that tolerate what the two APIs are known to vary.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace wamigrate {

/// Keeps the order in which keys were written, so documents read as they were meant and are reproducible.
using Json = nlohmann::ordered_json;

/// Parses, or nothing: never throws. Refuses documents nested deeper than 64 levels, and those with objects of so many
/// members (50,000 in one) that reading them would take more than a second or so.
std::optional<Json> parse_json(std::string_view text);

/// The member at a path of keys (`"health_status", "entities"`), or a null value where any part is missing.
const Json& at_path(const Json& object, std::initializer_list<std::string_view> path);

/// A member as text: strings as they are, numbers and booleans written out; empty for null, missing or another type.
std::string text_at(const Json& object, std::string_view key);
/// A member as a whole number, from a number or from digits in a string.
std::optional<long long> number_at(const Json& object, std::string_view key);
/// A member as yes or no, from a boolean or "true"/"false".
std::optional<bool> flag_at(const Json& object, std::string_view key);

/// Compact, UTF-8 with broken sequences replaced, never throwing.
std::string to_compact(const Json& json);
/// Two blanks of indent and a final newline: the form in which documents are written to files.
std::string to_document(const Json& json);

}  // namespace wamigrate
