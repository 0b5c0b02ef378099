// Runs and the ledger in PostgreSQL, as a user has them: by URL, on whatever machine.
#include <signal.h>

#include "base/database_url.hpp"
#include "cli/stage.hpp"
#include "support/catch.hpp"
#include "support/postgres_server.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using sim::Action;
namespace fs = std::filesystem;

namespace {

/// A stage whose ledger is in a database of its own.
struct SharedStage : Stage {
  explicit SharedStage(PostgresServer& where, StageOptions options = {})
      : Stage(std::move(options)), server(where), database(where.fresh_database()) {
    environment["WAMIGRATE_SEAL_KEY"] = std::string(64, 'a');
    put("inventory.yaml",
        inventory() + "ledger: \"" + where.url(database, "") + "\"\n" + "seal_key: env:WAMIGRATE_SEAL_KEY\n");
  }
  ~SharedStage() { server.drop(database); }
  std::string url(const std::string& run) const { return server.url(database, run); }

  PostgresServer& server;
  std::string database;
};

}  // namespace

TEST_CASE("a run in PostgreSQL is taken up where its first process died, and nothing of it is on the disk") {
  if (PostgresServer::get() == nullptr) return;
  // Frozen, so that it has not gone on before it is killed, however slow the others are; its lease lasts for 13 s.
  SharedStage stage(*PostgresServer::get(), {.policy = {{"register_timeout", "3s"}}});
  const std::string run = stage.url("night-1");
  stage.plan();
  stage.faults.add(fault("register", Action::lost));
  const auto first = stage.start({"apply", "plan.json", "--run", run, "--yes"});
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  first->send(SIGSTOP);
  const Ended second = stage.run({"apply", "plan.json", "--run", run, "--yes"});
  CHECK(second.code == 4);
  CHECK(has(second.err, "in use by"));
  first->send(SIGKILL);
  first->wait();

  fs::remove(stage.work() / "plan.json");  // another machine has no more than the URL
  const Ended status = stage.run({"status", "--run", run});
  CHECK(has(status.out, "wamigrate apply '" + parse_database_url(run, DatabaseUse::run)->text() + "'/plan.json"));
  const Ended ended = stage.run({"apply", run + "/plan.json", "--run", run, "--yes"});
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.status(run)["state"] == "done");
  CHECK(parse_database_url(text_at(stage.status(run), "run"), DatabaseUse::run).has_value());
  CHECK(has(stage.run({"report", "--run", run}).out, stage.phone()));
  CHECK(has(stage.run({"show", run + "/plan.json"}).out, stage.phone()));
  CHECK_FALSE(fs::exists(stage.home() / "state" / "wamigrate"));
  for (const auto& entry : fs::directory_iterator(stage.work())) {
    CHECK_FALSE(has(entry.path().filename().string(), "postgresql"));
  }
}

TEST_CASE("a run in PostgreSQL has its way back beside it, which is answered through its run") {
  if (PostgresServer::get() == nullptr) return;
  SharedStage stage(*PostgresServer::get(), {.overlay = R"({"*": {"needs_code": true}})"});
  const std::string run = stage.url("night-1");
  stage.plan();
  REQUIRE(stage.run({"apply", "plan.json", "--run", run, "--yes"}).code == 0);
  const Args back{"rollback", "--run", run, "--allow-after-sunset", "--yes"};
  const Ended waiting = stage.run(back);
  INFO(waiting.text() << stage.story());
  CHECK(waiting.code == 4);
  CHECK(stage.run({"retry", "--run", stage.url("night-1/rollback-1"), stage.phone()}).code == 1);  // it has not ended
  CHECK(stage.run({"answer", "--run", run, stage.phone(), "--code-from", "-"}, "472916\n").code == 0);
  const Ended ended = stage.run(back);
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  CHECK(stage.world->home(stage.phone()) == sim::ServedBy::onprem);
  CHECK(stage.sent("account") == 1);
  CHECK(stage.status(stage.url("night-1/rollback-1"))["state"] == "done");
}

TEST_CASE("a run in PostgreSQL belongs to the plan that it was begun with") {
  if (PostgresServer::get() == nullptr) return;
  SharedStage stage(*PostgresServer::get(), {.numbers = 2});
  stage.plan("one.json", {"--to", "cloud", "--select", stage.phone(0)});
  stage.plan("other.json", {"--to", "cloud", "--select", stage.phone(1)});
  REQUIRE(stage.run({"apply", "one.json", "--run", stage.url("night-1"), "--yes"}).code == 0);
  const Ended other = stage.run({"apply", "other.json", "--run", stage.url("night-1"), "--yes"});
  CHECK(other.code == 1);
  CHECK(has(other.err, "belongs to another plan"));
  CHECK(stage.sent("register", stage.phone(1)) == 0);
}

TEST_CASE("a run in PostgreSQL whose ledger is elsewhere is refused before anything is sent") {
  if (PostgresServer::get() == nullptr) return;
  SharedStage stage(*PostgresServer::get());
  stage.put("inventory.yaml", stage.inventory());
  stage.plan();
  const std::size_t before = stage.changes().size();
  const Ended ended = stage.run({"apply", "plan.json", "--run", stage.url("night-1"), "--yes"});
  CHECK(ended.code == 1);
  CHECK(has(ended.err, "its ledger is not in the same one"));
  CHECK(stage.changes().size() == before);
}

