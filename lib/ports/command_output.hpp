// What a program of the operator's prints: started without a shell, told facts in its environment, and no secret.
#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace wamigrate {

/// Runs the words of `command` (the first is looked for on the PATH) and gives what it wrote to standard output, up to
/// `at_most` bytes. Environment as hooks have it, with `facts`. Anything but exit code 0 within `limit` is an error.
/// Blocks: for worker threads.
Result<std::string> output_of(const std::string& command, const std::map<std::string, std::string>& facts, Millis limit,
                              std::size_t at_most);

}  // namespace wamigrate
