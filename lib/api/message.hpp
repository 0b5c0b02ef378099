// One message to one recipient: a text, an approved template, or what a user wrote in the API's words. Both APIs take
// nearly the same and answer nearly the same; here stands what they have in common, so that it is said once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace wamigrate::api {

/// A template as a message names it.
struct TemplateMessage {
  std::string name;
  std::string language;                 ///< "en_US"
  std::vector<std::string> parameters;  ///< For the placeholders of its body, in their order.
};

/// What either API says of a message that it took. Taken is not delivered: only webhooks tell what became of it.
struct AcceptedMessage {
  std::string id;     ///< "wamid.…" from Cloud, "gBEG…" on-premises; statuses carry it.
  std::string wa_id;  ///< Of the recipient, digits; empty where none was said (on-premises).
  /// Cloud, sometimes: accepted, held_for_quality_assessment or paused. Empty where none was said.
  std::string status;
};

/// The longest text of a message, in characters (Meta, text messages; on-premises code 1001).
inline constexpr std::size_t longest_text = 4096;

/// A message to `to` (digits, or with a plus), without what Cloud alone wants. `content` is an object: its type, and
/// the member of that name.
Json message_to(const std::string& to, const Json& content);
Json text_content(const std::string& text);
/// With `policy`, the language carries the policy that on-premises clients want and Cloud no longer names.
Json template_content(const TemplateMessage& content, bool policy);

/// Nothing unless the reply names a message.
std::optional<AcceptedMessage> accepted_message(const Json& reply);

}  // namespace wamigrate::api
