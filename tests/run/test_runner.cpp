// Whole runs, both ways, with the faults that matter most: production code from survey to runner, judged by what the
// simulated world says happened.
#include <fmt/format.h>

#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using sim::ServedBy;

namespace {

std::string story(const Rig& rig) {
  std::string text = rig.world->story() + "\n";
  for (const Entry& entry : rig.entries) text += to_line(entry) + "\n";
  return text;
}

// A plan of all numbers, or the test ends with what the checks say.
Plan planned(Rig& rig, Direction direction) {
  Plan plan = rig.plan(direction);
  std::string findings;
  for (const Check& check : rig.failed) findings += check.phone + " " + check.id + ": " + check.message + "\n";
  INFO(findings);
  REQUIRE(plan.numbers.size() == rig.fleet.numbers.size());
  return plan;
}

sim::FaultRule fault(std::string on, sim::Action action, int nth = 1) {
  sim::FaultRule rule;
  rule.on = std::move(on);
  rule.action = action;
  rule.nth = nth;
  return rule;
}

}  // namespace

TEST_CASE("a journal line that this version never writes is an error, not an end of the process") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  const std::string start = R"({"t":"2026-03-01T12:00:00Z","phone":")" + rig.phone() + R"(",)";
  for (const std::string& rest :
       {std::string(R"("e":"intent","step":"fly"})"), std::string(R"("e":"outcome"})"),
        std::string(R"("e":"settled","step":"fly"})"), std::string(R"("e":"started","more":{"road":["fly"]}})"),
        std::string(R"("e":"replanned","more":{"road":["fly"]}})")}) {
    const auto progress = fold_journal(plan, {start + rest});
    CAPTURE(rest);
    REQUIRE_FALSE(progress.has_value());
    CHECK(progress.error().message.find("a step this version does not know") != std::string::npos);
  }
  for (const char* count : {"-1", "2147483648", "\"x\""}) {
    CHECK_FALSE(fold_journal(plan, {start + R"("e":"intent","step":"cloud_register","attempt":)" + count + "}"}));
  }
}

TEST_CASE("a number goes to Cloud with one registration and is verified there") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.done);
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(exit_code(progress) == 0);
  CHECK(rig.world->home(rig.phone()) == ServedBy::cloud);
  CHECK(rig.world->cloud_registrations(rig.phone()) == 1);
  CHECK(rig.world->requests("register", rig.phone()) == 1);
  CHECK(rig.store->blob_names()->size() == 1);  // the snapshot; the backup is gone
}

TEST_CASE("a number goes to Cloud and back, and back needs the code that on-premises asks for") {
  Rig rig({.overlay = R"({"*": {"needs_code": true}})"});
  rig.run_through(planned(rig, Direction::to_cloud));
  rig.new_run();
  const Plan back = planned(rig, Direction::to_onprem);
  INFO(story(rig));
  const Progress waiting = rig.run(back);
  CHECK(waiting.numbers[0].waits_for == "code");
  CHECK(exit_code(waiting) == 4);
  CHECK(rig.world->home(rig.phone()) == ServedBy::cloud);
  const Progress progress = rig.run_through(back);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->home(rig.phone()) == ServedBy::onprem);
  CHECK(rig.world->requests("account", rig.phone()) == 1);
}

TEST_CASE("a wrong PIN is sent once, ever, and the canary's failure keeps the rest untouched") {
  Rig rig({.numbers = 5, .overlay = R"({"+4915110000000": {"pin": "654321"}})"});
  const Plan plan = planned(rig, Direction::to_cloud);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.done);
  CHECK(exit_code(progress) == 5);
  CHECK(progress.numbers[0].state == NumberState::stranded);
  CHECK(progress.numbers[0].next_command.find("--pin") != std::string::npos);
  for (std::size_t i = 1; i < 5; ++i) CHECK(progress.numbers[i].state == NumberState::untouched);
  CHECK(rig.world->requests("register") == 1);

  SECTION("not by a later run either") {
    rig.new_run();
    const Plan again = rig.plan(Direction::to_cloud);
    for (const Check& check : rig.failed) INFO(check.phone + " " + check.id + ": " + check.message);
    CHECK(again.numbers.size() == 4);
    rig.run_through(again);
    CHECK(rig.world->requests("register", rig.phone()) == 1);
  }
  SECTION("until a person supplies the right one") {
    rig.secrets.known["RIGHT"] = "654321";
    (void)rig.store->post(R"({"type":"retry","phone":"+4915110000000","pin":"env:RIGHT"})");
    Plan with_pin = plan;
    with_pin.fleet.numbers[0].pin = {SecretRef::Kind::env, "RIGHT"};
    const Progress retried = rig.run_through(with_pin);
    INFO(story(rig));
    CHECK(rig.world->requests("register", rig.phone()) <= 2);
    CHECK(is_final(retried.numbers[0].state));
  }
}

