// Several workers on one run. A number is in one worker's hands: what is written about it rests on its lease, and is
// refused, with the number dropped here, once that lease is another's. What is decided once for a run is decided by the
// one worker that leads; the lead is a lease like any other, and what rests on it is refused in the same way. So
// nothing that a worker believes has to be true for long: what it writes is checked when it is written, and nothing
// leaves before.
#include <fmt/format.h>

#include <algorithm>

#include "run/active.hpp"
#include "run/rations.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

constexpr Millis between_syncs = 200ms;
constexpr Millis lead_lasts = 10s;
constexpr Millis asks_for_lead_every = 1s;
constexpr Millis looks_for_abandoned_every = 2s;
constexpr Millis asks_other_runs_every = 5s;

std::string waba_key(const std::string& waba) { return "waba " + waba; }

bool is_of(const std::string& blob, const std::string& phone) { return blob.find(" " + phone) != std::string::npos; }

// That a server has refused a PIN stays true, whoever has the number.
bool outlives_its_lease(const LedgerStore::Change& change) {
  return change.what == LedgerStore::Change::What::marked && !is_doubt(change.subject) &&
         change.subject != onprem_served_last;
}

}  // namespace

// Long enough that a request leaves and settles in half of it.
Millis Runner::lease_length() const {
  const Millis longest = policy_.register_timeout + policy_.server_delay_max + policy_.status_lag_max;
  return 2 * longest + (shared() ? std::min<Millis>(2min, 2 * longest) : 2min);
}

// No phone number looks like this.
std::string Runner::lead_key() const { return "lead of " + settings_.run_key; }

bool Runner::is_ours(std::size_t index) const { return active_[index] && !active_[index]->lost; }

bool Runner::is_free(std::size_t index) const {
  const NumberProgress& number = progress_.numbers[index];
  return !is_final(number.state) && !number.started && number.worker.empty() && !is_ours(index);
}

// At the beginning of each turn: what the others have written, the lead, our leases, and who has died.
Result<void> Runner::share() {
  const Time now = doors_.clock.now();
  if (!synced_at_ || now - *synced_at_ >= between_syncs) {
    if (auto synced = sync(); !synced) return synced;
  }
  if (auto kept = keep_leases(); !kept) return kept;
  if (!progress_.paused.empty() || stops_ > 0 || leaving_) return {};
  if (auto asked = keep_lead(); !asked) return asked;
  return take_abandoned();
}

Result<void> Runner::sync() {
  auto records = doors_.store.journal_after(known_);
  if (!records) return tl::make_unexpected(records.error());
  const Time now = doors_.clock.now();
  synced_at_ = now;
  for (const std::string& record : *records) {
    auto entry = entry_from(record);
    if (!entry) return tl::make_unexpected(entry.error());
    ++known_;
    if (entry->by == settings_.worker) continue;  // folded when it was written
    entry->time = std::min(entry->time, now);
    if (auto folded = fold(progress_, *entry); !folded) return folded;
    on_others(*entry);
  }
  return drop_lost();
}

void Runner::on_others(const Entry& entry) {
  if (entry.event == event::heard && entry.phone.empty()) {
    if (progress_.aborted) call_off();
    if (text_at(entry.more, "said") == "resume") forgive_the_wait();
  }
  if (entry.event == event::left) {
    for (std::size_t i = 0; i < numbers_.size(); ++i) refresh(i);
  }
  if (entry.event == event::session) {
    // Whoever took the run up again has asked for what had given up, also for what is in our hands.
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      if (!active_[i] || active_[i]->due != never || waits_for_people(progress_.numbers[i])) continue;
      active_[i]->due = active_[i]->since = doors_.clock.now();
      place(i);
    }
  }
  const NumberProgress* number = progress_.find(entry.phone);
  if (number == nullptr) return;
  const std::size_t index = index_of(entry.phone);
  if (entry.event == event::taken) {
    if (is_ours(index)) lost_.insert(index);
    if (!number->started) {
      last_start_ = std::max(last_start_.value_or(entry.time), entry.time);
      pace_.begun_elsewhere(numbers_[index]->waba_id, entry.time);
    }
  }
  // On top of what this process has folded and not written it makes no sense: all is folded anew when that is dropped.
  if (is_ours(index)) return;
  refresh(index);
}

