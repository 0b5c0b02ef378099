#include "run/pace.hpp"

#include <algorithm>
#include <cmath>

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

// From three quarters of the limit on numbers begin one after the other; the closer the wall, the longer apart.
constexpr int near_the_wall = 75;
constexpr Millis for_each_percent = 5s;

// So many must have begun to know better than what is usual.
constexpr std::int64_t enough_to_know = 10;

}  // namespace

void Pace::learn(int percent, std::int64_t calls) {
  percent_ = percent;
  calls_ = calls;
}

double Pace::calls_a_number() const {
  if (begun_ < enough_to_know) return usual_graph_calls;
  return std::max(1.0, static_cast<double>(calls_) / static_cast<double>(begun_));
}

double Pace::level(const std::string& waba, Time now) const {
  const auto bucket = buckets_.find(waba);
  if (bucket == buckets_.end()) return budget_.at_once;
  const auto passed = static_cast<double>((now - bucket->second.at).count());
  return std::min(budget_.at_once, bucket->second.level + passed * budget_.per_ms);
}

Time Pace::may_begin(const std::string& waba, Time now) const {
  Time when = now;
  if (percent_ >= near_the_wall && last_) {
    when = std::max(when, *last_ + (std::min(percent_, 100) - near_the_wall + 1) * for_each_percent);
  }
  // A budget that is smaller than one number's calls still lets one begin when it is full.
  const double missing = std::min(calls_a_number(), budget_.at_once) - level(waba, now);
  if (missing <= 0) return when;
  return std::max(when, now + Millis(static_cast<std::int64_t>(std::ceil(missing / budget_.per_ms))));
}

void Pace::begun(const std::string& waba, Time now) {
  begun_elsewhere(waba, now);
  ++begun_;
}

void Pace::begun_elsewhere(const std::string& waba, Time now) {
  buckets_[waba] = {level(waba, now) - calls_a_number(), now};
  last_ = now;
}

}  // namespace wamigrate
