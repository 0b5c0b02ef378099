// Poco's exceptions end here: a call either did its work or says which of a few ways the connection ended in.
#include "ports/http_connection.hpp"

#include <Poco/Exception.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>

namespace wamigrate {

namespace {

constexpr std::size_t largest_call = std::numeric_limits<int>::max();  // Poco counts bytes in int

}  // namespace

HttpConnection::HttpConnection(const Poco::Net::StreamSocket& connected)
    : socket_(connected), cut_handle_(::fcntl(socket_.impl()->sockfd(), F_DUPFD_CLOEXEC, 3)) {
  if (!cut_handle_.valid()) throw Poco::SystemException("no file descriptor is left");
  ::fcntl(socket_.impl()->sockfd(), F_SETFD, FD_CLOEXEC);  // not for hooks and other children
  socket_.setNoDelay(true);
}

HttpConnection::~HttpConnection() {
  if (!tls_) return;
  try {
    tls_->shutdown();  // told in order: a session that was not is no longer resumable
  } catch (const Poco::Exception&) {
    // The other side is gone already.
  }
}

void HttpConnection::start_tls(const Poco::Net::Context::Ptr& context, const std::string& host,
                               const Poco::Net::Session::Ptr& resumed) {
  ERR_clear_error();  // what another connection left in this thread's queue would be taken for this one's
  if (host.empty()) {
    tls_ = Poco::Net::SecureStreamSocket::attach(socket_, context, resumed);
  } else {
    tls_ = Poco::Net::SecureStreamSocket::attach(socket_, host, context, resumed);
  }
}

Poco::Net::Session::Ptr HttpConnection::tls_session() { return tls_ ? tls_->currentSession() : nullptr; }

HttpConnection::Io HttpConnection::send(std::string_view bytes) {
  ERR_clear_error();
  try {
    while (!bytes.empty()) {
      const int room = static_cast<int>(std::min(bytes.size(), largest_call));
      const int sent = tls_ ? tls_->sendBytes(bytes.data(), room) : socket_.sendBytes(bytes.data(), room);
      if (sent <= 0) return Io::late;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return Io::done;
  } catch (const Poco::TimeoutException&) {
    return Io::late;
  } catch (const Poco::Exception&) {
    return Io::broken;
  }
}

HttpConnection::Received HttpConnection::receive(char* to, std::size_t room) {
  ERR_clear_error();
  try {
    const int size = static_cast<int>(std::min(room, largest_call));
    const int got = tls_ ? tls_->receiveBytes(to, size) : socket_.receiveBytes(to, size);
    if (got < 0) return {Io::late};
    if (got == 0) return {Io::end};
    return {Io::done, static_cast<std::size_t>(got)};
  } catch (const Poco::TimeoutException&) {
    return {Io::late};
  } catch (const Poco::Exception&) {
    return {Io::broken};
  }
}

void HttpConnection::set_timeout(Millis timeout) {
  if (timeout == timeout_) return;
  const Poco::Timespan span(std::chrono::microseconds(timeout).count());
  socket_.setReceiveTimeout(span);
  socket_.setSendTimeout(span);
  timeout_ = timeout;
}

bool HttpConnection::is_quiet() const {
  if (tls_ && tls_->available() > 0) return false;
  char byte = 0;
  const ssize_t got = ::recv(cut_handle_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void HttpConnection::cut() { ::shutdown(cut_handle_.get(), SHUT_RDWR); }

}  // namespace wamigrate