TEST_CASE("with no way to Graph a run pauses at the first number, and no number is said to have changed") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.waves = {{1, false}, {2, false}};
  const Plan plan = planned(rig, Direction::to_cloud);
  sim::FaultRule cut = fault("*", sim::Action::unreachable);
  cut.side = sim::Side::graph;
  cut.times = 0;
  rig.faults.add(cut);
  const Progress paused = rig.run(plan);
  INFO(story(rig));
  CHECK(paused.paused == "network");
  CHECK(exit_code(paused) == 4);
  for (const NumberProgress& number : paused.numbers) CHECK_FALSE(is_final(number.state));

  sim::Faults none;
  rig.use(&none);
  const Progress end = rig.run_through(plan);
  CHECK(end.done);
  for (const NumberProgress& number : end.numbers) CHECK(number.state == NumberState::migrated);
}

TEST_CASE("a run that has ended keeps nobody from its numbers, those included that it looked at again after a soak") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.waves = {{1, false}, {2, false}};
  rig.fleet.policy.soak = std::chrono::minutes(5);
  const Plan plan = planned(rig, Direction::to_cloud);
  CHECK(rig.run_through(plan).done);
  for (const Number& number : rig.fleet.numbers) {
    INFO(number.phone.e164);
    CHECK_FALSE(rig.ledger.lease_of(number.phone.e164));
  }
}

TEST_CASE("whatever becomes of the reply to register, the number ends on Cloud with one effective registration") {
  const auto action =
      GENERATE(sim::Action::lost, sim::Action::reply_lost, sim::Action::reply_dropped, sim::Action::reset,
               sim::Action::down, sim::Action::garbage, sim::Action::html, sim::Action::half, sim::Action::huge,
               sim::Action::throttled, sim::Action::unreachable, sim::Action::late);
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  rig.faults.add(fault("register", action));
  const Progress progress = rig.run_through(plan);
  INFO(sim::name(action) << "\n" << story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->home(rig.phone()) == ServedBy::cloud);
  CHECK(rig.world->cloud_registrations(rig.phone()) == 1);
}

TEST_CASE(
    "a register that takes effect after the client gave up is waited for and never sent again, also across a kill") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  sim::FaultRule late = fault("register", sim::Action::late);
  late.delay = std::chrono::seconds(25);
  rig.faults.add(late);
  for (int kill = 0; kill < 60; ++kill) {
    // Die at every append from here on, one further each time, until a run gets through.
    rig.store->kill_at_append_ = kill;
    try {
      rig.run_through(plan);
      if (rig.store->kill_at_append_ >= 0) break;
    } catch (const Killed&) {
    }
    rig.clock.advance(std::chrono::seconds(1));
  }
  rig.store->kill_at_append_ = -1;
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->requests("register", rig.phone()) == 1);
}

TEST_CASE("killed at any append, the run completes and repeats no completed change") {
  for (const Direction direction : {Direction::to_cloud, Direction::to_onprem}) {
    for (int kill = 0; kill < 40; ++kill) {
      Rig rig({.numbers = 2, .home = direction == Direction::to_cloud ? ServedBy::onprem : ServedBy::cloud});
      const Plan plan = planned(rig, direction);
      rig.store->kill_at_append_ = kill;
      bool killed = false;
      try {
        rig.run_through(plan);
      } catch (const Killed&) {
        killed = true;
      }
      rig.store->kill_at_append_ = -1;
      const Progress progress = rig.run_through(plan);
      INFO("killed at append " << kill << "\n" << story(rig));
      for (const NumberProgress& number : progress.numbers) {
        CHECK(number.state == NumberState::migrated);
        CHECK(rig.world->cloud_registrations(number.phone) + rig.world->onprem_registrations(number.phone) == 1);
        CHECK(rig.world->requests("register", number.phone) + rig.world->requests("account", number.phone) == 1);
      }
      if (!killed) break;
    }
  }
}

