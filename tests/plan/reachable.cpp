#include "reachable.hpp"

#include <deque>
#include <set>

#include "plan/preflight.hpp"
#include "steps/step.hpp"
#include "support/sightings.hpp"

namespace wamigrate::testing {
namespace {

using enum Fact;

constexpr Facts homes = {onprem_is_home, cloud_is_home, nowhere_is_home};

/// All that makes one situation another, before anything has been done.
struct Situation {
  std::string home;
  bool gone = false;
  bool pin = true;
  PinMode pin_mode = PinMode::declared;
  bool subscribed = true;
  bool certificate = true;
  bool open = true;  // on-premises registration
  bool release_asked = false;
  bool verified = true;  // code_verification_status
};

Observation observation_of(const Situation& situation, const Number& number) {
  auto says = [&](const std::string& platform, const std::string& status, const std::string& node) {
    // Nobody asks a client that is declared gone.
    return situation.gone ? seen(number, platform, status, was_unreachable)
                          : seen(number, platform, status, one_node(node));
  };
  Observation observation;
  if (situation.home == "onprem") observation = says("ON_PREMISE", "CONNECTED", "connected");
  if (situation.home == "onprem, degraded") observation = says("ON_PREMISE", "CONNECTED", "connecting");
  if (situation.home == "cloud") observation = says("CLOUD_API", "CONNECTED", "unregistered");
  if (situation.home == "nowhere") observation = says("NOT_APPLICABLE", "", "unregistered");
  if (situation.home == "nowhere, expired") {
    observation = says("NOT_APPLICABLE", "", "disconnected");
    observation.onprem.support = was_answered;
    observation.onprem.expires = observation.taken_at;
  }
  if (situation.home == "unknown") observation = says("CLOUD_API", "CONNECTED", "connected");
  if (situation.home == "unknown" && situation.gone) observation.graph.asked = was_unreachable;
  if (situation.home == "app") observation = says("ON_PREMISE", "CONNECTED", "unregistered");
  observation.graph.is_on_biz_app = situation.home == "app";
  observation.graph.has_certificate = situation.certificate;
  observation.graph.code_verification_status = situation.verified ? "VERIFIED" : "NOT_VERIFIED";
  observation.apps_asked = was_answered;
  if (situation.subscribed) observation.subscribed_app_ids = {"900100200300"};
  return observation;
}

Facts facts_of(const Situation& situation) {
  Number number = some_number();
  number.deployment.gone = situation.gone;
  number.pin_mode = situation.pin_mode;
  if (!situation.pin) number.pin = {};
  Graph graph;
  graph.app_id = "900100200300";
  PlanOptions options;
  options.as_of = situation.open ? sunset() - std::chrono::days(1) : sunset();
  options.deregister_first = situation.release_asked;
  const Observation observation = observation_of(situation, number);
  OwnRecord own;
  own.last_home = situation.home == "cloud" ? Home::cloud : Home::unknown;
  return facts_to_plan_from({number, graph, options, observation, own, true});
}

std::vector<Situation> situations(Direction direction) {
  std::vector<Situation> all;
  for (const std::string home :
       {"onprem", "onprem, degraded", "cloud", "nowhere", "nowhere, expired", "app", "unknown"}) {
    for (unsigned bits = 0; bits < 256; ++bits) {
      auto flag = [bits](unsigned place) { return (bits >> place & 1u) != 0; };
      Situation situation{home,     flag(0), !flag(1), flag(2) ? PinMode::set : PinMode::declared, !flag(3), !flag(4),
                          !flag(5), flag(6), !flag(7)};
      if (situation.release_asked && direction == Direction::to_cloud) continue;
      if (situation.gone && home.starts_with("onprem")) continue;
      all.push_back(situation);
    }
  }
  return all;
}

std::string home_in(Facts facts) {
  if (facts.has(onprem_is_home)) return facts.has(onprem_healthy) ? "onprem" : "onprem, degraded";
  return facts.has(cloud_is_home) ? "cloud" : facts.has(nowhere_is_home) ? "nowhere" : "unknown";
}

// The facts that follow from others when the probes are asked again; the planner's own bookkeeping may know less.
Facts asked_again(Facts facts) {
  if (facts.has(onprem_is_home)) {
    facts.add(account_requested);
    facts.remove(cloud_was_last_home);
    if (!facts.has(onprem_healthy)) facts.remove(backup_in_hand);
  }
  if (facts.has(cloud_is_home)) facts.add(cloud_was_last_home);
  if (facts.has_any(homes) && !(facts.has(release_asked) && facts.has(cloud_is_home))) facts.add(cloud_let_go);
  return facts;
}

// What the probes say once the number has lost its home, as a refused request may have it.
Facts without_home(Facts facts) {
  if (facts.has(onprem_is_home)) facts.remove(account_requested);
  facts = facts - homes - Facts{onprem_healthy};
  return facts | Facts{nowhere_is_home, cloud_let_go};
}

// … and while nobody can tell.
Facts with_home_unknown(Facts facts) {
  if (facts.has(onprem_is_home)) facts.remove(account_requested);
  return facts - homes - Facts{onprem_healthy, cloud_let_go, cloud_released};
}

// What refusals of this request may teach, and leave behind.
std::vector<Facts> refusals(const StepKind& kind, Facts facts) {
  std::vector<Facts> bases = {facts};
  if ((kind.effect.takes | kind.effect.may_take).has_any(homes)) {
    bases.push_back(without_home(facts));
    bases.push_back(with_home_unknown(facts));
  }
  std::vector<Facts> after;
  for (Facts base : bases) {
    after.push_back(base);
    if (kind.uses_pin) after.push_back(base - Facts{pin_given, pin_known});
    if (kind.effect.needs.has(backup_in_hand)) after.push_back(base - Facts{backup_in_hand});
    if (kind.ration == Ration::registration) {
      after.push_back(base - Facts{ownership_verified, ownership_code_requested});
      after.push_back(base - Facts{cloud_released});
    }
    if (kind.ration == Ration::account) after.push_back(base - Facts{onprem_registration_open});
    if (kind.effect.needs.has(late_backup_possible)) after.push_back(base - Facts{late_backup_possible});
  }
  return after;
}

// What may happen by itself, or by a person's hand, while a number is on its way.
std::vector<Facts> accidents(Facts facts) {
  std::vector<Facts> after = {facts - Facts{onprem_registration_open}};  // the client does not answer
  if (facts.has(onprem_is_home)) {
    after.push_back(facts - Facts{onprem_healthy});
    after.push_back(facts - Facts{backup_in_hand});  // a restart: it is taken anew
  }
  if (!facts.has(pin_given)) after.push_back(facts | Facts{pin_given, pin_known});  // retry --pin
  return after;
}

std::vector<StepKind> without_people() {
  std::vector<StepKind> kinds;
  for (const StepKind& kind : catalogue()) {
    if (kind.actor != Actor::person_during) kinds.push_back(kind);
  }
  return kinds;
}

std::vector<State> explore(Direction direction) {
  static const std::vector<StepKind> automatic = without_people();
  const Fact old_home = direction == Direction::to_cloud ? onprem_is_home : cloud_is_home;
  std::vector<State> states;
  std::set<std::pair<std::string, std::uint64_t>> known;
  std::deque<State> open;
  auto add = [&](const std::string& home, Facts facts) {
    facts = asked_again(facts);
    if (known.emplace(home, facts.bits()).second) open.push_back({direction, home, facts, std::nullopt});
  };
  for (const Situation& situation : situations(direction)) add(situation.home, facts_of(situation));

  while (!open.empty()) {
    State state = open.front();
    open.pop_front();
    state.road = find_road(catalogue(), state.facts, full_goal(direction));
    std::vector<Road> taken;
    if (state.road) taken.push_back(*state.road);
    if (state.facts.has(nowhere_is_home)) {
      if (auto back = find_road(automatic, state.facts, {old_home})) taken.push_back(*back);
    }
    for (const Road& road : taken) {
      if (road.empty()) continue;
      const StepKind& kind = *road.front();
      std::vector<Facts> next = {after(kind, state.facts)};
      if (kind.effect.may_give.has(onprem_is_home)) {
        next.push_back((after(kind, state.facts) - homes - Facts{cloud_was_last_home}) | Facts{onprem_is_home});
      }
      if (kind.changes) {
        for (Facts facts : refusals(kind, state.facts)) next.push_back(facts);
      }
      for (Facts facts : accidents(state.facts)) next.push_back(facts);
      for (Facts facts : next) add(home_in(facts), facts);
    }
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace

const std::vector<State>& reachable_states() {
  static const std::vector<State> states = [] {
    std::vector<State> all = explore(Direction::to_cloud);
    std::vector<State> more = explore(Direction::to_onprem);
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    return all;
  }();
  return states;
}

Facts beyond_reach() {
  Facts given;
  for (const StepKind& kind : catalogue()) given = given | kind.effect.gives;
  Facts beyond;
  for (unsigned i = 0; i < static_cast<unsigned>(count_); ++i) {
    if (!given.has(static_cast<Fact>(i))) beyond.add(static_cast<Fact>(i));
  }
  return beyond;
}

}  // namespace wamigrate::testing
