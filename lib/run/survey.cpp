#include "run/survey.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "plan/preflight_feed.hpp"
#include "plan/surroundings.hpp"
#include "plan/waves.hpp"
#include "ports/files.hpp"
#include "run/rations.hpp"
#include "run/windows.hpp"

namespace wamigrate {
namespace {

using R = Check::Result;

// Starts one job for each of these slots, and returns when all have ended.
template <class Look>
void for_each_slot(const std::vector<std::size_t>& slots, SurveyDoors& doors, Look look) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    doors.workers.start(i, [slot = slots[i], &look] { look(slot); });
  }
  std::size_t done = 0;
  while (done < slots.size()) {
    done += doors.workers.wait(doors.clock.now() + std::chrono::seconds(1)).size();
    if (doors.on_progress) doors.on_progress(static_cast<int>(done), static_cast<int>(slots.size()));
  }
}

// Observes these slots with all workers. What Graph's lists said holds for this look and no longer.
void observe_all(const Fleet& fleet, Survey& survey, const std::vector<std::size_t>& slots, Readings readings,
                 SurveyDoors& doors) {
  const auto sheets = doors.site.sheets();
  for_each_slot(slots, doors, [&](std::size_t slot) {  // a slot is nobody else's
    Surveyed& one = survey.numbers[slot];
    one.seen = doors.site.observe(fleet.numbers[one.number], readings, sheets.get());
  });
  for (const std::size_t slot : slots) {
    survey.observed_at = std::max(survey.observed_at, survey.numbers[slot].seen.taken_at);
  }
}

bool says_the_same(const Observation& before, const Observation& now) {
  auto same_node = [](const OnpremNode& a, const OnpremNode& b) { return a.name == b.name && a.status == b.status; };
  return before.graph.platform_type == now.graph.platform_type && before.graph.status == now.graph.status &&
         before.graph.asked.how == now.graph.asked.how && before.onprem.health.how == now.onprem.health.how &&
         std::equal(before.onprem.nodes.begin(), before.onprem.nodes.end(), now.onprem.nodes.begin(),
                    now.onprem.nodes.end(), same_node);
}

// Asks these slots where they are, no more, and gives those that say something else than before.
std::vector<std::size_t> changed_meanwhile(const Fleet& fleet, Survey& survey, const std::vector<std::size_t>& slots,
                                           SurveyDoors& doors) {
  std::vector<char> changed(survey.numbers.size(), 0);
  for_each_slot(slots, doors, [&](std::size_t slot) {
    Surveyed& one = survey.numbers[slot];
    const Observation now =
        doors.site.observe(fleet.numbers[one.number], {Reading::graph_node, Reading::onprem_health});
    changed[slot] = !says_the_same(one.seen, now);
    one.seen.taken_at = now.taken_at;
  });
  std::vector<std::size_t> others;
  for (const std::size_t slot : slots) {
    survey.observed_at = std::max(survey.observed_at, survey.numbers[slot].seen.taken_at);
    if (changed[slot] != 0) others.push_back(slot);
  }
  return others;
}

void judge(const Fleet& fleet, const PlanOptions& options, Surveyed& one, bool patience_over) {
  OwnRecord own;
  own.pin_refused = one.ledger.pin_refused;
  const Number& number = fleet.numbers[one.number];
  const HomeFinding first = find_home(number, one.seen);
  own.last_home = first.settled && first.home == Home::cloud ? Home::cloud : Home::unknown;
  const Sighting sighting{number, fleet.graph, options, one.seen, own, patience_over};
  one.home = home_of(sighting);
  one.facts = facts_to_plan_from(sighting);
}

std::vector<SeenHook> look_at_hooks(const Hooks& hooks) {
  std::vector<SeenHook> seen;
  for (const HookName& hook : hook_names) {
    const std::string& path = hooks.*hook.path;
    if (path.empty()) continue;
    seen.push_back({std::string(hook.name), path, "", ""});
    if (const auto executable = require_executable(expand_home(path)); !executable) {
      seen.back().problem = executable.error().message;
      seen.back().fix = executable.error().fix;
    }
  }
  return seen;
}

Result<Openings> look_at_windows(const Policy& policy, SurveyDoors& doors) {
  if (policy.windows.empty()) return Openings();
  if (doors.zones == nullptr) return fail("nobody has asked about time zones", "ask with `wamigrate check`");
  return lay_out(policy, *doors.zones, doors.clock.now());
}

