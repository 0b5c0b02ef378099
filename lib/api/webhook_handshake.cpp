#include "api/webhook_handshake.hpp"

#include <fmt/format.h>

#include "api/calls.hpp"

namespace wamigrate::api {
namespace {

// The host of `http://…` is this machine.
bool is_loopback(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return false;
  url.remove_prefix(scheme.size());
  const std::string host(url.substr(0, url.find_first_of("/?#")));
  const std::string name = host.starts_with('[') ? host.substr(0, host.find(']') + 1) : host.substr(0, host.find(':'));
  const bool address = name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string::npos;
  return name == "localhost" || name == "[::1]" || address;
}

}  // namespace

Handshake webhook_handshake(Transport& transport, const std::string& webhook, const Secret& verify_token,
                            const std::string& challenge, Millis timeout) {
  const std::string url = webhook.substr(0, webhook.find('#'));
  if (!lower_case(url).starts_with("https://") && !is_loopback(lower_case(url))) {
    return {true, "it is not https, and Meta takes nothing else"};
  }
  HttpRequest request;
  request.url = url;
  request.secret_query = Secret(fmt::format("hub.mode=subscribe&hub.challenge={}&hub.verify_token={}",
                                            encoded(challenge), encoded(verify_token.reveal())));
  request.timeout = timeout;
  const HttpResult result = transport.send(request);
  if (!result) {
    // A certificate that is refused here is refused by Meta too.
    const bool certain = result.error().kind == TransportFailure::Kind::tls;
    return {certain, fmt::format("{}: {}", name(result.error().kind), result.error().reason)};
  }
  if (result->status != 200) return {true, fmt::format("it answers HTTP {}", result->status)};
  if (result->body.reveal() != challenge) return {true, "it answers 200, but not with the challenge alone"};
  return {true, ""};
}

}  // namespace wamigrate::api
