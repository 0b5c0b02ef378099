// A rig: production code from survey to runner under simulated time, storage and network. One thread, no sleeping; a
// day takes milliseconds.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "ports/clock.hpp"
#include "ports/workers.hpp"
#include "run/runner.hpp"
#include "run/survey.hpp"
#include "sim/scenario.hpp"
#include "sim/sim_transport.hpp"
#include "support/world_evidence.hpp"

namespace wamigrate::rig {

class SimClock : public Clock {
 public:
  explicit SimClock(Time start) : now_(start) {}
  Time now() override { return now_; }
  void set(Time now) { now_ = now; }
  void advance(Millis by) { now_ += by; }

 private:
  Time now_;
};

/// What a simulated kill -9 throws; nothing but the stores and the world survives it.
struct Killed {};

/// Jobs run when they are started, on their own time; they end in the order of their ends.
class SimWorkers : public Workers {
 public:
  /// `lane` is told in which each job runs.
  explicit SimWorkers(SimClock& clock, Lane* lane = nullptr) : clock_(clock), lane_(lane) {}
  using Workers::start;
  void start(Ticket ticket, std::function<void()> job, Lane lane) override {
    const Time begun = clock_.now();
    if (lane_ != nullptr) *lane_ = lane;
    job();
    ends_.emplace(clock_.now(), ticket);
    clock_.set(begun);
  }
  std::vector<Ticket> wait(Time until) override {
    std::vector<Ticket> ended;
    if (!ends_.empty() && ends_.begin()->first <= std::max(until, clock_.now())) {
      clock_.set(std::max(clock_.now(), ends_.begin()->first));
      ended.push_back(ends_.begin()->second);
      ends_.erase(ends_.begin());
    } else {
      clock_.set(std::max(clock_.now(), until));
    }
    return ended;
  }
  void wake() override {}

 private:
  SimClock& clock_;
  Lane* lane_;
  std::multimap<Time, Ticket> ends_;
};

class MemoryRunStore : public RunStore {
 public:
  Result<std::vector<std::string>> commit(const Changes& changes) override {
    if (kill_at_append_ >= 0 && kill_at_append_-- == 0) throw Killed{};
    if (full_) return fail("the disk is full", "make room.");
    for (const std::string& name : changes.drop) {
      if (blobs_.erase(name) > 0) remains_.insert(name);
    }
    for (const Blob& blob : changes.keep) blobs_[blob.name] = blob.sealed;
    journal_.insert(journal_.end(), changes.records.begin(), changes.records.end());
    return std::vector<std::string>();
  }
  Result<void> scrub() override {
    remains_.clear();
    return {};
  }
  Result<std::vector<std::string>> journal() override { return journal_; }
  Result<void> post(const std::string& message) override {
    messages_.push_back({static_cast<std::int64_t>(messages_.size()) + 1, message});
    return {};
  }
  Result<std::vector<Message>> messages(std::int64_t after) override {
    std::vector<Message> later;
    for (const Message& message : messages_) {
      if (message.number > after) later.push_back(message);
    }
    return later;
  }
  Result<std::optional<std::string>> blob(const std::string& name) override {
    const auto found = blobs_.find(name);
    return found == blobs_.end() ? std::nullopt : std::optional(found->second);
  }
  Result<std::vector<std::string>> blob_names() override {
    std::vector<std::string> names;
    for (const auto& [name, sealed] : blobs_) names.push_back(name);
    return names;
  }

  int kill_at_append_ = -1;
  bool full_ = false;
  std::vector<std::string> journal_;
  std::set<std::string> remains_;  ///< Blobs that were dropped, and that the disk still has.

 private:
  std::vector<Message> messages_;
  std::map<std::string, std::string> blobs_;
};

class MemoryLedger : public LedgerStore {
 public:
  explicit MemoryLedger(Time created) : created_(created) {}
  Result<Time> created() override { return created_; }
  Result<int> attempts(const std::string& phone, const std::string& kind, Time since) override {
    const auto found = attempts_.find(phone + kind);
    if (found == attempts_.end()) return 0;
    return static_cast<int>(
        std::count_if(found->second.begin(), found->second.end(), [since](Time at) { return at >= since; }));
  }
  Result<bool> has_mark(const std::string& phone, const std::string& mark) override {
    return refused_.contains(phone + mark);
  }
  Result<void> commit(std::span<const Change> changes) override {
    for (const Change& change : changes) make(change);
    return {};
  }
  Result<Lease> lease(const std::string& phone, const std::string& holder, Time now, Time until) override {
    Lease& lease = leases_[phone];
    if (!lease.holder.empty() && lease.holder != holder && lease.until > now) return lease;
    lease = {holder, until, lease.epoch + (lease.holder == holder ? 0 : 1)};
    return lease;
  }
  std::optional<Lease> lease_of(const std::string& phone) const {
    const auto found = leases_.find(phone);
    return found == leases_.end() || found->second.holder.empty() ? std::nullopt : std::optional(found->second);
  }

