// The vendor that every benchmark speaks to: both simulated APIs in a process of their own, so that their CPU is not
// the client's, with a log of what came. Whoever measures asks for that log on standard input, a word a line:
//   log       one line of JSON: requests by kind, numbers registered more than once, requests not carried out
//   kinds I   the kinds of request that number I was asked for, in order, as a JSON array
//   first     when the first request came: milliseconds since 1970, 0 for none
//   forget    empties the log
// Numbers are made from their index, the same in every client: see number_row() in measure.py.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <set>
#include <string>

#include "ports/clock.hpp"
#include "sim/doors.hpp"
#include "sim/scenario.hpp"
#include "sim/server.hpp"

namespace {

using namespace wamigrate;

struct Settings {
  int numbers = 1000;
  int latency_ms = 0;
  int register_ms = 0;
  int numbers_a_waba = 20;
  int throttle_each = 0;  ///< Every so many-th Graph request is throttled; 0: none.
};

std::string phone_of(int index) { return fmt::format("+4915110{:06}", index); }

sim::WorldSpec world_of(const Settings& settings) {
  sim::WorldSpec spec;
  spec.timing = sim::Timing::instant();
  spec.timing.register_time = Millis(settings.register_ms);
  for (int i = 0; i < settings.numbers; ++i) {
    spec.numbers.push_back({.phone = phone_of(i),
                            .phone_number_id = fmt::format("10654035{:07}", i),
                            .waba_id = fmt::format("1022901293{:05}", i / settings.numbers_a_waba),
                            .pin = "123456",
                            .deployment = fmt::format("de-{}", i)});
  }
  return spec;
}

std::set<std::string> to_set(sim::Side side) {
  const auto kinds = sim::request_kinds(side, true);
  return {kinds.begin(), kinds.end()};
}

Json summary(sim::World& world, int numbers) {
  std::map<std::string, int> kinds;
  std::map<std::string, int> registered;
  std::set<std::string> changing;
  for (const sim::Side side : {sim::Side::graph, sim::Side::onprem}) changing.merge(to_set(side));
  int refused = 0;
  int changes = 0;
  const auto log = world.log();
  for (const sim::LogEntry& entry : log) {
    ++kinds[entry.kind];
    if (entry.kind == "register") ++registered[entry.phone];
    changes += changing.contains(entry.kind) ? 1 : 0;
    refused += entry.landed ? 0 : 1;
  }
  int on_cloud = 0;
  for (int i = 0; i < numbers; ++i) on_cloud += world.home(phone_of(i)) == sim::ServedBy::cloud ? 1 : 0;
  Json json = {{"requests", log.size()},
               {"not_carried_out", refused},
               {"changing", changes},
               {"on_cloud", on_cloud},
               {"kinds", kinds}};
  json["registered_twice"] =
      std::count_if(registered.begin(), registered.end(), [](const auto& one) { return one.second > 1; });
  json["seconds"] = log.empty() ? 0.0 : std::chrono::duration<double>(log.back().at - log.front().at).count();
  return json;
}

Json kinds_of(sim::World& world, int index) {
  Json kinds = Json::array();
  for (const sim::LogEntry& entry : world.log()) {
    if (entry.phone == phone_of(index)) kinds.push_back(entry.kind);
  }
  return kinds;
}

sim::Faults throttling(int each, int numbers) {
  std::vector<sim::FaultRule> rules;
  // A rule for each turn: the request that comes then, whosever it is, is answered with Graph's 80007.
  for (int turn = 1; each > 0 && turn <= numbers; ++turn) {
    sim::FaultRule rule;
    rule.side = sim::Side::graph;
    rule.nth = turn * each;
    rule.action = sim::Action::throttled;
    rule.delay = Millis(100);
    rules.push_back(rule);
  }
  return sim::Faults(std::move(rules));
}

Settings settings_from(int argc, char* argv[]) {
  Settings settings;
  const std::map<std::string, int*> names = {{"--numbers", &settings.numbers},
                                             {"--latency-ms", &settings.latency_ms},
                                             {"--register-ms", &settings.register_ms},
                                             {"--numbers-a-waba", &settings.numbers_a_waba},
                                             {"--throttle-each", &settings.throttle_each}};
  for (int i = 1; i + 1 < argc; i += 2) {
    const auto found = names.find(argv[i]);
    if (found == names.end()) {
      std::cerr << "unknown option " << argv[i] << "\n";
      std::exit(1);
    }
    *found->second = std::atoi(argv[i + 1]);
  }
  return settings;
}

}  // namespace

int main(int argc, char* argv[]) {
  const Settings settings = settings_from(argc, argv);
  SystemClock clock;
  auto world = sim::make_world(clock, world_of(settings));
  world->hold()->waba_calls_per_hour = 1'000'000'000;
  // A token that a script's user has brought along: without it every number would cost each client a login.
  for (auto& [name, deployment] : world->hold()->deployments) {
    deployment.tokens["bench-token"] = {"admin", clock.now() + std::chrono::hours(24)};
  }
  auto faults = throttling(settings.throttle_each, settings.numbers);
  auto server = sim::SimServer::start(*world, &faults, {.connections = 512, .latency = Millis(settings.latency_ms)});
  if (!server) {
    std::cerr << to_text(server.error()) << "\n";
    return 1;
  }
  std::cout << (*server)->port() << std::endl;
  for (std::string word; std::cin >> word;) {
    if (word == "log") {
      std::cout << to_compact(summary(*world, settings.numbers)) << std::endl;
    } else if (word == "kinds") {
      int index = 0;
      std::cin >> index;
      std::cout << to_compact(kinds_of(*world, index)) << std::endl;
    } else if (word == "first") {
      auto state = world->hold();
      std::cout << (state->log.empty() ? 0 : state->log.front().at.time_since_epoch().count()) << std::endl;
    } else if (word == "forget") {
      world->hold()->log.clear();
      std::cout << "{}" << std::endl;
    } else {
      std::cerr << "unknown word " << word << "\n";
      return 1;
    }
  }
  return 0;
}
