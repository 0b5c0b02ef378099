// A request as bytes: checked first, so that nothing in it can be read as the start of another header or request.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "ports/transport.hpp"

namespace wamigrate {

/// What a TCP connection is made to.
struct Endpoint {
  std::string host;  ///< A name in lower case or an address, IPv6 without brackets.
  std::uint16_t port = 0;

  /// `host:port`, IPv6 with brackets.
  std::string text() const;
  auto operator<=>(const Endpoint&) const = default;
};

/// Where a request goes, by which way, and whom it trusts. Connections are shared only between requests of equal
/// origin.
struct Origin {
  bool secure = true;
  Endpoint server;
  std::string ca_file;
  std::optional<Endpoint> proxy;  ///< Only where it is secure.

  auto operator<=>(const Origin&) const = default;
};

struct WireRequest {
  Origin origin;
  std::string shown;      ///< For people: `GET https://host/path`, never the query.
  Secret bytes;           ///< All that goes onto the wire.
  Secret tunnel;          ///< What is said to the proxy before, with its login; empty where there is none.
  bool bodiless = false;  ///< HEAD: the reply announces a body and sends none.
};

/// Fails with `refused` for what cannot be sent as it stands.
tl::expected<WireRequest, TransportFailure> compose(const HttpRequest& request, const std::string& user_agent);

}  // namespace wamigrate
