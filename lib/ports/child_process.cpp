// posix_spawn, because this process has threads: between fork and exec a child of theirs could wait for ever for a lock
// that one of them held. Its end is looked for a hundred times a second at least; usually the pipe tells it at once.
#include "ports/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sodium.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <sstream>
#include <thread>

namespace wamigrate {

namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 10ms;
constexpr auto look_soon = 1ms;    // its output has ended: it is about to end too
constexpr int reads_a_round = 32;  // of 4 KiB each: more than a pipe holds, so one round after its end reads all of it

std::vector<char*> pointers_to(std::vector<std::string> const& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));  // exec only reads them
  list.push_back(nullptr);
  return list;
}

/// What happens in the child before the program begins. The first step that fails is the error of them all.
class Preparation {
 public:
  Preparation() {
    keep(::posix_spawn_file_actions_init(&actions_));
    keep(::posix_spawnattr_init(&attributes_));
  }
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;
  ~Preparation() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  int prepare(int output, bool with_errors, bool own_group) {
    keep(::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO));
    if (with_errors) keep(::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO));
    keep(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
    keep(::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1));
    // What we block or ignore is our business: a program expects signals to work as ever.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    keep(::posix_spawnattr_setsigmask(&attributes_, &none));
    keep(::posix_spawnattr_setsigdefault(&attributes_, &all));
    keep(::posix_spawnattr_setpgroup(&attributes_, 0));
    const int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (own_group ? POSIX_SPAWN_SETPGROUP : 0);
    keep(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)));
    return error_;
  }
  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  void keep(int error) {
    if (error_ == 0) error_ = error;
  }

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
  int error_ = 0;
};

}  // namespace

std::vector<std::string> words_of(const std::string& command) {
  std::istringstream in(command);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

tl::expected<ChildProcess, int> ChildProcess::start(const ProgramStart& what) {
  ensure(!what.arguments.empty(), "a program has a name");
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return tl::make_unexpected(errno);
  Descriptor output(ends[0]);
  const Descriptor its_end(ends[1]);
  if (::fcntl(output.get(), F_SETFL, O_NONBLOCK) != 0) return tl::make_unexpected(errno);

  Preparation preparation;
  if (const int error = preparation.prepare(its_end.get(), what.with_errors, what.own_group); error != 0) {
    return tl::make_unexpected(error);
  }
  const std::vector<char*> arguments = pointers_to(what.arguments);
  const std::vector<char*> environment = pointers_to(what.environment);
  pid_t pid = 0;
  const int error = (what.on_path ? ::posix_spawnp : ::posix_spawn)(
      &pid, arguments[0], preparation.actions(), preparation.attributes(), arguments.data(), environment.data());
  if (error != 0) return tl::make_unexpected(error);
  return ChildProcess(pid, std::move(output), what.own_group);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), output_(std::move(other.output_)), own_group_(other.own_group_) {}

ChildProcess::~ChildProcess() {
  if (pid_ == 0) return;
  send(SIGKILL);
  reap();
}

// Looked at and left as it is: until it is reaped nobody else can get its number, or its group's.
bool ChildProcess::has_ended() const {
  siginfo_t end{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_pid == pid_;
}

void ChildProcess::drain(const Take& take) {
  std::array<char, 4096> buffer{};
  for (int i = 0; i < reads_a_round && output_.valid(); ++i) {
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) {
      output_.close();
    } else {
      take(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    }
  }
  sodium_memzero(buffer.data(), buffer.size());  // it may have been a secret
}

void ChildProcess::wait_for_news(Moment deadline) const {
  if (!output_.valid()) return std::this_thread::sleep_for(look_soon);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  pollfd waiting{output_.get(), POLLIN, 0};
  static_cast<void>(::poll(&waiting, 1, static_cast<int>(std::clamp<long>(left.count(), 0, look_every.count()))));
}

bool ChildProcess::read_until(Moment deadline, const Take& take) {
  while (true) {
    const bool ended = has_ended();  // asked first: then all it wrote is in the pipe
    drain(take);
    if (ended) return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    wait_for_news(deadline);
  }
}

void ChildProcess::send(int signal) const { ::kill(own_group_ ? -pid_ : pid_, signal); }

int ChildProcess::reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return status;
}

}  // namespace wamigrate
