// How fast a run is: so many numbers to Cloud against the simulator in a process of its own, with no latency. Reports
// numbers per second, the client's CPU per number, and which share of the time the journal and the ledger take. It
// asserts nothing: speed is measured, and read by people.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "ports/store.hpp"
#include "run/runner.hpp"
#include "run/survey.hpp"
#include "sim/scenario.hpp"
#include "sim/server.hpp"

namespace {

using namespace wamigrate;
using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point begun) { return std::chrono::duration<double>(Steady::now() - begun).count(); }

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Adds up how long the deciding thread spends in a store.
class Stopwatch {
 public:
  explicit Stopwatch(double& total) : total_(total) {}
  ~Stopwatch() { total_ += seconds_since(begun_); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& total_;
  Steady::time_point begun_ = Steady::now();
};

class TimedRunStore : public RunStore {
 public:
  TimedRunStore(RunStore& inner, double& total) : inner_(inner), total_(total) {}
  Result<std::vector<std::string>> commit(const Changes& changes) override {
    const Stopwatch w(total_);
    return inner_.commit(changes);
  }
  Result<std::vector<std::string>> journal() override { return inner_.journal(); }
  Result<void> post(const std::string& message) override { return inner_.post(message); }
  Result<std::vector<Message>> messages(std::int64_t after) override {
    const Stopwatch w(total_);
    return inner_.messages(after);
  }
  Result<std::optional<std::string>> blob(const std::string& name) override {
    const Stopwatch w(total_);
    return inner_.blob(name);
  }
  Result<void> scrub() override {
    const Stopwatch w(total_);
    return inner_.scrub();
  }
  Result<std::vector<std::string>> blob_names() override { return inner_.blob_names(); }

 private:
  RunStore& inner_;
  double& total_;
};

class TimedLedger : public LedgerStore {
 public:
  TimedLedger(LedgerStore& inner, double& total) : inner_(inner), total_(total) {}
  Result<Time> created() override { return inner_.created(); }
  Result<int> attempts(const std::string& p, const std::string& k, Time s) override {
    const Stopwatch w(total_);
    return inner_.attempts(p, k, s);
  }
  Result<bool> has_mark(const std::string& p, const std::string& m) override {
    const Stopwatch w(total_);
    return inner_.has_mark(p, m);
  }
  Result<void> commit(std::span<const Change> changes) override {
    const Stopwatch w(total_);
    return inner_.commit(changes);
  }
  Result<Lease> lease(const std::string& p, const std::string& h, Time n, Time u) override {
    const Stopwatch w(total_);
    return inner_.lease(p, h, n, u);
  }
  Result<std::vector<Claim>> claim(std::span<const std::string> p, std::size_t c, const std::string& h, Time n,
                                   Time u) override {
    const Stopwatch w(total_);
    return inner_.claim(p, c, h, n, u);
  }

 private:
  LedgerStore& inner_;
  double& total_;
};

class BenchSecrets : public SecretSource {
 public:
  Result<Secret> resolve(const SecretRef& ref) override {
    return Secret(ref.target == "PIN" ? "123456" : ref.target == "TOKEN" ? "sim-token" : "Secret-123");
  }
};

Fleet make_fleet(int numbers) {
  Fleet fleet;
  fleet.graph.app_id = "900100200300";
  fleet.graph.token = {SecretRef::Kind::env, "TOKEN"};
  fleet.policy.waves = {{1, false}, {100, true}};
  fleet.policy.concurrency = 32;
  fleet.policy.graph_calls_per_hour = 1'000'000'000;
  fleet.policy.settle_poll = Millis(5);
  for (int i = 0; i < numbers; ++i) {
    Number number;
    number.phone = *parse_phone(fmt::format("+4915110{:06}", i));
    number.phone_number_id = fmt::format("10654035{:07}", i);
    number.waba_id = fmt::format("1022901293{:05}", i / 20);
    number.pin = {SecretRef::Kind::env, "PIN"};
    number.deployment.name = fmt::format("de-{}", i);
    number.deployment.username = "admin";
    number.deployment.password = number.deployment.backup_password = {SecretRef::Kind::env, "PASSWORD"};
    fleet.numbers.push_back(std::move(number));
  }
  return fleet;
}

// The vendor, in a process of its own: its CPU is not ours. Writes its port to `port_pipe` and serves until killed.
[[noreturn]] void serve(const Fleet& fleet, int port_pipe) {
  SystemClock clock;
  sim::WorldSpec spec;
  spec.timing = sim::Timing::instant();
  for (const Number& number : fleet.numbers) {
    spec.numbers.push_back({.phone = number.phone.e164,
                            .phone_number_id = number.phone_number_id,
                            .waba_id = number.waba_id,
                            .pin = "123456",
                            .deployment = number.deployment.name});
  }
  auto world = sim::make_world(clock, spec);
  world->hold()->waba_calls_per_hour = 1'000'000'000;
  auto server = sim::SimServer::start(*world);
  const int port = server ? (*server)->port() : 0;
  (void)!write(port_pipe, &port, sizeof port);
  while (true) pause();
}

/// Every number asked by itself, as a run does: what a survey through lists is compared with.
void observe_one_by_one(Site& site, Workers& workers, Clock& clock, const Fleet& fleet) {
  for (std::size_t i = 0; i < fleet.numbers.size(); ++i) {
    workers.start(i, [&site, &number = fleet.numbers[i]] { (void)site.observe(number, survey_readings()); });
  }
  for (std::size_t done = 0; done < fleet.numbers.size();) done += workers.wait(clock.now() + Millis(1000)).size();
}

}  // namespace

