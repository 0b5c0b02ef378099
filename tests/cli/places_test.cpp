// Places on disk that can't be used: said clearly, and nothing is sent.
#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
namespace fs = std::filesystem;

namespace {

void check_unsent(Stage& stage, const Ended& ended, std::size_t before, const std::string& says) {
  INFO(ended.text());
  CHECK((ended.code == 1 || ended.code == 4));
  CHECK(has(ended.err, says));
  CHECK_FALSE(has(ended.err, "internal error"));
  CHECK(stage.requests() == before);
}

}  // namespace

TEST_CASE("a run directory that others may write into is refused with the chmod that helps") {
  Stage stage;
  stage.plan();
  const std::size_t before = stage.requests();
  fs::create_directory(stage.work() / "run");
  fs::permissions(stage.work() / "run", fs::perms(0777));
  check_unsent(stage, stage.apply(), before, "chmod 700");
  fs::permissions(stage.work() / "run", fs::perms(0700));
  CHECK(stage.apply().code == 0);
}

TEST_CASE("a run directory that others may look into is refused, also when it is only asked for its status") {
  Stage stage;
  stage.plan();
  REQUIRE(stage.apply().code == 0);
  const std::size_t before = stage.requests();
  fs::permissions(stage.work() / "run", fs::perms(0750));
  for (const Args& command : {Args{"apply", "plan.json", "--run", "run", "--yes"}, Args{"status", "--run", "run"},
                              Args{"rollback", "--run", "run", "--allow-after-sunset", "--yes"}}) {
    check_unsent(stage, stage.run(command), before, "chmod 700");
  }
  fs::permissions(stage.work() / "run", fs::perms(0700));
  CHECK(stage.run({"status", "--run", "run"}).code == 0);
}

TEST_CASE("a run directory is made for its owner alone, and so is all that is in it") {
  Stage stage;
  stage.plan();
  REQUIRE(stage.apply().code == 0);
  for (const fs::path& top : {stage.work() / "run", stage.home() / "state" / "wamigrate"}) {
    CHECK((fs::status(top).permissions() & fs::perms(0077)) == fs::perms::none);
    for (const auto& entry : fs::recursive_directory_iterator(top)) {
      INFO(entry.path().string());
      CHECK((entry.status().permissions() & fs::perms(0077)) == fs::perms::none);
    }
  }
}

TEST_CASE("a run store or a seal key that others may read is refused") {
  Stage stage;
  stage.plan();
  REQUIRE(stage.apply().code == 0);
  const std::size_t before = stage.requests();
  SECTION("the store") {
    fs::permissions(stage.work() / "run" / "run.db", fs::perms(0644));
    check_unsent(stage, stage.apply(), before, "chmod 600");
  }
  SECTION("the seal key") {
    fs::permissions(stage.home() / "state" / "wamigrate" / "seal.key", fs::perms(0644));
    check_unsent(stage, stage.run({"apply", "plan.json", "--run", "other", "--yes"}), before, "chmod 600");
  }
  SECTION("the ledger") {
    fs::permissions(stage.home() / "state" / "wamigrate" / "ledger.db", fs::perms(0666));
    check_unsent(stage, stage.run({"apply", "plan.json", "--run", "other", "--yes"}), before, "chmod 600");
  }
}

TEST_CASE("a first apply that could not make its seal key leaves nothing in the way of the next") {
  Stage stage;
  std::string inventory = stage.inventory();
  inventory.insert(inventory.find("status_feed"), "seal_key: file:keys/seal.key\n");
  stage.put("inventory.yaml", inventory);
  stage.put("keys", "not a directory");
  stage.plan();
  const std::size_t before = stage.requests();
  check_unsent(stage, stage.apply(), before, "keys");
  fs::remove(stage.work() / "keys");
  const Ended ended = stage.apply();
  INFO(ended.text());
  CHECK(ended.code == 0);
}

TEST_CASE("a directory that can't be written is refused before anything is sent") {
  Stage stage;
  stage.unprivileged = true;
  if (stage.run({"--version"}).code != 0) {
    WARN("skipped: the program can't be started by another user from here");
    return;
  }
  stage.plan();
  const std::size_t before = stage.requests();
  SECTION("where the run would be made") {
    fs::permissions(stage.work(), fs::perms(0500));
    check_unsent(stage, stage.apply(), before, "ermission");
    fs::permissions(stage.work(), fs::perms(0700));
    CHECK_FALSE(fs::exists(stage.work() / "run"));
  }
  SECTION("where the ledger would be made") {
    fs::permissions(stage.home(), fs::perms(0500));
    check_unsent(stage, stage.apply(), before, "ermission");
    fs::permissions(stage.home(), fs::perms(0700));
  }
  SECTION("the run's own, which can still be asked for its status") {
    stage.faults.add(fault("backup", sim::Action::expire_token));
    stage.faults.add(fault("health", sim::Action::unreachable, 1));
    REQUIRE(stage.apply().code != 1);
    const std::size_t after = stage.requests();
    fs::permissions(stage.work() / "run", fs::perms(0500));
    check_unsent(stage, stage.apply(), after, "ermission");
    const Ended status = stage.run({"status", "--run", "run"});
    INFO(status.text());
    CHECK(has(status.out + status.err, "run"));
    fs::permissions(stage.work() / "run", fs::perms(0700));
    CHECK(stage.apply().code == 0);
  }
  CHECK(stage.sent("register") <= 1);
}
