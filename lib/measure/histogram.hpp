// A histogram of durations in the manner of HdrHistogram: every value lands in a bucket whose width is at most a 128th
// of it, so that a percentile is never off by more than 0.8 %, whatever the values are and however many. Below 256 ms
// values are kept exactly.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/json.hpp"
#include "base/time.hpp"

namespace wamigrate {

class Histogram {
 public:
  /// Negative values count as 0; more than a week as a week.
  void add(Millis value);
  void add(const Histogram& other);

  std::uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  /// Exact. Zero when empty.
  Millis least() const { return least_; }
  Millis most() const { return most_; }
  double mean() const;
  /// The smallest value that `share` of all (0 to 1) do not exceed, as the upper end of its bucket, and never more than
  /// most(). Zero when empty.
  Millis at(double share) const;

  /// Buckets that hold something: their lowest value and how many.
  const std::map<std::int64_t, std::uint64_t>& buckets() const { return buckets_; }

  /// {"unit": "ms", "count", "least", "most", "sum", "buckets": [[lowest, count], …]}
  Json to_json() const;
  /// Nothing where it is not what to_json() wrote.
  static std::optional<Histogram> from_json(const Json& json);

 private:
  std::map<std::int64_t, std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  Millis least_{0}, most_{0};
};

}  // namespace wamigrate
