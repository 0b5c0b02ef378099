// Size, encoding and spelling. UTF-8 is checked here, once and for the whole file, because broken sequences would
// otherwise be replaced silently when a fleet is written into a plan: a path would become another path.
#include "model/inventory_text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace wamigrate::inventory {

namespace {

constexpr std::size_t longest_word = 40;  // no key is longer; the comparison is quadratic in it

/// How many bytes the UTF-8 sequence at the front takes; 0 if it is broken, overlong or a surrogate.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (lead < 0xC2 || length == 0) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool outside = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                       (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  return outside ? 0 : length;
}

/// Levenshtein's distance: how many letters must be put in, taken out or changed.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row[to.size()];
}

}  // namespace

Diagnostic about_file(const std::string& file, std::string message, std::string fix) {
  return {{file, 0}, std::move(message), std::move(fix)};
}

std::optional<Diagnostic> check_text(std::string_view text, const std::string& file) {
  if (text.size() > largest_file) {
    return about_file(file, "the file is larger than 64 MiB", "split it into several inventories");
  }
  int line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text.substr(i, 4));
    if (length == 0) return Diagnostic{{file, line}, "the file is not UTF-8 text", "save it as UTF-8"};
    if (text[i] == '\n') ++line;
    i += length;
  }
  return std::nullopt;
}

std::string_view nearest(std::string_view written, std::span<const std::string_view> words) {
  if (written.size() > longest_word) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, written.size() / 3) + 1;
  for (const std::string_view word : words) {
    const std::size_t letters = distance(written, word);
    if (letters >= best_distance) continue;
    best = word;
    best_distance = letters;
  }
  return best;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool has_control_character(std::string_view text) {
  unsigned char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || (before == 0xC2 && byte >= 0x80 && byte <= 0x9F)) return true;
    before = byte;
  }
  return false;
}

}  // namespace wamigrate::inventory
