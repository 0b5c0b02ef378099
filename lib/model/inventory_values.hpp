// The values of an inventory: from the text a person wrote to the type the program uses. No error repeats the text,
// which may be a secret in the wrong place. Internal to the inventory reader.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "model/number.hpp"

namespace wamigrate::inventory {

/// Digits alone, up to 32: the ids of Graph, which are kept as text.
Result<std::string> parse_id(std::string_view text);
/// A text that is not empty.
Result<std::string> parse_word(std::string_view text);
Result<int> parse_count(std::string_view text, int least, int most);
/// `3` or `5%`, at least one of either.
Result<Amount> parse_amount(std::string_view text);
/// A duration of `least` to a year.
Result<Millis> parse_length(std::string_view text, Millis least);
Result<int> parse_shards(std::string_view text);
/// Of a message template, as WhatsApp Manager writes them: `order_update`, and `en_US` or `de`.
Result<std::string> parse_template_name(std::string_view text);
Result<std::string> parse_template_language(std::string_view text);
Result<bool> parse_flag(std::string_view text);
Result<PinMode> parse_pin_mode(std::string_view text);
std::string_view name(PinMode mode);
/// A region of Cloud's local storage, two letters. Source: Meta's local-storage page and OpenAPI file v23.0,
/// 2025-11-21.
Result<std::string> parse_storage_region(std::string_view text);
/// `v23.0`
Result<std::string> parse_graph_version(std::string_view text);

/// The base of an API: https, or http to this machine; with neither user name nor query. Comes out in one spelling
/// (lower-case host, no default port, no slash at the end), so that equal URLs are equal texts.
Result<std::string> parse_base_url(std::string_view text);
/// The same, but a query is allowed; or empty.
Result<std::string> parse_feed_url(std::string_view text);
/// `http://HOST:PORT` and no more.
Result<std::string> parse_proxy(std::string_view text);

/// A path, taken from `folder` unless it is absolute or begins with `~/`; may be empty.
Result<std::string> parse_path(std::string_view text, const std::string& folder);
/// As parse_path; what looks like a database or any other URL is refused.
Result<std::string> parse_ledger(std::string_view text, const std::string& folder);
/// A text that a message may carry: up to 4096 characters (Meta).
Result<std::string> parse_message_text(std::string_view text);
/// Where webhooks are to be found; directories and files are taken from `folder` like paths.
Result<EvidencePlace> parse_evidence(std::string_view text, const std::string& folder);
/// A reference to a secret; a `file:` is taken from `folder` like a path.
Result<SecretRef> parse_ref(std::string_view text, const std::string& folder);

}  // namespace wamigrate::inventory
