// What is seen of a number, and what follows from it before and after its steps. Everything here is decided on the
// deciding thread from what jobs brought back; nothing blocks.
#include <fmt/format.h>

#include <algorithm>

#include "run/active.hpp"
#include "run/rations.hpp"
#include "run/texts.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

constexpr int replans_at_most = 6;
constexpr Millis account_is_fresh_for = 60s;

}  // namespace

void Runner::observe(std::size_t index, Readings readings) {
  if (readings.empty()) {
    active_[index]->looked = doors_.clock.now();
    return on_seen(index, Observation{});
  }
  auto job = std::make_unique<Job>();
  job->number = index;
  job->readings = readings;
  job->account_since = account_since(index);
  if (readings.has(Reading::test_evidence)) job->sent = sent_messages(index);
  active_[index]->in_flight = true;
  starting_.push_back(std::move(job));
}

// What numbers of one account share and nothing is sent for is read once for those that move at about the same time,
// but never from before something was sent for the number itself.
Time Runner::account_since(std::size_t index) const {
  Time since = doors_.clock.now() - account_is_fresh_for;
  for (const auto& [step, sent] : progress_.numbers[index].last_sent) since = std::max(since, sent + 1ms);
  return since;
}

void Runner::complete(Job& job) {
  if (job.is_feed) return on_feed(job.feed);
  if (!job.hook.empty()) return on_hook(job);
  conclude(job);
  place(job.number);
}

void Runner::conclude(Job& job) {
  Active& active = *active_[job.number];
  if (active.lost) return let_go_of_lost(job.number, job);
  active.in_flight = false;
  active.due = doors_.clock.now();
  active.looked = job.began;
  if (is_final(progress_.numbers[job.number].state) && !active.rechecking) {
    --rechecking_;  // called off meanwhile
    return;
  }
  if (job.step != nullptr) return on_outcome(job.number, *job.step, std::move(job.outcome));
  // Nothing follows any more from what a run that is being stopped has seen.
  if (!may_go_on(job.number) || is_called_off(job.number)) return;
  // Held up for longer than its lease, what was seen may be another's doing by now: it is looked at again.
  if (active.leased && active.due >= active.lease_until) return;
  const auto seen = std::make_shared<const Observation>(std::move(job.seen));
  active.seen = seen;
  active.seen_at = job.began;
  active.seen_until = active.due;
  on_seen(job.number, *seen);
}

// The longer it takes, the less often it is asked: a look is made late by an eighth at most, and the limits that all
// numbers share are not spent on waiting.
Time Runner::next_look(const Active& active) const {
  const Time now = doors_.clock.now();
  return now + std::clamp((now - active.since) / 8, policy_.settle_poll, 30 * policy_.settle_poll);
}

// Not yet, and its patience lasts. Told where that takes long, with the moment when it ends.
void Runner::look_again(std::size_t index) {
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  const Time now = doors_.clock.now();
  active.due = next_look(active);
  const Time until = patience_ends(index);
  const bool told = number.waits_for == waits_to_settle && number.until && until < *number.until + worth_telling;
  // What stops has told why.
  if (now - active.since < worth_telling || until <= now || number.stopping || told) return;
  const bool at_step = number.started && !number.step().empty() && active.replan_why.empty();
  const StepKind* kind = at_step ? &step_of(number.step()).kind : nullptr;
  Entry entry = entry_of(index, event::waiting);
  entry.step = number.step();
  entry.message = fmt::format(
      "{}; it is looked at again until {}",
      kind != nullptr ? fmt::format("\"{}\" does not hold yet", kind->title) : "where it stands can't be told yet",
      to_iso(until));
  const std::string_view key = kind == nullptr                               ? "settle_timeout"
                               : kind->after_arrival                         ? "wait of its test message"
                               : kind->effect.gives.has(Fact::queue_drained) ? "drain_timeout"
                                                                             : "settle_timeout";
  entry.more = {{"for", waits_to_settle},
                {"until", to_iso(until)},
                {"next", fmt::format("nothing; to change it, plan anew with another {}", key)}};
  write(std::move(entry));
}

// Of what is being waited for: its step, or where it stands.
Time Runner::patience_ends(std::size_t index) const {
  const NumberProgress& number = progress_.numbers[index];
  const Time since = active_[index]->since;
  if (!number.started || number.stopping || number.step().empty()) return since + policy_.settle_timeout;
  const StepKind& kind = step_of(number.step()).kind;
  if (awaits_messages(number)) return test_overdue_at(index, kind);
  if (kind.effect.gives.has(Fact::queue_drained)) return since + policy_.drain_timeout;
  return since + std::max(policy_.settle_timeout, settling(kind, policy_));
}

