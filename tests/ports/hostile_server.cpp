// The hostile server over bare sockets and OpenSSL.
#include "ports/hostile_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "support/catch.hpp"

namespace wamigrate::tests {

namespace {

constexpr int look_up_every_ms = 20;  // how soon a waiting call notices that the server is closing

std::size_t announced_length(const std::string& head) {
  const auto place = head.find("Content-Length: ");
  return place == std::string::npos ? 0 : std::stoul(head.substr(place + 16));
}

}  // namespace

Peer::Peer(HostileServer& server, int fd) : server_(server), fd_(fd) {
  const int yes = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const timeval limit{0, look_up_every_ms * 1000};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

Peer::~Peer() {
  if (ssl_ != nullptr && fd_ >= 0) SSL_shutdown(ssl_);
  SSL_free(ssl_);
  if (fd_ >= 0) ::close(fd_);
}

bool Peer::handshake(SSL_CTX* context) {
  ssl_ = SSL_new(context);
  SSL_set_fd(ssl_, fd_);
  while (!server_.closing()) {
    const int done = SSL_accept(ssl_);
    if (done == 1) return true;
    if (SSL_get_error(ssl_, done) != SSL_ERROR_WANT_READ) break;
  }
  SSL_free(std::exchange(ssl_, nullptr));
  return false;
}

bool Peer::resumed() const { return ssl_ != nullptr && SSL_session_reused(ssl_) == 1; }

/// Empty at the end of the connection.
std::string Peer::receive_some() {
  char buffer[16 * 1024];
  while (fd_ >= 0 && !server_.closing()) {
    const auto got =
        ssl_ ? SSL_read(ssl_, buffer, sizeof buffer) : static_cast<int>(::recv(fd_, buffer, sizeof buffer, 0));
    if (got > 0) return std::string(buffer, static_cast<std::size_t>(got));
    const bool again = ssl_ ? SSL_get_error(ssl_, got) == SSL_ERROR_WANT_READ : got < 0 && errno == EAGAIN;
    if (!again) break;
  }
  return {};
}

std::string Peer::read_request() {
  std::string request = std::exchange(unread_, {});
  while (true) {
    const auto head = request.find("\r\n\r\n");
    if (head != std::string::npos) {
      const std::size_t size = head + 4 + announced_length(request.substr(0, head));
      if (request.size() >= size) {
        unread_ = request.substr(size);
        request.resize(size);
        const std::lock_guard lock(server_.mutex_);
        server_.requests_.push_back(request);
        return request;
      }
    }
    const std::string more = receive_some();
    if (more.empty()) return {};
    request += more;
  }
}

bool Peer::write(const std::string& bytes) {
  std::size_t written = 0;
  while (fd_ >= 0 && written < bytes.size() && !server_.closing()) {
    const auto left = bytes.size() - written;
    const auto sent = ssl_ ? SSL_write(ssl_, bytes.data() + written, static_cast<int>(left))
                           : static_cast<int>(::send(fd_, bytes.data() + written, left, MSG_NOSIGNAL));
    if (sent > 0) {
      written += static_cast<std::size_t>(sent);
      continue;
    }
    const bool again = ssl_ ? SSL_get_error(ssl_, sent) == SSL_ERROR_WANT_WRITE : sent < 0 && errno == EAGAIN;
    if (!again) return false;
  }
  return written == bytes.size();
}

bool Peer::reply(const std::string& body) {
  return write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

void Peer::drip(const std::string& bytes, std::chrono::milliseconds pause_before) {
  for (const char byte : bytes) {
    pause(pause_before);
    if (!write(std::string(1, byte))) return;
  }
}

void Peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(fd_, -1));
}

void Peer::close_without_goodbye() { ::close(std::exchange(fd_, -1)); }

void Peer::wait_for_close() {
  while (!server_.closing()) {
    pollfd waiting{fd_, POLLRDHUP, 0};
    if (::poll(&waiting, 1, look_up_every_ms) > 0) return;
  }
}

void Peer::carry_to(int port) {
  const int other = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  bool open = ::connect(other, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  while (open && !server_.closing()) {
    pollfd ready[] = {{fd_, POLLIN, 0}, {other, POLLIN, 0}};
    if (::poll(ready, 2, look_up_every_ms) <= 0) continue;
    for (const int from : {0, 1}) {
      if (ready[from].revents == 0) continue;
      char buffer[16 * 1024];
      const auto got = ::recv(ready[from].fd, buffer, sizeof buffer, 0);
      open = got > 0 && ::send(ready[1 - from].fd, buffer, static_cast<std::size_t>(got), MSG_NOSIGNAL) == got && open;
      if (from != 0 || got <= 0) continue;
      const std::lock_guard lock(server_.mutex_);
      server_.carried_.append(buffer, static_cast<std::size_t>(got));
    }
  }
  ::close(other);
}

void Peer::pause(std::chrono::milliseconds length) {
  const auto until = std::chrono::steady_clock::now() + length;
  while (!server_.closing() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::min(length, std::chrono::milliseconds(look_up_every_ms)));
  }
}

HostileServer::HostileServer(Script script, std::optional<ServerTls> tls, bool ipv6) : script_(std::move(script)) {
  listener_ = ::socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int small = 64 * 1024;  // so that a server that does not read stops a sender soon
  ::setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  sockaddr_storage address{};
  socklen_t size = 0;
  if (ipv6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    size = sizeof v6;
  } else {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address);
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    size = sizeof v4;
  }
  REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(listener_, 256) == 0);
  REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  // The port stands at the same place in both kinds of address.
  port_ = ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
  if (tls) {
    tls_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(tls_, TLS1_VERSION);
    if (tls->highest_version != 0) SSL_CTX_set_max_proto_version(tls_, tls->highest_version);
    if (tls->highest_version == TLS1_1_VERSION) SSL_CTX_set_cipher_list(tls_, "ALL:@SECLEVEL=0");
    SSL_CTX_set_session_id_context(tls_, reinterpret_cast<const unsigned char*>("test"), 4);
    REQUIRE(SSL_CTX_use_certificate(tls_, tls->certificate->x509.get()) == 1);
    REQUIRE(SSL_CTX_use_PrivateKey(tls_, tls->certificate->key.get()) == 1);
  }
  accepting_ = std::thread([this] { accept_all(); });
}

