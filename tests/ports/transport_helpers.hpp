// What the tests of the transport share.
#pragma once

#include <chrono>
#include <string>

#include "ports/hostile_server.hpp"
#include "ports/places.hpp"
#include "ports/transport.hpp"
#include "support/catch.hpp"

namespace wamigrate::tests {

using Kind = TransportFailure::Kind;

inline std::unique_ptr<Transport> transport() { return make_http_transport("wamigrate/0.1.0"); }

inline HttpRequest get(const std::string& url, Millis timeout = Millis(5000)) {
  HttpRequest request;
  request.url = url;
  request.timeout = timeout;
  return request;
}

/// A changing POST.
inline HttpRequest post(const std::string& url, const std::string& body = "{}", Millis timeout = Millis(5000)) {
  HttpRequest request = get(url, timeout);
  request.method = "POST";
  request.content_type = "application/json";
  request.body = Secret(body);
  request.changing = true;
  return request;
}

/// A request that trusts this PEM.
inline HttpRequest trusting(const TempDir& dir, const std::string& pem, HttpRequest request) {
  static int files = 0;
  const auto file = dir / ("ca-" + std::to_string(++files) + ".pem");
  put(file, pem, 0644);
  request.ca_file = file.string();
  return request;
}

/// For messages of failed checks.
inline std::string text_of(const HttpResult& result) {
  if (result) return std::to_string(result->status) + " " + std::string(result->body.reveal().substr(0, 200));
  return std::string(name(result.error().kind)) + (result.error().maybe_sent ? ", maybe sent: " : ", not sent: ") +
         result.error().reason;
}

inline std::string body_of(const HttpResult& result) {
  return result ? std::string(result->body.reveal()) : text_of(result);
}

inline void check_failure(const HttpResult& result, Kind kind, bool maybe_sent) {
  CAPTURE(text_of(result));
  REQUIRE_FALSE(result.has_value());
  CHECK(name(result.error().kind) == name(kind));
  CHECK(result.error().maybe_sent == maybe_sent);
  CHECK_FALSE(result.error().reason.empty());
  CHECK(result.error().reason.find('\n') == std::string::npos);
}

inline std::string ok(const std::string& body, const std::string& more_headers = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_headers + "\r\n" + body;
}

/// Asks again and again for a short while until `holds`: for what the other side notices a moment later.
bool soon(const auto& holds) {
  for (int i = 0; i < 200 && !holds(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return holds();
}

}  // namespace wamigrate::tests
