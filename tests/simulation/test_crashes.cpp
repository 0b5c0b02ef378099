// The crash matrix: one number, and a process that dies at every call through any door, in every way; at every pair of
// calls; at every call beside every failure of a request; under readings in which any two doubts meet. Nothing is
// drawn: these are all there are. A process that dies at a call that leaves nothing behind dies as if before the next
// that does, so the everyday tests are about the calls that do; the long ones are about all.
#include <fmt/format.h>

#include <array>

#include "simulation/simulation.hpp"
#include "support/catch.hpp"
#include "support/readings.hpp"

using namespace wamigrate;
using namespace wamigrate::simulation;

namespace {

constexpr std::array failures{sim::Action::lost,      sim::Action::reply_lost, sim::Action::late,    sim::Action::down,
                              sim::Action::throttled, sim::Action::reset,      sim::Action::garbage, sim::Action::half};
constexpr int situation_to_cloud = 0;
constexpr int situation_with_code = 2;

enum class Calls { lasting, all };

/// What becomes of all the schedules of a test.
class Trials {
 public:
  explicit Trials(std::string what) : what_(std::move(what)) {}
  Trials(const Trials&) = delete;
  Trials& operator=(const Trials&) = delete;
  ~Trials() { fmt::print("{}: {} schedules\n", what_, schedules_); }

  Verdict play(const Scenario& scenario) {
    ++schedules_;
    Simulation simulation(scenario);
    Verdict verdict = simulation.play();
    if (!verdict.complaints.empty()) {
      INFO(to_text(scenario) << "\n" << simulation.story());
      CHECK(fmt::format("{}", fmt::join(verdict.complaints, "\n")) == "");
    }
    return verdict;
  }

 private:
  std::string what_;
  int schedules_ = 0;
};

Scenario in(int situation, const sim::Dialect& dialect = {}) {
  Scenario scenario;
  scenario.situation = &situations().at(static_cast<std::size_t>(situation));
  scenario.dialect = dialect;
  return scenario;
}

std::vector<Call> lasting(const std::vector<Call>& calls) {
  std::vector<Call> some;
  std::copy_if(calls.begin(), calls.end(), std::back_inserter(some), [](const Call& call) { return call.lasts; });
  return some;
}

/// A store's call is made whole or not at all; only a request can be torn off.
std::vector<Cut> cuts_of(const Call& call) {
  if (call.is_request) return {Cut::before, Cut::after, Cut::torn};
  return {Cut::before, Cut::after};
}

/// Every crash of the `process`-th process of a run that went like `seen` so far.
std::vector<Crash> crashes_of(const Verdict& seen, std::size_t process, Calls which) {
  std::vector<Crash> all;
  if (process >= seen.calls.size()) return all;
  const std::vector<Call>& calls = seen.calls[process];
  for (const Call& call : which == Calls::all ? calls : lasting(calls)) {
    for (const Cut cut : cuts_of(call)) all.push_back({call.number, cut});
  }
  return all;
}

/// One crash, wherever it can be.
void crash_once(Trials& trials, Scenario scenario, Calls which) {
  const Verdict calm = trials.play(scenario);
  for (std::size_t process = 0; process < calm.calls.size(); ++process) {
    for (const Crash& crash : crashes_of(calm, process, which)) {
      scenario.crashes.assign(process, {});
      scenario.crashes.push_back(crash);
      trials.play(scenario);
    }
  }
}

/// Two crashes: of a process, and of the one that takes over, wherever that one can die after the first.
void crash_twice(Trials& trials, Scenario scenario, Calls which) {
  const Verdict calm = trials.play(scenario);
  for (const Crash& first : crashes_of(calm, 0, which)) {
    scenario.crashes = {first};
    const Verdict taken_over = trials.play(scenario);
    for (const Crash& second : crashes_of(taken_over, 1, which)) {
      scenario.crashes = {first, second};
      trials.play(scenario);
    }
  }
}

/// A request fails, and the process dies, wherever it can after that failure.
void fail_and_crash(Trials& trials, Scenario scenario, Calls which) {
  const Verdict calm = trials.play(scenario);
  for (const auto& [kind, count] : calm.requests_of) {
    const bool moves = kind == "register" || kind == "account" || kind == "backup";
    if (which == Calls::lasting && !moves) continue;
    for (int nth = 1; nth <= count; ++nth) {
      for (const sim::Action failure : failures) {
        sim::FaultRule rule;
        rule.on = kind;
        rule.nth = nth;
        rule.action = failure;
        scenario.faults = {rule};
        scenario.crashes.clear();
        const Verdict failed = trials.play(scenario);
        for (const Crash& crash : crashes_of(failed, 0, which)) {
          scenario.crashes = {crash};
          trials.play(scenario);
        }
      }
    }
  }
}

/// The first of several processes, at each of its calls that leaves something behind.
void befall_the_first(Trials& trials, Scenario scenario) {
  const Verdict calm = trials.play(scenario);
  for (const Call& call : lasting(calm.calls.at(0))) {
    std::vector<Fate> fates;
    for (const Cut cut : cuts_of(call)) fates.push_back({.crash = Crash{call.number, cut}});
    for (const bool after : {false, true}) {
      fates.push_back({.halts = {{.call = call.number, .after = after, .length = std::chrono::minutes(20)}}});
    }
    fates.push_back({.halts = {{.call = call.number, .length = std::chrono::minutes(5), .cut_off = true}}});
    for (Fate& fate : fates) {
      scenario.fates = {std::move(fate)};
      trials.play(scenario);
    }
  }
}

/// … and the second one stands still, while the first goes on.
void halt_the_second(Trials& trials, Scenario scenario) {
  const Verdict calm = trials.play(scenario);
  for (const Call& call : lasting(calm.calls.at(1))) {
    for (const bool after : {false, true}) {
      scenario.fates = {Fate{}, {.halts = {{.call = call.number, .after = after, .length = std::chrono::minutes(20)}}}};
      trials.play(scenario);
    }
  }
}

}  // namespace

