// The program as its users meet it: a process of its own, started without a shell, with an environment that holds
// nothing but what the test gives it. Output is read while it runs, so that no pipe ever fills up.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace wamigrate::tests {

struct Start {
  std::string program;
  std::vector<std::string> arguments{};
  std::map<std::string, std::string> environment{};
  std::filesystem::path directory{};
  std::string input{};                    ///< Its standard input, all of it.
  std::map<int, unsigned long> limits{};  ///< Of resources: RLIMIT_NOFILE and its like.
  bool unprivileged = false;              ///< As user 65534 where the test runs as root, whom no permission stops.
};

/// How often the tests look; they count looks, not time, so that a machine that stands still does not fail them.
constexpr auto look_every = std::chrono::milliseconds(2);

struct Ended {
  int code = -1;        ///< The exit code; -1 when a signal ended it.
  int signal = 0;       ///< The signal that ended it.
  bool dumped = false;  ///< … and left a core.
  bool in_time = true;
  std::string out;
  std::string err;

  /// What a failed test shows.
  std::string text() const;
};

/// A started program. It does not outlive this object.
class Process {
 public:
  explicit Process(const Start& start);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  pid_t pid() const { return pid_; }
  void send(int signal) const;
  bool has_ended();
  /// Waits for its end; after `limit` it is killed, and `in_time` is false.
  Ended wait(std::chrono::milliseconds limit = std::chrono::seconds(60));
  std::string out();
  std::string err();
  /// Closes the reading end of its output, as a pager does that was quit.
  void close_output() { hang_up_ = true; }

 private:
  void read_all(int out, int err);

  pid_t pid_ = 0;
  int status_ = 0;
  std::atomic<bool> hang_up_ = false;
  std::mutex mutex_;
  std::string out_;
  std::string err_;
  std::thread reader_;
};

}  // namespace wamigrate::tests