 private:
  void make(const Change& change) {
    switch (change.what) {
      case Change::What::attempt:
        attempts_[change.phone + change.subject].push_back(change.at);
        return;
      case Change::What::marked:
        refused_.insert(change.phone + change.subject);
        return;
      case Change::What::unmarked:
        refused_.erase(change.phone + change.subject);
        return;
      case Change::What::given_back:
        if (lease_of(change.phone) && leases_[change.phone].holder == change.subject)
          leases_[change.phone].holder.clear();
        return;
    }
  }

  Time created_;
  std::map<std::string, std::vector<Time>> attempts_;
  std::set<std::string> refused_;
  std::map<std::string, Lease> leases_;
};

/// What workers that share a run see of a store: what rests on leases is refused with them.
class FencedStore : public MemoryRunStore {
 public:
  explicit FencedStore(MemoryLedger& ledger) : ledger_(ledger) {}
  Result<std::vector<std::string>> commit(const Changes& changes) override {
    std::vector<std::string> lost;
    for (const Fence& fence : changes.rests_on) {
      const auto lease = ledger_.lease_of(fence.phone);
      if (!lease || lease->epoch != fence.epoch) lost.push_back(fence.phone);
    }
    return lost.empty() ? MemoryRunStore::commit(changes) : lost;
  }
  std::string database_id() const override { return "memory"; }

 private:
  MemoryLedger& ledger_;
};

/// To somebody who has agreed to it, with the evidence of the simulated world.
TestMessage some_test_message();

/// Secrets by what their reference names; anything else is missing.
class FixedSecrets : public SecretSource {
 public:
  Result<Secret> resolve(const SecretRef& ref) override {
    const auto found = known.find(ref.target);
    if (found == known.end()) return fail(ref.text() + " is not set");
    return Secret(found->second);
  }
  std::map<std::string, std::string> known = {
      {"TOKEN", "sim-token"}, {"PASSWORD", "Secret-123"}, {"BACKUP", "tacocat-long"}, {"PIN", "123456"}};
};

struct RigOptions {
  int numbers = 1;
  sim::ServedBy home = sim::ServedBy::onprem;
  sim::Dialect dialect{};
  std::string overlay{};  ///< Planted situations (sim::plant).
  bool own_pins = true;   ///< Each number has a PIN reference of its own.
  /// What is different about some numbers, in the inventory and in the world.
  std::function<void(int index, Number&, sim::NumberSpec&)> adjust{};
};

class Rig {
 public:
  explicit Rig(RigOptions options = {});

  const std::string& phone(int index = 0) const { return fleet.numbers[static_cast<std::size_t>(index)].phone.e164; }

  /// Surveys and checks, as `check` does: logged out afterwards.
  Checks check(Direction direction);
  /// Surveys and plans; failing checks are in `failed`.
  Plan plan(Direction direction);
  /// One process: from the journal as it is to the end or a pause. With `kill_after` it dies at that append.
  Progress run(const Plan& plan);
  /// Runs until the run is done or only people can go on; answers codes if `answering`.
  Progress run_through(const Plan& plan, bool answering = true);
  void answer(const std::string& phone, const std::string& code);
  /// Other faults from now on; null for none.
  void use(sim::Faults* others);
  /// A new run of its own (a new store), with the same ledger, world and time.
  void new_run() { store = std::make_unique<MemoryRunStore>(); }

  SimClock clock{*parse_iso("2025-06-02")};
  Fleet fleet;
  FixedSecrets secrets;
  std::unique_ptr<sim::World> world;
  sim::Faults faults;
  std::unique_ptr<WorldEvidence> evidence;
  std::unique_ptr<sim::SimTransport> transport;
  Transport* in_front = nullptr;  ///< Stands before it, if set: for what is no part of the vendor's APIs.
  LedgerStore* asked = nullptr;   ///< In place of the ledger, if set, where plans are made.
  std::unique_ptr<MemoryRunStore> store = std::make_unique<MemoryRunStore>();
  MemoryLedger ledger{*parse_iso("2025-01-01")};
  Sealer sealer{Secret(std::string(32, 'k'))};
  PlanOptions options;
  Checks failed;
  std::vector<Entry> entries;  ///< Of all processes, in order.
  Result<void> last_result;
  std::function<void()> on_tick;  ///< At each turn of the runner's loop.
  HookRunner* hooks = nullptr;    ///< RunDoors'
  std::unique_ptr<TimeZones> zones = make_time_zones();
  std::function<bool()> is_postponed{};  ///< RunSettings'
  bool waits_for_a_word = false;         ///< RunSettings'
  std::optional<int> limit;              ///< RunSettings'
  Workers::Lane lane{};                  ///< Of the job that runs, or ran last.
  std::function<bool()> stop_at;         ///< Asked after each entry; true asks the runner to stop.

 private:
  Survey look(Site& site, Direction direction);
};

}  // namespace wamigrate::rig
