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

#include "plan/openings.hpp"
#include "ports/clock.hpp"
#include "ports/hooks.hpp"
#include "ports/sealer.hpp"
#include "ports/store.hpp"
#include "ports/time_zones.hpp"
#include "ports/workers.hpp"
#include "run/agenda.hpp"
#include "run/pace.hpp"
#include "run/progress.hpp"
#include "run/tally.hpp"
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
  TimeZones* zones = nullptr;   ///< Needed where the policy has windows.
  HookRunner* hooks = nullptr;  ///< Null: no hook is called.
};

struct RunSettings {
  std::string run_name;  ///< As the user gave it, for the commands in messages.
  std::string holder;    ///< Who holds the leases: host, process and run.
  /// Who this is among several that share the run, like nobody before it: then `holder` begins with it, and goes on as
  /// that of the others. Run and ledger must be of one database (RunStore::database_id). Empty: this process has the
  /// run for itself.
  std::string worker{};
  std::string run_key{};          ///< The run's name as the leases of its workers have it: without commas.
  ClockMark clock;                ///< Of the clock; empty where it can't be set.
  int concurrency = 32;           ///< Numbers active at once.
  std::optional<int> limit{};     ///< So many numbers begin in this process, then the run pauses.
  bool waits_for_a_word = false;  ///< On hold or before an approval it waits for the word; else the run is paused.
  std::string postpone_file;      ///< While it is there no commit point is passed: its name, for people …
  std::function<bool()> is_postponed{};                ///< … and whether it is; empty where none was named.
  std::function<void(const Entry&)> on_entry;          ///< Each entry once it is durable.
  std::function<void(const Progress&, Time)> on_tick;  ///< Now and then, for a live display.
};

/// The name and purpose of a blob that a rollback's run inherits: the snapshot of the run it takes back.
std::string kept_snapshot(const std::string& phone);

class Runner {
 public:
  /// So many hooks run at a time, on the workers like everything that blocks: leave them room.
  static constexpr int hooks_at_once = 8;
  /// … and so many looks for webhooks, which may be a command's work each.
  static constexpr int inquiries_at_once = 4;

  /// `journal` is what the store holds already, folded into `progress` by fold_journal().
  Runner(const Plan& plan, Progress progress, RunDoors doors, RunSettings settings);
  ~Runner();

  /// Runs until every number has ended, or the run is paused. Fails only when its own stores do: nothing is sent
  /// that is not written down.
  Result<void> run();

  /// The same in parts, for whoever has several to look after: take it up (false: there is nothing to do), turn by turn
  /// (false: it has come to its end), and let go of it, also after an error.
  Result<bool> take_up();
  Result<bool> turn();
  Result<void> put_down(Result<void> result);

  /// Asks it to pause: no new number starts; those past their commit point are brought to their verification first.
  /// Asked twice, only requests in flight are awaited. Safe from any thread and from signal handlers.
  void stop() noexcept { stops_.fetch_add(1); }

  const Progress& progress() const { return progress_; }

 private:
  struct Active;
  struct Job;
  struct Unwritten {
    Entry entry;
    std::int64_t epoch = 0;  ///< Of the lease that it rests on; 0: of none.
  };

  // The loop, and whose turn it is (runner.cpp).
  Result<void> flush();
  Result<void> note();
  Result<void> append_unwritten();
  Result<void> give_back(const std::vector<std::string>& phones);
  Result<void> scrub(bool at_once);
  Result<void> check_leases();
  void let_go();
  bool leave_out_written();
  void take_over();
  void take_in_hand(std::size_t index, bool rechecking = false);
  void place(std::size_t index);
  void advance_due();
  Time next_due() const;
  bool has_ended() const;
  bool is_all_done() const;
  bool may_end();
  void finish_run();
  void end_unbegun(std::size_t index);
  void pause(std::string what, std::string message);
  void write(Entry entry);
  Entry entry_of(std::size_t number, std::string_view what) const;
  bool is_committed(const NumberProgress& number) const;
  bool is_urgent(const NumberProgress& number) const;
  bool is_off_the_air(std::size_t index) const;
  bool may_still_land(std::size_t index) const;
  bool may_go_on(std::size_t index) const;
  bool may_begin_more() const;

