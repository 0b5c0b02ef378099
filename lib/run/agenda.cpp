#include "run/agenda.hpp"

namespace wamigrate {

void Agenda::put(std::size_t number, bool urgent, Time due) {
  drop(number);
  places_[number] = Place{urgent, due};
  queue(urgent).emplace(due, number);
}

void Agenda::drop(std::size_t number) {
  std::optional<Place>& place = places_[number];
  if (!place) return;
  queue(place->urgent).erase({place->due, number});
  place.reset();
}

std::vector<std::size_t> Agenda::take_due(bool urgent, Time now) {
  std::vector<std::size_t> due;
  Queue& waiting = queue(urgent);
  while (!waiting.empty() && waiting.begin()->first <= now) {
    due.push_back(waiting.begin()->second);
    drop(due.back());
  }
  return due;
}

Time Agenda::next(bool urgent) const {
  const Queue& waiting = urgent ? urgent_ : others_;
  return waiting.empty() ? Time::max() : waiting.begin()->first;
}

}  // namespace wamigrate
