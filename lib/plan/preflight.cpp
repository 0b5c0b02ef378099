// Every check in one place, one small function a subject. None of them guesses: what could not be asked is unknown.
#include "plan/preflight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace wamigrate {
namespace {

using namespace std::chrono_literals;
using R = Check::Result;

constexpr std::string_view migration_guide = "Meta, Migrating from On-Premises API to Cloud API, 2025-11-05";
constexpr std::string_view registration_page = "Meta, Cloud API registration, 2025-11-04";
constexpr std::string_view account_migration = "Meta, Cloud API account migration reference";

// Collects the checks of one number, or of all.
class Findings {
 public:
  explicit Findings(std::string phone) : phone_(std::move(phone)) {}
  void add(std::string id, R result, std::string message, std::string fix = {}, std::string_view source = {}) {
    checks_.push_back({std::move(id), phone_, result, std::move(message), result == R::pass ? "" : std::move(fix),
                       std::string(source)});
  }
  Checks take() { return std::move(checks_); }

 private:
  std::string phone_;
  Checks checks_;
};

// A reading that was not answered makes its check unknown; true when it was answered.
bool answered(Findings& findings, const Asked& asked, const std::string& id, const std::string& what) {
  if (asked.answered()) return true;
  findings.add(id, R::unknown, fmt::format("{} could not be read: {}", what, asked.detail),
               "ask again when it answers; what is not known is not guessed");
  return false;
}

void check_identity(Findings& findings, const Candidate& c) {
  const std::string conflict = identity_conflict(*c.number, *c.seen);
  if (!conflict.empty()) {
    findings.add("identity", R::fail, conflict,
                 "correct phone, phone_number_id, waba_id or deployment in the inventory; nothing is ever sent to a "
                 "number whose names disagree");
  } else if (!identity_known(*c.seen)) {
    findings.add("identity", R::fail,
                 "not every name of this number could be read: Graph's display_phone_number, membership of the WABA "
                 "and, while registered there, on-premises' wa_id must all agree",
                 "make both sides readable and check again");
  } else {
    findings.add("identity", R::pass, "phone, phone_number_id, WABA and deployment agree");
  }
}

void check_home(Findings& findings, const Candidate& c, Direction direction) {
  const HomeFinding& home = c.home;
  switch (home.home) {
    case Home::app:
      findings.add("home", R::fail, "the number lives on the WhatsApp Business app: " + home.why,
                   "leave it out; app numbers can't be moved this way", registration_page);
      return;
    case Home::unknown:
      findings.add("home", R::fail, "where the number is served can't be told: " + home.why,
                   "make both sides answer and agree, or declare `deployment: gone` if it is switched off for good");
      return;
    case Home::onprem:
      if (home.degraded && direction == Direction::to_cloud) {
        findings.add("home", R::fail, "on-premises serves the number, but not as it should: " + home.why,
                     "bring every node to the state its mode asks for, then check again", account_migration);
        return;
      }
      if (home.degraded) {
        findings.add("home", R::warn, "on-premises serves the number already, but not as it should: " + home.why,
                     "bring every node to the state its mode asks for");
        return;
      }
      break;
    case Home::nowhere:
      findings.add("home", R::warn, "the number is served by nobody: " + home.why, "see the plan for what can be done");
      return;
    case Home::cloud:
      break;
  }
  findings.add("home", R::pass, fmt::format("{}: {}", name(home.home), home.why));
}

void check_names(Findings& findings, const Candidate& c) {
  if (!c.seen->graph.asked.answered()) return;  // said by identity
  const std::string& status = c.seen->graph.name_status;
  const bool fine = status == "APPROVED" || status == "AVAILABLE_WITHOUT_REVIEW";
  if (fine) {
    findings.add("name_status", R::pass, "the display name is " + status);
  } else if (status.empty()) {
    findings.add("name_status", R::unknown, "Graph does not show the display name's status",
                 "look at WhatsApp Manager > Phone numbers");
  } else {
    findings.add("name_status", R::fail, "the display name is " + status,
                 "have the name approved in WhatsApp Manager first: a registration before that has no effect",
                 registration_page);
  }
}

void check_pin(Findings& findings, const Candidate& c) {
  if (c.number->pin.empty() && c.home.home == Home::nowhere) {
    findings.add("pin", R::warn, "no PIN is declared, and nobody serves the number: the run will wait for its PIN",
                 "change the PIN in WhatsApp Manager and declare it as `pin:`, now or when the run asks for it",
                 account_migration);
  } else if (c.number->pin.empty()) {
    findings.add("pin", R::fail, "no PIN is declared: a wrong or missing PIN takes the number down on both sides",
                 "add `pin:` (a reference) and, if the number's PIN is not known, `pin_mode: set`: it is set first "
                 "where the number is served",
                 account_migration);
  } else if (c.ledger.pin_refused) {
    findings.add("pin", R::fail, "a server has refused this PIN for this number before; it is never sent again",
                 "find the right PIN (WhatsApp Manager), and let " + c.number->pin.text() + " name it",
                 account_migration);
  } else {
    findings.add("pin", R::pass,
                 c.number->pin_mode == PinMode::set ? "the PIN will be set first, where the number is served"
                                                    : "a PIN is declared, and believed");
  }
}

void check_ration(Findings& findings, const Candidate& c, Direction direction, const PlanOptions& options) {
  const bool nobody_serves = c.home.home == Home::nowhere;
  const int stop = nobody_serves ? ration_limit : ration_stop;
  auto spent = [&](int count, std::string_view what) {
    if (count < stop) return false;
    findings.add("ration", R::fail,
                 fmt::format("{} of {} {} of the last 72 hours are used{}", count, ration_limit, what,
                             nobody_serves ? "" : "; this tool keeps the last two for a number that nobody serves"),
                 "wait until 72 hours after the first of them", registration_page);
    return true;
  };
  const int used = c.ledger.registrations;
  if (direction == Direction::to_cloud
          ? spent(used, "registrations")
          : options.deregister_first && spent(c.ledger.deregistrations, "deregistrations")) {
    return;
  }
  if (!c.ledger.known) {
    findings.add("ration", R::warn,
                 "the ledger is younger than 72 hours: registrations before it are not known, and not taken for none",
                 "use the ledger that earlier runs used, if there is one", registration_page);
  } else if (used + ration_per_run > stop) {
    findings.add("ration", R::warn,
                 fmt::format("{} of {} registrations of the last 72 hours are used: the way back may have to wait",
                             used, ration_limit),
                 "wait, if the way back must stay open", registration_page);
  } else {
    findings.add("ration", R::pass, fmt::format("{} of {} registrations of 72 hours used", used, ration_limit));
  }
}

void check_subscription(Findings& findings, const Candidate& c, const Fleet& fleet) {
  const Observation& seen = *c.seen;
  const auto& apps = seen.subscribed_app_ids;
  const bool subscribed = std::find(apps.begin(), apps.end(), fleet.graph.app_id) != apps.end();
  if (answered(findings, seen.apps_asked, "app_subscribed", "the WABA's subscribed apps")) {
    findings.add("app_subscribed", R::pass,
                 subscribed
                     ? fmt::format("app {} receives the webhooks of WABA {}", fleet.graph.app_id, c.number->waba_id)
                     : fmt::format("app {} is not subscribed to WABA {} yet; the plan does it", fleet.graph.app_id,
                                   c.number->waba_id));
  }
  if (!answered(findings, seen.graph.webhook_asked, "webhook", "the effective webhook")) return;
  const std::string webhook = seen.graph.effective_webhook();
  if (!webhook.empty()) {
    findings.add("webhook", R::pass, "messages will go to " + webhook);
  } else if (subscribed) {
    findings.add("webhook", R::fail, "messages of this number would go nowhere: no webhook is configured",
                 "set the app's callback URL (or an override) and subscribe it to the field `messages`",
                 migration_guide);
  } else {
    findings.add("webhook", R::warn, "no webhook is shown; the run will look again once the app is subscribed",
                 "set the app's callback URL in the App Dashboard", migration_guide);
  }
}

void check_health(Findings& findings, const Candidate& c) {
  const GraphView& graph = c.seen->graph;
  if (!answered(findings, graph.health_asked, "health_status", "health_status")) return;
  std::string why;
  for (const std::string& finding : graph.health_findings) why += (why.empty() ? "" : "; ") + finding;
  // A number that Cloud does not serve yet is blocked there by itself (133010), and by nothing else.
  const bool only_itself = c.home.home != Home::cloud && !graph.health_blocked.empty() &&
                           std::all_of(graph.health_blocked.begin(), graph.health_blocked.end(),
                                       [](const std::string& entity) { return entity == "PHONE_NUMBER"; });
  if (graph.can_send_message == "BLOCKED" && only_itself) {
    findings.add("health_status", R::pass, "nothing but the number itself is blocked, which Cloud does not serve yet");
  } else if (graph.can_send_message == "BLOCKED") {
    findings.add("health_status", R::fail, "Meta blocks this number: " + why,
                 "solve what health_status names, in WhatsApp Manager, first", "Meta, health status, 2025-10-22");
  } else if (graph.can_send_message == "LIMITED") {
    findings.add("health_status", R::warn, "Meta limits this number: " + why, "look at WhatsApp Manager",
                 "Meta, health status, 2025-10-22");
  } else if (graph.can_send_message.empty()) {
    findings.add("health_status", R::unknown, "Meta does not say whether the number can send");
  } else {
    findings.add("health_status", R::pass, "the number can send messages");
  }
}

void check_status(Findings& findings, const Candidate& c) {
  static const std::set<std::string> blocking = {"BANNED", "DELETED", "MIGRATED", "RESTRICTED", "FLAGGED"};
  const std::string& status = c.seen->graph.status;
  if (blocking.contains(status)) {
    findings.add("status", R::fail, "Graph calls the number " + status, "solve that in WhatsApp Manager first");
  }
  if (c.seen->graph.code_verification_status == "EXPIRED") {
    findings.add("code_verification", R::pass,
                 "code_verification_status is EXPIRED; on a registered number that means nothing");
  }
}

void check_client(Findings& findings, const Candidate& c, Direction direction, Time now) {
  const OnpremView& onprem = c.seen->onprem;
  if (c.number->deployment.gone) {
    if (direction == Direction::to_onprem) {
      findings.add("onprem_reachable", R::fail, "the inventory declares the deployment gone: there is nowhere to go to",
                   "name the deployment that is to serve the number");
    }
    return;
  }
  if (onprem.support.answered()) {
    if (onprem.expires && *onprem.expires <= now) {
      findings.add(
          "client_version", direction == Direction::to_onprem ? R::fail : R::warn,
          fmt::format("the on-premises client {} expired on {}", onprem.version, to_iso(*onprem.expires).substr(0, 10)),
          "an expired client can't connect; whether its backup is accepted is not documented",
          "Meta, on-premises sunset");
    } else {
      findings.add("client_version", R::pass,
                   onprem.expires
                       ? fmt::format("client {}, good until {}", onprem.version, to_iso(*onprem.expires).substr(0, 10))
                       : "client " + onprem.version);
    }
  } else if (c.home.home == Home::onprem || direction == Direction::to_onprem) {
    answered(findings, onprem.support, "client_version", "the client's version and expiry");
  }
  if (direction == Direction::to_onprem && onprem.health.how == Asked::How::unreachable) {
    findings.add("onprem_reachable", R::fail,
                 "deployment " + c.number->deployment.name + " can't be reached: " + onprem.health.detail,
                 "start the client (unregistered is fine) and check again");
  }
}

void check_shards(Findings& findings, const Candidate& c) {
  const OnpremView& onprem = c.seen->onprem;
  if (!onprem.shards_asked.answered() || onprem.shards == c.number->deployment.shards) return;
  findings.add(
      "shards", R::warn,
      fmt::format("the client has {} shards, the inventory says {}", onprem.shards, c.number->deployment.shards),
      "correct `shards:` in the inventory: the way back sets what it says", account_migration);
}

void check_queue(Findings& findings, const Candidate& c) {
  const OnpremView& onprem = c.seen->onprem;
  if (c.home.home != Home::onprem || c.number->deployment.gone) return;
  if (!answered(findings, onprem.queue, "callback_queue", "the callback queue")) return;
  if (!onprem.queue_size) {
    findings.add("callback_queue", R::fail, "the client does not show callback_queue_size",
                 "without it nobody can tell whether callbacks would be lost: enable the app statistics",
                 "Meta, on-premises statistics");
  } else if (*onprem.queue_size > 0) {
    findings.add("callback_queue", R::warn, fmt::format("{} callbacks wait to be delivered", *onprem.queue_size),
                 "the run waits until they are; make sure that the webhook takes them", "Meta, on-premises statistics");
  } else {
    findings.add("callback_queue", R::pass, "every callback is delivered");
  }
}

void check_onprem_webhook(Findings& findings, const Candidate& c) {
  const OnpremView& onprem = c.seen->onprem;
  if (c.number->deployment.gone || !answered(findings, onprem.settings, "webhook", "the on-premises settings")) return;
  const std::string url = text_at(at_path(onprem.application, {"webhooks"}), "url");
  if (url.empty()) {
    findings.add("webhook", R::fail, "messages of this number would go nowhere: the client has no webhook",
                 "set webhooks.url on-premises first (PATCH /v1/settings/application): it is kept and restored",
                 "Meta, on-premises application settings");
  } else {
    findings.add("webhook", R::pass, "messages will go to " + url);
  }
}

void check_certificate(Findings& findings, const Candidate& c) {
  if (!c.seen->graph.asked.answered()) return;
  if (c.seen->graph.has_certificate) {
    findings.add("certificate", R::pass, "Graph hands out the number's certificate");
  } else {
    findings.add("certificate", R::fail, "Graph hands out no certificate, and on-premises can't register without it",
                 "download it in WhatsApp Manager > Phone numbers once the display name is approved",
                 "Meta, on-premises account reference");
  }
}

void check_region(Findings& findings, const Candidate& c, Direction direction) {
  static const std::map<std::string, std::string> excluded = {
      {"CU", "Cuba"}, {"IR", "Iran"}, {"KP", "North Korea"}, {"SY", "Syria"}};
  const std::string& region = c.number->phone.region;
  const auto found = excluded.find(region);
  if (found != excluded.end()) {
    findings.add("country", R::fail, "businesses in " + found->second + " may not use the platform",
                 "leave the number out", "Meta, WhatsApp Business support, 2025-11-19");
  } else if (region == "TR" && direction == Direction::to_onprem) {
    findings.add("country", R::warn,
                 "since 2024-05-15 Türkiye is open for Cloud API only: on-premises never was for Turkish recipients",
                 "keep Turkish traffic on Cloud", "Meta, WhatsApp Business support, 2025-11-19");
  } else {
    findings.add("country", R::pass, "no country rule stands against " + region);
  }
}

constexpr std::array<std::string_view, 2> needed_scopes = {"whatsapp_business_management",
                                                           "whatsapp_business_messaging"};

void check_token(Findings& findings, const Fleet& fleet, const TokenView& token, Time now) {
  if (!token.asked.answered()) {
    const bool refused = token.asked.how == Asked::How::refused;
    findings.add("token", refused ? R::fail : R::unknown, "the token could not be checked: " + token.asked.detail,
                 "see that " + fleet.graph.token.text() + " holds a system-user token of app " + fleet.graph.app_id,
                 "Meta, access tokens");
    return;
  }
  if (!token.valid) {
    findings.add("token", R::fail, "the token is not valid",
                 "make a new system-user token with whatsapp_business_management and whatsapp_business_messaging",
                 "Meta, access tokens");
    return;
  }
  std::string missing;
  for (const std::string_view scope : needed_scopes) {
    if (std::find(token.scopes.begin(), token.scopes.end(), scope) == token.scopes.end()) {
      missing += (missing.empty() ? "" : " and ") + std::string(scope);
    }
  }
  if (!missing.empty()) {
    findings.add("token", R::fail, "the token lacks the scope " + missing,
                 "make a new system-user token and tick both whatsapp_business_management and "
                 "whatsapp_business_messaging",
                 "Meta, access tokens");
  } else if (token.app_id != fleet.graph.app_id) {
    findings.add("token", R::fail,
                 fmt::format("the token belongs to app {}, the inventory says {}", token.app_id, fleet.graph.app_id),
                 "correct app_id, or use a token of that app", "Meta, access tokens");
  } else if (token.expires && *token.expires < now + 24h) {
    findings.add("token", R::warn, "the token expires at " + to_iso(*token.expires),
                 "use one that never expires (a system user's), or be ready: a run pauses and asks for a new one",
                 "Meta, access tokens");
  } else {
    findings.add("token", R::pass,
                 "the token is valid, has both scopes and " +
                     (token.expires ? "expires at " + to_iso(*token.expires) : std::string("never expires")));
  }
  for (const auto& [scope, wabas] : token.granular) {
    // Other scopes are limited to other things: a business, a page.
    if (std::find(needed_scopes.begin(), needed_scopes.end(), scope) == needed_scopes.end()) continue;
    std::set<std::string> left_out;
    for (const Number& number : fleet.numbers) {
      if (std::find(wabas.begin(), wabas.end(), number.waba_id) == wabas.end()) left_out.insert(number.waba_id);
    }
    for (const std::string& waba : left_out) {
      findings.add("token_access", R::fail, fmt::format("the token's {} does not reach WABA {}", scope, waba),
                   "give the system user access to that WABA and make a new token", "Meta, access tokens");
    }
  }
}

}  // namespace

