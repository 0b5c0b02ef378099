// A program that was started without a shell, its output read up to a deadline. What it is given is named one by one:
// arguments, environment, a standard input that is at its end, and a pipe; no descriptor of ours besides.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ports/descriptor.hpp"

namespace wamigrate {

/// The words of a command, split at blanks: no shell is involved, and no quotes are understood.
std::vector<std::string> words_of(const std::string& command);

struct ProgramStart {
  std::vector<std::string> arguments;    ///< The program and what it is told; at least one.
  std::vector<std::string> environment;  ///< `NAME=value`: these and no others.
  bool on_path = false;                  ///< The program is looked for on our PATH when it is named without a slash.
  bool with_errors = false;              ///< Its standard error is read with its output; otherwise it writes to ours.
  bool own_group = false;                ///< It leads a process group: signals reach its children as well.
};

/// It does not outlive this object; its children may.
class ChildProcess {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  using Take = std::function<void(std::string_view)>;

  /// The error is errno: ENOENT, EACCES, ENOEXEC and their like.
  static tl::expected<ChildProcess, int> start(const ProgramStart& what);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// Hands its output to `take`, piece by piece, until it has ended (true) or the deadline has passed (false). All it
  /// wrote itself has been handed over then; children of its that still hold the pipe are not waited for. May be
  /// called again.
  bool read_until(Moment deadline, const Take& take);
  /// Sends it, or its whole group, a signal.
  void send(int signal) const;
  /// How it ended, as waitpid() says it; waits for that. Nothing else may follow.
  int reap();

 private:
  ChildProcess(pid_t pid, Descriptor output, bool own_group)
      : pid_(pid), output_(std::move(output)), own_group_(own_group) {}
  bool has_ended() const;
  void drain(const Take& take);
  void wait_for_news(Moment deadline) const;

  pid_t pid_ = 0;  ///< 0: reaped, or moved away.
  Descriptor output_;
  bool own_group_ = false;
};

}  // namespace wamigrate
