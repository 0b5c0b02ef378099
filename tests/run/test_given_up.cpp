// Retries that are used up before the commit point: the number is served where it was, and waits there to be tried
// again; nothing has failed.
#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using sim::ServedBy;

namespace {

/// All requests of this kind, of one number or of all, meet it.
void always(Rig& rig, std::string on, sim::Action action, std::string phone = "") {
  sim::FaultRule rule;
  rule.on = std::move(on);
  rule.phone = std::move(phone);
  rule.action = action;
  rule.times = 0;
  rig.faults.add(rule);
}

bool all_migrated(const Progress& progress) {
  return std::all_of(progress.numbers.begin(), progress.numbers.end(),
                     [](const NumberProgress& number) { return number.state == NumberState::migrated; });
}

std::size_t started(const Rig& rig, const std::string& phone) {
  return static_cast<std::size_t>(std::count_if(rig.entries.begin(), rig.entries.end(), [&](const Entry& entry) {
    return entry.event == event::started && entry.phone == phone;
  }));
}

/// Each number is a wave of its own.
void one_by_one(Rig& rig, int max_failures) {
  rig.fleet.policy.waves = {{1, false}};
  rig.fleet.policy.max_failures = {max_failures, false};
  rig.fleet.policy.max_failures_run = {100, true};
}

}  // namespace

TEST_CASE("with its retries used up before the commit point a number waits where it is served, to be tried again") {
  for (const auto action : {sim::Action::throttled, sim::Action::unreachable, sim::Action::down}) {
    Rig rig;
    const Plan plan = rig.plan(Direction::to_cloud);
    always(rig, "backup", action);
    const Progress paused = rig.run(plan);
    CAPTURE(static_cast<int>(action), paused.numbers[0].reason);
    CHECK(paused.paused == "retry");
    CHECK(exit_code(paused) == 4);
    CHECK(paused.numbers[0].waits_for == "retry");
    CHECK(paused.numbers[0].reason.find("on-premises serves it") != std::string::npos);
    CHECK(paused.numbers[0].next_command.find("wamigrate apply") == 0);
    CHECK(rig.world->home(rig.phone()) == ServedBy::onprem);
    const int arrive = action == sim::Action::unreachable ? 0 : plan.fleet.policy.retries + 1;
    CHECK(rig.world->requests("backup") == arrive);
    CHECK(rig.world->requests("register") == 0);

    rig.faults.calm();
    CHECK(all_migrated(rig.run(plan)));
    CHECK(rig.world->cloud_registrations(rig.phone()) == 1);
    CHECK(started(rig, rig.phone()) == 1);
  }
}

TEST_CASE("a number that has given up counts as a failure as long as it waits, and holds nothing for good") {
  Rig rig({.numbers = 3});
  one_by_one(rig, 1);
  const Plan plan = rig.plan(Direction::to_cloud);
  always(rig, "backup", sim::Action::unreachable, rig.phone(1));
  const Progress paused = rig.run(plan);
  CHECK(paused.held.empty());
  REQUIRE(paused.waits);
  CHECK(paused.waits->what == "retry");
  CHECK(paused.waits->message.find("1 of the 1 failures that wave 2 allows") != std::string::npos);
  CHECK(paused.paused == "retry");
  CHECK(paused.numbers[0].state == NumberState::migrated);
  CHECK(paused.numbers[1].waits_for == "retry");
  CHECK(paused.numbers[2].state == NumberState::pending);
  CHECK(exit_code(paused) == 4);

  rig.faults.calm();
  CHECK(all_migrated(rig.run(plan)));
}

TEST_CASE("within the budget later waves go on without a number that has given up, but not without the canary") {
  for (const int first : {0, 1}) {
    Rig rig({.numbers = 3});
    one_by_one(rig, 2);
    const Plan plan = rig.plan(Direction::to_cloud);
    always(rig, "backup", sim::Action::unreachable, rig.phone(first));
    const Progress paused = rig.run(plan);
    CAPTURE(first);
    CHECK(paused.paused == "retry");
    CHECK(paused.find(rig.phone(first))->waits_for == "retry");
    CHECK(paused.find(rig.phone(2))->state == (first == 0 ? NumberState::pending : NumberState::migrated));
  }
}

