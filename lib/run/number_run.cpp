// One number: observe, decide, attempt, react. Everything here is decided on the deciding thread from what jobs
// brought back; nothing blocks.
#include <fmt/format.h>

#include <algorithm>

#include "run/active.hpp"
#include "run/rations.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

constexpr Facts served = {Fact::onprem_is_home, Fact::cloud_is_home};
constexpr int replans_at_most = 6;
constexpr int rescues_at_most = 2;
constexpr int codes_at_most = 5;

Fact fact_of(Home home) {
  return home == Home::onprem  ? Fact::onprem_is_home
         : home == Home::cloud ? Fact::cloud_is_home
                               : Fact::nowhere_is_home;
}

Home old_home(Direction direction) { return direction == Direction::to_cloud ? Home::onprem : Home::cloud; }

Home goal_home(Direction direction) { return direction == Direction::to_cloud ? Home::cloud : Home::onprem; }

std::string names_of(Facts facts) {
  std::string names;
  for (Fact fact : facts.list()) names += (names.empty() ? "" : ", ") + std::string(name(fact));
  return names;
}

Json json_of(Facts facts) {
  Json names = Json::array();
  for (Fact fact : facts.list()) names.push_back(name(fact));
  return names;
}

Json json_of(const Road& road) {
  Json names = Json::array();
  for (const StepKind* kind : road) names.push_back(kind->name);
  return names;
}

bool only_waits(const Step& step) { return step.call == nullptr && step.conclude == nullptr; }

// Texts come with and without a full stop at their end.
std::string without_stop(std::string text) {
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string sentence(const std::string& text) { return without_stop(text) + "."; }

// A late mover's backup, or the registration with it: once refused, no other way is left but to give the profile up,
// and that is for a plan to say.
bool is_last_resort(const Step& step) {
  return step.kind.effect.needs.has(Fact::late_backup_possible) && step.kind.effect.gives.has(Fact::backup_in_hand);
}

std::string blob_name(std::string_view what, const NumberProgress& number) {
  return std::string(what) + " " + number.phone;
}

}  // namespace

std::string Runner::resume_command() const {
  return "wamigrate apply " + settings_.run_name + "/plan.json --run " + settings_.run_name;
}

std::string kept_snapshot(const std::string& phone) { return "kept snapshot " + phone; }

std::string Runner::command(const std::string& verb, const std::string& rest) const {
  return "wamigrate " + verb + " --run " + settings_.run_name + (rest.empty() ? "" : " " + rest);
}

bool Runner::is_committed(const NumberProgress& number) const {
  if (is_final(number.state)) return false;
  return std::any_of(number.last_sent.begin(), number.last_sent.end(), [](const auto& sent) {
    const StepKind& kind = step_of(sent.first).kind;
    return kind.ration == Ration::registration || (kind.effect.takes | kind.effect.may_take).has_any(served);
  });
}

// A request of this number may yet be carried out, or what it took may yet show.
bool Runner::may_still_land(std::size_t index) const {
  const NumberProgress& number = progress_.numbers[index];
  const Time now = doors_.clock.now();
  return std::any_of(number.last_sent.begin(), number.last_sent.end(),
                     [&](const auto& sent) { return now < sent.second + settling(step_of(sent.first).kind, policy_); });
}

// While a request with it is under way a PIN is in doubt, for every run: its refusal may never be heard of.
void Runner::doubt_pin(std::size_t index, bool doubted) {
  doubted_pins_.emplace_back(progress_.numbers[index].phone, doubt_mark(index), doubted);
}

std::string Runner::doubt_mark(std::size_t index) const {
  return "doubt " + pin_mark(doors_.sealer, *numbers_[index], doors_.site.pin(*numbers_[index]));
}

// What a new road may be made of: nothing that vouches for something or gives something up, but for what was approved.
std::vector<StepKind> Runner::kinds_open_to(std::size_t index, bool people) const {
  const std::vector<std::string>& approved = plan_.roads[plan_.numbers[index].road].steps;
  std::vector<StepKind> kinds;
  for (const StepKind& kind : catalogue()) {
    const bool planned = std::find(approved.begin(), approved.end(), kind.name) != approved.end();
    if ((kind.must_be_planned && !planned) || (kind.actor == Actor::person_during && !people)) continue;
    kinds.push_back(kind);
  }
  return kinds;
}

