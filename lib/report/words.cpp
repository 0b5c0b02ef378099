// The spelling of things in reports.
#include "report/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wamigrate::report {

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
    std::size_t length = 1;
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) ++length;
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

std::vector<std::string> ways_on(std::string_view next) {
  std::vector<std::string> ways;
  while (!next.empty()) {
    const std::size_t end = std::min(next.find('\n'), next.size());
    if (end > 0) ways.push_back(plain(next.substr(0, end)));
    next.remove_prefix(std::min(end + 1, next.size()));
  }
  return ways;
}

std::string ways_on_in_a_line(std::string_view next) { return fmt::format("{}", fmt::join(ways_on(next), "; ")); }

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
  if (word == waits_for_retry) return "another try, now that its retries are used up";
  if (word == "lease") return "another process that works on it";
  if (word == "time") return "a time; it goes on by itself";
  if (word == waits_to_settle) return "its checkpoint to hold; it goes on by itself";
  if (word == "token") return "a good token";
  if (word == "approval") return "a person's approval";
  if (word == "resume") return "a person's word to go on";
  if (word == "soak") return "both sides to answer after the soak";
  if (word == "watch") return "the wave to be watched for as long as its soak says; it goes on by itself";
  if (word == waits_for_graph) return "Graph's limit to let it ask again; it goes on by itself";
  if (word == "pace") return "its turn, no faster than is allowed; it goes on by itself";
  if (word == "window") return "its maintenance window";
  if (word == "hook") return "a hook to agree, and a person's word to ask it again";
  if (word == "postponement") return "the postpone file to go away";
  if (word == "network") return "Graph to be reached again";
  if (word == "limit") return "the next so many to be begun";
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
