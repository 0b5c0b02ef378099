// Openings: when maintenance windows are open, and when a number may start so that it ends while they are. A pure
// calculation over tables of the zones; run/windows.hpp fetches these.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/zone.hpp"
#include "model/window.hpp"

namespace wamigrate {

/// From `from` to `until`, which is no part of it.
struct Opening {
  Time from{};
  Time until{};
  bool operator==(const Opening&) const = default;
};

/// The openings of some windows over the 400 days from a moment on: a year, so that every change of clocks is among
/// them, and some weeks. Laid out once, then only looked up; never changes, so any thread may ask. Holds copies of all
/// it needs.
///
/// A window is open while the clocks of its zone show a day and time within it, and at no other moment. So one of
/// 02:30-03:30 is open from 03:00 when 02:00 to 03:00 is left out, and twice (02:30-03:00, then 02:30-03:30) when
/// these hours come twice. Openings that touch or overlap, of whichever windows, are one.
class Openings {
 public:
  static constexpr Millis reach = std::chrono::days(400);
  /// What has to be left of it: beyond that, lay out anew.
  static constexpr Millis margin = std::chrono::weeks(4);

  /// No windows: always open.
  Openings() = default;
  /// `zones` holds a table for the zone of each window but UTC, for [from, from + reach].
  Openings(const std::vector<Window>& windows, const std::map<std::string, ZoneOffsets>& zones, Time from);

  /// The first moment, not before `now`, from which on it stays open for `length`; `now` itself if that is one. None:
  /// no window is ever long enough.
  std::optional<Time> earliest_start(Time now, Millis length) const;
  /// Until when it is open at `now`: `latest` if it is always. None: it is closed; earliest_start(now, 0) tells when
  /// it opens.
  std::optional<Time> open_until(Time now) const;
  bool always() const { return always_; }
  /// The longest opening; of no use where it is always open.
  Millis longest() const { return longest_; }
  /// False when little is left of what was laid out; what is asked later than that is not answered well.
  bool covers(Time now) const { return always_ || now + margin < until_; }

 private:
  /// The first opening that has not ended at `now`.
  std::vector<Opening>::const_iterator at_or_after(Time now) const;

  std::vector<Opening> openings_;  ///< By time; none touches another.
  Millis longest_{0};
  Time until_{};
  bool always_ = true;
};

}  // namespace wamigrate
