#include "report/downtime.hpp"

#include <algorithm>

namespace wamigrate::report {
namespace {

Millis nearest_rank(const std::vector<Millis>& sorted, std::size_t percent) {
  const std::size_t rank = std::max<std::size_t>(1, (sorted.size() * percent + 99) / 100);
  return sorted[rank - 1];
}

}  // namespace

Downtimes downtimes_of(std::vector<Millis> measured) {
  if (measured.empty()) return {};
  std::sort(measured.begin(), measured.end());
  return {measured.size(), measured.back(), nearest_rank(measured, 50), nearest_rank(measured, 95)};
}

Downtimes downtimes_of(const Progress& progress) {
  std::vector<Millis> measured;
  for (const NumberProgress& number : progress.numbers) {
    if (number.state == NumberState::migrated && is_measured(number)) measured.push_back(number.downtime);
  }
  return downtimes_of(std::move(measured));
}

bool is_measured(const NumberProgress& number) { return number.downtime > Millis(0); }

}  // namespace wamigrate::report
