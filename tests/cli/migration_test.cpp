// Whole migrations as an operator runs them, with what may come in between: no approval, a wrong PIN, a token that
// expires, a code, a refusal for good, a late answer, a signal, and the way back.
#include <signal.h>

#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using sim::Action;
using sim::ServedBy;

namespace {

constexpr const char* registration_is_open = R"({"*": {"needs_code": false}})";

// The state of one number as `status --json` has it.
Json standing(Stage& stage, int index = 0, const std::string& run = "run") {
  const Json status = stage.status(run);
  for (const Json& number : status["numbers"]) {
    if (number["phone"] == stage.phone(index)) return number;
  }
  return nullptr;
}

void give_new_token(Stage& stage) {
  sim::GraphToken token;
  token.app_id = "900100200300";
  token.issued = stage.clock.now();
  stage.world->add_token("a-new-token", token);
  stage.environment["GRAPH_TOKEN"] = "a-new-token";
}

}  // namespace

TEST_CASE("apply brings every number to Cloud once, and the same command again changes nothing") {
  Stage stage({.numbers = 4, .policy = {{"waves", "[1, 100%]"}, {"soak", "50ms"}}});
  stage.plan();
  const Ended first = stage.apply();
  INFO(first.text() << stage.story());
  CHECK(first.code == 0);
  for (int i = 0; i < 4; ++i) {
    CHECK(stage.world->home(stage.phone(i)) == ServedBy::cloud);
    CHECK(stage.sent("register", stage.phone(i)) == 1);
    CHECK(stage.sent("backup", stage.phone(i)) == 1);
  }
  for (const char* file : {"plan.json", "run.db", "report.md", "report.html", "events.jsonl"}) {
    INFO(file);
    CHECK(std::filesystem::exists(stage.work() / "run" / file));
  }
  CHECK(content_of(stage.work() / "run" / "plan.json") == content_of(stage.work() / "plan.json"));

  const std::size_t before = stage.requests();
  const Ended again = stage.apply();
  INFO(again.text());
  CHECK(again.code == 0);
  CHECK(stage.changes(before).empty());

  const Ended planned = stage.run({"plan", "inventory.yaml", "--to", "cloud", "-o", "again.json"});
  INFO(planned.text());
  CHECK(planned.code == 0);
  const Ended nothing = stage.run({"apply", "again.json", "--run", "again", "--yes"});
  INFO(nothing.text());
  CHECK(nothing.code == 0);
  CHECK(has(nothing.out, "Nothing to do"));
  CHECK(stage.changes(before).empty());
}

TEST_CASE("without a terminal and without --yes nothing is sent, and the exit code says that it waits") {
  Stage stage;
  stage.plan();
  const std::size_t before = stage.requests();
  const Ended ended = stage.run({"apply", "plan.json", "--run", "run"}, "yes\n");
  INFO(ended.text());
  CHECK(ended.code == 4);
  CHECK(has(ended.err, "--yes"));
  CHECK(stage.requests() == before);
  CHECK(stage.apply().code == 0);
}

TEST_CASE("a number that is no longer as planned is stale and not touched") {
  Stage stage({.numbers = 2});
  stage.plan();
  stage.plan("first.json", {"--to", "cloud", "--select", stage.phone(0)});
  REQUIRE(stage.run({"apply", "first.json", "--run", "first", "--yes"}).code == 0);
  const Ended ended = stage.apply();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 3);
  CHECK(standing(stage, 0)["state"] == "stale");
  CHECK(standing(stage, 1)["state"] == "migrated");
  CHECK(stage.sent("register", stage.phone(0)) == 1);
}

