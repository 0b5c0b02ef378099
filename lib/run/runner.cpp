// The loop: the order in which things become durable, whose turn it is, and the end of a run.
#include "run/runner.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "run/active.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

constexpr Millis hearing_interval = 500ms;
constexpr Millis sharing_interval = 200ms;
constexpr Millis between_scrubs = 1s;

}  // namespace

bool has_proven_pin(const NumberProgress& number) {
  if (number.state == NumberState::migrated) return number.registers_used() > 0;
  for (std::size_t i = 0; i < std::min(number.next, number.road.size()); ++i) {
    if (step_of(number.road[i]).kind.uses_pin && number.attempts.contains(number.road[i])) return true;
  }
  return number.vouched.has(Fact::pin_known) && number.registers_used() > 0;
}

bool has_sent_pin(const NumberProgress& number) {
  return std::any_of(number.attempts.begin(), number.attempts.end(),
                     [](const auto& sent) { return step_of(sent.first).kind.uses_pin; });
}

Runner::Runner(const Plan& plan, Progress progress, RunDoors doors, RunSettings settings)
    : plan_(plan),
      progress_(std::move(progress)),
      doors_(doors),
      settings_(std::move(settings)),
      policy_(plan.fleet.policy),
      direction_(plan.direction),
      agenda_(progress_.numbers.size()),
      tally_(wave_spans(policy_, progress_.numbers.size())),
      pace_(call_budget(policy_)) {
  std::map<std::string, int> pin_users;
  numbers_.reserve(progress_.numbers.size());
  for (std::size_t i = 0; i < progress_.numbers.size(); ++i) {
    numbers_.push_back(&plan.number(i));
    wabas_.insert(numbers_.back()->waba_id);
    ++pin_users[numbers_.back()->pin.text()];
    // One that was given another PIN since has shared what it tried before.
    for (const std::string& tried : progress_.numbers[i].tried_pins) {
      if (tried != numbers_.back()->pin.text()) ++pin_users[tried];
    }
  }
  for (const auto& [ref, users] : pin_users) {
    if (users > 1 && !ref.empty()) pin_refs_[ref] = false;
  }
  active_.resize(numbers_.size());
}

Runner::~Runner() = default;

Entry Runner::entry_of(std::size_t number, std::string_view what) const {
  Entry entry;
  entry.event = what;
  entry.phone = progress_.numbers[number].phone;
  return entry;
}

void Runner::write(Entry entry) {
  entry.time = doors_.clock.now();
  entry.by = settings_.worker;
  if (auto folded = fold(progress_, entry); !folded) {
    if (!trouble_) trouble_ = folded.error();
    return;  // a journal that can't be read back would be the end of the run
  }
  const std::int64_t epoch = epoch_of(entry);
  unwritten_.push_back({std::move(entry), epoch});
}

// One write to the ledger, one to the run's store; only then may anything leave. All that a turn has to say of all its
// numbers is in them, for a disk takes as long for one entry as for a thousand.
Result<void> Runner::flush() {
  if (trouble_) return tl::make_unexpected(*trouble_);
  if (auto checked = check_leases(); !checked) return checked;
  if (auto noted = note(); !noted) return noted;
  if (auto kept = append_unwritten(); !kept) return kept;
  if (auto scrubbed = scrub(false); !scrubbed) return scrubbed;
  start_hooks();
  for (std::unique_ptr<Job>& job : starting_) {
    Job* raw = job.get();
    const Workers::Ticket ticket = ++last_ticket_;
    jobs_[ticket] = std::move(job);
    const bool of_number = !raw->is_feed && raw->hook.empty();
    const bool urgent = of_number && is_urgent(progress_.numbers[raw->number]);
    const auto work = [this, raw] {
      const Number& number = *numbers_[raw->number];
      raw->began = doors_.clock.now();
      if (raw->is_feed) {
        raw->feed = doors_.site.status_feed();
      } else if (!raw->hook.empty()) {
        raw->hook_end = doors_.hooks->run(raw->call);
      } else if (raw->step == nullptr) {
        raw->seen = doors_.site.observe(number, raw->readings, nullptr, raw->account_since, &raw->sent);
      } else {
        raw->outcome = doors_.site.perform(*raw->step, number, raw->supplies);
      }
    };
    doors_.workers.start(ticket, work, urgent ? Workers::Lane::urgent : Workers::Lane::usual);
  }
  starting_.clear();
  return {};
}

