// How long a run is expected to take: waves, concurrency, soak, and roads.
#include "plan/waves.hpp"
#include "steps/step.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace std::chrono_literals;

namespace {

Policy policy_of(int concurrency, std::vector<Amount> waves, Millis soak = 0ms) {
  Policy policy;
  policy.concurrency = concurrency;
  policy.waves = std::move(waves);
  policy.soak = soak;
  return policy;
}

}  // namespace

TEST_CASE("a wave takes its longest road as often as concurrency needs turns, and soaks come on top") {
  const std::vector<Millis> roads(10, 60s);
  CHECK(expected_length(policy_of(10, {{100, true}}), roads, 1) == 60s);
  CHECK(expected_length(policy_of(4, {{100, true}}), roads, 1) == 180s);
  CHECK(expected_length(policy_of(10, {{1, false}, {100, true}}), roads, 1) == 120s);
  CHECK(expected_length(policy_of(10, {{1, false}, {100, true}}, 5min), roads, 1) == 120s + 10min);
  CHECK(expected_length(policy_of(10, {{100, true}}), {60s, 90s, 10s}, 1) == 90s);
  CHECK(expected_length(policy_of(10, {{100, true}}), {}, 1) == 0s);
}

TEST_CASE(
    "Graph's budget makes a run of many numbers of one account last longer, and an account of its own for each does "
    "not") {
  Policy policy = policy_of(100, {{100, true}});
  policy.graph_calls_per_hour = 1000;
  const std::vector<Millis> roads(100, 60s);
  // 2,500 calls: two hours with 1,000 each, and then 250 at once and 250 of 750.
  CHECK(expected_length(policy, roads, 100) == 2 * budgeted_hour + budgeted_hour / 3);
  CHECK(expected_length(policy, roads, 10) == 60s);
  CHECK(expected_length(policy, roads, 1) == 60s);
}

TEST_CASE("an ordinary number has a road in each direction, and more numbers take longer") {
  const Policy policy = policy_of(1, {{100, true}});
  for (const Direction direction : {Direction::to_cloud, Direction::to_onprem}) {
    const Facts start = ordinary_start(direction);
    CHECK(find_road(catalogue(), start, goal_of(direction, start)).has_value());
    const Millis one = expected_length(catalogue(), policy, direction, {start}, 1);
    CHECK(one > 10s);
    CHECK(one < 10min);
    CHECK(expected_length(catalogue(), policy, direction, {start, start, start}, 1) == 3 * one);
  }
}

TEST_CASE("numbers that no road leads on add nothing") {
  const Policy policy = policy_of(1, {{100, true}});
  CHECK(expected_length(catalogue(), policy, Direction::to_cloud, {Facts{}, Facts{}}, 1) == 0s);
}