TEST_CASE("an expired token pauses everything and fails nothing; with a new one the same run completes") {
  Rig rig({.numbers = 3});
  const Plan plan = planned(rig, Direction::to_cloud);
  rig.faults.add(fault("register", sim::Action::expire_token, 2));
  const Progress stopped = rig.run(plan);
  INFO(story(rig));
  CHECK(stopped.paused == "token");
  CHECK(exit_code(stopped) == 4);
  CHECK(rig.world->home(rig.phone(1)) == ServedBy::onprem);
  rig.secrets.known["TOKEN"] = "second-token";
  rig.world->add_token("second-token", {.app_id = "900100200300"});
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  for (const NumberProgress& number : progress.numbers) CHECK(number.state == NumberState::migrated);
}

TEST_CASE("when on-premises refuses for good, Cloud was not touched") {
  Rig rig({.home = ServedBy::cloud, .overlay = R"({"world": {"onprem_registration_blocked": true}})"});
  const Progress progress = rig.run_through(planned(rig, Direction::to_onprem));
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::failed);
  CHECK(exit_code(progress) == 3);
  CHECK(rig.world->home(rig.phone()) == ServedBy::cloud);
  CHECK(rig.world->unserved(rig.phone()) == Millis(0));
  CHECK(rig.world->requests("account", rig.phone()) == 1);
}

TEST_CASE("two swapped phone number ids never reach a register") {
  Rig rig({.numbers = 2});
  std::swap(rig.fleet.numbers[0].phone_number_id, rig.fleet.numbers[1].phone_number_id);
  const Plan plan = rig.plan(Direction::to_cloud);
  CHECK(plan.numbers.empty());
  CHECK(std::count_if(rig.failed.begin(), rig.failed.end(), [](const Check& c) { return c.id == "identity"; }) == 2);
}

TEST_CASE("a number that someone else moved since the plan is stale and not touched") {
  Rig rig({.numbers = 2});
  const Plan plan = planned(rig, Direction::to_cloud);
  Rig other({.numbers = 1});
  {
    auto state = rig.world->hold();
    state->number(rig.phone(0))
        ->timeline.set(
            {rig.clock.now(), ServedBy::cloud, sim::Platform::cloud_api, "CONNECTED", sim::Gateway::disconnected});
  }
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::stale);
  CHECK(progress.numbers[1].state == NumberState::migrated);
  CHECK(rig.world->requests("register", rig.phone(0)) == 0);
  CHECK(exit_code(progress) == 3);
}

TEST_CASE("what a WABA's numbers share is changed once") {
  Rig rig({.numbers = 6});
  rig.world->hold()->wabas.begin()->second.subscriptions.clear();
  rig.fleet.policy.waves = {{100, true}};
  const Progress progress = rig.run_through(planned(rig, Direction::to_cloud));
  INFO(story(rig));
  for (const NumberProgress& number : progress.numbers) CHECK(number.state == NumberState::migrated);
  CHECK(rig.world->requests("subscribe") == 1);
}

TEST_CASE("a shared PIN reference is proven on one number before a second uses it") {
  Rig rig({.numbers = 4, .own_pins = false});
  rig.fleet.policy.waves = {{100, true}};
  rig.world->hold()->number(rig.phone(0))->pin = "654321";
  rig.world->hold()->number(rig.phone(1))->pin = "654321";
  const Progress progress = rig.run_through(planned(rig, Direction::to_cloud));
  INFO(story(rig));
  CHECK(rig.world->requests("register") == 1);
  CHECK(std::count_if(progress.numbers.begin(), progress.numbers.end(),
                      [](const NumberProgress& n) { return n.state == NumberState::untouched; }) == 3);
}

