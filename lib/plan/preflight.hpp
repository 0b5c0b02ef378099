// Preflight: every documented precondition, asked of what was observed. Nothing here talks to anyone.
#pragma once

#include <span>

#include "plan/check.hpp"
#include "plan/plan.hpp"

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
};

/// Checks of the whole fleet: the token, the sunset, shared PINs.
Checks check_fleet(const Fleet& fleet, Direction direction, const PlanOptions& options, const TokenView& token,
                   Time now);
/// Checks of one number.
Checks check_number(const Candidate& candidate, const Fleet& fleet, Direction direction, const PlanOptions& options,
                    Time now);

/// The day the last on-premises client expired; registrations there are refused since.
/// Source: Meta's on-premises sunset page and partners' notices, 2025-10-23.
Time sunset();

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
std::span<const CheckTopic> check_topics();

}  // namespace wamigrate
