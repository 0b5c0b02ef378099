// Secrets are fetched when they are asked for and not sooner, so that a token renewed on disk is the one that is sent.
// Commands are an exception for a minute: a password manager asked once per number would ask its owner once per number.
#include "ports/secrets.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <map>
#include <mutex>
#include <system_error>
#include <vector>

#include "ports/child_process.hpp"
#include "ports/files.hpp"

namespace wamigrate {

namespace {

using Moment = std::chrono::steady_clock::time_point;

constexpr std::size_t max_secret_bytes = 1024UL * 1024;
constexpr auto kept_for = std::chrono::minutes(1);

tl::unexpected<Error> refused(const SecretRef& ref, std::string_view what, std::string fix) {
  return fail(fmt::format("the secret {} cannot be had: {}", ref.text(), what), std::move(fix));
}

/// A secret that was cut would be sent, and refused, as if it were one: a PIN, perhaps, that then counts as wrong.
tl::unexpected<Error> too_long(const SecretRef& ref) {
  return refused(ref, "it is longer than 1 MiB", "put the secret there, and nothing else");
}

Result<Secret> sound(const SecretRef& ref, Secret secret) {
  if (secret.empty()) return refused(ref, "it is empty", "put the secret there");
  if (secret.reveal().size() > max_secret_bytes) return too_long(ref);
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
  return sound(ref, trimmed(value));
}

Result<Secret> from_file(const SecretRef& ref) {
  const std::filesystem::path file = expand_home(ref.target);
  if (auto is_private = require_private_file(file); !is_private) {
    return refused(ref, is_private.error().message, is_private.error().fix);
  }
  auto content = read_file(file);
  if (!content) return refused(ref, content.error().message, content.error().fix);
  return sound(ref, trimmed(std::move(*content)));
}

/// Ours, with the variables of `withheld` empty.
std::vector<std::string> environment_without(const std::set<std::string>& withheld) {
  std::vector<std::string> environment;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const std::string name(text.substr(0, text.find('=')));
    environment.push_back(withheld.contains(name) ? name + "=" : std::string(text));
  }
  return environment;
}

Secret first_line(const Secret& output) {
  const std::string_view text = output.reveal();
  return trimmed(std::string(text.substr(0, text.find('\n'))));
}

bool is_its_own_fault(int error) { return error == ENOENT || error == EACCES || error == ENOEXEC || error == ENOTDIR; }

Result<Secret> from_command(const SecretRef& ref, const std::set<std::string>& withheld, Millis limit) {
  auto command = ChildProcess::start(
      {.arguments = words_of(ref.target), .environment = environment_without(withheld), .on_path = true});
  if (!command && is_its_own_fault(command.error())) {
    return refused(ref, "the command could not be started", "check that its first word is an executable on the PATH");
  }
  if (!command) {
    return refused(ref,
                   fmt::format("the command could not be run ({})", std::generic_category().message(command.error())),
                   "check the limits of processes and open files");
  }
  std::string text;
  constexpr std::size_t kept_bytes = max_secret_bytes + 1;  // one more tells that it is too long
  text.reserve(kept_bytes);                                 // all at once, so that growing leaves no copies behind
  const auto take = [&text](std::string_view piece) { text += piece.substr(0, kept_bytes - text.size()); };
  const bool in_time = command->read_until(std::chrono::steady_clock::now() + limit, take);
  const Secret output(std::move(text));
  if (!in_time) {
    return refused(ref, fmt::format("the command did not end within {}", for_people(limit)),
                   "run it by hand: it may be asking for something");
  }
  const int status = command->reap();
  if (!WIFEXITED(status)) return refused(ref, "the command was killed", "run it by hand to see why");
  if (const int code = WEXITSTATUS(status); code != 0) {
    return refused(ref, fmt::format("the command ended with exit code {}", code), "run it by hand to see why");
  }
  if (output.reveal().size() > max_secret_bytes) return too_long(ref);
  return sound(ref, first_line(output));
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
