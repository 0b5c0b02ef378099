// The agenda: when each number is to be looked at next. What has left its home comes before everything else; then the
// longest overdue. Nothing walks over all numbers to find out who is next.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace wamigrate {

class Agenda {
 public:
  explicit Agenda(std::size_t numbers) : places_(numbers) {}

  /// Writes a number in, or moves it. `urgent`: it is between its commit point and its verification.
  void put(std::size_t number, bool urgent, Time due);
  void drop(std::size_t number);
  /// Takes out those that are due by `now`, the longest overdue first.
  std::vector<std::size_t> take_due(bool urgent, Time now);
  /// When the next of them is due; the end of time when none is written in.
  Time next(bool urgent) const;

 private:
  struct Place {
    bool urgent = false;
    Time due{};
  };
  using Queue = std::set<std::pair<Time, std::size_t>>;
  Queue& queue(bool urgent) { return urgent ? urgent_ : others_; }

  std::vector<std::optional<Place>> places_;  // by number
  Queue urgent_;
  Queue others_;
};

}  // namespace wamigrate
