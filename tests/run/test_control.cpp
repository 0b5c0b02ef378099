// What people say to a run while it runs: on hold, approvals, how fast, and an early end.
#include <algorithm>

#include "run/runner.hpp"
#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using namespace std::chrono_literals;

namespace {

void say(Rig& rig, Json message) { REQUIRE(rig.store->post(to_compact(message))); }

/// Says it once, when the run has come so far.
void say_when(Rig& rig, std::function<bool(const Entry&)> at, Json message) {
  rig.stop_at = [&rig, at, message, said = false]() mutable {
    if (!said && !rig.entries.empty() && at(rig.entries.back())) {
      said = true;
      say(rig, message);
    }
    return false;
  };
}

auto first(std::string event, std::string step = "") {
  return [event, step](const Entry& entry) { return entry.event == event && (step.empty() || entry.step == step); };
}

std::vector<std::string> said(const Rig& rig) {
  std::vector<std::string> words;
  for (const Entry& entry : rig.entries) {
    if (entry.event == event::heard && entry.phone.empty()) words.push_back(text_at(entry.more, "said"));
  }
  return words;
}

int count(const Progress& progress, NumberState state) {
  return static_cast<int>(std::count_if(progress.numbers.begin(), progress.numbers.end(),
                                        [&](const NumberProgress& number) { return number.state == state; }));
}

}  // namespace

TEST_CASE("on hold nothing begins and nothing passes its commit point") {
  Rig rig({.numbers = 4, .overlay = R"({"*": {"queue": 500}})"});
  rig.fleet.policy.waves = {{4, false}};
  rig.fleet.policy.concurrency = 3;
  const Plan plan = rig.plan(Direction::to_cloud);
  say_when(rig, first("settled", "take_snapshot"), {{"type", "pause"}});
  const Progress held = rig.run(plan);
  CHECK(held.paused == "resume");
  CHECK(exit_code(held) == 4);
  for (const NumberProgress& number : held.numbers) CHECK_FALSE(number.attempts.contains("register_on_cloud"));
  CHECK(std::count_if(held.numbers.begin(), held.numbers.end(),
                      [](const NumberProgress& number) { return number.started; }) == 3);
  rig.clock.advance(24h);
  say(rig, {{"type", "resume"}});
  CHECK(count(rig.run(plan), NumberState::migrated) == 4);
}

TEST_CASE("what has passed its commit point is brought to its verification also on hold") {
  Rig rig({.numbers = 4});
  rig.fleet.policy.waves = {{4, false}};
  rig.fleet.policy.concurrency = 1;
  const Plan plan = rig.plan(Direction::to_cloud);
  say_when(rig, first("intent", "register_on_cloud"), {{"type", "pause"}});
  const Progress held = rig.run(plan);

  CHECK(held.paused == "resume");
  CHECK(held.on_hold);
  CHECK(exit_code(held) == 4);
  CHECK_FALSE(held.done);
  int committed = 0;
  for (const NumberProgress& number : held.numbers) {
    const bool sent = number.attempts.contains("register_on_cloud");
    CHECK(sent == (number.state == NumberState::migrated));
    committed += sent ? 1 : 0;
  }
  CHECK(committed > 0);

  SECTION("the same command again stays on hold") {
    const Progress again = rig.run(plan);
    CHECK(again.paused == "resume");
    CHECK(count(again, NumberState::migrated) == committed);
  }
  SECTION("resume lets it go on") {
    say(rig, {{"type", "resume"}});
    const Progress end = rig.run(plan);
    CHECK(end.done);
    CHECK(count(end, NumberState::migrated) == 4);
  }
}

TEST_CASE("with a limit so many numbers begin and are brought to their end; the same command begins the next") {
  Rig rig({.numbers = 5});
  rig.fleet.policy.waves = {{1, false}, {4, false}};
  rig.fleet.policy.concurrency = 4;
  rig.limit = 2;
  rig.waits_for_a_word = true;  // a limit is no word that somebody might say
  const Plan plan = rig.plan(Direction::to_cloud);
  for (const int moved : {2, 4}) {
    const Progress progress = rig.run(plan);
    CHECK(progress.paused == "limit");
    CHECK(exit_code(progress) == 4);
    CHECK(count(progress, NumberState::migrated) == moved);
    REQUIRE(progress.waits);
    CHECK(progress.waits->message ==
          "as many numbers have begun as --limit 2 allows; the same command begins the next 2");
  }
  const Progress end = rig.run(plan);
  CHECK(end.done);
  CHECK(count(end, NumberState::migrated) == 5);
}

