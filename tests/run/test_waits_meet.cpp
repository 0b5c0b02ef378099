// Where one wait meets another, or a person's word: none hides the other, none lasts for ever, and nobody is judged for
// having waited.
#include <algorithm>

#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using namespace std::chrono_literals;
using sim::ServedBy;

namespace {

void say(Rig& rig, const Json& message) { REQUIRE(rig.store->post(to_compact(message))); }

/// All requests of this kind, of one number or of all, find nobody from now on.
void nobody_answers(Rig& rig, std::string on, std::string phone = "") {
  sim::FaultRule rule;
  rule.on = std::move(on);
  rule.phone = std::move(phone);
  rule.action = sim::Action::unreachable;
  rule.times = 0;
  rig.faults.add(rule);
}

/// On both sides.
void refuse_registrations(Rig& rig, const std::string& phone) {
  for (const std::string kind : {"register", "account"}) {
    sim::FaultRule rule;
    rule.on = kind;
    rule.phone = phone;
    rule.action = sim::Action::refuse;
    rule.code = kind == "register" ? 100 : 1005;
    rule.times = 0;
    rig.faults.add(rule);
  }
}

/// Does it once, as soon as an entry is written that is like this.
void once(Rig& rig, std::function<bool(const Entry&)> at, std::function<void()> what) {
  rig.stop_at = [&rig, at = std::move(at), what = std::move(what), done = false]() mutable {
    if (!done && !rig.entries.empty() && at(rig.entries.back())) {
      done = true;
      what();
    }
    return false;
  };
}

bool tells_soak(const Entry& entry) { return entry.message.find("(soak)") != std::string::npos; }

std::ptrdiff_t waits_told(const Rig& rig, std::string_view what) {
  return std::count_if(rig.entries.begin(), rig.entries.end(), [&](const Entry& entry) {
    return entry.event == event::waiting && entry.phone.empty() && text_at(entry.more, "for") == what;
  });
}

bool all_migrated(const Progress& progress) {
  return std::all_of(progress.numbers.begin(), progress.numbers.end(),
                     [](const NumberProgress& number) { return number.state == NumberState::migrated; });
}

/// From two in the morning for eight minutes, and draining takes ten.
Plan in_short_windows(Rig& rig) {
  Plan plan = rig.plan(Direction::to_cloud);
  rig.clock.set(*parse_iso("2025-06-03T02:00:00Z"));
  plan.fleet.policy.drain_timeout = 30min;
  plan.fleet.policy.windows = {*parse_window("Tue,Wed 02:00-02:08")};
  for (PlannedRoad& road : plan.roads) road.expected = 5min;
  rig.world->hold()->deployments.begin()->second.queue_at = rig.clock.now();
  return plan;
}
constexpr std::string_view drains_ten_minutes = R"({"queue": 600, "queue_per_second": 1})";

}  // namespace

TEST_CASE("a number that waited for its window has all its patience when the window opens") {
  Rig rig({.overlay = R"({"*": )" + std::string(drains_ten_minutes) + "}"});
  const Plan plan = in_short_windows(rig);
  rig.on_tick = [&rig, silent = false]() mutable {
    if (rig.clock.now() < *parse_iso("2025-06-04T02:00:00Z") || std::exchange(silent, true)) return;
    rig.faults.add({.on = "health", .times = 8, .action = sim::Action::unreachable});
  };
  const Progress end = rig.run(plan);
  CAPTURE(end.numbers[0].reason, end.numbers[0].waits_for);
  CHECK(end.numbers[0].state == NumberState::migrated);
}

TEST_CASE("a number that nobody serves does not stand behind those that wait for their window") {
  Rig rig({.numbers = 2});
  REQUIRE(sim::plant(*rig.world, R"({")" + rig.phone(0) + R"(": )" + std::string(drains_ten_minutes) + R"(, ")" +
                                     rig.phone(1) + R"(": {"home": "nowhere"}})"));
  rig.fleet.policy.waves = {{2, false}};
  rig.fleet.policy.concurrency = 1;
  const Plan plan = in_short_windows(rig);
  REQUIRE(plan.numbers.size() == 2);
  const Progress end = rig.run(plan);
  CHECK(all_migrated(end));
  const NumberProgress& unserved = *end.find(rig.phone(1));
  CHECK(*unserved.started_at < *parse_iso("2025-06-04T02:00:00Z"));
}

