// Claims about reading and writing time.
#include "base/time.hpp"

#include "support/catch.hpp"

using namespace wamigrate;
using namespace std::chrono_literals;

namespace {
constexpr Time midnight = std::chrono::sys_days(std::chrono::year(2025) / 10 / 23);
}

TEST_CASE("a moment is written in ISO 8601 with milliseconds, in UTC") {
  CHECK(to_iso(midnight) == "2025-10-23T00:00:00.000Z");
  CHECK(to_iso(midnight + 13h + 5min + 9s + 7ms) == "2025-10-23T13:05:09.007Z");
  CHECK(to_iso(Time(Millis(-1))) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("every form in which the APIs write a moment is read as the same moment") {
  const Time moment = midnight + 7h + 30min + 15s;
  for (const char* text : {"2025-10-23T07:30:15Z", "2025-10-23 07:30:15Z", "2025-10-23T07:30:15",
                           "2025-10-23T07:30:15+0000", "2025-10-23T07:30:15+00:00", "2025-10-23T07:30:15.000Z",
                           "2025-10-23T09:30:15+02:00", "2025-10-23T02:00:15-0530", "2025-10-23T07:30:15.0000000Z"}) {
    CAPTURE(text);
    CHECK(parse_iso(text) == moment);
  }
  CHECK(parse_iso("2025-10-23") == midnight);
  CHECK(parse_iso("2025-10-23T07:30Z") == midnight + 7h + 30min);
  CHECK(parse_iso("2025-10-23T00:00:00.5Z") == midnight + 500ms);
  CHECK(parse_iso("2025-10-23T00:00:00.123987Z") == midnight + 123ms);
}

TEST_CASE("what is written is read back as the same moment") {
  for (const long long millis : {0LL, 1LL, 951782399999LL, 951782400000LL, 1761177600123LL, -86400000LL}) {
    CHECK(parse_iso(to_iso(Time(Millis(millis)))) == Time(Millis(millis)));
  }
}

TEST_CASE("no moment outside of the years that can be written is read, and the nearest is written") {
  CHECK_FALSE(parse_iso("0000-01-01T00:00+23:59").has_value());
  CHECK_FALSE(parse_iso("9999-12-31T23:59-00:01").has_value());
  CHECK(parse_iso("9999-12-31T23:59:59.999Z") == latest);
  CHECK(to_iso(Time::max()) == "9999-12-31T23:59:59.999Z");
  CHECK(to_iso(Time::min()) == "0000-01-01T00:00:00.000Z");
}

TEST_CASE("what is not a moment is refused") {
  for (const char* text :
       {"", "2025", "2025-13-01", "2025-02-29", "2025-10-23T", "2025-10-23T24:00:00Z", "2025-10-23T07:60:00Z",
        "2025-10-23T07:30:60Z", "2025-10-23T07:30:15.Z", "2025-10-23T07:30:15X", "2025-10-23T07:30:15Z ",
        "2025-10-23T07:30:15+2:00", "20251023", "x025-10-23", "-025-10-23", "2025-10-23x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_iso(text).has_value());
  }
}

TEST_CASE("a duration is a whole number of one unit") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("60s") == 60s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("72h") == 72h);
  CHECK(parse_duration("0s") == 0s);
  for (const char* text : {"", "5", "m", "-5m", "-0s", "+5m", "5 m", "1.5h", "5d", "5m30s", "5M", "1000001h",
                           "9223372036854775807h", "99999999999999999999s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("the date of an HTTP reply is read and written in one form only") {
  const auto moment = parse_iso("1994-11-06T08:49:37");
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == moment);
  CHECK(to_http_date(*moment + 900ms) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(to_http_date(*parse_iso("2025-02-28T23:59:59")) == "Fri, 28 Feb 2025 23:59:59 GMT");
  for (const char* text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text).has_value());
  }
}

TEST_CASE("a duration is written in its largest whole unit and read back as the same length") {
  CHECK(to_text(Millis(0)) == "0s");
  CHECK(to_text(Millis(90s)) == "90s");
  CHECK(to_text(Millis(5min)) == "5m");
  CHECK(to_text(Millis(72h)) == "72h");
  CHECK(to_text(1500ms) == "1500ms");
  for (const Millis length : {Millis(1), Millis(1s), Millis(60s), Millis(61s), Millis(3600s), Millis(1'000'000h)}) {
    CHECK(parse_duration(to_text(length)) == length);
  }
}

TEST_CASE("people read durations with at most two units") {
  CHECK(for_people(0ms) == "0 ms");
  CHECK(for_people(340ms) == "340 ms");
  CHECK(for_people(1200ms) == "1.2 s");
  CHECK(for_people(9999ms) == "9.9 s");
  CHECK(for_people(14s) == "14 s");
  CHECK(for_people(3min) == "3 min");
  CHECK(for_people(3min + 20s) == "3 min 20 s");
  CHECK(for_people(71h + 58min + 40s) == "71 h 58 min");
  CHECK(for_people(-14s) == "-14 s");
}
