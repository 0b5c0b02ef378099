// A system clock that is set while runs are under way: nothing is repeated, no ration is freed, no lease is lost, and
// nobody waits for a moment that has moved.
#include <signal.h>
#include <sys/resource.h>

#include <fstream>

#include "cli/stage.hpp"
#include "ports/store.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;
using sim::Action;
using sim::ServedBy;

namespace {

constexpr std::chrono::seconds day = 24h;

/// The clock of all processes that a stage starts from now on.
class SetClock {
 public:
  explicit SetClock(Stage& stage) : file_(stage.put("clock", std::string(sizeof(long), '\0'))) {
    stage.environment["LD_PRELOAD"] = WAMIGRATE_TEST_CLOCK;
    stage.environment["WAMIGRATE_TEST_CLOCK"] = file_.string();
    stage.environment["ASAN_OPTIONS"] += ":verify_asan_link_order=0";
  }
  void set(std::chrono::seconds later) const {
    const long count = later.count();
    std::fstream(file_, std::ios::binary | std::ios::in | std::ios::out)
        .write(reinterpret_cast<const char*>(&count), sizeof count);
  }

 private:
  std::filesystem::path file_;
};

double processor_seconds() {
  rusage used{};
  REQUIRE(::getrusage(RUSAGE_CHILDREN, &used) == 0);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

}  // namespace

TEST_CASE("a clock that is wrong when a check begins does not pass it: the program sees the tests' clock") {
  Stage stage;
  const SetClock clock(stage);
  clock.set(-3 * day);
  const Ended ended = stage.run({"check", "inventory.yaml", "--to", "cloud", "--json"});
  INFO(ended.text());
  const auto json = parse_json(ended.out);
  REQUIRE(json.has_value());
  int asked = 0;
  for (const Json& one : (*json)["checks"]) {
    if (one["id"] != "clock" && one["id"] != "onprem_clock") continue;
    ++asked;
    CHECK(one["result"] != "pass");
  }
  CHECK(asked >= 2);
}

TEST_CASE("a clock that is set while a registration is on its way makes nobody send it again") {
  const auto jump = GENERATE(as<std::chrono::seconds>{}, day, -day);
  CAPTURE(jump.count());
  Stage stage({.policy = {{"server_delay_max", "2s"}}});
  const SetClock clock(stage);
  stage.plan();
  sim::FaultRule late = fault("register", Action::late);
  late.delay = Millis(1500);
  stage.faults.add(late);
  const Args command{"apply", "plan.json", "--run", "run", "--yes"};
  auto run = stage.start(command);
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  SECTION("for the process that sent it") { clock.set(jump); }
  SECTION("for one that takes it up") {
    run->send(SIGINT);
    run->send(SIGINT);
    const int code = run->wait().code;
    CHECK((code == 4 || code == 0));  // 0: it was done before the signals came
    clock.set(jump);
    run = stage.start(command);
  }
  SECTION("for one that takes it up after a kill") {
    run->send(SIGKILL);
    run->wait();
    clock.set(jump);
    run = stage.start(command);
  }
  const Ended ended = run->wait();
  INFO(ended.text() << stage.story());
  CHECK(ended.in_time);
  CHECK(ended.code == 0);
  CHECK(stage.sent("register") == 1);
  CHECK(stage.world->landed("register") == 1);
}

TEST_CASE("a clock that jumps all the time keeps a run from nothing, and makes it ask no more often") {
  const bool to_cloud = GENERATE(true, false);
  CAPTURE(to_cloud);
  const auto run_with = [&](bool jumping) {
    Stage stage({.numbers = 3, .home = to_cloud ? ServedBy::onprem : ServedBy::cloud});
    const SetClock clock(stage);
    stage.plan("plan.json", to_cloud ? Args{"--to", "cloud"} : Args{"--to", "onprem", "--allow-after-sunset"});
    const std::size_t before = stage.requests();
    const double used = processor_seconds();
    const auto run = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
    for (int i = 1; !run->has_ended() && i < 20'000; ++i) {
      if (jumping) clock.set(i % 2 == 0 ? i * 1h : -i * 1h);
      std::this_thread::sleep_for(look_every);
    }
    const Ended ended = run->wait(1s);
    INFO(ended.text() << stage.story());
    CHECK(ended.code == 0);
    for (int i = 0; i < 3; ++i) {
      CHECK(stage.sent(to_cloud ? "register" : "account", stage.phone(i)) == 1);
      CHECK(stage.sent("deregister", stage.phone(i)) == 0);
    }
    return std::pair(stage.requests() - before, processor_seconds() - used);
  };
  const auto [calm_requests, calm_seconds] = run_with(false);
  const auto [requests, seconds] = run_with(true);
  CHECK(requests <= 2 * calm_requests + 50);
  CHECK(seconds <= 5 * calm_seconds + 2);
}

TEST_CASE("a clock that is set ends nobody's lease") {
  const auto jump = GENERATE(as<std::chrono::seconds>{}, day, -day);
  CAPTURE(jump.count());
  Stage stage({.policy = {{"register_timeout", "5s"}}});
  const SetClock clock(stage);
  stage.plan();
  stage.world->hold()->timing.register_time = Millis(1500);
  const auto first = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  clock.set(jump);
  const Ended second = stage.run({"apply", "plan.json", "--run", "other", "--yes"});
  INFO(second.text() << stage.story());
  CHECK(second.code == 4);
  CHECK(has(second.out + second.err, (stage.work() / "run").string()));
  CHECK(first->wait().code == 0);
  CHECK(stage.sent("register") == 1);
}

TEST_CASE("a clock that is set frees no registration, and vouches for no ledger") {
  Stage stage({.numbers = 2});
  const SetClock clock(stage);
  stage.plan("plan.json", {"--to", "cloud", "--select", stage.phone(0)});
  REQUIRE(stage.apply().code == 0);
  const Args check{"check", "inventory.yaml", "--to", "cloud", "--select", stage.phone(1), "--json"};
  const auto ration = [&] {
    const Ended ended = stage.run(check);
    const auto json = parse_json(ended.out);
    REQUIRE(json.has_value());
    for (const Json& one : (*json)["checks"]) {
      if (one["id"] == "ration") return text_at(one, "result") + ": " + text_at(one, "message");
    }
    return std::string("not checked");
  };
  for (const auto later : {0 * day, 4 * day, 400 * day, -4 * day}) {
    clock.set(later);
    CAPTURE(later.count());
    CHECK(has(ration(), "warn"));  // a ledger that is new knows nothing of the 72 hours before
  }
  {
    const auto ledger = open_ledger_store(stage.home() / "state" / "wamigrate" / "ledger.db", stage.clock.now());
    REQUIRE(ledger.has_value());
    for (int i = 0; i < 8; ++i) {
      REQUIRE((*ledger)->add_attempt(stage.phone(1), "register", stage.clock.now()).has_value());
    }
  }
  for (const auto later : {0 * day, 4 * day, 400 * day, -4 * day}) {
    clock.set(later);
    CAPTURE(later.count());
    CHECK(has(ration(), "fail"));
  }
}
