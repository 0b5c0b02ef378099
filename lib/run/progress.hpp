// Progress: all that is known of a run, folded from its journal entry by entry. The running process and `status` in
// another terminal use the same fold, so they can't disagree; resuming is reading the journal.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/home.hpp"
#include "plan/plan.hpp"
#include "ports/clock.hpp"
#include "ports/store.hpp"
#include "run/entry.hpp"

namespace wamigrate {

enum class NumberState {
  pending,
  active,
  waiting,
  migrated,     ///< Served by its new home, verified.
  rolled_back,  ///< Brought back to its old home.
  untouched,    ///< The run stopped before it.
  stale,        ///< No longer as planned: not touched.
  failed,       ///< Not migrated; served by its old home.
  stranded,     ///< Served by nobody, or nobody knows.
};
std::string_view name(NumberState state);
bool is_final(NumberState state);
/// What `max_failures` counts.
bool is_failure(NumberState state);

/// The test message of a number, if the inventory asks for one.
struct TestProgress {
  struct Sent {
    std::string tag;  ///< Empty where the API has none.
    std::string id;   ///< As the API answered; empty where the answer was lost.
    Time at{};        ///< When it left.
  };
  std::vector<Sent> sent;  ///< More than one only where a person asked for another.
  /// What settled the step, in a few words: "delivered", "read", or a person's word; empty while nothing has.
  std::string outcome, inbound_outcome;
};

struct NumberProgress {
  std::string phone;
  NumberState state = NumberState::pending;
  int wave = 0;                   ///< From 1, once started.
  std::string worker;             ///< Who has, or had, it in hand, where several share the run; empty: nobody.
  std::vector<std::string> road;  ///< As planned, or as replanned.
  std::size_t next = 0;           ///< The step whose turn it is; road.size() when all are settled.
  bool started = false;           ///< Observed to be as planned; its road has begun.
  bool stopping = false;          ///< Goes no further; its home is being settled.
  int rescues = 0;                ///< Roads taken to give it a home again.
  bool to_old_home = false;       ///< The road leads back.
  bool retried = false;           ///< A person asked for it again: its road is found anew, whatever the plan saw.

  Facts vouched, doubtful, denied;
  std::map<std::string, int> attempts;      ///< Intents by step.
  std::map<std::string, Time> last_sent;    ///< Requests that may have had an effect, a refusal's side effects too.
  std::map<std::string, Time> last_unsure;  ///< … that may yet be carried out: not refused.
  std::map<std::string, int> refusals;      ///< By error class: some are answered once and no more.
  std::string open_intent;                  ///< A step whose request left (perhaps) and whose outcome is not known.
  int backup_session = 0;                   ///< The session that took the backup; 0: none; -1: one before a retry.
  int drained_session = 0;                  ///< The session that saw the callback queue empty; as above.
  std::map<std::string, int> kept_by;       ///< The session of the worker that keeps a blob of this kind.
  bool pin_refused = false;
  std::set<std::string> tried_pins;  ///< The references of the PINs that were sent, or about to be.
  std::string pin_override;          ///< A reference a person supplied after a refusal.

  Home home = Home::unknown;    ///< As last settled …
  std::optional<Time> home_at;  ///< … by this run, and when; empty: as the plan has it.
  Home last_served = Home::unknown;
  std::string why;                 ///< The evidence.
  std::optional<Time> down_since;  ///< When the request left that may have taken its home.
  bool down_confirmed = false;     ///< Nobody was seen to serve it since.
  Millis downtime{0};

  std::string reason;     ///< Why it waits, or why it ended so.
  std::string waits_for;  ///< code, person, pin, retry, lease, time, postponement, settling; empty: it does not wait
  std::optional<Time> until;
  std::string next_command;        ///< What is safe to do next; a line each where a person has a choice.
  std::vector<std::string> notes;  ///< Differences and such, for the report.
  TestProgress test;
  std::optional<Time> started_at, ended_at;

