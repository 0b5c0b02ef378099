// The spelling of things in reports. UTF-8 is read by hand here: what is broken must be replaced, never passed on.
#include "report/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wamigrate::report {
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

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string pad(std::string text, std::size_t width) {
  const std::size_t taken = columns(text);
  if (taken < width) text.append(width - taken, ' ');
  return text;
}

std::string cut(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::string kept;
  for (std::size_t taken = 1; taken < width; ++taken) {
    const std::size_t length = std::max<std::size_t>(first_of(text).length, 1);
    kept += text.substr(0, length);
    text.remove_prefix(length);
  }
  return kept + "…";
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string some_of(const std::vector<std::string>& list, std::size_t limit) {
  const std::size_t shown = std::min(list.size(), limit);
  std::string text =
      fmt::format("{}", fmt::join(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (shown < list.size()) text += fmt::format(" and {} more", list.size() - shown);
  return text;
}

std::string moment(Time time) {
  std::string text = to_iso(time).substr(0, 19);
  text[10] = ' ';
  return text + " UTC";
}

std::string_view in_words(Home home) {
  switch (home) {
    case Home::onprem:
      return "on-premises";
    case Home::cloud:
      return "Cloud";
    case Home::nowhere:
      return "nobody";
    case Home::app:
      return "the WhatsApp Business app";
    case Home::unknown:
      break;
  }
  return "unknown";
}

std::string_view in_words(NumberState state) {
  switch (state) {
    case NumberState::pending:
      return "not begun";
    case NumberState::rolled_back:
      return "rolled back";
    case NumberState::active:
    case NumberState::waiting:
    case NumberState::migrated:
    case NumberState::untouched:
    case NumberState::stale:
    case NumberState::failed:
    case NumberState::stranded:
      break;
  }
  return name(state);
}

std::string what_it_waits_for(std::string_view word) {
  if (word == "code") return "the code that was sent to the number";
  if (word == "person") return "a person's decision";
  if (word == "pin") return "the right PIN";
  if (word == "lease") return "another process that works on it";
  if (word == "time") return "a time; it goes on by itself";
  if (word == "token") return "a good token";
  if (word == "approval") return "a person's approval";
  if (word == "resume") return "a person's word to go on";
  if (word == "postponement") return "the postpone file to go away";
  if (word == "signal") return "somebody to start it again";
  return plain(word);
}

std::string what_people_see(Direction direction) {
  // Meta's help page on business chats (FAQ 643460927283235) and field reports for the words towards Cloud. That a
  // notice appears in either direction follows from the page's promise that the way a chat is handled can't change
  // unseen. A notice about the security code is documented for a new on-premises identity (v2.31.4 and later) only.
  const std::string code = " Who has security notifications on may also read that the security code has changed.";
  if (direction == Direction::to_cloud) {
    return "People in existing chats see a system line such as \"This business is now using a secure service from Meta "
           "to manage this chat. Tap to learn more.\"" +
           code;
  }
  return "People in existing chats see a system line: Meta's service no longer manages this chat, the business does. "
         "Its words are not documented for this direction." +
         code;
}

std::string whom_to_call() {
  return "Meta Direct Support, topic \"WABiz: Cloud API\", request type \"On-Prem -> Cloud API migration issues\". "
         "Have ready: the phone number, its phone_number_id and WABA id, the time in UTC, and the fbtrace_id that the "
         "journal keeps with every refusal.";
}

}  // namespace wamigrate::report
