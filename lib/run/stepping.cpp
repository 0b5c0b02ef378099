// One step of one number: is it settled, may its request leave, what does the reply mean.
#include <fmt/format.h>

#include <algorithm>

#include "run/active.hpp"
#include "run/rations.hpp"
#include "run/texts.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

constexpr int codes_at_most = 5;

bool covers(Readings read, Readings asked) { return (asked - read).empty(); }

bool only_waits(const Step& step) { return step.call == nullptr && step.conclude == nullptr; }

}  // namespace

// All that are missing or have run half, in one write. Who has those that can't be had is asked one by one.
Result<void> Runner::take_leases(const std::vector<std::size_t>& due) {
  if (shared()) return {};  // taken with the number
  const Time now = doors_.clock.now();
  const Millis length = lease_length();
  std::map<std::string, std::size_t> wanted;
  std::vector<std::string> phones;
  for (const std::size_t index : due) {
    if (!may_be_worked_on(index)) continue;
    if (active_[index]->leased && active_[index]->lease_until - now > length / 2) continue;
    phones.push_back(progress_.numbers[index].phone);
    wanted[phones.back()] = index;
  }
  const auto claims = doors_.ledger.claim(phones, phones.size(), settings_.holder, now, now + length);
  if (!claims) return tl::make_unexpected(claims.error());
  for (const auto& [phone, lease] : *claims) {
    note_lease(*active_[wanted.at(phone)], lease, now + length);
  }
  return {};
}

// One that has ended is only looked at again, after the soak of its wave: nobody else is to be kept from it.
bool Runner::may_be_worked_on(std::size_t index) const {
  return active_[index] && !active_[index]->in_flight && !active_[index]->rechecking &&
         !is_final(progress_.numbers[index].state);
}

bool Runner::take_lease(std::size_t index) {
  Active& active = *active_[index];
  const Time now = doors_.clock.now();
  const Millis length = lease_length();
  if (active.leased && active.lease_until - now > length / 2) return true;
  if (shared() && active.leased) return renew(index);
  const std::string& phone = progress_.numbers[index].phone;
  const auto lease = doors_.ledger.lease(phone, settings_.holder, now, now + length);
  if (!lease) {
    trouble_ = lease.error();
    return false;
  }
  if (lease->holder != settings_.holder) {
    active.leased = false;
    wait_for(
        index, "lease",
        fmt::format("{} is being worked on by {} until {} at the latest", phone, lease->holder, to_iso(lease->until)),
        std::nullopt, "wait for that process to end, then: " + resume_command());
    return false;
  }
  note_lease(active, *lease, now + length);
  return true;
}

void Runner::note_lease(Active& active, const LedgerStore::Lease& lease, Time until) {
  if (active.epoch != lease.epoch) {  // it may have been another's in between
    active.seen_at_home = false;
    active.seen.reset();
  }
  active.leased = true;
  active.epoch = lease.epoch;
  active.lease_until = until;
}

void Runner::advance(std::size_t index) {
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  if (active.in_flight || !may_go_on(index)) return;
  if (active.rechecking) return observe(index, home_readings | Readings{Reading::graph_health});
  if (!may_be_worked_on(index)) return;
  if (is_called_off(index)) {
    return number.started || number.retried ? stop_number(index, progress_.held) : end_unbegun(index);
  }
  if (!take_lease(index)) return;
  if (!number.started || !active.replan_why.empty() || number.stopping) {
    active.seen_for.reset();
    const bool road_is_known = !number.started && !number.retried;
    return observe(index, road_is_known ? planning_readings() | readings_ahead(index, 0) : planning_readings());
  }
  if (number.step().empty()) return arrive(index);
  if (active.postponed && settings_.is_postponed()) return postpone(active);
  const Step& step = step_of(number.step());
  if (step.kind.actor == Actor::person_before) {
    Entry entry = entry_of(index, event::outcome);
    entry.step = step.kind.name;
    entry.outcome = name(Outcome::How::done);
    entry.message = "vouched for by approving the plan";
    entry.more = {{"vouched", json_of(step.kind.effect.gives)}};
    write(std::move(entry));
  }
  if (is_settled_already(index, step)) return settle(index);
  if (step.kind.once_per_waba) {
    const auto holder = waba_holder_.emplace(numbers_[index]->waba_id, index).first;
    if (holder->second != index || !take_waba(numbers_[index]->waba_id, index)) {
      active.due = doors_.clock.now() + policy_.settle_poll;
      return;
    }
  }
  // What has left its home is looked at all the same.
  const Time not_before = graph_not_before(numbers_[index]->waba_id);
  if (doors_.clock.now() < not_before && !is_off_the_air(index)) return wait_for_limit(active, not_before);
  if (awaits_messages(number) && !number.test.sent.empty() && !may_inquire()) {
    active.due = doors_.clock.now() + policy_.settle_poll;
    return;
  }
  look_at_step(index, step);
}

