#include "support/readings.hpp"

#include <map>
#include <set>

namespace wamigrate {
namespace {

using Picked = std::pair<std::size_t, std::size_t>;  ///< Which doubt, which of its readings.

}  // namespace

std::vector<sim::Dialect> readings_in_pairs() {
  const auto& doubts = sim::dialect_doubts();
  std::set<std::pair<Picked, Picked>> open;
  for (std::size_t a = 0; a < doubts.size(); ++a) {
    for (std::size_t b = a + 1; b < doubts.size(); ++b) {
      for (std::size_t i = 0; i < doubts[a].values.size(); ++i) {
        for (std::size_t j = 0; j < doubts[b].values.size(); ++j) open.insert({{a, i}, {b, j}});
      }
    }
  }
  std::vector<sim::Dialect> dialects;
  while (!open.empty()) {
    std::map<std::size_t, std::size_t> row;
    row.insert({open.begin()->first, open.begin()->second});
    for (std::size_t doubt = 0; doubt < doubts.size(); ++doubt) {
      if (row.contains(doubt)) continue;
      std::size_t best = 0;
      std::size_t most = 0;
      for (std::size_t value = 0; value < doubts[doubt].values.size(); ++value) {
        std::size_t met = 0;
        for (const Picked other : row) met += open.count(std::minmax(Picked{doubt, value}, other));
        if (met > most) std::tie(best, most) = std::pair(value, met);
      }
      row[doubt] = best;
    }
    sim::Dialect dialect;
    for (const auto& [doubt, value] : row) doubts[doubt].set(dialect, value);
    for (auto a = row.begin(); a != row.end(); ++a) {
      for (auto b = std::next(a); b != row.end(); ++b) open.erase({*a, *b});
    }
    dialects.push_back(dialect);
  }
  return dialects;
}

}  // namespace wamigrate
