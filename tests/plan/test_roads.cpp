// Every distinct road from every state a number can be in, in one golden file that a reviewer reads: one changed effect
// of one step shows as a difference over the whole behaviour. And what must hold on all of them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <random>

#include "reachable.hpp"
#include "steps/step.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

using enum Fact;

constexpr Facts homes = {onprem_is_home, cloud_is_home};

std::string text_of_road(const std::optional<Road>& road, Direction direction) {
  if (!road) return "no road";
  if (road->empty()) return "nothing to do";
  const auto commit = commit_point(*road, direction);
  std::string text;
  for (std::size_t i = 0; i < road->size(); ++i) {
    text += (i == 0 ? "" : " > ") + std::string(i == commit ? "!" : "") + std::string((*road)[i]->name);
  }
  return text;
}

std::string names_of(Facts facts) {
  std::vector<std::string_view> names;
  for (Fact fact : facts.list()) names.push_back(name(fact));
  return names.empty() ? "-" : fmt::format("{}", fmt::join(names, " "));
}

/// The facts that make the road what it is: those it would be another without, and those it would be another with.
std::pair<Facts, Facts> what_matters(const State& state) {
  Facts on_it = beyond_reach(), because, lacks;
  for (const StepKind* kind : *state.road) on_it = on_it | kind->effect.needs | kind->effect.gives;
  for (const Fact fact : (on_it - Facts{onprem_is_home, cloud_is_home, nowhere_is_home}).list()) {
    const bool held = state.facts.has(fact);
    const auto other = find_road(catalogue(), held ? state.facts - Facts{fact} : state.facts | Facts{fact},
                                 full_goal(state.direction));
    if (other != state.road) (held ? because : lacks).add(fact);
  }
  return {because, lacks};
}

/// What people ask for, which nothing lacks that is without.
constexpr Facts asked_for = {release_asked, test_message_asked, inbound_asked};

/// The position of a step on a road; its length where it is not on it.
std::size_t place_of(const Road& road, std::string_view step) {
  const auto found =
      std::find_if(road.begin(), road.end(), [step](const StepKind* kind) { return kind->name == step; });
  return static_cast<std::size_t>(found - road.begin());
}
bool has(const Road& road, std::string_view step) { return place_of(road, step) < road.size(); }

/// Calls `check` with every road and the facts before each of its steps and after its last.
template <class Check>
void on_every_road(Check check) {
  for (const State& state : reachable_states()) {
    if (!state.road) continue;
    std::vector<Facts> facts = {state.facts};
    for (const StepKind* kind : *state.road) facts.push_back(after(*kind, facts.back()));
    INFO(fmt::format("{}, to {}: {}", names_of(state.facts), name(state.direction),
                     text_of_road(state.road, state.direction)));
    check(state, *state.road, facts);
  }
}

// Roads that come by on-premises on their way from nowhere to Cloud register twice.
bool goes_by_onprem(const State& state) {
  return state.direction == Direction::to_cloud && has(*state.road, "register_on_cloud") &&
         (has(*state.road, "register_onprem") || has(*state.road, "enter_onprem_code"));
}

}  // namespace

TEST_CASE("the distinct roads are those that were reviewed") {
  struct Group {
    int states = 0;
    const State* first = nullptr;
  };
  // Ordered by direction, home and steps, so that roads alike stand together.
  std::map<std::tuple<Direction, std::string, std::string>, Group> groups;
  for (const State& state : reachable_states()) {
    std::string road = text_of_road(state.road, state.direction);
    // What is hopeless is told apart by what is missing.
    if (!state.road) road = "no road; lacks " + names_of(beyond_reach() - state.facts - asked_for);
    Group& group = groups[{state.direction, state.home, road}];
    if (++group.states == 1) group.first = &state;
  }
  std::string text =
      "# Every distinct road to everything that is wanted, from every state that a number can be in while a run leads "
      "it\n"
      "# there; `!` marks the commit point. `because` lists the facts without which the first of these states would "
      "have\n"
      "# another road, `lacks` those with which it would. A number that is planned where it is at home already is "
      "left\n"
      "# alone; the roads from there are what a run still does when it has just arrived.\n";
  std::string head;
  for (const auto& [key, group] : groups) {
    const auto& [direction, home, road] = key;
    const std::string section = fmt::format("\n== to {}, from {}\n", name(direction), home);
    if (section != head) text += section;
    head = section;
    text += fmt::format("\n{} ({} state{})\n", road, group.states, group.states == 1 ? "" : "s");
    if (road.starts_with("no road")) continue;
    const auto [because, lacks] = what_matters(*group.first);
    text += fmt::format("  because {}\n  lacks {}\n", names_of(because), names_of(lacks));
  }
  CHECK(differs("tests/plan/golden_roads.txt", text) == "");
}