TEST_CASE("a number that ends without having sent a shared PIN leaves it to the next to prove") {
  Rig rig({.numbers = 4, .own_pins = false});
  rig.fleet.policy.waves = {{1, false}, {100, true}};
  const Plan plan = planned(rig, Direction::to_cloud);
  {
    auto state = rig.world->hold();
    state->number(rig.phone(0))
        ->timeline.set(
            {rig.clock.now(), ServedBy::cloud, sim::Platform::cloud_api, "CONNECTED", sim::Gateway::disconnected});
  }
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::stale);
  for (std::size_t i = 1; i < 4; ++i) CHECK(progress.numbers[i].state == NumberState::migrated);
}

TEST_CASE("a refused backup is taken anew once, then the number stops") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  sim::FaultRule refuse = fault("register", sim::Action::refuse);
  refuse.code = 133002;
  SECTION("once") {
    rig.faults.add(refuse);
    const Progress progress = rig.run_through(plan);
    INFO(story(rig));
    CHECK(progress.numbers[0].state == NumberState::migrated);
    CHECK(rig.world->requests("backup") == 2);
  }
  SECTION("for ever") {
    refuse.times = 0;
    rig.faults.add(refuse);
    const Progress progress = rig.run_through(plan);
    INFO(story(rig));
    CHECK(progress.numbers[0].state == NumberState::failed);
    CHECK(rig.world->requests("register") == 2);
    CHECK(rig.world->home(rig.phone()) == ServedBy::onprem);
  }
}

TEST_CASE("recently deleted is waited for, durably") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  sim::FaultRule refuse = fault("register", sim::Action::refuse);
  refuse.code = 133015;
  refuse.details = "wait a few minutes";
  rig.faults.add(refuse);
  const Time begun = rig.clock.now();
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.clock.now() - begun >= rig.fleet.policy.recently_deleted_wait);
}

TEST_CASE("an unknown code stops the number where it is served, and says so") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  sim::FaultRule refuse = fault("register", sim::Action::refuse);
  refuse.code = 987654;
  rig.faults.add(refuse);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::failed);
  CHECK(progress.numbers[0].reason.find("987654") != std::string::npos);
  CHECK(rig.world->requests("register") == 1);
}

TEST_CASE("a store that can't write stops everything before anything is sent") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  rig.store->full_ = true;
  rig.run(plan);
  CHECK_FALSE(rig.last_result.has_value());
  CHECK(rig.world->requests("register") == 0);
  CHECK(rig.world->requests("backup") == 0);
}

TEST_CASE("a half-done deregistration is finished once, where nobody serves the number, and then it registers") {
  Rig rig({.home = ServedBy::cloud, .overlay = R"({"world": {"onprem_registration_blocked": true}})"});
  rig.options.deregister_first = true;
  const Plan plan = planned(rig, Direction::to_onprem);
  // Cloud is let go only half, on-premises refuses for good: Cloud wants the deregistration finished first.
  bool planted = false;
  rig.transport->on_elapsed([&](Millis took) {
    rig.clock.advance(took);
    if (!planted && rig.world->requests("deregister") == 1) {
      planted = rig.world->hold()->number(rig.phone())->half_deregistered = true;
    }
  });
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(rig.world->home(rig.phone()) == ServedBy::cloud);
  CHECK(progress.numbers[0].state == NumberState::rolled_back);
  CHECK(rig.world->requests("deregister") == 2);
  CHECK(exit_code(progress) == 3);
}

TEST_CASE("with --deregister-first and on-premises refusing, Cloud takes the number back by itself") {
  Rig rig({.home = ServedBy::cloud, .overlay = R"({"world": {"onprem_registration_blocked": true}})"});
  rig.options.deregister_first = true;
  const Progress progress = rig.run_through(planned(rig, Direction::to_onprem));
  INFO(story(rig));
  CHECK(rig.world->home(rig.phone()) == ServedBy::cloud);
  CHECK(progress.numbers[0].state == NumberState::rolled_back);
  CHECK(progress.numbers[0].downtime > Millis(0));
}

TEST_CASE("Cloud is never let go before on-premises is registered unless that was asked for") {
  Rig rig({.home = ServedBy::cloud});
  rig.run_through(planned(rig, Direction::to_onprem));
  CHECK(rig.world->requests("deregister") == 0);
}

