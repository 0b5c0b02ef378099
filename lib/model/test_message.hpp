// A test message: what an inventory asks to be sent once a number has arrived, and where it is to be learnt what became
// of it. An API says CONNECTED; only a message that somebody got says that messages flow.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace wamigrate {

/// Where webhooks are to be found: `listen:FILE` (the store of `wamigrate listen`), `file:PATH` (one webhook a
/// line), or `cmd:COMMAND` (which prints such lines; split at blanks, no shell).
struct EvidencePlace {
  enum class Kind { none, listen, file, cmd };
  Kind kind = Kind::none;
  std::string target;

  std::string text() const;
  bool operator==(const EvidencePlace&) const = default;
};
Result<EvidencePlace> parse_evidence_place(std::string_view text);

struct TestMessage {
  std::string to;         ///< E.164. Personal: plans and requests name it, everything else shows it masked.
  std::string to_region;  ///< Of `to`: ISO 3166 alpha-2.
  std::string text;       ///< Or a template:
  std::string template_name, template_language;
  Millis wait = std::chrono::minutes(2);  ///< So long without `delivered` is inconclusive.
  std::optional<Millis> inbound;          ///< So long a message from the recipient is waited for; none: it is not.
  EvidencePlace evidence;

  /// The digits of `to`, as Graph, on-premises and webhooks spell it.
  std::string recipient() const { return to.empty() ? to : to.substr(1); }
  bool asked() const { return !to.empty(); }
  bool operator==(const TestMessage&) const = default;
};

}  // namespace wamigrate
