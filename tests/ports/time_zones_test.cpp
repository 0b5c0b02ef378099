// Claims about the zone database of the machine.
#include "ports/time_zones.hpp"

#include "support/catch.hpp"

using namespace wamigrate;
using namespace std::chrono_literals;

namespace {

/// "2026-03-29T01:00:00.000Z +120 …" in minutes, for the whole of these times; or what is wrong.
std::string table(const std::string& zone, const char* from, const char* until) {
  const auto offsets = make_time_zones()->offsets(zone, *parse_iso(from), *parse_iso(until));
  if (!offsets) return offsets.error().message;
  std::string text;
  for (const OffsetChange& change : *offsets) {
    text += (text.empty() ? "" : " ") + to_iso(change.from).substr(0, 16) + " " + std::to_string(change.ahead / 1min);
  }
  return text;
}

}  // namespace

TEST_CASE("a zone's table begins where it was asked from and has every change of clocks") {
  CHECK(table("Europe/Berlin", "2026-01-01", "2026-12-31") ==
        "2026-01-01T00:00 60 2026-03-29T01:00 120 2026-10-25T01:00 60");
  CHECK(table("America/New_York", "2026-07-01", "2027-04-01") ==
        "2026-07-01T00:00 -240 2026-11-01T06:00 -300 2027-03-14T07:00 -240");
  CHECK(table("Asia/Kolkata", "2026-01-01", "2027-12-31") == "2026-01-01T00:00 330");
  CHECK(table("UTC", "2026-01-01", "2027-12-31") == "2026-01-01T00:00 0");
  CHECK(table("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z") == "2026-03-29T01:00 120");
  CHECK(table("Europe/Berlin", "2026-03-29T00:59:59.999Z", "2026-03-29T01:00:00Z") ==
        "2026-03-29T00:59 60 2026-03-29T01:00 120");
}

TEST_CASE("a zone that the database does not know is an error that says what to write, and does not repeat it") {
  for (const std::string zone : {"Europe/Berln", "europe/berlin", "tzdata.zi", "posix/Europe/Berlin", "Europe", ""}) {
    CAPTURE(zone);
    const auto offsets = make_time_zones()->offsets(zone, *parse_iso("2026-01-01"), *parse_iso("2026-12-31"));
    REQUIRE_FALSE(offsets);
    CHECK(offsets.error().message == "this machine's time zone database does not know the zone");
    CHECK(offsets.error().fix.find("Europe/Berlin") != std::string::npos);
  }
}

TEST_CASE("where the database's table ends and clocks go on being changed, nothing is guessed") {
  CHECK(table("Europe/Berlin", "2036-12-01", "2037-03-01") == "2036-12-01T00:00 60");
  CHECK(table("Europe/Berlin", "2037-01-01", "2038-12-31") ==
        "this machine's time zone database does not say when the zone's clocks are changed");
  CHECK(table("Asia/Kolkata", "2037-01-01", "2099-12-31") == "2037-01-01T00:00 330");
  CHECK(table("Etc/GMT-3", "2037-01-01", "2099-12-31") == "2037-01-01T00:00 180");
}
