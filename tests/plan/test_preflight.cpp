// Preflight as a whole: every check that is made, and what stands still when a side gives no answer. What could not be
// asked is unknown and never guessed.
#include "plan/scan.hpp"
#include "preflight_case.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using namespace std::chrono_literals;

TEST_CASE("a number with nothing wrong passes every check there is to make, in both directions") {
  for (const Case& c : {to_cloud(), to_onprem()}) {
    const Checks checks = c.checks();
    for (const Check& check : checks) {
      CAPTURE(check.id, check.message);
      CHECK(check.result == R::pass);
      CHECK(check.phone == c.number.phone.e164);
      CHECK_FALSE(check.message.empty());
      CHECK(check.fix.empty());
    }
  }
  CHECK(ids_with(to_cloud().checks(), R::pass) ==
        std::set<std::string>{"identity", "home", "biz_app", "country", "waba_country", "pin", "ration",
                              "client_version", "throughput", "storage_region", "onprem_clock", "name_status",
                              "waba_review", "app_subscribed", "webhook", "health_status", "callback_queue",
                              "callback_persist"});
  CHECK(ids_with(to_onprem().checks(), R::pass) ==
        std::set<std::string>{"identity", "home", "biz_app", "country", "waba_country", "pin", "ration",
                              "client_version", "throughput", "storage_region", "onprem_clock", "webhook",
                              "certificate"});
}

TEST_CASE("everything that is wrong with a number is said at once, each with what to do") {
  Case c = to_cloud();
  c.number.pin = {};
  c.ledger.registrations = 9;
  c.observation.in_waba = false;
  c.home = home_at(Home::onprem, true);
  c.observation.graph.status = "BANNED";
  c.observation.graph.name_status = "DECLINED";
  c.observation.graph.webhook_app.clear();
  c.observation.graph.can_send_message = "BLOCKED";
  c.observation.graph.health_findings = {"WABA: 141006 payment"};
  c.observation.onprem.queue_size.reset();
  const Checks checks = c.checks();
  CHECK(ids_with(checks, R::fail) == std::set<std::string>{"identity", "home", "pin", "ration", "status", "name_status",
                                                           "webhook", "health_status", "callback_queue"});
  for (const Check& check : checks) {
    if (check.result != R::pass) CHECK_FALSE(check.fix.empty());
  }
}

TEST_CASE("a side that gave no answer makes unknowns, not failures and not passes") {
  Case c = to_cloud();
  const Asked nothing = was_unreachable;
  c.observation.graph.health_asked = c.observation.graph.webhook_asked = c.observation.apps_asked = nothing;
  c.observation.graph.settings_asked = c.observation.waba_node_asked = nothing;
  c.observation.onprem.support = c.observation.onprem.queue = c.observation.onprem.settings = nothing;
  c.observation.graph.name_status.clear();
  c.observation.graph.is_on_biz_app.reset();
  c.observation.onprem_clock_ahead.reset();
  const Checks checks = c.checks();
  CHECK(ids_with(checks, R::unknown) == std::set<std::string>{"name_status", "app_subscribed", "webhook",
                                                              "health_status", "client_version", "callback_queue",
                                                              "callback_persist", "waba_review", "waba_country",
                                                              "storage_region", "biz_app", "onprem_clock"});
  // Without the client's settings nobody knows which number it holds.
  CHECK(ids_with(checks, R::fail) == std::set<std::string>{"identity"});
  for (const Check& check : checks) {
    if (check.result == R::unknown) CHECK_FALSE(check.fix.empty());
  }
  Case back = to_onprem();
  back.observation.onprem.support = back.observation.onprem.settings = nothing;
  back.observation.graph.throughput.clear();
  CHECK(ids_with(back.checks(), R::unknown) == std::set<std::string>{"client_version", "webhook", "throughput"});
}

TEST_CASE("of a number that is at home already, or on the app, nothing more is asked") {
  for (const Home home : {Home::cloud, Home::app}) {
    Case c = to_cloud();
    c.home = home_at(home);
    c.number.pin = {};
    CHECK(c.checks().size() == 2);
  }
}

TEST_CASE("every check that can be made is explained") {
  std::set<std::string> explained;
  for (const CheckTopic& topic : check_topics()) {
    CHECK(explained.insert(std::string(topic.id)).second);
    CHECK_FALSE(topic.asks.empty());
    CHECK_FALSE(topic.advice.empty());
  }
  Case worst = to_cloud();
  worst.observation.onprem.shards = 4;
  worst.observation.graph.status = "BANNED";
  worst.observation.graph.code_verification_status = "EXPIRED";
  worst.number.test_message.edit().to = "+4915110000099";
  Case unreachable = to_onprem();
  unreachable.observation.onprem.health = was_unreachable;
  Case elsewhere = to_cloud();
  elsewhere.observation.graph.display_phone_number = "+55 31 9123-4567";
  elsewhere.observation.onprem.wa_id = "5531991234567";
  elsewhere.number.phone = parse_phone("+5531991234567").value();
  elsewhere.observation.waba_country = "UA";
  FleetCase fleet = fleet_case();
  fleet.direction = Direction::to_onprem;
  fleet.token.granular["whatsapp_business_messaging"] = {"999"};
  fleet.token.type = "USER";
  fleet.fleet.numbers[1].pin = fleet.fleet.numbers[0].pin;
  fleet.room = Room{};
  fleet.hooks = {{"after_run", "after", "", ""}};
  fleet.windows_problem = Error{"nobody knows the zone", "write another"};
  Scan scan(Direction::to_cloud);
  scan.add_unreadable("x", "no such file");
  std::set<std::string> made;
  for (const Checks& checks : {worst.checks(), unreachable.checks(), elsewhere.checks(), to_onprem().checks(),
                               fleet.checks(), scan.take(), Checks{handshake_check("", "https://x", true, "")}}) {
    for (const Check& check : checks) made.insert(check.id);
  }
  made.insert("road");               // made by the planner
  made.insert("status_feed");        // made of the feed: test_status_feed.cpp
  made.insert("old_client_silent");  // made by `verify`
  CHECK(made == explained);
}
