// How fast numbers begin, so that an hour's calls to Graph last an hour.
#include "run/agenda.hpp"
#include "run/pace.hpp"
#include "run/tally.hpp"
#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using namespace std::chrono_literals;

namespace {

const Time noon = *parse_iso("2025-06-02T12:00:00.000Z");

CallBudget budget_of(int calls_per_hour) {
  Policy policy;
  policy.graph_calls_per_hour = calls_per_hour;
  return call_budget(policy);
}

}  // namespace

TEST_CASE("within no hour do more numbers begin than an hour's calls allow, and nearly as many do") {
  Pace pace(budget_of(1000));
  std::vector<Time> begun;
  const double calls = pace.calls_a_number();
  for (Time now = noon; now < noon + 6h; now += 1s) {
    while (pace.may_begin("waba", now) <= now) {
      pace.learn(0, static_cast<std::int64_t>(calls * static_cast<double>(begun.size() + 1)));
      pace.begun("waba", now);
      begun.push_back(now);
    }
  }
  for (const Time from : begun) {
    const auto within =
        std::count_if(begun.begin(), begun.end(), [&](Time at) { return at >= from && at < from + 1h; });
    CHECK(static_cast<double>(within) * calls <= 1000);
  }
  CHECK(static_cast<double>(begun.size()) * calls > 0.75 * 6 * 1000);
}

TEST_CASE("each WABA has a budget of its own") {
  Pace pace(budget_of(100));
  while (pace.may_begin("one", noon) <= noon) pace.begun("one", noon);
  CHECK(pace.may_begin("other", noon) == noon);
}

TEST_CASE("a budget smaller than one number's calls still lets one begin, and then takes its time") {
  Pace pace(budget_of(4));
  REQUIRE(pace.may_begin("waba", noon) == noon);
  pace.begun("waba", noon);
  CHECK(pace.may_begin("waba", noon) > noon + 1h);
}

TEST_CASE("the closer the wall that the headers show, the longer numbers wait for each other") {
  Pace pace(budget_of(1'000'000));
  pace.begun("waba", noon);
  Time last = noon;
  for (const int percent : {75, 85, 95, 100}) {
    pace.learn(percent, 1);
    const Time next = pace.may_begin("waba", noon);
    CHECK(next > last);
    last = next;
  }
  pace.learn(74, 1);
  CHECK(pace.may_begin("waba", noon) == noon);
}

TEST_CASE("a run keeps to its budget of calls") {
  Rig rig({.numbers = 40});
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.graph_calls_per_hour = 400;
  const Plan plan = rig.plan(Direction::to_cloud);
  const Progress end = rig.run(plan);
  CHECK(end.done);
  std::vector<Time> starts;
  for (const NumberProgress& number : end.numbers) {
    CHECK(number.state == NumberState::migrated);
    starts.push_back(*number.started_at);
  }
  std::sort(starts.begin(), starts.end());
  CHECK(starts.back() - starts.front() > 1h);
}

TEST_CASE("the agenda gives urgent numbers first, then the longest overdue, each once") {
  Agenda agenda(5);
  agenda.put(0, false, noon + 3s);
  agenda.put(1, false, noon + 1s);
  agenda.put(2, true, noon + 2s);
  agenda.put(3, false, noon + 9s);
  agenda.put(4, false, noon + 2s);
  agenda.put(4, false, noon + 4s);
  agenda.drop(0);
  CHECK(agenda.next(true) == noon + 2s);
  CHECK(agenda.next(false) == noon + 1s);
  CHECK(agenda.take_due(true, noon + 5s) == std::vector<std::size_t>{2});
  CHECK(agenda.take_due(false, noon + 5s) == std::vector<std::size_t>{1, 4});
  CHECK(agenda.take_due(false, noon + 5s).empty());
  CHECK(agenda.next(true) == Time::max());
  CHECK(agenda.next(false) == noon + 9s);
}

TEST_CASE("the tally counts by wave what each number's last standing says") {
  Tally tally({{0, 1}, {1, 2}, {3, 2}});
  CHECK(tally.wave_of(0) == 0);
  CHECK(tally.wave_of(2) == 1);
  CHECK(tally.wave_of(4) == 2);
  tally.set(1, {.busy = true});
  tally.set(2, {.ended = true, .failed = true});
  CHECK(tally.busy() == 1);
  CHECK(tally.unended(1) == 1);
  CHECK(tally.failed(1) == 1);
  tally.set(1, {.ended = true});
  CHECK(tally.busy() == 0);
  CHECK(tally.unended(1) == 0);
  CHECK(tally.unended() == 3);
  tally.set(2, {});
  CHECK(tally.failed() == 0);
  CHECK(tally.unended(1) == 1);
}
