// Pace: how fast numbers may begin, so that what an app may ask of Graph lasts. Meta counts calls by the hour, for each
// app and WABA (documented: 5,000 for an active account, X-Business-Use-Case-Usage says how many are used); other
// software may spend from the same limit. So a run begins fewer numbers before the wall, and does not run into it.
#pragma once

#include <cstdint>
#include <deque>
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

  /// What Graph said last: which share of each limit is used, by WABA ("": the app's), and how many calls this process
  /// has made so far.
  void learn(std::map<std::string, int> percent, std::int64_t calls);

  /// When a number of this WABA may begin: `now`, or later. `share`: or something that asks for such a share of what a
  /// number does.
  Time may_begin(const std::string& waba, Time now, double share = 1) const;
  /// One has begun: what a number asks, as far as is known by then, is set aside for it for an hour.
  void begun(const std::string& waba, Time now);
  /// One for which begun() was said was in other hands already.
  void did_not_begin(const std::string& waba);
  /// One that another process began is here from now on: nobody counts which of its calls are made here.
  void taken_over() { ++taken_over_; }
  /// One that began here has ended.
  void ended() { ++ended_; }
  /// Something else asks here, for such a share of what a number does.
  void asked_besides(const std::string& waba, Time now, double share);
  /// One has begun in another process, which spends from the same limit.
  void begun_elsewhere(const std::string& waba, Time now);

  /// Calls that a number takes: the usual, as far as nothing better is known of those that have begun and ended.
  double calls_a_number() const;

 private:
  void set_aside(const std::string& waba, Time now, double share);

  /// Numbers that began within a few seconds, as if all had begun with the last of them.
  struct Begun {
    Time since{};
    Time at{};
    double numbers = 0;  ///< And shares of what one asks for.
  };

  Time braked_until(const std::string& limit, std::optional<Time> last) const;

  CallBudget budget_;
  std::map<std::string, int> percent_;
  double calls_ = 0;
  double at_least_ = 0;  ///< So many a number were made by now.
  int begun_ = 0;
  int ended_ = 0;
  int taken_over_ = 0;
  double besides_ = 0;                                        ///< Calls that no number made on its way.
  std::map<std::string, std::deque<Begun>> within_the_hour_;  // by WABA, in order
  std::optional<Time> last_;
};

}  // namespace wamigrate
