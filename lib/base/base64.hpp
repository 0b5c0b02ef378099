// Base64, the standard alphabet with padding: how bytes stand in JSON and in an Authorization header.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wamigrate {

std::string to_base64(std::string_view bytes);
/// The bytes; line ends and blanks between the characters are passed over. Nothing for text that is not base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace wamigrate
