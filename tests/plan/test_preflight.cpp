// Preflight: every check and every result it can come to, from what was observed. What could not be asked is unknown
// and never guessed.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "plan/preflight.hpp"
#include "support/catch.hpp"
#include "support/sightings.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

using namespace std::chrono_literals;

const Time now = *parse_iso("2025-10-20T12:00:00Z");

/// A number with nothing wrong about it, on its way to `direction`; a test spoils one thing.
struct Case {
  Fleet fleet;
  Number number = some_number();
  Observation observation;
  HomeFinding home;
  LedgerView ledger;
  PlanOptions options;
  Direction direction = Direction::to_cloud;

  Checks checks() const {
    return check_number({&number, &observation, home, {}, ledger}, fleet, direction, options, now);
  }
};

HomeFinding home_at(Home home, bool degraded = false) {
  HomeFinding finding;
  finding.home = finding.after_patience = home;
  finding.degraded = degraded;
  finding.settled = home != Home::unknown;
  finding.why = "as seen";
  return finding;
}

void answer_everything(Observation& observation) {
  observation.graph.name_status = "APPROVED";
  observation.graph.code_verification_status = "VERIFIED";
  observation.graph.has_certificate = true;
  observation.graph.health_asked = was_answered;
  observation.graph.can_send_message = "AVAILABLE";
  observation.graph.webhook_asked = was_answered;
  observation.graph.webhook_app = "https://hooks.example.com/cloud";
  observation.apps_asked = was_answered;
  observation.subscribed_app_ids = {"900100200300"};
  observation.onprem.application = {{"webhooks", {{"url", "https://hooks.example.com/de-1"}}}};
  observation.onprem.support = was_answered;
  observation.onprem.version = "2.57.2";
  observation.onprem.expires = parse_iso("2025-10-23");
  observation.onprem.queue = was_answered;
  observation.onprem.queue_size = 0;
  observation.onprem.shards_asked = was_answered;
  observation.onprem.shards = 1;
}

Case to_cloud() {
  Case c;
  c.fleet.graph.app_id = "900100200300";
  c.fleet.graph.token = {SecretRef::Kind::env, "WAMIGRATE_GRAPH_TOKEN"};
  c.observation = seen(c.number, "ON_PREMISE", "CONNECTED", one_node("connected"));
  answer_everything(c.observation);
  c.home = home_at(Home::onprem);
  c.options.as_of = *parse_iso("2025-10-20");
  return c;
}

Case to_onprem() {
  Case c = to_cloud();
  c.direction = Direction::to_onprem;
  c.observation = seen(c.number, "CLOUD_API", "CONNECTED", one_node("unregistered"));
  answer_everything(c.observation);
  c.home = home_at(Home::cloud);
  return c;
}

/// The results of one check, a word each; "-" where it was not made.
std::string results_of(const Checks& checks, const std::string& id) {
  std::string words;
  for (const Check& check : checks) {
    if (check.id == id) words += (words.empty() ? "" : " ") + std::string(name(check.result));
  }
  return words.empty() ? "-" : words;
}
std::string result(const Case& c, const std::string& id) { return results_of(c.checks(), id); }

std::string message(const Checks& checks, const std::string& id) {
  for (const Check& check : checks) {
    if (check.id == id) return check.message;
  }
  return {};
}

std::set<std::string> ids_with(const Checks& checks, Check::Result wanted) {
  std::set<std::string> ids;
  for (const Check& check : checks) {
    if (check.result == wanted) ids.insert(check.id);
  }
  return ids;
}

using R = Check::Result;

}  // namespace

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
        std::set<std::string>{"identity", "home", "country", "pin", "ration", "client_version", "name_status",
                              "app_subscribed", "webhook", "health_status", "callback_queue"});
  CHECK(ids_with(to_onprem().checks(), R::pass) == std::set<std::string>{"identity", "home", "country", "pin", "ration",
                                                                         "client_version", "webhook", "certificate"});
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
  c.observation.onprem.support = c.observation.onprem.queue = nothing;
  c.observation.graph.name_status.clear();
  const Checks checks = c.checks();
  CHECK(ids_with(checks, R::unknown) == std::set<std::string>{"name_status", "app_subscribed", "webhook",
                                                              "health_status", "client_version", "callback_queue"});
  CHECK(ids_with(checks, R::fail).empty());
  for (const Check& check : checks) {
    if (check.result == R::unknown) CHECK_FALSE(check.fix.empty());
  }
  Case back = to_onprem();
  back.observation.onprem.support = back.observation.onprem.settings = nothing;
  CHECK(ids_with(back.checks(), R::unknown) == std::set<std::string>{"client_version", "webhook"});
}

