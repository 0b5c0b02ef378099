// Windows as text. Strict about spelling: an hour that is guessed wrongly is an hour in which a number goes off the
// air.
#include "model/window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace wamigrate {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<std::string_view, 7> names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::uint8_t every_day = 0x7F;
constexpr std::size_t longest_zone = 64;

tl::unexpected<Error> no_window() {
  return fail("this is not a maintenance window",
              "write weekdays, times and a zone in quotes, as in \"Sat,Sun 01:00-05:00 Europe/Berlin\"; without "
              "weekdays every day is meant, without a zone UTC");
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words = split(text, ' ');
  std::erase(words, std::string_view());
  return words;
}

std::optional<unsigned> parse_weekday(std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<unsigned>(found - names.begin());
}

Result<std::uint8_t> parse_weekdays(std::string_view text) {
  unsigned days = 0;
  for (const std::string_view part : split(text, ',')) {
    const std::vector<std::string_view> range = split(part, '-');
    const auto first = parse_weekday(range.front());
    const auto last = parse_weekday(range.back());
    if (!first || !last || range.size() > 2) {
      return fail("the weekdays are not spelled as expected",
                  "write Mon, Tue, Wed, Thu, Fri, Sat and Sun, with commas or a dash and no blanks between them, as in "
                  "Mon-Fri,Sun");
    }
    if (range.size() == 2 && *first == *last) {
      return fail("a range of weekdays begins and ends on the same day",
                  "write that day alone, or leave the weekdays out for every day");
    }
    for (unsigned day = *first;; day = (day + 1) % 7) {
      days |= 1U << day;
      if (day == *last) break;
    }
  }
  return static_cast<std::uint8_t>(days);
}

/// `HH:MM`, 24:00 included.
std::optional<minutes> parse_time_of_day(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : 99; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const int hour = digit(0) * 10 + digit(1);
  const int minute = digit(3) * 10 + digit(4);
  if (minute > 59 || hour > 24 || (hour == 24 && minute != 0)) return std::nullopt;
  return hours(hour) + minutes(minute);
}

Result<void> read_times(std::string_view text, Window& window) {
  const std::vector<std::string_view> times = split(text, '-');
  const auto begin = parse_time_of_day(times.front());
  const auto end = parse_time_of_day(times.back());
  if (!begin || !end || times.size() != 2) {
    return fail("the times are not spelled as expected",
                "write HH:MM-HH:MM, from 00:00 to 24:00 and without blanks, as in 01:00-05:00 or 22:00-04:00");
  }
  if (*begin == *end) {
    return fail("the window begins and ends at the same time", "write 00:00-24:00 if the whole day is meant");
  }
  if (*begin == hours(24)) return fail("a window can't begin at 24:00", "write 00:00, and the day after");
  window.begin = *begin;
  window.end = *end > *begin ? *end : *end + hours(24);
  return {};
}

bool is_zone_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  return letter(text.front()) && text.size() <= longest_zone && std::all_of(text.begin(), text.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-' || c == '+';
         });
}

std::string text_of_days(std::uint8_t days) {
  // From Monday on, since that is where people begin a week; runs of three and more become a range.
  std::vector<std::string> parts;
  const auto has = [&](unsigned place) { return place < 7 && (days >> (place + 1) % 7 & 1) != 0; };
  const auto name = [](unsigned place) { return std::string(names[(place + 1) % 7]); };
  for (unsigned place = 0; place < 7; ++place) {
    if (!has(place)) continue;
    unsigned last = place;
    while (has(last + 1)) ++last;
    if (last < place + 2) {
      parts.push_back(name(place));
    } else {
      parts.push_back(name(place) + "-" + name(last));
      place = last;
    }
  }
  return fmt::format("{}", fmt::join(parts, ","));
}

}  // namespace

Result<Window> parse_window(std::string_view text) {
  std::vector<std::string_view> words = words_of(text);
  const auto is_times = [](std::string_view word) { return word.front() >= '0' && word.front() <= '9'; };
  Window window;
  window.weekdays = every_day;
  if (words.empty()) return no_window();
  if (!is_times(words.front())) {
    if (words.size() < 2 || !is_times(words[1])) return no_window();
    const auto days = parse_weekdays(words.front());
    if (!days) return tl::make_unexpected(days.error());
    window.weekdays = *days;
    words.erase(words.begin());
  }
  if (words.size() > 2) return no_window();
  if (const auto read = read_times(words.front(), window); !read) return tl::make_unexpected(read.error());
  if (words.size() < 2) return window;
  if (!is_zone_name(words[1])) {
    return fail("this is not the name of a time zone", "write one as in Europe/Berlin, or leave it out for UTC");
  }
  window.zone = words[1];
  return window;
}

std::string Window::text() const {
  // 48:00 is how the arithmetic counts; people write the time of the next day, and 24:00 for its beginning.
  const minutes shown = end > hours(24) ? end - hours(24) : end;
  return fmt::format("{}{}{:02}:{:02}-{:02}:{:02} {}", weekdays == every_day ? "" : text_of_days(weekdays),
                     weekdays == every_day ? "" : " ", begin / hours(1), begin.count() % 60, shown / hours(1),
                     shown.count() % 60, zone);
}

}  // namespace wamigrate
