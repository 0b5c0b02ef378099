// Plain text: the one place where text that came from a server, a file or a program is made harmless before a person's
// terminal, browser or editor sees it.
#pragma once

#include <string>
#include <string_view>

namespace wamigrate {

/// The text on one line, without control characters, without characters that turn the reading direction, in sound
/// UTF-8, and with backticks as apostrophes (documents mark code with backticks).
std::string plain(std::string_view text);

/// What may be shown of a person's number: `491713920001` as `491…01`; what is shorter than nine characters vanishes
/// whole.
std::string masked(std::string_view number);

}  // namespace wamigrate