// Where a number that is not in our hands belongs, after the journal has told something new about it.
void Runner::refresh(std::size_t index) {
  const NumberProgress& number = progress_.numbers[index];
  const bool free = is_free(index);
  recall_prover(index);
  take_out(index);
  elsewhere_.erase(index);
  if (free) {
    line_up(index);
  } else if (!is_final(number.state) && !is_ours(index)) {
    elsewhere_.insert(index);
  }
  place(index);
}

// Waves, their hooks, gates and soaks, what people say to the run and its end are one worker's to decide.
Result<void> Runner::keep_lead() {
  const Time now = doors_.clock.now();
  if (now < leads_at_) return {};
  const Millis length = std::min(lead_lasts, lease_length());
  const auto lease = doors_.ledger.lease(lead_key(), settings_.holder, now, now + length);
  if (!lease) return tl::make_unexpected(lease.error());
  if (lease->holder != settings_.holder) {
    leads_at_ = now + std::min(asks_for_lead_every, length / 4);
    if (lead_epoch_) stop_leading();
    return {};
  }
  leads_at_ = now + length / 4;
  if (lead_epoch_ == lease->epoch) return {};
  if (lead_epoch_) stop_leading();
  // All that earlier leaders have written can be read by now.
  if (auto synced = sync(); !synced) return synced;
  lead_epoch_ = lease->epoch;
  for (auto& [ref, behind] : behind_pin_) {
    for (const std::size_t index : std::exchange(behind, {})) refresh(index);
  }
  return {};
}

// Whoever leads next decides anew what was not written down.
void Runner::stop_leading() {
  lead_epoch_.reset();
  rechecks_left_.reset();
  to_recheck_.clear();
  soak_doubt_.clear();
  feed_asked_for_.reset();
  if (wave_hook_ != WaveHook::asked) wave_hook_ = WaveHook::unasked;
  for (std::size_t i = 0; i < active_.size(); ++i) {
    if (!active_[i] || !active_[i]->rechecking) continue;
    active_[i]->rechecking = false;
    if (!active_[i]->in_flight) --rechecking_;  // of others the answer is waited for
    place(i);
  }
}

Result<void> Runner::keep_leases() {
  const Time now = doors_.clock.now();
  if (now < keeps_at_) return {};
  const Millis length = lease_length();
  keeps_at_ = now + length / 8;
  std::vector<std::string> phones;
  std::vector<std::size_t> held;
  for (std::size_t i = 0; i < active_.size(); ++i) {
    if (!is_ours(i) || !active_[i]->leased) continue;
    phones.push_back(progress_.numbers[i].phone);
    held.push_back(i);
  }
  if (phones.empty()) return {};
  const auto claims = doors_.ledger.claim(phones, phones.size(), settings_.holder, now, now + length);
  if (!claims) return tl::make_unexpected(claims.error());
  std::map<std::string, std::int64_t> epochs;
  for (const auto& [phone, lease] : *claims) epochs[phone] = lease.epoch;
  for (const std::size_t index : held) {
    const auto epoch = epochs.find(progress_.numbers[index].phone);
    if (epoch != epochs.end() && epoch->second == active_[index]->epoch) {
      active_[index]->lease_until = now + length;
      continue;
    }
    // A claim goes past what another transaction has locked just now, be it ours: asked for by itself it is waited for.
    renew(index);
  }
  return drop_lost();
}

