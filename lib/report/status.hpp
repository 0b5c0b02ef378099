// Status: where a run stands, for a person who has just been woken up. Pure functions of the progress that is folded
// from the journal, so the running process and another terminal say the same.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "plan/step_kind.hpp"
#include "run/progress.hpp"

namespace wamigrate {

/// Which numbers are listed; none given: all.
using Shown = std::function<bool(const NumberProgress&)>;

/// Where every number stands, why it waits, for what, until when, and the exact command that changes it. The most
/// pressing first; long lists fold. `run` is the run's name as the user gave it, for the commands. `shown` narrows the
/// lists alone: what is said of the run, its counts among it, is said of all its numbers.
std::string status_text(const Progress& progress, Time now, bool colour, const std::string& run = "RUN",
                        const Shown& shown = {});

/// A live display of at most `height` lines of at most `width` columns: the run, counts, time off the air, then one
/// line for each number that is under way or waits, the most pressing first; what does not fit is counted.
std::vector<std::string> live_view(const Progress& progress, Catalogue catalogue, Time now, int width, int height);

/// One journal event as one line: time, phone, what happened. For logs and terminals without a live display.
std::string event_line(const Entry& entry);

}  // namespace wamigrate
