// The test message at the end of a road: sent once, judged by webhooks, and never a reason to fail or to go back.
#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using namespace std::chrono_literals;

namespace {

/// A rig whose numbers send a test message, of which `overlay` becomes what it says.
RigOptions sending(const std::string& overlay = "{}", int numbers = 1, TestMessage message = some_test_message()) {
  RigOptions options;
  options.numbers = numbers;
  options.overlay = overlay;
  options.adjust = [message](int, Number& number, sim::NumberSpec&) { number.test_message = message; };
  return options;
}

TestMessage with_answer() {
  TestMessage message = some_test_message();
  message.inbound = Millis(5min);
  return message;
}

RigOptions from_cloud(RigOptions options) {
  options.home = sim::ServedBy::cloud;
  return options;
}

void say(Rig& rig, const Json& message) { (void)rig.store->post(to_compact(message)); }

Json word(const Rig& rig, const std::string& assume) {
  return {{"type", "resolve"}, {"phone", rig.phone()}, {"assume", assume}, {"evidence", "looked at the telephone"}};
}

int messages(Rig& rig, int number = 0) {
  return rig.world->landed("messages", rig.phone(number)) + rig.world->landed("onprem_messages", rig.phone(number));
}

bool has_step(const Plan& plan, const std::string& step) {
  const auto& steps = plan.roads.at(0).steps;
  return std::find(steps.begin(), steps.end(), step) != steps.end();
}

}  // namespace

TEST_CASE("a number whose test message is delivered has migrated, with one message sent") {
  Rig rig(sending());
  const Plan plan = rig.plan(Direction::to_cloud);
  CHECK(has_step(plan, "send_test_message"));
  const Progress progress = rig.run(plan);
  const NumberProgress& number = progress.numbers.at(0);
  INFO(number.reason);
  CHECK(number.state == NumberState::migrated);
  CHECK(number.test.outcome == "delivered");
  CHECK(messages(rig) == 1);
  CHECK(exit_code(progress) == 0);
}

TEST_CASE("towards on-premises a test message is known by its id") {
  Rig rig(from_cloud(sending()));
  rig.options.allow_after_sunset = true;
  const Progress progress = rig.run_through(rig.plan(Direction::to_onprem));
  const NumberProgress& number = progress.numbers.at(0);
  INFO(number.reason);
  CHECK(number.state == NumberState::migrated);
  CHECK(number.test.outcome == "delivered");
  REQUIRE(number.test.sent.size() == 1);
  CHECK(number.test.sent.front().tag.empty());
  CHECK_FALSE(number.test.sent.front().id.empty());
  CHECK(messages(rig) == 1);
}

TEST_CASE("a message that stays sent, fails, or is never heard of pauses its number, and fails nothing") {
  for (const std::string becomes : {"sent", "failed", "nothing"}) {
    INFO(becomes);
    Rig rig(sending(R"({"*": {"messages": ")" + becomes + R"("}})"));
    const Plan plan = rig.plan(Direction::to_cloud);
    const Progress progress = rig.run(plan);
    const NumberProgress& number = progress.numbers.at(0);
    INFO(number.reason);
    CHECK(number.state == NumberState::waiting);
    CHECK(number.waits_for == "person");
    CHECK(number.home == Home::cloud);
    CHECK(number.downtime > Millis(0));
    CHECK_FALSE(number.down_since);
    CHECK(exit_code(progress) == 4);
    CHECK(number.next_command.find("wamigrate retry --run RUN " + rig.phone()) != std::string::npos);
    CHECK(number.next_command.find("--assume done") != std::string::npos);
    CHECK(number.next_command.find("--assume not-done") != std::string::npos);
    CHECK((number.reason.find("131026") != std::string::npos) == (becomes == "failed"));
    const Progress again = rig.run(plan);
    CHECK(again.numbers.at(0).state == NumberState::waiting);
    CHECK(messages(rig) == 1);
  }
}

TEST_CASE("delivered wins over failed, and one that is delivered late is found by the same command") {
  Rig both(sending(R"({"*": {"messages": "delivered and failed"}})"));
  CHECK(both.run(both.plan(Direction::to_cloud)).numbers.at(0).state == NumberState::migrated);

  Rig late(sending(R"({"*": {"messages_take": "10m"}})"));
  const Plan plan = late.plan(Direction::to_cloud);
  CHECK(late.run(plan).numbers.at(0).state == NumberState::waiting);
  late.clock.advance(10min);
  CHECK(late.run(plan).numbers.at(0).state == NumberState::migrated);
  CHECK(messages(late) == 1);
}