// The ledger before the journal: killed between the two, or with no room for the journal any more, this run still finds
// a refused PIN's mark, and so does any other; and a ration counts as spent on a request that may never have left.
Result<void> Runner::note() {
  for (LedgerStore::Change& change : noted_) change.at = doors_.clock.now();
  if (noted_.empty()) return {};
  auto noted = doors_.ledger.commit(noted_);
  if (noted) noted_.clear();
  return noted;
}

// Emptying a store's log costs as much as several writes: what is dropped is off the disk a second later, at the end of
// the run, and when it is taken up.
Result<void> Runner::scrub(bool at_once) {
  if (!to_scrub_ || (!at_once && doors_.clock.now() < *to_scrub_)) return {};
  to_scrub_.reset();
  return doors_.store.scrub();
}

// What is about to be kept is of numbers that are still ours. The last word has the journal, which is asked again when
// it is written.
Result<void> Runner::check_leases() {
  if (!shared()) return {};
  while (true) {
    if (auto dropped = drop_lost(); !dropped) return dropped;
    if (noted_.empty()) return {};
    const auto lost = doors_.store.commit({.rests_on = fences()});
    if (!lost) return tl::make_unexpected(lost.error());
    if (lost->empty()) return {};
    note_lost(*lost);
  }
}

// All of it, or, where it rests on leases that are lost, what is left without them.
Result<void> Runner::append_unwritten() {
  while (!unwritten_.empty() || !blobs_.empty() || !spent_blobs_.empty()) {
    RunStore::Changes changes;
    for (const Unwritten& written : unwritten_) changes.records.push_back(to_line(written.entry));
    changes.keep = blobs_;
    changes.drop = spent_blobs_;
    if (shared()) changes.rests_on = fences();
    const auto lost = doors_.store.commit(changes);
    if (!lost) return tl::make_unexpected(lost.error());
    if (lost->empty()) break;
    note_lost(*lost);
    if (auto dropped = drop_lost(); !dropped) return dropped;
  }
  if (settings_.on_entry) {
    for (const Unwritten& written : unwritten_) settings_.on_entry(written.entry);
  }
  if (!spent_blobs_.empty() && !to_scrub_) to_scrub_ = doors_.clock.now() + between_scrubs;
  unwritten_.clear();
  blobs_.clear();
  spent_blobs_.clear();
  unbegun_.clear();
  return give_back(std::exchange(to_release_, {}));
}

Result<void> Runner::give_back(const std::vector<std::string>& phones) {
  std::vector<LedgerStore::Change> changes;
  changes.reserve(phones.size());
  for (const std::string& phone : phones) {
    changes.push_back({LedgerStore::Change::What::given_back, phone, settings_.holder});
  }
  return doors_.ledger.commit(changes);
}

// Its own stores have failed it. Requests in flight can't be called back: their ends are awaited and, where there is
// room again by then, written down. Nothing new leaves.
void Runner::let_go() {
  stop();
  stop();
  starting_.clear();
  std::erase_if(noted_, [](const auto& change) { return change.what == LedgerStore::Change::What::attempt; });
  while (!jobs_.empty()) {
    for (const Workers::Ticket ticket : doors_.workers.wait(never)) {
      if (auto job = jobs_.extract(ticket); !job.empty()) complete(*job.mapped());
    }
  }
  starting_.clear();
  trouble_.reset();
  if (leave_out_written()) (void)flush();
}

// A store that has failed may have written down what it was given last: it is not said twice.
bool Runner::leave_out_written() {
  const auto journal = doors_.store.journal();
  if (!journal) return false;
  const std::set<std::string> there(journal->begin(), journal->end());
  std::erase_if(unwritten_, [&](const Unwritten& written) { return there.contains(to_line(written.entry)); });
  return true;
}