  // Several workers on one run (sharing.cpp).
  bool shared() const { return !settings_.worker.empty(); }
  bool leads() const { return !shared() || lead_epoch_.has_value(); }
  bool is_ours(std::size_t index) const;
  bool is_free(std::size_t index) const;
  Result<void> share();
  Result<void> sync();
  void on_others(const Entry& entry);
  Result<void> keep_lead();
  void stop_leading();
  Result<void> keep_leases();
  Result<void> take_abandoned();
  Result<void> claim_chosen(const std::vector<std::size_t>& chosen, bool within_budget);
  Result<void> wait_for_other_runs(const std::vector<std::string>& phones,
                                   const std::vector<LedgerStore::Claim>& claims);
  bool has_other_run(std::size_t index) const;
  bool take(std::size_t index, const LedgerStore::Lease& lease, Time asked);
  bool renew(std::size_t index);
  bool claim_unbegun();
  bool moves_elsewhere() const;
  static bool needs_lead(const Unwritten& written);
  std::int64_t epoch_of(const Entry& entry) const;
  std::size_t index_of(const std::string& phone) const;
  void give_back_now(const std::string& key);
  std::vector<Fence> fences() const;
  void note_lost(const std::vector<std::string>& lost);
  Result<void> drop_lost();
  Result<void> fold_anew();
  void refresh(std::size_t index);
  void let_go_of_lost(std::size_t index, const Job& job);
  bool take_waba(const std::string& waba, std::size_t index);
  Time waba_until(std::size_t index) const;
  void free_waba(const std::string& waba);
  void free_waba_of(std::size_t index);
  Result<void> leave();
  Millis lease_length() const;
  std::string lead_key() const;

  // What people say (hearing.cpp).
  Result<void> hear();
  bool deal_with(const RunStore::Message& message);
  void hear_about(std::size_t index, const RunStore::Message& message, const Json& json);
  void hear_about_run(const RunStore::Message& message, const Json& json);
  void forgive_the_wait();
  void call_off();
  bool is_called_off(std::size_t index) const;

  // Which numbers begin (starting.cpp).
  void line_up(std::size_t index);
  void take_out(std::size_t index);
  void start_numbers();
  void line_up_again();
  void count_begun();
  std::optional<std::size_t> next_of(const std::set<std::size_t>& lined_up, std::size_t end) const;
  void start_from(std::set<std::size_t>& lined_up, std::size_t end);
  bool may_start(std::size_t index);
  void recall_prover(std::size_t index);
  void note_proven_pin(std::size_t index);
  void free_prover(std::size_t index);
  std::string over_budget(std::size_t wave, bool with_given_up) const;
  bool is_over_budget(std::size_t wave);
  bool has_begun(std::size_t wave);
  bool has_heard_feed(std::size_t wave);
  void on_feed(const StatusFeed& feed);
  void wait_as_run(std::string what, std::string message, std::optional<Time> until, std::string next_command,
                   const std::string& waba = {});
  void tell_run_waits(std::string what, std::string message, std::optional<Time> until, std::string next_command,
                      const std::string& waba = {});

  Result<void> lay_out_windows();
  bool fits_now(std::size_t index);
  void step_aside(std::size_t index, Time until);
  void step_back_in();
  bool is_asked_for_later() const;
  void tell_of_aside();
  void pass_over_prover(std::size_t index);
  std::optional<Time> slowed_until() const;
  Time may_ask_at(std::size_t index) const;
  void tell_of_pace(std::string_view why, Time begins, std::string next_command);
  bool is_at_limit() const { return settings_.limit && begun_ >= *settings_.limit; }
  Millis expected_length(std::size_t index) const;

  // A wave's numbers are watched, and looked at again (soaking.cpp).
  bool has_soaked(std::size_t wave);
  bool is_watching() const;
  void watch();
  bool is_in_doubt() const;
  void recheck_some();
  void end_recheck(Active& active);
  void on_recheck(std::size_t index, const Sighting& sighting);

  // The operator's hooks (hooks.cpp).
  std::unique_ptr<Job> hook_job(std::string_view hook) const;
  std::unique_ptr<Job> hook_job(std::string_view hook, std::size_t index) const;
  void queue_hook(std::unique_ptr<Job> job);
  void start_hooks();
  void on_hook(Job& job);
  bool hook_lets_begin(std::size_t wave);
  bool hook_lets_commit(std::size_t index, const Step& step);
  void on_commit_hook(std::size_t index, bool agreed, const std::string& no);
  Result<void> call_after_run();

  // What is seen of a number (seeing.cpp).
  void observe(std::size_t index, Readings readings);
  Time account_since(std::size_t index) const;
  void complete(Job& job);
  void conclude(Job& job);
  void on_seen(std::size_t index, const Observation& seen);
  void on_first_sight(std::size_t index, const Sighting& sighting);
  void note_arrival(std::size_t index, const HomeFinding& finding);
  void on_arrival(std::size_t index, const Sighting& sighting);
  void note_home(std::size_t index, const HomeFinding& finding);
  void write_home(std::size_t index, Home home, const std::string& why);
  bool too_early(std::size_t index, Facts facts, Answer answer) const;
  Answer judged(std::size_t index, Facts facts, const Sighting& sighting) const;
  OwnRecord own_record(std::size_t index, const Observation& seen);
  Home last_home(std::size_t index, const Observation& seen);
  void note_last_home(std::size_t index, Home home);
  Result<Secret> open_blob(const std::string& purpose);
  Result<std::optional<std::string>> sealed_blob(const std::string& purpose);
  std::optional<Snapshot> open_snapshot(const std::string& purpose);
  Time next_look(const Active& active) const;
  void look_again(std::size_t index);
  Time patience_ends(std::size_t index) const;

