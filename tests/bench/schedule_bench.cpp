// How well a run uses the time it is given: production code from survey to runner under a simulated clock, network and
// store, so that hours take seconds and the same numbers come out each time. A registration takes its 15 seconds, Graph
// allows so many calls an hour, and now and then answers that it is throttled.
//   schedule_bench NUMBERS NUMBERS_A_WABA CALLS_PER_HOUR CONCURRENCY THROTTLED
// prints, as JSON, how long the run took and the two lengths that no schedule can beat: what the numbers take one by
// one over `concurrency`, and what their calls take at the rate allowed.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <string>

#include "support/rig.hpp"

namespace {

using namespace wamigrate;

struct Settings {
  int numbers = 1;
  int numbers_a_waba = 1;
  int calls_per_hour = 1'000'000'000;
  int concurrency = 1;
  int throttled = 0;  ///< Graph requests answered with 80007, evenly over the run.
};

struct Ran {
  double seconds = 0;
  long long graph_calls = 0;
  int migrated = 0;
  int throttled = 0;
};

Ran run(const Settings& settings) {
  rig::RigOptions options;
  options.numbers = settings.numbers;
  options.own_pins = false;
  options.adjust = [&](int index, Number& number, sim::NumberSpec& in_world) {
    number.waba_id = in_world.waba_id = fmt::format("1022901293{:05}", index / settings.numbers_a_waba);
    number.deployment.url = in_world.deployment_url = fmt::format("https://de-{}.example.com:9090", index);
  };
  rig::Rig rig(options);
  rig.world->hold()->waba_calls_per_hour = 1'000'000'000;  // the wall is not what is measured
  rig.fleet.policy.waves = {{1, false}, {100, true}};
  rig.fleet.policy.concurrency = settings.concurrency;
  rig.fleet.policy.graph_calls_per_hour = settings.calls_per_hour;
  const Plan plan = rig.plan(Direction::to_cloud);
  ensure(plan.numbers.size() == static_cast<std::size_t>(settings.numbers), "every number can be planned");
  const auto before = rig.world->log().size();
  for (int i = 1; i <= settings.throttled; ++i) {
    sim::FaultRule rule;
    rule.side = sim::Side::graph;
    rule.on = "node";
    rule.nth = i * std::max(1, 3 * settings.numbers / (settings.throttled + 1));
    rule.action = sim::Action::throttled;
    rig.faults.add(rule);
  }
  const Time begun = rig.clock.now();
  const Progress progress = rig.run(plan);
  Ran ran;
  ran.seconds = std::chrono::duration<double>(rig.clock.now() - begun).count();
  ran.throttled = rig.faults.met();
  const auto log = rig.world->log();
  ran.graph_calls = std::count_if(log.begin() + static_cast<std::ptrdiff_t>(before), log.end(),
                                  [](const sim::LogEntry& entry) { return entry.side == sim::Side::graph; });
  for (const NumberProgress& number : progress.numbers) ran.migrated += number.state == NumberState::migrated ? 1 : 0;
  return ran;
}

}  // namespace

int main(int argc, char* argv[]) {
  if (argc != 6) {
    std::cerr << "schedule_bench NUMBERS NUMBERS_A_WABA CALLS_PER_HOUR CONCURRENCY THROTTLED\n";
    return 1;
  }
  const Settings settings{std::stoi(argv[1]), std::stoi(argv[2]), std::stoi(argv[3]), std::stoi(argv[4]),
                          std::stoi(argv[5])};
  const Ran alone = run(Settings{});
  const Ran all = run(settings);
  const double calls_a_number = static_cast<double>(all.graph_calls) / settings.numbers;
  const double by_concurrency = alone.seconds * settings.numbers / settings.concurrency;
  const double by_rate = calls_a_number * std::min(settings.numbers, settings.numbers_a_waba) /
                         static_cast<double>(settings.calls_per_hour) * 3600;
  const double ideal = std::max(by_concurrency, by_rate);
  std::cout << to_compact({{"migrated", all.migrated},
                           {"throttled", all.throttled},
                           {"graph_calls_a_number", calls_a_number},
                           {"number_alone_s", alone.seconds},
                           {"by_concurrency_s", by_concurrency},
                           {"by_rate_s", by_rate},
                           {"actual_s", all.seconds},
                           {"efficiency", ideal / all.seconds}})
            << "\n";
  return all.migrated == settings.numbers ? 0 : 1;
}
