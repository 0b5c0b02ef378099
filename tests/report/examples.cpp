#include "report/examples.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "steps/step.hpp"
#include "support/catch.hpp"

namespace wamigrate::testing {

Time at(int seconds) { return *parse_iso("2026-03-01T02:00:00Z") + std::chrono::seconds(seconds); }

Fleet fleet_of(std::size_t count) {
  Fleet fleet;
  fleet.graph.token = *parse_secret_ref("env:WAMIGRATE_GRAPH_TOKEN");
  fleet.graph.app_id = "900100200300";
  for (std::size_t i = 0; i < count; ++i) {
    Number number;
    number.phone = *parse_phone(fmt::format("+49171392{:04}", i + 1));
    number.phone_number_id = fmt::format("10654035224{:04}", i + 1);
    number.waba_id = "102290129340398";
    number.pin = *parse_secret_ref("env:WAMIGRATE_PIN");
    number.deployment.name = fmt::format("de-{}", i + 1);
    number.deployment.url = fmt::format("https://10.0.{}.{}:9090", i / 250, i % 250 + 1);
    number.deployment.username = "admin";
    number.deployment.password = *parse_secret_ref("env:WAMIGRATE_ONPREM_PASSWORD");
    fleet.numbers.push_back(std::move(number));
  }
  return fleet;
}

Facts facts_before(Direction direction) {
  if (direction == Direction::to_cloud) {
    return {Fact::onprem_is_home,     Fact::onprem_healthy,     Fact::pin_given,     Fact::pin_known,
            Fact::ownership_verified, Fact::storage_region_set, Fact::cloud_released};
  }
  return {Fact::cloud_is_home,      Fact::pin_given,          Fact::pin_known,
          Fact::ownership_verified, Fact::storage_region_set, Fact::certificate_in_hand,
          Fact::cloud_let_go,       Fact::cloud_released,     Fact::onprem_registration_open};
}

std::vector<Evidence> evidence_of(const Fleet& fleet, Direction direction) {
  std::vector<Evidence> evidence;
  for (std::size_t i = 0; i < fleet.numbers.size(); ++i) {
    Evidence one;
    one.number = i;
    one.home.settled = true;
    one.home.home = direction == Direction::to_cloud ? Home::onprem : Home::cloud;
    one.home.why = direction == Direction::to_cloud
                       ? "Graph says ON_PREMISE, CONNECTED; on-premises: 1 node connected"
                       : "Graph says CLOUD_API, CONNECTED; on-premises: 1 node unregistered";
    one.facts = facts_before(direction);
    evidence.push_back(std::move(one));
  }
  return evidence;
}

Plan plan_of(const Fleet& fleet, Direction direction, const PlanOptions& options,
             const std::vector<Evidence>& evidence) {
  Checks failed;
  Plan plan = make_plan(catalogue(), fleet, direction, options, at(-600), evidence, failed);
  REQUIRE(failed.empty());
  plan.secrets = {"env:WAMIGRATE_GRAPH_TOKEN", "env:WAMIGRATE_ONPREM_PASSWORD", "env:WAMIGRATE_PIN"};
  plan.digest = std::string(60, 'a') + "beef";
  return plan;
}

Plan plan_of(const Fleet& fleet, Direction direction, const PlanOptions& options) {
  return plan_of(fleet, direction, options, evidence_of(fleet, direction));
}

Plan plan_with_nothing_to_do(std::size_t count) {
  const Fleet fleet = fleet_of(count);
  std::vector<Evidence> evidence = evidence_of(fleet, Direction::to_onprem);
  return plan_of(fleet, Direction::to_cloud, {}, evidence);
}

Progress begun(const Plan& plan) {
  Progress progress = begin(plan);
  progress.started_at = at(0);
  progress.session = 1;
  progress.wave = 1;
  return progress;
}

void migrate(Progress& progress, std::size_t index, Millis downtime) {
  NumberProgress& number = progress.numbers.at(index);
  number.state = NumberState::migrated;
  number.started = true;
  number.next = number.road.size();
  number.home = number.last_served = Home::cloud;
  number.why = "Graph says CLOUD_API, CONNECTED; on-premises: 1 node disconnected";
  number.reason = "served by its new home, verified";
  number.downtime = downtime;
  number.attempts["register_on_cloud"] = 1;
  number.started_at = at(1);
  number.ended_at = at(60);
  number.next_command = "wamigrate verify --run night";
}

void strand(Progress& progress, std::size_t index, const std::string& reason) {
  NumberProgress& number = progress.numbers.at(index);
  number.state = NumberState::stranded;
  number.started = true;
  number.home = Home::nowhere;
  number.why = "Graph says ON_PREMISE, DISCONNECTED; on-premises: 1 node disconnected";
  number.reason = reason;
  number.attempts["register_on_cloud"] = 1;
  number.down_since = at(30);
  number.down_confirmed = true;
  number.started_at = at(1);
  number.ended_at = at(60);
  number.next_command = "put right what the reason names, then: wamigrate retry --run night " + number.phone;
}

void wait_for_code(Progress& progress, std::size_t index) {
  NumberProgress& number = progress.numbers.at(index);
  number.state = NumberState::waiting;
  number.started = true;
  number.started_at = at(1);
  number.waits_for = "code";
  number.reason = "a code was sent to " + number.phone + "; it is needed to go on";
  number.next_command = "wamigrate answer --run night " + number.phone + " --code-from -";
}

void activate(Progress& progress, std::size_t index, const std::string& step, int attempt) {
  NumberProgress& number = progress.numbers.at(index);
  const auto place = std::find(number.road.begin(), number.road.end(), step);
  REQUIRE(place != number.road.end());
  number.state = NumberState::active;
  number.started = true;
  number.started_at = at(1);
  number.next = static_cast<std::size_t>(place - number.road.begin());
  number.attempts[step] = attempt;
}

std::size_t occurrences(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t place_of(const std::string& text, const std::string& part) {
  INFO("looking for: " << part << "\nin: " << text);
  const std::size_t place = text.find(part);
  REQUIRE(place != std::string::npos);
  return place;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace wamigrate::testing
