// Errors in both APIs' words: as webhooks carry them, as calls are answered with them, and their codes.
#pragma once

#include <optional>
#include <string>

#include "messages/rules.hpp"

namespace wamigrate::messages {

/// The code of the other side with the same title. Meta publishes no such table: inferred from both sides' lists. Pairs
/// that are not one to one are in neither direction.
std::optional<int> code_of_other_side(int code, Direction direction);

/// Rewrites each error of a webhook's list, which stands at `path`.
void translate_errors(Json& errors, const std::string& path, Direction direction, Notes& notes);
/// An answer of a call that was refused.
Json translated_refusal(const Json& body, Direction direction, Notes& notes);

}  // namespace wamigrate::messages
