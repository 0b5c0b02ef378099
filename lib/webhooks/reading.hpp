// What a webhook says, as far as a migration asks: which messages were sent, delivered, read or failed, and which came
// in. Either API's shape is read leniently: what is missing or of another type is passed over, for the post itself is
// kept whatever it holds. No text of a message is taken.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/plain_text.hpp"
#include "ports/post_store.hpp"

namespace wamigrate::webhooks {

struct Reading {
  std::string account;  ///< Cloud: the id of the first entry, a WABA mostly. Empty on-premises.
  std::size_t changes = 0;
  std::vector<StatusNews> statuses;
  std::vector<InboundNews> messages;
};

/// Of people's numbers what a mask leaves; or all of it, for a file that only its owner reads.
enum class People { masked, in_full };

/// Cloud: {"object", "entry": [{"id", "changes": [{"field", "value"}]}]} (Meta, webhooks, 2025-11). Nothing for what is
/// not a JSON object.
std::optional<Reading> read_cloud(std::string_view body, People people = People::masked);

/// On-premises: the bare value, without an envelope; `deployment` stands for the number, which it does not name.
/// statuses[].recipient_id, or since v2.45 statuses[].message.recipient_id.
std::optional<Reading> read_onprem(std::string_view body, const std::string& deployment,
                                   People people = People::masked);

using wamigrate::masked;

/// What all statuses of a message come to. Any delivered or read means that at least one device has it, also where
/// failed came too; sent alone proves nothing yet.
enum class Verdict { nothing, sent, failed, delivered, read };
Verdict verdict_of(const Outgoing& message);
std::string_view name(Verdict verdict);

}  // namespace wamigrate::webhooks
