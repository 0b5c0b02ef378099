// Messages in the imagined world: which are admitted, what becomes of them, and which webhooks tell of it. Everything
// is settled when a message is admitted and written down with its time, so that no timer is needed; a webhook that
// falls into a time in which its side no longer serves the number is never sent.
#pragma once

#include <optional>
#include <string>

#include "sim/state.hpp"

namespace wamigrate::sim {

/// A message that a door found well-formed.
struct Submission {
  std::string to{};   ///< As it came.
  std::string tag{};  ///< biz_opaque_callback_data; on-premises none.
};

/// Up to 15 digits, perhaps after a plus.
bool is_recipient(const std::string& to);
/// The digits alone.
std::string wa_id_of(const std::string& to);

/// The longest text, in bytes: the documents count characters, and this side is stricter than reality.
inline constexpr std::size_t longest_text = 4096;

/// A template's name, language and components against what the WABA has: 132001 or 132000; on-premises 2001 or 2000.
std::optional<Refusal> template_refusal(const State& state, const WorldNumber& number, Side side, const Json& content);

/// Cloud: 131021, 130429 or 131056 where it is not admitted. On-premises: 1021 or 1015.
std::optional<Refusal> limit_refusal(State& state, WorldNumber& number, Side side, const std::string& to, Time at);

/// Takes the message, plans its webhooks, and gives its id. Its number is counted against the limits.
std::string admit(State& state, WorldNumber& number, Side side, const Submission& message, Time at);

/// A person writes to the number: Cloud's webhook or the client's will tell, whichever serves it `at` that time.
void receive(State& state, const WorldNumber& number, const std::string& from, const std::string& text, Time at);

/// Messages a second that the side takes for this number. Cloud: 80, or 1,000 with high throughput (Meta, throughput,
/// 2026-05). On-premises: about 70 with a single shard, 250 with 32 (Meta's comparison page; Clickatell); what lies
/// in between is documented nowhere, and 70 here.
long long messages_a_second(const State& state, const WorldNumber& number, Side side);

/// A planned webhook as it is sent: where to, and signed. Nothing where nobody is told: no subscription, no URL, the
/// number is served elsewhere by then, or the client was told to keep such statuses to itself.
std::optional<Webhook> sent_webhook(State& state, Time at, const PlannedWebhook& planned);

}  // namespace wamigrate::sim
