// What building calls to either API has in common: bodies that are secret, and text that goes into a path.
#pragma once

#include <string>
#include <string_view>

#include "api/exchange.hpp"

namespace wamigrate::api {

/// A body as it goes onto the wire.
Secret body_of(const Json& json);

/// Percent-encoded, for one segment of a path or one value of a query.
std::string encoded(std::string_view text);

/// Sets a member only where there is something to say.
void set_if_any(Json& object, std::string_view key, const std::string& value);

std::string upper_case(std::string text);
std::string lower_case(std::string text);

/// The request without authorization: method, address, body, deadline, whether it changes anything.
HttpRequest plain_request(const Call& call, const std::string& url, const Timeouts& timeouts);

/// Without a slash at the end.
std::string base_of(std::string url);

}  // namespace wamigrate::api
