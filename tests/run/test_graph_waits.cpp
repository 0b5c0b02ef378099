// What Graph asks to wait for: told with its end, kept over a restart, and nothing that can wait is asked meanwhile.
#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using namespace std::chrono_literals;

namespace {

/// The subscription is met once, long before anything has left its home.
sim::FaultRule on_subscribe(sim::Action action) {
  sim::FaultRule rule;
  rule.on = "subscribe";
  rule.action = action;
  return rule;
}

std::vector<Time> times_of(const Rig& rig, std::string_view event, std::string_view step = "") {
  std::vector<Time> times;
  for (const Entry& entry : rig.entries) {
    if (entry.event == event && entry.step == step) times.push_back(entry.time);
  }
  return times;
}

/// Stops the run once it waits for this, ten minutes before it should end.
Time stop_while_waiting_for(Rig& rig, const Plan& plan, const std::string& what) {
  std::optional<Time> until;
  rig.stop_at = [&] {
    if (until || rig.entries.empty() || text_at(rig.entries.back().more, "for") != what) return false;
    until = parse_iso(text_at(rig.entries.back().more, "until"));
    return true;
  };
  rig.run(plan);
  rig.stop_at = nullptr;
  REQUIRE(until);
  return *until;
}

}  // namespace

TEST_CASE("a limit that Graph says lasts is told with its end, and a restart does not make it shorter") {
  Rig rig({.overlay = R"({"world": {"subscribed": false}})"});
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule throttled = on_subscribe(sim::Action::throttled);
  throttled.delay = 30min;
  rig.faults.add(throttled);
  const Time until = stop_while_waiting_for(rig, plan, "graph");
  const auto told = fold_journal(plan, rig.store->journal_);
  REQUIRE(told);
  REQUIRE(told->waits);
  CHECK(told->waits->until == until);
  rig.clock.set(until - 10min);
  const Progress end = rig.run(plan);
  CHECK(end.done);
  CHECK(end.numbers[0].state == NumberState::migrated);
  CHECK_FALSE(end.waits);
  const std::vector<Time> sent = times_of(rig, event::intent, "subscribe_app");
  REQUIRE(sent.size() == 2);
  CHECK(sent[1] >= until);
  CHECK(sent[1] <= until + 1min);
}

TEST_CASE("while Graph's limit lasts no number begins") {
  Rig rig({.numbers = 2, .overlay = R"({"world": {"subscribed": false}})"});
  rig.fleet.policy.waves = {{2, false}};
  rig.fleet.policy.concurrency = 1;
  Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule throttled = on_subscribe(sim::Action::throttled);
  throttled.delay = 30min;
  rig.faults.add(throttled);
  const Time until = stop_while_waiting_for(rig, plan, "graph");
  plan.fleet.policy.concurrency = 32;
  rig.clock.set(until - 10min);
  CHECK(rig.run(plan).done);
  const std::vector<Time> started = times_of(rig, event::started);
  REQUIRE(started.size() == 2);
  CHECK(started[1] >= until);
}

TEST_CASE("a number that has left its home is looked at although Graph's limit lasts") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  rig.transport->on_elapsed([&rig, done = false](Millis took) mutable {
    rig.clock.advance(took);
    if (done || rig.world->requests("register") == 0) return;
    done = true;
    sim::FaultRule throttled;
    throttled.on = "node";
    throttled.action = sim::Action::throttled;
    throttled.delay = 30min;
    rig.faults.add(throttled);
  });
  const Progress end = rig.run(plan);
  CHECK(end.numbers[0].state == NumberState::migrated);
  CHECK(end.numbers[0].downtime < 5min);
}

TEST_CASE("after Graph's code 2 the wait is told with its end, and a restart does not make it shorter") {
  Rig rig({.overlay = R"({"world": {"subscribed": false}})"});
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule down = on_subscribe(sim::Action::refuse);
  down.code = 2;
  down.http = 500;
  rig.faults.add(down);
  const Time until = stop_while_waiting_for(rig, plan, "time");
  rig.clock.set(until - 2min);
  const Progress end = rig.run(plan);
  CHECK(end.numbers[0].state == NumberState::migrated);
  const std::vector<Time> sent = times_of(rig, event::intent, "subscribe_app");
  REQUIRE(sent.size() == 2);
  CHECK(sent[1] >= until);
  CHECK(sent[1] <= until + 1min);
  CHECK(sent[1] - sent[0] >= plan.fleet.policy.api_down_wait);
}

TEST_CASE("a wait that was told by a clock far ahead holds nothing back once the clock is right") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  Entry waiting;
  waiting.event = event::waiting;
  waiting.time = rig.clock.now() + 24h * 365;
  waiting.more = {{"for", "graph"}, {"until", to_iso(waiting.time + 30min)}};
  Progress progress = begin(plan);
  REQUIRE(fold(progress, waiting));
  CHECK(progress.graph_until);
  Entry session;
  session.event = event::session;
  session.time = rig.clock.now();
  REQUIRE(fold(progress, session));
  CHECK_FALSE(progress.graph_until);
  CHECK_FALSE(progress.waits);
}