  int registers_used() const;
  const std::string& step() const;  ///< Name of the step whose turn it is; empty when none.
};

/// What a run waits for that Graph has asked to slow down.
inline constexpr const char* waits_for_graph = "graph";

/// What a number waits for whose retries are used up, and a run that has too many of these.
inline constexpr const char* waits_for_retry = "retry";

/// What a number waits for, and is asked for again and again, whose step's checkpoint does not hold yet: it is active.
inline constexpr const char* waits_to_settle = "settling";

/// Its retries are used up before its commit point: it waits for the next session, or for a person's `retry`.
bool has_given_up(const NumberProgress& number);

/// It moves no more until a person has done something, or another process has let it go.
bool waits_for_people(const NumberProgress& number);

/// It is served by its new home, and all that is left is to see whether messages flow.
bool awaits_messages(const NumberProgress& number);
/// … and only a person can tell.
bool is_inconclusive(const NumberProgress& number);

/// What people were told that concerns all numbers.
struct Notice {
  Time time{};
  std::string message;
};

/// A wave that is watched for a while, now that its numbers have ended.
struct Soak {
  int wave = 0;
  Time until{};
};

/// Why nothing new begins, although numbers are left that could.
struct RunWait {
  std::string what;  ///< approval, resume, retry, window, hook, lease, limit, pace, graph, watch
  std::string message;
  std::optional<Time> until;
  std::string next_command;  ///< What ends it, or would change it; empty where nothing does.
  std::string waba{};        ///< The one account that it concerns: numbers of others begin; empty: all wait.
};

/// One account's wait, or a pace, hides nothing that all wait for.
bool gives_way(const RunWait& waits);

/// One of several processes that share a run.
struct WorkerProgress {
  int session = 0;
  Time last_heard_of{};  ///< By its own clock.
  bool silent = false;   ///< Others have taken over what it had, and it has not written since: killed, as far as seen.
};

struct Progress {
  std::string plan_digest;
  Direction direction = Direction::to_cloud;
  std::vector<NumberProgress> numbers;  ///< In plan order.
  int session = 0;
  int wave = 0;
  std::map<std::string, WorkerProgress> workers;  ///< That have joined and not left; one that was killed is among them.
  std::vector<Notice> notices;
  bool on_hold = false;     ///< A person has said `pause`, and not yet `resume`.
  bool aborted = false;     ///< A person has said `abort`.
  int approved_wave = 1;    ///< The last wave that needs no approval any more.
  int starts_per_hour = 0;  ///< As a person has throttled it; 0: as fast as it goes.
  std::optional<RunWait> waits;
  std::optional<Soak> soak;
  /// So long everybody waits who can, as Graph has asked, by the WABA whose limit it is ("": the app's); may be over.
  std::map<std::string, Time> graph_until;
  std::string held;    ///< Why no new number starts; empty when they do.
  std::string paused;  ///< Why the run is paused ("token", "signal", …); empty when it is not.
  std::string pause_message;
  bool done = false;
  std::set<long long> heard;  ///< Messages dealt with.
  std::optional<Time> started_at, ended_at;
  ClockMark clock;  ///< Of the clock that all these times are told by.

  NumberProgress* find(const std::string& phone);
  const NumberProgress* find(const std::string& phone) const;
  void index();  ///< After filling `numbers`.

 private:
  std::unordered_map<std::string, std::size_t> by_phone_;
};

/// The progress of a run that has not begun.
Progress begin(const Plan& plan);

/// Tells all times by another clock: one that was set meanwhile makes nothing look older, or younger, than it is.
void tell_by(Progress& progress, const ClockMark& clock);

/// Folds one entry. Entries this version does not know are an error, not skipped.
Result<void> fold(Progress& progress, const Entry& entry);

/// A run's whole progress from its journal.
Result<Progress> fold_journal(const Plan& plan, const std::vector<std::string>& journal);
/// The same of what stands in its store, record by record: a journal of millions is never in memory as a whole.
/// `records`: how many there were.
Result<Progress> fold_journal(const Plan& plan, RunStore& store, std::size_t* records = nullptr);

/// The exit code of the contract, section 3.
int exit_code(const Progress& progress);

/// What `status --json` prints.
Json status_json(const Progress& progress, const std::string& run, Time now);

}  // namespace wamigrate
