// The planner against a search that is too simple to be wrong, and the small questions a plan answers with it.
#include <algorithm>
#include <array>
#include <map>
#include <random>

#include "plan/planner.hpp"
#include "steps/step.hpp"
#include "support/catch.hpp"

using namespace wamigrate;

namespace {

using namespace std::chrono_literals;
using enum Fact;

constexpr Facts homes = {onprem_is_home, cloud_is_home};

// What taking a step costs, said a second time: its own cost, and a hundred for each minute begun off the air.
int price(const StepKind& kind, Facts before) {
  const Facts then = (before - kind.effect.takes) | kind.effect.gives;
  const bool off_the_air = !before.has_any(homes) || !then.has_any(homes);
  const long long minutes = (kind.duration.count() + 59'999) / 60'000;
  return kind.cost + (off_the_air ? 100 * static_cast<int>(minutes) : 0);
}

struct Best {
  int cost = 0;
  std::string road;  // catalogue indices as letters, so that the order of texts is the order of the catalogue
};

// Relaxes every step from every state until nothing improves.
std::map<std::uint64_t, Best> all_cheapest(Catalogue catalogue, Facts from) {
  std::map<std::uint64_t, Best> best = {{from.bits(), {}}};
  for (bool improved = true; improved;) {
    improved = false;
    for (const auto& [bits, here] : std::map(best)) {
      for (std::size_t i = 0; i < catalogue.size(); ++i) {
        const Facts before = Facts::from_bits(bits);
        if (!before.has_all(catalogue[i].effect.needs)) continue;
        const Best there{here.cost + price(catalogue[i], before), here.road + static_cast<char>('a' + i)};
        const auto [known, fresh] = best.emplace(after(catalogue[i], before).bits(), there);
        if (!fresh && std::pair(there.cost, there.road) >= std::pair(known->second.cost, known->second.road)) continue;
        known->second = there;
        improved = true;
      }
    }
  }
  return best;
}

std::optional<Best> cheapest(Catalogue catalogue, Facts from, Facts goal) {
  std::optional<Best> found;
  for (const auto& [bits, best] : all_cheapest(catalogue, from)) {
    if (!Facts::from_bits(bits).has_all(goal)) continue;
    if (!found || std::pair(best.cost, best.road) < std::pair(found->cost, found->road)) found = best;
  }
  return found;
}

std::string letters(Catalogue catalogue, const Road& road) {
  std::string text;
  for (const StepKind* kind : road) text += static_cast<char>('a' + (kind - catalogue.data()));
  return text;
}

int price_of(const Road& road, Facts from) {
  int total = 0;
  for (const StepKind* kind : road) {
    total += price(*kind, from);
    from = after(*kind, from);
  }
  return total;
}

StepKind kind_of(std::string_view name, Effect effect, int cost = 1, Millis duration = 1s) {
  StepKind kind;
  kind.name = name;
  kind.effect = effect;
  kind.cost = cost;
  kind.duration = duration;
  return kind;
}

std::vector<std::string> names_of(const std::optional<Road>& road) {
  if (!road) return {"no road"};
  std::vector<std::string> names;
  for (const StepKind* kind : *road) names.emplace_back(kind->name);
  return names;
}

/// What holds of a healthy on-premises number before anything is done, and of one on Cloud.
constexpr Facts on_premises = {onprem_is_home, onprem_healthy,      pin_given,          pin_known,
                               app_subscribed, ownership_verified,  storage_region_set, cloud_released,
                               cloud_let_go,   certificate_in_hand, account_requested,  onprem_registration_open};
constexpr Facts on_cloud = {
    cloud_is_home,  pin_given,    pin_known,           app_subscribed,      ownership_verified,      storage_region_set,
    cloud_released, cloud_let_go, certificate_in_hand, cloud_was_last_home, onprem_registration_open};

}  // namespace

TEST_CASE("in random small catalogues the planner finds what a search of everything finds, ties included") {
  constexpr std::array<std::string_view, 7> names = {"a", "b", "c", "d", "e", "f", "g"};
  constexpr std::array<Fact, 8> facts = {onprem_is_home, cloud_is_home, nowhere_is_home, pin_known,
                                         snapshot_taken, queue_drained, backup_in_hand,  app_subscribed};
  std::mt19937 random(20251023);
  auto some = [&](unsigned one_in) {
    Facts chosen;
    for (Fact fact : facts) {
      if (random() % one_in == 0) chosen.add(fact);
    }
    return chosen;
  };
  int found = 0, lost = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<StepKind> kinds;
    for (std::size_t i = 0; i < names.size(); ++i) {
      // Few different costs, so that ties are the rule.
      kinds.push_back(kind_of(names[i], {some(4), some(3), some(5), {}, {}}, 1 + static_cast<int>(random() % 3),
                              random() % 2 == 0 ? 0s : 90s));
    }
    const Facts from = some(4), goal = some(3);
    CAPTURE(round);
    const auto road = find_road(kinds, from, goal);
    const auto best = cheapest(kinds, from, goal);
    REQUIRE(road.has_value() == best.has_value());
    ++(road ? found : lost);
    if (!road) continue;
    CHECK(price_of(*road, from) == best->cost);
    CHECK(letters(kinds, *road) == best->road);
  }
  CHECK(found > 100);
  CHECK(lost > 50);
}