// Its road is done. Where it was brought, another run may have moved it from, while this one was not at work.
void Runner::arrive(std::size_t index) {
  const bool back = progress_.numbers[index].to_old_home;
  if (!active_[index]->seen_at_home) return observe(index, home_readings);
  end(index, back ? NumberState::rolled_back : NumberState::migrated,
      back ? "brought back to its old home" : "served by its new home, verified");
}

// What must be known before a step's request may leave.
Readings Runner::readings_to_send(const Step& step) {
  if (step.call == nullptr) return readings_for(step.kind.effect.gives);
  return home_readings | readings_for(step.kind.effect.gives | step.kind.effect.needs);
}

// Graph's limits are shared by all numbers, so nothing is asked that is known. After its own request a step looks at
// what that gives, and no more. What was seen a moment ago, with nothing sent since, serves the next step as well; so
// the first look at a step reads what those after it will ask for.
void Runner::look_at_step(std::size_t index, const Step& step) {
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  const bool answered = number.open_intent.empty() && number.last_unsure.contains(std::string(step.kind.name));
  const Readings readings = answered ? readings_for(step.kind.effect.gives) : readings_to_look(index, step);
  const bool first_look = !active.seen || active.seen_for != number.next;
  active.seen_for = number.next;
  if (!first_look) return observe(index, readings);
  // What live numbers share another one may have changed meanwhile.
  if (!step.kind.once_per_waba && has_seen(active, readings)) {
    const auto seen = active.seen;
    active.looked = active.seen_at;
    return on_seen(index, *seen);
  }
  const bool may_take_time = step.kind.effect.gives.has_any(served) || (step.call != nullptr && !answered);
  observe(index, may_take_time ? readings : readings | readings_ahead(index, number.next + 1));
}

// As old as a look that has just ended, and a second older at most, however seldom a policy looks.
bool Runner::has_seen(const Active& active, Readings readings) const {
  return active.seen && covers(active.seen->readings, readings) &&
         doors_.clock.now() - active.seen_until <= std::min<Millis>(policy_.settle_poll, 1s);
}

// Up to the commit point what a request will need. Behind it, once the number was seen at home under this lease, only
// what tells whether there is anything to do: most of what is looked after there has come along by itself, and what has
// not is looked at again.
Readings Runner::readings_to_look(std::size_t index, const Step& step) const {
  const bool has_arrived = is_committed(progress_.numbers[index]) && active_[index]->seen_at_home;
  return has_arrived && !leaves_home(step.kind) ? readings_for(step.kind.effect.gives) : readings_to_send(step);
}

Readings Runner::readings_ahead(std::size_t index, std::size_t from) const {
  const NumberProgress& number = progress_.numbers[index];
  Readings readings;
  for (std::size_t i = from; i < number.road.size(); ++i) {
    const Step& step = step_of(number.road[i]);
    readings = readings | step.reads | readings_to_look(index, step);
    if (leaves_home(step.kind)) break;
  }
  return readings;
}

// What our own record settles of a step that may be left undone needs no reading.
bool Runner::is_settled_already(std::size_t index, const Step& step) {
  if (step.kind.forgoes.empty()) return false;
  const Observation nothing;
  const OwnRecord own = own_record(index, nothing);
  return judge_all(step.kind.effect.gives, {*numbers_[index], plan_.fleet.graph, plan_.options, nothing, own, false}) ==
         Answer::yes;
}

