// What the checks of preflight share: where findings are collected, how an unanswered reading is told, the sources
// cited by several, and the functions that each file of checks gives to preflight.cpp.
#pragma once

#include <string>
#include <string_view>

#include "plan/preflight.hpp"

namespace wamigrate::preflight {

inline constexpr std::string_view migration_guide = "Meta, Migrating from On-Premises API to Cloud API, 2025-11-05";
inline constexpr std::string_view registration_page = "Meta, Cloud API registration, 2025-11-04";
inline constexpr std::string_view account_migration = "Meta, Cloud API account migration reference";

/// Collects the checks of one number, or (with an empty phone) of all.
class Findings {
 public:
  explicit Findings(std::string phone) : phone_(std::move(phone)) {}
  /// A check that passes has no fix.
  void add(std::string id, Check::Result result, std::string message, std::string fix = {},
           std::string_view source = {});
  Checks take() { return std::move(checks_); }

 private:
  std::string phone_;
  Checks checks_;
};

/// True when the reading was answered; else its check becomes unknown, and says so.
bool answered(Findings& findings, const Asked& asked, const std::string& id, const std::string& what);

// preflight_fleet.cpp: what concerns all numbers.
void check_token(Findings& findings, const FleetCandidate& fleet, Time now);
void check_sunset(Findings& findings, Direction direction, const PlanOptions& options);
void check_shared_pins(Findings& findings, const FleetCandidate& fleet);
void check_clock(Findings& findings, const FleetCandidate& fleet);
void check_room(Findings& findings, const FleetCandidate& fleet);

// preflight_policy.cpp: what the policy needs.
void check_hooks(Findings& findings, const FleetCandidate& fleet);
void check_zones(Findings& findings, const FleetCandidate& fleet);
void check_window(Findings& findings, const Candidate& c, Time now);

// preflight_number.cpp: who the number is, where it is, and what its owner has to bring.
void check_identity(Findings& findings, const Candidate& c);
void check_spelling(Findings& findings, const Candidate& c);
void check_home(Findings& findings, const Candidate& c, Direction direction);
void check_pin(Findings& findings, const Candidate& c);
void check_ration(Findings& findings, const Candidate& c, Direction direction, const PlanOptions& options);

// preflight_country.cpp: the rules about places.
void check_country(Findings& findings, const Candidate& c, Direction direction, const PlanOptions& options);
void check_region(Findings& findings, const Candidate& c, const PlanOptions& options);
void check_test_recipient(Findings& findings, const Candidate& c, Direction direction, const PlanOptions& options);

// preflight_graph.cpp: what Graph says of the number and its account.
void check_biz_app(Findings& findings, const Candidate& c);
void check_name(Findings& findings, const Candidate& c);
void check_status(Findings& findings, const Candidate& c);
void check_subscription(Findings& findings, const Candidate& c, const Fleet& fleet);
void check_health(Findings& findings, const Candidate& c);
void check_review(Findings& findings, const Candidate& c);
void check_storage(Findings& findings, const Candidate& c, Direction direction);
void check_certificate(Findings& findings, const Candidate& c);

// preflight_onprem.cpp: what the on-premises client says of itself.
void check_client(Findings& findings, const Candidate& c, Direction direction, Time now);
void check_shards(Findings& findings, const Candidate& c);
void check_throughput(Findings& findings, const Candidate& c, Direction direction);
void check_queue(Findings& findings, const Candidate& c);
void check_onprem_webhook(Findings& findings, const Candidate& c);
void check_onprem_clock(Findings& findings, const Candidate& c);

/// How far a clock may be off before somebody is told.
inline constexpr Millis clock_tolerance = std::chrono::seconds(30);
/// "3 min 20 s ahead", "2 h 0 min behind".
std::string ahead_or_behind(Millis ahead);

}  // namespace wamigrate::preflight