TEST_CASE("a register that wants ownership proven waits for the code, and then goes on") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  sim::FaultRule refuse = fault("register", sim::Action::refuse);
  refuse.code = 133006;
  rig.faults.add(refuse);
  const Progress waiting = rig.run(plan);
  INFO(story(rig));
  CHECK(waiting.numbers[0].waits_for == "code");
  CHECK(exit_code(waiting) == 4);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(rig.world->requests("request_code") == 1);
  CHECK(progress.numbers[0].state == NumberState::migrated);
}

TEST_CASE("at most three registers leave for a number in one run, whatever happens to them") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  sim::FaultRule lost = fault("register", sim::Action::lost);
  lost.times = 0;
  rig.faults.add(lost);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.done);
  CHECK(progress.numbers[0].state == NumberState::failed);
  CHECK(progress.numbers[0].registers_used() == 3);
  CHECK(rig.world->home(rig.phone()) == ServedBy::onprem);
}

TEST_CASE("the ledger stops at eight registrations of 72 hours, over all runs") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  for (int i = 0; i < 8; ++i) (void)rig.ledger.add_attempt(rig.phone(), "register", rig.clock.now());
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::failed);
  CHECK(rig.world->requests("register") == 0);
}

TEST_CASE("a lost reply of account waits for a person, and a person's word goes on from there") {
  Rig rig({.home = ServedBy::cloud, .overlay = R"({"*": {"needs_code": true}})"});
  const Plan plan = planned(rig, Direction::to_onprem);
  rig.faults.add(fault("account", sim::Action::reply_lost));
  const Progress waiting = rig.run(plan);
  INFO(story(rig));
  CHECK(waiting.numbers[0].waits_for == "person");
  CHECK(exit_code(waiting) == 4);
  CHECK(waiting.numbers[0].next_command.find("resolve") != std::string::npos);
  (void)rig.store->post(
      Json({{"type", "resolve"}, {"phone", rig.phone()}, {"assume", "done"}, {"evidence", "an SMS"}}).dump());
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->requests("account") == 1);
}

TEST_CASE("a wrong registration code is asked for again, and the account call is not repeated") {
  Rig rig({.home = ServedBy::cloud, .overlay = R"({"*": {"needs_code": true}})"});
  const Plan plan = planned(rig, Direction::to_onprem);
  rig.run(plan);
  rig.answer(rig.phone(), "000000");
  const Progress waiting = rig.run(plan);
  INFO(story(rig));
  CHECK(waiting.numbers[0].waits_for == "code");
  CHECK(rig.world->home(rig.phone()) == ServedBy::cloud);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->requests("account") == 1);
}

TEST_CASE("a queue that never drains ends the number where it is, with nothing sent") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  {
    auto state = rig.world->hold();
    state->deployments.begin()->second.queue = 9;
    state->deployments.begin()->second.queue_at = rig.clock.now();
    state->deployments.begin()->second.queue_per_second = 0;
  }
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::failed);
  CHECK(rig.world->requests("register") == 0);
  CHECK(rig.world->requests("backup") == 0);
}

TEST_CASE("after the soak a number that its old client took back stops the run") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.soak = std::chrono::minutes(5);
  const Plan plan = planned(rig, Direction::to_cloud);
  rig.world->later(rig.clock.now() + std::chrono::minutes(3), [&rig](sim::State& state, Time now) {
    state.number(rig.phone(0))
        ->timeline.set(
            {now, ServedBy::nobody, sim::Platform::not_applicable, "DISCONNECTED", sim::Gateway::disconnected});
  });
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::stranded);
  CHECK(progress.numbers[2].state == NumberState::untouched);
  CHECK(exit_code(progress) == 5);
}

