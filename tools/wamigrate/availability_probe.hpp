// availability --probe: asks at an interval whether sending is possible, and records what it was told.
#pragma once

#include "cli.hpp"

namespace wamigrate::cli {

void add_probing(boost::program_options::options_description_easy_init& add);

/// Asks until its time is over or a signal comes. `record`: the file that grows.
int run_probe(const Invocation& invocation, const std::string& record);

}  // namespace wamigrate::cli
