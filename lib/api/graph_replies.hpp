// Reading Graph's replies: tolerant, pure, and apart from sending. Each reader gives nothing where the reply lacks
// what makes it that reply; a missing field else is empty.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/failing.hpp"
#include "api/graph.hpp"

namespace wamigrate::api::graph_replies {

std::optional<PhoneNode> phone_node(const Json& json);
std::optional<WebhookConfiguration> webhook_configuration(const Json& json);
std::optional<Health> health(const Json& json);
std::optional<ListedNumber> listed_number(const Json& json);
std::optional<Waba> waba(const Json& json);
std::optional<SubscribedApp> subscribed_app(const Json& json);
std::optional<GraphProfile> profile(const Json& json);
std::optional<StorageConfiguration> storage(const Json& json);
std::optional<Json> compliance(const Json& json);
/// An upload session's id: nothing unless it can stand in an address as it is.
std::optional<Secret> upload_session(const Json& json);
/// What a finished upload is called from then on.
std::optional<Secret> upload_handle(const Json& json);
std::optional<Template> message_template(const Json& json);
std::optional<TokenFindings> token_findings(const Json& json);

/// The error envelope, if there is one: its code a number or a string, its error_data an object or a string.
std::optional<ErrorReply> error(const Json& json);

/// What the usage headers say, if there are any.
std::optional<Usage> usage(const HttpReply& reply);

}  // namespace wamigrate::api::graph_replies