TEST_CASE("a process that waits for a word goes on when it is said") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.waves = {{1, false}, {2, false}};
  rig.fleet.policy.gate_each_wave = true;
  rig.waits_for_a_word = true;
  const Plan plan = rig.plan(Direction::to_cloud);
  int looks = 0;
  rig.on_tick = [&] {
    if (!rig.entries.empty() && rig.entries.back().event == event::waiting && ++looks == 50) {
      say(rig, {{"type", "approve"}, {"wave", 2}});
    }
  };
  const Progress end = rig.run(plan);
  CHECK(looks == 50);
  CHECK(end.done);
  CHECK(count(end, NumberState::migrated) == 3);
}

TEST_CASE("with a gate each wave but the first waits for an approval, and an approval is for one wave") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.waves = {{1, false}};
  rig.fleet.policy.gate_each_wave = true;
  const Plan plan = rig.plan(Direction::to_cloud);

  Progress progress = rig.run(plan);
  CHECK(progress.paused == "approval");
  CHECK(exit_code(progress) == 4);
  CHECK(count(progress, NumberState::migrated) == 1);
  REQUIRE(progress.waits);
  CHECK(progress.waits->next_command.find("approve") != std::string::npos);

  say(rig, {{"type", "approve"}, {"wave", 3}});  // not the one that waits
  progress = rig.run(plan);
  CHECK(progress.paused == "approval");
  CHECK(count(progress, NumberState::migrated) == 1);

  say(rig, {{"type", "approve"}, {"wave", 2}});
  progress = rig.run(plan);
  CHECK(progress.paused == "approval");
  CHECK(count(progress, NumberState::migrated) == 2);

  say(rig, {{"type", "approve"}, {"wave", 3}});
  progress = rig.run(plan);
  CHECK(progress.done);
  CHECK(count(progress, NumberState::migrated) == 3);
}

TEST_CASE("an abort starts nothing more, stops what has not committed, and finishes what has") {
  Rig rig({.numbers = 5});
  rig.fleet.policy.waves = {{3, false}, {2, false}};
  const Plan plan = rig.plan(Direction::to_cloud);
  say_when(rig, first("intent", "register_on_cloud"), {{"type", "abort"}});
  const Progress end = rig.run(plan);

  CHECK(end.done);
  CHECK(exit_code(end) == 3);
  for (const NumberProgress& number : end.numbers) {
    if (number.attempts.contains("register_on_cloud")) {
      CHECK(number.state == NumberState::migrated);
    } else if (number.started) {
      CHECK(number.state == NumberState::failed);
      CHECK(number.home == Home::onprem);
    } else {
      CHECK(number.state == NumberState::untouched);
    }
  }
  CHECK(count(end, NumberState::migrated) > 0);
  CHECK(count(end, NumberState::untouched) >= 2);

  SECTION("a number of it can be asked for again") {
    const auto failed = std::find_if(end.numbers.begin(), end.numbers.end(), [](const NumberProgress& number) {
      return number.state != NumberState::migrated;
    });
    REQUIRE(failed != end.numbers.end());
    say(rig, {{"type", "retry"}, {"phone", failed->phone}});
    const Progress again = rig.run(plan);
    CHECK(again.find(failed->phone)->state == NumberState::migrated);
  }
}

TEST_CASE("what people say of one number after an abort begins no other") {
  Rig rig({.numbers = 3, .home = sim::ServedBy::cloud, .overlay = R"({"*": {"needs_code": true}})"});
  rig.fleet.policy.waves = {{1, false}, {2, false}};
  const Plan plan = rig.plan(Direction::to_onprem);
  const Progress waiting = rig.run(plan);
  REQUIRE(waiting.numbers[0].waits_for == "code");
  say(rig, {{"type", "abort"}});
  rig.run(plan);
  rig.answer(rig.phone(), rig.world->hold()->number(rig.phone())->code);
  const Progress end = rig.run(plan);
  CHECK(end.done);
  for (int i = 1; i < 3; ++i) {
    CHECK(end.find(rig.phone(i))->state == NumberState::untouched);
    CHECK(rig.world->requests("account", rig.phone(i)) == 0);
  }
}