TEST_CASE("in random parts of the real catalogue the planner finds the cheapest road") {
  std::mt19937 random(7);
  int found = 0;
  for (int round = 0; round < 40; ++round) {
    std::vector<StepKind> kinds;
    for (const StepKind& kind : catalogue()) {
      if (random() % 4 != 0) kinds.push_back(kind);
    }
    Facts from = random() % 2 == 0 ? on_premises : on_cloud;
    // Much is done already, so that the simple search has few states to go through.
    for (Fact fact :
         {webhook_effective, snapshot_taken, queue_drained, no_restart_promised, shards_restored,
          onprem_settings_restored, onprem_profile_restored, onprem_about_restored, cloud_profile_restored}) {
      if (random() % 4 != 0) from.add(fact);
    }
    const Fact goal = from.has(onprem_is_home) ? cloud_is_home : onprem_is_home;
    const auto road = find_road(kinds, from, {goal});
    const auto best = cheapest(kinds, from, {goal});
    REQUIRE(road.has_value() == best.has_value());
    if (!road) continue;
    ++found;
    CHECK(letters(kinds, *road) == best->road);
  }
  CHECK(found > 5);
}

TEST_CASE("a minute off the air weighs more than any detour on the air") {
  const std::vector<StepKind> kinds = {
      kind_of("leave", {{onprem_is_home}, {nowhere_is_home}, {onprem_is_home}, {}, {}}, 1, 1s),
      kind_of("arrive", {{nowhere_is_home}, {cloud_is_home}, {nowhere_is_home}, {}, {}}, 1, 1s),
      kind_of("prepare", {{onprem_is_home}, {backup_in_hand}, {}, {}, {}}, 50, 1s),
      kind_of("move", {{onprem_is_home, backup_in_hand}, {cloud_is_home}, {onprem_is_home}, {}, {}}, 50, 15s)};
  CHECK(names_of(find_road(kinds, {onprem_is_home}, {cloud_is_home})) == std::vector<std::string>{"prepare", "move"});
}

TEST_CASE("equal costs go to the order of the catalogue, and a goal that holds needs nothing") {
  const std::vector<StepKind> kinds = {kind_of("first", {{onprem_is_home}, {snapshot_taken}, {}, {}, {}}),
                                       kind_of("second", {{onprem_is_home}, {snapshot_taken}, {}, {}, {}}),
                                       kind_of("third", {{onprem_is_home}, {queue_drained}, {}, {}, {}})};
  const Facts both = {snapshot_taken, queue_drained};
  CHECK(names_of(find_road(kinds, {onprem_is_home}, both)) == std::vector<std::string>{"first", "third"});
  CHECK(names_of(find_road(kinds, Facts{onprem_is_home} | both, both)).empty());
  CHECK(names_of(find_road(kinds, {}, both)) == std::vector<std::string>{"no road"});
}

TEST_CASE("a healthy on-premises number takes the way that the contract describes") {
  CHECK(names_of(find_road(catalogue(), on_premises - Facts{app_subscribed}, full_goal(Direction::to_cloud))) ==
        std::vector<std::string>{"subscribe_app", "confirm_webhook", "take_snapshot", "promise_no_restart",
                                 "drain_queue", "take_backup", "register_on_cloud", "confirm_old_client_silent",
                                 "confirm_cloud_health", "restore_cloud_profile", "restore_cloud_compliance",
                                 "open_picture_upload", "upload_picture", "restore_cloud_picture", "compare_promises"});
}

