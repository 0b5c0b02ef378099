// What the runner knows of a number only while this process works on it: nothing here needs to survive a crash.
#pragma once

#include "model/status_feed.hpp"
#include "run/runner.hpp"

namespace wamigrate {

struct Runner::Active {
  bool leased = false;
  Time lease_until{};
  bool in_flight = false;
  Time due{};               ///< When to look at the number again.
  Time since{};             ///< Patience with the current step runs from here.
  Time looked{};            ///< When what is being judged began to be read: that is how fresh it is.
  Time not_before{};        ///< Nothing that changes anything is sent earlier: a backoff.
  int failures = 0;         ///< In a row, of the current step …
  std::string failed_with;  ///< … and the last of them, for people.
  int replans = 0;
  std::string replan_why;  ///< Non-empty: find a new road from a full observation first.
  std::optional<Snapshot> snapshot;
  bool rechecking = false;  ///< It has ended, and after the soak of its wave its checkpoints are asked again.
};

struct Runner::Job {
  std::size_t number = 0;
  const Step* step = nullptr;  ///< Null: an observation.
  Readings readings;
  Supplies supplies;
  Observation seen;
  Time began{};  ///< When it was asked for.
  Outcome outcome;
  bool is_feed = false;  ///< The status feed, for no number.
  StatusFeed feed;
};

inline constexpr Time never = Time::max();

}  // namespace wamigrate
