// Preflight: every documented precondition, asked of what was observed. Nothing here talks to anyone.
#pragma once

#include <cstdint>
#include <span>

#include "plan/check.hpp"
#include "plan/openings.hpp"
#include "plan/plan.hpp"
#include "plan/rules.hpp"

namespace wamigrate {

/// What the ledger knows of a number.
struct LedgerView {
  bool known = true;      ///< False: the ledger is younger than the 72 hours that count.
  int registrations = 0;  ///< In the last 72 hours.
  int deregistrations = 0;
  bool pin_refused = false;  ///< The PIN the inventory names was refused before.
};

/// One number with all that preflight asks about it.
struct Candidate {
  const Number* number = nullptr;
  const Observation* seen = nullptr;
  HomeFinding home;
  Facts facts;
  LedgerView ledger;
  Millis expected{0};                  ///< How long its road is expected to take; 0: none leads on.
  const Openings* openings = nullptr;  ///< When the policy lets it start; null: at any time, or that is not known.
};

/// The disk on which a run would live.
struct Room {
  std::string directory;
  std::optional<std::uint64_t> free_bytes;
  std::string problem;  ///< Why it could not be told.
};

/// A hook of the policy, as this machine has it.
struct SeenHook {
  std::string name;     ///< "before_wave"
  std::string path;     ///< As the inventory gives it.
  std::string problem;  ///< Why it could not be run; empty: it could.
  std::string fix;
};

/// All numbers that are asked about, with what concerns them together.
struct FleetCandidate {
  const Graph* graph = nullptr;
  std::vector<const Number*> numbers;
  TokenView token;
  Millis expected_run{0};                   ///< How long the run is expected to take, if nothing waits.
  std::optional<Millis> graph_clock_ahead;  ///< The largest difference seen; none: no reply told.
  std::optional<Room> room;                 ///< None: not asked about.
  std::vector<SeenHook> hooks;
  std::optional<Error> windows_problem;  ///< Why it is not known when windows are open.
};

/// Checks of the whole fleet: the token, the sunset, shared PINs, clocks, the disk, hooks and windows.
Checks check_fleet(const FleetCandidate& fleet, Direction direction, const PlanOptions& options, Time now);
/// The checks of the token alone.
Checks check_token(const FleetCandidate& fleet, Time now);
/// Checks of one number.
Checks check_number(const Candidate& candidate, const Fleet& fleet, Direction direction, const PlanOptions& options,
                    Time now);
/// Whether a webhook answered the handshake that Meta makes: `problem` is empty if it did. A webhook that was not
/// reached from here may be reached by Meta, so that is unknown. Of the webhook the host is named: a path may be secret.
Check handshake_check(const std::string& phone, const std::string& webhook, bool reached, const std::string& problem);

/// The two scopes a token needs (Meta, permissions).
std::span<const std::string_view> needed_scopes();

/// What a run of that many numbers may need on the disk, generously: journal and sealed backups.
std::uint64_t room_needed(std::size_t numbers);

/// Registrations and deregistrations that 72 hours allow, and where this tool stops of itself (registration page,
/// 2025-11-04).
inline constexpr int ration_limit = 10;
inline constexpr int ration_stop = 8;
inline constexpr int ration_per_run = 3;
inline constexpr Millis ration_window = std::chrono::hours(72);

/// What a check is about, for `explain`.
struct CheckTopic {
  std::string_view id;
  std::string_view asks;
  std::string_view advice;
};
/// In the order in which a person reads findings: what concerns all, who and where the number is, Graph, on-premises.
std::span<const CheckTopic> check_topics();

}  // namespace wamigrate