TEST_CASE("a process that dies at any call, in any way, in any situation, loses nothing", "[crash]") {
  Trials trials("one crash");
  for (int situation = 0; situation < static_cast<int>(situations().size()); ++situation) {
    crash_once(trials, in(situation), Calls::lasting);
  }
}

TEST_CASE("two processes that die one after the other at any two calls lose nothing", "[crash]") {
  Trials trials("two crashes");
  crash_twice(trials, in(situation_to_cloud), Calls::lasting);
  crash_twice(trials, in(situation_with_code), Calls::lasting);
}

TEST_CASE("whatever becomes of a request, and wherever the process dies then, nothing is lost", "[crash]") {
  Trials trials("a failure and a crash");
  fail_and_crash(trials, in(situation_to_cloud), Calls::lasting);
  fail_and_crash(trials, in(situation_with_code), Calls::lasting);
}

TEST_CASE("under readings in which any two doubts meet, a process that dies at any call loses nothing", "[crash]") {
  Trials trials("pairs of readings and a crash");
  for (const sim::Dialect& dialect : readings_in_pairs()) {
    crash_once(trials, in(situation_to_cloud, dialect), Calls::lasting);
    crash_once(trials, in(situation_with_code, dialect), Calls::lasting);
  }
}

TEST_CASE("one of two workers that dies, stands still or is cut off at any call leaves its numbers whole", "[crash]") {
  Trials trials("two workers, and what befalls one");
  for (const int situation : {situation_to_cloud, situation_with_code}) {
    Scenario scenario = in(situation);
    scenario.numbers = 2;
    scenario.workers = 2;
    befall_the_first(trials, scenario);
    halt_the_second(trials, scenario);
  }
}

TEST_CASE("a run that dies, stands still or is cut off at any call beside another one of its number does no harm",
          "[crash]") {
  Trials trials("two runs, and what befalls one");
  for (const auto rival : {Scenario::Rival::there, Scenario::Rival::back}) {
    for (const int situation : {situation_to_cloud, situation_with_code}) {
      Scenario scenario = in(situation);
      scenario.rival = rival;
      befall_the_first(trials, scenario);
    }
  }
}

TEST_CASE("one crash at every call there is, under every reading and any two", "[.][long][crash]") {
  Trials trials("every reading and a crash");
  std::vector<sim::Dialect> dialects = sim::dialects_one_apart();
  for (const sim::Dialect& dialect : readings_in_pairs()) dialects.push_back(dialect);
  for (const sim::Dialect& dialect : dialects) {
    for (int situation = 0; situation < static_cast<int>(situations().size()); ++situation) {
      crash_once(trials, in(situation, dialect), Calls::lasting);
    }
  }
  for (int situation = 0; situation < static_cast<int>(situations().size()); ++situation) {
    crash_once(trials, in(situation), Calls::all);
  }
}

TEST_CASE("two crashes, and a failure and a crash, in every situation", "[.][long][crash][situations]") {
  Trials trials("pairs in every situation");
  for (int situation = 0; situation < static_cast<int>(situations().size()); ++situation) {
    crash_twice(trials, in(situation), Calls::lasting);
    fail_and_crash(trials, in(situation), Calls::lasting);
  }
}

TEST_CASE("two crashes, and a failure and a crash, at every call there is", "[.][long][crash]") {
  Trials trials("every pair of calls");
  for (const int situation : {situation_to_cloud, situation_with_code}) {
    crash_twice(trials, in(situation), Calls::all);
    fail_and_crash(trials, in(situation), Calls::all);
  }
}