void Runner::on_step(std::size_t index, const Sighting& sighting) {
  const NumberProgress& number = progress_.numbers[index];
  const Step& step = step_of(number.step());
  const Answer answer = judged(index, step.kind.effect.gives, sighting);
  if (answer == Answer::yes) return settle(index, told_by_webhooks(step, sighting.seen));
  if (answer == Answer::no && number.vouched.has_any(step.kind.effect.gives & served)) {
    return stop_number(index, "the registration was answered as done, but " + number.phone +
                                  " is not served there, and a second one would not help: " + home_of(sighting).why +
                                  "; restarting the client's containers may");
  }
  if (answer == Answer::no && !only_waits(step)) {
    const Readings needed = readings_to_send(step);
    return covers(sighting.seen.readings, needed) ? attempt(index, step, sighting) : observe(index, needed);
  }
  if (answer == Answer::no && step.kind.actor == Actor::person_during) {
    return wait_for_pin(index, "the PIN of " + number.phone + " is not known, and nobody serves the number");
  }

  // Unclear, or a gate that opens by itself.
  if (!sighting.patience_over) {
    return look_again(index);
  }
  if (step.kind.after_arrival) {
    const bool lost = step.call != nullptr;
    return wait_for_word(index, lost ? "the answer to the test message was lost, and no webhook tells of it"
                                     : inconclusive_test(step, *numbers_[index]->test_message, sighting.seen));
  }
  const bool home_read = sighting.seen.readings.has(Reading::graph_node);
  std::string evidence = home_read ? home_of(sighting).why : "";
  for (const std::string& finding : sighting.seen.graph.health_findings)
    evidence += (evidence.empty() ? "" : "; ") + finding;
  const std::string what = fmt::format("{}: {} has not come to hold{}{}", step.kind.title,
                                       names_of(step.kind.effect.gives), evidence.empty() ? "" : "; ", evidence);
  const bool in_doubt = number.doubtful.has_any(step.kind.effect.gives - served) && step.call != nullptr;
  const bool later =
      !in_doubt && !is_committed(number) && is_served(number.home) && may_be_settled_later(index, sighting.seen);
  if (home_read && !home_of(sighting).settled && !later) write_home(index, Home::unknown, evidence);
  if (!step.kind.forgoes.empty() && (!home_read || home_of(sighting).settled)) return forgo(index, step, what);
  if (in_doubt) {
    return wait_for(index, "person",
                    "the reply to \"" + std::string(step.kind.title) +
                        "\" was lost, and nothing that can be observed tells whether it was carried out",
                    std::nullopt,
                    command("resolve", number.phone + " --assume done|not-done --evidence \"what you saw\""));
  }
  if (is_committed(number)) {
    return wait_for(index, "person", what, std::nullopt, resume_command() + " looks again once it is put right");
  }
  later ? wait_for_retry(index, what) : stop_number(index, what);
}

void Runner::settle(std::size_t index, std::string how) {
  const NumberProgress& number = progress_.numbers[index];
  const Step& step = step_of(number.step());
  Entry entry = entry_of(index, event::settled);
  entry.step = step.kind.name;
  entry.message = std::move(how);
  write(std::move(entry));
  if (step.kind.once_per_waba) free_waba(numbers_[index]->waba_id);
  if (step.kind.effect.gives.has(Fact::queue_drained)) active_[index]->drained_long_ago = false;
  if (step.kind.uses_pin && number.attempts.contains(std::string(step.kind.name))) {
    doubt_pin(index, false);
    note_proven_pin(index);
  }
  Active& active = *active_[index];
  active.since = active.due = doors_.clock.now();
  active.failures = 0;
  active.not_before = {};
  advance(index);
}