bool Runner::is_committed(const NumberProgress& number) const {
  if (is_final(number.state)) return false;
  return std::any_of(number.last_sent.begin(), number.last_sent.end(),
                     [](const auto& sent) { return leaves_home(step_of(sent.first).kind); });
}

// Between its commit point and its verification. A number whose messages are looked for is served: nobody waits for it.
bool Runner::is_urgent(const NumberProgress& number) const { return is_committed(number) && !awaits_messages(number); }

// Or may be: it has left its home, and was not seen at the other.
bool Runner::is_off_the_air(std::size_t index) const {
  const NumberProgress& number = progress_.numbers[index];
  const bool arrived = active_[index] && active_[index]->seen_at_home;
  return !arrived && (is_urgent(number) || number.home == Home::nowhere);
}

// A request of this number may yet be carried out, or what it took may yet show.
bool Runner::may_still_land(std::size_t index) const {
  const NumberProgress& number = progress_.numbers[index];
  const Time now = doors_.clock.now();
  return std::any_of(number.last_sent.begin(), number.last_sent.end(),
                     [&](const auto& sent) { return now < sent.second + settling(step_of(sent.first).kind, policy_); });
}

// Asked to stop or on hold, a run still brings what it has begun to move to its verification; asked to stop twice, not
// even that.
bool Runner::may_go_on(std::size_t index) const {
  if (!progress_.paused.empty() || stops_ > 1) return false;
  return may_begin_more() || is_urgent(progress_.numbers[index]);
}

bool Runner::may_begin_more() const { return stops_ == 0 && !progress_.on_hold; }

void Runner::take_in_hand(std::size_t index, bool rechecking) {
  active_[index] = std::make_unique<Active>();
  const NumberProgress& number = progress_.numbers[index];
  const Time now = doors_.clock.now();
  const bool waits = number.waits_for == "time" && number.until;
  active_[index]->since = active_[index]->due = waits ? std::max(now, *number.until) : now;
  active_[index]->rechecking = rechecking;
  place(index);
}

// Called whenever a number was dealt with: its place in the agenda and in the tally. One that has ended is let go.
void Runner::place(std::size_t index) {
  const NumberProgress& number = progress_.numbers[index];
  std::unique_ptr<Active>& active = active_[index];
  const bool ended = is_final(number.state);
  if (ended && active && !active->in_flight && !active->rechecking) {
    if (active->began_here) pace_.ended();
    active.reset();
  }
  const bool waits = waits_for_people(number);
  tally_.set(index, {.ended = ended,
                     .failed = is_failure(number.state),
                     .gave_up = has_given_up(number),
                     .busy = active && !ended && !waits && !awaits_messages(number),
                     .inconclusive = is_inconclusive(number)});
  if (active && !active->in_flight) {
    agenda_.put(index, is_urgent(number), active->due);
  } else {
    agenda_.drop(index);
  }
}

// Numbers between commit point and verification go before everything else.
void Runner::advance_due() {
  const Time now = doors_.clock.now();
  for (const bool urgent : {true, false}) {
    if (stops_ > 1 || (!urgent && !may_begin_more())) return;
    const std::vector<std::size_t> due = agenda_.take_due(urgent, now);
    if (auto taken = take_leases(due); !taken) trouble_ = taken.error();
    for (const std::size_t index : due) {
      advance(index);
      place(index);
    }
  }
}

Time Runner::next_due() const {
  const Time now = doors_.clock.now();
  Time next = now + (shared() ? sharing_interval : hearing_interval);
  if (to_scrub_) next = std::min(next, *to_scrub_);
  // What is not to go on is not waited for either: its time may have passed long ago.
  const bool goes_on = progress_.paused.empty() && !leaving_;
  if (goes_on && stops_ < 2) next = std::min(next, agenda_.next(true));
  if (goes_on && may_begin_more()) {
    next = std::min(next, agenda_.next(false));
    if (begins_at_ && *begins_at_ > now) next = std::min(next, *begins_at_);
  }
  return next;
}

