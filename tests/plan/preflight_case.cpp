#include "preflight_case.hpp"

#include <fmt/format.h>

namespace wamigrate::testing {
namespace {

void answer_everything(Observation& observation) {
  GraphView& graph = observation.graph;
  graph.name_status = "APPROVED";
  graph.code_verification_status = "VERIFIED";
  graph.has_certificate = true;
  graph.is_on_biz_app = false;
  graph.throughput = "STANDARD";
  graph.health_asked = was_answered;
  graph.can_send_message = "AVAILABLE";
  graph.webhook_asked = was_answered;
  graph.webhook_app = "https://hooks.example.com/cloud";
  graph.settings_asked = was_answered;
  observation.apps_asked = was_answered;
  observation.subscribed_app_ids = {"900100200300"};
  observation.waba_node_asked = was_answered;
  observation.waba_review = "APPROVED";
  observation.waba_country = "DE";
  observation.graph_clock_ahead = observation.onprem_clock_ahead = Millis(0);
  OnpremView& onprem = observation.onprem;
  onprem.application = {{"webhooks", {{"url", "https://hooks.example.com/de-1"}}}, {"callback_persist", true}};
  onprem.support = was_answered;
  onprem.version = "2.57.2";
  onprem.expires = parse_iso("2025-10-23");
  onprem.queue = was_answered;
  onprem.queue_size = 0;
  onprem.shards_asked = was_answered;
  onprem.shards = 1;
}

}  // namespace

HomeFinding home_at(Home home, bool degraded) {
  HomeFinding finding;
  finding.home = finding.after_patience = home;
  finding.degraded = degraded;
  finding.settled = home != Home::unknown;
  finding.why = "as seen";
  return finding;
}

Case to_cloud() {
  Case c;
  c.fleet.graph.app_id = "900100200300";
  c.fleet.graph.token = {SecretRef::Kind::env, "WAMIGRATE_GRAPH_TOKEN"};
  c.observation = seen(c.number, "ON_PREMISE", "CONNECTED", one_node("connected"));
  answer_everything(c.observation);
  c.home = home_at(Home::onprem);
  c.options.as_of = *parse_iso("2025-10-20");
  return c;
}

Case to_onprem() {
  Case c = to_cloud();
  c.direction = Direction::to_onprem;
  c.observation = seen(c.number, "CLOUD_API", "CONNECTED", one_node("unregistered"));
  answer_everything(c.observation);
  c.home = home_at(Home::cloud);
  return c;
}

FleetCase fleet_case(int numbers) {
  FleetCase c;
  c.fleet = to_cloud().fleet;
  for (int i = 1; i <= numbers; ++i) {
    Number number = some_number(fmt::format("+49171392{:04}", i));
    number.pin = {SecretRef::Kind::env, fmt::format("PIN_{}", i)};
    c.fleet.numbers.push_back(number);
  }
  c.token.asked = was_answered;
  c.token.valid = true;
  c.token.type = "SYSTEM_USER";
  c.token.app_id = "900100200300";
  c.token.scopes = {"whatsapp_business_management", "whatsapp_business_messaging", "public_profile"};
  c.options.as_of = *parse_iso("2025-10-20");
  return c;
}

Checks FleetCase::checks() const {
  FleetCandidate candidate;
  candidate.graph = &fleet.graph;
  for (const Number& number : fleet.numbers) candidate.numbers.push_back(&number);
  candidate.token = token;
  candidate.expected_run = expected_run;
  candidate.graph_clock_ahead = graph_clock_ahead;
  candidate.room = room;
  candidate.hooks = hooks;
  candidate.windows_problem = windows_problem;
  return check_fleet(candidate, direction, options, now);
}

std::string results_of(const Checks& checks, const std::string& id) {
  std::string words;
  for (const Check& check : checks) {
    if (check.id == id) words += (words.empty() ? "" : " ") + std::string(name(check.result));
  }
  return words.empty() ? "-" : words;
}

std::string message(const Checks& checks, const std::string& id) {
  for (const Check& check : checks) {
    if (check.id == id) return check.message;
  }
  return {};
}

std::string fix(const Checks& checks, const std::string& id) {
  for (const Check& check : checks) {
    if (check.id == id) return check.fix;
  }
  return {};
}

std::set<std::string> ids_with(const Checks& checks, Check::Result wanted) {
  std::set<std::string> ids;
  for (const Check& check : checks) {
    if (check.result == wanted) ids.insert(check.id);
  }
  return ids;
}

}  // namespace wamigrate::testing