// A shared PIN reference is proven on one number before a second uses it.
bool Runner::may_start(std::size_t index) {
  const std::string ref = numbers_[index]->pin.text();
  const auto shared = pin_refs_.find(ref);
  if (shared == pin_refs_.end() || shared->second) return true;
  const auto& road = progress_.numbers[index].road;
  const bool uses_pin =
      std::any_of(road.begin(), road.end(), [](const std::string& step) { return step_of(step).kind.uses_pin; });
  if (!uses_pin) return true;
  return pin_prover_.emplace(ref, index).first->second == index;
}

// Asked to stop, a run still brings what it has begun to move to its verification; asked twice, not even that.
bool Runner::may_go_on(std::size_t index) const {
  const int stops = stops_;
  return progress_.paused.empty() && (stops == 0 || (stops == 1 && is_committed(progress_.numbers[index])));
}

bool Runner::take_lease(std::size_t index) {
  Active& active = *active_[index];
  const Time now = doors_.clock.now();
  const Millis longest = policy_.register_timeout + policy_.server_delay_max + policy_.status_lag_max;
  const Millis length = 2 * longest + 2min;
  if (active.leased && active.lease_until - now > length / 2) return true;
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
  active.leased = true;
  active.lease_until = now + length;
  return true;
}

void Runner::advance(std::size_t index) {
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  if (is_final(number.state) || active.in_flight || !may_go_on(index)) return;
  if (!take_lease(index)) return;
  if (!number.started || !active.replan_why.empty()) return observe(index, planning_readings());
  if (number.stopping) return observe(index, planning_readings());
  if (number.step().empty()) {
    return end(index, number.to_old_home ? NumberState::rolled_back : NumberState::migrated,
               number.to_old_home ? "brought back to its old home" : "served by its new home, verified");
  }
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
    if (holder->second != index) {
      active.due = doors_.clock.now() + policy_.settle_poll;
      return;
    }
  }
  // What has left its home is looked at all the same.
  if (doors_.clock.now() < graph_not_before_ && !is_committed(number)) {
    return wait_for_limit(active);
  }
  Readings readings = readings_for(step.kind.effect.gives);
  if (step.call != nullptr) readings = readings | home_readings | readings_for(step.kind.effect.needs);
  observe(index, readings);
}

// The longer it takes, the less often it is asked: a look is made late by an eighth at most, and the limits that all
// numbers share are not spent on waiting.
Time Runner::next_look(const Active& active) const {
  const Time now = doors_.clock.now();
  return now + std::clamp((now - active.since) / 8, policy_.settle_poll, 30 * policy_.settle_poll);
}

// Nobody's patience runs while the limit is waited for.
void Runner::wait_for_limit(Active& active) const {
  active.since += std::max(Millis(0), graph_not_before_ - doors_.clock.now());
  active.due = graph_not_before_;
}

// Everybody shares the limit: all ask less, and longer still if that was not enough.
void Runner::slow_down() {
  const Time now = doors_.clock.now();
  if (now < graph_not_before_) return;  // one of those that had left already
  graph_wait_ = std::clamp(2 * graph_wait_, policy_.retry_max, std::max<Millis>(policy_.retry_max, 1h));
  graph_not_before_ = now + std::max(graph_wait_, doors_.site.usage().regain_after);
}

// What our own record settles of a step that may be left undone needs no reading.
bool Runner::is_settled_already(std::size_t index, const Step& step) {
  if (step.kind.forgoes.empty()) return false;
  const Observation nothing;
  const OwnRecord own = own_record(index, nothing);
  return judge_all(step.kind.effect.gives, {*numbers_[index], plan_.fleet.graph, plan_.options, nothing, own, false}) ==
         Answer::yes;
}

void Runner::observe(std::size_t index, Readings readings) {
  if (readings.empty()) {
    active_[index]->looked = doors_.clock.now();
    return on_seen(index, Observation{});
  }
  auto job = std::make_unique<Job>();
  job->number = index;
  job->readings = readings;
  active_[index]->in_flight = true;
  starting_.push_back(std::move(job));
}

