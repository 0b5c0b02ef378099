// What a run cannot do without, and what becomes of it when that is lost: the ledger, the seal key.
#include <signal.h>

#include <fstream>

#include "cli/stage.hpp"
#include "ports/store.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using sim::Action;
using sim::ServedBy;
namespace fs = std::filesystem;

namespace {

fs::path state(const Stage& stage) { return stage.home() / "state" / "wamigrate"; }

void lose_ledger(const Stage& stage) {
  for (const char* name : {"ledger.db", "ledger.db-wal", "ledger.db-shm"}) fs::remove(state(stage) / name);
}

/// A run that was killed with its backup taken and its registration not yet answered for.
void killed_with_backup(Stage& stage) {
  stage.plan();
  stage.faults.add(fault("register", Action::lost));
  const auto run = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  run->send(SIGKILL);
  run->wait();
}

std::string ration_of(Stage& stage) {
  const Ended ended = stage.run({"check", "inventory.yaml", "--to", "cloud", "--json", "--check", "ration"});
  INFO(ended.text());
  const auto json = parse_json(ended.out);
  REQUIRE(json.has_value());
  return text_at((*json)["checks"].at(0), "result");
}

void check_refused(Stage& stage, const Args& command, const std::string& says) {
  const std::size_t before = stage.requests();
  const Ended ended = stage.run(command);
  INFO(ended.text());
  CHECK(ended.code == 1);
  CHECK(has(ended.err, says));
  CHECK(stage.requests() == before);
}

}  // namespace

TEST_CASE("a lost ledger means unknown: the run says so, goes on, and check warns") {
  Stage stage;
  killed_with_backup(stage);
  lose_ledger(stage);
  CHECK(ration_of(stage) == "warn");
  const Ended ended = stage.apply();
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(has(ended.err, "the ledger"));
  CHECK(has(ended.err, "unknown"));
  const auto ledger = open_ledger_store(state(stage) / "ledger.db", stage.clock.now());
  REQUIRE(ledger.has_value());
  CHECK((*ledger)->attempts(stage.phone(), "register", Time{}) == 1);  // what this run has sent since
  CHECK(stage.sent("register") == 2);
  CHECK_FALSE(has(stage.apply().err, "unknown"));  // said once
}

TEST_CASE("without its seal key a ledger is not worked with, and what to do is said") {
  Stage stage;
  killed_with_backup(stage);
  const std::string key = content_of(state(stage) / "seal.key");
  fs::remove(state(stage) / "seal.key");
  for (const Args& command :
       {Args{"apply", "plan.json", "--run", "run", "--yes"}, Args{"check", "inventory.yaml", "--to", "cloud"},
        Args{"plan", "inventory.yaml", "--to", "cloud", "-o", "again.json"}}) {
    check_refused(stage, command, "restore it from a copy");
  }
  SECTION("it is found again") {
    std::ofstream(state(stage) / "seal.key") << key;
    fs::permissions(state(stage) / "seal.key", fs::perms(0600));
    CHECK(stage.apply().code == 0);
    CHECK(stage.sent("backup") == 2);
  }
  SECTION("it is lost for good, with on-premises up: a new backup is taken") {
    lose_ledger(stage);
    const Ended ended = stage.apply();
    INFO(ended.text() << stage.story());
    CHECK(ended.code == 0);
    CHECK(stage.sent("backup") == 2);
    CHECK(stage.world->landed("register") == 1);
  }
}

TEST_CASE("another seal key than the ledger's is refused: it would not know a refused PIN again") {
  Stage stage({.overlay = R"({"*": {"pin": "654321"}})"});
  stage.plan();
  CHECK(stage.apply().code == 5);
  REQUIRE(stage.sent("register") == 1);
  std::ofstream(state(stage) / "seal.key") << std::string(64, 'a') << "\n";
  check_refused(stage, {"apply", "plan.json", "--run", "other", "--yes"}, "another seal key");
  check_refused(stage, {"check", "inventory.yaml", "--to", "cloud"}, "another seal key");
}

TEST_CASE("a number that nobody serves is not registered without the backup that a lost key has closed") {
  Stage stage;
  killed_with_backup(stage);
  // The client is gone now, and nobody serves the number.
  stage.world->hold()->deployments.begin()->second.gone = true;
  fs::remove(state(stage) / "seal.key");
  lose_ledger(stage);
  const Ended ended = stage.apply();
  INFO(ended.text() << stage.story());
  CHECK(ended.code != 0);
  CHECK(stage.sent("register") == 1);
}
