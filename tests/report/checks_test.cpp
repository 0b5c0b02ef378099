// Findings for people and for scripts.
#include "report/checks.hpp"

#include "report/examples.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

Check check(const std::string& id, const std::string& phone, Check::Result result, const std::string& message) {
  return {id, phone, result, message, result == Check::Result::pass ? "" : "fix " + id, "source of " + id};
}

const Checks mixed = {check("token", "", Check::Result::pass, "fine"),
                      check("name", "+491713920001", Check::Result::warn, "look at it"),
                      check("health", "+491713920001", Check::Result::unknown, "no answer"),
                      check("pin", "+491713920001", Check::Result::fail, "no PIN is declared"),
                      check("pin", "+491713920002", Check::Result::fail, "no PIN is declared"),
                      check("home", "+491713920002", Check::Result::fail, "it lives on the app")};

}  // namespace

TEST_CASE("failures come first, then warnings, then what could not be asked, then how many passed") {
  const std::string text = checks_text(mixed, false);
  CHECK(place_of(text, "3 failures, on 2 numbers") < place_of(text, "1 warning, on 1 number"));
  CHECK(place_of(text, "1 warning, on 1 number") < place_of(text, "1 unanswered check, on 1 number"));
  CHECK(place_of(text, "1 unanswered check") < place_of(text, "3 checks failed"));
  CHECK(contains(text, "Of 6 checks: 1 passed, 3 failed, 1 warned, 1 could not be asked."));
}

TEST_CASE("a failure comes with its fix and its source, and alike ones are said once") {
  const std::string text = checks_text(mixed, false);
  CHECK(occurrences(text, "no PIN is declared") == 1);
  CHECK(contains(text, "2 numbers      pin: no PIN is declared"));
  CHECK(contains(text, "numbers: +491713920001, +491713920002"));
  CHECK(contains(text, "+491713920002  home: it lives on the app"));
  CHECK(contains(text, "do: fix home"));
  CHECK(contains(text, "source: source of home"));
}

TEST_CASE("when no check failed, it says so without claiming more") {
  const std::string text = checks_text({mixed[0], mixed[2]}, false);
  CHECK(contains(text, "No check failed"));
  CHECK(contains(text, "1 could not be asked"));
  CHECK(!contains(text, "checks failed"));
}

TEST_CASE("checks as JSON are what the contract says, in the order made") {
  const Json json = checks_json(mixed);
  CHECK(json["ok"] == false);
  REQUIRE(json["checks"].size() == mixed.size());
  CHECK(to_compact(json["checks"][0]) ==
        R"({"id":"token","phone":null,"result":"pass","message":"fine","fix":"","source":"source of token"})");
  CHECK(json["checks"][3]["phone"] == "+491713920001");
  CHECK(checks_json({mixed[0], mixed[1], mixed[2]})["ok"] == true);
  CHECK(to_compact(checks_json({})) == R"({"ok":true,"checks":[]})");
}

TEST_CASE("a server's words in a finding can't reach the terminal") {
  const std::string text = checks_text({check("x", "", Check::Result::fail, "\x1b[31mred\nline")}, false);
  CHECK(!contains(text, "\x1b"));
  CHECK(contains(text, "[31mred line"));
}