void Runner::complete(Job& job) {
  if (job.is_feed) return on_feed(job.feed);
  Active& active = *active_[job.number];
  active.in_flight = false;
  active.due = doors_.clock.now();
  active.looked = job.began;
  if (job.step != nullptr) return on_outcome(job.number, *job.step, std::move(job.outcome));
  // Nothing follows any more from what a run that is being stopped has seen.
  if (!may_go_on(job.number)) return;
  // Held up for longer than its lease, what was seen may be another's doing by now: it is looked at again.
  if (active.leased && active.due >= active.lease_until) return;
  on_seen(job.number, job.seen);
}

OwnRecord Runner::own_record(std::size_t index, const Observation& seen) {
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  OwnRecord own;
  own.vouched = number.vouched;
  own.doubtful = number.doubtful;
  own.denied = number.denied;
  own.pin_refused = number.pin_refused;
  own.last_home = number.last_served;
  own.picture_sent = number.attempts.contains("open_picture_upload");
  // After a restart the client may have moved on: while it is up, a new backup is taken.
  const HomeFinding home = find_home(*numbers_[index], seen);
  const bool still_up = home.settled && home.home == Home::onprem;
  // What has queued up since the client was seen empty is not in any backup.
  if (still_up && number.drained_session != progress_.session) own.vouched.remove(Fact::queue_drained);
  own.backup_fresh = number.backup_session != 0 && (number.backup_session == progress_.session || !still_up);
  if (!active.snapshot) {
    active.snapshot = open_snapshot(blob_name("snapshot", number));
    // A way back knows what the client had while it served; a client that is down can't say it any more.
    const auto kept = active.snapshot ? open_snapshot(kept_snapshot(number.phone)) : std::nullopt;
    if (kept && !kept->application.is_null()) active.snapshot->application = kept->application;
  }
  own.snapshot = active.snapshot;
  return own;
}

std::optional<Snapshot> Runner::open_snapshot(const std::string& purpose) {
  const auto text = open_blob(purpose);
  const auto json = text ? parse_json(text->reveal()) : std::nullopt;
  return json ? std::optional(snapshot_from_json(*json)) : std::nullopt;
}

