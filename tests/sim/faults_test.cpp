// Faults: each action, who meets it, and what becomes of the request; the world's log is the witness.
#include "stage.hpp"
#include "support/catch.hpp"

namespace wamigrate::sim {
namespace {

using Kind = TransportFailure::Kind;

Heard register_under(Stage& stage, const FaultRule& rule) {
  const std::string backup = stage.backup();
  stage.faults.add(rule);
  return stage.register_on_cloud("123456", backup);
}

TEST_CASE("a lost request times out and never arrives") {
  Stage stage;
  const Heard heard = register_under(stage, {.on = "register", .action = Action::lost});
  CHECK(heard.timed_out());
  CHECK(heard.elapsed == stage.timeout);
  CHECK(stage.world->requests("register") == 0);
  CHECK(stage.home() == ServedBy::onprem);
}

TEST_CASE("silence arrives and is not carried out") {
  Stage stage;
  CHECK(register_under(stage, {.on = "register", .action = Action::silence}).timed_out());
  CHECK(stage.world->requests("register") == 1);
  CHECK(stage.world->landed("register") == 0);
}

TEST_CASE("a request whose reply is lost, dropped, garbled or buried is carried out all the same") {
  struct Case {
    Action action;
    std::optional<Kind> failure;
    int status;
  };
  const Case each = GENERATE(Case{Action::reply_lost, Kind::timeout, 0}, Case{Action::reply_dropped, Kind::dropped, 0},
                             Case{Action::half, Kind::garbled, 0}, Case{Action::huge, Kind::too_large, 0},
                             Case{Action::garbage, std::nullopt, 200}, Case{Action::html, std::nullopt, 502});
  CAPTURE(name(each.action));
  Stage stage;
  const Heard heard = register_under(stage, {.on = "register", .action = each.action});
  CHECK(heard.status == each.status);
  CHECK(heard.failed.has_value() == each.failure.has_value());
  if (each.failure && heard.failed) {
    CHECK(heard.failed->kind == *each.failure);
    CHECK(heard.failed->maybe_sent);
  }
  CHECK(heard.body.is_null());
  CHECK(stage.home() == ServedBy::cloud);
  CHECK(stage.world->landed("register", phone) == 1);
}

TEST_CASE("the same replies can be had without the effect") {
  Stage stage;
  const Heard heard = register_under(stage, {.on = "register", .action = Action::html, .effect = Effect::never});
  CHECK(heard.status == 502);
  CHECK(stage.home() == ServedBy::onprem);
}

TEST_CASE("a refused connection is certainly not sent, a reset one perhaps") {
  Stage stage;
  const Heard refused = register_under(stage, {.on = "register", .action = Action::unreachable});
  REQUIRE(refused.failed);
  CHECK(!refused.failed->maybe_sent);
  stage.faults.add({.on = "register", .nth = 1, .action = Action::reset});
  const Heard reset = stage.register_without_backup();
  REQUIRE(reset.failed);
  CHECK(reset.failed->kind == Kind::dropped);
  CHECK(reset.failed->maybe_sent);
  CHECK(stage.home() == ServedBy::onprem);
}

TEST_CASE("a late request takes effect so long after the client gave up") {
  Stage stage;
  const Heard heard = register_under(stage, {.on = "register", .action = Action::late, .delay = Millis{5000}});
  CHECK(heard.timed_out());
  stage.clock.advance(stage.timeout + Millis{4999});
  CHECK(stage.home() == ServedBy::onprem);
  CHECK(stage.world->landed("register") == 0);
  stage.clock.advance(Millis{1});
  CHECK(stage.home() == ServedBy::cloud);
  CHECK(stage.world->landed("register") == 1);
  CHECK(stage.world->log().back().late);
}

TEST_CASE("a late effect is dated when it happens, not when somebody looks") {
  WorldSpec spec = usual_spec();
  spec.timing.register_time = Millis{15000};
  Stage stage(spec);
  register_under(stage, {.on = "register", .action = Action::late, .delay = Millis{5000}});
  stage.clock.advance(stage.timeout + Millis{5000} + Millis{15000});
  CHECK(stage.home() == ServedBy::cloud);
  CHECK(stage.world->unserved(phone) == Millis{15000});
}

TEST_CASE("a request answered as down may take effect later all the same") {
  Stage stage;
  const FaultRule rule{.on = "register", .action = Action::down, .effect = Effect::late, .delay = Millis{5000}};
  CHECK(register_under(stage, rule).status == 503);
  CHECK(stage.home() == ServedBy::onprem);
  stage.clock.advance(Millis{5000});
  CHECK(stage.home() == ServedBy::cloud);
}

TEST_CASE("down and throttled are answered in each side's words and change nothing") {
  Stage stage;
  const Heard down = register_under(stage, {.on = "register", .action = Action::down});
  CHECK(down.status == 503);
  CHECK(down.code() == 2);
  stage.faults.add({.on = "health", .action = Action::down});
  CHECK(stage.onprem("GET", "health").code() == 1011);
  stage.faults.add({.on = "node", .action = Action::throttled, .delay = std::chrono::minutes(3)});
  CHECK(stage.graph("GET", phone_id).code() == 80007);
  HttpReply reply;
  reply.headers = stage.last_headers;
  CHECK(parse_json(reply.header("x-business-use-case-usage")).value()[waba_id][0]["estimated_time_to_regain_access"] ==
        3);
  stage.faults.add({.on = "health", .action = Action::throttled});
  const Heard busy = stage.onprem("GET", "health");
  CHECK(busy.status == 429);
  CHECK(busy.code() == 1015);
  CHECK(stage.home() == ServedBy::onprem);
  CHECK(stage.number().registers.used.empty());
}

TEST_CASE("any refusal can be planted, and counts as an attempt") {
  Stage stage;
  const Heard heard =
      register_under(stage, {.on = "register", .action = Action::refuse, .code = 131031, .details = "PIN or policy"});
  CHECK(heard.status == 403);
  CHECK(heard.code() == 131031);
  CHECK(text_at(heard.body["error"]["error_data"], "details") == "PIN or policy");
  CHECK(stage.number().registers.used.size() == 1);
  CHECK(stage.home() == ServedBy::onprem);
}

TEST_CASE("a token can expire from one request on") {
  Stage stage;
  stage.faults.add({.on = "node", .nth = 2, .action = Action::expire_token});
  CHECK(stage.graph("GET", phone_id).status == 200);
  CHECK(stage.graph("GET", phone_id).code() == 190);
  CHECK(stage.register_without_backup().code() == 190);
  stage.faults.add({.on = "health", .action = Action::expire_token});
  CHECK(stage.onprem("GET", "health").status == 401);
  stage.log_in();
  CHECK(stage.gateway() == "connected");
}

TEST_CASE("a flapping node says the opposite of what it is") {
  Stage stage;
  stage.faults.add({.on = "health", .action = Action::flap});
  CHECK(stage.gateway() == "disconnected");
  CHECK(stage.gateway() == "connected");
  CHECK(stage.home() == ServedBy::onprem);
}

TEST_CASE("a rule is for a kind, a side, a number, and its turn") {
  WorldSpec spec = usual_spec();
  spec.numbers.push_back({.phone = "+4915110000001", .phone_number_id = "77"});
  Stage stage(spec);
  stage.faults.add({.on = "node", .phone = "+4915110000001", .nth = 2, .times = 2, .action = Action::down});
  CHECK(stage.graph("GET", "77").status == 200);
  CHECK(stage.graph("GET", phone_id).status == 200);
  CHECK(stage.graph("GET", "77").status == 503);
  CHECK(stage.graph("GET", "77").status == 503);
  CHECK(stage.graph("GET", "77").status == 200);
  CHECK(stage.faults.met() == 2);
  stage.faults.add({.side = Side::graph, .times = 0, .action = Action::down});
  for (int i = 0; i < 3; ++i) CHECK(stage.graph("GET", phone_id).status == 503);
  CHECK(stage.gateway() == "connected");
  stage.faults.calm();
  CHECK(stage.graph("GET", phone_id).status == 200);
}

TEST_CASE("faults are read from JSON") {
  auto faults = faults_from_json(R"({"faults": [
    {"on": "register", "phone": "+4915110000000", "nth": 2, "times": 3, "action": "late", "delay": "7s"},
    {"side": "onprem", "action": "refuse", "code": 1005, "details": "no", "http": 403, "effect": "now"}]})");
  REQUIRE(faults);
  const Subject subject{Side::graph, "register", phone};
  CHECK(!faults->meet(subject));
  const auto rule = faults->meet(subject);
  REQUIRE(rule);
  CHECK(rule->action == Action::late);
  CHECK(rule->delay == Millis{7000});
  const auto other = faults->meet({Side::onprem, "health", phone});
  REQUIRE(other);
  CHECK(other->code == 1005);
  CHECK(other->carried_out() == Effect::now);
}

