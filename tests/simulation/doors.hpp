// The doors of a process under simulation. Every call through them is numbered and may be the process's last; what
// passes is shown to an audience. The program behind them is the real one and knows nothing of it.
#pragma once

#include <functional>
#include <optional>

#include "support/rig.hpp"

namespace wamigrate::simulation {

/// How a process dies at a call.
enum class Cut {
  before,  ///< The call is not made.
  after,   ///< It is made, and nobody learns what came of it.
  torn,    ///< A request arrives when its sender is dead; a store's call is made whole or not at all, hence not made.
};
std::string_view name(Cut cut);

/// Thrown where a process goes on and on.
struct Endless {};

struct Crash {
  int call = 0;  ///< Of the process, from 1.
  Cut cut = Cut::before;
  Millis late{20'000};  ///< torn: how long the request is under way.
};

/// A call through a door, as it may be a process's last.
struct Call {
  int number = 0;  ///< From 1.
  bool is_request = false;
  bool lasts = false;  ///< It leaves something behind: who dies at any other dies as if before the next of these.
};

/// Counts the calls of one process, and ends it where it is told to.
class Gate {
 public:
  /// A new process begins.
  void open(std::optional<Crash> crash, int calls_at_most) {
    calls_that_tell_ = 0;
    calls_at_most_ = calls_at_most;
    crash_ = crash;
    disk_full_after_.reset();
    made_.clear();
  }
  /// For processes among others: told of each call before it is made (a request: before it leaves) …
  std::function<void(int call, bool is_request)> at_call;
  /// … of one to a store that has been made, before its answer is used …
  std::function<void(int call)> after_call;
  /// … and of the end of the process; it need not return.
  std::function<void()> dying;

  /// From this call on nothing can be written any more.
  void fill_disk_after(int call) { disk_full_after_ = call; }

  /// The crash, if this call is the last. Throws rig::Killed where the call is not to be made at all.
  std::optional<Crash> enter(bool is_request);
  [[noreturn]] void die() const;
  bool disk_is_full() const { return disk_full_after_ && calls() >= *disk_full_after_; }
  int calls() const { return static_cast<int>(made_.size()); }
  const std::vector<Call>& made() const { return made_; }
  /// The next call tells nothing about whether the process comes to an end.
  void allow_another() { --calls_that_tell_; }
  void note_lasting() { made_.back().lasts = true; }

 private:
  int calls_that_tell_ = 0;
  int calls_at_most_ = 0;
  std::optional<Crash> crash_;
  std::optional<int> disk_full_after_;
  std::vector<Call> made_;
};

/// A request as it leaves.
struct Leaving {
  const HttpRequest& request;
  sim::Subject subject;
  bool changes = false;  ///< By the vendor's own list of what can change something.
  Time left{};
};

/// … and what came of it.
struct Sent : Leaving {
  const HttpResult& result;  ///< As the program gets to see it.
  std::string answered{};    ///< What the vendor's log says of it: "ok", a code, a fault; empty when it comes later.
  Time ended{};

  bool has_answer() const { return result.has_value() && result->status == 200; }
};

class Audience {
 public:
  virtual ~Audience() = default;
  virtual void on_leaving(const Leaving& leaving) = 0;
  virtual void on_sent(const Sent& sent) = 0;
};
/// Told of every text that was written to a store.
using Scribe = std::function<void(std::string_view)>;

class WatchedTransport : public Transport {
 public:
  WatchedTransport(Gate& gate, Transport& inner, sim::World& world, rig::SimClock& clock, Audience& audience)
      : gate_(gate), inner_(inner), world_(world), clock_(clock), audience_(audience) {}
  HttpResult send(const HttpRequest& request) override;
  /// How long each request is under way; what lots say here decides which number comes first.
  void set_way_there(std::function<Millis()> way) { way_there_ = std::move(way); }
  /// How that time passes; if not told, the clock is moved on. May throw rig::Killed: the process has died meanwhile.
  void set_pass(std::function<void(Millis, const sim::Subject&)> pass) { pass_ = std::move(pass); }
  /// Whether what a dead process has sent arrives all the same.
  void set_arrives(std::function<bool()> arrives) { arrives_ = std::move(arrives); }

 private:
  void arrive_late(const Leaving& leaving, Millis late);
  void be_under_way(const Leaving& leaving);

  Gate& gate_;
  Transport& inner_;
  sim::World& world_;
  rig::SimClock& clock_;
  Audience& audience_;
  std::function<Millis()> way_there_;
  std::function<void(Millis, const sim::Subject&)> pass_;
  std::function<bool()> arrives_;
};

class WatchedStore : public RunStore {
 public:
  WatchedStore(Gate& gate, RunStore& inner, Scribe scribe) : gate_(gate), inner_(inner), scribe_(std::move(scribe)) {}
  Result<std::vector<std::string>> commit(const Changes& changes) override;
  Result<std::vector<std::string>> journal() override;
  Result<std::vector<std::string>> journal_after(std::size_t known) override;
  Result<void> post(const std::string& message) override;
  Result<std::vector<Message>> messages(std::int64_t after) override;
  Result<std::optional<std::string>> blob(const std::string& name) override;
  Result<std::vector<std::string>> blob_names() override;
  Result<void> scrub() override;
  std::string database_id() const override { return inner_.database_id(); }

 private:
  Gate& gate_;
  RunStore& inner_;
  Scribe scribe_;
};

class WatchedLedger : public LedgerStore {
 public:
  WatchedLedger(Gate& gate, LedgerStore& inner, Scribe scribe)
      : gate_(gate), inner_(inner), scribe_(std::move(scribe)) {}
  Result<Time> created() override;
  Result<int> attempts(const std::string& phone, const std::string& kind, Time since) override;
  Result<bool> has_mark(const std::string& phone, const std::string& mark) override;
  Result<void> commit(std::span<const Change> changes) override;
  Result<Lease> lease(const std::string& phone, const std::string& holder, Time now, Time until) override;
  Result<std::vector<Claim>> claim(std::span<const std::string> phones, std::size_t count, const std::string& holder,
                                   Time now, Time until) override;
  std::string database_id() const override { return inner_.database_id(); }

 private:
  Gate& gate_;
  LedgerStore& inner_;
  Scribe scribe_;
};

}  // namespace wamigrate::simulation
