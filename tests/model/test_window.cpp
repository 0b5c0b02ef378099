// Windows as people write them: what each spelling means, and what is said of a wrong one.
#include "model/window.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace std::chrono_literals;

namespace {

/// As it is written into a plan, or what is wrong.
std::string read(std::string_view text) {
  const auto window = parse_window(text);
  return window ? window->text() : window.error().message;
}

std::string fix(std::string_view text) {
  const auto window = parse_window(text);
  return window ? "none" : window.error().fix;
}

}  // namespace

TEST_CASE("a window has weekdays, times and a zone; without weekdays it is every day, without a zone in UTC") {
  CHECK(read("Sat 01:00-05:00 Europe/Berlin") == "Sat 01:00-05:00 Europe/Berlin");
  CHECK(read("Sat 01:00-05:00") == "Sat 01:00-05:00 UTC");
  CHECK(read("01:00-05:00 America/New_York") == "01:00-05:00 America/New_York");
  CHECK(read("01:00-05:00") == "01:00-05:00 UTC");
  CHECK(read("  Sat   01:00-05:00   UTC ") == "Sat 01:00-05:00 UTC");
  CHECK(read("00:00-24:00 Etc/GMT+5") == "00:00-24:00 Etc/GMT+5");
  const auto window = parse_window("Sat 01:30-05:00");
  REQUIRE(window);
  CHECK(window->begin == 90min);
  CHECK(window->end == 5h);
  CHECK(window->begins_on(std::chrono::Saturday));
  CHECK_FALSE(window->begins_on(std::chrono::Friday));
  CHECK_FALSE(window->begins_on(std::chrono::Sunday));
}

TEST_CASE("weekdays are listed and ranged, around the end of the week too") {
  CHECK(read("Sun,Sat 01:00-02:00") == "Sat,Sun 01:00-02:00 UTC");
  CHECK(read("Mon-Fri 01:00-02:00") == "Mon-Fri 01:00-02:00 UTC");
  CHECK(read("Mon-Wed,Fri,Sun 01:00-02:00") == "Mon-Wed,Fri,Sun 01:00-02:00 UTC");
  CHECK(read("Fri-Mon 01:00-02:00") == "Mon,Fri-Sun 01:00-02:00 UTC");
  CHECK(read("Sat,Sat,Fri-Sun 01:00-02:00") == "Fri-Sun 01:00-02:00 UTC");
  CHECK(read("Mon-Sun 01:00-02:00") == "01:00-02:00 UTC");
  CHECK(read("Wed-Tue 01:00-02:00") == "01:00-02:00 UTC");
  CHECK(read("Sat-Sat 01:00-02:00") == "a range of weekdays begins and ends on the same day");
}

TEST_CASE("a window may pass midnight, and end at it") {
  const auto night = parse_window("Fri 22:00-04:00");
  REQUIRE(night);
  CHECK(night->end == 28h);
  CHECK(night->text() == "Fri 22:00-04:00 UTC");
  CHECK(read("22:00-24:00") == "22:00-24:00 UTC");
  CHECK(read("22:00-00:00") == "22:00-24:00 UTC");
  CHECK(read("24:00-02:00") == "a window can't begin at 24:00");
  CHECK(fix("24:00-02:00") == "write 00:00, and the day after");
}

TEST_CASE("equal times are refused: nobody can tell whether none or all of the day is meant") {
  for (const std::string_view text : {"05:00-05:00", "00:00-00:00", "24:00-24:00"}) {
    CHECK(read(text) == "the window begins and ends at the same time");
    CHECK(fix(text) == "write 00:00-24:00 if the whole day is meant");
  }
}

TEST_CASE("what a window is written as reads back as the same window") {
  for (const std::string_view text : {"Sat,Sun 01:00-05:00 Europe/Berlin", "Fri-Mon 22:30-00:00", "00:00-24:00",
                                      "Mon-Sun 23:59-00:01 Asia/Kolkata", "Tue,Thu 00:00-00:01"}) {
    CAPTURE(text);
    const auto once = parse_window(text);
    REQUIRE(once);
    CHECK(parse_window(once->text()).value() == *once);
  }
}

TEST_CASE("a window that is misspelled is refused with the right spelling, and nothing of it is repeated") {
  for (const std::string_view text :
       {"", " ", "Sat", "Europe/Berlin", "Sat Europe/Berlin 01:00-05:00", "Sat, Sun 01:00-05:00",
        "Sat 01:00-05:00 UTC hunter2", "01:00 - 05:00 UTC x", "hunter2"}) {
    CAPTURE(text);
    CHECK(read(text) == "this is not a maintenance window");
    CHECK(fix(text).find("\"Sat,Sun 01:00-05:00 Europe/Berlin\"") != std::string::npos);
  }
  for (const std::string_view days :
       {"sat", "SAT", "Saturday", "Sat,", ",Sat", "Sat-", "-Sat", "Mon-Wed-Fri", "Sa", "Mon,hunter2"}) {
    CAPTURE(days);
    CHECK(read(std::string(days) + " 01:00-05:00") == "the weekdays are not spelled as expected");
  }
  for (const std::string_view times :
       {"1:00-5:00", "01:00", "01:00-05", "0100-0500", "01:00-05:00-06:00", "01:00-24:01", "01:00-25:00", "01:60-05:00",
        "01:00–05:00", "01.00-05.00", "01:00-5pm"}) {
    CAPTURE(times);
    CHECK(read("Sat " + std::string(times)) == "the times are not spelled as expected");
    CHECK(fix(times).find("HH:MM-HH:MM") != std::string::npos);
  }
  for (const std::string_view zone : {"+02:00", "/etc/passwd", "../Berlin", "Europe\\Berlin", "Europe/Berlin;"}) {
    CAPTURE(zone);
    CHECK(read("01:00-05:00 " + std::string(zone)) == "this is not the name of a time zone");
  }
}