Result<Secret> Runner::open_blob(const std::string& purpose) {
  for (auto kept = blobs_.rbegin(); kept != blobs_.rend(); ++kept) {
    if (kept->first == purpose) return doors_.sealer.open(kept->second, purpose);
  }
  auto sealed = doors_.store.blob(purpose);
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
  if (seen.graph.asked.throttled || seen.waba_asked.throttled || seen.apps_asked.throttled) {
    slow_down();
    return wait_for_limit(active);
  }
  if (seen.graph.asked.answered()) graph_wait_ = Millis(0);
  Millis patience = policy_.settle_timeout;
  if (number.started && !number.stopping && !number.step().empty()) {
    const StepKind& kind = step_of(number.step()).kind;
    patience = kind.effect.gives.has(Fact::queue_drained) ? policy_.drain_timeout
                                                          : std::max(patience, settling(kind, policy_));
  }
  const OwnRecord own = own_record(index, seen);
  const Sighting sighting{
      *numbers_[index], plan_.fleet.graph, plan_.options, seen, own, active.looked - active.since >= patience};
  if (seen.readings.has(Reading::onprem_health) && seen.readings.has(Reading::graph_node)) {
    note_home(index, home_of(sighting));
  }
  if (is_final(number.state)) return on_recheck(index, sighting);
  if (!number.started) return on_first_sight(index, sighting);
  if (!active.replan_why.empty()) {
    const std::string why = std::exchange(active.replan_why, {});
    const Facts goal = number.to_old_home ? Facts{fact_of(old_home(direction_))} : full_goal(direction_);
    const auto kinds = kinds_open_to(index);
    const auto road = find_road(kinds, facts_to_plan_from(sighting), goal);
    if (!road || ++active.replans > replans_at_most) {
      const HomeFinding finding = home_of(sighting);
      const bool arrived = finding.settled && finding.home == goal_home(direction_) && !number.to_old_home;
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
  on_step(index, sighting);
}

// The plan is bound to what it was made from: a number that has changed since is not touched.
void Runner::on_first_sight(std::size_t index, const Sighting& sighting) {
  const NumberProgress& number = progress_.numbers[index];
  const PlannedNumber& planned = plan_.numbers[index];
  const HomeFinding finding = home_of(sighting);
  Active& active = *active_[index];
  const bool known = finding.settled && identity_known(sighting.seen);
  if (!known && !sighting.patience_over) {
    active.due = next_look(active);
    return;
  }
  if (!number.pin_override.empty() && number.pin_override != numbers_[index]->pin.text()) {
    return wait_for_pin(index, "");
  }
  const Facts facts = facts_to_plan_from(sighting);
  Json road = number.road;
  if (number.retried) {
    const auto kinds = kinds_open_to(index);
    const auto found = known ? find_road(kinds, facts, full_goal(direction_)) : std::nullopt;
    if (!found && known && finding.home == goal_home(direction_)) return leave_unfinished(index);
    if (!found) {
      return end(index, finding.home == Home::nowhere || !finding.settled ? NumberState::stranded : NumberState::failed,
                 "no safe way leads on from here: " + finding.why);
    }
    road = json_of(*found);
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
      active.due = next_look(active);
      return;
    }
    return end(
        index, NumberState::stale,
        (told ? "no longer true since the plan was made: " : "can't be told any more since the plan was made: ") +
            names_of(lost));
  }
  if (road.empty() && finding.degraded) {
    // It is where it should be, and not whole there: nothing to do, and nothing to vouch for.
    if (!sighting.patience_over) {
      active.due = next_look(active);
      return;
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

void Runner::on_step(std::size_t index, const Sighting& sighting) {
  const NumberProgress& number = progress_.numbers[index];
  const Step& step = step_of(number.step());
  Active& active = *active_[index];
  const Answer answer = judged(index, step.kind.effect.gives, sighting);
  if (answer == Answer::yes) return settle(index);
  if (answer == Answer::no && number.vouched.has_any(step.kind.effect.gives & served)) {
    return stop_number(index, "the registration was answered as done, but " + number.phone +
                                  " is not served there, and a second one would not help: " + home_of(sighting).why +
                                  "; restarting the client's containers may");
  }
  if (answer == Answer::no && !only_waits(step)) return attempt(index, step, sighting);
  if (answer == Answer::no && step.kind.actor == Actor::person_during) {
    return wait_for_pin(index, "the PIN of " + number.phone + " is not known, and nobody serves the number");
  }

  // Unclear, or a gate that opens by itself.
  if (!sighting.patience_over) {
    active.due = next_look(active);
    return;
  }
  const bool home_read = sighting.seen.readings.has(Reading::graph_node);
  std::string evidence = home_read ? home_of(sighting).why : "";
  for (const std::string& finding : sighting.seen.graph.health_findings)
    evidence += (evidence.empty() ? "" : "; ") + finding;
  const std::string what = fmt::format("{}: {} has not come to hold{}{}", step.kind.title,
                                       names_of(step.kind.effect.gives), evidence.empty() ? "" : "; ", evidence);
  if (home_read && !home_of(sighting).settled) write_home(index, Home::unknown, evidence);
  if (!step.kind.forgoes.empty() && (!home_read || home_of(sighting).settled)) return forgo(index, step, what);
  if (number.doubtful.has_any(step.kind.effect.gives - served) && step.call != nullptr) {
    return wait_for(index, "person",
                    "the reply to \"" + std::string(step.kind.title) +
                        "\" was lost, and nothing that can be observed tells whether it was carried out",
                    std::nullopt,
                    command("resolve", number.phone + " --assume done|not-done --evidence \"what you saw\""));
  }
  if (is_committed(number)) {
    return wait_for(index, "person", what, std::nullopt, resume_command() + " looks again once it is put right");
  }
  stop_number(index, what);
}

// A PIN that was named while this process ran is read when the next one begins.
void Runner::wait_for_pin(std::size_t index, const std::string& why) {
  const NumberProgress& number = progress_.numbers[index];
  if (!number.pin_override.empty() && number.pin_override != numbers_[index]->pin.text()) {
    return wait_for(index, "pin",
                    "the PIN of " + number.phone + " is behind " + number.pin_override +
                        " now, and is taken up when apply starts again",
                    std::nullopt, resume_command());
  }
  wait_for(index, "pin", why, std::nullopt,
           "find or change the PIN in WhatsApp Manager, then: " + command("retry", number.phone + " --pin env:NAME") +
               ", then: " + resume_command());
}

void Runner::settle(std::size_t index) {
  const NumberProgress& number = progress_.numbers[index];
  const Step& step = step_of(number.step());
  Entry entry = entry_of(index, event::settled);
  entry.step = step.kind.name;
  write(std::move(entry));
  if (step.kind.once_per_waba) waba_holder_.erase(numbers_[index]->waba_id);
  if (step.kind.uses_pin && number.attempts.contains(std::string(step.kind.name))) {
    doubt_pin(index, false);
    const auto ref = pin_refs_.find(numbers_[index]->pin.text());
    if (ref != pin_refs_.end()) ref->second = true;
  }
  Active& active = *active_[index];
  active.since = active.due = doors_.clock.now();
  active.failures = 0;
  active.not_before = {};
  advance(index);
}

// After the soak: is it still whole? If not, nothing new begins, and a number that lost its home is told of.
void Runner::on_recheck(std::size_t index, const Sighting& sighting) {
  Active& active = *active_[index];
  const HomeFinding finding = home_of(sighting);
  const bool home = finding.settled && finding.home == goal_home(direction_) && !finding.degraded;
  const bool blocked = sighting.seen.graph.can_send_message == "BLOCKED" && finding.home == Home::cloud;
  if (home && !blocked) {
    active.rechecked = true;
    return;
  }
  if (!sighting.patience_over) {
    active.due = next_look(active);
    return;
  }
  active.rechecked = true;
  const std::string why =
      "after the soak it is no longer as it was verified: " + finding.why + (blocked ? "; Meta blocks it" : "");
  if (!finding.settled || finding.home == Home::nowhere) end(index, NumberState::stranded, why);
  Entry entry;
  entry.event = event::held;
  entry.message = progress_.numbers[index].phone + ": " + why + "; no new number starts";
  write(std::move(entry));
}

// A settled no: one more request, if its needs hold and nothing forbids it.
void Runner::attempt(std::size_t index, const Step& step, const Sighting& sighting) {
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  const Time now = doors_.clock.now();
  if (now < active.not_before || (step.side == api::Side::graph && now < graph_not_before_)) {
    active.due = std::max(active.not_before, graph_not_before_);
    return;
  }
  if (active.failures > policy_.retries) return give_up(index);
  auto job = std::make_unique<Job>();
  if (step.call != nullptr) {
    const Answer needs = judged(index, step.kind.effect.needs, sighting);
    const bool identity = identity_conflict(sighting.number, sighting.seen).empty() && identity_known(sighting.seen);
    // A client with a node missing is no ground to leave from.
    const bool leaves = (step.kind.effect.takes | step.kind.effect.may_take).has(Fact::onprem_is_home);
    const bool degraded = leaves && home_of(sighting).degraded;
    if (needs == Answer::unclear || !identity || degraded) {
      if (sighting.patience_over) {
        return stop_number(index, "what it needs can't be told: " + home_of(sighting).why);
      }
      active.due = next_look(active);
      return;
    }
    if (needs == Answer::no) {
      const Facts missing = step.kind.effect.needs - facts_that_hold(sighting, false);
      return replan_without(index, {},
                            fmt::format("{} no longer holds before \"{}\"", names_of(missing), step.kind.title));
    }
    if (step.kind.ration != Ration::none) {
      int used = 0;
      for (const auto& [name, count] : number.attempts) {
        if (step_of(name).kind.ration == step.kind.ration) used += count;
      }
      const auto refusal =
          ration_refusal(doors_.ledger, number.phone, step.kind.ration, used, number.home == Home::nowhere, now);
      if (!refusal) {
        trouble_ = refusal.error();
        return;
      }
      if (!refusal->empty()) return stop_number(index, *refusal);
    }
    // No answer, and the number is off on both sides: that is how a refused PIN looks, to this run or another. A person
    // must look first.
    const auto doubted =
        step.kind.uses_pin ? doors_.ledger.is_refused(number.phone, doubt_mark(index)) : Result<bool>(false);
    if (!doubted) {
      trouble_ = doubted.error();
      return;
    }
    if ((*doubted || (step.kind.uses_pin && number.doubtful.has_any(step.kind.effect.gives))) &&
        home_of(sighting).home == Home::nowhere) {
      return wait_for(index, "person",
                      "the reply to a request with its PIN was lost, and nobody serves the number since: the PIN may "
                      "have been refused, and a refused PIN is never sent again",
                      std::nullopt,
                      "make sure of the PIN in WhatsApp Manager, then: " +
                          command("resolve", number.phone + " --assume not-done --evidence \"the PIN is right\"") +
                          ", then: " + resume_command());
    }
    if (step.kind.uses_pin || step.kind.effect.needs.has(Fact::pin_given)) {
      const auto refused = doors_.ledger.is_refused(
          number.phone, pin_mark(doors_.sealer, *numbers_[index], doors_.site.pin(*numbers_[index])));
      if (!refused) {
        trouble_ = refused.error();
        return;
      }
      if (*refused) {
        return stop_number(index, "a server has refused this PIN for this number before; it is never sent again",
                           {Fact::pin_given, Fact::pin_known});
      }
    }
    if (step.kind.effect.needs.has(Fact::backup_in_hand)) {
      auto backup = open_blob(blob_name("backup", number));
      if (!backup) {
        return replan_without(index, {Fact::backup_in_hand},
                              "the kept backup can't be opened: " + backup.error().message);
      }
      job->supplies.backup = std::move(*backup);
    }
    if (!step.uses.empty()) {
      auto kept = open_blob(blob_name(step.uses, number));
      if (!kept) return forgo(index, step, kept.error().message);
      job->supplies.upload = std::move(*kept);
    }
    if (step.kind.actor == Actor::person_during) {
      const auto code = codes_.find(number.phone);
      if (code == codes_.end()) {
        const auto tried = number.attempts.find(std::string(step.kind.name));
        if (tried != number.attempts.end() && tried->second >= codes_at_most) {
          return stop_number(index, fmt::format("{} codes were refused", tried->second));
        }
        return wait_for(index, "code", "a code was sent to " + number.phone + "; it is needed to go on", std::nullopt,
                        command("answer", number.phone + " --code-from -"));
      }
      const auto message = parse_json(code->second.text);
      auto opened = doors_.sealer.open(message ? text_at(*message, "sealed") : "", "code " + number.phone);
      Entry entry = entry_of(index, event::heard);
      entry.message = opened ? "a person has supplied the code" : "the supplied code can't be opened; supply it again";
      entry.more = {{"message", code->second.number}, {"said", "code"}};
      codes_.erase(code);
      write(std::move(entry));
      if (!opened) return;
      job->supplies.code = std::move(*opened);
    }
  }
  job->supplies.snapshot = active.snapshot;
  job->number = index;
  job->step = &step;
  if (step.call != nullptr) {
    Entry entry = entry_of(index, event::intent);
    entry.step = step.kind.name;
    entry.attempt = 1;
    if (const auto sent = number.attempts.find(std::string(step.kind.name)); sent != number.attempts.end()) {
      entry.attempt += sent->second;
    }
    write(std::move(entry));
    if (step.kind.ration != Ration::none) spent_.emplace_back(number.phone, name(step.kind.ration));
    if (step.kind.uses_pin) doubt_pin(index, true);
    job->supplies.not_after = active.lease_until - settling(step.kind, policy_);
  }
  active.in_flight = true;
  starting_.push_back(std::move(job));
}

void Runner::on_outcome(std::size_t index, const Step& step, Outcome outcome) {
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  if (outcome.product) {
    const std::string purpose = blob_name(step.keeps, number);
    blobs_.emplace_back(purpose, doors_.sealer.seal(*outcome.product, purpose));
    active.snapshot.reset();
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
    write(std::move(entry));
  }
  if (step.kind.uses_pin && outcome.how != Outcome::How::ambiguous) doubt_pin(index, false);
  if (step.kind.once_per_waba && outcome.how != Outcome::How::ambiguous) waba_holder_.erase(numbers_[index]->waba_id);
  if (outcome.how == Outcome::How::done) {
    active.failures = 0;
    active.since = active.due = doors_.clock.now();
    return advance(index);
  }
  react(index, step, outcome);
}

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

  if (outcome.how != Outcome::How::refused) {
    const bool api_down = outcome.code == "2";
    active.not_before = now + (api_down ? policy_.api_down_wait : backoff);
    if (step.call == nullptr || outcome.how == Outcome::How::not_sent) active.due = active.not_before;
    active.failed_with = advised;
    // What is in doubt is looked at, whatever is left to try.
    if (outcome.how != Outcome::How::ambiguous && active.failures > policy_.retries) give_up(index);
    return;
  }
  const bool passes = outcome.error_class == ErrorClass::throttled || outcome.error_class == ErrorClass::settling ||
                      outcome.error_class == ErrorClass::down;
  const bool pauses = outcome.error_class == ErrorClass::token && step.side == api::Side::graph;
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
      active.not_before = active.due = now + wait;
      if (step.side == api::Side::graph) graph_not_before_ = std::max(graph_not_before_, now + wait);
      return;
    }
    case ErrorClass::settling:
      active.not_before = now + policy_.recently_deleted_wait;
      return wait_for(index, "time", what, active.not_before, "nothing: it goes on by itself");
    case ErrorClass::down:
      active.not_before = now + backoff;
      return;
    case ErrorClass::pin:
      refused_pins_.emplace_back(number.phone,
                                 pin_mark(doors_.sealer, *numbers_[index], doors_.site.pin(*numbers_[index])));
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
        spent_.emplace_back(number.phone, name(step.kind.ration));
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
  if (!step.kind.forgoes.empty()) return forgo(index, step, why);
  if (is_last_resort(step)) return stop_number(index, why, {Fact::late_backup_possible});
  if (!is_committed(progress_.numbers[index])) return stop_number(index, why);
  active_[index]->failures = 0;
  wait_for(index, "person", why, std::nullopt, resume_command() + " tries again");
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

void Runner::stop_number(std::size_t index, const std::string& why, Facts denied) {
  Entry entry = entry_of(index, event::stopping);
  entry.step = progress_.numbers[index].step();
  entry.message = why;
  entry.more = {{"denied", json_of(denied | progress_.numbers[index].denied)}};
  write(std::move(entry));
  Active& active = *active_[index];
  active.since = active.due = doors_.clock.now();
}

// Where does it stand now? Nothing is said to have failed before that is settled.
void Runner::on_stopping(std::size_t index, const Sighting& sighting) {
  const NumberProgress& number = progress_.numbers[index];
  Active& active = *active_[index];
  const HomeFinding finding = home_of(sighting);
  const bool sure = finding.settled && !too_early(index, {fact_of(finding.home)}, Answer::yes);
  if (!sure) {
    if (!sighting.patience_over || finding.settled) {
      active.due = next_look(active);
      return;
    }
    const std::string unknown = sentence(number.reason) + " Its home can't be told: " + finding.why;
    write_home(index, Home::unknown, finding.why);
    if (!sighting.seen.graph.asked.answered()) {
      return wait_for(index, "person", unknown, std::nullopt, resume_command() + " looks again once Graph answers");
    }
    return end(index, NumberState::stranded, unknown);
  }
  const std::string reason = number.reason;
  if (finding.home == goal_home(direction_) && !number.to_old_home) {
    // It arrived after all: the rest of the road is the verification.
    active.replan_why = "the number is served by its new home after all";
    active.due = doors_.clock.now();
    return;
  }
  if (finding.home == Home::nowhere) {
    if (rescue(index, sighting)) return;
    return end(index, NumberState::stranded, sentence(reason) + " Nobody serves it: " + finding.why);
  }
  if (finding.home == Home::onprem || finding.home == Home::cloud) {
    const bool was_away = number.downtime > Millis(0) || number.rescues > 0;
    return end(
        index, was_away ? NumberState::rolled_back : NumberState::failed,
        fmt::format("{} {} still serves it", sentence(reason), finding.home == Home::onprem ? "On-premises" : "Cloud"));
  }
  end(index, NumberState::stranded, sentence(reason) + " " + finding.why);
}

// It has arrived, and what is left of its road can't be done: it is not stopped again, nor tried for ever.
void Runner::leave_unfinished(std::size_t index) {
  const NumberProgress& number = progress_.numbers[index];
  const std::string arrived = "The number is served by its new home; what is left waits";
  const std::string why = number.reason.empty() || number.reason.ends_with(arrived)
                              ? (number.reason.empty() ? arrived : number.reason)
                              : sentence(number.reason) + " " + arrived;
  if (number.pin_refused) return wait_for_pin(index, why);
  wait_for(index, "person", why, {}, "put right what the reason names, then: " + resume_command());
}

// A number is never left without a home while a safe way that needs nobody can give it one.
bool Runner::rescue(std::size_t index, const Sighting& sighting) {
  const NumberProgress& number = progress_.numbers[index];
  if (number.rescues >= rescues_at_most) return false;
  const std::vector<StepKind> automatic = kinds_open_to(index, false);
  const std::vector<StepKind> all = kinds_open_to(index);
  const Fact new_one = fact_of(goal_home(direction_));
  const Fact old_one = fact_of(old_home(direction_));
  const Facts facts = facts_to_plan_from(sighting);
  for (const bool back : {false, true}) {
    const auto to_home = find_road(automatic, facts, {back ? old_one : new_one});
    if (!to_home) continue;
    const auto whole = back ? to_home : find_road(all, facts, full_goal(direction_));
    if (!whole) continue;
    Entry entry = entry_of(index, event::replanned);
    entry.message = "nobody serves the number; " + std::string(back ? "its old home takes it back" : "trying again");
    entry.more = {
        {"road", json_of(*whole)}, {"denied", json_of(number.denied)}, {"rescue", true}, {"to_old_home", back}};
    write(std::move(entry));
    active_[index]->since = active_[index]->due = doors_.clock.now();
    return true;
  }
  return false;
}

void Runner::wait_for(std::size_t index, std::string what, std::string message, std::optional<Time> until,
                      std::string next_command) {
  const NumberProgress& number = progress_.numbers[index];
  active_[index]->due = until.value_or(never);
  if (number.state == NumberState::waiting && number.waits_for == what && number.reason == message) return;
  Entry entry = entry_of(index, event::waiting);
  entry.step = number.step();
  entry.message = std::move(message);
  entry.more = {{"for", std::move(what)}, {"next", std::move(next_command)}};
  if (until) entry.more["until"] = to_iso(*until);
  write(std::move(entry));
}

std::string Runner::next_command_for(NumberState state, const NumberProgress& number) const {
  if (number.pin_refused && (state == NumberState::stranded || state == NumberState::failed)) {
    return "find the right PIN in WhatsApp Manager, then: " + command("retry", number.phone + " --pin env:NAME") +
           ", then: " + resume_command();
  }
  if (state == NumberState::stranded && number.denied.has(Fact::late_backup_possible)) {
    return "either start the client with a build that has not expired, then: " + command("retry", number.phone) +
           ", then: " + resume_command() + "; or give its profile up: declare `deployment: gone` for " + number.phone +
           " in the inventory, then: wamigrate plan INVENTORY --to cloud -o PLAN";
  }
  switch (state) {
    case NumberState::stranded:
      return "put right what the reason names, then: " + command("retry", number.phone) + ", then: " + resume_command();
    case NumberState::failed:
    case NumberState::rolled_back:
    case NumberState::stale:
    case NumberState::untouched:
      return "wamigrate check INVENTORY --to " + std::string(name(direction_)) + ", then plan again";
    default:
      return direction_ == Direction::to_cloud ? command("verify") : "";
  }
}

void Runner::end(std::size_t index, NumberState state, const std::string& why) {
  const NumberProgress& number = progress_.numbers[index];
  Entry entry = entry_of(index, event::ended);
  entry.outcome = name(state);
  entry.message = why;
  entry.more = {{"next", next_command_for(state, number)}};
  write(std::move(entry));
  if (active_[index] && active_[index]->leased) {
    if (auto released = doors_.ledger.release(number.phone, settings_.holder); !released) trouble_ = released.error();
    active_[index]->leased = false;
  }
  std::erase_if(waba_holder_, [index](const auto& holder) { return holder.second == index; });
  // The backup has served its purpose once its number is migrated and verified.
  if (state == NumberState::migrated) {
    for (const std::string_view spent : {"backup", "upload", "handle"}) {
      const std::string purpose = blob_name(spent, number);
      std::erase_if(blobs_, [&](const auto& blob) { return blob.first == purpose; });
      if (auto dropped = doors_.store.drop_blob(purpose); !dropped) trouble_ = dropped.error();
    }
  }
}

}  // namespace wamigrate
