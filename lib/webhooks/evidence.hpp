// Evidence from webhooks: what a store of posts, or lines of webhooks, say of the messages that were asked about. Pure
// folding; whoever asks has opened the store or read the lines.
#pragma once

#include <string_view>

#include "ports/evidence.hpp"

namespace wamigrate::webhooks {

/// From lines with one webhook each, of either API's shape; what is neither is passed over. On-premises names no
/// number: its lines are taken to be of the number that was asked about. Duplicates and order do not matter.
MessageEvidence evidence_in(std::string_view lines, const EvidenceQuestion& question);

/// From the store of a receiver. What came in counts by when it arrived there.
Result<MessageEvidence> evidence_in(PostStore& store, const EvidenceQuestion& question);

}  // namespace wamigrate::webhooks