OwnRecord Runner::own_record(std::size_t index, const Observation& seen) {
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  OwnRecord own;
  own.vouched = number.vouched;
  own.doubtful = number.doubtful;
  own.denied = number.denied;
  own.pin_refused = number.pin_refused;
  own.last_home = last_home(index, seen);
  own.picture_sent = number.attempts.contains("open_picture_upload");
  // After a restart the client may have moved on: while it is up, a new backup is taken.
  const HomeFinding home = find_home(*numbers_[index], seen);
  const bool still_up = home.settled && home.home == Home::onprem;
  // What has queued up since the client was seen empty is not in any backup.
  const bool drained = number.drained_session == session_ && !active.drained_long_ago;
  if (still_up && !drained) own.vouched.remove(Fact::queue_drained);
  const bool fresh = number.backup_session == session_ && !active.backup_is_old;
  own.backup_fresh = number.backup_session != 0 && (fresh || !still_up);
  if (!std::exchange(active.snapshot_sought, true)) {
    active.snapshot = open_snapshot(blob_name("snapshot", number));
    // A way back knows what the client had while it served; a client that is down can't say it any more.
    const auto kept = active.snapshot ? open_snapshot(kept_snapshot(number.phone)) : std::nullopt;
    if (kept && !kept->application.is_null()) active.snapshot->application = kept->application;
  }
  own.snapshot = active.snapshot;
  return own;
}

// A registration without a backup loses nothing where Cloud was the last to serve the number: as far as this run has
// seen, and any other that has worked on it since.
Home Runner::last_home(std::size_t index, const Observation& seen) {
  const NumberProgress& number = progress_.numbers[index];
  if (number.last_served != Home::cloud || find_home(*numbers_[index], seen).home == Home::cloud) {
    return number.last_served;
  }
  const auto by_onprem = doors_.ledger.has_mark(number.phone, std::string(onprem_served_last));
  if (!by_onprem) trouble_ = by_onprem.error();
  return !by_onprem || *by_onprem ? Home::onprem : Home::cloud;
}

// … and every other run is told what this one sees.
void Runner::note_last_home(std::size_t index, Home home) {
  using What = LedgerStore::Change::What;
  if (home != Home::onprem && home != Home::cloud) return;
  noted_.push_back({home == Home::onprem ? What::marked : What::unmarked, progress_.numbers[index].phone,
                    std::string(onprem_served_last)});
}

// None is kept, or what is can't be opened. A store that can't be read is neither: who took it for none would take the
// snapshot again, of what the number is by now.
std::optional<Snapshot> Runner::open_snapshot(const std::string& purpose) {
  const auto sealed = sealed_blob(purpose);
  if (!sealed) trouble_ = sealed.error();
  if (!sealed || !*sealed) return std::nullopt;
  const auto text = doors_.sealer.open(**sealed, purpose);
  const auto json = text ? parse_json(text->reveal()) : std::nullopt;
  return json ? std::optional(snapshot_from_json(*json)) : std::nullopt;
}

Result<std::optional<std::string>> Runner::sealed_blob(const std::string& purpose) {
  for (auto kept = blobs_.rbegin(); kept != blobs_.rend(); ++kept) {
    if (kept->name == purpose) return std::optional(kept->sealed);
  }
  return doors_.store.blob(purpose);
}

Result<Secret> Runner::open_blob(const std::string& purpose) {
  auto sealed = sealed_blob(purpose);
  if (!sealed) return tl::make_unexpected(sealed.error());
  if (!*sealed) return fail("nothing is kept under \"" + purpose + "\"");
  return doors_.sealer.open(**sealed, purpose);
}

// A yes proves nothing soon after a request that may take the fact, nor a no soon after one that may give it.
bool Runner::too_early(std::size_t index, Facts facts, Answer answer) const {
  const NumberProgress& number = progress_.numbers[index];
  const Time now = active_[index]->looked;
  const auto& sent = answer == Answer::yes ? number.last_sent : number.last_unsure;
  return std::any_of(sent.begin(), sent.end(), [&](const auto& one) {
    const StepKind& kind = step_of(one.first).kind;
    Facts concerned =
        answer == Answer::yes ? kind.effect.takes | kind.effect.may_take : kind.effect.gives | kind.effect.may_give;
    // A refusal may still end a home's service; it serves nobody who was not served.
    if (!number.last_unsure.contains(one.first)) concerned = concerned & served;
    return concerned.has_any(facts) && now < one.second + settling(kind, policy_);
  });
}

