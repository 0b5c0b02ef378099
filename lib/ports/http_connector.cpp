// Connecting step by step. Poco would do it in one call, but look names up without a limit, try only the first address
// and wait for a silent TLS peer on its own terms.
#include "ports/http_connector.hpp"

#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SocketAddress.h>
#include <fmt/format.h>

namespace wamigrate {

namespace {

using Kind = TransportFailure::Kind;

tl::unexpected<TransportFailure> not_sent(Kind kind, std::string reason) {
  return tl::make_unexpected(TransportFailure{kind, /*maybe_sent=*/false, std::move(reason)});
}

Millis left_until(Moment deadline) {
  return std::max(std::chrono::ceil<Millis>(deadline - std::chrono::steady_clock::now()), Millis(0));
}

std::string shown(const Origin& origin) {
  const bool ipv6 = origin.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", ipv6 ? "[" : "", origin.host, ipv6 ? "]" : "", origin.port);
}

bool is_address(const std::string& host) {
  Poco::Net::IPAddress ignored;
  return Poco::Net::IPAddress::tryParse(host, ignored);
}

}  // namespace

HttpConnector::Connected HttpConnector::connect(const Origin& origin, Moment deadline) {
  if (!origin.secure) return connect_tcp(origin, deadline);
  const auto context = tls_.context(origin.ca_file);
  if (!context) return not_sent(Kind::refused, to_text(context.error()));
  auto connection = connect_tcp(origin, deadline);
  if (!connection) return connection;
  if (auto secured = shake_hands(origin, *context, **connection, deadline); !secured) {
    (*connection)->cut();
    return tl::make_unexpected(secured.error());
  }
  return connection;
}

HttpConnector::Connected HttpConnector::connect_tcp(const Origin& origin, Moment deadline) {
  const Resolver::Answer answer = resolver_.resolve(origin.host, deadline);
  if (!answer.in_time) {
    return not_sent(Kind::unreachable,
                    fmt::format("the name {} was not looked up in time; check the name server", origin.host));
  }
  if (answer.addresses.empty()) {
    return not_sent(Kind::unreachable,
                    fmt::format("the name {} is not known; check the URL and the name server", origin.host));
  }
  std::string reason;
  auto addresses_left = static_cast<int>(answer.addresses.size());
  for (const Poco::Net::IPAddress& address : answer.addresses) {
    // An address that does not answer leaves the others their share of the time.
    const Millis share = std::max(left_until(deadline) / addresses_left--, Millis(1));
    try {
      Poco::Net::StreamSocket socket;
      socket.connect(Poco::Net::SocketAddress(address, origin.port), std::chrono::microseconds(share).count());
      return std::make_unique<HttpConnection>(socket);
    } catch (const Poco::Net::ConnectionRefusedException&) {
      reason = fmt::format("{} refused the connection; check that the service runs and the port", shown(origin));
    } catch (const Poco::TimeoutException&) {
      reason = fmt::format("{} did not answer to connecting; check the address, routes and firewalls", shown(origin));
    } catch (const Poco::Exception& problem) {
      reason = fmt::format("no connection to {} ({}); check the address, routes and firewalls", shown(origin),
                           problem.message().empty() ? problem.name() : problem.message());
    }
  }
  return not_sent(Kind::unreachable, reason);
}

tl::expected<void, TransportFailure> HttpConnector::shake_hands(const Origin& origin,
                                                                const Poco::Net::Context::Ptr& context,
                                                                HttpConnection& connection, Moment deadline) {
  const auto too_late = [&] {
    return not_sent(Kind::timeout, fmt::format("the TLS handshake with {} was not finished in time", shown(origin)));
  };
  const DeadlineWatch::Cutoff cutoff(watch_, connection.cut_handle(), deadline);
  connection.set_timeout(left_until(deadline) + Millis(1));
  forget_tls_problem();
  try {
    connection.start_tls(context, is_address(origin.host) ? std::string() : origin.host, tls_.session(origin));
    return {};
  } catch (const Poco::TimeoutException&) {
    return too_late();
  } catch (const Poco::Exception& problem) {
    if (cutoff.happened()) return too_late();
    tls_.forget_session(origin);  // should resuming be what failed, the next handshake is a full one
    return not_sent(Kind::tls,
                    fmt::format("no TLS connection to {}: {}", shown(origin), tls_problem(problem, origin.host)));
  }
}

void HttpConnector::learn(const Origin& origin, HttpConnection& connection) {
  tls_.keep_session(origin, connection.tls_session());
}

}  // namespace wamigrate
