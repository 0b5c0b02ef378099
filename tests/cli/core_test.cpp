// The memory of the program holds PINs, tokens and backups: nobody gets to read it from outside.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
namespace fs = std::filesystem;

namespace {

std::string of_process(const Process& process, const std::string& what) {
  return content_of(fs::path("/proc") / std::to_string(process.pid()) / what);
}

}  // namespace

TEST_CASE("the program leaves no core, and shows its secrets to no other user") {
  Stage stage({.policy = {{"register_timeout", "5s"}}});
  stage.environment["UNUSED"] = "to be seen below";
  stage.plan();
  stage.world->hold()->timing.register_time = Millis(2000);
  const Args command{"apply", "plan.json", "--run", "run", "--yes"};
  Start start = stage.start_of(command);
  start.limits[RLIMIT_CORE] = RLIM_INFINITY;
  Process run(start);
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));

  const std::string limits = of_process(run, "limits");
  const std::size_t core = limits.find("Max core file size");
  REQUIRE(core != std::string::npos);
  CHECK(limits.substr(core, limits.find('\n', core) - core).find("unlimited") == std::string::npos);
  struct stat about {};
  REQUIRE(::stat(("/proc/" + std::to_string(run.pid()) + "/environ").c_str(), &about) == 0);
  CHECK(about.st_uid == 0);  // not dumpable: not even its own user may look

  const std::string arguments = of_process(run, "cmdline");
  for (const auto& [name, value] : stage.environment) {
    if (name.starts_with("PIN") || name.ends_with("TOKEN") || name.ends_with("PASSWORD") || name.ends_with("SECRET")) {
      CHECK_FALSE(has(arguments, value));
    }
  }

  run.send(SIGABRT);
  const Ended ended = run.wait();
  CHECK(ended.signal == SIGABRT);
  CHECK_FALSE(ended.dumped);
  for (const auto& entry : fs::recursive_directory_iterator(stage.home().parent_path())) {
    CHECK_FALSE(entry.path().filename().string().starts_with("core"));
  }
  CHECK(stage.apply().code == 0);
}
