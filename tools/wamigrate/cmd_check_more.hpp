// What `check` looks at beyond the two APIs, because it was asked to: files that a person points at, the webhooks'
// handshake, the disk; and how its findings are narrowed.
#pragma once

#include "workbench.hpp"

namespace wamigrate::cli {

/// The checks that --check and --skip leave; or what is wrong with them.
class Narrowing {
 public:
  static Result<Narrowing> from(const Invocation& invocation);
  bool any() const { return !wanted_.empty() || !unwanted_.empty(); }
  Checks apply(Checks checks) const;
  /// "only webhook, pin" or "all but clock".
  std::string text() const;

 private:
  std::vector<std::string> wanted_, unwanted_;
};

/// Looks through files and, in folders, all files below, but what stands in `.git`. Links are not followed.
Checks scan(const std::vector<std::string>& paths, Direction direction);

/// Asks each webhook that is in effect for a number that is to come to Cloud, once each.
Checks handshakes(const Fleet& fleet, Looked& looked, const Secret& verify_token);

/// The disk under the directory in which a run would live.
Room room_in(const std::string& directory);

}  // namespace wamigrate::cli