bool Runner::has_ended() const {
  if (!jobs_.empty() || !starting_.empty() || !hook_queue_.empty()) return false;
  if (!progress_.paused.empty() || stops_ > 1 || leaving_ || (shared() && progress_.done)) return true;
  if (agenda_.next(true) != never) return false;
  if (stops_ > 0) return true;
  if (!leads() || (shared() && moves_elsewhere())) return false;
  if (progress_.on_hold) return is_all_done() || !settings_.waits_for_a_word;
  if (agenda_.next(false) != never) return false;
  const bool watches = is_watching() && !is_in_doubt();
  if (!progress_.held.empty()) return (!watches && !is_asked_for_later()) || progress_.aborted;
  // What has given up is tried again by another process, and not by a word to this one.
  const bool gave_up = progress_.waits && progress_.waits->what == waits_for_retry;
  if (needs_word_) return progress_.waits && (is_at_limit() || gave_up || !settings_.waits_for_a_word);
  return !begins_at_ && aside_.empty() && !watches && other_runs_.empty();
}

// Every number has ended, and none of them is still to be watched.
bool Runner::is_all_done() const {
  if (tally_.unended() > 0) return false;
  if (!progress_.held.empty()) return !is_watching();
  return policy_.soak == Millis(0) || wave_ == tally_.waves().size();
}

void Runner::pause(std::string what, std::string message) {
  if (!progress_.paused.empty()) return;
  Entry entry;
  entry.event = event::paused;
  entry.message = std::move(message);
  entry.more = {{"for", std::move(what)}};
  write(std::move(entry));
  leaving_ = shared();
}

// Before the last word about a run: has another worker something to do, or to say?
bool Runner::may_end() {
  if (!has_ended()) return false;
  if (!shared() || !progress_.paused.empty() || progress_.done || stops_ > 0) return true;
  if (auto synced = sync(); !synced) {
    trouble_ = synced.error();
    return false;
  }
  return has_ended();
}

void Runner::finish_run() {
  if (!progress_.paused.empty() || (shared() && (progress_.done || stops_ > 0))) return;
  if (stops_ > 0 && !is_all_done()) {
    return pause("signal", "stopped as asked; the same command goes on where it left off");
  }
  if (needs_word_ && !is_all_done()) {
    if (shared() && !progress_.waits) return;  // another worker has just written; it is said again first
    ensure(progress_.waits.has_value(), "a run that needs a word has said which");
    return pause(progress_.waits->what, progress_.waits->message);
  }
  if (is_in_doubt()) return pause("soak", soak_doubt_ + "; the same command asks again");
  std::string waits;
  for (const NumberProgress& number : progress_.numbers) {
    if (waits_for_people(number) && (waits.empty() || !has_given_up(number))) waits = number.waits_for;
  }
  if (waits == waits_for_retry)
    return pause(waits, "the retries of all that is left are used up; " + resume_command() + " tries again");
  if (!waits.empty()) return pause(waits, "nothing moves until a person has answered; see the numbers that wait");
  if (shared() && tally_.unended() > 0 && !claim_unbegun()) return;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    if (!is_final(progress_.numbers[i].state)) end_unbegun(i);
  }
  Entry entry;
  entry.event = event::done;
  entry.message = "every number has ended";
  write(std::move(entry));
}

void Runner::end_unbegun(std::size_t index) {
  const NumberProgress& number = progress_.numbers[index];
  const auto ref = pin_refs_.find(numbers_[index]->pin.text());
  const bool unproven = ref != pin_refs_.end() && !ref->second && pin_prover_.contains(ref->first);
  // One that a person has asked for again had been touched.
  const NumberState state = !number.retried                       ? NumberState::untouched
                            : number.home == new_home(direction_) ? NumberState::stale  // there, and not verified
                            : is_served(number.home)              ? NumberState::failed
                                                                  : NumberState::stranded;
  const bool unfit = !openings_.earliest_start(doors_.clock.now(), expected_length(index));
  std::string why = !progress_.held.empty() ? progress_.held
                    : unfit                 ? "none of the policy's windows is ever long enough for it"
                    : unproven ? "the PIN reference " + ref->first + " was not proven on the number that tried it first"
                               : "the run ended before it";
  // Nobody has looked at it since: another run may have moved it.
  if (number.retried)
    why += " (as last seen " + (number.home_at ? "at " + to_iso(*number.home_at) : "by the plan") + ")";
  end(index, state, why);
}