TEST_CASE(
    "while the postpone file is there no commit point is passed; afterwards a number is drained and backed up anew") {
  Rig rig({.numbers = 2});
  rig.fleet.policy.waves = {{2, false}};
  const Plan plan = rig.plan(Direction::to_cloud);
  const Time until = rig.clock.now() + 5h;
  rig.is_postponed = [&] { return rig.clock.now() < until; };
  const Progress end = rig.run(plan);
  CHECK(count(end, NumberState::migrated) == 2);
  int backups = 0;
  int told = 0;
  for (const Entry& entry : rig.entries) {
    if (entry.event == event::intent && entry.step == "register_on_cloud") CHECK(entry.time >= until);
    if (entry.event == event::intent && entry.step == "take_backup" && entry.time >= until) ++backups;
    if (entry.event == event::settled && entry.step == "drain_queue" && entry.time >= until) --backups;
    if (entry.event == event::waiting) ++told;
  }
  CHECK(backups == 0);
  CHECK(told == 2);  // once each, however often it was looked at
  for (const NumberProgress& number : end.numbers) CHECK(number.attempts.at("take_backup") == 2);
}

TEST_CASE("throttled, numbers begin no faster than that") {
  Rig rig({.numbers = 6});
  rig.fleet.policy.waves = {{6, false}};
  const Plan plan = rig.plan(Direction::to_cloud);
  say(rig, {{"type", "throttle"}, {"starts_per_hour", 20}});
  const Progress end = rig.run(plan);
  CHECK(end.done);
  // Where nothing else goes on, it is told what is waited for, and until when.
  const auto told = std::find_if(rig.entries.begin(), rig.entries.end(),
                                 [](const Entry& entry) { return text_at(entry.more, "for") == "pace"; });
  REQUIRE(told != rig.entries.end());
  CHECK(told->message.find("throttle") != std::string::npos);
  CHECK(parse_iso(text_at(told->more, "until")) > told->time);
  std::vector<Time> starts;
  for (const NumberProgress& number : end.numbers) starts.push_back(*number.started_at);
  std::sort(starts.begin(), starts.end());
  for (std::size_t i = 1; i < starts.size(); ++i) CHECK(starts[i] - starts[i - 1] >= 179s);
}

TEST_CASE("a word that is not needed changes nothing, and is told") {
  Rig rig({.numbers = 1});
  rig.fleet.policy.waves = {{1, false}};
  const Plan plan = rig.plan(Direction::to_cloud);
  say(rig, {{"type", "resume"}});
  say(rig, {{"type", "approve"}, {"wave", 7}});
  say(rig, {{"type", "sing"}});
  say(rig, {{"type", "throttle"}, {"starts_per_hour", -1}});
  CHECK(rig.run(plan).done);
  CHECK(said(rig) == std::vector<std::string>(4, "ignored"));
}

TEST_CASE("a retried number waits for no wave and no budget") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.waves = {{3, false}};
  rig.fleet.policy.max_failures = {1, false};
  sim::Faults refused = *sim::faults_from_json(
      R"({"faults":[{"on":"register","side":"graph","times":3,"action":"refuse","code":100,"http":400}]})");
  const Plan plan = rig.plan(Direction::to_cloud);
  rig.use(&refused);
  const Progress failed = rig.run_through(plan);
  REQUIRE(count(failed, NumberState::migrated) < 2);
  rig.use(nullptr);
  const auto one = std::find_if(failed.numbers.begin(), failed.numbers.end(),
                                [](const NumberProgress& number) { return is_failure(number.state); });
  REQUIRE(one != failed.numbers.end());
  CHECK_FALSE(failed.held.empty());
  say(rig, {{"type", "retry"}, {"phone", one->phone}});
  const Progress again = rig.run(plan);
  CHECK(again.find(one->phone)->attempts.at("register_on_cloud") >= 1);
  CHECK(std::count_if(rig.entries.begin(), rig.entries.end(), [&](const Entry& entry) {
          return entry.event == event::started && entry.phone == one->phone;
        }) == 2);
}

