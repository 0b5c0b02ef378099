// What follows from a reply that did not do what was asked: wait, try again, find another road, leave it undone, or
// stop.
#include <fmt/format.h>

#include <algorithm>

#include "run/active.hpp"
#include "run/rations.hpp"
#include "run/texts.hpp"

namespace wamigrate {
namespace {

// A late mover's backup, or the registration with it: once refused, no other way is left but to give the profile up,
// and that is for a plan to say.
bool is_last_resort(const Step& step) {
  return step.kind.effect.needs.has(Fact::late_backup_possible) && step.kind.effect.gives.has(Fact::backup_in_hand);
}

}  // namespace

void Runner::react(std::size_t index, const Step& step, const Outcome& outcome) {
  using api::ErrorClass;
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  const Time now = doors_.clock.now();
  const std::string what =
      fmt::format("\"{}\" was {}: {}", step.kind.title,
                  outcome.how == Outcome::How::refused ? "refused" : "not answered", outcome.message);
  const std::string advised = outcome.advice.empty() ? what : sentence(what) + " " + without_stop(outcome.advice);
  ++active.failures;
  const Millis backoff = std::min(policy_.retry_max, policy_.retry_initial * (1 << std::min(active.failures - 1, 16)));
  active.since = active.due = now;
  active.failed_with = advised;

  if (outcome.how != Outcome::How::refused) {
    const bool api_down = outcome.code == "2";
    active.not_before = now + (api_down ? policy_.api_down_wait : backoff);
    if (step.call == nullptr || outcome.how == Outcome::How::not_sent) active.due = active.not_before;
    // What is in doubt is looked at, whatever is left to try.
    const bool is_settled = outcome.how != Outcome::How::ambiguous && !leaves_home(step.kind);
    if (is_settled && active.failures > policy_.retries) give_up(index);
    return;
  }
  const bool passes = outcome.error_class == ErrorClass::throttled || outcome.error_class == ErrorClass::settling ||
                      outcome.error_class == ErrorClass::down;
  const bool pauses = outcome.error_class == ErrorClass::token && step.side == api::Side::graph;
  if (step.kind.after_arrival && !pauses && (!passes || active.failures > policy_.retries)) {
    return wait_for_word(index, advised, "tries again");
  }
  if (!step.kind.forgoes.empty() && !pauses && (!passes || active.failures > policy_.retries)) {
    return forgo(index, step, advised);
  }
  if (is_last_resort(step) && !pauses && !passes) return stop_number(index, advised, {Fact::late_backup_possible});
  // What one new backup, deregistration or code has not cured, another will not.
  const bool again = number.refusals.at(std::string(api::name(outcome.error_class))) > 1;
  switch (outcome.error_class) {
    case ErrorClass::token:
      if (step.side == api::Side::graph) {
        return pause("token", what + "; nothing has failed. Put a good token behind " + plan_.fleet.graph.token.text() +
                                  ", then run the same command again");
      }
      return stop_number(index, advised);
    case ErrorClass::throttled: {
      const Millis wait = std::max(outcome.regain_after, backoff);
      active.not_before = now + wait;
      // What one number may send is nobody else's.
      const bool shared_limit = step.side == api::Side::graph && api::limit_of(outcome.code) != api::Limit::number;
      if (shared_limit) {
        heed_graph_limit(limit_met(index, outcome.code), wait);
        // Refused itself, it waits as all do: each try may cost a registration.
        active.not_before = std::max(active.not_before, graph_not_before(numbers_[index]->waba_id));
      }
      active.due = active.not_before;
      // One off the air heeds no other's refusal, so its own is kept over a restart.
      if (active.not_before - now >= worth_telling && (!shared_limit || is_off_the_air(index))) {
        wait_for(index, "time", what, active.not_before, "nothing: it goes on by itself");
      }
      return;
    }
    case ErrorClass::settling:
      active.not_before = now + policy_.recently_deleted_wait;
      return wait_for(index, "time", what, active.not_before, "nothing: it goes on by itself");
    case ErrorClass::down:
      active.not_before = now + backoff;
      return;
    case ErrorClass::pin:
      note_refused_pin(index);
      return stop_number(index, advised, {Fact::pin_given, Fact::pin_known});
    case ErrorClass::backup:
      if (again) return stop_number(index, advised, step.kind.effect.needs & Facts{Fact::late_backup_possible});
      return replan_without(index, {Fact::backup_in_hand}, what);
    case ErrorClass::half_done:
      if (again) return stop_number(index, advised);
      return replan_without(index, {Fact::cloud_released}, what);
    case ErrorClass::verify:
      if (step.kind.actor == Actor::person_during) return;  // another code will be asked for
      if (again) return stop_number(index, advised);
      return replan_without(index, {Fact::ownership_verified, Fact::ownership_code_requested}, what);
    case ErrorClass::budget:
      // What others have spent is not in the ledger; that it is all spent is known now, for 72 hours.
      for (int i = 0; i < ration_limit && step.kind.ration != Ration::none; ++i) {
        note_attempt(index, step.kind.ration);
      }
      return stop_number(index, advised);
    case ErrorClass::never:
      return stop_number(index, advised,
                         step.kind.ration == Ration::account ? Facts{Fact::onprem_registration_open} : Facts{});
    case ErrorClass::unknown:
      if (step.kind.actor == Actor::person_during) return;
      return stop_number(index, advised);
  }
}

// The retries of a step are used up.
void Runner::give_up(std::size_t index) {
  const std::string why = active_[index]->failed_with;
  const Step& step = step_of(progress_.numbers[index].step());
  if (step.kind.after_arrival) {
    active_[index]->failures = 0;
    return wait_for_word(index, why, "tries again");
  }
  if (!step.kind.forgoes.empty()) return forgo(index, step, why);
  if (is_last_resort(step)) return stop_number(index, why, {Fact::late_backup_possible});
  if (!is_committed(progress_.numbers[index])) {
    return wait_for_retry(index, fmt::format("{} Its {} retries are used up", sentence(why), policy_.retries));
  }
  active_[index]->failures = 0;
  wait_for(index, "person", why, std::nullopt, resume_command() + " tries again");
}

// It is served where it was, and what could not be had now may be had later. But nobody else waits for that: what its
// account's numbers share is let go of, and a PIN that others share is left to the next to prove.
void Runner::wait_for_retry(std::size_t index, const std::string& why) {
  const NumberProgress& number = progress_.numbers[index];
  // One that was nobody's before is settled, and rescued where that can be done.
  if (!is_served(number.home) || keeps_others_waiting(index)) return stop_number(index, why);
  free_waba_of(index);
  Active& active = *active_[index];
  active.failures = 0;
  active.backup_is_old = active.drained_long_ago = true;  // it may be hours
  const std::string seen = number.home_at ? "at " + to_iso(*number.home_at) : "by the plan";
  wait_for(index, waits_for_retry,
           fmt::format("{} Nothing that leaves its home was sent: as last seen {}, {} serves it", sentence(why), seen,
                       number.home == Home::onprem ? "on-premises" : "Cloud"),
           std::nullopt, resume_command() + " tries again");
}

// Somebody did not answer, and nothing that was answered says that the number has moved.
bool Runner::may_be_settled_later(std::size_t index, const Observation& seen) const {
  const std::string_view at_home = progress_.numbers[index].home == Home::cloud ? "CLOUD_API" : "ON_PREMISE";
  return seen.may_be_answered_later() && (!seen.graph.asked.answered() || seen.graph.platform_type == at_home);
}

// It is to prove a PIN, has not sent it yet, and others stand behind it.
bool Runner::keeps_others_waiting(std::size_t index) const {
  const std::string ref = numbers_[index]->pin.text();
  const auto prover = pin_prover_.find(ref);
  const auto behind = behind_pin_.find(ref);
  return prover != pin_prover_.end() && prover->second == index && behind != behind_pin_.end() &&
         !behind->second.empty() && !has_sent_pin(progress_.numbers[index]);
}

// A number that has arrived waits for nothing that its report can say as well.
void Runner::forgo(std::size_t index, const Step& step, const std::string& why) {
  Entry entry = entry_of(index, event::forgone);
  entry.step = step.kind.name;
  entry.message = fmt::format("left undone: {}. Do it by hand: {}", without_stop(why), step.kind.by_hand);
  write(std::move(entry));
  Active& active = *active_[index];
  active.failures = 0;
  active.not_before = {};
  active.since = active.due = doors_.clock.now();
}

void Runner::replan_without(std::size_t index, Facts denied, const std::string& why) {
  NumberProgress& number = progress_.numbers[index];
  // The denial becomes part of the journal with the new road, or with the stop.
  number.denied = number.denied | denied;
  number.vouched = number.vouched - denied;
  Active& active = *active_[index];
  active.replan_why = why;
  active.due = doors_.clock.now();
}

}  // namespace wamigrate
