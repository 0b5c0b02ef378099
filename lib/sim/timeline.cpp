// Phases in a sorted vector: a number has a handful, so looking from the front is as quick as anything.
#include "sim/timeline.hpp"

#include <algorithm>
#include <iterator>

namespace wamigrate::sim {

std::string_view name(ServedBy served_by) {
  switch (served_by) {
    case ServedBy::nobody:
      return "nowhere";
    case ServedBy::onprem:
      return "onprem";
    case ServedBy::cloud:
      return "cloud";
    case ServedBy::app:
      return "app";
  }
  return "";
}

std::string_view name(Platform platform) {
  switch (platform) {
    case Platform::cloud_api:
      return "CLOUD_API";
    case Platform::on_premise:
      return "ON_PREMISE";
    case Platform::not_applicable:
      return "NOT_APPLICABLE";
  }
  return "";
}

std::string_view name(Gateway gateway) {
  switch (gateway) {
    case Gateway::connected:
      return "connected";
    case Gateway::connecting:
      return "connecting";
    case Gateway::disconnected:
      return "disconnected";
    case Gateway::unregistered:
      return "unregistered";
    case Gateway::uninitialized:
      return "uninitialized";
    case Gateway::not_running:
      return "not running";
    case Gateway::unreachable:
      return "unreachable";
  }
  return "";
}

const Phase& Timeline::at(Time time) const {
  const auto after =
      std::find_if(phases_.begin(), phases_.end(), [&](const Phase& phase) { return phase.from > time; });
  return after == phases_.begin() ? phases_.front() : *std::prev(after);
}

const Phase& Timeline::last() const { return phases_.back(); }

void Timeline::set(Phase phase) {
  while (!phases_.empty() && phases_.back().from >= phase.from) phases_.pop_back();
  phases_.push_back(std::move(phase));
}

void Timeline::set_gateway(Time from, Gateway gateway) {
  Phase phase = at(from);
  phase.from = from;
  const auto after = std::find_if(phases_.begin(), phases_.end(), [&](const Phase& each) { return each.from > from; });
  for (auto later = phases_.insert(after, phase); later != phases_.end(); ++later) later->gateway = gateway;
}

Millis Timeline::unserved(Time from, Time to) const {
  Millis total{0};
  for (std::size_t i = 0; i < phases_.size(); ++i) {
    if (phases_[i].served_by != ServedBy::nobody) continue;
    const Time begin = std::max(from, phases_[i].from);
    const Time end = i + 1 < phases_.size() ? std::min(to, phases_[i + 1].from) : to;
    if (end > begin) total += end - begin;
  }
  return total;
}

}  // namespace wamigrate::sim