Answer Runner::judged(std::size_t index, Facts facts, const Sighting& sighting) const {
  Answer worst = Answer::yes;
  for (const Fact fact : facts.list()) {
    Answer said = probe_of(fact).judge(sighting);
    if (said != Answer::unclear && too_early(index, {fact}, said)) said = Answer::unclear;
    if (said == Answer::no) return Answer::no;
    if (said == Answer::unclear) worst = Answer::unclear;
  }
  return worst;
}

void Runner::note_home(std::size_t index, const HomeFinding& finding) {
  const NumberProgress& number = progress_.numbers[index];
  if (!finding.settled || too_early(index, {fact_of(finding.home)}, Answer::yes)) return;
  if (finding.degraded && number.down_since) return;  // on its way home, and not there yet
  if (finding.home == number.home && !number.down_since) return;
  write_home(index, finding.home, finding.why);
}

void Runner::write_home(std::size_t index, Home home, const std::string& why) {
  Entry entry = entry_of(index, event::observed);
  entry.message = why;
  entry.more = {{"home", name(home)}};
  write(std::move(entry));
  note_last_home(index, home);
}

void Runner::on_seen(std::size_t index, const Observation& seen) {
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  const Time now = doors_.clock.now();
  if (seen.graph.asked.credentials || seen.waba_asked.credentials || seen.apps_asked.credentials) {
    const Asked& asked = seen.graph.asked.credentials  ? seen.graph.asked
                         : seen.waba_asked.credentials ? seen.waba_asked
                                                       : seen.apps_asked;
    return pause("token", "Graph refuses the token (" + asked.detail +
                              "); nothing has failed. Put a good token behind " + plan_.fleet.graph.token.text() +
                              ", then run the same command again");
  }
  if (waits_for_limit(index, seen)) return;
  if (seen.graph.asked.answered()) graph_answered_at_ = now;
  const bool waits_no_more = active.limited > policy_.retries && !is_off_the_air(index) && !awaits_messages(number);
  const bool patience_over = waits_no_more || active.looked >= patience_ends(index);
  const OwnRecord own = own_record(index, seen);
  // What it keeps itself had to be read: held up over that for longer than its lease, it looks again; and nothing
  // follows from what could not be read.
  if (trouble_ || (active.leased && doors_.clock.now() >= active.lease_until)) {
    active.seen.reset();
    active.due = doors_.clock.now();
    return;
  }
  const Sighting sighting{*numbers_[index], plan_.fleet.graph, plan_.options, seen, own, patience_over};
  if (seen.readings.has(Reading::onprem_health) && seen.readings.has(Reading::graph_node)) {
    note_home(index, home_of(sighting));
    note_arrival(index, home_of(sighting));
  }
  if (is_final(number.state)) return on_recheck(index, sighting);
  if (!number.started) return on_first_sight(index, sighting);
  if (!active.replan_why.empty()) {
    const std::string why = std::exchange(active.replan_why, {});
    const Facts facts = facts_to_plan_from(sighting);
    const Facts goal = number.to_old_home ? Facts{fact_of(old_home(direction_))} : full_goal(direction_, facts);
    const auto kinds = kinds_open_to(index);
    const auto road = find_road(kinds, facts, goal);
    // Where somebody does not answer, that there is no way says nothing yet.
    if (!road && !is_committed(number) && is_served(number.home) && may_be_settled_later(index, seen)) {
      if (patience_over) return wait_for_retry(index, why);
      active.replan_why = why;
      return look_again(index);
    }
    if (!road || ++active.replans > replans_at_most) {
      const HomeFinding finding = home_of(sighting);
      const bool arrived = finding.settled && finding.home == new_home(direction_) && !number.to_old_home;
      return arrived && number.stopping ? leave_unfinished(index) : stop_number(index, why);
    }
    Entry entry = entry_of(index, event::replanned);
    entry.message = why;
    entry.more = {{"road", json_of(*road)}, {"denied", json_of(number.denied)}, {"to_old_home", number.to_old_home}};
    write(std::move(entry));
    active.since = active.due = now;
    return;
  }
  if (number.stopping) return on_stopping(index, sighting);
  if (number.step().empty()) return on_arrival(index, sighting);
  on_step(index, sighting);
}

