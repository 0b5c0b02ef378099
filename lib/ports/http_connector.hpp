// From an origin to a connection: name, address, TCP, the tunnel through a proxy, TLS, all before the deadline.
// Whatever fails here failed before a byte of any request was sent.
#pragma once

#include <memory>

#include "ports/deadline_watch.hpp"
#include "ports/http_connection.hpp"
#include "ports/http_request.hpp"
#include "ports/resolver.hpp"
#include "ports/tls_contexts.hpp"

namespace wamigrate {

/// Safe to use from any thread.
class HttpConnector {
 public:
  explicit HttpConnector(DeadlineWatch& watch) : watch_(watch) {}

  /// `tunnel` is what an origin behind a proxy is asked for with (WireRequest).
  tl::expected<std::unique_ptr<HttpConnection>, TransportFailure> connect(const Origin& origin, const Secret& tunnel,
                                                                          Moment deadline);
  /// To be called after a complete reply: what is learnt makes the next handshake with that origin cheap.
  void learn(const Origin& origin, HttpConnection& connection);

 private:
  using Connected = tl::expected<std::unique_ptr<HttpConnection>, TransportFailure>;
  using Done = tl::expected<void, TransportFailure>;

  Connected connect_tcp(const Endpoint& server, Moment deadline);
  Connected connect_through(const Endpoint& proxy, const Endpoint& server, const Secret& tunnel, Moment deadline);
  Done shake_hands(const Origin& origin, const Poco::Net::Context::Ptr& context, HttpConnection& connection,
                   Moment deadline);

  DeadlineWatch& watch_;
  Resolver resolver_;
  TlsContexts tls_;
};

}  // namespace wamigrate