int main(int argc, char* argv[]) {
  const int numbers = argc > 1 ? std::atoi(argv[1]) : 1000;
  Fleet fleet = make_fleet(numbers);
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) return 1;
  const pid_t vendor = fork();
  if (vendor == 0) serve(fleet, pipe_ends[1]);
  int port = 0;
  if (read(pipe_ends[0], &port, sizeof port) != static_cast<ssize_t>(sizeof port) || port == 0) return 1;

  fleet.graph.url = fmt::format("http://127.0.0.1:{}/graph", port);
  for (Number& number : fleet.numbers) {
    number.deployment.url = fmt::format("http://127.0.0.1:{}/onprem/{}", port, number.deployment.name);
  }
  const auto directory = std::filesystem::temp_directory_path() / fmt::format("wamigrate-bench-{}", getpid());
  int code = 1;
  {
    SystemClock clock;
    BenchSecrets secrets;
    auto transport = make_http_transport("wamigrate-bench/1.0.0");
    auto workers = make_thread_workers(fleet.policy.concurrency);
    Site site(fleet, *transport, clock);
    std::vector<const Number*> all;
    std::vector<std::size_t> indices;
    for (const Number& number : fleet.numbers) {
      indices.push_back(all.size());
      all.push_back(&number);
    }
    (void)site.resolve(all, Need::changing, Direction::to_cloud, secrets);
    std::filesystem::create_directories(directory);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all);
    auto store = open_run_store(directory / "run.db", true);
    auto ledger = open_ledger_store(directory / "ledger.db", clock.now());
    if (!store || !ledger) {
      std::cerr << to_text(store ? ledger.error() : store.error()) << "\n";
    } else {
      const Sealer sealer(Secret(std::string(32, 'k')));
      const PlanOptions options;
      observe_one_by_one(site, *workers, clock, fleet);  // connections are made and tokens are there for both
      auto begun = Steady::now();
      double cpu = cpu_seconds();
      observe_one_by_one(site, *workers, clock, fleet);
      const double alone_wall = seconds_since(begun);
      const double alone_cpu = cpu_seconds() - cpu;
      begun = Steady::now();
      cpu = cpu_seconds();
      auto seen = survey(fleet, indices, options, survey_readings(),
                         {site, *workers, clock, ledger->get(), &sealer, &secrets, {}, {}});
      const double survey_wall = seconds_since(begun);
      const double survey_cpu = cpu_seconds() - cpu;
      Checks failed;
      const Checks checks = check(fleet, Direction::to_cloud, options, *seen);
      const Plan plan = plan_from(fleet, Direction::to_cloud, options, *seen, checks, failed);

      double journal = 0;
      double ledger_time = 0;
      TimedRunStore timed_store(**store, journal);
      TimedLedger timed_ledger(**ledger, ledger_time);
      begun = Steady::now();
      cpu = cpu_seconds();
      RunSettings settings;
      settings.run_name = settings.holder = "bench";
      settings.concurrency = fleet.policy.concurrency;
      Runner runner(plan, begin(plan), {site, timed_store, timed_ledger, sealer, *workers, clock}, settings);
      const auto ran = runner.run();
      const double wall = seconds_since(begun);
      const double run_cpu = cpu_seconds() - cpu;
      int migrated = 0;
      for (const NumberProgress& number : runner.progress().numbers) migrated += number.state == NumberState::migrated;
      const double n = numbers;
      std::cout << fmt::format("numbers            {} planned, {} migrated, {} failed checks\n", plan.numbers.size(),
                               migrated, failed.size())
                << fmt::format("survey and checks  {:.0f} numbers/s, {:.2f} ms client CPU a number\n", n / survey_wall,
                               1000 * survey_cpu / n)
                << fmt::format(
                       "  through lists    {:.2f} times as fast as number by number, {:.2f} of its client CPU\n",
                       alone_wall / survey_wall, survey_cpu / alone_cpu)
                << fmt::format("run                {:.0f} numbers/s, {:.2f} ms client CPU a number\n", n / wall,
                               1000 * run_cpu / n)
                << fmt::format("journal            {:.1f} % of the run's time\n", 100 * journal / wall)
                << fmt::format("ledger             {:.1f} % of the run's time\n", 100 * ledger_time / wall);
      if (!ran) std::cerr << to_text(ran.error()) << "\n";
      code = ran && migrated == numbers ? 0 : 1;
    }
  }
  kill(vendor, SIGKILL);
  waitpid(vendor, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return code;
}