// Numbers that were begun and are in nobody's hands: their worker was killed, has left, or is cut off.
Result<void> Runner::take_abandoned() {
  const Time now = doors_.clock.now();
  if (now < takes_at_ || elsewhere_.empty()) return {};
  takes_at_ = now + looks_for_abandoned_every;
  std::vector<std::string> phones;
  std::size_t urgent = 0;
  for (const bool committed : {true, false}) {
    for (const std::size_t index : elsewhere_) {
      if (is_committed(progress_.numbers[index]) != committed || active_[index]) continue;
      phones.push_back(progress_.numbers[index].phone);
      urgent += committed ? 1 : 0;
    }
  }
  const auto most = static_cast<std::size_t>(settings_.concurrency);
  const std::size_t room = std::max(urgent, most - std::min(most, tally_.busy()));
  const auto claims = doors_.ledger.claim(phones, room, settings_.holder, now, now + lease_length());
  if (!claims) return tl::make_unexpected(claims.error());
  if (claims->empty()) return {};
  if (auto synced = sync(); !synced) return synced;
  for (const auto& [phone, lease] : *claims) {
    const auto index = index_of(phone);
    if (!elsewhere_.contains(index) || !take(index, lease, now)) {
      give_back_now(phone);
    } else {
      pace_.taken_over();
    }
  }
  return {};
}

// Into our hands: from now on what is written about it rests on this lease.
bool Runner::take(std::size_t index, const LedgerStore::Lease& lease, Time asked) {
  if (active_[index]) return false;  // a job of an earlier turn with it has not come back
  const NumberProgress& number = progress_.numbers[index];
  Entry entry = entry_of(index, event::taken);
  const auto ref = pin_refs_.find(numbers_[index]->pin.text());
  const auto prover = pin_prover_.find(numbers_[index]->pin.text());
  if (number.worker.empty() && !number.started && ref != pin_refs_.end() && !ref->second &&
      prover != pin_prover_.end() && prover->second == index) {
    entry.more = {{"proves_pin", true}};
  }
  take_out(index);
  elsewhere_.erase(index);
  take_in_hand(index);
  active_[index]->leased = true;
  active_[index]->epoch = lease.epoch;
  active_[index]->lease_until = asked + lease_length();
  write(std::move(entry));
  place(index);
  return true;
}

// Numbers that were chosen to begin: those that nobody else was quicker to take, if nothing has happened meanwhile that
// forbids it.
Result<void> Runner::claim_chosen(const std::vector<std::size_t>& chosen, bool within_budget) {
  const Time now = doors_.clock.now();
  std::vector<std::string> phones;
  phones.reserve(chosen.size());
  for (const std::size_t index : chosen) phones.push_back(progress_.numbers[index].phone);
  const auto claims = doors_.ledger.claim(phones, phones.size(), settings_.holder, now, now + lease_length());
  if (!claims) return tl::make_unexpected(claims.error());
  if (auto synced = sync(); !synced) return synced;
  std::set<std::size_t> not_ours(chosen.begin(), chosen.end());
  for (const auto& [phone, lease] : *claims) {
    const auto index = index_of(phone);
    const bool stopped =
        !progress_.paused.empty() || progress_.on_hold || progress_.done ||
        (within_budget && (!progress_.held.empty() || !over_budget(tally_.wave_of(index), true).empty()));
    if (stopped || !is_free(index) || !take(index, lease, now)) {
      give_back_now(phone);
    } else {
      active_[index]->began_here = true;
      not_ours.erase(index);
    }
  }
  for (const std::size_t index : not_ours) pace_.did_not_begin(numbers_[index]->waba_id);
  if (auto told = wait_for_other_runs(phones, *claims); !told) return told;
  for (const std::size_t index : chosen) refresh(index);
  begins_at_ = now + between_syncs;  // what another took is looked at again
  return {};
}

