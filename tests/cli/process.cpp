#include "cli/process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "support/catch.hpp"

namespace wamigrate::tests {
namespace {

constexpr uid_t nobody = 65534;
constexpr int could_not_start = 127;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

struct Pipe {
  int read = -1;
  int write = -1;
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    read = ends[0];
    write = ends[1];
  }
};

}  // namespace

std::string Ended::text() const {
  return "exit " + std::to_string(code) + (signal != 0 ? ", signal " + std::to_string(signal) : "") +
         (in_time ? "" : ", killed after its time") + "\n--- out\n" + out + "\n--- err\n" + err;
}

Process::Process(const Start& start) {
  std::vector<std::string> arguments{start.program};
  arguments.insert(arguments.end(), start.arguments.begin(), start.arguments.end());
  std::vector<std::string> environment;
  for (const auto& [name, value] : start.environment) environment.push_back(name + "=" + value);
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(environment);
  const std::string directory = start.directory.string();
  const bool drop = start.unprivileged && ::geteuid() == 0;
  const Pipe in, out, err;

  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    // Other threads of the test may hold any lock: nothing but system calls from here on.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::dup2(in.read, STDIN_FILENO);
    ::dup2(out.write, STDOUT_FILENO);
    ::dup2(err.write, STDERR_FILENO);
    ::close_range(3, ~0U, 0);  // the sockets of the simulator are not its business
    for (const auto& [resource, limit] : start.limits) {
      const rlimit both{limit, limit};
      ::setrlimit(static_cast<__rlimit_resource>(resource), &both);
    }
    const bool dropped = !drop || (::setgroups(0, nullptr) == 0 && ::setgid(nobody) == 0 && ::setuid(nobody) == 0);
    if (dropped && ::chdir(directory.c_str()) == 0) ::execve(argv[0], argv.data(), envp.data());
    ::_exit(could_not_start);
  }
  ::close(in.read);
  ::close(out.write);
  ::close(err.write);
  if (!start.input.empty()) {
    REQUIRE(::write(in.write, start.input.data(), start.input.size()) == static_cast<ssize_t>(start.input.size()));
  }
  ::close(in.write);
  reader_ = std::thread([this, from = out.read, and_from = err.read] { read_all(from, and_from); });
}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (reader_.joinable()) reader_.join();
}

void Process::read_all(int out, int err) {
  std::array<pollfd, 2> ends{pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
  std::array<char, 4096> buffer{};
  while ((ends[0].fd >= 0 || ends[1].fd >= 0) && !hang_up_) {
    if (::poll(ends.data(), ends.size(), 10) <= 0) continue;
    for (pollfd& end : ends) {
      if (end.fd < 0 || end.revents == 0) continue;
      const ssize_t got = ::read(end.fd, buffer.data(), buffer.size());
      if (got > 0) {
        const std::lock_guard lock(mutex_);
        (end.fd == out ? out_ : err_).append(buffer.data(), static_cast<std::size_t>(got));
      } else {
        end.fd = -1;
      }
    }
  }
  ::close(out);
  ::close(err);
}

void Process::send(int signal) const {
  if (pid_ > 0) ::kill(pid_, signal);
}

bool Process::has_ended() {
  if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = 0;
  return pid_ == 0;
}

std::string Process::out() {
  const std::lock_guard lock(mutex_);
  return out_;
}

std::string Process::err() {
  const std::lock_guard lock(mutex_);
  return err_;
}

Ended Process::wait(std::chrono::milliseconds limit) {
  Ended ended;
  for (std::chrono::milliseconds slept{}; !has_ended(); slept += look_every) {
    if (slept > limit) {
      ended.in_time = false;
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, &status_, 0);
      pid_ = 0;
      break;
    }
    std::this_thread::sleep_for(look_every);
  }
  if (reader_.joinable()) reader_.join();
  ended.code = WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
  ended.signal = WIFSIGNALED(status_) ? WTERMSIG(status_) : 0;
  ended.dumped = WIFSIGNALED(status_) && WCOREDUMP(status_);
  ended.out = out();
  ended.err = err();
  return ended;
}

}  // namespace wamigrate::tests