  // Graph's limits (limits.cpp).
  bool waits_for_limit(std::size_t index, const Observation& seen);
  void wait_for_limit(Active& active, Time until) const;
  const std::string& limit_met(std::size_t index, std::string_view code) const;
  Time graph_not_before(const std::string& waba) const;
  Time limit_until(const std::string& limit) const;
  void slow_down(const std::string& limit, Millis regain_after);
  void heed_graph_limit(const std::string& limit, Millis wait);
  static std::string graph_wait_text(const std::string& limit, Time until);

  // One step of a number (stepping.cpp).
  void advance(std::size_t index);
  void arrive(std::size_t index);
  void look_at_step(std::size_t index, const Step& step);
  static Readings readings_to_send(const Step& step);
  Readings readings_to_look(std::size_t index, const Step& step) const;
  Readings readings_ahead(std::size_t index, std::size_t from) const;
  bool has_seen(const Active& active, Readings readings) const;
  Result<void> take_leases(const std::vector<std::size_t>& due);
  bool take_lease(std::size_t index);
  bool may_be_worked_on(std::size_t index) const;
  static void note_lease(Active& active, const LedgerStore::Lease& lease, Time until);
  bool is_settled_already(std::size_t index, const Step& step);
  void on_step(std::size_t index, const Sighting& sighting);
  void settle(std::size_t index, std::string how = {});
  void attempt(std::size_t index, const Step& step, const Sighting& sighting);
  bool is_postponed(std::size_t index, const Step& step);
  bool waits_for_window(std::size_t index, const Step& step);
  void postpone(Active& active) const;
  bool needs_hold(std::size_t index, const Step& step, const Sighting& sighting);
  bool has_ration(std::size_t index, const Step& step);
  bool pin_may_be_sent(std::size_t index, const Step& step, const Sighting& sighting);
  bool gather(std::size_t index, const Step& step, Supplies& supplies);
  bool take_code(std::size_t index, const Step& step, Supplies& supplies);
  void note_refused_pin(std::size_t index);
  void doubt_pin(std::size_t index, bool doubted);
  void note_attempt(std::size_t index, Ration ration);
  std::string doubt_mark(std::size_t index) const;
  void on_outcome(std::size_t index, const Step& step, Outcome outcome);

  // What follows from a reply that did not do what was asked (reacting.cpp).
  void react(std::size_t index, const Step& step, const Outcome& outcome);
  void give_up(std::size_t index);
  void wait_for_retry(std::size_t index, const std::string& why);
  bool may_be_settled_later(std::size_t index, const Observation& seen) const;
  bool keeps_others_waiting(std::size_t index) const;
  void forgo(std::size_t index, const Step& step, const std::string& why);
  void replan_without(std::size_t index, Facts denied, const std::string& why);

  // The test message of a number that has arrived (testing.cpp).
  SentMessages sent_messages(std::size_t index) const;
  bool may_inquire() const;
  std::string tag_of(std::size_t index, int attempt) const;
  Time test_overdue_at(std::size_t index, const StepKind& kind) const;
  void wait_for_word(std::size_t index, const std::string& why, std::string_view again = "looks again",
                     std::string_view there = "The number is served by its new home");

  // How a number stops, waits and ends (ending.cpp).
  void stop_number(std::size_t index, const std::string& why, Facts denied = {});
  void on_stopping(std::size_t index, const Sighting& sighting);
  bool rescue(std::size_t index, const Sighting& sighting);
  std::vector<StepKind> kinds_open_to(std::size_t index, bool people = true) const;
  void leave_unfinished(std::size_t index);
  void wait_for(std::size_t index, std::string what, std::string message, std::optional<Time> until,
                std::string next_command);
  void wait_for_pin(std::size_t index, const std::string& why);
  void end(std::size_t index, NumberState state, const std::string& why);
  std::string command(const std::string& verb, const std::string& rest = {}) const;
  std::string resume_command() const;
  std::string next_command_for(NumberState state, const NumberProgress& number) const;