HostileServer::~HostileServer() {
  closing_ = true;
  stop_listening();
  accepting_.join();
  ::close(listener_);
  for (std::thread& thread : serving_) thread.join();
  SSL_CTX_free(tls_);
}

void HostileServer::stop_listening() { ::shutdown(listener_, SHUT_RDWR); }

void HostileServer::accept_all() {
  while (!closing_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, look_up_every_ms) <= 0) continue;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0 && errno == EINVAL) return;  // stopped listening
    if (fd < 0) continue;
    ++connections_;
    serving_.emplace_back([this, fd] { serve(fd); });
  }
}

void HostileServer::serve(int fd) {
  Peer peer(*this, fd);
  if (tls_ != nullptr) {
    if (!peer.handshake(tls_)) return;
    ++handshakes_;
    if (peer.resumed()) ++resumed_;
  }
  script_(peer);
}

std::string HostileServer::url(const std::string& path, const std::string& host) const {
  return (tls_ ? "https://" : "http://") + host + ":" + std::to_string(port_) + path;
}

std::vector<std::string> HostileServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::string HostileServer::carried() const {
  const std::lock_guard lock(mutex_);
  return carried_;
}

HostileServer::Script forward_proxy(const std::string& yes) {
  return [yes](Peer& peer) {
    const std::string asked = peer.read_request();
    const std::size_t end = asked.find(" HTTP/1.1\r\n");
    if (!asked.starts_with("CONNECT ") || end == std::string::npos || !peer.write(yes)) return;
    const std::size_t colon = asked.rfind(':', end);
    peer.carry_to(std::stoi(asked.substr(colon + 1, end - colon - 1)));
  };
}

HostileServer::Script always(const std::string& bytes) {
  return [bytes](Peer& peer) {
    while (!peer.read_request().empty()) {
      if (!peer.write(bytes)) return;
    }
  };
}

}  // namespace wamigrate::tests
