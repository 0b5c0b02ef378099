// Live control as its user meets it: one process at work, and words said to it from another.
#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

// A queue that drains for as long as the test needs, so that a number is under way and has not committed.
constexpr const char* draining = R"({"*": {"queue": 100000, "queue_per_second": 1000}})";

void let_queues_run_dry(Stage& stage) {
  auto state = stage.world->hold();
  for (auto& [name, deployment] : state->deployments) deployment.queue = 0;
}

std::unique_ptr<Process> begun_draining(Stage& stage, const Args& more = {}) {
  const int planned = stage.sent("stats");
  Args arguments = {"apply", "plan.json", "--run", "run", "--yes"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  auto apply = stage.start(arguments);
  REQUIRE(eventually([&] { return stage.sent("stats") > planned + 2; }));
  return apply;
}

std::string state_of(Stage& stage, int index = 0) {
  return text_at(stage.status().at("numbers").at(static_cast<std::size_t>(index)), "state");
}

}  // namespace

TEST_CASE("a run is put on hold and let go on from another process, and nothing commits meanwhile") {
  Stage stage({.overlay = draining});
  stage.plan();
  const auto apply = begun_draining(stage, {"--wait"});
  const Ended paused = stage.run({"pause", "--run", "run"});
  INFO(paused.text());
  CHECK(paused.code == 0);
  CHECK(has(paused.out, "hears it within a second"));
  REQUIRE(eventually([&] { return has(stage.run({"status", "--run", "run"}).out, "WAITS for a person's word"); }));
  const Ended again = stage.run({"pause", "--run", "run"});
  CHECK(again.code == 1);
  CHECK(has(again.err, "on hold already"));
  let_queues_run_dry(stage);
  const std::size_t before = stage.requests();
  CHECK_FALSE(apply->has_ended());
  CHECK(stage.changes(before).empty());
  CHECK(stage.run({"resume", "--run", "run"}).code == 0);
  const Ended ended = apply->wait();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.sent("register") == 1);
  CHECK(stage.run({"resume", "--run", "run"}).code == 1);
}

TEST_CASE("without a terminal a gate pauses with exit code 4 and the exact command, and goes on once it is approved") {
  Stage stage({.numbers = 2, .policy = {{"gate", "wave"}, {"waves", "[1]"}}});
  stage.plan();
  const Ended gated = stage.apply();
  INFO(gated.text());
  CHECK(gated.code == 4);
  CHECK(has(gated.text(), "wamigrate approve --run run"));
  CHECK(stage.sent("register") == 1);
  const Ended approved = stage.run({"approve", "--run", "run", "--json"});
  CHECK(approved.code == 0);
  CHECK(json_lines(approved.out).at(0).at("at_work") == false);
  CHECK(has(approved.err, "wamigrate apply run/plan.json --run run"));
  const Ended ended = stage.run({"apply", "run/plan.json", "--run", "run"});
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(stage.sent("register") == 2);
  const Ended late = stage.run({"approve", "--run", "run"});
  CHECK(late.code == 1);
  CHECK(has(late.err, "has ended"));
}

TEST_CASE("an abort ends a run early: what has not committed stays where it is served") {
  Stage stage({.numbers = 2, .overlay = draining, .policy = {{"waves", "[1]"}}});
  stage.plan();
  const auto apply = begun_draining(stage);
  CHECK(stage.run({"abort", "--run", "run"}).code == 0);
  const Ended ended = apply->wait();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 3);
  CHECK(stage.sent("register") == 0);
  CHECK(state_of(stage, 0) == "failed");
  CHECK(state_of(stage, 1) == "untouched");
  CHECK(text_at(stage.status().at("numbers").at(0), "home") == "onprem");
}

TEST_CASE("while the postpone file is there nothing commits; once it is gone the run goes on by itself") {
  Stage stage;
  stage.plan();
  const auto file = stage.put("postpone", "");
  const auto apply = stage.start({"apply", "plan.json", "--run", "run", "--yes", "--postpone-file", file.string()});
  REQUIRE(eventually([&] { return has(stage.run({"status", "--run", "run"}).out, file.string()); }));
  CHECK(stage.sent("register") == 0);
  std::filesystem::remove(file);
  const Ended ended = apply->wait();
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(stage.sent("register") == 1);
  CHECK(stage.sent("backup") == 2);
}

TEST_CASE("hooks are told what happens, without a secret, and their no is obeyed") {
  Stage stage({.numbers = 2, .policy = {{"waves", "[2]"}, {"hooks", "{before_commit: ./hook, after_run: ./hook}"}}});
  stage.put("hook",
            "#!/bin/sh\n"
            "env >> \"" +
                (stage.work() / "told").string() +
                "\"\n"
                "[ \"$WAMIGRATE_PHONE\" != \"" +
                stage.phone(1) + "\" ] || { echo not this one; exit 1; }\n",
            0700);
  stage.plan();
  const Ended ended = stage.apply();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 3);
  CHECK(state_of(stage, 0) == "migrated");
  CHECK(state_of(stage, 1) == "failed");
  CHECK(has(text_at(stage.status().at("numbers").at(1), "reason"), "not this one"));
  const std::string told = content_of(stage.work() / "told");
  CHECK(has(told, "WAMIGRATE_HOOK=before_commit"));
  CHECK(has(told, "WAMIGRATE_STEP=register_on_cloud"));
  CHECK(has(told, "WAMIGRATE_EXIT_CODE=3"));
  for (const auto& [name, value] : stage.environment) {
    if (name.starts_with("WAMIGRATE_")) CHECK_FALSE(has(told, value));
  }
}

TEST_CASE("a rate that is none is refused with what a rate is; a sound one is kept for the next process") {
  Stage stage({.numbers = 2, .policy = {{"gate", "wave"}, {"waves", "[1]"}}});
  stage.plan();
  REQUIRE(stage.apply().code == 4);
  for (const char* rate : {"fast", "10", "10/day", "0/h", "-3/min", "99999999/min", "/h", ""}) {
    const Ended refused = stage.run({"throttle", "--run", "run", rate});
    INFO(rate << refused.text());
    CHECK(refused.code == 1);
  }
  CHECK(stage.run({"throttle", "--run", "run", "30/min"}).code == 0);
  CHECK(stage.run({"approve", "--run", "run"}).code == 0);
  CHECK(stage.apply().code == 0);
  CHECK(has(stage.run({"report", "--run", "run"}).out, stage.phone(1)));
}
