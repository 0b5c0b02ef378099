// Connecting step by step. Poco would do it in one call, but look names up without a limit, try only the first address
// and wait for a silent TLS peer on its own terms.
#include "ports/http_connector.hpp"

#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SocketAddress.h>
#include <fmt/format.h>

#include "ports/http_reply.hpp"

namespace wamigrate {

namespace {

using Kind = TransportFailure::Kind;

tl::unexpected<TransportFailure> not_sent(Kind kind, std::string reason) {
  return tl::make_unexpected(TransportFailure{kind, /*maybe_sent=*/false, std::move(reason)});
}

Millis left_until(Moment deadline) {
  return std::max(std::chrono::ceil<Millis>(deadline - std::chrono::steady_clock::now()), Millis(0));
}

bool is_address(const std::string& host) {
  Poco::Net::IPAddress ignored;
  return Poco::Net::IPAddress::tryParse(host, ignored);
}

/// For people, why a proxy opens no tunnel. None of its own words are in it: they may repeat what it was told.
std::string refusal_of_proxy(const tl::expected<int, ReplyReader::Problem>& status, bool too_late) {
  if (status) {
    return *status == 407
               ? "it wants a login (HTTP 407); name one as proxy_login, or correct what that refers to"
               : fmt::format("it answers HTTP {}; see that it lets this machine connect to that host and port",
                             *status);
  }
  const auto& [kind, what] = status.error();
  if (too_late || kind == Kind::timeout) return "it did not answer in time; check that it is an HTTP proxy";
  if (kind == Kind::dropped) return "it ended the connection; check that it is an HTTP proxy";
  return fmt::format("its answer cannot be read: {}; check that it is an HTTP proxy", what);
}

}  // namespace

HttpConnector::Connected HttpConnector::connect(const Origin& origin, const Secret& tunnel, Moment deadline) {
  if (!origin.secure) return connect_tcp(origin.server, deadline);
  const auto context = tls_.context(origin.ca_file);
  if (!context) return not_sent(Kind::refused, to_text(context.error()));
  auto connection = origin.proxy ? connect_through(*origin.proxy, origin.server, tunnel, deadline)
                                 : connect_tcp(origin.server, deadline);
  if (!connection) return connection;
  if (auto secured = shake_hands(origin, *context, **connection, deadline); !secured) {
    (*connection)->cut();
    return tl::make_unexpected(secured.error());
  }
  return connection;
}

HttpConnector::Connected HttpConnector::connect_tcp(const Endpoint& server, Moment deadline) {
  const Resolver::Answer answer = resolver_.resolve(server.host, deadline);
  if (!answer.in_time) {
    return not_sent(Kind::unreachable,
                    fmt::format("the name {} was not looked up in time; check the name server", server.host));
  }
  if (answer.addresses.empty()) {
    return not_sent(Kind::unreachable,
                    fmt::format("the name {} is not known; check the URL and the name server", server.host));
  }
  std::string reason;
  auto addresses_left = static_cast<int>(answer.addresses.size());
  for (const Poco::Net::IPAddress& address : answer.addresses) {
    // An address that does not answer leaves the others their share of the time.
    const Millis share = std::max(left_until(deadline) / addresses_left--, Millis(1));
    try {
      Poco::Net::StreamSocket socket;
      socket.connect(Poco::Net::SocketAddress(address, server.port), std::chrono::microseconds(share).count());
      return std::make_unique<HttpConnection>(socket);
    } catch (const Poco::Net::ConnectionRefusedException&) {
      reason = fmt::format("{} refused the connection; check that the service runs and the port", server.text());
    } catch (const Poco::TimeoutException&) {
      reason = fmt::format("{} did not answer to connecting; check the address, routes and firewalls", server.text());
    } catch (const Poco::Exception& problem) {
      reason = fmt::format("no connection to {} ({}); check the address, routes and firewalls", server.text(),
                           problem.message().empty() ? problem.name() : problem.message());
    }
  }
  return not_sent(Kind::unreachable, reason);
}

HttpConnector::Connected HttpConnector::connect_through(const Endpoint& proxy, const Endpoint& server,
                                                        const Secret& tunnel, Moment deadline) {
  auto connection = connect_tcp(proxy, deadline);
  if (!connection) {
    connection.error().reason = "the proxy can't be reached: " + connection.error().reason;
    return connection;
  }
  const DeadlineWatch::Cutoff cutoff(watch_, (*connection)->cut_handle(), deadline);
  (*connection)->set_timeout(left_until(deadline) + Millis(1));
  (*connection)->send(tunnel.reveal());  // what could not be sent is not answered either
  const auto status = ReplyReader(**connection, /*bodiless=*/true).read_tunnel();
  if (status && *status / 100 == 2) return connection;
  (*connection)->cut();
  return not_sent(Kind::unreachable, fmt::format("the proxy {} does not connect to {}: {}", proxy.text(), server.text(),
                                                 refusal_of_proxy(status, cutoff.happened())));
}

HttpConnector::Done HttpConnector::shake_hands(const Origin& origin, const Poco::Net::Context::Ptr& context,
                                               HttpConnection& connection, Moment deadline) {
  const auto too_late = [&] {
    return not_sent(Kind::timeout,
                    fmt::format("the TLS handshake with {} was not finished in time", origin.server.text()));
  };
  const DeadlineWatch::Cutoff cutoff(watch_, connection.cut_handle(), deadline);
  connection.set_timeout(left_until(deadline) + Millis(1));
  forget_tls_problem();
  try {
    connection.start_tls(context, is_address(origin.server.host) ? std::string() : origin.server.host,
                         tls_.session(origin));
    return {};
  } catch (const Poco::TimeoutException&) {
    return too_late();
  } catch (const Poco::Exception& problem) {
    if (cutoff.happened()) return too_late();
    tls_.forget_session(origin);  // should resuming be what failed, the next handshake is a full one
    return not_sent(Kind::tls, fmt::format("no TLS connection to {}: {}", origin.server.text(),
                                           tls_problem(problem, origin.server.host)));
  }
}

void HttpConnector::learn(const Origin& origin, HttpConnection& connection) {
  tls_.keep_session(origin, connection.tls_session());
}

}  // namespace wamigrate
