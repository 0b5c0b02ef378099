// The small pieces both APIs' calls are built from.
#include "api/calls.hpp"

#include <Poco/String.h>
#include <Poco/URI.h>

namespace wamigrate::api {

Secret body_of(const Json& json) { return Secret(to_compact(json)); }

std::string encoded(std::string_view text) {
  std::string result;
  Poco::URI::encode(std::string(text), "!#$&'()*+,/:;=?@[]", result);
  return result;
}

void set_if_any(Json& object, std::string_view key, const std::string& value) {
  if (!value.empty()) object[std::string(key)] = value;
}

std::string upper_case(std::string text) { return Poco::toUpperInPlace(text); }
std::string lower_case(std::string text) { return Poco::toLowerInPlace(text); }

HttpRequest plain_request(const Call& call, const std::string& url, const Timeouts& timeouts) {
  HttpRequest request;
  request.method = call.method;
  request.url = url;
  request.secret_query = call.query_secret;
  request.body = call.body;
  request.headers = call.headers;
  if (!call.body.empty()) request.content_type = call.content_type;
  request.timeout = call.slow ? timeouts.slow : timeouts.request;
  request.changing = call.changing;
  return request;
}

std::string base_of(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

}  // namespace wamigrate::api
