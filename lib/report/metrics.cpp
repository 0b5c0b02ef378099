// One pass over the numbers counts, then the families are written in an order that never changes. Lines whose count is
// nothing are written as well where all words are known: a monitoring system then sees 0 and not silence.
#include "report/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "plan/waves.hpp"
#include "report/downtime.hpp"
#include "report/exposition.hpp"
#include "report/standing.hpp"

namespace wamigrate {
namespace {

using namespace report;

constexpr std::array homes = {Home::onprem, Home::cloud, Home::nowhere, Home::app, Home::unknown};
constexpr std::array waits = {"code", "lease", "person", "pin", "postponement", waits_for_retry, "time"};
constexpr std::array run_waits = {"approval", waits_for_graph, "hook",          "lease", "limit",
                                  "pace",     "resume",        waits_for_retry, "watch", "window"};
// Upper bounds in tenths of a second: a register takes seconds, a missing person half an hour.
constexpr std::array<int, 12> bounds = {10, 25, 50, 100, 200, 300, 600, 1200, 3000, 6000, 18000, 36000};

struct Totals {
  Counts states, at_home, waiting, requests, open, refusals;
  std::size_t off_air = 0;
  Millis off_air_longest{0};
  std::array<std::size_t, bounds.size()> within{};  ///< Not cumulative.
  std::size_t measured = 0;
  Millis downtime{0};
  Millis downtime_longest{0};
  int registrations = 0;
};

void add_downtime(Totals& totals, Millis downtime) {
  ++totals.measured;
  totals.downtime += downtime;
  totals.downtime_longest = std::max(totals.downtime_longest, downtime);
  const auto bound =
      std::find_if(bounds.begin(), bounds.end(), [downtime](int tenths) { return downtime <= Millis(100) * tenths; });
  if (bound != bounds.end()) ++totals.within[static_cast<std::size_t>(bound - bounds.begin())];
}

Totals totals_of(const Progress& progress, Time now) {
  Totals totals;
  for (const auto state : by_urgency()) totals.states[std::string(name(state))];
  for (const Home home : homes) totals.at_home[std::string(name(home))];
  for (const char* word : waits) totals.waiting[word];
  for (const NumberProgress& number : progress.numbers) {
    ++totals.states[std::string(name(number.state))];
    ++totals.at_home[std::string(name(number.home))];
    if (number.state == NumberState::waiting) ++totals.waiting[number.waits_for];
    for (const auto& [step, attempts] : number.attempts) totals.requests[step] += static_cast<std::size_t>(attempts);
    if (!number.open_intent.empty()) ++totals.open[number.open_intent];
    for (const auto& [error_class, count] : number.refusals) {
      totals.refusals[error_class] += static_cast<std::size_t>(count);
    }
    totals.registrations += number.registers_used();
    if (is_measured(number)) add_downtime(totals, number.downtime);
    if (number.down_since) {
      ++totals.off_air;
      totals.off_air_longest = std::max(totals.off_air_longest, now - *number.down_since);
    }
  }
  return totals;
}

Millis length_of(const Progress& progress, Time now) {
  if (!progress.started_at) return Millis(0);
  return (progress.done && progress.ended_at ? *progress.ended_at : now) - *progress.started_at;
}

void put_run(Exposition& out, const Progress& progress, const Plan& plan, Time now) {
  out.family("plan", "info", "The plan that this run carries out.");
  out.sample("_info", label("digest", plan.digest) + "," + label("to", name(plan.direction)), 1);
  out.family("run", "stateset", "What holds the run back, or that it has ended; docs/formats.md says what each means.");
  const auto state = [&out](std::string_view word, bool is) {
    out.sample("", label("wamigrate_run", word), is ? 1 : 0);
  };
  state("held", !progress.held.empty());
  state("on_hold", progress.on_hold);
  state("aborted", progress.aborted);
  state("paused", !progress.paused.empty());
  state("done", progress.done);
  out.family("run_waits", "gauge", "1 for what has to come before new numbers begin.");
  Counts waiting;
  for (const char* word : run_waits) waiting[word] = 0;
  if (progress.waits) waiting[progress.waits->what] = 1;
  out.samples("", "for", waiting);
  out.family("run_duration_seconds", "gauge", "Time since the run began; once it has ended, how long it took.",
             "seconds");
  out.sample("", "", seconds(length_of(progress, now)));
  out.family("wave", "gauge", "The wave under way, from 1; 0 before the first.");
  out.sample("", "", progress.wave);
  out.family("waves", "gauge", "How many waves the plan has.");
  out.sample("", "", wave_spans(plan.fleet.policy, plan.numbers.size()).size());
}

void put_downtime(Exposition& out, const Totals& totals) {
  out.family("off_air", "gauge", "Numbers that are, or may be, served by nobody since a request left.");
  out.sample("", "", totals.off_air);
  out.family("off_air_longest_seconds", "gauge", "How long the longest of these has been so.", "seconds");
  out.sample("", "", seconds(totals.off_air_longest));
  out.family("downtime_seconds", "histogram",
             "Time off the air at most, of numbers that were and are served again: one observation a number.",
             "seconds");
  std::size_t so_far = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    so_far += totals.within[i];
    out.sample("_bucket", label("le", fmt::format("{}.{}", bounds[i] / 10, bounds[i] % 10)), so_far);
  }
  out.sample("_bucket", label("le", "+Inf"), totals.measured);
  out.sample("_count", "", totals.measured);
  out.sample("_sum", "", seconds(totals.downtime));
  out.family("downtime_max_seconds", "gauge", "The longest of these.", "seconds");
  out.sample("", "", seconds(totals.downtime_longest));
}

}  // namespace

std::string metrics_text(const Progress& progress, const Plan& plan, Time now) {
  const Totals totals = totals_of(progress, now);
  Exposition out;
  put_run(out, progress, plan, now);
  out.family("numbers", "gauge", "Numbers of the plan by state.");
  out.samples("", "state", totals.states);
  out.family("homes", "gauge", "Numbers of the plan by who was last seen to serve them.");
  out.samples("", "home", totals.at_home);
  out.family("waiting", "gauge", "Waiting numbers by what they wait for.");
  out.samples("", "for", totals.waiting);
  put_downtime(out, totals);
  out.family("registrations", "counter", "Registrations spent, on either side; Meta rations them.");
  out.sample("_total", "", totals.registrations);
  out.family("requests", "counter", "Changing requests by step, repetitions included.");
  out.samples("_total", "step", totals.requests);
  out.family("requests_open", "gauge", "Changing requests by step whose outcome is not known yet.");
  out.samples("", "step", totals.open);
  out.family("refusals", "counter", "Changing requests that were refused, by the class of the error.");
  out.samples("_total", "class", totals.refusals);
  return std::move(out).end();
}

}  // namespace wamigrate
