// A server on loopback that does to each connection exactly what a test's script says, over plain sockets or TLS, and
// counts what reached it. It shares no code with the transport.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ports/certificates.hpp"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;

namespace wamigrate::tests {

class HostileServer;

/// One connection, as a script sees it. Every call ends soon when the server is closing.
class Peer {
 public:
  Peer(HostileServer& server, int fd);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();

  /// Head and body (by Content-Length); empty when the other side has closed. Counts as a request of the server.
  std::string read_request();
  /// False when the other side is gone.
  bool write(const std::string& bytes);
  /// `200 OK` with this body, kept alive.
  bool reply(const std::string& body);
  /// Writes one byte after another with a pause before each, until the other side is gone or all is written.
  void drip(const std::string& bytes, std::chrono::milliseconds pause);
  /// Ends the connection with a TCP reset.
  void reset();
  /// Waits until the other side closes, reading nothing before.
  void wait_for_close();
  void pause(std::chrono::milliseconds length);
  /// Carries bytes to and from that port of this machine until either side ends; the server keeps those of its client.
  void carry_to(int port);
  /// TLS only: ends the TCP connection without saying so in TLS.
  void close_without_goodbye();
  bool resumed() const;
  bool handshake(SSL_CTX* context);

 private:
  std::string receive_some();

  HostileServer& server_;
  int fd_;
  SSL* ssl_ = nullptr;
  std::string unread_;
};

struct ServerTls {
  const Certificate* certificate = nullptr;
  int highest_version = 0;  ///< 0: whatever OpenSSL offers.
};

class HostileServer {
 public:
  using Script = std::function<void(Peer&)>;
  explicit HostileServer(Script script, std::optional<ServerTls> tls = {}, bool ipv6 = false);
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;
  ~HostileServer();

  int port() const { return port_; }
  /// `http://127.0.0.1:port` + path, or https with TLS.
  std::string url(const std::string& path = "/", const std::string& host = "127.0.0.1") const;

  int connections() const { return connections_; }
  int handshakes() const { return handshakes_; }
  int resumed_handshakes() const { return resumed_; }
  std::vector<std::string> requests() const;
  int request_count() const { return static_cast<int>(requests().size()); }
  /// All that carry_to() has taken from clients.
  std::string carried() const;
  /// From now on connecting is refused; connections that are there live on.
  void stop_listening();
  bool closing() const { return closing_; }

 private:
  friend class Peer;
  void accept_all();
  void serve(int fd);

  Script script_;
  int listener_ = -1;
  int port_ = 0;
  SSL_CTX* tls_ = nullptr;
  std::atomic<bool> closing_ = false;
  std::atomic<int> connections_ = 0;
  std::atomic<int> handshakes_ = 0;
  std::atomic<int> resumed_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::string carried_;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

/// A script that answers every request on a connection with the same bytes.
HostileServer::Script always(const std::string& bytes);

/// A script that answers one request with these bytes, which say yes, and is then a tunnel to the port that it named;
/// whatever its host, that is on this machine.
HostileServer::Script forward_proxy(const std::string& yes = "HTTP/1.1 200 Connection established\r\n\r\n");

}  // namespace wamigrate::tests
