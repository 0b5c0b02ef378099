// Entries: what a run writes down, one line each, durable before anything follows from it. The journal is nothing but
// entries; all that is known of a run is folded from them (progress.hpp). They are also what `apply --json` prints.
#pragma once

#include <string>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace wamigrate {

struct Entry {
  Time time{};
  std::string event;    ///< One of the words below.
  std::string phone;    ///< Empty for what concerns the run.
  std::string step;     ///< A step kind's name.
  int attempt = 0;      ///< Of that step for that number, from 1.
  std::string outcome;  ///< done, refused, ambiguous, not_sent; of `ended`: the final state
  int http_status = 0;
  std::string code;
  std::string fbtrace_id;
  std::string message;  ///< For people, one line, without secrets.
  Json more;            ///< What only the fold needs; object or null.
  std::string by;       ///< The worker that wrote it, where several share the run; empty: the only one.
};

/// The events, with what `more` holds.
namespace event {
inline constexpr std::string_view created = "created";      ///< plan (digest), to, numbers
inline constexpr std::string_view session = "session";      ///< a process has taken up the run: boot, booted
inline constexpr std::string_view left = "left";            ///< a worker has ended its work, and others may go on
inline constexpr std::string_view taken = "taken";          ///< a worker has the number's lease: proves_pin
inline constexpr std::string_view observed = "observed";    ///< home, why
inline constexpr std::string_view started = "started";      ///< road, wave
inline constexpr std::string_view intent = "intent";        ///< a changing request is about to leave: tag
inline constexpr std::string_view outcome = "outcome";      ///< class, vouched, notes, id
inline constexpr std::string_view settled = "settled";      ///< the step's checkpoint holds
inline constexpr std::string_view forgone = "forgone";      ///< the step is left undone, and the number goes on
inline constexpr std::string_view waiting = "waiting";      ///< for, until
inline constexpr std::string_view replanned = "replanned";  ///< road, denied, rescue
inline constexpr std::string_view stopping = "stopping";    ///< this number goes no further; its home is being settled
inline constexpr std::string_view ended = "ended";          ///< home, next
inline constexpr std::string_view heard = "heard";          ///< a message from a person: message, and what it said
inline constexpr std::string_view wave = "wave";            ///< a wave begins: number, size
inline constexpr std::string_view notice = "notice";        ///< what people should know; nothing follows from it
inline constexpr std::string_view held = "held";            ///< no new number starts
inline constexpr std::string_view paused = "paused";        ///< for
inline constexpr std::string_view done = "done";
}  // namespace event

/// One line of the journal, and back.
std::string to_line(const Entry& entry);
Result<Entry> entry_from(std::string_view line);

/// The event as `apply --json` prints it: without `more`.
Json event_json(const Entry& entry);

}  // namespace wamigrate