TEST_CASE("names that disagree fail, and so do names that could not be read") {
  CHECK(result(to_cloud(), "identity") == "pass");
  Case swapped = to_cloud();
  swapped.observation.graph.display_phone_number = "+49 171 3920009";
  CHECK(result(swapped, "identity") == "fail");
  Case unread = to_cloud();
  unread.observation.waba_asked = was_refused("200");
  CHECK(result(unread, "identity") == "fail");
}

TEST_CASE("each home passes, warns or fails as it should in each direction") {
  auto home = [](Case c, Home where, bool degraded = false) {
    c.home = home_at(where, degraded);
    return result(c, "home");
  };
  CHECK(home(to_cloud(), Home::onprem) == "pass");
  CHECK(home(to_cloud(), Home::onprem, true) == "fail");
  CHECK(home(to_cloud(), Home::cloud) == "pass");
  CHECK(home(to_cloud(), Home::nowhere) == "warn");
  CHECK(home(to_cloud(), Home::app) == "fail");
  CHECK(home(to_cloud(), Home::unknown) == "fail");
  CHECK(home(to_onprem(), Home::cloud) == "pass");
  CHECK(home(to_onprem(), Home::onprem) == "pass");
  CHECK(home(to_onprem(), Home::onprem, true) == "warn");
  CHECK(home(to_onprem(), Home::nowhere) == "warn");
  CHECK(home(to_onprem(), Home::app) == "fail");
  CHECK(home(to_onprem(), Home::unknown) == "fail");
}

TEST_CASE("of a number that is at home already, or on the app, nothing more is asked") {
  for (const Home home : {Home::cloud, Home::app}) {
    Case c = to_cloud();
    c.home = home_at(home);
    c.number.pin = {};
    CHECK(c.checks().size() == 2);
  }
}

TEST_CASE("the PIN: declared, missing, refused, to be set") {
  CHECK(result(to_cloud(), "pin") == "pass");
  Case missing = to_cloud();
  missing.number.pin = {};
  CHECK(result(missing, "pin") == "fail");
  Case refused = to_cloud();
  refused.ledger.pin_refused = true;
  CHECK(result(refused, "pin") == "fail");
  CHECK(message(refused.checks(), "pin").find("never sent again") != std::string::npos);
  Case set = to_cloud();
  set.number.pin_mode = PinMode::set;
  CHECK(result(set, "pin") == "pass");
  CHECK(message(set.checks(), "pin").find("set first, where the number is served") != std::string::npos);
}

TEST_CASE("registrations to Cloud: the last two of ten are for a number that nobody serves") {
  auto ration = [](int registrations, Home home, bool known = true) {
    Case c = to_cloud();
    c.home = home_at(home);
    c.ledger.registrations = registrations;
    c.ledger.known = known;
    return result(c, "ration");
  };
  for (const int used : {0, 1, 5}) CHECK(ration(used, Home::onprem) == "pass");
  for (const int used : {6, 7}) CHECK(ration(used, Home::onprem) == "warn");
  for (const int used : {8, 9, 10, 11}) CHECK(ration(used, Home::onprem) == "fail");
  for (const int used : {8, 9}) CHECK(ration(used, Home::nowhere) == "warn");
  for (const int used : {10, 11}) CHECK(ration(used, Home::nowhere) == "fail");
  CHECK(ration(0, Home::onprem, false) == "warn");
  CHECK(ration(8, Home::onprem, false) == "fail");
}

TEST_CASE("towards on-premises, registrations count for the way back and deregistrations where Cloud is let go first") {
  Case c = to_onprem();
  c.ledger.registrations = 9;
  CHECK(result(c, "ration") == "warn");
  c.ledger.registrations = 0;
  c.ledger.deregistrations = 9;
  CHECK(result(c, "ration") == "pass");
  c.options.deregister_first = true;
  CHECK(result(c, "ration") == "fail");
  CHECK(message(c.checks(), "ration").find("deregistrations") != std::string::npos);
}

TEST_CASE(
    "the display name: approved ones pass, others fail, an unseen one is unknown; towards on-premises it's not asked") {
  for (const auto& [status, expected] :
       std::vector<std::pair<std::string, std::string>>{{"APPROVED", "pass"},
                                                        {"AVAILABLE_WITHOUT_REVIEW", "pass"},
                                                        {"DECLINED", "fail"},
                                                        {"PENDING_REVIEW", "fail"},
                                                        {"EXPIRED", "fail"},
                                                        {"NONE", "fail"},
                                                        {"", "unknown"}}) {
    CAPTURE(status);
    Case c = to_cloud();
    c.observation.graph.name_status = status;
    CHECK(result(c, "name_status") == expected);
  }
  CHECK(result(to_onprem(), "name_status") == "-");
}