TEST_CASE(
    "each road walks: every step's needs hold in its turn, it adds something, and the last leaves all that is wanted") {
  on_every_road([](const State& state, const Road& road, const std::vector<Facts>& facts) {
    for (std::size_t i = 0; i < road.size(); ++i) {
      CHECK(names_of(road[i]->effect.needs - facts[i]) == "-");
      CHECK_FALSE(facts[i].has_all(road[i]->effect.gives));
    }
    CHECK(names_of(full_goal(state.direction) - facts.back()) == "-");
  });
}

TEST_CASE("where a test message is asked for it comes after all else, and changes nothing of the road before it") {
  on_every_road([](const State& state, const Road& road, const std::vector<Facts>&) {
    const std::string_view send =
        state.direction == Direction::to_cloud ? "send_test_message" : "send_test_message_onprem";
    std::vector<std::string_view> wanted;
    for (const StepKind* kind : road) wanted.push_back(kind->name);
    Facts from = state.facts | Facts{test_message_asked};
    for (const std::string_view more :
         {std::string_view("confirm_test_message"), std::string_view("await_inbound_message")}) {
      if (more == "confirm_test_message") wanted.push_back(send);
      wanted.push_back(more);
      const auto asked = find_road(catalogue(), from, full_goal(state.direction, from));
      REQUIRE(asked);
      std::vector<std::string_view> names;
      for (const StepKind* kind : *asked) names.push_back(kind->name);
      CHECK(names == wanted);
      from.add(inbound_asked);
    }
  });
}

TEST_CASE("no road leads from a number of the app, or from one whose home nobody knows") {
  int asked = 0;
  for (const State& state : reachable_states()) {
    if (state.home != "app" && state.home != "unknown") continue;
    ++asked;
    INFO(names_of(state.facts));
    CHECK(text_of_road(state.road, state.direction) == "no road");
  }
  CHECK(asked > 100);
}

TEST_CASE("where there is no road, something is missing that no step could give") {
  for (const State& state : reachable_states()) {
    if (state.road || state.home == "app" || state.home == "unknown") continue;
    INFO(fmt::format("{}, to {}: {}", state.home, name(state.direction), names_of(state.facts)));
    Facts missing = beyond_reach() - state.facts - Facts{release_asked};
    if (!state.facts.has(cloud_released)) missing.add(cloud_released);  // only where nobody serves it can it be given
    CHECK(names_of(missing) != "-");
  }
}

TEST_CASE("a number that on-premises served is registered on Cloud with a backup, or not at all") {
  on_every_road([](const State&, const Road& road, const std::vector<Facts>& facts) {
    if (const auto at = place_of(road, "register_on_cloud"); at < road.size()) CHECK(facts[at].has(backup_in_hand));
    if (const auto at = place_of(road, "register_without_backup"); at < road.size()) {
      CHECK(facts[at].has_all({cloud_was_last_home, nowhere_is_home}));
      CHECK_FALSE(has(road, "enter_onprem_code"));
    }
  });
}

TEST_CASE("from on-premises the queue is drained before the backup and the backup taken before the registration") {
  int whole = 0;
  on_every_road([&whole](const State&, const Road& road, const std::vector<Facts>& facts) {
    const auto backup = place_of(road, "take_backup");
    const auto commit = place_of(road, "register_on_cloud");
    if (commit == road.size() || !facts[0].has(onprem_is_home)) return;
    CHECK(facts[commit].has(queue_drained));
    if (facts[0].has(backup_in_hand)) return;
    ++whole;
    CHECK(backup < commit);
    CHECK(facts[backup].has(queue_drained));
  });
  CHECK(whole > 50);
}

