// Status: where a run stands, for a person who has just been woken up. Pure functions of the progress that is folded
// from the journal, so the running process and another terminal say the same.
#pragma once

#include <string>
#include <vector>

#include "plan/step_kind.hpp"
#include "run/progress.hpp"

namespace wamigrate {

/// Where every number stands, why it waits, for what, until when, and the exact command that changes it. The most
/// pressing first; long lists fold. `run` is the run's name as the user gave it, for the commands.
std::string status_text(const Progress& progress, Time now, bool colour, const std::string& run = "RUN");

/// A live display of at most `height` lines of at most `width` columns: the run, counts, time off the air, then one
/// line for each number that is under way or waits, the most pressing first; what does not fit is counted.
std::vector<std::string> live_view(const Progress& progress, Catalogue catalogue, Time now, int width, int height);

/// One journal event as one line: time, phone, what happened. For logs and terminals without a live display.
std::string event_line(const Entry& entry);

}  // namespace wamigrate