FleetCandidate fleet_candidate(const Fleet& fleet, const Survey& survey, const std::vector<Millis>& lengths,
                               const std::optional<Room>& room) {
  FleetCandidate candidate;
  candidate.graph = &fleet.graph;
  candidate.token = survey.token;
  candidate.room = room;
  candidate.hooks = survey.hooks;
  if (!survey.openings) candidate.windows_problem = survey.openings.error();
  for (const Surveyed& one : survey.numbers) {
    candidate.numbers.push_back(&fleet.numbers[one.number]);
    const auto& ahead = one.seen.graph_clock_ahead;
    auto& most = candidate.graph_clock_ahead;
    if (ahead && (!most || std::chrono::abs(*ahead) > std::chrono::abs(*most))) most = ahead;
  }
  std::vector<std::size_t> indices;
  for (const Surveyed& one : survey.numbers) indices.push_back(one.number);
  candidate.expected_run = expected_length(fleet.policy, lengths, most_of_one_waba(fleet, indices));
  return candidate;
}

// The failing checks of each number that has any, by its phone; looked up, not searched, for each of 100,000 numbers.
std::map<std::string, std::vector<Check>> failures_by_phone(const Checks& checks) {
  std::map<std::string, std::vector<Check>> by_phone;
  for (const Check& check : checks) {
    if (check.result == R::fail && !check.phone.empty()) by_phone[check.phone].push_back(check);
  }
  return by_phone;
}

}  // namespace

Readings survey_readings() {
  return planning_readings() | Readings{Reading::webhook,      Reading::graph_health,  Reading::onprem_support,
                                        Reading::onprem_queue, Reading::onprem_shards, Reading::waba_node};
}

Result<Survey> survey(const Fleet& fleet, const std::vector<std::size_t>& numbers, const PlanOptions& options,
                      Readings readings, SurveyDoors doors) {
  Survey survey;
  survey.token = doors.site.token();
  survey.feed = doors.site.status_feed();
  survey.hooks = look_at_hooks(fleet.policy.hooks);
  survey.openings = look_at_windows(fleet.policy, doors);
  for (const std::size_t index : numbers) {
    Surveyed one;
    one.number = index;
    one.ledger.known = false;
    if (doors.ledger != nullptr && doors.sealer != nullptr) {
      Secret pin;
      if (doors.secrets != nullptr && !fleet.numbers[index].pin.empty()) {
        if (auto found = doors.secrets->resolve(fleet.numbers[index].pin)) pin = std::move(*found);
      }
      auto view = ledger_view(*doors.ledger, *doors.sealer, fleet.numbers[index], pin, doors.clock.now());
      if (!view) return tl::make_unexpected(view.error());
      one.ledger = *view;
    }
    survey.numbers.push_back(std::move(one));
  }

  std::vector<std::size_t> waiting(numbers.size());
  for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i] = i;
  // Judges those that are waited for, and goes on waiting for what may still settle by itself.
  auto judge_waiting = [&](const std::vector<std::size_t>& over) {
    std::vector<std::size_t> unsettled;
    for (const std::size_t slot : waiting) {
      Surveyed& one = survey.numbers[slot];
      judge(fleet, options, one, std::binary_search(over.begin(), over.end(), slot));
      if (!one.home.settled && one.home.after_patience != Home::unknown) unsettled.push_back(slot);
    }
    waiting = std::move(unsettled);
  };
  observe_all(fleet, survey, waiting, readings, doors);
  judge_waiting({});
  if (!waiting.empty() && doors.on_patience) {
    doors.on_patience(static_cast<int>(waiting.size()), fleet.policy.settle_timeout);
  }
  // Soon, later, and when patience is over: with these a number that is off is asked eight things in all on-premises.
  const Time begun = doors.clock.now();
  for (const int part : {64, 8, 1}) {
    if (waiting.empty()) break;
    const Time next = begun + fleet.policy.settle_timeout / part;
    while (doors.clock.now() < next) doors.workers.wait(next);
    const std::vector<std::size_t> changed = changed_meanwhile(fleet, survey, waiting, doors);
    observe_all(fleet, survey, changed, readings, doors);
    std::vector<std::size_t> over;
    if (part == 1)
      std::set_difference(waiting.begin(), waiting.end(), changed.begin(), changed.end(), std::back_inserter(over));
    judge_waiting(over);
  }
  return survey;
}

Checks check(const Fleet& fleet, Direction direction, const PlanOptions& options, const Survey& survey,
             const std::optional<Room>& room, Given given) {
  std::vector<Facts> from;
  from.reserve(survey.numbers.size());
  for (const Surveyed& one : survey.numbers) from.push_back(one.facts);
  const std::vector<Millis> lengths = road_lengths(catalogue(), direction, from);
  Checks checks = check_fleet(fleet_candidate(fleet, survey, lengths, room), direction, options, survey.observed_at);
  for (Check& one : check_status_feed(survey.feed)) checks.push_back(std::move(one));
  const Openings* openings = survey.openings && !fleet.policy.windows.empty() ? &*survey.openings : nullptr;
  for (std::size_t i = 0; i < survey.numbers.size(); ++i) {
    const Surveyed& one = survey.numbers[i];
    const Candidate candidate{
        &fleet.numbers[one.number], &one.seen, one.home, one.facts, one.ledger, lengths[i], openings};
    Checks own = check_number(candidate, fleet, direction, options, survey.observed_at);
    for (Check& one_check : own) {
      if (given == Given::all || one_check.result != R::pass) checks.push_back(std::move(one_check));
    }
  }
  return checks;
}