  const Plan& plan_;
  Progress progress_;
  RunDoors doors_;
  RunSettings settings_;
  Policy policy_;
  Direction direction_;
  std::vector<const Number*> numbers_;           // by index, as in progress_
  std::vector<std::unique_ptr<Active>> active_;  // by index; null when it is not in hand
  Agenda agenda_;
  Tally tally_;
  Pace pace_;
  std::map<Workers::Ticket, std::unique_ptr<Job>> jobs_;
  Workers::Ticket last_ticket_ = 0;
  std::vector<Unwritten> unwritten_;
  std::vector<RunStore::Blob> blobs_;       // durable with the entries
  std::vector<std::string> spent_blobs_;    // dropped with them …
  std::optional<Time> to_scrub_;            // … and when the disk is to forget them
  std::vector<LedgerStore::Change> noted_;  // rations spent, PINs refused or in doubt: durable before the entries
  std::vector<std::unique_ptr<Job>> starting_;
  std::map<std::string, RunStore::Message> codes_;  // phone to the newest code message
  std::map<std::string, std::size_t> waba_holder_;  // WABA to the number that changes it
  std::map<std::string, bool> pin_refs_;            // shared PIN references: proven?
  std::map<std::string, std::size_t> pin_prover_;
  std::set<std::size_t> to_start_;   // not begun, by index …
  std::set<std::size_t> asked_for_;  // … and begun again because a person asked for it
  std::set<std::size_t> unserved_;   // … of both those, which nobody serves; some may have begun elsewhere
  struct Aside {
    Time until{};
    std::set<std::size_t> numbers;
    bool asked_for = false;  // one of them by a person
  };
  std::map<std::string, Aside> aside_;  // … those that may begin but for what their account may ask, by WABA
  std::map<std::string, std::vector<std::size_t>> behind_pin_;  // … and those behind a PIN that is not proven yet
  std::size_t wave_ = 0;                                        // the first that has a number without an end
  std::set<std::size_t> soaked_;
  std::optional<std::size_t> rechecks_left_;                   // of the wave that has soaked …
  std::map<std::string, std::deque<std::size_t>> to_recheck_;  // … those whose turn has not come, by WABA
  int rechecking_ = 0;
  std::string soak_doubt_;                     // what they could not tell
  std::size_t waves_told_ = 0;                 ///< Before so many waves the status feed was looked at.
  std::optional<std::size_t> feed_asked_for_;  ///< The wave before which it is being looked at.
  std::optional<Time> begins_at_;              // when something may begin that may not yet
  bool needs_word_ = false;                    // nothing begins before a person has said so
  bool told_to_wait_ = false;                  // in this turn people were told why nothing begins
  std::optional<Time> last_start_;
  int begun_ = 0;  // by this process
  struct Heard {
    std::int64_t call = 0;
    Time at{};
  };
  std::map<std::string, Heard> usage_heard_;  // when what is said about a limit was said last
  Openings openings_;
  bool laid_out_ = false;
  std::deque<std::unique_ptr<Job>> hook_queue_;
  int hooks_running_ = 0;
  enum class WaveHook { unasked, asked, agreed, refused } wave_hook_ = WaveHook::unasked;
  std::string wave_hook_said_;
  std::optional<Time> heard_at_;
  Time graph_answered_at_{};  // when it last said anything about any number
  struct GraphLimit {
    Time until{};
    Millis wait{0};  ///< For how long it was met last.
  };
  std::map<std::string, GraphLimit> limits_;  // as this process has met them, by WABA ("": the app's); limit_until()
  std::set<std::string> wabas_;               // of all numbers
  std::int64_t last_message_ = 0;
  std::vector<RunStore::Message> unheard_;  // not dealt with, and not known to be dealt with by others
  std::vector<std::string> to_release_;     // leases to give back once what is written under them is durable
  int session_ = 0;                         // this process's
  // Where several workers share the run:
  std::size_t known_ = 0;  // so many records of the journal are folded
  std::optional<Time> synced_at_;
  Time leads_at_{};                              // when the lead is asked for, or renewed …
  std::optional<std::int64_t> lead_epoch_;       // … and its lease's epoch while this worker leads
  Time keeps_at_{};                              // when leases are renewed
  Time takes_at_{};                              // when numbers of dead workers are looked for
  std::set<std::size_t> elsewhere_;              // begun or taken, and not in our hands
  std::map<std::size_t, Time> other_runs_;       // not begun, and until when another run's at the latest
  std::set<std::size_t> lost_;                   // ours no more, and not yet dropped
  std::map<std::size_t, std::int64_t> unbegun_;  // epochs of numbers that are claimed to be ended
  struct SharedLease {
    std::int64_t epoch = 0;
    Time until{};
  };
  std::map<std::string, SharedLease> waba_leases_;
  bool leaving_ = false;  // it has paused the run itself
  std::optional<Error> trouble_;
  std::atomic<int> stops_{0};
};

}  // namespace wamigrate
