// A run watched from another terminal.
#include <csignal>

#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

const Args apply_again{"apply", "plan.json", "--run", "run", "--yes"};

/// A run whose process was killed while a registration was under way: it stands still until it is taken up again.
void interrupt_a_run(Stage& stage) {
  stage.plan();
  const auto run = stage.start(apply_again);
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  run->send(SIGKILL);
  REQUIRE(run->wait().signal == SIGKILL);
}

Args watching(const Args& more = {}) {
  Args arguments{"status", "--run", "run", "--watch", "--interval", "100ms"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

int occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("a watched run is told by change, and watching ends with the run and its exit code") {
  Stage stage;
  interrupt_a_run(stage);
  const auto watcher = stage.start(watching());
  REQUIRE(eventually([&] { return has(watcher->out(), "INTERRUPTED"); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(350));  // looks at which there is nothing new
  CHECK(occurrences(watcher->out(), "Run to Cloud") == 1);
  REQUIRE(stage.run(apply_again).code == 0);
  const Ended ended = watcher->wait();
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(ended.err.empty());
  CHECK(has(ended.out, "Run to Cloud: ended"));
  CHECK(occurrences(ended.out, "Run to Cloud") >= 2);
  CHECK_FALSE(has(ended.out, "\033"));
  const std::string last = ended.out.substr(ended.out.rfind("Run to Cloud"));
  CHECK(has(stage.run({"status", "--run", "run"}).out, last));
  CHECK(stage.run(watching()).code == 0);  // of a run that has ended: told once
}

TEST_CASE("a watched run is a status document a line for scripts, and the last is what status prints") {
  Stage stage;
  interrupt_a_run(stage);
  const auto watcher = stage.start(watching({"--json"}));
  REQUIRE(eventually([&] { return has(watcher->out(), "\n"); }));
  REQUIRE(stage.run(apply_again).code == 0);
  const Ended ended = watcher->wait();
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(ended.err.empty());
  const std::vector<Json> documents = json_lines(ended.out);
  REQUIRE(documents.size() >= 2);
  CHECK(documents.front()["state"] == "running");
  CHECK(documents.front()["numbers"][0]["state"] == "active");
  CHECK(documents.back() == stage.status());
}

TEST_CASE("Ctrl-C ends watching with the code that status gives, and the run does not notice") {
  Stage stage;
  interrupt_a_run(stage);
  for (const int signal : {SIGINT, SIGTERM}) {
    const auto watcher = stage.start(watching());
    REQUIRE(eventually([&] { return has(watcher->out(), "INTERRUPTED"); }));
    watcher->send(signal);
    const Ended ended = watcher->wait();
    INFO(ended.text());
    CHECK(ended.signal == 0);
    CHECK(ended.code == 4);
    CHECK(ended.err.empty());
  }
  CHECK(stage.apply().code == 0);
}

TEST_CASE("watching ends when nobody reads what it tells") {
  Stage stage;
  interrupt_a_run(stage);
  const auto watcher = stage.start(watching({"--json"}));
  REQUIRE(eventually([&] { return has(watcher->out(), "\n"); }));
  watcher->close_output();
  REQUIRE(stage.run(apply_again).code == 0);
  CHECK(watcher->wait().in_time);
}

TEST_CASE("on a terminal a watched run is redrawn in place, and the last page stays") {
  Stage stage;
  interrupt_a_run(stage);
  std::string command = WAMIGRATE_PROGRAM;
  for (const std::string& argument : watching()) command += " " + argument;
  Start start = stage.start_of({"--quiet", "--return", "--command", command, "/dev/null"});
  start.program = "/usr/bin/script";  // a terminal, and in it the command
  start.environment["TERM"] = "xterm";
  Process watcher(start);
  REQUIRE(eventually([&] { return has(watcher.out(), "\033[5A\033[J"); }));  // five lines up, and again
  CHECK(has(watcher.out(), "INTERRUPTED: no process works on this run"));
  REQUIRE(stage.run(apply_again).code == 0);
  const Ended ended = watcher.wait();
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(has(ended.out.substr(ended.out.rfind("\033[J")), "Run to Cloud: ended"));
}

TEST_CASE("watching refuses an interval that makes no sense") {
  Stage stage;
  stage.plan();
  REQUIRE(stage.apply().code == 0);
  for (const Args& wrong : {Args{"--watch", "--interval", "often"}, Args{"--watch", "--interval", "1ms"},
                            Args{"--watch", "--interval", "48h"}, Args{"--interval", "2s"}}) {
    Args arguments{"status", "--run", "run"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const Ended ended = stage.run(arguments);
    INFO(ended.text());
    CHECK(ended.code == 1);
    CHECK(has(ended.err, "--interval"));
  }
  CHECK(stage.run({"status", "--run", "missing", "--watch"}).code == 1);
}
