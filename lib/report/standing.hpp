// Standing: how one number of a run stands, in the words that status, live display and report share.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "report/document.hpp"
#include "run/progress.hpp"

namespace wamigrate::report {

/// How long the number has been off the air, at most: from the request that may have taken its home to the first
/// observation that somebody serves it, or to `now`.
Millis off_air(const NumberProgress& number, Time now);

/// Whether a person has to act for this number before anything goes on: stranded, or waiting for a person.
bool needs_person(const NumberProgress& number);

/// … and nobody serves it, or nobody knows who does: exit code 5.
bool is_urgent(const NumberProgress& number);

/// How many numbers are in each state.
std::map<NumberState, std::size_t> counts_of(const Progress& progress);
/// "2 migrated, 1 waiting, 84 not begun", the most pressing first.
std::string counts_text(const Progress& progress);

/// States in the order in which a person should read them: the most pressing first.
const std::vector<NumberState>& by_urgency();
Tone tone_of(NumberState state);

/// "step 11 of 16, register_on_cloud, attempt 1": where it is on its road; empty when its road is over.
std::string place_on_road(const NumberProgress& number);
/// "off the air since 02:00:03 UTC, 14 s so far" or "a request that may …"; empty while its home serves.
std::string off_air_text(const NumberProgress& number, Time now);
/// "2026-03-01 02:05:00 UTC, in 5 min" or "…, 2 min ago".
std::string until_text(Time until, Time now);

/// What the number waits for or why it ended, as an item with all that a person needs to act: state, place, home,
/// reason, until when, and the exact next command.
Item item_of(const NumberProgress& number, Time now);

}  // namespace wamigrate::report