TEST_CASE("a soak is told with its end, and a restart makes it no longer") {
  Rig rig({.numbers = 2});
  rig.fleet.policy.waves = {{1, false}};
  rig.fleet.policy.soak = 30min;
  const Plan plan = rig.plan(Direction::to_cloud);
  const auto soaks = [&rig] {
    return !rig.entries.empty() && rig.entries.back().message.find("soak") != std::string::npos;
  };
  Time ends{};
  rig.stop_at = [&] {
    if (!soaks() || ends != Time{}) return false;
    ends = rig.clock.now() + 30min;
    return true;
  };
  const Progress stopped = rig.run(plan);
  REQUIRE(stopped.waits);
  CHECK(stopped.waits->what == "watch");
  CHECK(stopped.waits->until == ends);
  rig.stop_at = nullptr;
  rig.clock.advance(20min);
  const Progress end = rig.run(plan);
  CHECK(end.done);
  CHECK_FALSE(end.waits);
  const auto second = std::find_if(rig.entries.begin(), rig.entries.end(), [&](const Entry& entry) {
    return entry.event == event::started && entry.phone == rig.phone(1);
  });
  REQUIRE(second != rig.entries.end());
  CHECK(second->time >= ends);
  CHECK(second->time < ends + 2min);
  CHECK(std::count_if(rig.entries.begin(), rig.entries.end(), [](const Entry& entry) {
          return entry.message.find("soak") != std::string::npos;
        }) == 2);  // of either wave
}

TEST_CASE("a soak after which nobody can be asked pauses the run, and fails nothing") {
  Rig rig({.numbers = 2});
  rig.fleet.policy.waves = {{1, false}};
  rig.fleet.policy.soak = 5min;
  const Plan plan = rig.plan(Direction::to_cloud);
  rig.on_tick = [&rig, silent = false]() mutable {
    const bool soaks = !rig.entries.empty() && rig.entries.back().message.find("soak") != std::string::npos;
    if (soaks && !std::exchange(silent, true)) rig.faults.add({.on = "node", .times = 0});
  };
  const Progress paused = rig.run(plan);
  CHECK(paused.paused == "soak");
  CHECK(exit_code(paused) == 4);
  CHECK(count(paused, NumberState::migrated) == 1);
  rig.on_tick = nullptr;
  rig.faults.calm();
  const Progress end = rig.run(plan);
  CHECK(end.done);
  CHECK(count(end, NumberState::migrated) == 2);
}

namespace {

/// Answers as it is told to, and remembers what it was told.
class FakeHooks : public HookRunner {
 public:
  HookEnd run(const HookCall& call) override {
    calls.push_back(call.facts);
    const HookEnd no{HookEnd::How::exited, 3, "it ended with exit code 3", {"not tonight"}};
    return refuses && refuses(call.facts) ? no : HookEnd{HookEnd::How::exited, 0, "", {}};
  }
  int called(const std::string& hook) const {
    return static_cast<int>(std::count_if(calls.begin(), calls.end(),
                                          [&](const auto& facts) { return facts.at("WAMIGRATE_HOOK") == hook; }));
  }
  std::vector<std::map<std::string, std::string>> calls;
  std::function<bool(const std::map<std::string, std::string>&)> refuses{};
};

struct HookedRig {
  HookedRig() {
    rig.hooks = &hooks;
    rig.fleet.policy.hooks = {"before-wave", "before-commit", "after-number", "after-run"};
    rig.fleet.policy.waves = {{1, false}, {2, false}};
  }
  FakeHooks hooks;
  Rig rig{{.numbers = 3}};
};

}  // namespace

TEST_CASE("each hook is called where it belongs, with the facts") {
  HookedRig hooked;
  const Plan plan = hooked.rig.plan(Direction::to_cloud);
  CHECK(hooked.rig.run(plan).done);
  CHECK(hooked.hooks.called("before_wave") == 2);
  CHECK(hooked.hooks.called("before_commit") == 3);
  CHECK(hooked.hooks.called("after_number") == 3);
  CHECK(hooked.hooks.called("after_run") == 1);
  const auto& last = hooked.hooks.calls.back();
  CHECK(last.at("WAMIGRATE_HOOK") == "after_run");
  CHECK(last.at("WAMIGRATE_EXIT_CODE") == "0");
  for (const auto& facts : hooked.hooks.calls) {
    if (facts.at("WAMIGRATE_HOOK") == "after_number") CHECK(facts.at("WAMIGRATE_STATE") == "migrated");
    if (facts.at("WAMIGRATE_HOOK") == "before_commit") CHECK(facts.at("WAMIGRATE_STEP") == "register_on_cloud");
  }
}

