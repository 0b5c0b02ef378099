// What Graph says of the number and of the account that owns it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "plan/findings.hpp"
#include "plan/surroundings.hpp"

namespace wamigrate::preflight {
namespace {

using R = Check::Result;

// "WABA, BUSINESS": the types of entities that block.
std::string blocked_entities(const GraphView& graph) {
  return graph.health_blocked.empty() ? "it does not say which entity"
                                      : fmt::format("{}", fmt::join(graph.health_blocked, ", "));
}

}  // namespace

void check_biz_app(Findings& findings, const Candidate& c) {
  const GraphView& graph = c.seen->graph;
  if (!graph.asked.answered()) return;  // said by identity
  if (!graph.is_on_biz_app) {
    findings.add("biz_app", R::unknown, "Graph does not say whether the number is used with the WhatsApp Business app",
                 "look at WhatsApp Manager > Phone numbers: numbers of the app can't be moved this way",
                 registration_page);
  } else {
    findings.add("biz_app", R::pass, "the number is not used with the WhatsApp Business app");
  }
}

void check_name(Findings& findings, const Candidate& c) {
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

void check_status(Findings& findings, const Candidate& c) {
  static const std::set<std::string> blocking = {"BANNED", "DELETED", "MIGRATED", "RESTRICTED", "FLAGGED"};
  const std::string& status = c.seen->graph.status;
  if (blocking.contains(status)) {
    findings.add("status", R::fail, "Graph calls the number " + status, "solve that in WhatsApp Manager first");
  }
  const std::string& verification = c.seen->graph.code_verification_status;
  if (c.home.home == Home::nowhere && !verification.empty() && verification != "VERIFIED") {
    findings.add(
        "code_verification", R::warn,
        fmt::format("code_verification_status is {}, and nobody serves the number: Cloud asks for a code before "
                    "it registers it",
                    verification),
        "have somebody at hand who can read the number's text messages", registration_page);
  } else if (verification == "EXPIRED") {
    findings.add("code_verification", R::pass,
                 "code_verification_status is EXPIRED; on a registered number that means nothing");
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
    findings.add("webhook", R::pass, "messages will go to " + host_of(webhook));
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
  // A number that Cloud does not serve yet is blocked there by itself (133010), and by nothing else. A locked one
  // (131031) is blocked by itself too.
  const bool only_itself = c.home.home != Home::cloud && !graph.health_blocked.empty() &&
                           std::all_of(graph.health_blocked.begin(), graph.health_blocked.end(),
                                       [](const std::string& entity) { return entity == "PHONE_NUMBER"; });
  const std::vector<std::string>& codes = graph.health_codes;
  const bool not_registered =
      std::all_of(codes.begin(), codes.end(), [](const std::string& code) { return code == "133010"; });
  if (graph.can_send_message == "BLOCKED" && only_itself && codes.empty()) {
    findings.add("health_status", R::warn,
                 "Meta blocks the number and does not say why; one that Cloud does not serve yet is blocked by itself",
                 "look at WhatsApp Manager for a lock or a restriction", "Meta, health status, 2025-10-22");
  } else if (graph.can_send_message == "BLOCKED" && only_itself && not_registered) {
    findings.add("health_status", R::pass, "nothing but the number itself is blocked, which Cloud does not serve yet");
  } else if (graph.can_send_message == "BLOCKED") {
    findings.add("health_status", R::fail,
                 fmt::format("Meta blocks this number ({}): {}", blocked_entities(graph), why),
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

void check_review(Findings& findings, const Candidate& c) {
  const std::string source = "Meta, WhatsApp Business Account, account_review_status";
  if (!answered(findings, c.seen->waba_node_asked, "waba_review", "the account's review")) return;
  const std::string& review = c.seen->waba_review;
  const std::string account = "the review of WABA " + c.number->waba_id;
  if (review == "APPROVED") {
    findings.add("waba_review", R::pass, account + " is APPROVED");
  } else if (review == "REJECTED") {
    findings.add("waba_review", R::fail, account + " is REJECTED: its numbers can't send on Cloud",
                 "appeal in Business Support Home first", source);
  } else if (review == "PENDING" || review == "DEFERRED") {
    findings.add("waba_review", R::warn, account + " is " + review, "have the account approved before the move",
                 source);
  } else {
    findings.add("waba_review", R::unknown,
                 review.empty() ? "Graph does not show " + account
                                : fmt::format("{} is {}, which is not known here", account, review),
                 "look at Business Settings > Accounts > WhatsApp accounts", source);
  }
}

void check_storage(Findings& findings, const Candidate& c, Direction direction) {
  const GraphView& graph = c.seen->graph;
  const std::string source = "Meta, Cloud API local storage, undated";
  if (graph.settings_asked.how == Asked::How::not_asked) return;  // one request a number, only where it matters
  if (!answered(findings, graph.settings_asked, "storage_region", "the number's local storage")) return;
  const std::string& shown = graph.storage_region;
  const std::string& declared = c.number->storage_region;
  if (direction == Direction::to_onprem) {
    if (shown.empty()) {
      findings.add("storage_region", R::pass, "no local storage is set that could end");
    } else {
      findings.add(
          "storage_region", R::warn, fmt::format("local storage in {} ends when Cloud lets the number go", shown),
          fmt::format("write `storage_region: {}`, so that a registration on Cloud sets it again", shown), source);
    }
  } else if (shown == declared) {
    findings.add("storage_region", R::pass,
                 shown.empty() ? "no local storage is set or declared; Cloud keeps data where it does by default"
                               : fmt::format("local storage in {} is set, as declared", shown));
  } else if (shown.empty()) {
    findings.add("storage_region", R::pass,
                 fmt::format("local storage in {} is set before the registration", declared));
  } else {
    findings.add(
        "storage_region", R::warn,
        fmt::format("local storage in {} is set, and {} is declared; once the number is registered it can't be "
                    "changed without a deregistration",
                    shown, declared.empty() ? "none" : declared),
        fmt::format("write `storage_region: {}` if it is to stay", shown), source);
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

}  // namespace wamigrate::preflight