TEST_CASE("a number that nobody serves stands behind no other that may not begin yet") {
  for (const bool asked_for : {false, true}) {
    Rig rig({.numbers = 2});
    REQUIRE(sim::plant(*rig.world, R"({")" + rig.phone(1) + R"(": {"home": "nowhere"}})"));
    rig.fleet.policy.waves = {{2, false}};
    rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {5, false};
    Plan plan = rig.plan(Direction::to_cloud);
    if (asked_for) {
      for (const int index : {0, 1}) refuse_registrations(rig, rig.phone(index));
      const Progress failed = rig.run(plan);
      REQUIRE(failed.find(rig.phone(0))->state == NumberState::failed);
      REQUIRE(failed.find(rig.phone(1))->state == NumberState::stranded);
      rig.faults.calm();
      for (const int index : {0, 1}) say(rig, {{"type", "retry"}, {"phone", rig.phone(index)}});
    }
    rig.clock.set(*parse_iso("2025-06-03T12:00:00Z"));
    const Time opens = *parse_iso("2025-06-04T02:00:00Z");
    plan.fleet.policy.windows = {*parse_window("Wed 02:00-05:00")};
    const Progress end = rig.run(plan);
    CAPTURE(asked_for, end.find(rig.phone(0))->reason, end.find(rig.phone(1))->reason);
    CHECK((asked_for || all_migrated(end)));
    CHECK(*end.find(rig.phone(0))->started_at >= opens);
    CHECK(*end.find(rig.phone(1))->started_at < opens);
  }
}

TEST_CASE("a paused run with a number that nobody serves, and that has not begun, ends with 5") {
  Rig rig({.numbers = 2});
  REQUIRE(sim::plant(*rig.world, R"({")" + rig.phone(1) + R"(": {"home": "nowhere"}})"));
  rig.fleet.policy.waves = {{1, false}};
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.number(1).phone.e164 == rig.phone(1));
  nobody_answers(rig, "backup", rig.phone(0));
  const Progress paused = rig.run(plan);
  CHECK(paused.paused == "retry");
  CHECK(paused.find(rig.phone(1))->state == NumberState::pending);
  CHECK(exit_code(paused) == 5);
}

TEST_CASE("numbers of an account that is out of calls do not hide that the run waits for a word") {
  RigOptions options{.numbers = 40};
  options.adjust = [](int index, Number& number, sim::NumberSpec& spec) {
    number.waba_id = spec.waba_id = index < 20 ? "102290129340398" : "102290129340399";
  };
  Rig rig(options);
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.graph_calls_per_hour = 400;
  rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {1, false};
  const Plan plan = rig.plan(Direction::to_cloud);
  nobody_answers(rig, "backup", rig.phone(0));
  rig.waits_for_a_word = true;  // what has given up is tried again by another process
  const Progress paused = rig.run(plan);
  CHECK(paused.paused == "retry");
  CHECK(waits_told(rig, "retry") == 1);
  CHECK(exit_code(paused) == 4);
}

TEST_CASE("what a person asked for again is not given up because its account is out of calls") {
  Rig rig({.numbers = 40});
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.concurrency = 40;
  rig.fleet.policy.graph_calls_per_hour = 400;
  rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {1, false};
  const Plan plan = rig.plan(Direction::to_cloud);
  for (const int index : {0, 1}) refuse_registrations(rig, rig.phone(index));
  const Progress held = rig.run(plan);
  REQUIRE_FALSE(held.held.empty());
  REQUIRE(held.find(rig.phone(0))->state == NumberState::failed);
  rig.faults.calm();
  say(rig, {{"type", "retry"}, {"phone", rig.phone(0)}});
  const Progress end = rig.run(plan);
  CAPTURE(end.find(rig.phone(0))->reason);
  CHECK(end.find(rig.phone(0))->state == NumberState::migrated);
}

TEST_CASE("a limit that is reached beside a number in another run's hands is told, and pauses the run") {
  Rig rig({.numbers = 2});
  rig.fleet.policy.waves = {{2, false}};
  rig.fleet.policy.concurrency = 2;
  const Plan plan = rig.plan(Direction::to_cloud);
  for (const int index : {0, 1}) {
    REQUIRE(rig.ledger.lease(rig.phone(index), "another run", rig.clock.now(), rig.clock.now() + 1h));
  }
  rig.limit = 1;
  const Progress paused = rig.run(plan);
  CHECK(paused.paused == "limit");
  CHECK(exit_code(paused) == 4);
}