// What nobody has in hand in this run, and can't be claimed, is in another run's hands. It is waited for, and people
// are told for whom.
Result<void> Runner::wait_for_other_runs(const std::vector<std::string>& phones,
                                         const std::vector<LedgerStore::Claim>& claims) {
  const Time now = doors_.clock.now();
  const std::string of_this_run = settings_.holder.substr(settings_.worker.size());
  for (const std::string& phone : phones) {
    const std::size_t index = index_of(phone);
    const bool claimed =
        std::any_of(claims.begin(), claims.end(), [&](const auto& claim) { return claim.phone == phone; });
    if (claimed || !is_free(index)) continue;
    const auto lease = doors_.ledger.lease(phone, settings_.holder, now, now + lease_length());
    if (!lease) return tl::make_unexpected(lease.error());
    if (lease->holder == settings_.holder) {
      give_back_now(phone);  // free by now: to be claimed like any other
      continue;
    }
    if (lease->holder.ends_with(of_this_run)) continue;  // which will write that it has taken it
    other_runs_[index] = std::min(lease->until, now + asks_other_runs_every);
    wait_as_run("lease",
                fmt::format("{} is being worked on by {}, another run, until {} at the latest", phone, lease->holder,
                            to_iso(lease->until)),
                lease->until, "nothing; to change it, end that run");
  }
  return {};
}

bool Runner::has_other_run(std::size_t index) const {
  const auto held = other_runs_.find(index);
  return held != other_runs_.end() && doors_.clock.now() < held->second;
}

// In the middle of a step: more than half of the lease is left, or it is renewed.
bool Runner::renew(std::size_t index) {
  Active& active = *active_[index];
  const Time now = doors_.clock.now();
  const auto lease = doors_.ledger.lease(progress_.numbers[index].phone, settings_.holder, now, now + lease_length());
  if (!lease) {
    trouble_ = lease.error();
    return false;
  }
  if (lease->holder == settings_.holder && lease->epoch == active.epoch) {
    active.lease_until = now + lease_length();
    return true;
  }
  // One that we have again, after somebody else had it, is as good as lost: it is taken up like any other's.
  if (lease->holder == settings_.holder) give_back_now(progress_.numbers[index].phone);
  lost_.insert(index);
  return false;
}

// To be ended without having begun: nobody else begins them from now on.
bool Runner::claim_unbegun() {
  const Time now = doors_.clock.now();
  std::vector<std::string> phones;
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    if (!is_final(progress_.numbers[i].state) && !is_ours(i)) phones.push_back(progress_.numbers[i].phone);
  }
  const auto claims = doors_.ledger.claim(phones, phones.size(), settings_.holder, now, now + lease_length());
  if (!claims) {
    trouble_ = claims.error();
    return false;
  }
  for (const auto& [phone, lease] : *claims) {
    unbegun_[index_of(phone)] = lease.epoch;
    to_release_.push_back(phone);
  }
  if (auto synced = sync(); !synced) {
    trouble_ = synced.error();
    return false;
  }
  const bool all = claims->size() == phones.size() &&
                   std::all_of(unbegun_.begin(), unbegun_.end(), [&](const auto& one) { return is_free(one.first); });
  if (all) return true;
  unbegun_.clear();
  if (auto told = wait_for_other_runs(phones, *claims); !told) trouble_ = told.error();
  return false;
}

// A number in other hands, or in those of a dead worker, that the run does not end before.
bool Runner::moves_elsewhere() const {
  return std::any_of(elsewhere_.begin(), elsewhere_.end(), [this](std::size_t index) {
    const NumberProgress& number = progress_.numbers[index];
    return progress_.on_hold ? is_urgent(number) : !waits_for_people(number);
  });
}

std::size_t Runner::index_of(const std::string& phone) const {
  return static_cast<std::size_t>(progress_.find(phone) - progress_.numbers.data());
}

// The lease that what is written about a number rests on: an entry may be the last about it, and the lease not ours to
// know any more when it is appended.
std::int64_t Runner::epoch_of(const Entry& entry) const {
  if (!shared() || entry.phone.empty()) return 0;
  const std::size_t index = index_of(entry.phone);
  const auto claimed = unbegun_.find(index);
  return claimed != unbegun_.end() ? claimed->second : active_[index] ? active_[index]->epoch : 0;
}