TEST_CASE("nothing waits for a person, or for a client to recover, between the drained queue and the registration") {
  on_every_road([](const State&, const Road& road, const std::vector<Facts>&) {
    const auto drain = place_of(road, "drain_queue");
    const auto backup = place_of(road, "take_backup");
    const auto commit = place_of(road, "register_on_cloud");
    if (commit == road.size()) return;
    for (std::size_t i = std::min({drain, backup, commit}); i < commit; ++i) {
      CHECK(road[i]->actor != Actor::person_during);
      CHECK(road[i]->name != "confirm_onprem_health");
    }
  });
}

TEST_CASE("a number whose messages would go nowhere, or whose client is not whole, is not committed") {
  on_every_road([](const State& state, const Road& road, const std::vector<Facts>& facts) {
    for (const std::string_view step : {"register_on_cloud", "register_without_backup"}) {
      const auto at = place_of(road, step);
      if (at < road.size()) CHECK(facts[at].has_all({webhook_effective, app_subscribed, pin_known, snapshot_taken}));
    }
    const auto backup = place_of(road, "take_backup");
    if (backup < road.size()) CHECK(facts[backup].has_all({onprem_is_home, onprem_healthy, no_restart_promised}));
    if (state.direction == Direction::to_cloud && !goes_by_onprem(state)) CHECK_FALSE(has(road, "restore_shards"));
  });
}

TEST_CASE("no number is registered on Cloud while its on-premises client is not whole") {
  on_every_road([](const State&, const Road& road, const std::vector<Facts>& facts) {
    const auto commit = place_of(road, "register_on_cloud");
    if (commit < road.size() && facts[commit].has(onprem_is_home)) CHECK(facts[commit].has(onprem_healthy));
  });
}

TEST_CASE("on-premises is registered only with certificate, PIN, snapshot and an open registration") {
  int asked = 0;
  on_every_road([&asked](const State&, const Road& road, const std::vector<Facts>& facts) {
    const auto at = place_of(road, "register_onprem");
    if (at == road.size()) return;
    ++asked;
    CHECK(facts[at].has_all({certificate_in_hand, pin_known, onprem_registration_open, snapshot_taken, cloud_let_go}));
  });
  CHECK(asked > 20);
}

TEST_CASE("Cloud is released before on-premises has the number only when that was asked for, and never taken back") {
  int asked = 0;
  on_every_road([&asked](const State&, const Road& road, const std::vector<Facts>& facts) {
    const auto release = place_of(road, "release_cloud");
    if (release == road.size()) return;
    ++asked;
    CHECK(facts[release].has_all({release_asked, onprem_registration_open, certificate_in_hand, pin_known}));
    CHECK(has(road, "register_onprem"));
    CHECK_FALSE(has(road, "register_without_backup"));
    CHECK_FALSE(has(road, "register_on_cloud"));
  });
  CHECK(asked > 2);
  on_every_road([](const State& state, const Road& road, const std::vector<Facts>& facts) {
    const auto account = place_of(road, "register_onprem");
    if (account == road.size() || state.facts.has(release_asked) || state.facts.has(nowhere_is_home)) return;
    CHECK(facts[account].has(cloud_is_home));
  });
}

TEST_CASE("a deregistration is finished only where nobody serves the number") {
  on_every_road([](const State&, const Road& road, const std::vector<Facts>& facts) {
    const auto at = place_of(road, "finish_release");
    if (at < road.size()) CHECK(facts[at].has(nowhere_is_home));
  });
}

TEST_CASE("each ration is spent at most once on a road") {
  on_every_road([](const State&, const Road& road, const std::vector<Facts>&) {
    std::map<Ration, int> spent;
    for (const StepKind* kind : road) ++spent[kind->ration];
    for (const Ration ration : {Ration::registration, Ration::deregistration, Ration::account})
      CHECK(spent[ration] <= 1);
  });
}

