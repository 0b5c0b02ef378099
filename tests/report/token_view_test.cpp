// The page of the access-token debugger: what it shows of a token, and what it says of making another.
#include "report/token_view.hpp"

#include "report/examples.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using namespace std::chrono_literals;

namespace {

struct Page {
  Fleet fleet = fleet_of(3);
  TokenReport report;
  Page() {
    fleet.graph.app_id = "900100200300";
    fleet.graph.token = {SecretRef::Kind::env, "TOKEN"};
    for (Number& number : fleet.numbers) number.waba_id = "111";
    fleet.numbers[2].waba_id = "222";
    report.inventory = "fleet.yaml";
    report.fleet.graph = &fleet.graph;
    for (const Number& number : fleet.numbers) report.fleet.numbers.push_back(&number);
    report.fleet.expected_run = 5min;
    TokenView& token = report.fleet.token;
    token.asked.how = Asked::How::answered;
    token.valid = true;
    token.type = "SYSTEM_USER";
    token.app_id = "900100200300";
    token.scopes = {"whatsapp_business_management", "whatsapp_business_messaging"};
  }
  std::string text() {
    report.checks = check_token(report.fleet, at(0));
    return token_text(report, false);
  }
  Json json() {
    report.checks = check_token(report.fleet, at(0));
    return token_json(report);
  }
};

}  // namespace

TEST_CASE("a good token's page says so, and nothing of making another") {
  Page page;
  const std::string text = page.text();
  CHECK(contains(text, "3 numbers to cloud: 5 min at least"));
  CHECK(contains(text, "never"));
  CHECK(contains(text, "Nothing stands against this token"));
  CHECK_FALSE(contains(text, "Making a new one"));
  CHECK(page.json()["ok"] == true);
}

TEST_CASE("each WABA is shown with what each scope reaches; a scope without a list reaches all, one that lacks none") {
  Page page;
  page.report.fleet.token.granular["whatsapp_business_messaging"] = {"111"};
  const Json wabas = page.json()["wabas"];
  REQUIRE(wabas.size() == 2);
  CHECK(to_compact(wabas[0]) == R"({"waba_id":"111","numbers":2,"management":true,"messaging":true})");
  CHECK(to_compact(wabas[1]) == R"({"waba_id":"222","numbers":1,"management":true,"messaging":false})");
  CHECK(contains(page.text(), "NOT REACHED"));
  page.report.fleet.token.scopes = {"whatsapp_business_messaging"};
  CHECK(page.json()["wabas"][0]["management"] == false);
}

TEST_CASE("where something is missing, the page says what to tick, for which app and WABAs, and where to put it") {
  Page page;
  page.report.fleet.token.scopes.clear();
  const std::string text = page.text();
  CHECK(contains(text, "app 900100200300"));
  CHECK(contains(text, "111, 222"));
  CHECK(contains(text, "whatsapp_business_management"));
  CHECK(contains(text, "env:TOKEN"));
  CHECK(contains(text, "wamigrate token fleet.yaml"));
  CHECK(page.json()["ok"] == false);
}

TEST_CASE("an app's name can't reach the terminal as anything but text") {
  Page page;
  page.report.fleet.token.application = "\x1b[31mred";
  CHECK_FALSE(contains(page.text(), "\x1b"));
}
