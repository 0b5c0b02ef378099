// The runner: walks every number's road, one durable step at a time. Single-threaded and deterministic: completions
// and time come in, entries and jobs go out. Entries are durable before any job that follows from them is started, so
// "intent before request" and "outcome before the next step" hold by construction.
//
// There is no recovery code. A lost reply, a killed process and a slow server look the same: a request without a
// settled answer. The loop is: skip what is settled; probe what the step gives; yes: settled; unclear or too early:
// wait; a settled no: intent, perform, outcome.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>

#include "ports/clock.hpp"
#include "ports/sealer.hpp"
#include "ports/store.hpp"
#include "ports/workers.hpp"
#include "run/progress.hpp"
#include "steps/site.hpp"

namespace wamigrate {

/// What the runner works through. All must outlive it.
struct RunDoors {
  Site& site;  ///< Secrets resolved.
  RunStore& store;
  LedgerStore& ledger;
  const Sealer& sealer;
  Workers& workers;
  Clock& clock;
};

struct RunSettings {
  std::string run_name;                                ///< As the user gave it, for the commands in messages.
  std::string holder;                                  ///< Who holds the leases: host, process and run.
  ClockMark clock;                                     ///< Of the clock; empty where it can't be set.
  int concurrency = 32;                                ///< Numbers active at once.
  std::function<void(const Entry&)> on_entry;          ///< Each entry once it is durable.
  std::function<void(const Progress&, Time)> on_tick;  ///< Now and then, for a live display.
};

/// The name and purpose of a blob that a rollback's run inherits: the snapshot of the run it takes back.
std::string kept_snapshot(const std::string& phone);

class Runner {
 public:
  /// `journal` is what the store holds already, folded into `progress` by fold_journal().
  Runner(const Plan& plan, Progress progress, RunDoors doors, RunSettings settings);
  ~Runner();

  /// Runs until every number has ended, or the run is paused. Fails only when its own stores do: nothing is sent
  /// that is not written down.
  Result<void> run();

  /// Asks it to pause: no new number starts; those past their commit point are brought to their verification first.
  /// Asked twice, only requests in flight are awaited. Safe from any thread and from signal handlers.
  void stop() noexcept { stops_.fetch_add(1); }

  const Progress& progress() const { return progress_; }

 private:
  struct Active;
  struct Job;

  // The loop (runner.cpp).
  Result<void> loop();
  Result<void> hear();
  Result<void> flush();
  void let_go();
  void start_numbers();
  bool has_heard_feed(std::size_t wave);
  void on_feed(const StatusFeed& feed);
  bool has_soaked(std::size_t wave, std::size_t first, std::size_t last);
  void advance_due();
  bool has_ended() const;
  void finish_run();
  void pause(std::string what, std::string message);
  Time next_due() const;
  void write(Entry entry);
  Entry entry_of(std::size_t number, std::string_view what) const;

  // One number (number_run.cpp).
  bool may_start(std::size_t index);
  bool may_go_on(std::size_t index) const;
  bool take_lease(std::size_t index);
  void advance(std::size_t index);
  void observe(std::size_t index, Readings readings);
  void complete(Job& job);
  void on_seen(std::size_t index, const Observation& seen);
  void on_first_sight(std::size_t index, const Sighting& sighting);
  void on_step(std::size_t index, const Sighting& sighting);
  void attempt(std::size_t index, const Step& step, const Sighting& sighting);
  void on_outcome(std::size_t index, const Step& step, Outcome outcome);
  void react(std::size_t index, const Step& step, const Outcome& outcome);
  void give_up(std::size_t index);
  void forgo(std::size_t index, const Step& step, const std::string& why);
  bool is_settled_already(std::size_t index, const Step& step);
  void replan_without(std::size_t index, Facts denied, const std::string& why);
  void on_stopping(std::size_t index, const Sighting& sighting);
  bool rescue(std::size_t index, const Sighting& sighting);
  void leave_unfinished(std::size_t index);
  void settle(std::size_t index);
  void on_recheck(std::size_t index, const Sighting& sighting);
  void stop_number(std::size_t index, const std::string& why, Facts denied = {});
  void wait_for(std::size_t index, std::string what, std::string message, std::optional<Time> until,
                std::string next_command);
  void end(std::size_t index, NumberState state, const std::string& why);
  void note_home(std::size_t index, const HomeFinding& finding);
  void write_home(std::size_t index, Home home, const std::string& why);
  bool too_early(std::size_t index, Facts facts, Answer answer) const;
  OwnRecord own_record(std::size_t index, const Observation& seen);
  Answer judged(std::size_t index, Facts facts, const Sighting& sighting) const;
  std::string command(const std::string& verb, const std::string& rest = {}) const;
  std::string resume_command() const;
  std::string next_command_for(NumberState state, const NumberProgress& number) const;
  bool is_committed(const NumberProgress& number) const;
  bool may_still_land(std::size_t index) const;
  void doubt_pin(std::size_t index, bool doubted);
  std::string doubt_mark(std::size_t index) const;
  std::vector<StepKind> kinds_open_to(std::size_t index, bool people = true) const;
  void wait_for_pin(std::size_t index, const std::string& why);
  void slow_down();
  void wait_for_limit(Active& active) const;
  Time next_look(const Active& active) const;
  Result<Secret> open_blob(const std::string& purpose);
  std::optional<Snapshot> open_snapshot(const std::string& purpose);

  const Plan& plan_;
  Progress progress_;
  RunDoors doors_;
  RunSettings settings_;
  Policy policy_;
  Direction direction_;
  std::vector<const Number*> numbers_;           // by index, as in progress_
  std::vector<std::unique_ptr<Active>> active_;  // by index; null when nothing is under way
  std::map<Workers::Ticket, std::unique_ptr<Job>> jobs_;
  Workers::Ticket last_ticket_ = 0;
  std::vector<Entry> unwritten_;
  std::vector<std::pair<std::string, std::string>> blobs_;  // purpose and sealed bytes, durable before the entries
  std::vector<std::pair<std::string, std::string>> spent_;  // phone and ration, durable before the jobs
  std::vector<std::pair<std::string, std::string>> refused_pins_;         // phone and mark
  std::vector<std::tuple<std::string, std::string, bool>> doubted_pins_;  // phone, mark, in doubt or no more
  std::vector<std::unique_ptr<Job>> starting_;
  std::map<std::string, RunStore::Message> codes_;  // phone to the newest code message
  std::map<std::string, std::size_t> waba_holder_;  // WABA to the number that changes it
  std::map<std::string, bool> pin_refs_;            // shared PIN references: proven?
  std::map<std::string, std::size_t> pin_prover_;
  std::vector<std::size_t> wave_sizes_;
  std::set<std::size_t> soaked_;
  std::size_t waves_told_ = 0;                 ///< Before so many waves the status feed was looked at.
  std::optional<std::size_t> feed_asked_for_;  ///< The wave before which it is being looked at.
  std::optional<Time> soak_until_;
  Time graph_not_before_{};  // a shared limit asks everybody to slow down
  Millis graph_wait_{0};     // … and for how long it last did
  std::int64_t last_message_ = 0;
  std::optional<Error> trouble_;
  std::atomic<int> stops_{0};
};

}  // namespace wamigrate