TEST_CASE("the subscription and the webhook are said apart, also when one of them can't be read") {
  Case c = to_cloud();
  c.observation.subscribed_app_ids = {"1"};
  CHECK(result(c, "app_subscribed") == "pass");
  CHECK(message(c.checks(), "app_subscribed").find("not subscribed") != std::string::npos);
  CHECK(result(c, "webhook") == "pass");
  c.observation.graph.webhook_app.clear();
  CHECK(result(c, "webhook") == "warn");
  c.observation.subscribed_app_ids = {"900100200300"};
  CHECK(result(c, "webhook") == "fail");
  c.observation.apps_asked = was_refused("200");
  c.observation.subscribed_app_ids.clear();
  CHECK(result(c, "app_subscribed") == "unknown");
  CHECK(result(c, "webhook") == "warn");
  c.observation.graph.webhook_asked = was_refused("100");
  CHECK(result(c, "webhook") == "unknown");
}

TEST_CASE("the webhook that counts is the number's, then the WABA's, then the app's") {
  Case c = to_cloud();
  CHECK(message(c.checks(), "webhook") == "messages will go to https://hooks.example.com/cloud");
  c.observation.graph.webhook_waba = "https://waba.example.com";
  CHECK(message(c.checks(), "webhook") == "messages will go to https://waba.example.com");
  c.observation.graph.webhook_phone = "https://phone.example.com";
  CHECK(message(c.checks(), "webhook") == "messages will go to https://phone.example.com");
}

TEST_CASE("towards on-premises the client must have a webhook") {
  CHECK(message(to_onprem().checks(), "webhook") == "messages will go to https://hooks.example.com/de-1");
  Case c = to_onprem();
  c.observation.onprem.application = {{"webhooks", {{"url", ""}}}};
  CHECK(result(c, "webhook") == "fail");
  c.observation.onprem.application = Json::object();
  CHECK(result(c, "webhook") == "fail");
}

TEST_CASE("health_status: available, limited, blocked, silent, refused") {
  for (const auto& [word, expected] : std::vector<std::pair<std::string, std::string>>{
           {"AVAILABLE", "pass"}, {"LIMITED", "warn"}, {"BLOCKED", "fail"}, {"", "unknown"}}) {
    Case c = to_cloud();
    c.observation.graph.can_send_message = word;
    CAPTURE(word);
    CHECK(result(c, "health_status") == expected);
  }
  Case refused = to_cloud();
  refused.observation.graph.health_asked = was_refused("100");
  CHECK(result(refused, "health_status") == "unknown");
}

TEST_CASE("a number that is blocked only because Cloud does not serve it yet may come") {
  Case c = to_cloud();
  c.observation.graph.can_send_message = "BLOCKED";
  c.observation.graph.health_blocked = {"PHONE_NUMBER"};
  CHECK(result(c, "health_status") == "pass");
  c.observation.graph.health_blocked = {"PHONE_NUMBER", "WABA"};
  CHECK(result(c, "health_status") == "fail");
}

TEST_CASE("Graph's status: what blocks fails, the rest is not mentioned") {
  for (const std::string status : {"BANNED", "DELETED", "MIGRATED", "RESTRICTED", "FLAGGED"}) {
    Case c = to_cloud();
    c.observation.graph.status = status;
    CHECK(result(c, "status") == "fail");
  }
  for (const std::string status : {"CONNECTED", "DISCONNECTED", "PENDING", "UNVERIFIED", ""}) {
    Case c = to_cloud();
    c.observation.graph.status = status;
    CHECK(result(c, "status") == "-");
  }
}

TEST_CASE("an expired ownership code is mentioned and harmless") {
  Case c = to_cloud();
  CHECK(result(c, "code_verification") == "-");
  c.observation.graph.code_verification_status = "EXPIRED";
  CHECK(result(c, "code_verification") == "pass");
}

TEST_CASE("the client's expiry, to the instant: expired warns towards Cloud and fails towards on-premises") {
  Case there = to_cloud();
  Case back = to_onprem();
  for (Case* c : {&there, &back}) {
    c->observation.onprem.expires = now + 1ms;
    CHECK(result(*c, "client_version") == "pass");
    c->observation.onprem.expires.reset();
    CHECK(result(*c, "client_version") == "pass");
    c->observation.onprem.expires = now;
  }
  CHECK(result(there, "client_version") == "warn");
  CHECK(result(back, "client_version") == "fail");
}