// A settled no: one more request, if its needs hold and nothing forbids it.
void Runner::attempt(std::size_t index, const Step& step, const Sighting& sighting) {
  Active& active = *active_[index];
  const Time now = doors_.clock.now();
  Time not_before = active.not_before;
  // A number off the air waits for what itself was refused, and any other for what all were, but only so often.
  const bool heeds_limits = !is_off_the_air(index) && active.limited <= policy_.retries;
  if (step.side == api::Side::graph && heeds_limits) {
    not_before = std::max(not_before, graph_not_before(numbers_[index]->waba_id));
  }
  if (now < not_before) {
    if (active.not_before - now >= worth_telling) {
      wait_for(index, "time", active.failed_with, active.not_before, "nothing: it goes on by itself");
    }
    active.due = not_before;
    return;
  }
  if (active.failures > policy_.retries) return give_up(index);
  Supplies supplies;
  if (step.call != nullptr) {
    const bool may_leave = !is_postponed(index, step) && !waits_for_window(index, step) &&
                           needs_hold(index, step, sighting) && has_ration(index, step) &&
                           pin_may_be_sent(index, step, sighting) && hook_lets_commit(index, step) &&
                           gather(index, step, supplies);
    if (!may_leave) return;  // what follows from that has been done
    Entry entry = entry_of(index, event::intent);
    entry.step = step.kind.name;
    entry.attempt = 1;
    if (step.kind.uses_pin) entry.more = {{"pin", numbers_[index]->pin.text()}};
    const NumberProgress& number = progress_.numbers[index];
    if (const auto sent = number.attempts.find(std::string(step.kind.name)); sent != number.attempts.end()) {
      entry.attempt += sent->second;
    }
    if (step.names != nullptr && step.side == api::Side::graph) {
      supplies.tag = tag_of(index, entry.attempt);
      entry.more = {{"tag", supplies.tag}};
    }
    write(std::move(entry));
    if (step.kind.ration != Ration::none) {
      note_attempt(index, step.kind.ration);
      note_last_home(index, number.home);  // which it may take
    }
    if (step.kind.uses_pin) doubt_pin(index, true);
    Time until = active.lease_until;
    if (step.kind.once_per_waba && shared()) until = std::min(until, waba_until(index));
    supplies.not_after = until - settling(step.kind, policy_);
  }
  supplies.snapshot = active.snapshot;
  if (step.conclude != nullptr && has_seen(active, step.reads)) {
    const auto seen = active.seen;
    return on_outcome(index, step, doors_.site.conclude(step, *numbers_[index], supplies, *seen));
  }
  supplies.account_since = account_since(index);
  auto job = std::make_unique<Job>();
  job->number = index;
  job->step = &step;
  job->supplies = std::move(supplies);
  active.in_flight = true;
  starting_.push_back(std::move(job));
}

// Before its commit point a number waits as long as the postpone file is there. Afterwards it is drained and backed up
// anew: hours may have passed.
bool Runner::is_postponed(std::size_t index, const Step& step) {
  if (!settings_.is_postponed || !leaves_home(step.kind) || is_committed(progress_.numbers[index])) return false;
  Active& active = *active_[index];
  if (settings_.is_postponed()) {
    active.postponed = true;
    active.may_commit = false;
    wait_for(index, "postponement", "its commit point is postponed as long as " + settings_.postpone_file + " is there",
             std::nullopt, "rm " + settings_.postpone_file);
    postpone(active);
    return true;
  }
  if (!active.postponed) return false;
  active.postponed = false;
  active.backup_is_old = active.drained_long_ago = true;
  replan_without(index, {}, "its commit point is no longer postponed");
  return true;
}

// One that has begun in time and could not leave in time waits for the next window, and is drained and backed up anew.
bool Runner::waits_for_window(std::size_t index, const Step& step) {
  const NumberProgress& number = progress_.numbers[index];
  if (!leaves_home(step.kind) || is_committed(number) || !is_served(number.home)) return false;
  if (auto laid = lay_out_windows(); !laid) {
    trouble_ = laid.error();
    return true;
  }
  const Time now = doors_.clock.now();
  if (openings_.open_until(now)) return false;
  const auto start = openings_.earliest_start(now, expected_length(index));
  if (!start) {
    stop_number(index, "none of the policy's windows is ever long enough for it");
    return true;
  }
  active_[index]->backup_is_old = active_[index]->drained_long_ago = true;
  active_[index]->may_commit = false;
  wait_for(index, "time", "its window closed before it could leave its home: it goes on at " + to_iso(*start), start,
           "nothing: it goes on by itself");
  return true;
}

// Nobody is asked meanwhile, and nobody's patience runs.
void Runner::postpone(Active& active) const {
  active.since = doors_.clock.now();
  active.due = active.since + policy_.settle_poll;
}