Time sunset() { return *parse_iso("2025-10-23"); }

Checks check_fleet(const Fleet& fleet, Direction direction, const PlanOptions& options, const TokenView& token,
                   Time now) {
  Findings findings{""};
  check_token(findings, fleet, token, now);
  if (direction == Direction::to_onprem) {
    if (options.as_of >= sunset() && !options.allow_after_sunset) {
      findings.add("sunset", R::fail,
                   "the last on-premises client expired on 2025-10-23: registrations there are refused since "
                   "(biz_link_on_prem_reg_blocked)",
                   "stay on Cloud; if your deployment is still licensed, say --allow-after-sunset",
                   "Meta, on-premises sunset, 2025-10-23");
    } else if (options.as_of >= sunset()) {
      findings.add("sunset", R::warn,
                   "on-premises registrations are refused since 2025-10-23; --allow-after-sunset says to try anyway",
                   "expect refusals; Cloud is not touched by them", "Meta, on-premises sunset, 2025-10-23");
    } else {
      findings.add("sunset", R::pass, "on-premises registration is open on " + to_iso(options.as_of).substr(0, 10));
    }
  }
  std::map<SecretRef, int> users;
  for (const Number& number : fleet.numbers) ++users[number.pin];
  for (const auto& [ref, count] : users) {
    if (ref.empty() || count < 2) continue;
    findings.add("shared_pin", R::warn,
                 fmt::format("{} numbers share the PIN reference {}: it is proven on one before another uses it", count,
                             ref.text()),
                 "give each number its own reference if their PINs differ", account_migration);
  }
  return findings.take();
}

Checks check_number(const Candidate& c, const Fleet& fleet, Direction direction, const PlanOptions& options, Time now) {
  Findings findings{c.number->phone.e164};
  const Home goal = direction == Direction::to_cloud ? Home::cloud : Home::onprem;
  check_identity(findings, c);
  check_home(findings, c, direction);
  if (c.home.home == Home::app || c.home.home == goal) return findings.take();
  check_region(findings, c, direction);
  check_pin(findings, c);
  check_ration(findings, c, direction, options);
  check_status(findings, c);
  check_client(findings, c, direction, now);
  if (direction == Direction::to_cloud) {
    check_names(findings, c);
    check_subscription(findings, c, fleet);
    check_health(findings, c);
    check_queue(findings, c);
    check_shards(findings, c);
  } else {
    check_onprem_webhook(findings, c);
    check_certificate(findings, c);
  }
  return findings.take();
}

}  // namespace wamigrate
