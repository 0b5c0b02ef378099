// Availability: which share of a month sending and receiving were possible, from what was seen of single attempts.
//
// The formula is the one of Meta's status page: 100·(A−B)/A by calendar month (UTC), A the minutes of the month, B
// those inside spells of at least ten minutes in a row in which sending or receiving is impossible. What one observer
// sees is less than what Meta sees, so A counts the minutes from the first to the last attempt that was seen, and the
// share of them that had any attempt is told beside it.
//
// A minute is impossible when something was tried in it, and all that was tried failed through no fault of the user. A
// minute without an attempt proves nothing: between two impossible ones it counts with them, if there are few of them.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/time.hpp"

namespace wamigrate {

enum class Doing { sending, receiving };
std::string_view name(Doing doing);

/// What became of an attempt to send or to receive a message.
enum class Fate {
  served,      ///< Done, in time.
  late,        ///< Done, later than expected: late is not lost, and nothing was impossible.
  refused,     ///< Refused, or not answered, before it was admitted.
  missed,      ///< Admitted, and nothing was heard of it any more.
  user_error,  ///< Refused for what the user did: never counts.
  unknown,  ///< Refused with a code that nobody has classed: told, and counted as the user's until a person says else.
};
std::string_view name(Fate fate);

struct Attempt {
  Time at{};
  Doing doing = Doing::sending;
  std::string side;  ///< "cloud" or "onprem".
  Fate fate = Fate::served;
  std::string code;  ///< Of a refusal; empty otherwise.
};

/// Whose fault a refusal is; asked for each one that is read.
using Blame = Fate (*)(const std::string& side, const std::string& code, int http_status);

/// JSON lines, one attempt each: `{"at":"2026-11-02T10:00:00Z","doing":"send","side":"cloud","outcome":"ok"}`; outcome
/// one of ok, late, missed, refused; with refused `code` or `http` or neither (no answer). All findings at once.
struct ReadAttempts {
  std::vector<Attempt> attempts;
  Diagnostics findings;
};
ReadAttempts attempts_from(const std::string& text, const std::string& file, Blame blame);

/// A person's word on a time: what was counted as impossible was not, or the other way round.
struct Override {
  Time from{};
  Time to{};         ///< The first moment that it is not about any more.
  std::string side;  ///< Empty: both.
  bool possible = true;
  std::string reason;
  Time decided{};
};
/// JSON lines: `{"from":…,"to":…,"as":"possible","reason":"…","decided":"2026-11-09"}`, `side` if not both.
struct ReadOverrides {
  std::vector<Override> overrides;
  Diagnostics findings;
};
ReadOverrides overrides_from(const std::string& text, const std::string& file);

inline constexpr std::chrono::minutes shortest_spell{10};
/// So many minutes without an attempt may lie between two impossible ones of a spell.
inline constexpr std::chrono::minutes longest_silence{5};

using Minute = std::chrono::sys_time<std::chrono::minutes>;

/// Minutes in a row in which something was impossible.
struct Spell {
  Minute from{};
  Minute to{};  ///< The first minute after it.
  std::set<Doing> impossible;
  std::map<std::string, std::size_t> codes;  ///< How many failures of which code; "missed", "no answer".
  std::chrono::minutes length() const { return to - from; }
  bool counts() const { return length() >= shortest_spell; }
};

struct Month {
  std::chrono::year_month month{};
  std::chrono::minutes seen{0};        ///< A: from the first to the last attempt, as far as it lies in this month.
  std::chrono::minutes tried{0};       ///< … of which so many had an attempt.
  std::chrono::minutes impossible{0};  ///< B.
  std::map<std::chrono::day, std::chrono::minutes> impossible_by_day;  ///< Each day that was seen.
  std::map<Fate, std::size_t> fates;
  /// 100·(A−B)/A; nothing where nothing was seen.
  std::optional<double> percent() const;
};

/// What was seen of one side, or of both together.
struct Availability {
  std::string side;  ///< Empty: both together, possible where either side served.
  std::vector<Month> months;
  std::vector<Spell> spells;  ///< In order, those that are too short to count too; overrides are applied.
  std::vector<Override> applied;
  std::map<std::string, std::size_t> unknown_codes;
};

/// For each side that was seen; of two sides, also for both together (first).
std::vector<Availability> availability_of(const std::vector<Attempt>& attempts, const std::vector<Override>& overrides);

}  // namespace wamigrate