TEST_CASE("a number on Cloud takes the way back that the contract describes, Cloud serving until on-premises has it") {
  CHECK(names_of(find_road(catalogue(), on_cloud, full_goal(Direction::to_onprem))) ==
        std::vector<std::string>{"take_snapshot", "register_onprem", "enter_onprem_code", "restore_shards",
                                 "confirm_onprem_health", "restore_onprem_settings", "restore_onprem_profile",
                                 "restore_onprem_about", "restore_onprem_compliance", "restore_onprem_picture",
                                 "compare_promises_onprem"});
}

TEST_CASE(
    "with --deregister-first Cloud is released just before on-premises is registered, and never registered again") {
  CHECK(names_of(find_road(catalogue(), (on_cloud | Facts{release_asked}) - Facts{cloud_let_go},
                           full_goal(Direction::to_onprem))) ==
        std::vector<std::string>{"take_snapshot", "release_cloud", "register_onprem", "enter_onprem_code",
                                 "restore_shards", "confirm_onprem_health", "restore_onprem_settings",
                                 "restore_onprem_profile", "restore_onprem_about", "restore_onprem_compliance",
                                 "restore_onprem_picture", "compare_promises_onprem"});
}

TEST_CASE("a number that is at home already wants nothing more, wherever it came from") {
  CHECK(goal_of(Direction::to_cloud, on_cloud) == Facts{cloud_is_home});
  CHECK(goal_of(Direction::to_onprem, on_premises) == Facts{onprem_is_home});
  CHECK(goal_of(Direction::to_cloud, on_premises) == full_goal(Direction::to_cloud));
  CHECK(goal_of(Direction::to_onprem, on_cloud) == full_goal(Direction::to_onprem));
}

TEST_CASE("the commit point is the first step that may cost the old home") {
  const auto commit_of = [](Facts from, Direction direction) {
    const auto road = find_road(catalogue(), from, full_goal(direction));
    REQUIRE(road);
    const auto commit = commit_point(*road, direction);
    return commit ? std::string((*road)[*commit]->name) : std::string("none");
  };
  CHECK(commit_of(on_premises, Direction::to_cloud) == "register_on_cloud");
  CHECK(commit_of(on_cloud, Direction::to_onprem) == "register_onprem");
  CHECK(commit_of((on_cloud | Facts{release_asked}) - Facts{cloud_let_go}, Direction::to_onprem) == "release_cloud");
  CHECK(commit_of(on_cloud, Direction::to_cloud) == "none");
}

TEST_CASE("after the commit point the way back is a registration, or none where on-premises is closed") {
  const Facts arrived = after(*find_kind(catalogue(), "register_on_cloud"), on_premises | Facts{snapshot_taken});
  CHECK(way_back(catalogue(), on_premises, Direction::to_cloud) == WayBack::nothing);
  CHECK(way_back(catalogue(), arrived, Direction::to_cloud) == WayBack::registration);
  for (Fact fact : {onprem_registration_open, certificate_in_hand}) {
    CHECK(way_back(catalogue(), arrived - Facts{fact}, Direction::to_cloud) == WayBack::none);
  }
  const Facts left = after(*find_kind(catalogue(), "enter_onprem_code"), on_cloud | Facts{account_requested});
  CHECK(way_back(catalogue(), on_cloud, Direction::to_onprem) == WayBack::nothing);
  CHECK(way_back(catalogue(), left | Facts{onprem_healthy}, Direction::to_onprem) == WayBack::registration);
}

TEST_CASE("ways back and facts are read back from their names") {
  for (WayBack way : {WayBack::nothing, WayBack::registration, WayBack::none}) CHECK(way_back_from(name(way)) == way);
  CHECK_FALSE(way_back_from("later"));
  for (unsigned i = 0; i < static_cast<unsigned>(count_); ++i) {
    CHECK(fact_from(name(static_cast<Fact>(i))) == static_cast<Fact>(i));
  }
  CHECK_FALSE(fact_from("moon_is_full"));
}

TEST_CASE("an answer counts only after client time-out, longest server delay and longest status lag together") {
  Policy policy;
  const StepKind quick = kind_of("quick", {});
  StepKind slow = quick;
  slow.slow = true;
  CHECK(settling(quick, policy) == 15s + 30s + 30s);
  CHECK(settling(slow, policy) == 60s + 30s + 30s);
  for (const StepKind& kind : catalogue()) {
    CHECK(settling(kind, policy) >= policy.request_timeout + policy.server_delay_max + policy.status_lag_max);
  }
}