void Runner::note_arrival(std::size_t index, const HomeFinding& finding) {
  const Home meant = progress_.numbers[index].to_old_home ? old_home(direction_) : new_home(direction_);
  const bool there = finding.settled && finding.home == meant && !too_early(index, {fact_of(meant)}, Answer::yes);
  active_[index]->seen_at_home = there;
}

void Runner::on_arrival(std::size_t index, const Sighting& sighting) {
  Active& active = *active_[index];
  const HomeFinding finding = home_of(sighting);
  if (active.seen_at_home) return arrive(index);
  if (!finding.settled && !sighting.patience_over) {
    return look_again(index);
  }
  stop_number(index, "its steps were done, and it is no longer where they had brought it: " + finding.why);
}

// The plan is bound to what it was made from: a number that has changed since is not touched.
void Runner::on_first_sight(std::size_t index, const Sighting& sighting) {
  const NumberProgress& number = progress_.numbers[index];
  const PlannedNumber& planned = plan_.numbers[index];
  const HomeFinding finding = home_of(sighting);
  Active& active = *active_[index];
  const bool known = finding.settled && identity_known(sighting.seen);
  if (!known && !sighting.patience_over) {
    return look_again(index);
  }
  if (!number.pin_override.empty() && number.pin_override != numbers_[index]->pin.text()) {
    return wait_for_pin(index, "");
  }
  const Facts facts = facts_to_plan_from(sighting);
  const bool seen_later =
      may_be_settled_later(index, sighting.seen) && is_served(number.home) && !keeps_others_waiting(index);
  Json road = number.road;
  if (number.retried) {
    const auto kinds = kinds_open_to(index);
    const auto found = known ? find_road(kinds, facts, full_goal(direction_, facts)) : std::nullopt;
    if (!found && finding.settled && finding.home == new_home(direction_)) return leave_unfinished(index);
    if (!found) {
      if (!finding.settled) write_home(index, Home::unknown, finding.why);
      return end(index, finding.home == Home::nowhere || !finding.settled ? NumberState::stranded : NumberState::failed,
                 "no safe way leads on from here: " + finding.why);
    }
    road = json_of(*found);
  } else if (!known && sighting.seen.graph.asked.how == Asked::How::unreachable && graph_answered_at_ < active.since) {
    // Not this number has changed: nobody can be asked. The next one would end in the same way, and all after it.
    return pause("network", "Graph can't be reached from here (" + sighting.seen.graph.asked.detail +
                                "); nothing was sent for " + number.phone +
                                ", and nothing has failed. Once it can be reached again, run the same command");
  } else if (!known && seen_later) {
    return wait_for_retry(index, "where it is served can't be told: " + finding.why);
  } else if (!known) {
    write_home(index, Home::unknown, finding.why);
    return end(index, NumberState::stale, "where it is served can't be told any more: " + finding.why);
  } else if (finding.home != planned.home) {
    return end(
        index, NumberState::stale,
        fmt::format("planned from {}, but served by {} now: {}", name(planned.home), name(finding.home), finding.why));
  } else if (const Facts lost = planned.facts - facts; !lost.empty()) {
    const bool told = judged(index, lost, sighting) == Answer::no;
    if (!told && !sighting.patience_over) {
      return look_again(index);
    }
    if (!told && seen_later) return wait_for_retry(index, "can't be told: " + names_of(lost));
    return end(
        index, NumberState::stale,
        (told ? "no longer true since the plan was made: " : "can't be told any more since the plan was made: ") +
            names_of(lost));
  }
  if (road.empty() && finding.degraded) {
    // It is where it should be, and not whole there: nothing to do, and nothing to vouch for.
    if (!sighting.patience_over) {
      return look_again(index);
    }
    return end(index, NumberState::stale, "it is where it should be, but not whole: " + finding.why);
  }
  Entry entry = entry_of(index, event::started);
  entry.message = finding.why;
  entry.more = {{"road", road}, {"wave", progress_.wave}};
  write(std::move(entry));
  active.since = active.due = doors_.clock.now();
  if (road.empty()) end(index, NumberState::migrated, "it was served by its new home already");
}

}  // namespace wamigrate