TEST_CASE("a wrong PIN is sent once ever, until a person supplies the right one") {
  const bool takes_down = GENERATE(true, false);
  CAPTURE(takes_down);
  Stage stage({.dialect = {.wrong_pin_takes_onprem_down = takes_down},
               .overlay = R"({"*": {"pin": "654321"}})",
               .policy = {{"settle_timeout", "800ms"}}});
  stage.plan();
  const auto check_still_refused = [&](const Ended& ended, const std::string& taken_down_is) {
    INFO(ended.text() << stage.story());
    CHECK(ended.code == (takes_down ? 5 : 3));
    CHECK(stage.sent("register") == 1);
    CHECK(standing(stage)["state"] == (takes_down ? taken_down_is : "failed"));
    CHECK(standing(stage)["home"] == (takes_down ? "nowhere" : "onprem"));
    CHECK(stage.world->home(stage.phone()) == (takes_down ? ServedBy::nobody : ServedBy::onprem));
  };
  check_still_refused(stage.apply(), "stranded");
  for (const Args& command : {Args{"status", "--run", "run"}, Args{"report", "--run", "run"}}) {
    const Ended told = stage.run(command);
    INFO(told.text());
    CHECK(has(told.out, "PIN"));
    CHECK(has(told.out, "retry --run run " + stage.phone() + " --pin"));
  }

  const Ended again = stage.run({"plan", "inventory.yaml", "--to", "cloud", "-o", "again.json"});
  INFO(again.text());
  CHECK(again.code == 2);
  CHECK(has(again.out, "never sent again"));
  check_still_refused(stage.apply(), "stranded");
  REQUIRE(stage.run({"retry", "--run", "run", stage.phone()}).code == 0);
  check_still_refused(stage.apply(), "waiting");  // for its PIN

  stage.environment["RIGHT_PIN"] = "654321";
  const Ended retried = stage.run({"retry", "--run", "run", stage.phone(), "--pin", "env:RIGHT_PIN"});
  INFO(retried.text());
  CHECK(retried.code == 0);
  const Ended ended = stage.apply();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.sent("register") == 2);
  CHECK(stage.world->home(stage.phone()) == ServedBy::cloud);
  CHECK(standing(stage)["state"] == "migrated");
}

TEST_CASE("a token that expires in mid-run pauses and fails nothing, and the same command completes with a new one") {
  Stage stage({.numbers = 3, .policy = {{"concurrency", "1"}}});
  stage.plan();
  SECTION("before the registration") { stage.faults.add(fault("profile", Action::expire_token)); }
  SECTION("by the registration itself") { stage.faults.add(fault("register", Action::expire_token)); }
  SECTION("after the registration, before it is verified") {
    sim::FaultRule rule = fault("node", Action::expire_token, 6);
    rule.phone = stage.phone(0);
    stage.faults.add(rule);
  }
  const Ended paused = stage.apply();
  INFO(paused.text() << stage.story());
  CHECK(paused.code == 4);
  CHECK(has(paused.out + paused.err, "env:GRAPH_TOKEN"));
  const Json status = stage.status();
  CHECK(status["state"] == "paused");
  for (const Json& number : status["numbers"]) CHECK(number["state"] != "failed");

  const Ended still = stage.apply();
  INFO(still.text());
  CHECK(still.code == 4);

  stage.faults.calm();
  give_new_token(stage);
  const Ended ended = stage.apply();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  for (int i = 0; i < 3; ++i) {
    CHECK(stage.world->home(stage.phone(i)) == ServedBy::cloud);
    CHECK(stage.world->landed("register", stage.phone(i)) == 1);
  }
}

TEST_CASE("on-premises' code is waited for, taken from standard input, and the same command completes") {
  Stage stage({.home = ServedBy::cloud, .overlay = R"({"*": {"needs_code": true}})"});
  const Ended refused = stage.run({"plan", "inventory.yaml", "--to", "onprem", "-o", "plan.json"});
  INFO(refused.text());
  CHECK(refused.code == 2);
  CHECK(has(refused.out, "--allow-after-sunset"));
  stage.plan("plan.json", {"--to", "onprem", "--allow-after-sunset"});

  const Ended waiting = stage.apply();
  INFO(waiting.text() << stage.story());
  CHECK(waiting.code == 4);
  CHECK(has(waiting.err, "2025-10-23"));
  CHECK(standing(stage)["waits_for"] == "code");
  CHECK(stage.world->home(stage.phone()) == ServedBy::cloud);
  CHECK(has(stage.run({"status", "--run", "run"}).out, "answer --run run " + stage.phone() + " --code-from -"));
  const Ended still = stage.apply();
  CHECK(still.code == 4);

  SECTION("the right code") {}
  SECTION("after a wrong one") {
    REQUIRE(stage.run({"answer", "--run", "run", stage.phone(), "--code-from", "-"}, "000000\n").code == 0);
    const Ended wrong = stage.apply();
    INFO(wrong.text() << stage.story());
    CHECK(wrong.code == 4);
    CHECK(standing(stage)["waits_for"] == "code");
  }
  SECTION("after what is no code") {
    const Ended wrong = stage.run({"answer", "--run", "run", stage.phone(), "--code-from", "-"}, "47291\n");
    CHECK(wrong.code == 1);
    CHECK(has(wrong.err, "six digits"));
    CHECK_FALSE(has(wrong.err, "47291"));
    for (const Args& how : {Args{}, Args{"--code-from", "472916"}, Args{"--code-from", "cmd:cat code"}}) {
      Args arguments{"answer", "--run", "run", stage.phone()};
      arguments.insert(arguments.end(), how.begin(), how.end());
      const Ended misused = stage.run(arguments);
      INFO(misused.text());
      CHECK(misused.code == 1);
      CHECK(has(misused.err, "--code-from"));
      CHECK_FALSE(has(misused.err, "472916"));
    }
  }
  const Ended answered = stage.run({"answer", "--run", "run", stage.phone(), "--code-from", "-"}, "472-916\n");
  INFO(answered.text());
  CHECK(answered.code == 0);
  const Ended ended = stage.apply();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.world->home(stage.phone()) == ServedBy::onprem);
  CHECK(stage.sent("account") == 1);
}

