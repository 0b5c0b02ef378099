// The transport: one HTTP exchange at a time, made by whichever thread calls. It knows no endpoint. What it promises
// about a failure is what the whole program's safety hangs on: "not sent" is said only when it is certain.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"

namespace wamigrate {

struct Header {
  std::string name;
  std::string value;
};

/// A forward proxy, which only what is asked through it ever uses: no variable of the environment names one.
struct Proxy {
  std::string url;  ///< `http://HOST:PORT`; empty for none.
  Secret login;     ///< `USER:PASSWORD`, told to the proxy alone, over plain TCP; empty for none.
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;              ///< Whole, with the query. Never holds a secret, but see `secret_query`.
  Secret secret_query;          ///< Appended to the query, percent-encoded; debug_token and a webhook's handshake.
  std::vector<Header> headers;  ///< Not secret. CR, LF or NUL in any of them is refused, not sent.
  Secret authorization;         ///< The value of the Authorization header; empty for none.
  std::string content_type;     ///< Empty where there is no body.
  Secret body;
  Millis timeout{15000};  ///< For the whole exchange: connecting, TLS, sending, reading to the end.
  std::string ca_file;    ///< PEM; adds trust for this request, verification is never off. Empty for none.
  /// An https request goes through it in a tunnel (CONNECT): TLS from end to end, as without one. A plain http request
  /// goes straight to where it is for, since a proxy could read it.
  Proxy proxy;
  /// It changes something: it leaves at most once, on a connection of its own, and is never sent again by itself.
  bool changing = false;
};

struct HttpReply {
  int status = 0;
  std::vector<Header> headers;
  Secret body;  ///< A backup or a token may be in it.

  /// Case-insensitive; empty when missing.
  std::string header(std::string_view name) const;
};

/// An exchange that brought no complete reply.
struct TransportFailure {
  enum class Kind {
    refused,      ///< This side would not send it: a malformed URL, header or certificate file.
    unreachable,  ///< No connection: name, route, refused port, no answer to connecting, or no tunnel from a proxy.
    tls,          ///< The handshake failed: certificate, host name, protocol.
    timeout,      ///< The deadline passed.
    dropped,      ///< The connection ended before a complete reply.
    garbled,      ///< Not HTTP, or a body shorter than announced.
    too_large,    ///< The reply passed max_reply_bytes.
  };
  Kind kind = Kind::dropped;
  bool maybe_sent = true;  ///< False only when not one byte of the request can have reached the other side.
  std::string reason;      ///< For people, one line, without secrets.
};

using HttpResult = tl::expected<HttpReply, TransportFailure>;

/// Replies longer than this are given up as too_large. Backups are the largest honest replies.
inline constexpr std::size_t max_reply_bytes = std::size_t{16} << 20;

/// Safe to use from any thread; send() blocks until the reply, a failure, or the deadline. Redirects are not followed.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual HttpResult send(const HttpRequest& request) = 0;
};

/// The real one, over Poco. Reads share kept-alive connections; a changing request never does.
/// `user_agent` goes out with every request.
std::unique_ptr<Transport> make_http_transport(std::string user_agent);

/// For people and events: "timeout", "dropped", …
std::string_view name(TransportFailure::Kind kind);

}  // namespace wamigrate