TEST_CASE("a hook that says no before the commit point stops its number where it is served") {
  HookedRig hooked;
  const std::string stubborn = hooked.rig.phone(1);
  hooked.hooks.refuses = [&](const auto& facts) {
    return facts.at("WAMIGRATE_HOOK") == "before_commit" && facts.at("WAMIGRATE_PHONE") == stubborn;
  };
  const Plan plan = hooked.rig.plan(Direction::to_cloud);
  const Progress end = hooked.rig.run(plan);
  const NumberProgress& number = *end.find(stubborn);
  CHECK(number.state == NumberState::failed);
  CHECK(number.home == Home::onprem);
  CHECK(number.reason.find("not tonight") != std::string::npos);
  CHECK_FALSE(number.attempts.contains("register_on_cloud"));
  CHECK(count(end, NumberState::migrated) == 2);
}

TEST_CASE("a hook that says no before a wave pauses the run, and is asked again by the same command") {
  HookedRig hooked;
  bool refusing = true;
  hooked.hooks.refuses = [&](const auto& facts) {
    return refusing && facts.at("WAMIGRATE_HOOK") == "before_wave" && facts.at("WAMIGRATE_WAVE") == "2";
  };
  const Plan plan = hooked.rig.plan(Direction::to_cloud);
  const Progress paused = hooked.rig.run(plan);
  CHECK(paused.paused == "hook");
  CHECK(paused.pause_message.find("not tonight") != std::string::npos);
  CHECK(exit_code(paused) == 4);
  CHECK(count(paused, NumberState::migrated) == 1);
  refusing = false;
  CHECK(count(hooked.rig.run(plan), NumberState::migrated) == 3);
}

TEST_CASE("hooks after the fact change nothing, and their refusals are told") {
  HookedRig hooked;
  hooked.hooks.refuses = [](const auto& facts) { return facts.at("WAMIGRATE_HOOK").starts_with("after"); };
  const Progress end = hooked.rig.run(hooked.rig.plan(Direction::to_cloud));
  CHECK(count(end, NumberState::migrated) == 3);
  CHECK(end.notices.size() == 4);
}

TEST_CASE("numbers start within their windows only, and only if they fit") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.concurrency = 1;
  rig.fleet.policy.waves = {{3, false}};
  // The run begins on a Monday at 00:00 UTC.
  rig.fleet.policy.windows = {*parse_window("Tue 02:00-02:10"), *parse_window("Wed 02:00-05:00")};
  const Plan plan = rig.plan(Direction::to_cloud);
  const Progress end = rig.run(plan);
  CHECK(count(end, NumberState::migrated) == 3);
  for (const NumberProgress& number : end.numbers) {
    const Time day = std::chrono::floor<std::chrono::days>(*number.started_at);
    CHECK(*number.started_at - day >= 2h);
    CHECK(*number.started_at - day < 5h);
  }
  CHECK(std::count_if(rig.entries.begin(), rig.entries.end(),
                      [](const Entry& entry) { return entry.event == event::waiting && entry.phone.empty(); }) >= 1);
}

TEST_CASE("a number whose window closes before its commit point waits for the next one, and is backed up anew") {
  Rig rig({.overlay = R"({"*": {"queue": 600, "queue_per_second": 1}})"});  // ten minutes
  Plan plan = rig.plan(Direction::to_cloud);
  rig.clock.set(*parse_iso("2025-06-03T02:00:00Z"));
  plan.fleet.policy.drain_timeout = 30min;
  plan.fleet.policy.windows = {*parse_window("Tue,Wed 02:00-02:08")};
  for (PlannedRoad& road : plan.roads) road.expected = 5min;
  rig.world->hold()->deployments.begin()->second.queue_at = rig.clock.now();
  const Progress end = rig.run(plan);
  CHECK(end.numbers[0].state == NumberState::migrated);
  int backups = 0;
  for (const Entry& entry : rig.entries) {
    if (entry.event == event::started) CHECK(entry.time < *parse_iso("2025-06-03T02:08:00Z"));
    if (entry.event != event::intent) continue;
    if (entry.step == "take_backup") backups += 1;
    if (entry.step == "register_on_cloud") CHECK(entry.time >= *parse_iso("2025-06-04T02:00:00Z"));
  }
  CHECK(backups == 2);
}

TEST_CASE("a number that fits into no window is left alone, and the reason says so") {
  Rig rig({.numbers = 1});
  const Plan plan = [&] {
    Plan planned = rig.plan(Direction::to_cloud);
    planned.fleet.policy.windows = {*parse_window("Tue 02:00-02:10")};
    for (PlannedRoad& road : planned.roads) road.expected = 11min;
    return planned;
  }();
  const Progress end = rig.run(plan);
  CHECK(end.numbers[0].state == NumberState::untouched);
  CHECK(end.numbers[0].reason.find("window") != std::string::npos);
}