Plan plan_from(const Fleet& fleet, Direction direction, const PlanOptions& options, const Survey& survey,
               const Checks& checks, Checks& failed) {
  std::vector<Evidence> evidence;
  evidence.reserve(survey.numbers.size());
  const auto blocked = failures_by_phone(checks);
  for (const Surveyed& one : survey.numbers) {
    if (blocked.contains(fleet.numbers[one.number].phone.e164)) continue;
    evidence.push_back({one.number, one.home, one.facts, surroundings_of(one.seen)});
  }
  for (const Check& check : checks) {
    if (check.result == R::fail) failed.push_back(check);
  }
  Plan plan = make_plan(catalogue(), fleet, direction, options, survey.observed_at, evidence, failed);
  const auto refusals = failures_by_phone(failed);
  for (const Surveyed& one : survey.numbers) {
    const auto found = refusals.find(fleet.numbers[one.number].phone.e164);
    if (found != refusals.end()) plan.refused.push_back({found->first, found->second});
  }
  for (const Check& check : checks) {
    if (check.result == R::warn || check.result == R::unknown) plan.warnings.push_back(check);
  }
  std::vector<const Number*> planned;
  for (std::size_t i = 0; i < plan.numbers.size(); ++i) planned.push_back(&plan.number(i));
  for (const SecretRef& ref : secrets_needed(fleet, planned, Need::changing, direction)) {
    plan.secrets.push_back(ref.text());
  }
  sign(plan);
  return plan;
}

Checks verify(const Fleet& fleet, const Survey& survey, std::optional<Direction> expected) {
  Checks checks;
  for (const Surveyed& one : survey.numbers) {
    const Number& number = fleet.numbers[one.number];
    const std::string& phone = number.phone.e164;
    const Observation& seen = one.seen;
    auto add = [&](const std::string& id, R result, std::string message, std::string fix = {}) {
      checks.push_back({id, phone, result, std::move(message), result == R::pass ? "" : std::move(fix), ""});
    };
    const std::string home = std::string(name(one.home.home)) + ": " + one.home.why;
    const bool wrong_side = expected && is_served(one.home.home) &&
                            one.home.home != (*expected == Direction::to_cloud ? Home::cloud : Home::onprem);
    if (one.home.home == Home::nowhere || one.home.home == Home::unknown || wrong_side) {
      add("home", R::fail, home,
          wrong_side ? "it is served, but not where this run was to bring it: see the report"
                     : "see `wamigrate status` and the report for what is safe to do next");
    } else if (one.home.degraded) {
      add("home", R::fail, home, "bring every node to the state its mode asks for");
    } else {
      add("home", R::pass, home);
    }
    if (const std::string conflict = identity_conflict(number, seen); !conflict.empty()) {
      add("identity", R::fail, conflict, "correct the inventory");
    }
    if (one.home.home != Home::cloud) continue;
    add("old_client_silent", onprem_is_silent(number.deployment, seen) ? R::pass : R::fail,
        onprem_is_silent(number.deployment, seen) ? "no on-premises node serves or tries to"
                                                  : "an on-premises node is up or tries to be",
        "stop the old client's containers, and what restarts them");
    if (!seen.graph.health_asked.answered()) {
      add("health_status", R::unknown, "health_status could not be read: " + seen.graph.health_asked.detail);
    } else {
      const bool blocked = seen.graph.can_send_message == "BLOCKED";
      add("health_status", blocked ? R::fail : R::pass,
          "Meta says " + (seen.graph.can_send_message.empty() ? "nothing" : seen.graph.can_send_message),
          "see WhatsApp Manager for what blocks it");
    }
    const auto& apps = seen.subscribed_app_ids;
    const bool subscribed = std::find(apps.begin(), apps.end(), fleet.graph.app_id) != apps.end();
    if (!seen.apps_asked.answered()) {
      add("app_subscribed", R::unknown, "the WABA's apps could not be read: " + seen.apps_asked.detail);
    } else {
      add("app_subscribed", subscribed ? R::pass : R::fail,
          subscribed ? "the app receives the WABA's webhooks" : "the app is not subscribed to the WABA",
          "POST /<WABA_ID>/subscribed_apps");
    }
    if (!seen.graph.webhook_asked.answered()) {
      add("webhook", R::unknown, "the effective webhook could not be read: " + seen.graph.webhook_asked.detail);
    } else {
      const std::string webhook = seen.graph.effective_webhook();
      add("webhook", webhook.empty() ? R::fail : R::pass,
          webhook.empty() ? "messages go nowhere" : "messages go to " + host_of(webhook), "set the app's callback URL");
    }
  }
  return checks;
}

}  // namespace wamigrate