TEST_CASE("a run that waits for a code takes it up while it works on other numbers") {
  Stage stage({.numbers = 2,
               .home = ServedBy::cloud,
               .overlay = R"({"+4915110000000": {"needs_code": true}})",
               .policy = {{"concurrency", "1"}, {"settle_timeout", "20s"}}});
  stage.plan("plan.json", {"--to", "onprem", "--allow-after-sunset"});
  // The other number takes long to connect.
  stage.world->hold()->timing.connect_time = Millis(1500);
  const auto run = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
  REQUIRE(eventually([&] { return has(run->err(), "waits for"); }));
  CHECK(stage.run({"answer", "--run", "run", stage.phone(0), "--code-from", "-"}, "472916\n").code == 0);
  const Ended ended = run->wait();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.world->home(stage.phone(0)) == ServedBy::onprem);
  CHECK(stage.world->home(stage.phone(1)) == ServedBy::onprem);
}

TEST_CASE("where on-premises registration is closed for good Cloud is left untouched") {
  Stage stage({.home = ServedBy::cloud, .overlay = R"({"world": {"onprem_registration_blocked": true}})"});
  stage.plan("plan.json", {"--to", "onprem", "--allow-after-sunset"});
  const Ended ended = stage.apply();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 3);
  CHECK(standing(stage)["state"] == "failed");
  CHECK(standing(stage)["home"] == "cloud");
  CHECK(stage.sent("account") == 1);
  CHECK(stage.sent("deregister") == 0);
  CHECK(stage.world->unserved(stage.phone()) == Millis(0));
  CHECK(has(ended.out, "biz_link_on_prem_reg_blocked"));
  CHECK(stage.apply().code == 3);
  CHECK(stage.sent("account") == 1);
}

TEST_CASE("rollback brings the numbers back, at any hour, and twice is nothing to do") {
  Stage stage({.numbers = 2, .overlay = registration_is_open, .policy = {{"windows", "[00:00-24:00]"}}});
  stage.plan();
  REQUIRE(stage.apply().code == 0);
  const std::size_t before = stage.requests();

  const Ended sunset = stage.run({"rollback", "--run", "run", "--yes"});
  INFO(sunset.text());
  CHECK(sunset.code == 2);
  CHECK(has(sunset.out + sunset.err, "--allow-after-sunset"));
  const Ended dry = stage.run({"rollback", "--run", "run", "--allow-after-sunset", "--dry-run"});
  INFO(dry.text());
  CHECK(dry.code == 0);
  CHECK(has(stage.run({"show", "run/plan.json"}).out, "Maintenance windows"));
  CHECK_FALSE(has(dry.text(), "Maintenance windows"));
  const Ended unasked = stage.run({"rollback", "--run", "run", "--allow-after-sunset"});
  INFO(unasked.text());
  CHECK(unasked.code == 4);
  CHECK(stage.changes(before).empty());
  CHECK_FALSE(std::filesystem::exists(stage.work() / "run" / "rollback-1"));

  const Ended back = stage.run({"rollback", "--run", "run", "--allow-after-sunset", "--yes"});
  INFO(back.text() << stage.story());
  CHECK(back.code == 0);
  for (int i = 0; i < 2; ++i) {
    CHECK(stage.world->home(stage.phone(i)) == ServedBy::onprem);
    CHECK(stage.sent("account", stage.phone(i)) == 1);
  }
  CHECK(std::filesystem::exists(stage.work() / "run" / "rollback-1" / "report.md"));

  const std::size_t after = stage.requests();
  const Ended twice = stage.run({"rollback", "--run", "run", "--allow-after-sunset", "--yes"});
  INFO(twice.text());
  CHECK(twice.code == 0);
  CHECK(has(twice.out, "Nothing to do"));
  CHECK(stage.changes(after).empty());
}

