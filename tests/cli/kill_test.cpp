// kill -9 at instants that a seed chooses, then the same command: the run completes, and no registration,
// deregistration or account call that was carried out is sent a second time.
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <signal.h>

#include <random>

#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using sim::ServedBy;

namespace {

constexpr int kills_of_a_run = 5;

// Kills the command somewhere between its first and its last request, before or after; every second time soon after
// the next request that changes something.
void kill_somewhere(Stage& stage, const Args& command, std::mt19937& random) {
  const bool at_a_change = std::bernoulli_distribution(0.5)(random);
  const std::size_t changes = stage.changes().size();
  const std::size_t upto = stage.requests() + std::uniform_int_distribution<std::size_t>(0, 45)(random);
  const Millis later(std::uniform_int_distribution<int>(0, 15)(random));
  const auto run = stage.start(command);
  REQUIRE(eventually(
      [&] { return run->has_ended() || (at_a_change ? stage.changes().size() > changes : stage.requests() >= upto); }));
  std::this_thread::sleep_for(later);
  run->send(SIGKILL);
  const Ended ended = run->wait();
  INFO(ended.text());
  CHECK((ended.signal == SIGKILL || ended.code == 0 || ended.code == 4));
}

// What no observation shows is left to a person, who looks at the vendor and says what is there.
Ended say_what_is_there(Stage& stage, const Args& command) {
  const Json status = stage.status();
  for (const Json& number : status["numbers"]) {
    if (number["waits_for"] != "person") continue;
    CHECK(number["step"] == "register_onprem");
    const std::string phone = text_at(number, "phone");
    const bool done = stage.world->landed("account", phone) > 0;
    CHECK(stage.run({"resolve", "--run", "run", phone, "--assume", done ? "done" : "not-done", "--evidence", "seen"})
              .code == 0);
  }
  return stage.run(command);
}

// A SQLite file into which nobody else can write while this lives.
class Locked {
 public:
  explicit Locked(const std::filesystem::path& file)
      : session_((Poco::Data::SQLite::Connector::registerConnector(), "SQLite"), file.string()) {
    session_ << "BEGIN IMMEDIATE", Poco::Data::Keywords::now;
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() { session_ << "ROLLBACK", Poco::Data::Keywords::now; }

 private:
  Poco::Data::Session session_;
};

}  // namespace

TEST_CASE("killed again and again, the same command completes, and nothing completed is sent twice") {
  const auto seed = GENERATE(range(1U, 6U));
  const bool to_cloud = seed % 2 == 1;
  CAPTURE(seed, to_cloud);
  Stage stage(
      {.numbers = 2, .home = to_cloud ? ServedBy::onprem : ServedBy::cloud, .policy = {{"settle_timeout", "1s"}}});
  stage.plan("plan.json", to_cloud ? Args{"--to", "cloud"} : Args{"--to", "onprem", "--allow-after-sunset"});
  const Args command{"apply", "plan.json", "--run", "run", "--yes"};
  std::mt19937 random(seed);
  for (int i = 0; i < kills_of_a_run; ++i) kill_somewhere(stage, command, random);
  Ended ended = stage.run(command);
  if (!to_cloud && ended.code == 4) ended = say_what_is_there(stage, command);
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  for (int i = 0; i < 2; ++i) {
    CHECK(stage.world->home(stage.phone(i)) == (to_cloud ? ServedBy::cloud : ServedBy::onprem));
    CHECK(stage.sent(to_cloud ? "register" : "account", stage.phone(i)) == 1);
    CHECK(stage.sent("deregister", stage.phone(i)) == 0);
  }
  const Json status = stage.status();
  CHECK(status["state"] == "done");
  for (const Json& number : status["numbers"]) CHECK(number["state"] == "migrated");
}

TEST_CASE("a rollback that is killed goes on with the same command, in the same directory") {
  Stage stage;
  stage.plan();
  REQUIRE(stage.apply().code == 0);
  const Args back{"rollback", "--run", "run", "--allow-after-sunset", "--yes"};
  const auto run = stage.start(back);
  REQUIRE(eventually([&] { return stage.sent("account") == 1; }));
  run->send(SIGKILL);
  CHECK(run->wait().signal == SIGKILL);
  const Ended ended = stage.run(back);
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.sent("account") == 1);
  CHECK(stage.world->home(stage.phone()) == ServedBy::onprem);
  CHECK_FALSE(std::filesystem::exists(stage.work() / "run" / "rollback-2"));
}

TEST_CASE("status tells a run that was killed from one that is under way") {
  Stage stage({.policy = {{"register_timeout", "5s"}}});
  stage.world->hold()->timing.register_time = Millis(400);
  stage.plan();
  const auto run = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  const Ended under_way = stage.run({"status", "--run", "run"});
  INFO(under_way.text());
  CHECK(under_way.code == 4);
  CHECK_FALSE(has(under_way.out, "INTERRUPTED"));
  CHECK_FALSE(run->has_ended());
  run->send(SIGKILL);
  CHECK(run->wait().signal == SIGKILL);
  const Ended killed = stage.run({"status", "--run", "run"});
  INFO(killed.text());
  CHECK(killed.code == 4);
  CHECK(has(killed.out, "INTERRUPTED"));
  CHECK(has(killed.out, "wamigrate apply run/plan.json --run run"));
  CHECK(stage.apply().code == 0);
  CHECK_FALSE(has(stage.run({"status", "--run", "run"}).out, "INTERRUPTED"));
}

TEST_CASE("a refused PIN is never sent again, also when the process is killed before its journal says so") {
  Stage stage({.dialect = {.wrong_pin_takes_onprem_down = false}, .overlay = R"({"*": {"pin": "654321"}})"});
  stage.plan();
  const auto run = stage.start({"apply", "plan.json", "--run", "run", "--yes"});
  REQUIRE(eventually([&] { return stage.sent("backup") == 1; }));
  stage.world->hold()->timing.latency = Millis(120);  // time enough to get between the refusal and what is made of it
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  {
    const Locked journal(stage.work() / "run" / "run.db");
    std::this_thread::sleep_for(Millis(600));
    CHECK_FALSE(run->has_ended());
    run->send(SIGKILL);
    CHECK(run->wait().signal == SIGKILL);
  }
  stage.world->hold()->timing.latency = Millis(0);
  const Ended planned = stage.run({"plan", "inventory.yaml", "--to", "cloud", "-o", "again.json"});
  INFO(planned.text());
  CHECK(planned.code == 2);
  CHECK(has(planned.out, "never sent again"));
  const Ended same = stage.apply();
  INFO(same.text() << stage.story());
  CHECK(same.code == 3);
  CHECK(stage.sent("register") == 1);
}