TEST_CASE("two runs in directories that share a ledger in PostgreSQL do not work on one number") {
  if (PostgresServer::get() == nullptr) return;
  SharedStage stage(*PostgresServer::get());
  stage.plan();
  stage.faults.add(fault("register", Action::lost));
  const auto first = stage.start({"apply", "plan.json", "--run", "one", "--yes"});
  REQUIRE(eventually([&] { return stage.sent("register") == 1; }));
  first->send(SIGSTOP);  // its number stays its own, and it sends nothing while we look at the other
  const auto second = stage.start({"apply", "plan.json", "--run", "two", "--yes"});
  REQUIRE(eventually([&] {
    const Ended status = stage.run({"status", "--run", "two", "--json"});
    return has(status.out, R"("waits_for":"lease")") || has(status.out, R"("waits_for": "lease")");
  }));
  CHECK(stage.sent("register") == 1);
  second->send(SIGKILL);
  second->wait();
  first->send(SIGCONT);
  CHECK(first->wait().code == 0);
}

namespace {

/// What the workers' leases hang on: short, so that what a dead one had is soon another's.
StageOptions fleet_of(int numbers) {
  return {.numbers = numbers,
          .policy = {{"concurrency", "4"},
                     {"graph_calls_per_hour", "100000"},  // what bounds them is not the limit
                     {"waves", "[1, 100%]"},
                     {"register_timeout", "600ms"},
                     {"max_failures", "100%"},
                     {"max_failures_run", "100%"}}};
}

void check_all_done_once(SharedStage& stage, const std::string& run, int numbers) {
  const Json status = stage.status(run);
  CHECK(status["state"] == "done");
  for (int i = 0; i < numbers; ++i) {
    INFO(stage.phone(i));
    CHECK(stage.world->home(stage.phone(i)) == sim::ServedBy::cloud);
    CHECK(stage.sent("register", stage.phone(i)) == 1);
  }
}

}  // namespace

TEST_CASE("several workers share a run in PostgreSQL, and a killed one's numbers go on in other hands") {
  if (PostgresServer::get() == nullptr) return;
  constexpr int numbers = 60;
  SharedStage stage(*PostgresServer::get(), fleet_of(numbers));
  const std::string run = stage.url("night-1");
  stage.plan();
  const Args worker{"apply", "plan.json", "--run", run, "--yes", "--worker"};
  std::vector<std::unique_ptr<Process>> workers;
  for (int i = 0; i < 3; ++i) workers.push_back(stage.start(worker));
  const auto registered = [&] { return stage.sent("register"); };
  // One after the other, at whatever it is doing: after each so many numbers one dies and another comes.
  for (int kill = 0; kill < 4; ++kill) {
    REQUIRE(eventually([&] { return registered() >= 1 + kill * 12; }, std::chrono::seconds(120)));
    std::unique_ptr<Process>& victim = workers[static_cast<std::size_t>(kill) % workers.size()];
    victim->send(SIGKILL);
    victim->wait();
    victim = stage.start(worker);
  }
  for (const auto& process : workers) {
    const Ended ended = process->wait();
    INFO(ended.text());
    CHECK(ended.code == 0);
  }
  check_all_done_once(stage, run, numbers);
}

TEST_CASE("a worker that is stopped past its leases and goes on later repeats nothing") {
  if (PostgresServer::get() == nullptr) return;
  constexpr int numbers = 20;
  SharedStage stage(*PostgresServer::get(), fleet_of(numbers));
  const std::string run = stage.url("night-1");
  stage.plan();
  const Args worker{"apply", "plan.json", "--run", run, "--yes", "--worker"};
  const auto first = stage.start(worker);
  REQUIRE(eventually([&] { return stage.sent("register") >= 2; }, std::chrono::seconds(60)));
  first->send(SIGSTOP);
  const auto second = stage.start(worker);
  const Ended ended = second->wait();  // all of it: the other's leases have ended meanwhile
  INFO(ended.text());
  first->send(SIGCONT);
  const Ended thawed = first->wait();
  INFO(thawed.text());
  // Stopped within a transaction it locks rows that the other one waits for, until the server ends it: then one of
  // them may have to be asked to go on.
  const auto ended_well = [](const Ended& one) { return one.code == 0 || one.code == 4; };
  CHECK(ended_well(ended));
  CHECK(ended_well(thawed));
  if (ended.code != 0 || thawed.code != 0) CHECK(stage.run(worker).code == 0);
  check_all_done_once(stage, run, numbers);
}

TEST_CASE("a worker that is asked to stop leaves the run to the others, and none begins beside a lone process") {
  if (PostgresServer::get() == nullptr) return;
  constexpr int numbers = 12;
  SharedStage stage(*PostgresServer::get(), fleet_of(numbers));
  const std::string run = stage.url("night-1");
  stage.plan();
  const Args worker{"apply", "plan.json", "--run", run, "--yes", "--worker"};
  const auto first = stage.start(worker);
  REQUIRE(eventually([&] { return stage.sent("register") >= 1; }, std::chrono::seconds(60)));
  const Ended lone = stage.run({"apply", "plan.json", "--run", run, "--yes"});
  CHECK(lone.code == 4);
  CHECK(has(lone.err, "in use by"));
  CHECK(has(stage.run({"status", "--run", run}).out, "Worked on by"));
  first->send(SIGTERM);
  CHECK(first->wait().code == 4);
  CHECK(stage.status(run)["state"] == "paused");
  const Ended ended = stage.run(worker);
  INFO(ended.text());
  CHECK(ended.code == 0);
  check_all_done_once(stage, run, numbers);
}

TEST_CASE("several workers are refused where the run is a directory") {
  Stage stage;
  stage.plan();
  const Ended ended = stage.apply({"--worker"});
  CHECK(ended.code == 1);
  CHECK(has(ended.err, "several workers need a run that all of them reach"));
}