TEST_CASE("rollback takes back the numbers it is given and no other") {
  Stage stage({.numbers = 2, .overlay = registration_is_open});
  stage.plan();
  REQUIRE(stage.apply().code == 0);
  const Ended back = stage.run({"rollback", "--run", "run", stage.phone(1), "--allow-after-sunset", "--yes"});
  INFO(back.text() << stage.story());
  CHECK(back.code == 0);
  CHECK(stage.world->home(stage.phone(0)) == ServedBy::cloud);
  CHECK(stage.world->home(stage.phone(1)) == ServedBy::onprem);
}

TEST_CASE("a rollback that waits for a code is answered through its run, and goes on with the same command") {
  Stage stage({.overlay = R"({"*": {"needs_code": true}})"});
  stage.plan();
  REQUIRE(stage.apply().code == 0);
  const Args back{"rollback", "--run", "run", "--allow-after-sunset", "--yes"};
  const Ended waiting = stage.run(back);
  INFO(waiting.text() << stage.story());
  CHECK(waiting.code == 4);
  CHECK(stage.world->home(stage.phone()) == ServedBy::cloud);
  const Ended answered = stage.run({"answer", "--run", "run", stage.phone(), "--code-from", "-"}, "472916\n");
  INFO(answered.text());
  CHECK(answered.code == 0);
  const Ended ended = stage.run(back);
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.world->home(stage.phone()) == ServedBy::onprem);
  CHECK(stage.sent("account") == 1);
}

TEST_CASE("a registration that takes effect late is waited for and never sent again") {
  Stage stage;
  stage.plan();
  sim::FaultRule late = fault("register", Action::late);
  late.delay = Millis(150);
  stage.faults.add(late);
  SECTION("by the process that sent it") {
    const Ended ended = stage.apply();
    INFO(ended.text() << stage.story());
    CHECK(ended.code == 0);
  }
  SECTION("by the next one, when that was killed meanwhile") {
    const auto killed = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
    REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
    killed->send(SIGKILL);
    CHECK(killed->wait().signal == SIGKILL);
    CHECK(stage.world->home(stage.phone()) == ServedBy::onprem);
    const Ended ended = stage.apply();
    INFO(ended.text() << stage.story());
    CHECK(ended.code == 0);
  }
  CHECK(stage.sent("register") == 1);
  CHECK(stage.world->landed("register") == 1);
  CHECK(stage.world->home(stage.phone()) == ServedBy::cloud);
}

TEST_CASE("whatever becomes of a registration's reply on the wire, every number ends on Cloud with one registration") {
  const std::vector<Action> actions = {Action::reply_lost, Action::reply_dropped, Action::garbage, Action::html,
                                       Action::half,       Action::huge,          Action::lost,    Action::reset,
                                       Action::silence,    Action::unreachable,   Action::down,    Action::throttled};
  Stage stage({.numbers = static_cast<int>(actions.size())});
  stage.plan();
  for (std::size_t i = 0; i < actions.size(); ++i) {
    sim::FaultRule rule = fault("register", actions[i]);
    rule.phone = stage.phone(static_cast<int>(i));
    rule.delay = Millis(100);
    stage.faults.add(rule);
  }
  const Ended ended = stage.apply();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const std::string phone = stage.phone(static_cast<int>(i));
    INFO(sim::name(actions[i]));
    CHECK(stage.world->home(phone) == ServedBy::cloud);
    CHECK(stage.world->landed("register", phone) == 1);
    CHECK(stage.world->cloud_registrations(phone) == 1);
  }
}

TEST_CASE("a second signal waits for requests in flight only, and the run resumes without repeating them") {
  Stage stage({.policy = {{"register_timeout", "5s"}}});
  stage.world->hold()->timing.register_time = Millis(300);
  stage.world->hold()->timing.pending_time = Millis(1500);
  stage.plan();
  const auto run = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  run->send(SIGINT);
  std::this_thread::sleep_for(Millis(50));
  run->send(SIGINT);
  const Ended stopped = run->wait();
  INFO(stopped.text() << stage.story());
  CHECK(stopped.code == 4);
  CHECK(standing(stage)["state"] == "active");
  const Ended ended = stage.apply();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.sent("register") == 1);
}

