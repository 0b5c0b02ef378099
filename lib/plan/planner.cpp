#include "plan/planner.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <queue>
#include <unordered_map>

#include "base/result.hpp"
#include "model/home.hpp"

namespace wamigrate {
namespace {

constexpr Facts homes = {Fact::onprem_is_home, Fact::cloud_is_home};

// What the whole road costs at least, then the road as catalogue indices: equal costs fall to catalogue order, so plans
// are reproducible.
struct Candidate {
  int at_least = 0;
  int cost = 0;      // so far
  std::string road;  // one byte a step: its index in the catalogue
  Facts facts;
  bool operator>(const Candidate& other) const {
    return at_least != other.at_least ? at_least > other.at_least : road > other.road;
  }
};

int cost_of(const StepKind& kind, Facts before) {
  const bool homeless = !before.has_any(homes) || !after(kind, before).has_any(homes);
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(kind.duration).count();
  return kind.cost + (homeless ? homeless_minute_cost * static_cast<int>(minutes) : 0);
}

bool is_useful(const StepKind& kind, Facts facts) {
  return facts.has_all(kind.effect.needs) && !facts.has_all(kind.effect.gives);
}

// What is left to pay at least: for every wanted fact that is missing, and for every missing one that each way to a
// counted fact needs, its share of the cheapest step that gives it. A step never lowers this by more than it costs, so
// the search that follows it finds the roads that one without it would find, in the same order, and leaves out nearly
// all orders in which what does not hang together could be done.
class Outlook {
 public:
  static constexpr int unit = 60;  // of a cost: most counts of facts divide it
  static constexpr int no_way = std::numeric_limits<int>::max();

  explicit Outlook(Catalogue catalogue, Facts goal) : goal_(goal) {
    for (const StepKind& kind : catalogue) {
      const std::vector<Fact> given = kind.effect.gives.list();
      for (const Fact fact : given) {
        Ways& ways = ways_[static_cast<std::size_t>(fact)];
        const int share = kind.cost * unit / static_cast<int>(given.size());
        ways.share = std::min(ways.share, share);
        ways.need = ways.need & kind.effect.needs;
      }
    }
  }

  int left(Facts facts) const {
    int sum = 0;
    Facts counted;
    for (Facts missing = goal_ - facts; !missing.empty();) {
      const auto first = static_cast<std::size_t>(std::countr_zero(missing.bits()));
      const Ways& ways = ways_[first];
      if (ways.share == no_way) return no_way;
      sum += ways.share;
      counted.add(static_cast<Fact>(first));
      missing = (missing | (ways.need - facts)) - counted;
    }
    return sum;
  }

