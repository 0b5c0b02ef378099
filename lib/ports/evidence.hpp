// Evidence: what became of messages, as webhooks have told it to whoever keeps them. A run asks; it neither receives
// webhooks nor knows their shape.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ports/post_store.hpp"

namespace wamigrate {

/// What all that was heard of one message comes to.
struct MessageFate {
  std::string message;  ///< Its id.
  std::string tag;      ///< As the business gave it; empty where none was told.
  std::string status;   ///< The best there is: read, delivered, failed, sent; empty: heard of, but none of these.
  std::string code;     ///< Of its first error; empty where there was none.
};

struct EvidenceQuestion {
  std::string place{};  ///< `listen:FILE`, `file:PATH` or `cmd:COMMAND`.
  std::string phone{}, phone_number_id{}, deployment{};
  PostSide side = PostSide::cloud;  ///< Where the number is served now: messages that came in elsewhere do not count.
  std::vector<std::string> tags{}, messages{};  ///< By either a message is known.
  std::string sender{};                         ///< Of an incoming message: digits.
  std::optional<Time> since{};                  ///< Incoming messages since then; none: these are not asked about.
};

struct MessageEvidence {
  std::vector<MessageFate> messages;  ///< Those that were heard of.
  bool incoming = false;              ///< A message from `sender` has come in. Told apart by what a mask leaves.
};

/// Safe to ask from any thread; blocks.
class EvidenceSource {
 public:
  virtual ~EvidenceSource() = default;
  virtual Result<MessageEvidence> ask(const EvidenceQuestion& question) = 0;
};

}  // namespace wamigrate
