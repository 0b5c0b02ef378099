// UTF-8 is read by hand here: what is broken must be replaced, never passed on.
#include "base/plain_text.hpp"

#include <algorithm>

namespace wamigrate {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t length = 0;  // 0: the bytes are broken
};

// The character at the front of `text`, which is not empty.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t code = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return overlong || surrogate || code > 0x10FFFF ? Character{} : Character{code, length};
}

bool is_blank(char32_t code) {
  return code == '\t' || code == '\n' || code == '\r' || code == 0x2028 || code == 0x2029;
}

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

// Marks that turn the reading direction can make a number or a command read as another one.
bool turns_direction(char32_t code) {
  return code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

}  // namespace

std::string plain(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const Character character = first_of(text);
    const std::size_t length = std::max<std::size_t>(character.length, 1);
    if (character.length == 0) {
      clean += "\uFFFD";
    } else if (is_blank(character.code)) {
      clean += ' ';
    } else if (character.code == '`') {
      clean += '\'';
    } else if (!is_control(character.code) && !turns_direction(character.code)) {
      clean += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return clean;
}

std::string masked(std::string_view number) {
  if (number.empty()) return {};
  if (number.size() < 9) return "…";
  return plain(std::string(number.substr(0, 3)) + "…" + std::string(number.substr(number.size() - 2)));
}

}  // namespace wamigrate
