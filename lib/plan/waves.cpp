#include "plan/waves.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace wamigrate {
namespace {

// The slowest road sets the pace of everybody who starts with it.
Millis length_of(const Policy& policy, Millis longest, std::size_t size) {
  const auto at_once = static_cast<std::size_t>(std::max(1, policy.concurrency));
  return longest * static_cast<long>((size + at_once - 1) / at_once);
}

Wave wave_over(const Plan& plan, WaveSpan span) {
  Wave wave{span.first, span.size, {}, {}, {}};
  Millis longest{0};
  for (std::size_t i = span.first; i < span.first + span.size; ++i) {
    const PlannedRoad& road = plan.roads[plan.numbers[i].road];
    wave.longest_downtime = std::max(wave.longest_downtime, road.expected_downtime);
    wave.all_downtime += road.expected_downtime;
    longest = std::max(longest, road.expected);
  }
  wave.expected = length_of(plan.fleet.policy, longest, span.size);
  return wave;
}

}  // namespace

std::vector<WaveSpan> wave_spans(const Policy& policy, std::size_t total) {
  std::vector<WaveSpan> spans;
  std::size_t covered = 0;
  while (covered < total) {
    const std::vector<Amount>& amounts = policy.waves;
    const Amount amount = amounts.empty() ? Amount{100, true} : amounts[std::min(spans.size(), amounts.size() - 1)];
    const auto wanted = static_cast<std::size_t>(std::max(1, amount.of(static_cast<int>(total))));
    spans.push_back({covered, std::min(wanted, total - covered)});
    covered += spans.back().size;
  }
  return spans;
}

std::vector<Wave> waves_of(const Plan& plan) {
  std::vector<Wave> waves;
  for (const WaveSpan& span : wave_spans(plan.fleet.policy, plan.numbers.size()))
    waves.push_back(wave_over(plan, span));
  return waves;
}

std::vector<Millis> road_lengths(Catalogue catalogue, Direction direction, const std::vector<Facts>& from) {
  std::map<std::uint64_t, Millis> known;
  std::vector<Millis> lengths;
  for (const Facts facts : from) {
    const auto [found, is_new] = known.try_emplace(facts.bits(), 0);
    if (is_new) {
      const auto road = find_road(catalogue, facts, goal_of(direction, facts));
      for (const StepKind* kind : road.value_or(Road{})) found->second += kind->duration;
    }
    lengths.push_back(found->second);
  }
  return lengths;
}

CallBudget call_budget(const Policy& policy) {
  const double an_hour = std::max(1, policy.graph_calls_per_hour);
  return {an_hour, an_hour / 4};
}

Millis time_for(const CallBudget& budget, double calls) {
  const double evenly = std::clamp((calls - budget.at_once) / (budget.an_hour - budget.at_once), 0.0, 1.0);
  return Millis(static_cast<std::int64_t>(std::ceil(evenly * static_cast<double>(budgeted_hour.count()))));
}

Millis budgeted_length(const Policy& policy, std::size_t of_one_waba) {
  const CallBudget budget = call_budget(policy);
  const double calls = static_cast<double>(of_one_waba) * usual_graph_calls;
  const double hours = std::floor(calls / budget.an_hour);
  return static_cast<std::int64_t>(hours) * budgeted_hour + time_for(budget, calls - hours * budget.an_hour);
}

std::size_t most_of_one_waba(const Fleet& fleet, const std::vector<std::size_t>& numbers) {
  std::map<std::string_view, std::size_t> by_waba;
  std::size_t most = 0;
  for (const std::size_t index : numbers) most = std::max(most, ++by_waba[fleet.numbers[index].waba_id]);
  return most;
}

Millis expected_length(const Policy& policy, std::vector<Millis> roads, std::size_t of_one_waba) {
  std::erase(roads, Millis(0));
  Millis whole{0};
  for (const WaveSpan& span : wave_spans(policy, roads.size())) {
    const auto begin = roads.begin() + static_cast<std::ptrdiff_t>(span.first);
    const Millis longest = *std::max_element(begin, begin + static_cast<std::ptrdiff_t>(span.size));
    whole += length_of(policy, longest, span.size) + policy.soak;
  }
  return std::max(whole, budgeted_length(policy, std::min(of_one_waba, roads.size())));
}

Millis expected_length(Catalogue catalogue, const Policy& policy, Direction direction, const std::vector<Facts>& from,
                       std::size_t of_one_waba) {
  return expected_length(policy, road_lengths(catalogue, direction, from), of_one_waba);
}

Facts ordinary_start(Direction direction) {
  using enum Fact;
  const Facts both = {pin_given,    pin_known,           ownership_verified, cloud_released,
                      cloud_let_go, certificate_in_hand, storage_region_set};
  if (direction == Direction::to_cloud) return both | Facts{onprem_is_home, onprem_healthy, account_requested};
  return both | Facts{cloud_is_home, cloud_was_last_home, onprem_registration_open, app_subscribed};
}

}  // namespace wamigrate