bool Runner::needs_hold(std::size_t index, const Step& step, const Sighting& sighting) {
  const Answer needs = judged(index, step.kind.effect.needs, sighting);
  const bool identity = identity_conflict(sighting.number, sighting.seen).empty() && identity_known(sighting.seen);
  // A client with a node missing is no ground to leave from.
  const bool leaves = (step.kind.effect.takes | step.kind.effect.may_take).has(Fact::onprem_is_home);
  const bool degraded = leaves && home_of(sighting).degraded;
  if (needs == Answer::unclear || !identity || degraded) {
    if (sighting.patience_over && step.kind.after_arrival) {
      wait_for_word(index, "what the test message needs can't be told: " + home_of(sighting).why, "looks again",
                    "The number was last seen at its new home");
    } else if (sighting.patience_over) {
      const std::string why = "what it needs can't be told: " + home_of(sighting).why;
      const bool waits = may_be_settled_later(index, sighting.seen) && !is_committed(progress_.numbers[index]);
      waits ? wait_for_retry(index, why) : stop_number(index, why);
    } else {
      look_again(index);
    }
    return false;
  }
  if (needs == Answer::yes) return true;
  const Facts missing = step.kind.effect.needs - facts_that_hold(sighting, false);
  replan_without(index, {}, fmt::format("{} no longer holds before \"{}\"", names_of(missing), step.kind.title));
  return false;
}

bool Runner::has_ration(std::size_t index, const Step& step) {
  if (step.kind.ration == Ration::none) return true;
  const NumberProgress& number = progress_.numbers[index];
  int used = 0;
  for (const auto& [name, count] : number.attempts) {
    if (step_of(name).kind.ration == step.kind.ration) used += count;
  }
  const auto refusal = ration_refusal(doors_.ledger, number.phone, step.kind.ration, used, number.home == Home::nowhere,
                                      doors_.clock.now());
  if (!refusal) {
    trouble_ = refusal.error();
    return false;
  }
  if (!refusal->empty()) stop_number(index, *refusal);
  return refusal->empty();
}

bool Runner::pin_may_be_sent(std::size_t index, const Step& step, const Sighting& sighting) {
  const NumberProgress& number = progress_.numbers[index];
  // No answer, and the number is off on both sides: that is how a refused PIN looks, to this run or another. A person
  // must look first.
  const auto doubted =
      step.kind.uses_pin ? doors_.ledger.has_mark(number.phone, doubt_mark(index)) : Result<bool>(false);
  if (!doubted) {
    trouble_ = doubted.error();
    return false;
  }
  if ((*doubted || (step.kind.uses_pin && number.doubtful.has_any(step.kind.effect.gives))) &&
      home_of(sighting).home == Home::nowhere) {
    wait_for(index, "person",
             "the reply to a request with its PIN was lost, and nobody serves the number since: the PIN may "
             "have been refused, and a refused PIN is never sent again",
             std::nullopt,
             "make sure of the PIN in WhatsApp Manager, then: " +
                 command("resolve", number.phone + " --assume not-done --evidence \"the PIN is right\"") +
                 ", then: " + resume_command());
    return false;
  }
  if (!step.kind.uses_pin && !step.kind.effect.needs.has(Fact::pin_given)) return true;
  const auto refused = doors_.ledger.has_mark(
      number.phone, pin_mark(doors_.sealer, *numbers_[index], doors_.site.pin(*numbers_[index])));
  if (!refused) {
    trouble_ = refused.error();
    return false;
  }
  if (*refused) {
    stop_number(index, "a server has refused this PIN for this number before; it is never sent again",
                {Fact::pin_given, Fact::pin_known});
  }
  return !*refused;
}

// What the request is built from: a kept backup, what an earlier step was given, a person's code.
bool Runner::gather(std::size_t index, const Step& step, Supplies& supplies) {
  const NumberProgress& number = progress_.numbers[index];
  if (step.kind.effect.needs.has(Fact::backup_in_hand)) {
    auto backup = open_blob(blob_name("backup", number));
    if (!backup) {
      replan_without(index, {Fact::backup_in_hand}, "the kept backup can't be opened: " + backup.error().message);
      return false;
    }
    supplies.backup = std::move(*backup);
  }
  if (!step.uses.empty()) {
    auto kept = open_blob(blob_name(step.uses, number));
    if (!kept) {
      forgo(index, step, kept.error().message);
      return false;
    }
    supplies.upload = std::move(*kept);
  }
  return step.kind.actor != Actor::person_during || take_code(index, step, supplies);
}

