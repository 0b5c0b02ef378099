// A run as seen from another terminal: once, or over and over until it has ended.
#pragma once

#include "cli.hpp"
#include "report/status.hpp"
#include "run_directory.hpp"

namespace wamigrate::cli {

/// The journal of a killed process still says that it runs; only the lock tells the two apart.
bool was_interrupted(const RunDirectory& run, const Progress& progress);

/// What `status` tells people; `shown` as in status_text().
std::string status_page(const RunDirectory& run, const Progress& progress, Time now, bool colour, bool interrupted,
                        const Shown& shown = {});

/// Follows the run until it has ended or a signal asks to stop; looks again after each `interval`. On a terminal the
/// live display is drawn in place, elsewhere a page is printed for each change, for scripts a document a line. The
/// run's exit code.
int watch(RunDirectory& run, const Console& console, Millis interval);

}  // namespace wamigrate::cli