// What only the worker that leads may write.
bool Runner::needs_lead(const Unwritten& written) {
  const Entry& entry = written.entry;
  const std::string& e = entry.event;
  if (!entry.phone.empty()) return written.epoch == 0 || flag_at(entry.more, "proves_pin").value_or(false);
  if (e == event::paused) return text_at(entry.more, "for") != "token";
  // Whoever meets Graph's limit says so.
  if (e == event::waiting) return text_at(entry.more, "for") != waits_for_graph;
  return e == event::wave || e == event::heard || e == event::held || e == event::done;
}

// All that the unwritten entries rest on.
std::vector<Fence> Runner::fences() const {
  std::map<std::string, std::int64_t> epochs;
  for (const Unwritten& written : unwritten_) {
    const Entry& entry = written.entry;
    if (needs_lead(written)) epochs[lead_key()] = lead_epoch_.value_or(-1);
    if (written.epoch != 0) epochs[entry.phone] = written.epoch;
    if (entry.event != event::intent || !step_of(entry.step).kind.once_per_waba) continue;
    const auto lease = waba_leases_.find(waba_key(numbers_[index_of(entry.phone)]->waba_id));
    if (lease != waba_leases_.end()) epochs[lease->first] = lease->second.epoch;
  }
  std::vector<Fence> fences;
  fences.reserve(epochs.size());
  for (const auto& [phone, epoch] : epochs) fences.push_back({phone, epoch});
  return fences;
}

void Runner::give_back_now(const std::string& key) {
  if (auto given = give_back({key}); !given) trouble_ = given.error();
}

void Runner::note_lost(const std::vector<std::string>& lost) {
  for (const std::string& key : lost) {
    if (key == lead_key()) {
      stop_leading();
      leads_at_ = {};
      for (const Unwritten& written : unwritten_) {
        if (flag_at(written.entry.more, "proves_pin").value_or(false)) lost_.insert(index_of(written.entry.phone));
      }
    } else if (const auto lease = waba_leases_.find(key); lease != waba_leases_.end()) {
      waba_leases_.erase(lease);
      for (std::size_t i = 0; i < active_.size(); ++i) {
        const auto holder = waba_holder_.find(numbers_[i]->waba_id);
        if (waba_key(numbers_[i]->waba_id) == key && holder != waba_holder_.end() && holder->second == i)
          lost_.insert(i);
      }
    } else if (const NumberProgress* number = progress_.find(key)) {
      lost_.insert(static_cast<std::size_t>(number - progress_.numbers.data()));
    }
  }
}

// As if this process had been killed with these numbers: nothing that it thought of them is left, and nothing leaves.
Result<void> Runner::drop_lost() {
  const bool without_lead =
      shared() && !lead_epoch_ && std::any_of(unwritten_.begin(), unwritten_.end(), &Runner::needs_lead);
  if (lost_.empty() && !without_lead) return {};
  // What follows from a word that is not written goes with it: a number that a person asked for again, or that was
  // taken to prove a PIN. Who leads next hears the word, and chooses.
  for (const Unwritten& written : unwritten_) {
    if (!without_lead || written.entry.phone.empty() || !needs_lead(written)) continue;
    lost_.insert(index_of(written.entry.phone));
    to_release_.push_back(written.entry.phone);
  }
  if (without_lead) {
    last_message_ = 0;
    unheard_.clear();
  }
  std::erase_if(unwritten_, [&](const Unwritten& written) {
    const std::string& phone = written.entry.phone;
    return (!phone.empty() && lost_.contains(index_of(phone))) || (!lead_epoch_ && needs_lead(written));
  });
  std::erase_if(starting_, [&](const auto& job) {
    return !job->is_feed && (job->hook.empty() || job->hook == "before_commit") && lost_.contains(job->number);
  });
  std::erase_if(hook_queue_,
                [&](const auto& job) { return job->hook == "before_commit" && lost_.contains(job->number); });
  for (const std::size_t index : lost_) {
    const std::string& phone = progress_.numbers[index].phone;
    std::erase_if(blobs_, [&](const auto& blob) { return is_of(blob.name, phone); });
    std::erase_if(spent_blobs_, [&](const auto& name) { return is_of(name, phone); });
    std::erase_if(noted_, [&](const auto& change) { return change.phone == phone && !outlives_its_lease(change); });
    std::erase_if(waba_holder_, [index](const auto& holder) { return holder.second == index; });
    unbegun_.erase(index);
    if (!active_[index]) continue;
    const bool comes_back = std::any_of(jobs_.begin(), jobs_.end(), [&](const auto& job) {
      return job.second->number == index && !job.second->is_feed && job.second->hook != "after_number" &&
             job.second->hook != "before_wave";
    });
    if (comes_back) {
      active_[index]->lost = true;
      active_[index]->leased = false;
    } else {
      active_[index].reset();
    }
  }
  lost_.clear();
  return fold_anew();
}

