#include "cli/recorded.hpp"

#include "support/catch.hpp"

namespace wamigrate::tests {

namespace fs = std::filesystem;
using sim::ServedBy;

namespace {
const Args apply_command = {"apply", "plan.json", "--run", "run", "--yes", "--json"};
}

Recorded::Recorded(ServedBy home, int numbers)
    : stage({.numbers = numbers, .home = home, .policy = {{"settle_timeout", "1s"}}}),
      to_cloud_(home == ServedBy::onprem),
      numbers_(numbers) {
  stage.plan("plan.json", to_cloud_ ? Args{"--to", "cloud"} : Args{"--to", "onprem", "--allow-after-sunset"});
}

Ended Recorded::run(const Args& arguments, const std::map<std::string, std::string>& wishes) {
  Start start = stage.start_of(arguments);
  start.environment["LD_PRELOAD"] = WAMIGRATE_TEST_DISK;
  start.environment["WAMIGRATE_TEST_DISK"] = record().string();
  start.environment["WAMIGRATE_TEST_DISK_ROOT"] = root().string();
  start.environment["ASAN_OPTIONS"] += ":verify_asan_link_order=0";
  for (const auto& [wish, value] : wishes) start.environment["WAMIGRATE_TEST_DISK_" + wish] = value;
  return Process(start).wait();
}

Ended Recorded::apply(const std::map<std::string, std::string>& wishes) { return run(apply_command, wishes); }

Ended Recorded::go_on() {
  Ended ended = stage.run(apply_command);
  if (to_cloud_ || ended.code != 4) return ended;
  const Json status = stage.status();
  for (const Json& number : status["numbers"]) {
    if (number["waits_for"] != "person") continue;
    const std::string phone = text_at(number, "phone");
    const bool done = stage.world->landed("account", phone) > 0;
    const Ended said =
        stage.run({"resolve", "--run", "run", phone, "--assume", done ? "done" : "not-done", "--evidence", "seen"});
    INFO(ended.text() << said.text());
    CHECK(said.code == 0);
  }
  return stage.run(apply_command);
}

bool Recorded::has_arrived() {
  bool arrived = stage.sent("deregister") == 0;
  for (int i = 0; i < numbers_; ++i) {
    const std::string phone = stage.phone(i);
    arrived = arrived && stage.world->home(phone) == (to_cloud_ ? ServedBy::cloud : ServedBy::onprem) &&
              stage.world->landed(to_cloud_ ? "register" : "account", phone) == 1;
  }
  return arrived;
}

void Recorded::lay_out(const Disk& disk, const fs::path& into, Unsynced unsynced, unsigned seed) const {
  for (const char* top : {"work", "home"}) fs::create_directories(into / top);
  for (const fs::path& made : {into / "work" / "run", into / "home" / "state"}) fs::remove_all(made);
  disk.lay_out(root().string(), into, unsynced, seed);
}

}  // namespace wamigrate::tests