TEST_CASE("a PIN that is named while the last one was not taken up yet is the one that is meant") {
  Rig rig({.overlay = R"({"*": {"pin": "654321"}})"});
  rig.secrets.known["TYPO"] = "645321";
  rig.secrets.known["RIGHT"] = "654321";
  const Plan plan = rig.plan(Direction::to_cloud);
  const Progress stopped = rig.run(plan);
  REQUIRE(stopped.numbers[0].pin_refused);
  const int before = static_cast<int>(rig.world->requests("register"));
  say(rig, {{"type", "retry"}, {"phone", rig.phone()}, {"pin", "env:TYPO"}});
  say(rig, {{"type", "retry"}, {"phone", rig.phone()}, {"pin", "env:RIGHT"}});
  Plan corrected = plan;
  corrected.fleet.numbers[0].pin = {SecretRef::Kind::env, "RIGHT"};
  rig.world->start_deployment("de-0");
  const Progress progress = rig.run(corrected);
  INFO(rig.world->story());
  CHECK(progress.numbers[0].pin_override == "env:RIGHT");
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->requests("register") == before + 1);
}

TEST_CASE("a number that was asked for again and did not begin again is told of as it was last seen, and when") {
  HookedRig hooked;
  hooked.hooks.refuses = [](const auto& facts) { return facts.at("WAMIGRATE_HOOK") == "before_commit"; };
  Plan plan = hooked.rig.plan(Direction::to_cloud);
  const Progress stopped = hooked.rig.run(plan);
  REQUIRE(stopped.numbers[0].state == NumberState::failed);
  REQUIRE(stopped.numbers[0].home_at);

  hooked.rig.clock.advance(1h);
  say(hooked.rig, {{"type", "retry"}, {"phone", hooked.rig.phone()}});
  plan.fleet.policy.windows = {*parse_window("Tue 02:00-02:10")};
  for (PlannedRoad& road : plan.roads) road.expected = 11min;
  const Progress end = hooked.rig.run(plan);
  const NumberProgress& number = end.numbers[0];
  INFO(number.reason);
  CHECK(number.state == NumberState::failed);
  CHECK(number.home_at == stopped.numbers[0].home_at);
  CHECK(number.reason.find("(as last seen at " + to_iso(*number.home_at) + ")") != std::string::npos);
}

TEST_CASE("a shared PIN that was refused to one number is not tried on a second one by a process that goes on") {
  Rig rig({.numbers = 3, .overlay = R"({"*": {"pin": "654321"}})", .own_pins = false});
  rig.fleet.policy.waves = {{3, false}};
  rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {100, true};
  rig.secrets.known["RIGHT"] = "654321";
  Plan plan = rig.plan(Direction::to_cloud);
  // Stopped when the first number has ended, and before the others are told that they will not begin.
  rig.stop_at = [&] { return !rig.entries.empty() && rig.entries.back().event == event::ended; };
  (void)rig.run(plan);
  rig.stop_at = nullptr;
  const auto sent = [&] { return rig.world->requests("register"); };
  REQUIRE(sent() == 1);
  const Progress resumed = rig.run(plan);
  INFO(rig.world->story());
  CHECK(resumed.done);
  CHECK(sent() == 1);
  CHECK(resumed.numbers[1].state == NumberState::untouched);
  CHECK(resumed.numbers[1].reason.find("was not proven") != std::string::npos);

  SECTION("nor by the number that was given another one") {
    say(rig, {{"type", "retry"}, {"phone", rig.phone(0)}, {"pin", "env:RIGHT"}});
    plan.fleet.numbers[0].pin = {SecretRef::Kind::env, "RIGHT"};
    rig.world->start_deployment("de-0");
    (void)rig.run(plan);
    say(rig, {{"type", "retry"}, {"phone", rig.phone(1)}});
    const Progress end = rig.run(plan);
    INFO(rig.world->story());
    CHECK(end.numbers[0].state == NumberState::migrated);
    CHECK(end.numbers[1].state == NumberState::failed);
    CHECK(sent() == 2);
  }
  SECTION("but where a person names it for that number") {
    say(rig, {{"type", "retry"}, {"phone", rig.phone(1)}, {"pin", plan.fleet.numbers[1].pin.text()}});
    (void)rig.run(plan);
    CHECK(sent() == 2);
  }
}