TEST_CASE("the last wave's soak is one to its end: stopped or on hold in the middle of it, the run is not done") {
  for (const bool on_hold : {false, true}) {
    Rig rig;
    rig.fleet.policy.soak = 30min;
    const Plan plan = rig.plan(Direction::to_cloud);
    rig.stop_at = [&] {
      if (rig.entries.empty() || !tells_soak(rig.entries.back())) return false;
      if (on_hold) say(rig, {{"type", "pause"}});
      return !on_hold;
    };
    const Progress paused = rig.run(plan);
    CAPTURE(on_hold, paused.paused);
    CHECK(paused.paused == (on_hold ? "resume" : "signal"));
    CHECK(paused.numbers[0].state == NumberState::migrated);
    CHECK_FALSE(paused.done);
    CHECK(exit_code(paused) == 4);
    rig.stop_at = nullptr;
    if (on_hold) say(rig, {{"type", "resume"}});
    const Time again = rig.clock.now();
    const Progress end = rig.run(plan);
    CHECK(end.done);
    CHECK(exit_code(end) == 0);
    CHECK(rig.clock.now() - again > 20min);
  }
}

TEST_CASE("a number that its old home serves again after the last soak has failed, and one that Meta blocks is told") {
  Rig rig;
  rig.fleet.policy.soak = 5min;
  const Plan plan = rig.plan(Direction::to_cloud);
  once(rig, tells_soak, [&rig] {
    rig.world->hold()
        ->number(rig.phone())
        ->timeline.set(
            {rig.clock.now(), ServedBy::onprem, sim::Platform::on_premise, "CONNECTED", sim::Gateway::connected});
  });
  const Progress end = rig.run(plan);
  CAPTURE(end.numbers[0].reason, end.held);
  CHECK(end.done);
  CHECK(end.numbers[0].state == NumberState::failed);
  CHECK(end.numbers[0].home == Home::onprem);
  CHECK(exit_code(end) == 3);

  Progress held = end;
  held.numbers[0].state = NumberState::migrated;
  CHECK(exit_code(held) == 3);
}

TEST_CASE("the looks after a soak go on while one of the wave, asked for again, waits for a person") {
  Rig rig({.numbers = 5});
  rig.fleet.policy.waves = {{4, false}, {1, false}};
  rig.fleet.policy.concurrency = 1;
  rig.fleet.policy.soak = 5min;
  rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {5, false};
  const Plan plan = rig.plan(Direction::to_cloud);
  refuse_registrations(rig, rig.phone(3));
  const Time looks_again = rig.clock.now() + 8min;
  once(rig, tells_soak, [&rig] { nobody_answers(rig, "node", rig.phone(0)); });
  rig.on_tick = [&, said = false]() mutable {
    // Which is taken up when apply starts again.
    if (rig.clock.now() >= looks_again && !std::exchange(said, true)) {
      say(rig, {{"type", "retry"}, {"phone", rig.phone(3)}, {"pin", "env:ANOTHER"}});
    }
  };
  const Progress paused = rig.run(plan);
  CHECK(paused.find(rig.phone(3))->waits_for == "pin");
  CHECK(paused.paused == "soak");  // nobody can say of the first whether it is as it was
  CHECK(exit_code(paused) == 4);
}

namespace {

/// Right after the first wave has been told to soak, its first number is served by its old home, and its second by
/// nobody. The looks go from one to the next.
void lose_two_in_the_soak(Rig& rig) {
  once(rig, tells_soak, [&rig] {
    auto world = rig.world->hold();
    world->number(rig.phone(0))
        ->timeline.set(
            {rig.clock.now(), ServedBy::onprem, sim::Platform::on_premise, "CONNECTED", sim::Gateway::connected});
    world->number(rig.phone(1))
        ->timeline.set({rig.clock.now(), ServedBy::nobody, sim::Platform::not_applicable, "DISCONNECTED",
                        sim::Gateway::disconnected});
  });
}

bool is_held(const Rig& rig) { return !rig.entries.empty() && rig.entries.back().event == event::held; }

}  // namespace