TEST_CASE("a client that nobody needs to ask is not asked about its version") {
  Case c = to_cloud();
  c.home = home_at(Home::nowhere);
  c.observation.onprem.support = was_unreachable;
  CHECK(result(c, "client_version") == "-");
}

TEST_CASE("there is nowhere to go back to when the deployment is unreachable or gone") {
  Case unreachable = to_onprem();
  CHECK(result(unreachable, "onprem_reachable") == "-");
  unreachable.observation.onprem.health = was_unreachable;
  CHECK(result(unreachable, "onprem_reachable") == "fail");
  Case gone = to_onprem();
  gone.number.deployment.gone = true;
  gone.observation.onprem = {};
  CHECK(result(gone, "onprem_reachable") == "fail");
  Case leaving = to_cloud();
  leaving.number.deployment.gone = true;
  leaving.home = home_at(Home::nowhere);
  CHECK(result(leaving, "onprem_reachable") == "-");
}

TEST_CASE("waiting callbacks warn, an invisible queue fails, an unanswered one is unknown") {
  Case c = to_cloud();
  c.observation.onprem.queue_size = 1;
  CHECK(result(c, "callback_queue") == "warn");
  CHECK(message(c.checks(), "callback_queue") == "1 callbacks wait to be delivered");
  c.observation.onprem.queue_size.reset();
  CHECK(result(c, "callback_queue") == "fail");
  c.observation.onprem.queue = was_refused("http 404");
  CHECK(result(c, "callback_queue") == "unknown");
  c.home = home_at(Home::nowhere);
  CHECK(result(c, "callback_queue") == "-");
}

TEST_CASE("a number of shards that the inventory does not know is a warning") {
  Case c = to_cloud();
  c.observation.onprem.shards = 4;
  CHECK(result(c, "shards") == "warn");
  c.number.deployment.shards = 4;
  CHECK(result(c, "shards") == "-");
  c.observation.onprem.shards_asked = was_refused("http 404");
  c.observation.onprem.shards = 0;
  CHECK(result(c, "shards") == "-");
}

TEST_CASE("on-premises can't be registered without the certificate") {
  Case c = to_onprem();
  c.observation.graph.has_certificate = false;
  CHECK(result(c, "certificate") == "fail");
  CHECK(result(to_cloud(), "certificate") == "-");
}

TEST_CASE("countries: the excluded ones fail, Türkiye warns towards on-premises alone") {
  auto country = [](Case c, const std::string& region) {
    c.number.phone.region = region;
    return result(c, "country");
  };
  for (const std::string region : {"CU", "IR", "KP", "SY"}) {
    CHECK(country(to_cloud(), region) == "fail");
    CHECK(country(to_onprem(), region) == "fail");
  }
  CHECK(country(to_cloud(), "TR") == "pass");
  CHECK(country(to_onprem(), "TR") == "warn");
  CHECK(country(to_cloud(), "DE") == "pass");
}

// ---- the fleet ----

namespace {

TokenView good_token() {
  TokenView token;
  token.asked = was_answered;
  token.valid = true;
  token.app_id = "900100200300";
  token.scopes = {"whatsapp_business_management", "whatsapp_business_messaging", "public_profile"};
  return token;
}

Fleet fleet_of(int numbers) {
  Fleet fleet = to_cloud().fleet;
  for (int i = 1; i <= numbers; ++i) {
    Number number = some_number(fmt::format("+49171392{:04}", i));
    number.pin = {SecretRef::Kind::env, fmt::format("PIN_{}", i)};
    fleet.numbers.push_back(number);
  }
  return fleet;
}

Checks of_fleet(const TokenView& token, Direction direction = Direction::to_cloud,
                const std::string& as_of = "2025-10-20", bool allow = false, const Fleet& fleet = fleet_of(2)) {
  PlanOptions options;
  options.as_of = *parse_iso(as_of);
  options.allow_after_sunset = allow;
  return check_fleet(fleet, direction, options, token, now);
}

std::string token_result(const TokenView& token) { return results_of(of_fleet(token), "token"); }

}  // namespace

TEST_CASE("a good token passes, and what concerns all numbers names none") {
  const Checks checks = of_fleet(good_token());
  CHECK(results_of(checks, "token") == "pass");
  for (const Check& check : checks) CHECK(check.phone.empty());
}

