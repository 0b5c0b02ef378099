// Reading an on-premises client's replies: tolerant, pure, and apart from sending. Each reader gives nothing where
// the reply lacks what makes it that reply.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/failing.hpp"
#include "api/onprem.hpp"

namespace wamigrate::api::onprem_replies {

/// One node or several; never an empty list, from which "nothing is connected" would be read.
std::optional<std::vector<HealthNode>> health(const Json& json);
std::optional<Support> support(const Json& json);
std::optional<Json> application_settings(const Json& json);
std::optional<BusinessProfile> business_profile(const Json& json);
std::optional<std::string> about(const Json& json);
std::optional<bool> picture(const Json& json);
std::optional<Json> compliance(const Json& json);
std::optional<int> shards(const Json& json);
/// Always answers; nothing inside where the gauge is missing or says no number.
std::optional<std::optional<long long>> callback_queue(const Json& json);
std::optional<Secret> backup_data(const Json& json);
std::optional<Secret> login_token(const Json& json);

/// The first of `errors`, if there are any.
std::optional<ErrorReply> error(const Json& json);

}  // namespace wamigrate::api::onprem_replies
