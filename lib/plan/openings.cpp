// Openings are laid out stretch by stretch: while a zone's offset stays the same, local time runs as evenly as UTC, and
// days, midnights and hours are plain arithmetic. Hours that are left out or come twice need no rule of their own: a
// local time that no stretch has is never open, one that two stretches have is open in both.
#include "plan/openings.hpp"

#include <algorithm>

#include "base/result.hpp"

namespace wamigrate {

namespace {

using std::chrono::days;

/// Local time: what a clock shows, counted as if it were UTC.
using Local = Time;

void lay_out(const Window& window, const Opening& stretch, Millis ahead, std::vector<Opening>& openings) {
  const Local last = stretch.until + ahead;
  // A window that passes midnight began the day before.
  for (auto day = std::chrono::floor<days>(stretch.from + ahead) - days(1); day <= last; day += days(1)) {
    if (!window.begins_on(std::chrono::weekday(day))) continue;
    const Opening opening{std::max<Time>(day + window.begin - ahead, stretch.from),
                          std::min<Time>(day + window.end - ahead, stretch.until)};
    if (opening.from < opening.until) openings.push_back(opening);
  }
}

std::vector<Opening> joined(std::vector<Opening> openings) {
  std::sort(openings.begin(), openings.end(), [](const Opening& a, const Opening& b) { return a.from < b.from; });
  std::vector<Opening> whole;
  for (const Opening& opening : openings) {
    if (!whole.empty() && opening.from <= whole.back().until) {
      whole.back().until = std::max(whole.back().until, opening.until);
    } else {
      whole.push_back(opening);
    }
  }
  return whole;
}

}  // namespace

Openings::Openings(const std::vector<Window>& windows, const std::map<std::string, ZoneOffsets>& zones, Time from)
    : until_(from + reach), always_(windows.empty()) {
  const ZoneOffsets of_utc{{from, Millis(0)}};
  std::vector<Opening> openings;
  for (const Window& window : windows) {
    const auto table = zones.find(window.zone);
    ensure(window.zone == utc || table != zones.end(), "every zone of a window has its table");
    const ZoneOffsets& offsets = window.zone == utc ? of_utc : table->second;
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      const Opening stretch{i == 0 ? from : std::max(from, offsets[i].from),
                            i + 1 == offsets.size() ? until_ : std::min(until_, offsets[i + 1].from)};
      if (stretch.from < stretch.until) lay_out(window, stretch, offsets[i].ahead, openings);
    }
  }
  openings_ = joined(std::move(openings));
  for (const Opening& opening : openings_) longest_ = std::max(longest_, opening.until - opening.from);
  if (longest_ == reach) always_ = true;
}

std::vector<Opening>::const_iterator Openings::at_or_after(Time now) const {
  return std::upper_bound(openings_.begin(), openings_.end(), now,
                          [](Time time, const Opening& opening) { return time < opening.until; });
}

std::optional<Time> Openings::earliest_start(Time now, Millis length) const {
  if (always_) return now;
  if (length > longest_) return std::nullopt;
  for (auto opening = at_or_after(now); opening != openings_.end(); ++opening) {
    const Time start = std::max(now, opening->from);
    if (start + length <= opening->until) return start;
  }
  return std::nullopt;
}

std::optional<Time> Openings::open_until(Time now) const {
  if (always_) return latest;
  const auto opening = at_or_after(now);
  if (opening == openings_.end() || opening->from > now) return std::nullopt;
  return opening->until;
}

}  // namespace wamigrate
