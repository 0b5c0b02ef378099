#include "run/pace.hpp"

#include <algorithm>
#include <utility>

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

// From three quarters of the limit on numbers begin one after the other; the closer the wall, the longer apart.
constexpr int near_the_wall = 75;
constexpr Millis for_each_percent = 5s;

// So many must have ended to know that a number takes less than is usual.
constexpr int enough_to_know = 10;

// Numbers that begin closer together than this are counted together: an hour has few such spans.
constexpr Millis together = 10s;

}  // namespace

// Of those under way some calls are still to come: over all that have begun it is at least so many a number, and over
// those that have ended at most.
void Pace::learn(std::map<std::string, int> percent, std::int64_t calls) {
  percent_ = std::move(percent);
  calls_ = std::max(0.0, static_cast<double>(calls) - besides_);
  const double own = calls_ - usual_graph_calls * taken_over_;
  if (begun_ > 0) at_least_ = own / begun_;
}

double Pace::calls_a_number() const {
  const double each = std::max<double>(usual_graph_calls, at_least_);
  return ended_ < enough_to_know ? each : std::max(1.0, std::min(each, calls_ / ended_));
}

// Back to those that began before, to those before them, … until an hour: what is set aside for all since then is to be
// what may be spent in so long a time at most.
Time Pace::may_begin(const std::string& waba, Time now, double share) const {
  Time when = std::max(now, braked_until("", last_));
  const auto begun = within_the_hour_.find(waba);
  if (begun == within_the_hour_.end() || begun->second.empty()) return when;
  when = std::max(when, braked_until(waba, begun->second.back().at));
  const double each = calls_a_number();
  double numbers = share;
  for (auto span = begun->second.rbegin(); span != begun->second.rend() && span->at + budgeted_hour > when; ++span) {
    numbers += span->numbers;
    when = std::max(when, span->at + time_for(budget_, numbers * each));
  }
  return when;
}

// After the last that spends from the limit.
Time Pace::braked_until(const std::string& limit, std::optional<Time> last) const {
  const auto percent = percent_.find(limit);
  if (percent == percent_.end() || percent->second < near_the_wall || !last) return {};
  return *last + (std::min(percent->second, 100) - near_the_wall + 1) * for_each_percent;
}

void Pace::begun(const std::string& waba, Time now) {
  begun_elsewhere(waba, now);
  ++begun_;
}

void Pace::did_not_begin(const std::string& waba) {
  --begun_;
  std::deque<Begun>& begun = within_the_hour_[waba];
  if (!begun.empty() && (begun.back().numbers -= 1) <= 0) begun.pop_back();
}

void Pace::begun_elsewhere(const std::string& waba, Time now) { set_aside(waba, now, 1); }

void Pace::asked_besides(const std::string& waba, Time now, double share) {
  besides_ += share * calls_a_number();
  set_aside(waba, now, share);
}

void Pace::set_aside(const std::string& waba, Time now, double share) {
  std::deque<Begun>& begun = within_the_hour_[waba];
  while (!begun.empty() && begun.front().at + budgeted_hour <= now) begun.pop_front();
  if (begun.empty() || now - begun.back().since >= together) begun.push_back({now, now, 0});
  begun.back().at = std::max(begun.back().at, now);
  begun.back().numbers += share;
  last_ = std::max(last_.value_or(now), now);
}

}  // namespace wamigrate
