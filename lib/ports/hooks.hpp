// Hooks: programs of the operator's that a run starts at certain moments, with the facts in their environment. They
// are told no secret and may say no.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace wamigrate {

struct HookCall {
  std::filesystem::path program;             ///< Started without a shell and without arguments.
  std::map<std::string, std::string> facts;  ///< Environment variables; every name begins with WAMIGRATE_.
  Millis limit = std::chrono::minutes(1);    ///< Then it and what it started are ended.
};

/// The environment of programs that are told facts: PATH, HOME, LANG, LC_*, TZ and TMPDIR of ours, these, and nothing
/// else.
std::vector<std::string> environment_with(const std::map<std::string, std::string>& facts);

/// How a hook ended. Anything but exit code 0 is a no.
struct HookEnd {
  enum class How {
    exited,       ///< `code` is its exit code.
    killed,       ///< `code` is the signal.
    timed_out,    ///< It was still there at its limit.
    not_started,  ///< `why` says what is wrong with it.
  };
  How how = How::not_started;
  int code = 0;
  std::string why;  ///< For people: "it ended with exit code 3". Empty when it agreed.
  /// The last lines of what it wrote to standard output and standard error, made plain for people.
  std::vector<std::string> output{};

  bool agreed() const { return how == How::exited && code == 0; }
};

/// Blocks until the hook has ended: for worker threads. Safe to use from any of them at once.
class HookRunner {
 public:
  virtual ~HookRunner() = default;
  virtual HookEnd run(const HookCall& call) = 0;
};

/// Besides the facts a hook gets PATH, HOME, LANG, LC_*, TZ and TMPDIR of ours, and nothing else: no variable that
/// holds a secret. Its standard input is empty. At its limit its process group is asked to end (SIGTERM), and after
/// `grace` killed. What it leaves behind of its own accord is neither waited for nor ended.
std::unique_ptr<HookRunner> make_hook_runner(Millis grace = std::chrono::seconds(5));

}  // namespace wamigrate