TEST_CASE("after the soak a wave is looked at to its last number, whatever is found of the first") {
  Rig rig({.numbers = 5});
  rig.fleet.policy.waves = {{4, false}, {1, false}};
  rig.fleet.policy.concurrency = 1;
  rig.fleet.policy.soak = std::chrono::minutes(5);
  const Plan plan = planned(rig, Direction::to_cloud);
  rig.world->later(rig.clock.now() + std::chrono::minutes(4), [&rig](sim::State& state, Time now) {
    for (const int lost : {0, 2, 3}) {
      state.number(rig.phone(lost))
          ->timeline.set(
              {now, ServedBy::nobody, sim::Platform::not_applicable, "DISCONNECTED", sim::Gateway::disconnected});
    }
  });
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  for (const int lost : {0, 2, 3}) CHECK(progress.find(rig.phone(lost))->state == NumberState::stranded);
  CHECK(progress.find(rig.phone(1))->state == NumberState::migrated);
  CHECK(progress.find(rig.phone(4))->state == NumberState::untouched);
  CHECK(exit_code(progress) == 5);
}

TEST_CASE("asked to stop, nothing new is sent, and what had left its home is brought to its verification") {
  Rig rig({.numbers = 4});
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.concurrency = 2;
  const Plan plan = planned(rig, Direction::to_cloud);
  rig.stop_at = [&rig, asked = false]() mutable {
    return rig.world->requests("register") > 0 && !std::exchange(asked, true);
  };
  const Progress stopped = rig.run(plan);
  INFO(story(rig));
  CHECK(stopped.paused == "signal");
  CHECK(exit_code(stopped) == 4);
  const int registers = rig.world->requests("register");
  CHECK(registers <= 2);  // the one that was in flight, and at most its neighbour of the same moment
  for (const NumberProgress& number : stopped.numbers) {
    if (rig.world->requests("register", number.phone) > 0) CHECK(number.state == NumberState::migrated);
  }
  rig.stop_at = nullptr;
  const Progress progress = rig.run_through(plan);
  for (const NumberProgress& number : progress.numbers) CHECK(number.state == NumberState::migrated);
}

TEST_CASE("under every reading of the documents a number arrives, or stops honestly where it is served") {
  for (const sim::Dialect& dialect : sim::dialects_one_apart()) {
    for (const Direction direction : {Direction::to_cloud, Direction::to_onprem}) {
      Rig rig({.home = direction == Direction::to_cloud ? ServedBy::onprem : ServedBy::cloud, .dialect = dialect});
      const Plan plan = rig.plan(direction);
      INFO(sim::to_text(dialect) << " towards " << name(direction));
      if (plan.numbers.empty()) continue;  // refused by a check: nothing was sent
      const Progress progress = rig.run_through(plan);
      INFO(story(rig));
      const NumberProgress& number = progress.numbers[0];
      const ServedBy home = rig.world->home(rig.phone());
      CHECK(home != ServedBy::nobody);
      if (number.state == NumberState::migrated) {
        CHECK(home == (direction == Direction::to_cloud ? ServedBy::cloud : ServedBy::onprem));
      } else if (number.state == NumberState::failed) {
        CHECK(home == (direction == Direction::to_cloud ? ServedBy::onprem : ServedBy::cloud));
      }
    }
  }
}

TEST_CASE("storms of faults end at the goal, at the old home, or at an honest stop, and no change lands twice") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Rig rig({.numbers = 2});
    const Plan plan = planned(rig, Direction::to_cloud);
    sim::Faults storm = sim::Faults::from_seed(seed);
    rig.use(&storm);
    rig.run_through(plan);
    storm.calm();
    rig.use(nullptr);
    rig.world->add_token("sim-token", {.app_id = "900100200300"});
    const Progress progress = rig.run_through(plan);
    INFO("seed " << seed << "\n" << story(rig));
    for (const NumberProgress& number : progress.numbers) {
      const ServedBy home = rig.world->home(number.phone);
      CHECK(rig.world->cloud_registrations(number.phone) <= 1);
      CHECK(rig.world->requests("register", number.phone) <= 3);
      if (number.state == NumberState::migrated) CHECK(home == ServedBy::cloud);
      if (number.state == NumberState::failed || number.state == NumberState::untouched)
        CHECK(home == ServedBy::onprem);
      CHECK(home != ServedBy::nobody);
    }
  }
}