TEST_CASE("a person settles what no webhook does: it arrived, or the number is to do without it") {
  for (const std::string said : {"done", "not-done"}) {
    INFO(said);
    Rig rig(sending(R"({"*": {"messages": "nothing"}})", 1, with_answer()));
    const Plan plan = rig.plan(Direction::to_cloud);
    rig.run(plan);
    say(rig, word(rig, said));
    Progress progress = rig.run(plan);
    if (said == "done") {
      CHECK(progress.numbers.at(0).state == NumberState::waiting);  // for the answer, still
      CHECK(progress.numbers.at(0).step() == "await_inbound_message");
      say(rig, word(rig, said));
      progress = rig.run(plan);
    }
    const NumberProgress& number = progress.numbers.at(0);
    CHECK(number.state == NumberState::migrated);
    CHECK(number.test.outcome == (said == "done" ? "a person says that it arrived" : "left open by a person"));
    CHECK(number.notes.back().find("looked at the telephone") != std::string::npos);
    CHECK(exit_code(progress) == 0);
    CHECK(messages(rig) == 1);
  }
}

TEST_CASE("another message is sent when a person asks for it, and not while the first may still be on its way") {
  Rig rig(sending(R"({"*": {"messages": "sent"}})"));
  const Plan plan = rig.plan(Direction::to_cloud);
  rig.run(plan);
  (void)sim::plant(*rig.world, R"({"*": {"messages": "read"}})");
  say(rig, {{"type", "retry"}, {"phone", rig.phone()}});
  const Progress progress = rig.run(plan);
  const NumberProgress& number = progress.numbers.at(0);
  INFO(number.reason);
  CHECK(number.state == NumberState::migrated);
  CHECK(number.test.outcome == "read");
  CHECK(messages(rig) == 2);
  REQUIRE(number.test.sent.size() == 2);
  CHECK(number.test.sent[0].tag != number.test.sent[1].tag);
  CHECK(rig.world->landed("register", rig.phone()) == 1);
}

TEST_CASE("a message whose answer was lost is found by its tag; without one a person is asked") {
  sim::FaultRule rule;
  rule.on = "messages";
  rule.action = sim::Action::reply_lost;
  const auto lose_the_answer = [&rule](Rig& rig, std::unique_ptr<sim::Faults>& faults) {
    faults = std::make_unique<sim::Faults>(std::vector{rule});
    rig.use(faults.get());
  };
  std::unique_ptr<sim::Faults> faults, more_faults;
  Rig tagged(sending());
  const Plan plan = tagged.plan(Direction::to_cloud);
  lose_the_answer(tagged, faults);
  CHECK(tagged.run(plan).numbers.at(0).state == NumberState::migrated);
  CHECK(messages(tagged) == 1);

  Rig untagged(from_cloud(sending()));
  untagged.options.allow_after_sunset = true;
  const Plan back = untagged.plan(Direction::to_onprem);
  rule.on = "onprem_messages";
  lose_the_answer(untagged, more_faults);
  const Progress progress = untagged.run_through(back);
  INFO(progress.numbers.at(0).reason);
  CHECK(progress.numbers.at(0).waits_for == "person");
  CHECK(progress.numbers.at(0).home == Home::onprem);
  CHECK(messages(untagged) == 1);
  say(untagged, word(untagged, "done"));
  CHECK(untagged.run(back).numbers.at(0).state == NumberState::migrated);
  CHECK(messages(untagged) == 1);
}

TEST_CASE("a process that is killed after a message has left sends no second one") {
  for (int kill_at = 0; kill_at < 60; ++kill_at) {
    INFO(kill_at);
    Rig rig(sending());
    const Plan plan = rig.plan(Direction::to_cloud);
    rig.store->kill_at_append_ = kill_at;
    try {
      rig.run(plan);
    } catch (const Killed&) {
    }
    const bool killed = rig.store->kill_at_append_ < 0;
    rig.store->kill_at_append_ = -1;
    const Progress progress = rig.run(plan);
    CHECK(progress.numbers.at(0).state == NumberState::migrated);
    CHECK(messages(rig) == 1);
    if (!killed) break;
  }
}

TEST_CASE("the wait for a delivery goes on where a restart has left it") {
  Rig rig(sending(R"({"*": {"messages": "sent"}})"));
  const Plan plan = rig.plan(Direction::to_cloud);
  rig.stop_at = [&rig] {
    return rig.entries.back().event == event::settled && rig.entries.back().step == "send_test_message";
  };
  const Progress stopped = rig.run(plan);
  CHECK(stopped.paused == "signal");
  CHECK(stopped.numbers.at(0).state == NumberState::active);
  rig.stop_at = nullptr;
  const Time sent = stopped.numbers.at(0).test.sent.at(0).at;
  rig.clock.advance(90s);
  const Progress progress = rig.run(plan);
  CHECK(progress.numbers.at(0).state == NumberState::waiting);
  CHECK(rig.clock.now() - sent < 3min);
  CHECK(messages(rig) == 1);
}

