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

// Begins as soon as is allowed, looking each second; each number takes so many calls, and ends a while later.
std::vector<Time> begun_at_best(Pace& pace, Millis length, std::int64_t calls_each, Millis lasts) {
  std::vector<Time> begun;
  std::size_t ended = 0;
  for (Time now = noon; now < noon + length; now += 1s) {
    for (; ended < begun.size() && begun[ended] + lasts <= now; ++ended) pace.ended();
    const auto under_way = static_cast<std::int64_t>(begun.size() - ended);
    pace.learn({}, calls_each * static_cast<std::int64_t>(ended) + calls_each / 2 * under_way);
    while (pace.may_begin("waba", now) <= now) {
      pace.begun("waba", now);
      begun.push_back(now);
    }
  }
  return begun;
}

/// Of Graph, by the vendor's log from there on, whatever the windows are in which Graph counts.
std::ptrdiff_t most_calls_in_an_hour(const Rig& rig, std::size_t from) {
  std::vector<Time> calls;
  const auto log = rig.world->log();
  for (std::size_t i = from; i < log.size(); ++i) {
    if (log[i].side == sim::Side::graph) calls.push_back(log[i].at);
  }
  std::ptrdiff_t most = 0;
  for (auto first = calls.begin(); first != calls.end(); ++first) {
    most = std::max(most, std::lower_bound(first, calls.end(), *first + 1h) - first);
  }
  return most;
}

}  // namespace

TEST_CASE(
    "within no hour, whenever it begins, do numbers begin that take more than its calls, and nearly all are used") {
  const int limit = GENERATE(60, 200, 1000, 4500);
  const int calls = GENERATE(19, 25, 40);
  CAPTURE(limit, calls);
  Pace pace(budget_of(limit));
  const std::vector<Time> begun = begun_at_best(pace, 12h, calls, 20s);
  for (auto first = begun.begin(); first != begun.end(); ++first) {
    const auto end = std::lower_bound(first, begun.end(), *first + 1h);
    CHECK((end - first) * calls <= std::max(limit, 2 * calls));  // two begin before anything is known
  }
  if (limit >= 1000) CHECK(static_cast<double>(begun.size()) * calls > 0.92 * 12 * limit);
}

TEST_CASE("a quarter of an hour's calls is there at once, and the rest comes evenly") {
  Pace pace(budget_of(1000));
  std::vector<Time> begun = begun_at_best(pace, 2h, 25, 20s);
  CHECK(std::count(begun.begin(), begun.end(), noon) == 10);
  const auto later = std::upper_bound(begun.begin(), begun.end(), noon);
  for (auto next = later; next + 1 != begun.end() && *(next + 1) < noon + budgeted_hour; ++next) {
    CHECK(*(next + 1) - *next > 2min);
    CHECK(*(next + 1) - *next < 140s);
  }
}

TEST_CASE("numbers under way, whose calls are still to come, make no number look cheap") {
  Pace pace(budget_of(1'000'000));
  for (int i = 0; i < 60; ++i) pace.begun("waba", noon);
  pace.learn({}, 60);  // one call each so far
  CHECK(pace.calls_a_number() == usual_graph_calls);
  for (int i = 0; i < 20; ++i) pace.ended();
  pace.learn({}, 20 * 20 + 40 * 3);
  CHECK(pace.calls_a_number() == usual_graph_calls);
  for (int i = 0; i < 40; ++i) pace.ended();
  pace.learn({}, 60 * 20);
  CHECK(pace.calls_a_number() == 20);
  pace.learn({}, 60 * 40);
  CHECK(pace.calls_a_number() == 40);
}

TEST_CASE("the calls of numbers that were taken over make no number look dear") {
  Pace pace(budget_of(1'000'000));
  for (int i = 0; i < 64; ++i) pace.taken_over();
  pace.begun("waba", noon);
  pace.learn({}, 64 * 10);
  CHECK(pace.calls_a_number() == usual_graph_calls);
}

TEST_CASE("a number that was in other hands already is not set calls aside for") {
  Pace pace(budget_of(100));
  while (pace.may_begin("waba", noon) <= noon) pace.begun("waba", noon);
  pace.did_not_begin("waba");
  CHECK(pace.may_begin("waba", noon) == noon);
  pace.begun("waba", noon);
  CHECK(pace.may_begin("waba", noon) > noon);
}

TEST_CASE("one slow number makes the others look dear only until they are known") {
  Pace pace(budget_of(1'000'000));
  pace.begun("waba", noon);
  pace.learn({}, 300);
  CHECK(pace.calls_a_number() == 300);
  for (int i = 0; i < 9; ++i) pace.begun("waba", noon);
  pace.learn({}, 300 + 9 * 10);
  CHECK(pace.calls_a_number() == 39);
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
    pace.learn({{"", percent}}, 1);
    const Time next = pace.may_begin("waba", noon);
    CHECK(next > last);
    last = next;
  }
  pace.learn({{"", 74}}, 1);
  CHECK(pace.may_begin("waba", noon) == noon);
}