TEST_CASE("the same seed of faults gives the same journal, byte for byte") {
  auto journal_of = [](std::uint64_t seed) {
    Rig rig({.numbers = 3});
    const Plan plan = planned(rig, Direction::to_cloud);
    sim::Faults storm = sim::Faults::from_seed(seed);
    rig.use(&storm);
    rig.run_through(plan);
    std::string journal;
    for (const std::string& line : rig.store->journal_) journal += line + "\n";
    return journal;
  };
  CHECK(journal_of(7) == journal_of(7));
}

TEST_CASE("a run that was asked to stop waits for what it has moved without spinning") {
  Rig rig({.numbers = 2});
  rig.fleet.policy.waves = {{100, true}};
  const Plan plan = planned(rig, Direction::to_cloud);
  // The first number is registered, the second still waits for its queue: its next look is long past when the first one
  // has arrived.
  REQUIRE(sim::plant(*rig.world, fmt::format(R"({{"{}": {{"queue": 100000, "queue_per_second": 1}}}})", rig.phone(1)))
              .has_value());
  rig.world->hold()->dialect.pending_for_minutes = true;
  bool stopped = false;
  rig.stop_at = [&] { return rig.world->requests("register") > 0 && !std::exchange(stopped, true); };
  int ticks = 0;
  rig.on_tick = [&] { ++ticks; };
  const Progress progress = rig.run(plan);
  INFO(story(rig));
  CHECK(progress.paused == "signal");
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(ticks < 2000);
}

TEST_CASE("what can't be read when a number's turn comes is asked again, and not taken for lost") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  rig.faults.add(fault("subscribed_apps", sim::Action::down));
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
}

TEST_CASE("a number that is stale and served by nobody ends the run with 5") {
  Rig rig;
  const Plan plan = planned(rig, Direction::to_cloud);
  REQUIRE(sim::plant(*rig.world, R"({"*": {"home": "nowhere"}})").has_value());
  const Progress progress = rig.run_through(plan);
  CHECK(progress.numbers[0].state == NumberState::stale);
  CHECK(exit_code(progress) == 5);
}

TEST_CASE("under a limit that is always reached a run comes to an end, and says what it knows") {
  Rig rig({.overlay = R"({"world": {"waba_calls_per_hour": 30}})"});
  rig.world->hold()->dialect.usage_headers_left_out = true;
  const Plan plan = rig.plan(Direction::to_cloud);
  if (plan.numbers.empty()) return;
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK((is_final(progress.numbers[0].state) || !progress.paused.empty()));
  CHECK(rig.world->cloud_registrations(rig.phone()) <= 1);
}

TEST_CASE("a registration that was answered as done, and is not, is not repeated: the old home takes the number back") {
  Rig rig({.home = ServedBy::cloud});
  rig.world->hold()->dialect.account_needs_restart = true;
  const Plan plan = planned(rig, Direction::to_onprem);
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(rig.world->requests("account") == 1);
  CHECK(progress.numbers[0].state == NumberState::rolled_back);
  CHECK(rig.world->home(rig.phone()) == ServedBy::cloud);
}

TEST_CASE("a number that is where it should be, and not whole there, is not said to have arrived") {
  Rig rig;
  rig.world->hold()->timing.connect_time = std::chrono::seconds(60);
  rig.world->stop_deployment("de-0");
  rig.world->start_deployment("de-0");
  const Plan plan = planned(rig, Direction::to_onprem);
  REQUIRE(plan.roads[plan.numbers[0].road].steps.empty());
  const Time began = rig.clock.now();
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->home(rig.phone()) == ServedBy::onprem);
  CHECK(rig.clock.now() - began >= std::chrono::seconds(60));
}

TEST_CASE("a number that was brought back, and is asked for again, is said to have migrated when it has") {
  Rig rig({.home = ServedBy::cloud, .overlay = R"({"world": {"onprem_registration_blocked": true}})"});
  rig.options.deregister_first = true;
  const Plan plan = planned(rig, Direction::to_onprem);
  REQUIRE(rig.run_through(plan).numbers[0].state == NumberState::rolled_back);
  rig.world->hold()->registration_blocked = false;
  (void)rig.store->post(R"({"type":"retry","phone":"+4915110000000"})");
  const Progress progress = rig.run_through(plan);
  INFO(story(rig));
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->home(rig.phone()) == ServedBy::onprem);
}
