// Secrets are fetched when they are asked for and not sooner, so that a token renewed on disk is the one that is sent.
// Commands are an exception for a minute: a password manager asked once per number would ask its owner once per number.
#include "ports/secrets.hpp"

#include <Poco/Exception.h>
#include <Poco/Pipe.h>
#include <Poco/Process.h>
#include <fmt/format.h>
#include <poll.h>
#include <sodium.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>
#include <vector>

#include "ports/files.hpp"

namespace wamigrate {

namespace {

using Moment = std::chrono::steady_clock::time_point;

constexpr std::size_t max_secret_bytes = 1024 * 1024;
constexpr auto kept_for = std::chrono::minutes(1);
constexpr int exit_code_of_failed_start = 72;  // what Poco's child ends with when the program cannot be executed

tl::unexpected<Error> refused(const SecretRef& ref, std::string_view what, std::string fix) {
  return fail(fmt::format("the secret {} cannot be had: {}", ref.text(), what), std::move(fix));
}

Result<Secret> not_empty(const SecretRef& ref, Secret secret) {
  if (secret.empty()) return refused(ref, "it is empty", "put the secret there");
  return secret;
}

/// Without one trailing line end.
Secret trimmed(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return Secret(std::move(text));
}

Result<Secret> from_environment(const SecretRef& ref) {
  const char* value = std::getenv(ref.target.c_str());
  if (value == nullptr) {
    return refused(ref, "the environment variable is not set",
                   fmt::format("set the variable {} for this process", ref.target));
  }
  return not_empty(ref, trimmed(value));
}

Result<Secret> from_file(const SecretRef& ref) {
  const std::filesystem::path file = expand_home(ref.target);
  if (auto is_private = require_private_file(file); !is_private) {
    return refused(ref, is_private.error().message, is_private.error().fix);
  }
  auto content = read_file(file);
  if (!content) return refused(ref, content.error().message, content.error().fix);
  return not_empty(ref, trimmed(std::move(*content)));
}

std::vector<std::string> words_of(const std::string& command) {
  std::istringstream in(command);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// A started command whose output is read up to a deadline. It does not outlive this object.
class Command {
 public:
  Command(const std::vector<std::string>& words, const std::set<std::string>& withheld, Moment deadline)
      : deadline_(deadline), process_(start(words, withheld)), pid_(process_.id()) {}
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command() {
    if (!running_) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  /// The whole output; nothing when the deadline passed.
  std::optional<Secret> output() {
    std::string text;
    text.reserve(max_secret_bytes);  // all at once, so that growing leaves no copies behind
    std::array<char, 4096> buffer{};
    while (text.size() + buffer.size() <= max_secret_bytes) {
      pollfd waiting{out_.readHandle(), POLLIN, 0};
      const int ready = ::poll(&waiting, 1, static_cast<int>(left().count()));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return std::nullopt;
      const int got = out_.readBytes(buffer.data(), static_cast<int>(buffer.size()));
      text.append(buffer.data(), static_cast<std::size_t>(got));
      sodium_memzero(buffer.data(), buffer.size());
      if (got <= 0) break;
    }
    return Secret(std::move(text));
  }

  /// How it ended, as waitpid() says it; nothing when the deadline passed.
  std::optional<int> status() {
    int status = 0;
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
      if (left() == Millis(0)) return std::nullopt;
      std::this_thread::sleep_for(Millis(1));  // its output has ended: it is about to end too
    }
    running_ = false;
    return status;
  }

 private:
  Poco::ProcessHandle start(const std::vector<std::string>& words, const std::set<std::string>& withheld) {
    Poco::Process::Env environment;  // what differs from ours
    for (const std::string& name : withheld) environment[name] = "";
    Poco::Pipe nothing;  // its input: at its end from the start
    auto process =
        Poco::Process::launch(words.front(), {words.begin() + 1, words.end()}, &nothing, &out_, nullptr, environment);
    nothing.close(Poco::Pipe::CLOSE_WRITE);
    return process;
  }
  Millis left() const {
    const auto left = std::chrono::ceil<Millis>(deadline_ - std::chrono::steady_clock::now());
    return std::max(left, Millis(0));
  }

  Moment deadline_;
  Poco::Pipe out_;
  Poco::ProcessHandle process_;
  pid_t pid_;
  bool running_ = true;
};

Secret first_line(const Secret& output) {
  const std::string_view text = output.reveal();
  return trimmed(std::string(text.substr(0, text.find('\n'))));
}

Result<Secret> from_command(const SecretRef& ref, const std::set<std::string>& withheld, Millis limit) {
  const auto too_slow = [&] {
    return refused(ref, fmt::format("the command did not end within {}", for_people(limit)),
                   "run it by hand: it may be asking for something");
  };
  try {
    Command command(words_of(ref.target), withheld, std::chrono::steady_clock::now() + limit);
    const auto output = command.output();
    if (!output) return too_slow();
    const auto status = command.status();
    if (!status) return too_slow();
    if (!WIFEXITED(*status)) return refused(ref, "the command was killed", "run it by hand to see why");
    const int code = WEXITSTATUS(*status);
    if (code == exit_code_of_failed_start) {
      return refused(ref, "the command could not be started", "check that its first word is an executable on the PATH");
    }
    if (code != 0) {
      return refused(ref, fmt::format("the command ended with exit code {}", code), "run it by hand to see why");
    }
    return not_empty(ref, first_line(*output));
  } catch (const Poco::Exception& problem) {
    return refused(ref, fmt::format("the command could not be run ({})", problem.className()),
                   "check the limits of processes and open files");
  }
}

class RealSecretSource : public SecretSource {
 public:
  RealSecretSource(std::set<std::string> withheld, Millis command_limit)
      : withheld_(std::move(withheld)), command_limit_(command_limit) {}

  Result<Secret> resolve(const SecretRef& ref) override {
    switch (ref.kind) {
      case SecretRef::Kind::env:
        return from_environment(ref);
      case SecretRef::Kind::file:
        return from_file(ref);
      case SecretRef::Kind::cmd:
        return from_command_or_kept(ref);
      case SecretRef::Kind::none:
        break;
    }
    return fail("a secret was asked for without saying where it is to be had",
                "write env:NAME, file:PATH or cmd:COMMAND");
  }

 private:
  struct Kept {
    Secret secret;
    Moment until;
  };

  Result<Secret> from_command_or_kept(const SecretRef& ref) {
    const std::lock_guard lock(mutex_);  // held while it runs: whoever asks for the same meanwhile gets its answer
    const auto kept = kept_.find(ref.target);
    if (kept != kept_.end() && std::chrono::steady_clock::now() < kept->second.until) return kept->second.secret;
    auto secret = from_command(ref, withheld_, command_limit_);
    if (secret) kept_[ref.target] = {*secret, std::chrono::steady_clock::now() + kept_for};
    return secret;
  }

  const std::set<std::string> withheld_;
  const Millis command_limit_;
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;
};

}  // namespace

std::unique_ptr<SecretSource> make_secret_source(std::set<std::string> withheld, Millis command_limit) {
  return std::make_unique<RealSecretSource>(std::move(withheld), command_limit);
}

}  // namespace wamigrate