bool Runner::take_code(std::size_t index, const Step& step, Supplies& supplies) {
  const NumberProgress& number = progress_.numbers[index];
  auto code = codes_.find(number.phone);
  if (code != codes_.end() && progress_.heard.contains(code->second.number)) {
    codes_.erase(code);  // another worker has used it
    code = codes_.end();
  }
  if (code == codes_.end()) {
    const auto tried = number.attempts.find(std::string(step.kind.name));
    if (tried != number.attempts.end() && tried->second >= codes_at_most) {
      stop_number(index, fmt::format("{} codes were refused", tried->second));
    } else {
      wait_for(index, "code", "a code was sent to " + number.phone + "; it is needed to go on", std::nullopt,
               command("answer", number.phone + " --code-from -"));
    }
    return false;
  }
  const auto message = parse_json(code->second.text);
  auto opened = doors_.sealer.open(message ? text_at(*message, "sealed") : "", "code " + number.phone);
  Entry entry = entry_of(index, event::heard);
  entry.message = opened ? "a person has supplied the code" : "the supplied code can't be opened; supply it again";
  entry.more = {{"message", code->second.number}, {"said", "code"}};
  codes_.erase(code);
  write(std::move(entry));
  if (opened) supplies.code = std::move(*opened);
  return opened.has_value();
}

void Runner::note_refused_pin(std::size_t index) {
  noted_.push_back({LedgerStore::Change::What::marked, progress_.numbers[index].phone,
                    pin_mark(doors_.sealer, *numbers_[index], doors_.site.pin(*numbers_[index]))});
}

// While a request with it is under way a PIN is in doubt, for every run: its refusal may never be heard of.
void Runner::doubt_pin(std::size_t index, bool doubted) {
  using What = LedgerStore::Change::What;
  noted_.push_back({doubted ? What::marked : What::unmarked, progress_.numbers[index].phone, doubt_mark(index)});
}

void Runner::note_attempt(std::size_t index, Ration ration) {
  noted_.push_back({LedgerStore::Change::What::attempt, progress_.numbers[index].phone, std::string(name(ration))});
}

std::string Runner::doubt_mark(std::size_t index) const {
  return mark_of_doubt(pin_mark(doors_.sealer, *numbers_[index], doors_.site.pin(*numbers_[index])));
}

void Runner::on_outcome(std::size_t index, const Step& step, Outcome outcome) {
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  if (step.call != nullptr || outcome.how != Outcome::How::done) active.seen.reset();
  if (outcome.product) {
    const std::string earlier = blob_name(step.keeps, number);
    std::string purpose = earlier;
    if (shared() && step.keeps != "snapshot") purpose = fmt::format("{} {} {}", step.keeps, number.phone, session_);
    // What another worker kept goes with it, and is not left behind when the number ends.
    if (purpose != earlier) spent_blobs_.push_back(earlier);
    blobs_.push_back({purpose, doors_.sealer.seal(*outcome.product, purpose)});
    active.snapshot.reset();
    active.snapshot_sought = false;
  }
  // A step that changes nothing has no intent; its failures are only asked again.
  if (step.call != nullptr || outcome.how == Outcome::How::done) {
    Entry entry = entry_of(index, event::outcome);
    entry.step = step.kind.name;
    if (const auto sent = number.attempts.find(std::string(step.kind.name)); sent != number.attempts.end()) {
      entry.attempt = sent->second;
    }
    entry.outcome = name(outcome.how);
    entry.http_status = outcome.http_status;
    entry.code = outcome.code;
    entry.fbtrace_id = outcome.fbtrace_id;
    entry.message = outcome.message;
    entry.more = {{"class", outcome.how == Outcome::How::done ? "" : api::name(outcome.error_class)},
                  {"vouched", json_of(outcome.vouched)},
                  {"notes", outcome.notes}};
    if (!outcome.message_id.empty()) entry.more["id"] = outcome.message_id;
    write(std::move(entry));
  }
  if (step.kind.uses_pin && outcome.how != Outcome::How::ambiguous) doubt_pin(index, false);
  if (step.kind.once_per_waba && outcome.how != Outcome::How::ambiguous) free_waba(numbers_[index]->waba_id);
  if (outcome.how == Outcome::How::done) {
    if (outcome.vouched.has(Fact::backup_in_hand)) active.backup_is_old = false;
    active.failures = 0;
    active.since = active.due = doors_.clock.now();
    return advance(index);
  }
  react(index, step, outcome);
}

}  // namespace wamigrate