// Everything as the journal has it, but for the numbers in our hands: nobody else writes about those, and not all that
// we know of them is written yet.
Result<void> Runner::fold_anew() {
  std::size_t records = 0;
  auto fresh = fold_journal(plan_, doors_.store, &records);
  if (!fresh) return tl::make_unexpected(fresh.error());
  if (!settings_.clock.boot.empty()) tell_by(*fresh, settings_.clock);
  for (const Unwritten& written : unwritten_) {
    if (auto folded = fold(*fresh, written.entry); !folded) return folded;
  }
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    if (is_ours(i)) fresh->numbers[i] = std::move(progress_.numbers[i]);
  }
  progress_ = std::move(*fresh);
  known_ = records;
  pin_prover_.clear();
  aside_.clear();
  for (std::size_t i = 0; i < numbers_.size(); ++i) refresh(i);
  return {};
}

// The job of a number that was lost meanwhile has come back. Of all that it brings only this is no matter of leases: a
// PIN that a server has refused.
void Runner::let_go_of_lost(std::size_t index, const Job& job) {
  if (job.step != nullptr && job.outcome.how == Outcome::How::refused &&
      job.outcome.error_class == api::ErrorClass::pin) {
    note_refused_pin(index);
  }
  active_[index].reset();
  refresh(index);
}

bool Runner::take_waba(const std::string& waba, std::size_t index) {
  if (!shared()) return true;
  const Time now = doors_.clock.now();
  const auto lease = doors_.ledger.lease(waba_key(waba), settings_.holder, now, now + lease_length());
  if (!lease) {
    trouble_ = lease.error();
    return false;
  }
  if (lease->holder != settings_.holder) {
    std::erase_if(waba_holder_, [index](const auto& holder) { return holder.second == index; });
    return false;
  }
  waba_leases_[waba_key(waba)] = {lease->epoch, now + lease_length()};
  return true;
}

Time Runner::waba_until(std::size_t index) const {
  const auto lease = waba_leases_.find(waba_key(numbers_[index]->waba_id));
  return lease == waba_leases_.end() ? Time{} : lease->second.until;
}

void Runner::free_waba(const std::string& waba) {
  const std::string key = waba_key(waba);
  waba_holder_.erase(waba);  // which may be where `waba` stands
  if (waba_leases_.erase(key) > 0) to_release_.push_back(key);
}

// The others go on without this one, at once.
Result<void> Runner::leave() {
  Entry entry;
  entry.event = event::left;
  entry.message = "stopped as asked; the same command goes on where it left off";
  write(std::move(entry));
  auto flushed = flush();
  if (lead_epoch_) (void)doors_.ledger.release(lead_key(), settings_.holder);
  lead_epoch_.reset();
  return flushed;
}

}  // namespace wamigrate
