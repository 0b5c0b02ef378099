// Checks of what the policy needs: hooks that can be run, windows that numbers fit into.
#include "preflight_case.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using namespace std::chrono_literals;

namespace {

/// `now` is a Monday, at noon.
Openings openings_of(const char* window) { return {{parse_window(window).value()}, {}, now}; }

Case taking(Millis expected, const Openings& openings) {
  Case c = to_cloud();
  c.expected = expected;
  c.openings = &openings;
  return c;
}

}  // namespace

TEST_CASE("a number that fits a window passes, one that fits none fails, and both are told how long it takes") {
  const Openings night = openings_of("Sat 01:00-02:00");
  CHECK(result(taking(1h, night), "windows") == "pass");
  CHECK(message(taking(1h, night), "windows") ==
        "the number is expected to take 1 h; it fits a window from 2025-10-25T01:00:00.000Z on");
  const Case c = taking(1h + 1s, night);
  CHECK(result(c, "windows") == "fail");
  CHECK(message(c, "windows") ==
        "the number is expected to take 1 h, and the longest of `policy.windows` is open for 1 h");
  for (const Check& check : c.checks()) {
    if (check.id == "windows") CHECK(check.phone == c.number.phone.e164);
  }
}

TEST_CASE("a number whose first window is further away than a week and a day is warned about") {
  // Three hours from 01:00 to 03:00 there are when clocks go back: for these numbers on 26 October 2026 at 01:00.
  const Time back = now + std::chrono::days(370) + 13h;
  const Openings rare({parse_window("01:00-03:00 Europe/Berlin").value()},
                      {{"Europe/Berlin", {{now, 0h}, {back + 1h, -1h}}}}, now);
  CHECK(result(taking(2h, rare), "windows") == "pass");
  const Case c = taking(3h, rare);
  CHECK(result(c, "windows") == "warn");
  CHECK(message(c, "windows") ==
        "the number is expected to take 3 h, and the first window long enough opens at " + to_iso(back));
}

TEST_CASE("windows are no matter where there are none, and for a number that has no road or is there already") {
  CHECK(result(to_cloud(), "windows") == "-");
  const Openings night = openings_of("Sat 01:00-02:00");
  CHECK(result(taking(0s, night), "windows") == "-");
  Case there = taking(5h, night);
  there.home = home_at(Home::cloud);
  CHECK(result(there, "windows") == "-");
}

TEST_CASE("a number that nobody serves is not refused for want of a window") {
  const Openings night = openings_of("Sat 01:00-02:00");
  Case c = taking(2h, night);
  c.home = home_at(Home::nowhere);
  CHECK(result(c, "windows") == "warn");
}

TEST_CASE("zones that can't be reckoned with fail for all") {
  FleetCase c = fleet_case();
  CHECK(result(c, "windows") == "-");
  c.windows_problem = Error{"the window Sat 01:00-02:00 Europe/Berln: nobody knows it", "write another"};
  CHECK(result(c, "windows") == "fail");
  CHECK(message(c, "windows").find("Europe/Berln") != std::string::npos);
}

TEST_CASE("a hook that can be run passes, and one that can't fails by its name") {
  FleetCase c = fleet_case();
  CHECK(result(c, "hooks") == "-");
  c.hooks = {{"before_wave", "hooks/wave", "", ""},
             {"after_run", "hooks/after", "hooks/after is not there", "check the path"}};
  CHECK(result(c, "hooks") == "pass fail");
  const Checks checks = c.checks();
  CHECK(checks.back().message == "after_run can't be run: hooks/after is not there");
  CHECK(checks.back().fix == "check the path, or correct `policy.hooks.after_run`");
}