TEST_CASE("a person's retry takes a number up that has given up while the run is at work, and forgets nothing") {
  Rig rig({.numbers = 2});
  rig.fleet.policy.waves = {{2, false}};
  const Plan plan = rig.plan(Direction::to_cloud);
  always(rig, "backup", sim::Action::unreachable, rig.phone(0));
  sim::FaultRule deleted_lately;  // so that the other takes longer
  deleted_lately.on = "register";
  deleted_lately.phone = rig.phone(1);
  deleted_lately.action = sim::Action::refuse;
  deleted_lately.code = 133015;
  rig.faults.add(deleted_lately);
  std::optional<int> looked_before;
  rig.stop_at = [&]() {
    if (looked_before || rig.entries.empty() || text_at(rig.entries.back().more, "for") != "retry") return false;
    looked_before = rig.world->requests("stats", rig.phone());
    rig.faults.calm();
    REQUIRE(rig.store->post(to_compact({{"type", "retry"}, {"phone", rig.phone()}})));
    return false;
  };
  CHECK(all_migrated(rig.run(plan)));
  CHECK(started(rig, rig.phone()) == 1);
  // What queued up while people took their time is in no backup: it is looked at once more.
  CHECK(rig.world->requests("stats", rig.phone()) > *looked_before);
}

TEST_CASE("a number that has given up lets go of what its account's numbers share") {
  Rig rig({.numbers = 3, .overlay = R"({"world": {"subscribed": false}})"});
  rig.fleet.policy.waves = {{3, false}};
  rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {10, false};
  const Plan plan = rig.plan(Direction::to_cloud);
  always(rig, "subscribe", sim::Action::down);
  const Progress paused = rig.run(plan);
  CHECK(paused.paused == "retry");
  for (const NumberProgress& number : paused.numbers) CHECK(number.waits_for == "retry");
  rig.faults.calm();
  CHECK(all_migrated(rig.run(plan)));
}

TEST_CASE("a process that waits for words does not wait for what it can't do itself") {
  Rig rig({.numbers = 3});
  one_by_one(rig, 1);
  rig.waits_for_a_word = true;
  const Plan plan = rig.plan(Direction::to_cloud);
  always(rig, "backup", sim::Action::unreachable, rig.phone(1));
  CHECK(rig.run(plan).paused == "retry");
}

TEST_CASE("a number that gives up before it has proven a shared PIN leaves that to the next") {
  Rig rig({.numbers = 3, .own_pins = false});
  rig.fleet.policy.waves = {{3, false}};
  rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {10, false};
  const Plan plan = rig.plan(Direction::to_cloud);
  always(rig, "backup", sim::Action::unreachable, rig.phone(0));
  const Progress end = rig.run(plan);
  CHECK(end.find(rig.phone(0))->state == NumberState::failed);
  CHECK(end.find(rig.phone(1))->state == NumberState::migrated);
  CHECK(end.find(rig.phone(2))->state == NumberState::migrated);
}

TEST_CASE("what can't be read for now makes no number fail before its commit point, nor stale") {
  for (const char* read : {"stats", "subscribed_apps", "health"}) {
    Rig rig({.numbers = 2});
    one_by_one(rig, 1);
    const Plan plan = rig.plan(Direction::to_cloud);
    always(rig, read, sim::Action::down);
    const Progress paused = rig.run(plan);
    CAPTURE(read, paused.numbers[0].reason);
    CHECK(paused.paused == "retry");
    CHECK(paused.numbers[0].waits_for == "retry");
    CHECK(paused.numbers[1].state == NumberState::pending);
    CHECK(exit_code(paused) == 4);
    rig.faults.calm();
    CHECK(all_migrated(rig.run(plan)));
  }
}

TEST_CASE("with no way to the deployments a run pauses at the first number, and no number is said to have changed") {
  Rig rig({.numbers = 3});
  one_by_one(rig, 1);
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule cut;
  cut.side = sim::Side::onprem;
  cut.action = sim::Action::unreachable;
  cut.times = 0;
  rig.faults.add(cut);
  const Progress paused = rig.run(plan);
  CHECK(paused.paused == "retry");
  for (const NumberProgress& number : paused.numbers) CHECK_FALSE(is_final(number.state));
  rig.faults.calm();
  CHECK(all_migrated(rig.run(plan)));
}

TEST_CASE("called off, a number that has given up ends where it is served") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  always(rig, "backup", sim::Action::unreachable);
  REQUIRE(rig.run(plan).numbers[0].waits_for == "retry");
  REQUIRE(rig.store->post(to_compact({{"type", "abort"}})));
  const Progress end = rig.run_through(plan);
  CHECK(end.done);
  CHECK(end.numbers[0].state == NumberState::failed);
  CHECK(end.numbers[0].home == Home::onprem);
}

TEST_CASE("a number that nobody serves is not left to wait for a retry: it needs a person now") {
  Rig rig({.home = ServedBy::cloud, .overlay = R"({"*": {"home": "nowhere"}})"});
  rig.fleet.policy.retries = 1;
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.numbers.size() == 1);
  REQUIRE(plan.numbers[0].home == Home::nowhere);
  always(rig, "account", sim::Action::unreachable);
  const Progress end = rig.run_through(plan);
  INFO(end.numbers[0].reason);
  CHECK(end.numbers[0].waits_for != "retry");
  CHECK(exit_code(end) == 5);
}