TEST_CASE("evidence that can't be read is told apart from silence, and settles nothing") {
  Rig rig(sending());
  const Plan plan = rig.plan(Direction::to_cloud);
  rig.evidence->trouble = "the store is not there";
  const Progress progress = rig.run(plan);
  CHECK(progress.numbers.at(0).state == NumberState::waiting);
  CHECK(progress.numbers.at(0).reason.find("the store is not there") != std::string::npos);
  rig.evidence->trouble.clear();
  CHECK(rig.run(plan).numbers.at(0).state == NumberState::migrated);
}

TEST_CASE("a message from the recipient is waited for where the inventory asks for it") {
  Rig answering(sending(R"({"*": {"answered": true}})", 1, with_answer()));
  const Progress answered = answering.run(answering.plan(Direction::to_cloud));
  CHECK(answered.numbers.at(0).state == NumberState::migrated);
  CHECK(answered.numbers.at(0).test.inbound_outcome == "came in");

  Rig silent(sending("{}", 1, with_answer()));
  const Plan plan = silent.plan(Direction::to_cloud);
  const Progress waiting = silent.run(plan);
  CHECK(waiting.numbers.at(0).state == NumberState::waiting);
  CHECK(waiting.numbers.at(0).step() == "await_inbound_message");
  silent.world->write_to(silent.phone(), "+4917777777777", "a stranger");
  CHECK(silent.run(plan).numbers.at(0).state == NumberState::waiting);
  silent.world->write_to(silent.phone(), "+4915119999999", "it works");
  silent.clock.advance(10s);
  CHECK(silent.run(plan).numbers.at(0).state == NumberState::migrated);
}

TEST_CASE("a message that is refused waits for a person, and the number keeps its new home") {
  Rig rig(sending());
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule rule;
  rule.on = "messages";
  rule.action = sim::Action::refuse;
  rule.code = 131047;
  rule.times = 1;
  sim::Faults faults({rule});
  rig.use(&faults);
  const Progress progress = rig.run(plan);
  const NumberProgress& number = progress.numbers.at(0);
  CHECK(number.state == NumberState::waiting);
  CHECK(number.home == Home::cloud);
  CHECK(number.reason.find("131047") != std::string::npos);
  CHECK(exit_code(progress) == 4);
  CHECK(rig.run(plan).numbers.at(0).state == NumberState::migrated);
  CHECK(messages(rig) == 1);
}

TEST_CASE("an inconclusive canary holds the next wave; later an inconclusive number holds nobody") {
  RigOptions options = sending(R"({"*": {"messages": "sent"}})", 3);
  options.adjust = [](int index, Number& number, sim::NumberSpec&) {
    if (index < 2) number.test_message = some_test_message();
  };
  Rig rig(options);
  rig.fleet.policy.waves = {{1, false}, {1, false}, {1, false}};
  rig.fleet.policy.max_failures = {1, false};
  const Plan plan = rig.plan(Direction::to_cloud);
  Progress progress = rig.run(plan);
  CHECK(progress.numbers.at(0).state == NumberState::waiting);
  CHECK(progress.numbers.at(1).state == NumberState::pending);
  say(rig, word(rig, "not-done"));
  progress = rig.run(plan);
  CHECK(progress.numbers.at(0).state == NumberState::migrated);
  CHECK(progress.numbers.at(1).state == NumberState::waiting);
  CHECK(progress.numbers.at(2).state == NumberState::migrated);
  CHECK(progress.held.empty());
  CHECK(exit_code(progress) == 4);
}

TEST_CASE("a number that waits for its message leaves its place to the next") {
  Rig rig(sending(R"({"*": {"messages": "sent"}})", 3));
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.concurrency = 1;
  const Progress progress = rig.run(rig.plan(Direction::to_cloud));
  Time first_wait{}, last_start{};
  for (const Entry& entry : rig.entries) {
    if (entry.event == event::waiting && first_wait == Time{}) first_wait = entry.time;
    if (entry.event == event::started) last_start = entry.time;
  }
  CHECK(last_start < first_wait);
  for (const NumberProgress& number : progress.numbers) CHECK(number.state == NumberState::waiting);
}

TEST_CASE("a number that is brought home again does not wait for what became of its message") {
  Rig rig(sending(R"({"*": {"messages": "sent"}})"));
  rig.run(rig.plan(Direction::to_cloud));
  rig.new_run();
  rig.options.allow_after_sunset = true;
  (void)sim::plant(*rig.world, R"({"*": {"messages": "delivered"}})");
  rig.clock.advance(1h);
  const Progress back = rig.run_through(rig.plan(Direction::to_onprem));
  INFO(back.numbers.at(0).reason);
  CHECK(back.numbers.at(0).state == NumberState::migrated);
  CHECK(back.numbers.at(0).home == Home::onprem);
}

