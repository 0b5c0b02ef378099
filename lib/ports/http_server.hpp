// A server for requests that strangers post: one bounded request at a time on each connection, read under a deadline,
// and given to the service whole or not at all. It knows no endpoint.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace wamigrate {

/// A request without its body.
struct ServedHead {
  std::string method;
  std::string path;                                         ///< Percent-decoded.
  std::vector<std::pair<std::string, std::string>> query;   ///< Percent-decoded, in order.
  std::vector<std::pair<std::string, std::string>> fields;  ///< The headers; at most a hundred, of at most 8 kB.

  /// The header's value, case-insensitive by name; empty when it is missing.
  std::string_view header(std::string_view name) const;
  /// The first value under this key; nothing when there is none.
  std::optional<std::string> parameter(std::string_view key) const;
};

struct ServedAnswer {
  int status = 200;
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

/// What the server refuses by itself.
enum class Unserved {
  malformed,  ///< No HTTP that can be read: 400.
  no_length,  ///< A post that says neither its length nor that it comes in chunks: 411.
  too_large,  ///< Longer than max_body: 413, without reading it.
  truncated,  ///< The connection ended before the announced length: nobody is left to answer.
  slow,       ///< Not here within the request's time: the connection is cut.
};

/// Called from many threads at once; must not throw.
class WebService {
 public:
  virtual ~WebService() = default;
  /// Before the body is read: an answer that needs none, a refusal mostly; or nothing, and serve() is asked.
  virtual std::optional<ServedAnswer> admit(const ServedHead& head) = 0;
  /// With the whole body.
  virtual ServedAnswer serve(const ServedHead& head, std::string body) = 0;
  virtual void unserved(Unserved why) = 0;
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";  ///< Of this machine; IPv4, or IPv6 without brackets.
  int port = 0;                       ///< 0: any free one.
  std::string certificate_file{};     ///< PEM, with the chain; empty for plain HTTP.
  std::string key_file{};             ///< PEM; must be its owner's alone.
  int connections = 128;              ///< Served at once, each by a thread; as many more wait, the rest is dropped.
  std::size_t max_body = std::size_t{3} << 20U;
  Millis request_time{10000};  ///< From a request's first byte, the TLS handshake's included, to its last.
  Millis idle_time{15000};     ///< How long a connection may be silent between requests.
};

/// Serves from start() until stop() or its end. The service must outlive it.
class HttpServer {
 public:
  static Result<std::unique_ptr<HttpServer>> start(WebService& service, const HttpServerOptions& options);
  ~HttpServer();

  int port() const;
  /// Accepts nothing more, hangs up where nothing was begun, and returns when all that was begun has been answered.
  void stop();

 private:
  class Inside;
  explicit HttpServer(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace wamigrate
