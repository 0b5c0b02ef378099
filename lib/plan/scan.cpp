#include "plan/scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace wamigrate {
namespace {

constexpr std::string_view migration_guide = "Meta, Migrating from On-Premises API to Cloud API, 2025-11-05";
constexpr std::size_t lines_named = 10;
// An id may stand some lines below the name of what it is the id of.
constexpr std::size_t near = 3;
// What is longer is judged by its beginning: a line may be the whole file, and hold a key at every third byte.
constexpr std::size_t longest_id = 128;

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

std::string lower(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

// Eight, four, four, four, twelve hexadecimal digits, with - or _ between them.
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool gap = i == 8 || i == 13 || i == 18 || i == 23;
    if (gap ? text[i] != '-' && text[i] != '_' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_media_id(std::string_view text) {
  return is_uuid(text) || (text.size() >= 10 && std::all_of(text.begin(), text.end(), is_digit));
}

bool is_namespace(std::string_view text) { return is_uuid(text) || text.starts_with("whatsapp:hsm"); }

// Where the word begins in the line, from `from` on, as a word of its own.
std::size_t find_word(std::string_view line, std::string_view word, std::size_t from) {
  for (std::size_t at = line.find(word, from); at != std::string_view::npos; at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word(line[at - 1])) && (end == line.size() || !is_word(line[end]))) return at;
  }
  return std::string_view::npos;
}

// What a key is given in JSON, YAML or a properties file, the first time it is given something for which `fits`.
template <class Fits>
bool is_given(std::string_view line, std::string_view key, Fits fits) {
  constexpr std::string_view blanks_and_quotes = " \t\"'\\";
  for (std::size_t at = find_word(line, key, 0); at != std::string_view::npos; at = find_word(line, key, at + 1)) {
    std::size_t next = line.find_first_not_of(blanks_and_quotes, at + key.size());
    if (next == std::string_view::npos || (line[next] != ':' && line[next] != '=')) continue;
    next = line.find_first_not_of(blanks_and_quotes, next + 1);
    if (next == std::string_view::npos) continue;
    std::size_t end = next;
    const std::size_t enough = std::min(line.size(), next + longest_id);
    while (end < enough && (is_word(line[end]) || line[end] == '-' || line[end] == ':')) ++end;
    if (fits(line.substr(next, end - next))) return true;
  }
  return false;
}

bool names_media(std::string_view line) {
  constexpr std::array<std::string_view, 6> kinds = {"image", "audio", "video", "document", "sticker", "voice"};
  return std::any_of(kinds.begin(), kinds.end(),
                     [line](std::string_view kind) { return find_word(line, kind, 0) != std::string_view::npos; });
}

bool has_media_id(std::string_view line, bool near_media) {
  for (const std::string_view key : {"media_id", "mediaid", "media-id"}) {
    if (is_given(line, key, is_media_id)) return true;
  }
  constexpr std::string_view path = "v1/media/";
  if (const std::size_t at = line.find(path); at != std::string_view::npos) {
    if (is_uuid(line.substr(at + path.size(), 36))) return true;
  }
  return near_media && is_given(line, "id", is_media_id);
}

bool has_namespace(std::string_view line) {
  return is_given(line, "namespace", is_namespace) ||
         find_word(line, "message_template_namespace", 0) != std::string_view::npos ||
         is_given(line, "template_namespace", [](std::string_view value) { return !value.empty(); });
}

bool calls_contacts(std::string_view line) { return find_word(line, "v1/contacts", 0) != std::string_view::npos; }

struct Words {
  std::string_view id, what, fix;
};

Words words_of(Trace trace, Direction direction) {
  switch (trace) {
    case Trace::media_id:
      return {
          "media_id", "media ids, which don't carry over",
          direction == Direction::to_cloud
              ? "upload that media again with POST /<PHONE_NUMBER_ID>/media, or send it by link, and replace the ids"
              : "upload that media again to the client, or send it by link, and replace the ids"};
    case Trace::template_namespace:
      return {"template_namespace", "a template namespace, which Cloud does not take",
              "leave the namespace out of template messages, and write language.code without a policy"};
    case Trace::contacts_endpoint:
      break;
  }
  return {"contacts_endpoint", "calls of the contacts endpoint, which Cloud does not have",
          "drop the call: the answer to a message names the wa_id"};
}

std::vector<Trace> traces_that_matter(Direction direction) {
  if (direction == Direction::to_onprem) return {Trace::media_id};
  return {Trace::media_id, Trace::template_namespace, Trace::contacts_endpoint};
}

// "3, 7, 12 and 40 more"
std::string lines_text(const std::vector<std::size_t>& lines) {
  const std::size_t named = std::min(lines.size(), lines_named);
  std::string text =
      fmt::format("{}", fmt::join(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(named), ","));
  if (named < lines.size()) text += fmt::format(" and {} more", lines.size() - named);
  return text;
}

}  // namespace

std::vector<Mention> traces_in(std::string_view text) {
  std::vector<Mention> mentions;
  std::size_t number = 0;
  std::size_t last_media = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line = lower(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (names_media(line)) last_media = number;
    const bool near_media = last_media != 0 && number - last_media <= near;
    if (has_media_id(line, near_media)) mentions.push_back({number, Trace::media_id});
    if (has_namespace(line)) mentions.push_back({number, Trace::template_namespace});
    if (calls_contacts(line)) mentions.push_back({number, Trace::contacts_endpoint});
  }
  return mentions;
}

void Scan::add(const std::string& file, std::string_view text) {
  if (text.substr(0, 8192).find('\0') != std::string_view::npos) {
    ++binary_;
    return;
  }
  ++files_;
  std::map<Trace, std::vector<std::size_t>> lines;
  for (const Mention& mention : traces_in(text)) lines[mention.trace].push_back(mention.line);
  for (const Trace trace : traces_that_matter(direction_)) {
    const auto here = lines.find(trace);
    if (here == lines.end()) continue;
    found_.push_back(trace);
    const Words words = words_of(trace, direction_);
    checks_.push_back({std::string(words.id), "", Check::Result::warn,
                       fmt::format("{}:{}: {}", file, lines_text(here->second), words.what), std::string(words.fix),
                       std::string(migration_guide)});
  }
}

void Scan::add_unreadable(const std::string& file, const std::string& why) {
  checks_.push_back({"scan", "", Check::Result::unknown, fmt::format("{} could not be read: {}", file, why),
                     "name files and folders that you may read", ""});
}

Checks Scan::take() {
  for (const Trace trace : traces_that_matter(direction_)) {
    if (std::find(found_.begin(), found_.end(), trace) != found_.end()) continue;
    checks_.push_back({std::string(words_of(trace, direction_).id), "", Check::Result::pass,
                       fmt::format("no trace in {} text file{}{}", files_, files_ == 1 ? "" : "s",
                                   binary_ == 0 ? "" : fmt::format(" ({} binary left out)", binary_)),
                       "", ""});
  }
  return std::move(checks_);
}

}  // namespace wamigrate
