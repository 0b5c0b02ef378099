// Pace: how fast numbers may begin, so that what an app may ask of Graph lasts. Meta counts calls by the hour, for each
// app and WABA (documented: 5,000 for an active account, X-Business-Use-Case-Usage says how many are used); other
// software may spend from the same limit. So a run begins fewer numbers before the wall, and does not run into it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "plan/waves.hpp"

namespace wamigrate {

class Pace {
 public:
  /// What a run may spend on one WABA.
  explicit Pace(CallBudget budget) : budget_(budget) {}

  /// What Graph said last: which share of the limit is used, and how many calls this process has made so far.
  void learn(int percent, std::int64_t calls);

  /// When a number of this WABA may begin: `now`, or later.
  Time may_begin(const std::string& waba, Time now) const;
  /// One has begun: what a number usually asks is set aside for it.
  void begun(const std::string& waba, Time now);
  /// One has begun in another process, which spends from the same limit.
  void begun_elsewhere(const std::string& waba, Time now);

  /// Calls that a number takes, on average of those that have begun.
  double calls_a_number() const;

 private:
  struct Bucket {
    double level = 0;
    Time at{};
  };
  double level(const std::string& waba, Time now) const;

  CallBudget budget_;
  int percent_ = 0;
  std::int64_t calls_ = 0;
  std::int64_t begun_ = 0;
  std::map<std::string, Bucket> buckets_;
  std::optional<Time> last_;
};

}  // namespace wamigrate
