// Graph's limits, the app's and each account's: how they are met, told, and waited for.
#include <fmt/format.h>

#include <algorithm>

#include "run/active.hpp"

namespace wamigrate {

using namespace std::chrono_literals;

// What is refused for asking too much slows down all that share the limit. This number waits too, if nothing can be
// told without what it was refused. Else it is worth a few waits, and no more; and what is off the air may have
// arrived.
bool Runner::waits_for_limit(std::size_t index, const Observation& seen) {
  Active& active = *active_[index];
  const std::string& waba = numbers_[index]->waba_id;
  bool limited = false;
  for (const Asked* asked : seen.graph_asked()) {
    if (!asked->throttled) continue;
    limited = true;
    slow_down(limit_met(index, *asked->code), asked->regain_after);
  }
  const bool needed = seen.graph.asked.throttled || seen.waba_asked.throttled || seen.apps_asked.throttled;
  const bool arriving = is_off_the_air(index);
  active.limited = limited && !needed ? active.limited + 1 : 0;
  Millis wait{0};
  for (const std::string& limit : {std::string(), waba}) {
    const auto met = limits_.find(limit);
    if (met == limits_.end()) continue;
    if (!limited && seen.graph.asked.answered()) met->second.wait = Millis(0);
    wait = std::max(wait, met->second.wait);
  }
  if (!limited) return false;
  if (!needed && (arriving || active.limited > policy_.retries)) return false;
  if (seen.readings.has(Reading::onprem_health)) note_home(index, find_home(*numbers_[index], seen));
  // One that has left its home is looked at all the same, if not so often that it spends what it waits for.
  const Time soon = doors_.clock.now() + std::max(policy_.retry_max, wait / 4);
  const Time until = graph_not_before(waba);
  wait_for_limit(active, arriving ? std::min(soon, until) : until);
  return true;
}

// Nobody's patience runs while the limit is waited for.
void Runner::wait_for_limit(Active& active, Time until) const {
  active.since += std::max(Millis(0), until - doors_.clock.now());
  active.due = until;
}

// The app's is "". One that names what a number may send was met by asking: then it is no smaller than the account's.
const std::string& Runner::limit_met(std::size_t index, std::string_view code) const {
  static const std::string of_the_app;
  return api::limit_of(code) == api::Limit::app ? of_the_app : numbers_[index]->waba_id;
}

// By the app's limit and by the account's.
Time Runner::graph_not_before(const std::string& waba) const { return std::max(limit_until(""), limit_until(waba)); }

// As it was met here, or told.
Time Runner::limit_until(const std::string& limit) const {
  const auto met = limits_.find(limit);
  const auto told = progress_.graph_until.find(limit);
  return std::max(met == limits_.end() ? Time{} : met->second.until,
                  told == progress_.graph_until.end() ? Time{} : told->second);
}

// All that share the limit ask less, and longer still if that was not enough.
void Runner::slow_down(const std::string& limit, Millis regain_after) {
  if (doors_.clock.now() < limit_until(limit)) return;  // one of those that had left already
  Millis& wait = limits_[limit].wait;
  wait = std::clamp(2 * wait, policy_.retry_max, std::max<Millis>(policy_.retry_max, 1h));
  heed_graph_limit(limit, std::max(wait, regain_after));
}

// What is long enough to be noticed is told, once for all that were refused together; so it holds for other workers
// too, and is kept over a restart.
void Runner::heed_graph_limit(const std::string& limit, Millis wait) {
  const Time until = doors_.clock.now() + wait;
  limits_[limit].until = std::max(limits_[limit].until, until);
  Time told{};
  for (const auto& [whose, end] : progress_.graph_until) {
    if (whose.empty() || whose == limit) told = std::max(told, end);
  }
  if (wait < worth_telling || until < told + worth_telling) return;
  tell_run_waits(waits_for_graph, graph_wait_text(limit, until), until, "", limit);
}

std::string Runner::graph_wait_text(const std::string& limit, Time until) {
  return fmt::format("Graph's limit{} is reached: until {} nothing is asked of it that can wait",
                     limit.empty() ? "" : " for the account " + limit, to_iso(until));
}

}  // namespace wamigrate
