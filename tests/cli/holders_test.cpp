// One holder: of a run, and of a number over all runs that share the ledger.
#include <signal.h>

#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

// A run whose registration takes so long that a second process can come while it is under way.
std::unique_ptr<Process> slow_run(Stage& stage) {
  stage.world->hold()->timing.register_time = Millis(400);
  auto run = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  return run;
}

}  // namespace

TEST_CASE("a second apply of the same run is told who holds it, and sends nothing") {
  Stage stage({.policy = {{"register_timeout", "5s"}}});
  stage.plan();
  const auto first = slow_run(stage);
  const Ended second = stage.apply();
  INFO(second.text() << stage.story());
  CHECK(second.code == 4);
  CHECK(has(second.err, "in use by"));
  CHECK(has(second.err, content_of(stage.work() / "run" / "lock")));
  CHECK_FALSE(first->has_ended());
  const Ended ended = first->wait();
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(stage.sent("register") == 1);
  CHECK(stage.sent("backup") == 1);
}

TEST_CASE("a second run over the same number is told who holds it, and completes once it is free") {
  Stage stage({.policy = {{"register_timeout", "5s"}}});
  stage.plan();
  const auto first = slow_run(stage);
  const Ended second = stage.run({"apply", "plan.json", "--run", "other", "--yes"});
  INFO(second.text() << stage.story());
  CHECK(second.code == 4);
  CHECK(has(second.out + second.err, (stage.work() / "run").string()));
  CHECK(first->wait().code == 0);
  CHECK(stage.sent("register") == 1);
  const Ended after = stage.run({"apply", "plan.json", "--run", "other", "--yes"});
  INFO(after.text() << stage.story());
  CHECK(after.code == 3);  // stale: the first run has moved it
  CHECK(stage.sent("register") == 1);
}

TEST_CASE("a rollback beside the run that still works on its number is told who holds it, and sends nothing") {
  Stage stage({.policy = {{"register_timeout", "5s"}}});
  stage.plan();
  stage.world->hold()->timing.register_time = Millis(3000);
  const auto first = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  const Args back{"rollback", "--run", "run", "--allow-after-sunset", "--yes"};
  const std::size_t before = stage.requests();
  const Ended refused = stage.run(back);
  INFO(refused.text() << stage.story());
  REQUIRE_FALSE(first->has_ended());
  CHECK(refused.code == 4);
  CHECK(has(refused.err, stage.phone() + " is being worked on by "));
  CHECK(has(refused.err, (stage.work() / "run").string() + " until "));
  CHECK(has(refused.err, "wamigrate abort --run run"));
  CHECK(stage.changes(before).empty());
  CHECK_FALSE(std::filesystem::exists(stage.work() / "run" / "rollback-1"));
  CHECK(first->wait().code == 0);
  // Free again: the same command goes its way.
  const Ended ended = stage.run(back);
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(stage.sent("register") == 1);
  CHECK(stage.sent("account") == 1);
}

TEST_CASE("a rollback leaves out the number that a run works on, tells who holds it, and takes the others back") {
  Stage stage({.numbers = 2,
               .overlay = R"({"+4915110000001": {"queue": 100000, "queue_per_second": 1}})",
               .policy = {{"waves", "[1]"}, {"drain_timeout", "1m"}}});
  stage.plan();
  const int planned = stage.sent("stats");
  const auto first = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
  REQUIRE(eventually([&] { return stage.sent("register") == 1 && stage.sent("stats") > planned + 6; }));
  const Ended back = stage.run({"rollback", "--run", "run", "--allow-after-sunset", "--yes"});
  INFO(back.text() << stage.story());
  REQUIRE_FALSE(first->has_ended());
  CHECK(back.code == 4);
  CHECK(has(back.err, "Left out: " + stage.phone(1) + " is being worked on by "));
  CHECK_FALSE(has(back.err, stage.phone(0) + " is being worked on by "));
  CHECK(stage.sent("account", stage.phone(0)) == 1);
  CHECK(stage.sent("account", stage.phone(1)) == 0);
  CHECK(stage.run({"abort", "--run", "run"}).code == 0);
  CHECK(first->wait().in_time);
}

TEST_CASE("a process that is frozen holds its run, and goes on when it wakes up") {
  Stage stage({.policy = {{"register_timeout", "5s"}}});
  stage.plan();
  const auto first = slow_run(stage);
  first->send(SIGSTOP);
  const Ended second = stage.apply();
  INFO(second.text());
  CHECK(second.code == 4);
  first->send(SIGCONT);
  const Ended ended = first->wait();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.sent("register") == 1);
}
