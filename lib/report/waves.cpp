#include "report/waves.hpp"

#include <algorithm>

namespace wamigrate::report {
namespace {

Wave wave_at(const Plan& plan, std::size_t first, std::size_t size) {
  Wave wave{first, size, {}, {}, {}};
  Millis longest{0};
  for (std::size_t i = first; i < first + size; ++i) {
    const PlannedRoad& road = plan.roads[plan.numbers[i].road];
    wave.longest_downtime = std::max(wave.longest_downtime, road.expected_downtime);
    wave.all_downtime += road.expected_downtime;
    longest = std::max(longest, road.expected);
  }
  const auto at_once = static_cast<std::size_t>(std::max(1, plan.fleet.policy.concurrency));
  wave.expected = longest * static_cast<long>((size + at_once - 1) / at_once);
  return wave;
}

}  // namespace

std::vector<Wave> waves_of(const Plan& plan) {
  const std::vector<Amount>& amounts = plan.fleet.policy.waves;
  const std::size_t total = plan.numbers.size();
  std::vector<Wave> waves;
  std::size_t covered = 0;
  while (covered < total) {
    const Amount amount = amounts.empty() ? Amount{100, true} : amounts[std::min(waves.size(), amounts.size() - 1)];
    const auto wanted = static_cast<std::size_t>(std::max(1, amount.of(static_cast<int>(total))));
    waves.push_back(wave_at(plan, covered, std::min(wanted, total - covered)));
    covered += waves.back().size;
  }
  return waves;
}

}  // namespace wamigrate::report