TEST_CASE("a number without a test message takes the road that it always took") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  CHECK_FALSE(has_step(plan, "send_test_message"));
  CHECK(rig.run(plan).numbers.at(0).state == NumberState::migrated);
  CHECK(rig.evidence->asked == 0);
}

TEST_CASE("what became of an earlier message is not told of the last one") {
  Rig rig(sending(R"({"*": {"messages": "failed"}})"));
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(rig.run(plan).numbers.at(0).reason.find("131026") != std::string::npos);
  REQUIRE(sim::plant(*rig.world, R"({"*": {"messages": "nothing"}})").has_value());
  say(rig, {{"type", "retry"}, {"phone", rig.phone()}});
  rig.run(plan);
  const NumberProgress again = rig.run(plan).numbers.at(0);
  INFO(again.reason);
  CHECK(messages(rig) == 2);
  CHECK(again.state == NumberState::waiting);
  CHECK(again.reason.find("131026") == std::string::npos);
  CHECK(again.reason.find("no webhook tells of it") != std::string::npos);
}

TEST_CASE("a message that was refused was not sent, and nobody is asked whether it arrived") {
  Rig rig(sending());
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule rule;
  rule.on = "messages";
  rule.action = sim::Action::refuse;
  rule.code = 131047;
  rig.faults.add(rule);
  const NumberProgress number = rig.run(plan).numbers.at(0);
  INFO(number.reason << " | " << number.next_command);
  CHECK(number.waits_for == "person");
  CHECK(number.test.sent.empty());
  CHECK(number.next_command.find("--assume done") == std::string::npos);
  CHECK(number.next_command.find("--assume not-done") != std::string::npos);
}

TEST_CASE("for an answer that does not come nobody is promised another message") {
  Rig rig(sending("{}", 1, with_answer()));
  const Plan plan = rig.plan(Direction::to_cloud);
  const NumberProgress number = rig.run(plan).numbers.at(0);
  INFO(number.next_command);
  REQUIRE(number.step() == "await_inbound_message");
  CHECK(number.next_command.find("to wait for it once more: wamigrate retry") != std::string::npos);
  say(rig, {{"type", "retry"}, {"phone", rig.phone()}});
  rig.run(plan);
  CHECK(messages(rig) == 1);
}

TEST_CASE("a word that comes late does not say that the number is still where it was seen long before") {
  // The second number's queue keeps the process at work while the first one waits for a word.
  Rig rig(sending(R"({"+4915110000000": {"messages": "nothing"},
                      "+4915110000001": {"queue": 5000, "queue_per_second": 1}})",
                  2));
  rig.fleet.policy.waves = {{2, false}};
  rig.fleet.policy.drain_timeout = 3h;
  const Plan plan = rig.plan(Direction::to_cloud);
  bool said = false;
  rig.stop_at = [&] {
    const Entry& last = rig.entries.back();
    if (!said && last.phone == rig.phone(0) && text_at(last.more, "for") == "person") {
      said = true;
      REQUIRE(sim::plant(*rig.world, R"({"+4915110000000": {"home": "nowhere"}})").has_value());
      say(rig, word(rig, "not-done"));
    }
    return false;
  };
  const Progress end = rig.run(plan);
  REQUIRE(said);
  INFO(end.numbers.at(0).reason << rig.world->story());
  // Looked at again, it was given a home once more.
  CHECK(rig.world->home(rig.phone()) == sim::ServedBy::cloud);
  CHECK(rig.world->landed("register", rig.phone()) == 2);
  CHECK(end.numbers.at(0).state == NumberState::migrated);
}

TEST_CASE("a number that is asked for again at its new home, and does not begin again, has not failed") {
  Rig rig(sending(R"({"*": {"messages": "nothing"}})"));
  Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(rig.run(plan).numbers.at(0).waits_for == "person");
  say(rig, {{"type", "retry"}, {"phone", rig.phone()}});
  rig.store->kill_at_append_ = 1;  // when that was heard
  REQUIRE_THROWS_AS(rig.run(plan), Killed);
  REQUIRE(fold_journal(plan, *rig.store->journal())->numbers.at(0).state == NumberState::pending);
  // None of its windows is ever long enough.
  plan.fleet.policy.windows = {*parse_window("Tue 02:00-02:10")};
  for (PlannedRoad& road : plan.roads) road.expected = 11min;
  const Progress end = rig.run(plan);
  INFO(end.numbers.at(0).reason);
  CHECK(end.numbers.at(0).state == NumberState::stale);
  CHECK(end.numbers.at(0).home == Home::cloud);
}
