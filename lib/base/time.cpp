// Reading and writing moments and durations, by hand: g++ 12 has neither chrono parsing nor time zones, and locale
// must never change what a document says.
#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace wamigrate {

namespace {

/// Reads a text from its front, one piece after the other.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly `count` digits.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  /// One digit or more, read as the fraction of a second and cut to milliseconds.
  std::optional<Millis> fraction() {
    int millis = 0;
    int unit = 100;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count) {
      millis += unit * (rest_[count] - '0');
      unit /= 10;
    }
    rest_.remove_prefix(count);
    return count == 0 ? std::nullopt : std::optional(Millis(millis));
  }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::sys_days> parse_date(Scanner& in) {
  const auto year = in.digits(4);
  if (!year || !in.skip('-')) return std::nullopt;
  const auto month = in.digits(2);
  if (!month || !in.skip('-')) return std::nullopt;
  const auto day = in.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<Millis> parse_time_of_day(Scanner& in) {
  const auto hour = in.digits(2);
  if (!hour || *hour > 23 || !in.skip(':')) return std::nullopt;
  const auto minute = in.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  Millis time = std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  if (!in.skip(':')) return time;
  const auto second = in.digits(2);
  if (!second || *second > 59) return std::nullopt;
  time += std::chrono::seconds(*second);
  if (!in.skip('.')) return time;
  const auto fraction = in.fraction();
  if (!fraction) return std::nullopt;
  return time + *fraction;
}

/// How far ahead of UTC the written time is.
std::optional<Millis> parse_offset(Scanner& in) {
  if (in.done() || in.skip('Z')) return Millis(0);
  const bool behind = in.skip('-');
  if (!behind && !in.skip('+')) return std::nullopt;
  const auto hours = in.digits(2);
  if (!hours || *hours > 23) return std::nullopt;
  in.skip(':');
  const auto minutes = in.digits(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const Millis offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return behind ? -offset : offset;
}

struct Unit {
  std::string_view name;
  Millis length;
};
constexpr std::array units{Unit{"h", std::chrono::hours(1)}, Unit{"m", std::chrono::minutes(1)},
                           Unit{"s", std::chrono::seconds(1)}, Unit{"ms", Millis(1)}};
constexpr Millis longest = std::chrono::hours(1'000'000);  // so that adding one to any moment cannot overflow
constexpr Time earliest =
    std::chrono::sys_days(std::chrono::year_month_day(std::chrono::year(0), std::chrono::January, std::chrono::day(1)));

}  // namespace

std::string to_iso(Time time) {
  time = std::clamp(time, earliest, latest);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::optional<Time> parse_iso(std::string_view text) {
  Scanner in(text);
  const auto day = parse_date(in);
  if (!day || in.done()) return day;
  if (!in.skip('T') && !in.skip(' ')) return std::nullopt;
  const auto time_of_day = parse_time_of_day(in);
  if (!time_of_day) return std::nullopt;
  const auto offset = parse_offset(in);
  if (!offset || !in.done()) return std::nullopt;
  const Time time = *day + *time_of_day - *offset;
  if (time < earliest || time > latest) return std::nullopt;
  return time;
}

namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string to_http_date(Time time) {
  constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  return fmt::format("{}, {:02} {} {:04} {} GMT", days[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), to_iso(time).substr(11, 8));
}

std::optional<Time> parse_http_date(std::string_view text) {
  constexpr std::string_view like = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (text.size() != like.size() || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
      text[19] != ':' || text[22] != ':' || text.substr(25) != " GMT") {
    return std::nullopt;
  }
  const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
  if (month == months.end()) return std::nullopt;
  return parse_iso(fmt::format("{}-{:02}-{}T{}", text.substr(12, 4), month - months.begin() + 1, text.substr(5, 2),
                               text.substr(17, 8)));
}

std::optional<Millis> parse_duration(std::string_view text) {
  long long amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc() || amount < 0 || text.starts_with('-')) return std::nullopt;
  const std::string_view unit_name(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Unit& unit : units) {
    if (unit.name != unit_name) continue;
    if (amount > longest / unit.length) return std::nullopt;
    return amount * unit.length;
  }
  return std::nullopt;
}

std::string to_text(Millis duration) {
  if (duration == Millis(0)) return "0s";
  for (const Unit& unit : units) {
    if (duration % unit.length == Millis(0)) return fmt::format("{}{}", duration / unit.length, unit.name);
  }
  return {};  // not reached: everything is a multiple of a millisecond
}

std::string for_people(Millis duration) {
  using namespace std::chrono_literals;
  if (duration < 0ms) return "-" + for_people(-duration);
  const auto whole = [&](Millis unit) { return duration / unit; };
  const auto with_rest = [](long long amount, std::string_view unit, long long rest, std::string_view rest_unit) {
    return rest == 0 ? fmt::format("{} {}", amount, unit) : fmt::format("{} {} {} {}", amount, unit, rest, rest_unit);
  };
  if (duration < 1s) return fmt::format("{} ms", duration.count());
  if (duration < 10s) return fmt::format("{}.{} s", whole(1s), duration % 1s / 100ms);
  if (duration < 1min) return fmt::format("{} s", whole(1s));
  if (duration < 1h) return with_rest(whole(1min), "min", whole(1s) % 60, "s");
  return with_rest(whole(1h), "h", whole(1min) % 60, "min");
}

}  // namespace wamigrate
