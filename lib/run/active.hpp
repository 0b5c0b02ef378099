// What the runner knows of a number only while this process works on it: nothing here needs to survive a crash.
#pragma once

#include "model/status_feed.hpp"
#include "ports/hooks.hpp"
#include "run/runner.hpp"

namespace wamigrate {

struct Runner::Active {
  bool leased = false;
  Time lease_until{};
  std::int64_t epoch = 0;  ///< Of the lease.
  bool lost = false;       ///< Another worker's by now; here only until its job has come back.
  bool in_flight = false;
  Time due{};                               ///< When to look at the number again.
  Time since{};                             ///< Patience with the current step runs from here.
  Time looked{};                            ///< When what is being judged began to be read: that is how fresh it is.
  std::shared_ptr<const Observation> seen;  ///< The last one, as long as nothing was sent since …
  Time seen_at{}, seen_until{};             ///< … when it began to be read, and when it had been …
  std::optional<std::size_t> seen_for;      ///< … and for which step of the road; none: for the road itself.
  Time not_before{};                        ///< Nothing that changes anything is sent earlier: a backoff.
  int failures = 0;                         ///< In a row, of the current step …
  std::string failed_with;                  ///< … and the last of them, for people.
  int limited = 0;  ///< Looks in a row that waited for what can be done without, refused for asking too much.
  int replans = 0;
  std::string replan_why;  ///< Non-empty: find a new road from a full observation first.
  std::optional<Snapshot> snapshot;
  bool snapshot_sought = false;  ///< What is kept of it has been looked up: none, if it is not here.
  /// Its commit point was postponed: what was taken or drained before then is old.
  bool postponed = false;
  bool backup_is_old = false;
  bool drained_long_ago = false;
  bool may_commit = false;    ///< The hook before the commit point has agreed.
  bool seen_at_home = false;  ///< Under this lease it was seen to be served where it is meant to end.
  bool began_here = false;    ///< This process began it, and has made all its calls.
  bool rechecking = false;    ///< It has ended, and after the soak of its wave its checkpoints are asked again.
};

struct Runner::Job {
  std::size_t number = 0;
  const Step* step = nullptr;  ///< Null: an observation.
  Readings readings;
  Time account_since{};  ///< Site::observe()'s.
  SentMessages sent;     ///< What the reading of webhooks is asked about.
  Supplies supplies;
  Observation seen;
  Time began{};  ///< When it was asked for.
  Outcome outcome;
  bool is_feed = false;  ///< The status feed, for no number.
  StatusFeed feed;
  std::string_view hook;  ///< The hook that is called; empty: none.
  HookCall call;
  HookEnd hook_end;
};

inline constexpr Time never = Time::max();

/// People are told of a wait that ends by itself when it is so long.
inline constexpr Millis worth_telling = std::chrono::minutes(1);

/// The homes that a number can be served by.
inline constexpr Facts served = {Fact::onprem_is_home, Fact::cloud_is_home};

/// A request with its PIN has had its effect.
bool has_proven_pin(const NumberProgress& number);
/// A request with its PIN has left, or was about to.
bool has_sent_pin(const NumberProgress& number);

/// With its request a number passes its commit point.
inline bool leaves_home(const StepKind& kind) {
  return kind.ration == Ration::registration || (kind.effect.takes | kind.effect.may_take).has_any(served);
}

}  // namespace wamigrate
