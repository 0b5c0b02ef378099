#include "ports/command_output.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <csignal>

#include "ports/child_process.hpp"
#include "ports/hooks.hpp"

namespace wamigrate {

Result<std::string> output_of(const std::string& command, const std::map<std::string, std::string>& facts, Millis limit,
                              std::size_t at_most) {
  const auto words = words_of(command);
  if (words.empty()) return fail("the command is empty", "write the program, then its arguments");
  auto child = ChildProcess::start(
      {.arguments = words, .environment = environment_with(facts), .on_path = true, .own_group = true});
  if (!child) {
    return fail("the command could not be started", "check that its first word is an executable on the PATH");
  }
  std::string text;
  bool too_long = false;
  const bool in_time = child->read_until(std::chrono::steady_clock::now() + limit, [&](std::string_view piece) {
    too_long = too_long || piece.size() > at_most - text.size();
    text += piece.substr(0, at_most - text.size());
  });
  if (!in_time) {
    child->send(SIGKILL);
    return fail(fmt::format("the command did not end within {}", for_people(limit)), "run it by hand to see why");
  }
  const int status = child->reap();
  if (!WIFEXITED(status)) return fail("the command was killed", "run it by hand to see why");
  if (const int code = WEXITSTATUS(status); code != 0) {
    return fail(fmt::format("the command ended with exit code {}", code), "run it by hand to see why");
  }
  if (too_long) {
    return fail(fmt::format("the command wrote more than {} bytes", at_most), "let it print what is asked for alone");
  }
  return text;
}

}  // namespace wamigrate