TEST_CASE("a mistake in the faults is named with its place") {
  const auto message = [](const std::string& text) {
    const auto faults = faults_from_json(text);
    return faults ? std::string() : faults.error().message;
  };
  CHECK(message("[]") == "the faults are not a JSON object");
  CHECK(message(R"({"faults": [{"action": "lost"}, {"action": "explode"}]})") == "fault 2: there is no action explode");
  CHECK(message(R"({"faults": [{"action": "lost", "on": "migrate"}]})") == "fault 1: there is no request migrate");
  CHECK(message(R"({"faults": [{"action": "lost", "pone": "x"}]})") == "fault 1: unknown field \"pone\"");
  CHECK(message(R"({"faults": [{"action": "refuse"}]})") == "fault 1: a refusal needs a code");
  CHECK(message(R"({"faults": [{"action": "late", "delay": "soon"}]})") == "fault 1: delay is no duration");
  CHECK(message(R"({"seed": 1, "one_in": 0})") == "a storm of faults: one_in counts from 1, most from 0");
}

std::string storm_of(std::uint64_t seed) {
  Faults faults = Faults::from_seed(seed, 3, 10);
  std::string met;
  for (int i = 0; i < 200; ++i) {
    const auto rule = faults.meet({Side::graph, "node", phone});
    met += rule ? std::string(name(rule->action)) + " " : ".";
  }
  return met;
}

TEST_CASE("a storm is the same for the same seed, differs between seeds, and ends") {
  CHECK(storm_of(7) == storm_of(7));
  CHECK(storm_of(7) != storm_of(8));
  Faults faults = Faults::from_seed(7, 1, 5);
  for (int i = 0; i < 50; ++i) faults.meet({Side::graph, "node", phone});
  CHECK(faults.met() == 5);
}

TEST_CASE("the log tells what arrived, what landed and what changed") {
  Stage stage;
  stage.faults.add({.on = "register", .action = Action::reply_lost});
  stage.register_without_backup();
  const std::string story = stage.world->story(phone);
  CHECK(story.find("2026-03-01T12:00:00.000Z graph  +4915110000000") != std::string::npos);
  CHECK(story.find("register") != std::string::npos);
  CHECK(story.find("landed        200 ok, but reply_lost: home onprem to cloud") != std::string::npos);
  CHECK(story.find("123456") == std::string::npos);
}

}  // namespace
}  // namespace wamigrate::sim
