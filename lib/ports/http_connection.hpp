// One connection, plain or TLS, as the transport uses it: bytes out, bytes in, and a handle by which another thread
// can cut it. Poco's HTTP session is not used on top of its sockets: it sends a request again by itself when a
// kept-alive connection was reset, takes a body that ends early for a whole one, and leaves unread bytes to the next.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/Session.h>
#include <Poco/Net/StreamSocket.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "ports/descriptor.hpp"

namespace wamigrate {

class HttpConnection {
 public:
  /// Takes over a connected socket.
  explicit HttpConnection(const Poco::Net::StreamSocket& connected);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  ~HttpConnection();

  /// The handshake: throws Poco's exceptions. An empty `host` means that the certificate is to be for the IP address.
  void start_tls(const Poco::Net::Context::Ptr& context, const std::string& host,
                 const Poco::Net::Session::Ptr& resumed);
  /// What a later connection can resume; null for a plain one. Complete only after a reply (TLS 1.3 sends tickets
  /// late).
  Poco::Net::Session::Ptr tls_session();

  enum class Io {
    done,
    end,     ///< Closed in order by the other side.
    broken,  ///< Reset, cut, or any other error.
    late,    ///< The socket's own timeout.
  };
  Io send(std::string_view bytes);
  struct Received {
    Io io = Io::done;
    std::size_t count = 0;  ///< At least 1 when done.
  };
  Received receive(char* to, std::size_t room);

  /// For DeadlineWatch: valid for as long as this lives, whatever became of the socket.
  int cut_handle() const { return cut_handle_.get(); }
  /// A second line of defence behind the deadline watch.
  void set_timeout(Millis timeout);
  /// Open, and nothing has come: a kept-alive connection fit for use. Anything else is a close or a stray reply.
  bool is_quiet() const;
  /// Makes every later call fail at once, so that letting go of it cannot block.
  void cut();

 private:
  Poco::Net::StreamSocket socket_;
  std::optional<Poco::Net::SecureStreamSocket> tls_;  ///< Over socket_.
  Descriptor cut_handle_;
  Millis timeout_{0};
};

}  // namespace wamigrate