TEST_CASE("a token that is not valid, lacks a scope, or is another app's fails") {
  TokenView token = good_token();
  token.valid = false;
  CHECK(token_result(token) == "fail");
  for (const std::size_t missing : {0u, 1u}) {
    token = good_token();
    const std::string scope = token.scopes[missing];
    token.scopes.erase(token.scopes.begin() + static_cast<std::ptrdiff_t>(missing));
    CHECK(token_result(token) == "fail");
    CHECK(message(of_fleet(token), "token") == "the token lacks the scope " + scope);
  }
  token.scopes.clear();
  CHECK(message(of_fleet(token), "token") ==
        "the token lacks the scope whatsapp_business_management and whatsapp_business_messaging");
  token = good_token();
  token.app_id = "1";
  CHECK(token_result(token) == "fail");
}

TEST_CASE("a token that expires within a day warns") {
  TokenView token = good_token();
  token.expires = now + 24h;
  CHECK(token_result(token) == "pass");
  token.expires = now + 24h - 1ms;
  CHECK(token_result(token) == "warn");
}

TEST_CASE("a token that can't be checked is unknown; one that is refused fails") {
  TokenView token;
  token.asked = was_unreachable;
  CHECK(token_result(token) == "unknown");
  token.asked = was_refused("190");
  CHECK(token_result(token) == "fail");
}

TEST_CASE("a token that does not reach a WABA of the inventory fails for that WABA, scope by scope") {
  TokenView token = good_token();
  token.granular["whatsapp_business_management"] = {"102290129340398"};
  CHECK(results_of(of_fleet(token), "token_access") == "-");
  token.granular["whatsapp_business_messaging"] = {"999"};
  CHECK(results_of(of_fleet(token), "token_access") == "fail");
  Fleet two = fleet_of(2);
  two.numbers[1].waba_id = "555";
  CHECK(results_of(of_fleet(token, Direction::to_cloud, "2025-10-20", false, two), "token_access") == "fail fail fail");
}

TEST_CASE("that other scopes are limited to other things says nothing about WABAs") {
  TokenView token = good_token();
  token.granular["business_management"] = {"1029384756"};
  CHECK(results_of(of_fleet(token), "token_access") == "-");
}

TEST_CASE(
    "the sunset: open the day before, closed on the day, at one's own risk when told so; towards Cloud not asked") {
  auto sunset_on = [](const std::string& day, bool allow) {
    return results_of(of_fleet(good_token(), Direction::to_onprem, day, allow), "sunset");
  };
  CHECK(sunset_on("2025-10-22", false) == "pass");
  CHECK(sunset_on("2025-10-23", false) == "fail");
  CHECK(sunset_on("2025-10-23", true) == "warn");
  CHECK(sunset_on("2026-01-01", false) == "fail");
  CHECK(sunset_on("2025-10-22", true) == "pass");
  CHECK(results_of(of_fleet(good_token(), Direction::to_cloud, "2026-01-01"), "sunset") == "-");
}

TEST_CASE("a PIN reference that several numbers share warns once, and says how many") {
  CHECK(results_of(of_fleet(good_token()), "shared_pin") == "-");
  Fleet fleet = fleet_of(3);
  for (Number& number : fleet.numbers) number.pin = {SecretRef::Kind::env, "PIN"};
  const Checks checks = of_fleet(good_token(), Direction::to_cloud, "2025-10-20", false, fleet);
  CHECK(results_of(checks, "shared_pin") == "warn");
  CHECK(message(checks, "shared_pin").find("3 numbers share the PIN reference env:PIN") == 0);
  for (Number& number : fleet.numbers) number.pin = {};
  CHECK(results_of(of_fleet(good_token(), Direction::to_cloud, "2025-10-20", false, fleet), "shared_pin") == "-");
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
  Case unreachable = to_onprem();
  unreachable.observation.onprem.health = was_unreachable;
  TokenView token = good_token();
  token.granular["whatsapp_business_messaging"] = {"999"};
  Fleet fleet = fleet_of(2);
  fleet.numbers[1].pin = fleet.numbers[0].pin;
  std::set<std::string> made;
  for (const Checks& checks : {worst.checks(), unreachable.checks(), to_onprem().checks(),
                               of_fleet(token, Direction::to_onprem, "2025-10-20", false, fleet)}) {
    for (const Check& check : checks) made.insert(check.id);
  }
  made.insert("road");         // made by the planner
  made.insert("status_feed");  // made of the feed: test_status_feed.cpp
  CHECK(made == explained);
}
