// Checks that concern all numbers: the token, the sunset, PINs that several name, clocks, the disk.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "plan/findings.hpp"

namespace wamigrate {

namespace {

using namespace std::chrono_literals;
using preflight::Findings;
using R = Check::Result;

constexpr std::string_view token_page = "Meta, access tokens and permissions";
constexpr std::array<std::string_view, 2> scopes = {"whatsapp_business_management", "whatsapp_business_messaging"};
const std::string new_token =
    "make a new system-user token and tick both whatsapp_business_management and whatsapp_business_messaging "
    "(`wamigrate token` says how)";

// Runs wait for people, and a way back needs the token once more.
constexpr Millis comfortable_rest = 24h;
// The ledger counts 72 hours on this machine's clock, and Meta counts on its own.
constexpr Millis clock_useless = 1h;

// The journal of a number that is retried, and its sealed backup, whose size no document gives.
constexpr std::uint64_t bytes_per_number = 256UL * 1024;
constexpr std::uint64_t bytes_of_a_run = 16UL * 1024 * 1024;

std::string missing_scopes(const TokenView& token) {
  std::string missing;
  for (const std::string_view scope : scopes) {
    if (std::find(token.scopes.begin(), token.scopes.end(), scope) == token.scopes.end()) {
      missing += (missing.empty() ? "" : " and ") + std::string(scope);
    }
  }
  return missing;
}

void check_expiry(Findings& findings, const FleetCandidate& fleet, Time now) {
  const TokenView& token = fleet.token;
  const std::string run = fmt::format("a run of {} number{} is expected to take {} at least", fleet.numbers.size(),
                                      fleet.numbers.size() == 1 ? "" : "s", for_people(fleet.expected_run));
  const std::string good = "the token is valid, has both scopes and ";
  if (!token.expires) {
    findings.add("token", R::pass, good + "never expires", "", token_page);
    return;
  }
  const std::string when = to_iso(*token.expires);
  if (*token.expires <= now) {
    findings.add("token", R::fail, "the token expired at " + when, new_token, token_page);
  } else if (*token.expires < now + fleet.expected_run) {
    findings.add("token", R::fail,
                 fmt::format("the token expires at {}, in {}, and {}", when,
                             for_people(std::chrono::floor<std::chrono::seconds>(*token.expires - now)), run),
                 "use one that never expires (a system user's), or move fewer numbers at a time", token_page);
  } else if (*token.expires < now + fleet.expected_run + comfortable_rest) {
    findings.add("token", R::warn, fmt::format("the token expires at {}; {}", when, run),
                 "use one that never expires (a system user's), or be ready: a run pauses and asks for a new one",
                 token_page);
  } else {
    findings.add("token", R::pass, fmt::format("{}expires at {}; {}", good, when, run), "", token_page);
  }
}

// One finding for each WABA that the token does not reach with one of its scopes.
void check_access(Findings& findings, const FleetCandidate& fleet) {
  std::set<std::string> wabas;
  for (const Number* number : fleet.numbers) wabas.insert(number->waba_id);
  for (const auto& [scope, reached] : fleet.token.granular) {
    // Other scopes are limited to other things: a business, a page.
    if (std::find(scopes.begin(), scopes.end(), scope) == scopes.end()) continue;
    for (const std::string& waba : wabas) {
      if (std::find(reached.begin(), reached.end(), waba) != reached.end()) continue;
      findings.add("token_access", R::fail, fmt::format("the token's {} does not reach WABA {}", scope, waba),
                   "assign that WABA to the system user (Business Settings > System users > Assign assets) and make a "
                   "new token",
                   token_page);
    }
  }
}

}  // namespace

std::span<const std::string_view> needed_scopes() { return scopes; }

std::uint64_t room_needed(std::size_t numbers) { return bytes_of_a_run + bytes_per_number * numbers; }

namespace preflight {

void check_token(Findings& findings, const FleetCandidate& fleet, Time now) {
  const TokenView& token = fleet.token;
  if (!token.asked.answered()) {
    const bool refused = token.asked.how == Asked::How::refused;
    findings.add("token", refused ? R::fail : R::unknown, "the token could not be checked: " + token.asked.detail,
                 "see that " + fleet.graph->token.text() + " holds a system-user token of app " + fleet.graph->app_id,
                 token_page);
    return;
  }
  if (!token.valid) {
    findings.add("token", R::fail, "the token is not valid", new_token, token_page);
    return;
  }
  if (const std::string missing = missing_scopes(token); !missing.empty()) {
    findings.add("token", R::fail, "the token lacks the scope " + missing, new_token, token_page);
  } else if (token.app_id != fleet.graph->app_id) {
    findings.add("token", R::fail,
                 fmt::format("the token belongs to app {}, the inventory says {}", token.app_id, fleet.graph->app_id),
                 "correct app_id, or use a token of that app", token_page);
  } else {
    check_expiry(findings, fleet, now);
  }
  if (token.type == "USER") {
    findings.add("token_type", R::warn, "the token is a person's: it ends when that person's session or access does",
                 "use a system user's token", token_page);
  }
  check_access(findings, fleet);
}

void check_sunset(Findings& findings, Direction direction, const PlanOptions& options) {
  if (direction == Direction::to_cloud) return;
  const DatedRule& rule = sunset_rule();
  const DatedRule& news = new_onprem_numbers_rule();
  if (in_force(rule, options.as_of) && !options.allow_after_sunset) {
    findings.add("sunset", R::fail,
                 fmt::format("the last on-premises client expired on {}: registrations there are refused since "
                             "(biz_link_on_prem_reg_blocked)",
                             rule.from),
                 "stay on Cloud; if your deployment is still licensed, say --allow-after-sunset", rule.source);
  } else if (in_force(rule, options.as_of)) {
    findings.add("sunset", R::warn,
                 fmt::format("on-premises registrations are refused since {}; --allow-after-sunset says to try anyway",
                             rule.from),
                 "expect refusals; Cloud is not touched by them", rule.source);
  } else {
    const std::string open = "on-premises registration is open on " + to_iso(options.as_of).substr(0, 10);
    const bool for_old_ones = in_force(news, options.as_of);
    findings.add("sunset", R::pass,
                 for_old_ones ? fmt::format("{} for numbers that were there before {}", open, news.from) : open, "",
                 rule.source);
  }
}

void check_shared_pins(Findings& findings, const FleetCandidate& fleet) {
  std::map<SecretRef, int> users;
  for (const Number* number : fleet.numbers) ++users[number->pin];
  for (const auto& [ref, count] : users) {
    if (ref.empty() || count < 2) continue;
    findings.add("shared_pin", R::warn,
                 fmt::format("{} numbers share the PIN reference {}: it is proven on one before another uses it", count,
                             ref.text()),
                 "give each number its own reference if their PINs differ", account_migration);
  }
}

void check_clock(Findings& findings, const FleetCandidate& fleet) {
  if (!fleet.graph_clock_ahead) {
    findings.add("clock", R::unknown, "no reply of Graph says what time it is there",
                 "see that this machine's clock is kept by NTP: rations and tokens are counted by it");
    return;
  }
  const Millis ahead = *fleet.graph_clock_ahead;
  const Millis off = ahead < Millis(0) ? -ahead : ahead;
  if (off <= clock_tolerance) {
    findings.add("clock", R::pass, "this machine and Graph agree on the time");
    return;
  }
  const std::string message = fmt::format("Graph's clock is {} of this machine's", ahead_or_behind(ahead));
  if (off >= clock_useless) {
    findings.add("clock", R::fail, message + ": the 72 hours that the ledger counts would be others than Meta's",
                 "set the clock of this machine (NTP), then check again");
  } else {
    findings.add("clock", R::warn, message, "set the clock of this machine (NTP)");
  }
}

void check_room(Findings& findings, const FleetCandidate& fleet) {
  if (!fleet.room) return;
  const Room& room = *fleet.room;
  if (!room.free_bytes) {
    findings.add("disk_space", R::unknown,
                 fmt::format("how much room {} has could not be told: {}", room.directory, room.problem),
                 "look yourself (`df`): a run that can't write its journal stops");
    return;
  }
  constexpr std::uint64_t mebibyte = 1024UL * 1024;
  const std::uint64_t need = room_needed(fleet.numbers.size());
  const std::string message = fmt::format("{} has {} MiB free; a run of {} numbers may need {} MiB", room.directory,
                                          *room.free_bytes / mebibyte, fleet.numbers.size(), need / mebibyte);
  if (*room.free_bytes < need) {
    findings.add("disk_space", R::fail, message, "make room, or let the run live elsewhere (--run DIR)");
  } else if (*room.free_bytes < 4 * need) {
    findings.add("disk_space", R::warn, message, "see that nothing else fills that disk while the run is under way");
  } else {
    findings.add("disk_space", R::pass, message);
  }
}

}  // namespace preflight
}  // namespace wamigrate