TEST_CASE("a held run looks at its wave to the last number, also when it was ended in the middle of that") {
  const bool killed = GENERATE(false, true);
  CAPTURE(killed);
  Rig rig({.numbers = 4});
  rig.fleet.policy.waves = {{3, false}, {1, false}};
  rig.fleet.policy.concurrency = 1;
  rig.fleet.policy.soak = 5min;
  rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {5, false};
  const Plan plan = rig.plan(Direction::to_cloud);
  lose_two_in_the_soak(rig);
  rig.on_tick = [&] {
    if (killed && is_held(rig)) throw Killed{};
  };
  rig.stop_at = [&, lost = rig.stop_at] { return lost() || (!killed && is_held(rig)); };
  if (killed) {
    CHECK_THROWS_AS(rig.run(plan), Killed);
  } else {
    const Progress paused = rig.run(plan);
    CHECK(paused.paused == "signal");
    CHECK(exit_code(paused) == 4);
  }
  rig.on_tick = nullptr;
  rig.stop_at = nullptr;
  rig.clock.advance(3min);
  const Progress end = rig.run(plan);
  CAPTURE(end.held);
  CHECK(end.done);
  CHECK(end.find(rig.phone(0))->state == NumberState::failed);
  CHECK(end.find(rig.phone(1))->state == NumberState::stranded);
  CHECK(end.find(rig.phone(2))->state == NumberState::migrated);
  CHECK(end.find(rig.phone(3))->state == NumberState::untouched);
  CHECK(exit_code(end) == 5);
}

TEST_CASE("what can't be told after a soak is asked again, also where another number holds the run") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.waves = {{3, false}};
  rig.fleet.policy.concurrency = 1;
  rig.fleet.policy.soak = 5min;
  rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {5, false};
  const Plan plan = rig.plan(Direction::to_cloud);
  lose_two_in_the_soak(rig);
  rig.on_tick = [&rig, done = false]() mutable {
    if (!done && is_held(rig)) nobody_answers(rig, "node", rig.phone(1));
    done = done || is_held(rig);
  };
  const Progress paused = rig.run(plan);
  CHECK_FALSE(paused.held.empty());
  CHECK(paused.paused == "soak");
  CHECK(paused.find(rig.phone(1))->state == NumberState::migrated);
  CHECK(exit_code(paused) == 4);
  rig.faults.calm();
  const Progress end = rig.run(plan);
  CHECK(end.done);
  CHECK(end.find(rig.phone(1))->state == NumberState::stranded);
  CHECK(exit_code(end) == 5);
}

TEST_CASE("a soak that can't be told stops no number that is on its way") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.waves = {{3, false}};
  rig.fleet.policy.soak = 5min;
  rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {5, false};
  const Plan plan = rig.plan(Direction::to_cloud);
  refuse_registrations(rig, rig.phone(2));
  once(rig, tells_soak, [&rig] {
    rig.faults.calm();
    nobody_answers(rig, "node", rig.phone(0));
  });
  // It is asked for again while the looks go on, and is on its way when they end.
  rig.on_tick = [&rig, &plan, asked = false]() mutable {
    const auto soak = std::find_if(rig.entries.begin(), rig.entries.end(), tells_soak);
    if (asked || soak == rig.entries.end()) return;
    const Time looks_end = soak->time + plan.fleet.policy.soak + plan.fleet.policy.settle_timeout;
    if (rig.clock.now() < looks_end - 20s) return;
    asked = true;
    say(rig, {{"type", "retry"}, {"phone", rig.phone(2)}});
  };
  const Progress paused = rig.run(plan);
  CAPTURE(paused.find(rig.phone(2))->reason);
  CHECK(paused.paused == "soak");
  CHECK(paused.find(rig.phone(2))->state == NumberState::migrated);
}

TEST_CASE("what was asked for again and waits for its hour is not ended because a look after the soak holds the run") {
  Rig rig({.numbers = 4});
  rig.fleet.policy.waves = {{3, false}, {1, false}};
  rig.fleet.policy.soak = 5min;
  rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {5, false};
  const Plan plan = rig.plan(Direction::to_cloud);
  refuse_registrations(rig, rig.phone(2));
  const Time looks_again = rig.clock.now() + 8min;
  once(rig, tells_soak, [&rig] {
    rig.faults.calm();
    rig.world->hold()
        ->number(rig.phone(0))
        ->timeline.set({rig.clock.now(), ServedBy::nobody, sim::Platform::not_applicable, "DISCONNECTED",
                        sim::Gateway::disconnected});
  });
  rig.on_tick = [&, said = false]() mutable {
    if (rig.clock.now() < looks_again || std::exchange(said, true)) return;
    say(rig, {{"type", "throttle"}, {"starts_per_hour", 2}});
    say(rig, {{"type", "retry"}, {"phone", rig.phone(2)}});
  };
  const Progress end = rig.run(plan);
  CAPTURE(end.find(rig.phone(2))->reason, end.held);
  CHECK_FALSE(end.held.empty());
  CHECK(end.find(rig.phone(0))->state == NumberState::stranded);
  CHECK(end.find(rig.phone(2))->state == NumberState::migrated);
  CHECK(end.find(rig.phone(3))->state == NumberState::untouched);
}

