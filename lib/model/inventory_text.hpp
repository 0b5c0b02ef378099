// Texts as people hand them in: bounded, UTF-8, and with spelling mistakes. Internal to the inventory reader.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/diagnostic.hpp"

namespace wamigrate::inventory {

/// Files larger than this are not read: a hundred thousand numbers take a quarter of it.
inline constexpr std::size_t largest_file = std::size_t{64} << 20;

/// A finding about `file` as a whole.
Diagnostic about_file(const std::string& file, std::string message, std::string fix);

/// A finding if the text of `file` is too large to read, or is not UTF-8.
std::optional<Diagnostic> check_text(std::string_view text, const std::string& file);

/// The word that `written` is most likely a mistyping of, or none when nothing is near.
std::string_view nearest(std::string_view written, std::span<const std::string_view> words);

bool all_digits(std::string_view text);
/// Of ASCII, or of the second set (C1), which terminals obey as well.
bool has_control_character(std::string_view text);

}  // namespace wamigrate::inventory
