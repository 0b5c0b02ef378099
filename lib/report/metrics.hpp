// Metrics: a run as figures for a monitoring system, in OpenMetrics text (version 1.0.0, November 2020). A pure
// function of progress and plan. Labels are words of this program, never phone numbers: a fleet of any size gives as
// many lines.
#pragma once

#include <string>

#include "plan/plan.hpp"
#include "run/progress.hpp"

namespace wamigrate {

/// What an HTTP answer with metrics_text() is called.
inline constexpr const char* metrics_content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The whole exposition, `# EOF` included. docs/formats.md lists the families.
std::string metrics_text(const Progress& progress, const Plan& plan, Time now);

}  // namespace wamigrate
