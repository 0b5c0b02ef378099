// The environment is built from nothing, not filtered: what is not named here does not get through.
#include "ports/hooks.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>

#include "base/plain_text.hpp"
#include "ports/child_process.hpp"

namespace wamigrate {

namespace {

constexpr std::string_view fact_prefix = "WAMIGRATE_";
constexpr std::array<std::string_view, 6> passed_on = {"PATH=", "HOME=", "LANG=", "LC_", "TZ=", "TMPDIR="};
constexpr std::size_t kept_bytes = 4096;
constexpr std::size_t kept_lines = 10;

/// The end of what a program wrote, in little memory however much it writes.
class Tail {
 public:
  void add(std::string_view piece) {
    text_ += piece;
    if (text_.size() <= 2 * kept_bytes) return;
    text_.erase(0, text_.size() - kept_bytes);
    is_cut_ = true;
  }
  std::vector<std::string> lines() const {
    std::string_view rest(text_);
    std::vector<std::string> lines;
    const std::size_t first_end = rest.find('\n');
    if (is_cut_ && first_end != rest.npos) rest.remove_prefix(first_end + 1);  // half a line
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      if (std::string line = plain(rest.substr(0, end)); !line.empty()) lines.push_back(std::move(line));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (lines.size() > kept_lines) lines.erase(lines.begin(), lines.end() - kept_lines);
    return lines;
  }

 private:
  std::string text_;
  bool is_cut_ = false;
};

std::string why_not_started(int error) {
  switch (error) {
    case ENOENT:
      return "there is no such program, or the interpreter that its first line names is missing";
    case EACCES:
      return "it is not an executable file";
    case ENOEXEC:
      return "it is neither a program nor a script that begins with #!";
    default:
      return std::generic_category().message(error);
  }
}

class RealHookRunner : public HookRunner {
 public:
  explicit RealHookRunner(Millis grace) : grace_(grace) {}

  HookEnd run(const HookCall& call) override {
    auto child = ChildProcess::start({.arguments = {call.program.string()},
                                      .environment = environment_with(call.facts),
                                      .with_errors = true,
                                      .own_group = true});
    if (!child) {
      return {HookEnd::How::not_started, 0, "it could not be started: " + why_not_started(child.error()), {}};
    }
    Tail tail;
    const auto take = [&tail](std::string_view piece) { tail.add(piece); };
    const bool in_time = child->read_until(std::chrono::steady_clock::now() + call.limit, take);
    if (!in_time) {
      child->send(SIGTERM);
      static_cast<void>(child->read_until(std::chrono::steady_clock::now() + grace_, take));
      child->send(SIGKILL);  // whatever is left of the group, also when its leader has gone
    }
    HookEnd end = end_of(child->reap(), in_time, call.limit);
    end.output = tail.lines();
    return end;
  }

 private:
  static HookEnd end_of(int status, bool in_time, Millis limit) {
    if (!in_time) {
      return {
          HookEnd::How::timed_out, 0, fmt::format("it did not end within {}, and was ended", for_people(limit)), {}};
    }
    if (WIFSIGNALED(status)) {
      const int signal = WTERMSIG(status);
      return {HookEnd::How::killed, signal, fmt::format("it was ended by signal {}", signal), {}};
    }
    const int code = WEXITSTATUS(status);
    return {HookEnd::How::exited, code, code == 0 ? "" : fmt::format("it ended with exit code {}", code), {}};
  }

  const Millis grace_;
};

}  // namespace

std::vector<std::string> environment_with(const std::map<std::string, std::string>& facts) {
  std::vector<std::string> environment;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    if (std::any_of(passed_on.begin(), passed_on.end(),
                    [text](std::string_view name) { return text.starts_with(name); }))
      environment.emplace_back(text);
  }
  for (const auto& [name, value] : facts) {
    ensure(name.starts_with(fact_prefix) && name.find('=') == std::string::npos,
           "a hook's facts are named WAMIGRATE_…");
    environment.push_back(name + "=" + value);
    std::string& variable = environment.back();
    std::replace(variable.begin(), variable.end(), '\0', ' ');  // it would end the value
  }
  return environment;
}

std::unique_ptr<HookRunner> make_hook_runner(Millis grace) { return std::make_unique<RealHookRunner>(grace); }

}  // namespace wamigrate
