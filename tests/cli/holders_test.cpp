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

TEST_CASE("a rollback waits for the run that still works on its number") {
  Stage stage({.policy = {{"register_timeout", "5s"}}});
  stage.plan();
  const auto first = slow_run(stage);
  const auto back = stage.start({"rollback", "--run", "run", "--allow-after-sunset", "--yes"});
  CHECK(first->wait().code == 0);
  const Ended ended = back->wait();
  // The number is free once it has been verified, a little before its process is gone.
  Time registered{};
  for (const sim::LogEntry& entry : stage.world->log()) {
    if (entry.kind == "register" && entry.landed) registered = entry.at + Millis(400);
    if (entry.kind == "account") CHECK((registered != Time{} && entry.at >= registered));
  }
  INFO(ended.text() << stage.story());
  CHECK((ended.code == 0 || ended.code == 4));
  CHECK(stage.sent("register") == 1);
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
