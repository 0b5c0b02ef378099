// The crash matrix: one number, and a process that dies at every call through any door, in every way; at every pair of
// such calls; at every call beside every failure of a request. Nothing is drawn: these are all there are.
#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "simulation/simulation.hpp"
#include "support/catch.hpp"
#include "support/readings.hpp"

using namespace wamigrate;
using namespace wamigrate::simulation;

namespace {

constexpr std::array cuts{Cut::before, Cut::after, Cut::torn};

/// What becomes of all the schedules of a test.
class Tally {
 public:
  explicit Tally(std::string what) : what_(std::move(what)) {}
  ~Tally() { fmt::print("{}: {} schedules\n", what_, schedules_); }

  Verdict play(const Scenario& scenario) {
    ++schedules_;
    Simulation simulation(scenario);
    Verdict verdict = simulation.play();
    if (!verdict.complaints.empty()) {
      INFO(to_text(scenario) << "\n" << simulation.story());
      CHECK(fmt::format("{}", fmt::join(verdict.complaints, "\n")) == "");
    }
    return verdict;
  }

 private:
  std::string what_;
  int schedules_ = 0;
};

std::vector<Crash> all_crashes(int calls) {
  std::vector<Crash> all;
  for (int call = 1; call <= calls; ++call) {
    for (const Cut cut : cuts) all.push_back({call, cut});
  }
  return all;
}

/// The two main ways.
[[maybe_unused]] std::vector<Scenario> main_ways() {
  Scenario to_cloud;
  to_cloud.situation = &situations()[0];
  Scenario to_onprem;
  to_onprem.situation = &situations()[2];
  return {to_cloud, to_onprem};
}

}  // namespace

TEST_CASE("a process that dies at any call, in any way, in any situation, loses nothing", "[crash]") {
  Tally tally("one crash");
  for (const Situation& situation : situations()) {
    Scenario scenario;
    scenario.situation = &situation;
    const int calls = tally.play(scenario).calls;
    for (const Crash& crash : all_crashes(calls)) {
      scenario.crashes = {crash};
      tally.play(scenario);
    }
  }
}
