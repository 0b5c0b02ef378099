// Run reports: what happened to every number, what was measured, and what people must still do. Pure functions of the
// plan and of what its journal says; they promise nothing beyond what was measured. `run` is the run's name as the
// user gave it, for the commands.
#pragma once

#include <string>

#include "run/progress.hpp"

namespace wamigrate {

/// For a terminal: numbers that need a person on top; long lists fold.
std::string report_text(const Plan& plan, const Progress& progress, Time now, bool colour = false,
                        const std::string& run = "RUN");
/// Complete, with check boxes.
std::string report_markdown(const Plan& plan, const Progress& progress, Time now, const std::string& run = "RUN");
/// The same as one self-contained page.
std::string report_html(const Plan& plan, const Progress& progress, Time now, const std::string& run = "RUN");
/// For scripts: `{"run","plan","direction","state","made_at","started_at","ended_at","counts","downtime_at_most",
/// "registers_used","numbers":[{"phone","home","state","reason","next","waits_for","needs_person","wave",
/// "downtime_at_most_ms","off_air_since","registers_used","started_at","ended_at","notes"}],"still_to_do"}`.
Json report_json(const Plan& plan, const Progress& progress, Time now, const std::string& run = "RUN");

}  // namespace wamigrate
