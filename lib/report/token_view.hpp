// The access-token debugger's page: what a token is, how long it lasts against the run, what it reaches, and what to
// tick when making another. It never holds the token.
#pragma once

#include <string>

#include "plan/preflight.hpp"

namespace wamigrate {

/// What debug_token said of the token of `fleet`, and what preflight makes of it.
struct TokenReport {
  FleetCandidate fleet;
  Checks checks;  ///< check_token's.
  Direction direction = Direction::to_cloud;
  std::string inventory;  ///< As named on the command line, for the command to repeat.
};

std::string token_text(const TokenReport& report, bool colour);

/// `{"ok", "valid", "type", "app_id", "application", "issued_at", "expires_at", "expected_run_ms", "scopes",
/// "missing_scopes", "wabas": [{"waba_id", "numbers", "management", "messaging"}], "checks"}`; times are null where the
/// token has none, `expires_at` is null too for one that never expires.
Json token_json(const TokenReport& report);

}  // namespace wamigrate