TEST_CASE("a signal pauses: what is committed is brought to its end, nothing new begins, and the run resumes") {
  const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP);
  CAPTURE(signal);
  Stage stage({.numbers = 3, .policy = {{"concurrency", "1"}, {"register_timeout", "5s"}}});
  stage.world->hold()->timing.register_time = Millis(300);
  stage.plan();
  const auto run = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  run->send(signal);
  const Ended stopped = run->wait();
  INFO(stopped.text() << stage.story());
  CHECK(stopped.code == 4);
  CHECK(stage.sent("register") == 1);
  CHECK(stage.world->home(stage.phone(0)) == ServedBy::cloud);
  CHECK(standing(stage, 0)["state"] == "migrated");
  CHECK(standing(stage, 1)["state"] == "pending");
  CHECK(stage.status()["state"] == "paused");

  stage.world->hold()->timing.register_time = Millis(50);
  const Ended ended = stage.apply();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  for (int i = 0; i < 3; ++i) CHECK(stage.sent("register", stage.phone(i)) == 1);
}

TEST_CASE("a terminal that is closed pauses the run, and the same command resumes it") {
  Stage stage({.numbers = 2, .policy = {{"concurrency", "1"}, {"register_timeout", "5s"}}});
  stage.world->hold()->timing.register_time = Millis(300);
  stage.plan();
  const auto run = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  run->close_output();
  run->send(SIGHUP);
  const Ended stopped = run->wait();
  INFO(stopped.text() << stage.story());
  CHECK(stopped.signal == 0);
  CHECK(stopped.code == 4);
  CHECK(stage.status()["state"] == "paused");
  CHECK(standing(stage, 0)["state"] == "migrated");
  CHECK(standing(stage, 1)["state"] == "pending");
  CHECK(stage.apply().code == 0);
  for (int i = 0; i < 2; ++i) CHECK(stage.sent("register", stage.phone(i)) == 1);
}

TEST_CASE("a reader of the output that goes away does not end the run") {
  Stage stage({.numbers = 2, .policy = {{"concurrency", "1"}, {"register_timeout", "5s"}}});
  stage.world->hold()->timing.register_time = Millis(300);
  stage.plan();
  const auto run = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  run->close_output();
  const Ended ended = run->wait();
  INFO(ended.text() << stage.story());
  CHECK(ended.signal == 0);
  CHECK(ended.code == 0);
  CHECK(standing(stage, 1)["state"] == "migrated");
}

TEST_CASE("what a person asks of a number that has not ended is refused, and changes nothing") {
  Stage stage({.home = ServedBy::cloud, .overlay = R"({"*": {"needs_code": true}})"});
  stage.plan("plan.json", {"--to", "onprem", "--allow-after-sunset"});
  REQUIRE(stage.apply().code == 4);
  const Json before = standing(stage);
  for (const Args& command :
       {Args{"retry", "--run", "run", stage.phone()},
        Args{"resolve", "--run", "run", stage.phone(), "--assume", "not-done", "--evidence", "a hunch"}}) {
    const Ended ended = stage.run(command);
    INFO(ended.text());
    CHECK(ended.code == 1);
    CHECK(has(ended.err, stage.phone()));
  }
  CHECK(stage.apply().code == 4);
  CHECK(standing(stage) == before);
  CHECK(stage.sent("account") == 1);
}

TEST_CASE("a lost reply of account waits for a person's word, and goes on from it") {
  Stage stage(
      {.home = ServedBy::cloud, .overlay = R"({"*": {"needs_code": true}})", .policy = {{"settle_timeout", "500ms"}}});
  stage.plan("plan.json", {"--to", "onprem", "--allow-after-sunset"});
  stage.faults.add(fault("account", Action::reply_lost));
  const Ended waiting = stage.apply();
  INFO(waiting.text() << stage.story());
  CHECK(waiting.code == 4);
  CHECK(standing(stage)["waits_for"] == "person");
  CHECK(has(waiting.out, "resolve --run run"));
  CHECK(stage.apply().code == 4);
  CHECK(stage.sent("account") == 1);
  CHECK(stage.run({"resolve", "--run", "run", stage.phone(), "--assume", "done", "--evidence", "an SMS"}).code == 0);
  CHECK(stage.run({"answer", "--run", "run", stage.phone(), "--code-from", "-"}, "472916\n").code == 0);
  const Ended ended = stage.apply();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.sent("account") == 1);
  CHECK(stage.world->home(stage.phone()) == ServedBy::onprem);
}
