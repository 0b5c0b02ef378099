// Composing by hand: Poco passes CR and LF in a URL or header through, re-encodes paths, and keeps copies of the
// Authorization header that nobody wipes.
#include "ports/http_request.hpp"

#include <Poco/Exception.h>
#include <Poco/String.h>
#include <Poco/URI.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/base64.hpp"

namespace wamigrate {

namespace {

constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";  // RFC 9110, 5.6.2
// These are this file's to set: given twice, they would contradict each other.
constexpr std::array own_headers{"host",       "content-length", "transfer-encoding",
                                 "connection", "user-agent",     "authorization"};

tl::unexpected<TransportFailure> refused(std::string reason) {
  return tl::make_unexpected(TransportFailure{TransportFailure::Kind::refused, false, std::move(reason)});
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           token_marks.find(c) != std::string_view::npos;
  });
}

/// Visible ASCII without blanks: all that may stand in a URL.
bool is_url_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_header_value(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

struct Address {
  Origin origin;
  std::string authority;  ///< As the Host header has it.
  std::string path;
  std::string query;  ///< With its question mark, or empty.
};

/// Nothing for a text that is not an http or https URL. Fragments and user names are refused: neither has a meaning
/// here.
std::optional<Address> parse_url(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos || !is_url_text(url) || url.find('#') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string scheme = Poco::toLower(std::string(url.substr(0, scheme_end)));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  const std::string_view rest = url.substr(scheme_end + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  const std::string_view target = rest.substr(authority.size());
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  try {
    Poco::URI uri;
    uri.setScheme(scheme);
    uri.setAuthority(std::string(authority));
    if (uri.getHost().empty() || uri.getPort() == 0) return std::nullopt;
    Address address;
    address.origin = {scheme == "https", {Poco::toLower(uri.getHost()), uri.getPort()}, {}, {}};
    address.authority = uri.getAuthority();
    const auto query = target.find('?');
    address.path = target.substr(0, query);
    if (address.path.empty()) address.path = "/";
    if (query != std::string_view::npos) address.query = target.substr(query);
    return address;
  } catch (const Poco::Exception&) {
    return std::nullopt;
  }
}

std::optional<std::string> problem_in_headers(const HttpRequest& request) {
  for (const Header& header : request.headers) {
    if (!is_token(header.name)) return "a header's name is not one";
    if (!is_header_value(header.value)) return "the header " + header.name + " contains a line end or a NUL";
    const std::string lower = Poco::toLower(header.name);
    if (std::find(own_headers.begin(), own_headers.end(), lower) != own_headers.end()) {
      return "the header " + header.name + " is set by the transport itself";
    }
  }
  if (!is_header_value(request.content_type)) return "the content type contains a line end or a NUL";
  if (!is_header_value(request.authorization.reveal())) return "the authorization contains a line end or a NUL";
  return std::nullopt;
}

bool announces_length(const HttpRequest& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH" ||
         request.method == "DELETE";
}

/// Sizes it first, so that no half of it is left behind in memory that was grown out of.
class Wire {
 public:
  explicit Wire(std::size_t size) { bytes_.reserve(size); }
  Wire& put(std::string_view text) {
    bytes_.append(text);
    return *this;
  }
  void header(std::string_view header_name, std::string_view value) {
    put(header_name).put(": ").put(value).put("\r\n");
  }
  Secret take() { return Secret(std::move(bytes_)); }

 private:
  std::string bytes_;
};

Secret to_bytes(const HttpRequest& request, const Address& address, const std::string& user_agent) {
  std::size_t size = 512 + address.path.size() + address.query.size() + address.authority.size() + user_agent.size() +
                     request.secret_query.reveal().size() + request.authorization.reveal().size() +
                     request.content_type.size() + request.body.reveal().size();
  for (const Header& header : request.headers) size += header.name.size() + header.value.size() + 4;

  Wire wire(size);
  wire.put(request.method).put(" ").put(address.path).put(address.query);
  if (!request.secret_query.empty()) {
    wire.put(address.query.empty() ? "?" : "&").put(request.secret_query.reveal());
  }
  wire.put(" HTTP/1.1\r\n");
  wire.header("Host", address.authority);
  wire.header("User-Agent", user_agent);
  if (!request.authorization.empty()) wire.header("Authorization", request.authorization.reveal());
  for (const Header& header : request.headers) wire.header(header.name, header.value);
  if (!request.content_type.empty()) wire.header("Content-Type", request.content_type);
  if (announces_length(request)) wire.header("Content-Length", std::to_string(request.body.reveal().size()));
  wire.put("\r\n").put(request.body.reveal());
  return wire.take();
}

/// RFC 9110, 9.3.6, and RFC 7617 for the login.
Secret tunnel_to(const Endpoint& server, const Secret& login, const std::string& user_agent) {
  const std::string to = server.text();
  const Secret credentials(login.empty() ? std::string() : to_base64(login.reveal()));
  Wire wire(128 + 2 * to.size() + user_agent.size() + credentials.reveal().size());
  wire.put("CONNECT ").put(to).put(" HTTP/1.1\r\n");
  wire.header("Host", to);
  wire.header("User-Agent", user_agent);
  if (!credentials.empty()) {
    wire.put("Proxy-Authorization: Basic ").put(credentials.reveal()).put("\r\n");
  }
  wire.put("\r\n");
  return wire.take();
}

/// Why nothing can be asked of the proxy.
std::optional<std::string> problem_in_proxy(const Proxy& proxy, const std::optional<Address>& address) {
  if (!address || address->origin.secure || address->path != "/" || !address->query.empty()) {
    return "its proxy is not of the form http://HOST:PORT";
  }
  if (!proxy.login.empty() && proxy.login.reveal().find(':') == std::string_view::npos) {
    return "the login for the proxy is not USER:PASSWORD; correct what proxy_login refers to";
  }
  return std::nullopt;
}

}  // namespace

std::string Endpoint::text() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", ipv6 ? "[" : "", host, ipv6 ? "]" : "", port);
}

tl::expected<WireRequest, TransportFailure> compose(const HttpRequest& request, const std::string& user_agent) {
  // The texts themselves are not repeated: what is malformed may be a secret in the wrong place.
  if (!is_token(request.method)) return refused("the request's method is not one");
  auto address = parse_url(request.url);
  if (!address) return refused("the request's URL is not an http or https URL that can be sent as it stands");
  if (!is_url_text(request.secret_query.reveal())) return refused("the request's query is not percent-encoded");
  if (auto problem = problem_in_headers(request)) return refused("the request cannot be sent: " + *problem);
  Origin& origin = address->origin;
  Secret tunnel;
  if (origin.secure) origin.ca_file = request.ca_file;
  if (origin.secure && !request.proxy.url.empty()) {
    const auto proxy = parse_url(request.proxy.url);
    if (auto problem = problem_in_proxy(request.proxy, proxy)) {
      return refused("the request cannot be sent: " + *problem);
    }
    origin.proxy = proxy->origin.server;
    tunnel = tunnel_to(origin.server, request.proxy.login, user_agent);
  }
  return WireRequest{
      .origin = origin,
      .shown = request.method + (origin.secure ? " https://" : " http://") + address->authority + address->path,
      .bytes = to_bytes(request, *address, user_agent),
      .tunnel = std::move(tunnel),
      .bodiless = request.method == "HEAD"};
}

}  // namespace wamigrate
