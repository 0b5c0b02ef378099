// Storms: scenarios drawn from seeds. Everything may go wrong at any moment, then nothing does any more. A hundred
// thousand seeds in every test run, in shares that run beside each other; more on request:
//   SEED=7 test_simulation "[replay]"                      one storm, with its story
//   FIRST_SEED=100001 LAST_SEED=1000000 test_simulation "[storm]"
//   ONLY=company test_simulation "[storm]"                 those with several processes at a time; ONLY=fleet: with
//   dozens of numbers; ONLY=alone: the others
#include <fmt/format.h>

#include <cstdlib>

#include "simulation/simulation.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::simulation;

namespace {

constexpr std::uint64_t seeds = 100'000;
constexpr int told_at_most = 10;

std::uint64_t number_in(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string replay_of(std::uint64_t seed) { return fmt::format("SEED={} test_simulation \"[replay]\"", seed); }

std::string_view kind_of(const Scenario& scenario) {
  return has_company(scenario) ? "company" : scenario.fleet ? "fleet" : "alone";
}

struct Figures {
  std::uint64_t storms = 0, refused = 0, processes = 0, kills = 0, faults = 0, requests = 0, migrated = 0,
                elsewhere = 0, complaining = 0;

  void add(const Verdict& verdict) {
    const auto count = [](int number) { return static_cast<std::uint64_t>(number); };
    ++storms;
    refused += verdict.refused_by_checks ? 1 : 0;
    processes += count(verdict.processes);
    kills += count(verdict.kills);
    faults += count(verdict.faults);
    requests += count(verdict.requests);
    migrated += count(verdict.migrated);
    elsewhere += count(verdict.elsewhere);
    complaining += verdict.complaints.empty() ? 0 : 1;
  }
};

}  // namespace

TEST_CASE("one storm, with its story", "[.][replay]") {
  const Scenario scenario = scenario_of(number_in("SEED", 1));
  Simulation simulation(scenario);
  const Verdict verdict = simulation.play();
  fmt::print("{}\n{}\n", to_text(scenario), simulation.story());
  for (const std::string& complaint : verdict.complaints) fmt::print("complaint: {}\n", complaint);
  CHECK(verdict.complaints.empty());
}

TEST_CASE("in every storm each promise is kept", "[storm]") {
  const std::uint64_t share = number_in("SHARE", 0);
  const std::uint64_t shares = number_in("SHARES", 1);
  const char* which = std::getenv("ONLY");
  const std::string_view only = which == nullptr ? "" : which;
  Figures figures;
  for (std::uint64_t seed = number_in("FIRST_SEED", 1); seed <= number_in("LAST_SEED", seeds); ++seed) {
    if (seed % shares != share) continue;
    const Scenario scenario = scenario_of(seed);
    if (!only.empty() && only != kind_of(scenario)) continue;
    const Verdict verdict = Simulation(scenario).play();
    figures.add(verdict);
    if (verdict.complaints.empty() || figures.complaining > told_at_most) continue;
    UNSCOPED_INFO(to_text(scenario));
    for (const std::string& complaint : verdict.complaints) UNSCOPED_INFO("  " << complaint);
    UNSCOPED_INFO("  again, with its story: " << replay_of(seed));
  }
  fmt::print(
      "{} storms ({} refused by checks): {} processes, {} killed; {} requests, {} met a fault; {} numbers migrated, {} "
      "ended elsewhere; {} storms with complaints\n",
      figures.storms, figures.refused, figures.processes, figures.kills, figures.requests, figures.faults,
      figures.migrated, figures.elsewhere, figures.complaining);
  CHECK(figures.complaining == 0);
}