 private:
  struct Ways {
    int share = no_way;                                // no_way: nothing gives it
    Facts need = Facts::from_bits(~std::uint64_t{0});  // of every step that gives it
  };
  Facts goal_;
  std::array<Ways, static_cast<std::size_t>(Fact::count_)> ways_;
};

void replay(const Road& road, Facts from, Facts goal) {
  for (const StepKind* kind : road) {
    ensure(from.has_all(kind->effect.needs), "a planned step's needs hold when its turn comes");
    from = after(*kind, from);
  }
  ensure(from.has_all(goal), "a planned road ends at its goal");
}

}  // namespace

std::string_view name(Ration ration) {
  switch (ration) {
    case Ration::registration:
      return "register";
    case Ration::deregistration:
      return "deregister";
    case Ration::account:
      return "account";
    case Ration::none:
      break;
  }
  return "none";
}

const StepKind* find_kind(Catalogue catalogue, std::string_view name) {
  for (const StepKind& kind : catalogue) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

Millis settling(const StepKind& kind, const Policy& policy) {
  return (kind.slow ? policy.register_timeout : policy.request_timeout) + policy.server_delay_max +
         policy.status_lag_max;
}

Facts after(const StepKind& kind, Facts facts) { return (facts - kind.effect.takes) | kind.effect.gives; }

std::optional<Road> find_road(Catalogue catalogue, Facts from, Facts goal) {
  const Outlook outlook(catalogue, goal);
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> open;
  // The best way found so far to these facts. Most of them are come by in many ways: only a better one is followed up.
  struct Best {
    int cost = 0;
    std::string road;
    int left = 0;
    bool closed = false;
  };
  std::unordered_map<std::uint64_t, Best> best;
  open.push({0, 0, "", from});
  best[from.bits()] = {};
  while (!open.empty()) {
    const Candidate here = open.top();
    open.pop();
    Best& known = best[here.facts.bits()];
    if (known.closed) continue;
    known.closed = true;
    if (here.facts.has_all(goal)) {
      Road road;
      for (const char index : here.road) road.push_back(&catalogue[static_cast<unsigned char>(index)]);
      replay(road, from, goal);
      return road;
    }
    for (std::size_t i = 0; i < catalogue.size(); ++i) {
      const StepKind& kind = catalogue[i];
      if (!is_useful(kind, here.facts)) continue;
      const Facts next = after(kind, here.facts);
      const int cost = here.cost + cost_of(kind, here.facts) * Outlook::unit;
      const auto [found, is_new] = best.try_emplace(next.bits());
      Best& there = found->second;
      if (is_new) {
        there.left = outlook.left(next);
      } else if (there.closed || there.cost < cost) {
        continue;
      }
      if (there.left == Outlook::no_way) continue;
      std::string road = here.road + static_cast<char>(i);
      if (!is_new && there.cost == cost && there.road <= road) continue;
      there.cost = cost;
      there.road = road;
      open.push({cost + there.left, cost, std::move(road), next});
    }
  }
  return std::nullopt;
}

std::vector<Obstacle> obstacles(Catalogue catalogue, Facts from, Fact home) {
  // All that could ever hold, as if no step took anything.
  Facts reachable = from;
  for (bool grows = true; grows;) {
    grows = false;
    for (const StepKind& kind : catalogue) {
      if (!is_useful(kind, reachable)) continue;
      reachable = reachable | kind.effect.gives;
      grows = true;
    }
  }
  std::vector<Obstacle> found;
  for (const StepKind& kind : catalogue) {
    if (kind.effect.gives.has(home)) found.push_back({&kind, kind.effect.needs - reachable});
  }
  return found;
}

Facts full_goal(Direction direction, Facts from) {
  Facts asked;
  if (from.has(Fact::test_message_asked)) asked.add(Fact::test_message_delivered);
  if (from.has(Fact::inbound_asked)) asked.add(Fact::inbound_message_seen);
  if (direction == Direction::to_cloud) {
    return asked | Facts{Fact::cloud_is_home,     Fact::old_client_silent,         Fact::healthy_on_cloud,
                         Fact::app_subscribed,    Fact::cloud_profile_restored,    Fact::promises_compared,
                         Fact::webhook_effective, Fact::cloud_compliance_restored, Fact::cloud_picture_restored};
  }
  return asked | Facts{Fact::onprem_is_home,
                       Fact::shards_restored,
                       Fact::onprem_healthy,
                       Fact::onprem_settings_restored,
                       Fact::onprem_profile_restored,
                       Fact::onprem_about_restored,
                       Fact::onprem_compliance_restored,
                       Fact::onprem_picture_restored,
                       Fact::promises_compared};
}

Facts goal_of(Direction direction, Facts from) {
  const Fact home = direction == Direction::to_cloud ? Fact::cloud_is_home : Fact::onprem_is_home;
  return from.has(home) ? Facts{home} : full_goal(direction, from);
}

std::string_view name(WayBack way) {
  switch (way) {
    case WayBack::nothing:
      return "nothing";
    case WayBack::registration:
      return "registration";
    case WayBack::none:
      break;
  }
  return "none";
}

std::optional<WayBack> way_back_from(std::string_view text) {
  for (WayBack way : {WayBack::nothing, WayBack::registration, WayBack::none}) {
    if (name(way) == text) return way;
  }
  return std::nullopt;
}

WayBack way_back(Catalogue catalogue, Facts facts, Direction direction) {
  const Fact back = fact_of(old_home(direction));
  if (facts.has(back)) return WayBack::nothing;
  return find_road(catalogue, facts, {back}) ? WayBack::registration : WayBack::none;
}

std::optional<std::size_t> commit_point(const Road& road, Direction direction) {
  const Facts left = {fact_of(old_home(direction)), Fact::nowhere_is_home};
  for (std::size_t i = 0; i < road.size(); ++i) {
    const Effect& effect = road[i]->effect;
    if ((effect.takes | effect.may_take).has_any(left)) return i;
  }
  return std::nullopt;
}

}  // namespace wamigrate
