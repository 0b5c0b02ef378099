// Where secrets come from: the environment, files, the output of commands (run without a shell).
#pragma once

#include <memory>
#include <set>
#include <string>

#include "base/secret.hpp"
#include "base/time.hpp"

namespace wamigrate {

/// Safe to ask from any thread.
class SecretSource {
 public:
  virtual ~SecretSource() = default;
  /// The secret, without one trailing line end. Errors name the reference, never what was found.
  virtual Result<Secret> resolve(const SecretRef& ref) = 0;
};

/// env: the environment variable. file: the file, refused when others than its owner may read it; `~/` is the home
/// directory. cmd: the first line of the command's output; words are split at blanks, no shell is involved, and it may
/// take `command_limit`. A command's answer is kept for a minute, so that a fleet which shares one runs it once.
/// Nothing found, or an empty text, is an error.
/// Commands get this process's environment, but the variables of `withheld` empty: what holds one secret is not handed
/// to the program that fetches another.
std::unique_ptr<SecretSource> make_secret_source(std::set<std::string> withheld = {},
                                                 Millis command_limit = std::chrono::seconds(30));

}  // namespace wamigrate