TEST_CASE("close to an account's wall only its numbers wait for each other, and close to the app's wall all do") {
  Pace pace(budget_of(1'000'000));
  pace.begun("one", noon);
  pace.begun("other", noon);
  pace.learn({{"one", 90}}, 1);
  CHECK(pace.may_begin("one", noon) > noon);
  CHECK(pace.may_begin("other", noon) == noon);
  pace.learn({{"", 90}}, 1);
  CHECK(pace.may_begin("one", noon) > noon);
  CHECK(pace.may_begin("other", noon) > noon);
  CHECK(pace.may_begin("third", noon) > noon);
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

TEST_CASE("an account whose calls are spent holds up no other account's numbers") {
  RigOptions options{.numbers = 40};
  options.adjust = [](int index, Number& number, sim::NumberSpec& spec) {
    number.waba_id = spec.waba_id = index < 20 ? "102290129340398" : "102290129340399";
  };
  Rig rig(options);
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.graph_calls_per_hour = 400;
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.numbers.size() == 40);
  const Progress end = rig.run(plan);
  CHECK(end.done);
  std::map<std::string, std::vector<Time>> starts;
  for (std::size_t i = 0; i < plan.numbers.size(); ++i) {
    CHECK(end.find(plan.number(i).phone.e164)->state == NumberState::migrated);
    starts[plan.number(i).waba_id].push_back(*end.find(plan.number(i).phone.e164)->started_at);
  }
  REQUIRE(starts.size() == 2);
  auto& one = starts.begin()->second;
  auto& other = std::next(starts.begin())->second;
  std::sort(one.begin(), one.end());
  std::sort(other.begin(), other.end());
  CHECK(other.front() - one.front() < 1min);
  CHECK(other.back() - one.back() < 5min);
  CHECK(one.back() - one.front() > 20min);
}

TEST_CASE("what the headers name that is no account of the plan counts for all") {
  /// All that Graph's headers say is that somebody has used nearly all.
  struct Elsewhere : Transport {
    explicit Elsewhere(Rig& at) : rig(at) {}
    HttpResult send(const HttpRequest& request) override {
      HttpResult result = rig.transport->send(request);
      if (result) result->headers = {{"x-business-use-case-usage", R"({"7":[{"call_count":95}]})"}};
      return result;
    }
    Rig& rig;
  };
  Rig rig({.numbers = 3});
  rig.fleet.policy.waves = {{1, false}, {100, true}};
  const Plan plan = rig.plan(Direction::to_cloud);
  Elsewhere elsewhere(rig);
  rig.in_front = &elsewhere;
  const Progress end = rig.run(plan);
  CHECK(end.done);
  CHECK(*end.numbers[1].started_at - *end.numbers[0].started_at > 1min);
  CHECK(*end.numbers[2].started_at - *end.numbers[1].started_at > 1min);
}

TEST_CASE("the looks after a soak keep to the budget of calls too") {
  Rig rig({.numbers = 80});
  rig.fleet.policy.waves = {{50, true}};
  rig.fleet.policy.soak = 1min;
  rig.fleet.policy.graph_calls_per_hour = 400;
  const Plan plan = rig.plan(Direction::to_cloud);
  const std::size_t before = rig.world->log().size();
  CHECK(rig.run(plan).done);
  CHECK(most_calls_in_an_hour(rig, before) <= 400);
}

TEST_CASE("no hour of a run sees more calls than it may") {
  Rig rig({.numbers = 60});
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.graph_calls_per_hour = 400;
  const Plan plan = rig.plan(Direction::to_cloud);
  const std::size_t before = rig.world->log().size();
  CHECK(rig.run(plan).done);
  CHECK(most_calls_in_an_hour(rig, before) <= 400);
}

TEST_CASE("what an earlier process began within the hour counts: a run that is killed again and again is no faster") {
  Rig rig({.numbers = 60});
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.graph_calls_per_hour = 400;
  const Plan plan = rig.plan(Direction::to_cloud);
  std::optional<Progress> end;
  while (!end) {
    rig.store->kill_at_append_ = 12;
    try {
      end = rig.run(plan);
    } catch (const Killed&) {
      rig.clock.advance(20s);
    }
  }
  CHECK(end->done);
  std::vector<Time> begun;
  for (const NumberProgress& number : end->numbers) begun.push_back(*number.started_at);
  std::sort(begun.begin(), begun.end());
  for (auto first = begun.begin(); first != begun.end(); ++first) {
    CHECK((std::lower_bound(first, begun.end(), *first + 1h) - first) * usual_graph_calls <= 400);
  }
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

TEST_CASE("a clock that was ahead, and was set right, holds back no number") {
  Rig rig({.numbers = 2});
  rig.fleet.policy.waves = {{1, false}, {1, false}};
  rig.fleet.policy.graph_calls_per_hour = 100;
  const Plan plan = rig.plan(Direction::to_cloud);
  const Time right = rig.clock.now();
  rig.clock.advance(24h);
  rig.stop_at = [&, met = false]() mutable {
    met = met || rig.entries.back().event == event::ended;
    return met;
  };
  (void)rig.run(plan);
  rig.stop_at = nullptr;
  rig.clock.set(right + 1h);
  const Progress end = rig.run_through(plan);
  INFO(rig.world->story());
  CHECK(end.done);
  CHECK(rig.clock.now() < right + 4h);
}
