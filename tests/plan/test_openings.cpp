// When windows are open: fixed instants, the nights in which clocks are changed, and everything against a clock that is
// looked at minute by minute.
#include <ctime>
#include <random>

#include "plan/openings.hpp"
#include "run/windows.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace std::chrono_literals;

namespace {

Time at(const char* iso) {
  const auto time = parse_iso(iso);
  REQUIRE(time);
  return *time;
}

std::vector<Window> windows_of(const std::vector<std::string>& texts) {
  std::vector<Window> windows;
  for (const std::string& text : texts) windows.push_back(parse_window(text).value());
  return windows;
}

Openings openings_of(const std::vector<std::string>& texts, Time from) {
  Policy policy;
  policy.windows = windows_of(texts);
  return lay_out(policy, *make_time_zones(), from).value();
}

std::string shown(std::optional<Time> time) { return time ? to_iso(*time).substr(0, 16) : "never"; }

/// When a number that takes so long may start.
std::string start(const std::vector<std::string>& windows, const char* now, Millis length) {
  return shown(openings_of(windows, at(now)).earliest_start(at(now), length));
}

/// The openings that begin within two days, "from-until" in UTC.
std::string openings(const std::string& window, const char* from) {
  const Openings all = openings_of({window}, at(from));
  std::string text;
  Time now = at(from);
  while (now < at(from) + 48h) {
    const auto opens = all.earliest_start(now, 0ms);
    if (!opens || *opens >= at(from) + 48h) break;
    now = *all.open_until(*opens);
    text += (text.empty() ? "" : " ") + to_iso(*opens).substr(11, 5) + "-" + to_iso(now).substr(11, 5);
  }
  return text;
}

/// The zone of the C library for as long as this lives.
class LibraryZone {
 public:
  explicit LibraryZone(const std::string& zone) {
    if (const char* old = std::getenv("TZ")) old_ = old;
    ::setenv("TZ", zone.c_str(), 1);
    ::tzset();
  }
  LibraryZone(const LibraryZone&) = delete;
  LibraryZone& operator=(const LibraryZone&) = delete;
  ~LibraryZone() {
    if (old_) {
      ::setenv("TZ", old_->c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }

 private:
  std::optional<std::string> old_;
};

/// Whether the clock on the wall, as the C library has it, shows a time within the window.
bool clock_shows(const Window& window, Time time) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm wall{};
  ::localtime_r(&seconds, &wall);
  const auto weekday = [&](int days_before) {
    return std::chrono::weekday(static_cast<unsigned>((wall.tm_wday + 7 - days_before) % 7));
  };
  const std::chrono::minutes today = std::chrono::hours(wall.tm_hour) + std::chrono::minutes(wall.tm_min);
  return (window.begins_on(weekday(0)) && today >= window.begin && today < window.end) ||
         (window.begins_on(weekday(1)) && today + 24h < window.end);
}

Window random_window(std::mt19937& random, const std::string& zone) {
  const auto below = [&](unsigned limit) { return random() % limit; };
  Window window;
  window.weekdays = static_cast<std::uint8_t>(1 + below(127));
  // Mostly in the hours in which clocks are changed.
  window.begin = std::chrono::minutes(below(3) == 0 ? below(1440) : 5 * below(48));
  window.end = window.begin + std::chrono::minutes(1 + below(below(4) == 0 ? 1440 : 120));
  window.zone = zone;
  return window;
}

}  // namespace

TEST_CASE("without windows a number starts now") {
  const Openings all;
  const Time now = at("2026-11-23T12:00:00Z");
  CHECK(all.always());
  CHECK(all.earliest_start(now, 1000h) == now);
  CHECK(all.open_until(now) == latest);
  CHECK(all.covers(now + std::chrono::years(10)));
}

TEST_CASE("a number starts when a window opens, or now if it ends before the window closes") {
  const std::vector<std::string> night{"Sat 01:00-05:00 Europe/Berlin"};
  CHECK(start(night, "2026-11-23T12:00:00Z", 30min) == "2026-11-28T00:00");
  CHECK(start(night, "2026-11-28T03:30:00Z", 30min) == "2026-11-28T03:30");
  CHECK(start(night, "2026-11-28T03:31:00Z", 30min) == "2026-12-05T00:00");
  CHECK(start(night, "2026-11-28T04:00:00Z", 0min) == "2026-12-05T00:00");
  CHECK(start(night, "2026-07-01T12:00:00Z", 4h) == "2026-07-03T23:00");
  CHECK(start(night, "2026-07-01T12:00:00Z", 24h) == "never");
}

TEST_CASE("windows are hours of their zone's clocks") {
  CHECK(start({"Mon 09:00-10:00"}, "2026-11-22T00:00:00Z", 1h) == "2026-11-23T09:00");
  CHECK(start({"Mon 09:00-10:00 Asia/Kolkata"}, "2026-11-22T00:00:00Z", 1h) == "2026-11-23T03:30");
  CHECK(start({"Mon 09:00-10:00 America/New_York"}, "2026-11-22T00:00:00Z", 1h) == "2026-11-23T14:00");
  CHECK(start({"Mon 09:00-10:00 America/New_York"}, "2026-07-05T00:00:00Z", 1h) == "2026-07-06T13:00");
  // Still Sunday in UTC, still Sunday evening in New York.
  CHECK(start({"Mon 00:00-01:00 Asia/Kolkata"}, "2026-11-22T00:00:00Z", 1h) == "2026-11-22T18:30");
  CHECK(start({"Sun 22:00-23:00 America/New_York"}, "2026-11-22T12:00:00Z", 1h) == "2026-11-23T03:00");
}

TEST_CASE("a window that passes midnight belongs to the day it begins on, and is open if one asks after midnight") {
  const std::vector<std::string> night{"Fri 22:00-04:00 Europe/Berlin"};
  CHECK(start(night, "2026-11-28T01:00:00Z", 2h) == "2026-11-28T01:00");
  CHECK(start(night, "2026-11-28T01:01:00Z", 2h) == "2026-12-04T21:00");
  CHECK(start(night, "2026-11-27T01:00:00Z", 2h) == "2026-11-27T21:00");
}

TEST_CASE("openings that touch or overlap are one, across zones too") {
  CHECK(start({"Fri 22:00-24:00", "Sat 00:00-03:00"}, "2026-11-23T00:00:00Z", 5h) == "2026-11-27T22:00");
  CHECK(start({"Fri 22:00-23:59", "Sat 00:00-03:00"}, "2026-11-23T00:00:00Z", 4h) == "never");
  CHECK(start({"Sat 02:00-05:00", "Sat 01:00-03:00"}, "2026-11-23T00:00:00Z", 4h) == "2026-11-28T01:00");
  CHECK(start({"Sat 01:00-02:00 Europe/Berlin", "Sat 06:30-07:30 Asia/Kolkata"}, "2026-11-23T00:00:00Z", 2h) ==
        "2026-11-28T00:00");
  CHECK(openings_of({"00:00-12:00", "12:00-24:00"}, at("2026-11-23")).always());
  CHECK(openings_of({"00:00-24:00 Europe/Berlin"}, at("2026-11-23")).always());
}

TEST_CASE("in the night that leaves an hour out, a window is open for what is left of it") {
  CHECK(openings("Sun 02:30-03:30 Europe/Berlin", "2026-03-29") == "01:00-01:30");
  CHECK(openings("Sun 01:30-02:30 Europe/Berlin", "2026-03-29") == "00:30-01:00");
  CHECK(openings("Sun 02:10-02:50 Europe/Berlin", "2026-03-29") == "");
  CHECK(openings("Sun 01:00-05:00 Europe/Berlin", "2026-03-29") == "00:00-03:00");
  CHECK(openings("Sun 02:30-03:30 America/New_York", "2026-03-08") == "07:00-07:30");
  // A week before and after it is as always.
  CHECK(openings("Sun 02:30-03:30 Europe/Berlin", "2026-03-22") == "01:30-02:30");
  CHECK(openings("Sun 02:30-03:30 Europe/Berlin", "2026-04-05") == "00:30-01:30");
}

TEST_CASE("in the night that has an hour twice, a window is open whenever the clock shows it") {
  CHECK(openings("Sun 02:30-03:30 Europe/Berlin", "2026-10-25") == "00:30-01:00 01:30-02:30");
  CHECK(openings("Sun 02:10-02:50 Europe/Berlin", "2026-10-25") == "00:10-00:50 01:10-01:50");
  CHECK(openings("Sun 01:00-02:30 Europe/Berlin", "2026-10-24T12:00:00Z") == "23:00-00:30 01:00-01:30");
  CHECK(openings("Sun 01:00-05:00 Europe/Berlin", "2026-10-24T12:00:00Z") == "23:00-04:00");
  CHECK(openings("Sun 01:30-02:00 America/New_York", "2026-11-01") == "05:30-06:00 06:30-07:00");
  // So nothing runs while it shows a time outside.
  CHECK(start({"Sun 02:30-03:30 Europe/Berlin"}, "2026-10-25T00:30:00Z", 45min) == "2026-10-25T01:30");
}

TEST_CASE("a length that fits only when an hour comes twice waits for that night; one that fits never has no start") {
  CHECK(start({"Sun 01:00-03:00 Europe/Berlin"}, "2026-11-23T00:00:00Z", 3h) == "2027-10-30T23:00");
  CHECK(start({"Sun 01:00-03:00 Europe/Berlin"}, "2026-11-23T00:00:00Z", 3h + 1ms) == "never");
  CHECK(openings_of({"Sun 01:00-03:00 Europe/Berlin"}, at("2026-11-23")).longest() == 3h);
}

TEST_CASE("until when it is open is told, and that it is closed") {
  const Openings night = openings_of({"Sat 01:00-05:00 Europe/Berlin"}, at("2026-11-23"));
  CHECK(shown(night.open_until(at("2026-11-28T00:00:00Z"))) == "2026-11-28T04:00");
  CHECK(shown(night.open_until(at("2026-11-28T03:59:59.999Z"))) == "2026-11-28T04:00");
  CHECK_FALSE(night.open_until(at("2026-11-28T04:00:00Z")));
  CHECK_FALSE(night.open_until(at("2026-11-27T23:59:59.999Z")));
}

TEST_CASE("what was laid out says when little of it is left") {
  const Time from = at("2026-11-23");
  const Openings night = openings_of({"Sat 01:00-05:00"}, from);
  CHECK(night.covers(from));
  CHECK(night.covers(from + std::chrono::days(371)));
  CHECK_FALSE(night.covers(from + std::chrono::days(372)));
}

TEST_CASE("a zone that this machine does not know is an error that names the window") {
  Policy policy;
  policy.windows = windows_of({"01:00-02:00", "Sat 01:00-02:00 Europe/Berln"});
  const auto openings = lay_out(policy, *make_time_zones(), at("2026-11-23"));
  REQUIRE_FALSE(openings);
  CHECK(openings.error().message ==
        "the window Sat 01:00-02:00 Europe/Berln: this machine's time zone database does not know the zone");
}

TEST_CASE("a hundred thousand numbers are each told their start") {
  const Openings night =
      openings_of({"Mon-Fri 01:00-05:00 Europe/Berlin", "22:00-23:00 Asia/Kolkata"}, at("2026-11-23"));
  Time now = at("2026-11-23");
  int told = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto start = night.earliest_start(now, std::chrono::seconds(i % 14'400));
    if (start && *start >= now) ++told;
    now += 3s;
  }
  CHECK(told == 100'000);
}

TEST_CASE("windows are open exactly while the clock shows them, and starts are the first: minute by minute") {
  std::mt19937 random(20261025);
  // Weeks in which clocks are changed, at night and at midnight, and one in which they are not.
  const std::vector<std::pair<std::string, const char*>> places{
      {"Europe/Berlin", "2026-03-25"},       {"Europe/Berlin", "2026-10-21"},    {"America/New_York", "2026-03-04"},
      {"America/New_York", "2026-10-28"},    {"Asia/Kolkata", "2026-06-01"},     {"UTC", "2026-06-01"},
      {"Africa/Cairo", "2026-04-21"},        {"America/Santiago", "2026-09-02"}, {"Atlantic/Azores", "2026-10-21"},
      {"Australia/Lord_Howe", "2026-04-01"}, {"America/Havana", "2026-10-28"}};
  constexpr std::size_t minutes = 8 * 24 * 60;
  for (const auto& [zone, first] : places) {
    const LibraryZone library(zone);
    for (int round = 0; round < 12; ++round) {
      std::vector<Window> windows;
      Policy policy;
      for (unsigned i = 0; i <= random() % 3; ++i) policy.windows.push_back(random_window(random, zone));
      const Time from = at(first);
      const Openings all = lay_out(policy, *make_time_zones(), from).value();
      CAPTURE(zone, round, policy.windows.front().text(), policy.windows.size());
      // By minute, last first: how long it stays open from then on.
      std::vector<Millis> open_for(minutes + 1, 0ms);
      std::size_t wrong = 0;
      for (std::size_t i = minutes; i-- > 0;) {
        const Time minute = from + std::chrono::minutes(i);
        const bool open = std::any_of(policy.windows.begin(), policy.windows.end(),
                                      [&](const Window& window) { return clock_shows(window, minute); });
        if (open) open_for[i] = open_for[i + 1] + 1min;
        for (const Time moment : {minute, minute + 59'999ms})
          wrong += all.open_until(moment).has_value() == open ? 0 : 1;
      }
      CHECK(wrong == 0);
      for (int question = 0; question < 50; ++question) {
        const std::size_t asked = random() % minutes;
        const std::chrono::minutes length(1 + random() % 180);
        std::size_t first_fit = asked;
        while (first_fit < minutes && open_for[first_fit] < length) ++first_fit;
        if (first_fit == minutes) continue;  // beyond what was looked at
        CHECK(shown(all.earliest_start(from + std::chrono::minutes(asked), length)) ==
              shown(from + std::chrono::minutes(first_fit)));
      }
    }
  }
}