TEST_CASE("once the new home has the number, nothing that is left can take it away or needs anybody") {
  on_every_road([](const State& state, const Road& road, const std::vector<Facts>& facts) {
    const Fact goal = state.direction == Direction::to_cloud ? cloud_is_home : onprem_is_home;
    for (std::size_t i = 0; i < road.size(); ++i) {
      if (!facts[i].has(goal)) continue;
      CHECK_FALSE((road[i]->effect.takes | road[i]->effect.may_take).has_any(homes));
      CHECK(road[i]->ration == Ration::none);
      CHECK(road[i]->actor == Actor::tool);
    }
  });
}

TEST_CASE("between the commit point and the new home stands at most a person's code") {
  on_every_road([](const State& state, const Road& road, const std::vector<Facts>& facts) {
    const auto commit = commit_point(road, state.direction);
    if (!commit || goes_by_onprem(state)) return;
    const Fact goal = state.direction == Direction::to_cloud ? cloud_is_home : onprem_is_home;
    for (std::size_t i = *commit + 1; i < road.size() && !facts[i].has(goal); ++i) {
      CHECK((road[i]->name == "enter_onprem_code" || road[i]->name == "register_onprem"));
    }
  });
}

TEST_CASE("the way back is a registration only where one is known to be open, and nothing while the old home serves") {
  int none = 0;
  for (const State& state : reachable_states()) {
    if (state.home == "app" || state.home == "unknown" || state.direction != Direction::to_cloud) continue;
    if (!state.road || goes_by_onprem(state)) continue;
    Facts facts = state.facts;
    for (const StepKind* kind : *state.road) {
      facts = after(*kind, facts);
      const WayBack way = way_back(catalogue(), facts, state.direction);
      INFO(names_of(facts));
      CHECK((way == WayBack::nothing) == facts.has(onprem_is_home));
      const bool open = facts.has_all({onprem_registration_open, certificate_in_hand, pin_given});
      if (facts.has(cloud_is_home)) CHECK((way == WayBack::registration) == open);
      none += way == WayBack::none ? 1 : 0;
    }
  }
  CHECK(none > 100);
}

// What forbids a road must not be that it is dear: with other costs another road is the cheapest, and as safe.
TEST_CASE("safety stands in what steps need and not in what they cost: with any costs each road is safe") {
  std::mt19937 lots(17);
  std::size_t others = 0;
  for (int i = 0; i < 8; ++i) {
    std::vector<StepKind> kinds(catalogue().begin(), catalogue().end());
    for (StepKind& kind : kinds) {
      kind.cost = 1 + static_cast<int>(lots() % 200);
      kind.duration = Millis(lots() % 300'000);
    }
    for (const State& state : reachable_states()) {
      const auto road = find_road(kinds, state.facts, full_goal(state.direction));
      CHECK(road.has_value() == state.road.has_value());
      if (!road) continue;
      others += text_of_road(road, state.direction) == text_of_road(state.road, state.direction) ? 0 : 1;
      INFO(fmt::format("{}, to {}: {}", names_of(state.facts), name(state.direction),
                       text_of_road(road, state.direction)));
      std::vector<std::string_view> unsafe;
      Facts facts = state.facts;
      for (const StepKind* kind : *road) {
        const bool from_onprem = facts.has(onprem_is_home);
        const bool no_home = facts.has(nowhere_is_home);
        const bool safe =
            facts.has_all(kind->effect.needs) &&
            (kind->name != "register_on_cloud" ||
             (facts.has_all({backup_in_hand, webhook_effective, app_subscribed, pin_known, snapshot_taken}) &&
              (!from_onprem || facts.has_all({queue_drained, onprem_healthy})))) &&
            (kind->name != "register_without_backup" || (no_home && facts.has(cloud_was_last_home))) &&
            (kind->name != "release_cloud" || facts.has_all({release_asked, onprem_registration_open})) &&
            (kind->name != "register_onprem" || facts.has_all({onprem_registration_open, pin_known, snapshot_taken})) &&
            (kind->name != "finish_release" || no_home);
        if (!safe) unsafe.push_back(kind->name);
        facts = after(*kind, facts);
      }
      CHECK(fmt::format("{}", fmt::join(unsafe, " ")) == "");
    }
  }
  CHECK(others > 50);  // or the costs would have been no others
}