Result<bool> Runner::turn() {
  if (shared()) {
    if (auto done = share(); !done) return tl::make_unexpected(done.error());
  }
  if (auto heard = hear(); !heard) return tl::make_unexpected(heard.error());
  if (progress_.paused.empty() && !leaving_) {
    start_numbers();
    tell_of_aside();
    advance_due();
  }
  if (auto flushed = flush(); !flushed) return tl::make_unexpected(flushed.error());
  if (settings_.on_tick) settings_.on_tick(progress_, doors_.clock.now());
  if (may_end()) {
    finish_run();
    if (auto flushed = flush(); !flushed) return tl::make_unexpected(flushed.error());
    // Else the last word was refused: another leads by now, or has just taken a number.
    if (!shared() || progress_.done || !progress_.paused.empty() || leaving_ || stops_ > 0) return false;
  }
  for (const Workers::Ticket ticket : doors_.workers.wait(next_due())) {
    auto job = jobs_.extract(ticket);
    ensure(!job.empty(), "a finished job was started here");
    complete(*job.mapped());
  }
  return true;
}

// What this process takes over: numbers under way are in its hands at once, whatever their wave.
void Runner::take_over() {
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const NumberProgress& number = progress_.numbers[i];
    recall_prover(i);
    if (!is_final(number.state) && number.started) {
      take_in_hand(i);
      pace_.taken_over();
    } else if (!is_final(number.state)) {
      line_up(i);
    }
    place(i);
  }
}

Result<void> Runner::run() {
  // What a process that was killed had dropped just before may still stand in the store's log.
  to_scrub_ = doors_.clock.now();
  auto goes_on = take_up();
  if (goes_on && !*goes_on) return scrub(true);
  while (goes_on && *goes_on) goes_on = turn();
  return put_down(goes_on ? Result<void>() : tl::make_unexpected(goes_on.error()));
}

Result<bool> Runner::take_up() {
  if (shared()) {
    if (auto folded = fold_anew(); !folded) return tl::make_unexpected(folded.error());
  }
  if (progress_.done) {
    // Only a person's word reopens a run that has ended.
    if (shared()) {
      if (auto led = keep_lead(); !led) return tl::make_unexpected(led.error());
    }
    if (auto heard = hear(); !heard) return tl::make_unexpected(heard.error());
    if (progress_.done) {
      if (lead_epoch_) (void)doors_.ledger.release(lead_key(), settings_.holder);
      return false;
    }
  }
  if (!progress_.started_at) {
    Entry entry;
    entry.event = event::created;
    entry.message =
        fmt::format("{} number{} to {}", numbers_.size(), numbers_.size() == 1 ? "" : "s", name(direction_));
    entry.more = {{"plan", progress_.plan_digest}, {"to", name(direction_)}, {"numbers", numbers_.size()}};
    write(std::move(entry));
  }
  Entry entry;
  entry.event = event::session;
  entry.message = "taken up by " + settings_.holder;
  if (!settings_.clock.boot.empty()) {
    entry.more = {{"boot", settings_.clock.boot}, {"booted", settings_.clock.booted.time_since_epoch().count()}};
  }
  write(std::move(entry));
  count_begun();
  if (!shared()) {
    session_ = progress_.session;
    take_over();
    return true;
  }
  // From here on it reads the journal as everybody else does.
  if (auto flushed = flush(); !flushed) return tl::make_unexpected(flushed.error());
  if (auto folded = fold_anew(); !folded) return tl::make_unexpected(folded.error());
  session_ = progress_.workers.at(settings_.worker).session;
  return true;
}

Result<void> Runner::put_down(Result<void> result) {
  if (result && (progress_.done || !progress_.paused.empty() || !shared())) result = call_after_run();
  if (result && shared()) result = leave();
  if (!result) let_go();
  std::vector<std::string> held;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    if (active_[i] && active_[i]->leased && !may_still_land(i)) held.push_back(progress_.numbers[i].phone);
  }
  (void)give_back(held);
  if (auto scrubbed = scrub(true); !scrubbed && result) result = scrubbed;
  return result;
}

}  // namespace wamigrate
