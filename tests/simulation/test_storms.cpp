// Storms: scenarios drawn from seeds. Everything may go wrong at any moment, then nothing does any more.
#include <fmt/format.h>

#include <cstdlib>

#include "simulation/simulation.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::simulation;

TEST_CASE("one storm, with its story", "[.][replay]") {
  const char* seed = std::getenv("SEED");
  const Scenario scenario = scenario_of(std::strtoull(seed == nullptr ? "1" : seed, nullptr, 10));
  Simulation simulation(scenario);
  const Verdict verdict = simulation.play();
  fmt::print("{}\n{}\n", to_text(scenario), simulation.story());
  for (const std::string& complaint : verdict.complaints) fmt::print("COMPLAINT {}\n", complaint);
}

TEST_CASE("in every storm each promise is kept", "[storm]") {
  const char* count = std::getenv("SEEDS");
  const std::uint64_t last = std::strtoull(count == nullptr ? "2000" : count, nullptr, 10);
  int complaining = 0, refused = 0, migrated = 0, elsewhere = 0;
  for (std::uint64_t seed = 1; seed <= last; ++seed) {
    const Scenario scenario = scenario_of(seed);
    Simulation simulation(scenario);
    const Verdict verdict = simulation.play();
    refused += verdict.refused_by_checks;
    migrated += verdict.migrated;
    elsewhere += verdict.elsewhere;
    if (verdict.complaints.empty()) continue;
    if (++complaining <= 40) {
      fmt::print("{}\n", to_text(scenario));
      for (std::size_t i = 0; i < verdict.complaints.size() && i < 3; ++i)
        fmt::print("    {}\n", verdict.complaints[i]);
    }
  }
  fmt::print("{} of {} complain, {} refused, {} migrated, {} elsewhere\n", complaining, last, refused, migrated,
             elsewhere);
  CHECK(complaining == 0);
}
