#include "run/tally.hpp"

#include <algorithm>

namespace wamigrate {
namespace {

void recount(std::size_t& count, bool was, bool is) { count = count + (is ? 1 : 0) - (was ? 1 : 0); }

}  // namespace

Tally::Tally(std::vector<WaveSpan> waves) : waves_(std::move(waves)), of_wave_(waves_.size()) {
  standings_.resize(waves_.empty() ? 0 : waves_.back().first + waves_.back().size);
}

std::size_t Tally::wave_of(std::size_t number) const {
  const auto after = std::upper_bound(waves_.begin(), waves_.end(), number,
                                      [](std::size_t at, const WaveSpan& wave) { return at < wave.first; });
  return static_cast<std::size_t>(after - waves_.begin()) - 1;
}

void Tally::set(std::size_t number, Standing standing) {
  Standing& before = standings_[number];
  Counts& wave = of_wave_[wave_of(number)];
  recount(wave.ended, before.ended, standing.ended);
  recount(wave.failed, before.failed, standing.failed);
  recount(wave.gave_up, before.gave_up, standing.gave_up);
  recount(wave.inconclusive, before.inconclusive, standing.inconclusive);
  recount(ended_, before.ended, standing.ended);
  recount(failed_, before.failed, standing.failed);
  recount(gave_up_, before.gave_up, standing.gave_up);
  recount(busy_, before.busy, standing.busy);
  before = standing;
}

}  // namespace wamigrate
