// The two ends of error handling: errors put into one line for people, and the end of the process when this program
// has broken its own rules. Going on with a broken rule could send what must not be sent, so there is no way to.
#include "base/result.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace wamigrate {

std::string to_text(const Error& error) { return error.fix.empty() ? error.message : error.message + "; " + error.fix; }

void ensure(bool holds, std::string_view what, const char* file, int line) {
  if (holds) return;
  const std::string text = fmt::format("wamigrate: internal error at {}:{}: {}\n", file, line, what);
  (void)std::fputs(text.c_str(), stderr);  // nobody is left to hear that nobody can be told
  (void)std::fflush(stderr);
  std::abort();
}

}  // namespace wamigrate