TEST_CASE("a client that can't be reached before the registration leaves a number waiting, and nobody calls it lost") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  once(
      rig, [](const Entry& entry) { return entry.event == event::intent && entry.step == "take_backup"; },
      [&rig] { nobody_answers(rig, "health"); });
  const Progress paused = rig.run(plan);
  CAPTURE(paused.numbers[0].reason);
  CHECK(paused.paused == "retry");
  CHECK(paused.numbers[0].home == Home::onprem);
  CHECK(exit_code(paused) == 4);
  CHECK(rig.world->requests("register") == 0);
  rig.stop_at = nullptr;
  rig.faults.calm();
  CHECK(all_migrated(rig.run(plan)));
}

TEST_CASE("what was backed up and drained is old as soon as a number has been in other hands") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  Progress progress = begin(plan);
  const auto tell = [&](std::string_view what, std::string by, std::string step = "", std::string outcome = "",
                        Json more = Json::object()) {
    Entry entry;
    entry.event = what;
    entry.time = rig.clock.now();
    entry.by = std::move(by);
    entry.step = std::move(step);
    entry.outcome = std::move(outcome);
    entry.more = std::move(more);
    if (what != event::session) entry.phone = rig.phone();
    REQUIRE(fold(progress, entry));
  };
  NumberProgress& number = *progress.find(rig.phone());
  for (const std::string back : {"W1", "W2"}) {
    tell(event::session, "W1");
    tell(event::session, "W2");
    tell(event::taken, "W1");
    tell(event::settled, "W1", "drain_queue");
    tell(event::intent, "W1", "take_backup");
    tell(event::outcome, "W1", "take_backup", "done", {{"vouched", {"backup_in_hand"}}});
    const int session = progress.workers.at("W1").session;
    CHECK(number.backup_session == session);
    CHECK(number.drained_session == session);
    tell(event::taken, "W2");
    if (back == "W1") tell(event::taken, "W1");
    CHECK(number.backup_session == -1);
    CHECK(number.drained_session == -1);
  }
}

TEST_CASE(
    "a step that takes long to hold is told with the moment when its patience ends, once, and once more by whoever "
    "takes it up") {
  Rig rig({.overlay = R"({"*": {"queue": 300, "queue_per_second": 1}})"});
  const Plan plan = rig.plan(Direction::to_cloud);
  rig.world->hold()->deployments.begin()->second.queue_at = rig.clock.now();
  const auto told = [&rig] {
    std::vector<Entry> all;
    for (const Entry& entry : rig.entries) {
      if (entry.event == event::waiting && text_at(entry.more, "for") == waits_to_settle) all.push_back(entry);
    }
    return all;
  };
  rig.stop_at = [&] { return told().size() == 1; };
  const Time began = rig.clock.now();
  const Progress stopped = rig.run(plan);
  REQUIRE(told().size() == 1);
  const Entry first = told()[0];
  CHECK(first.step == "drain_queue");
  CHECK(first.time - began < 3min);
  CHECK(parse_iso(text_at(first.more, "until")) <= began + plan.fleet.policy.drain_timeout + 5s);
  CHECK(text_at(first.more, "next").find("drain_timeout") != std::string::npos);
  CHECK(first.message.starts_with("\"wait until callbacks are delivered\" does not hold yet"));
  // It moves by itself: nobody's word is needed for it.
  CHECK(stopped.numbers[0].state == NumberState::active);
  CHECK_FALSE(waits_for_people(stopped.numbers[0]));
  const Json shown = status_json(stopped, "RUN", rig.clock.now())["numbers"][0];
  CHECK(shown["waits_for"] == "settling");
  CHECK(shown["until"] == text_at(first.more, "until"));
  rig.stop_at = nullptr;
  say(rig, {{"type", "resolve"}, {"phone", rig.phone()}, {"assume", "done"}, {"evidence", "I think so"}});
  const Progress end = rig.run(plan);
  CHECK(all_migrated(end));
  CHECK(told().size() == 2);
  CHECK(end.numbers[0].waits_for.empty());
  CHECK(std::any_of(rig.entries.begin(), rig.entries.end(),
                    [](const Entry& entry) { return text_at(entry.more, "said") == "ignored"; }));
}
