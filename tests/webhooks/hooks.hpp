// Webhooks as the platforms send them, and a client that sends exactly the bytes a test gives it.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "webhooks/signature.hpp"

namespace wamigrate::tests {

inline std::string status_of(const std::string& message, const std::string& status, int at = 1748811473,
                             const std::string& more = "") {
  return fmt::format(R"({{"id":"{}","status":"{}","timestamp":"{}","recipient_id":"16505551234"{}}})", message, status,
                     at, more);
}

inline std::string message_of(const std::string& message, const std::string& text = "hello") {
  return fmt::format(
      R"({{"from":"16505551234","id":"{}","timestamp":"1748811473","type":"text","text":{{"body":"{}"}}}})", message,
      text);
}

/// One change of Graph's; `statuses` and `messages` are lists without their brackets.
inline std::string change_of(const std::string& statuses, const std::string& messages = "",
                             const std::string& number = "106540352242922") {
  return fmt::format(
      R"({{"field":"messages","value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550783881",)"
      R"("phone_number_id":"{}"}},"statuses":[{}],"messages":[{}]}}}})",
      number, statuses, messages);
}

inline std::string cloud_post(const std::string& changes, const std::string& account = "102290129340398") {
  return fmt::format(R"({{"object":"whatsapp_business_account","entry":[{{"id":"{}","changes":[{}]}}]}})", account,
                     changes);
}

inline std::string onprem_post(const std::string& statuses, const std::string& messages = "") {
  return fmt::format(R"({{"statuses":[{}],"messages":[{}]}})", statuses, messages);
}

/// A request with these headers (each with its line end) and the body's true length.
inline std::string request_of(const std::string& method, const std::string& target, const std::string& headers,
                              const std::string& body) {
  return fmt::format(
      "{} {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}", method,
      target, headers, body.size(), body);
}

inline std::string signature_header(const std::string& secret, std::string_view body) {
  return "X-Hub-Signature-256: " + webhooks::signature_of(Secret(secret), body) + "\r\n";
}

/// A connection to a port of loopback.
class Wire {
 public:
  explicit Wire(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    open_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() { ::close(fd_); }

  bool open() const { return open_; }
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_of_sending() const { ::shutdown(fd_, SHUT_WR); }
  /// The status of the next answer, its body skipped; 0 when the connection ended without one.
  int answer() {
    std::string text;
    while (text.find("\r\n\r\n") == std::string::npos) {
      if (!receive(text)) return 0;
    }
    const auto head = text.find("\r\n\r\n") + 4;
    const auto at = text.find("Content-Length: ");
    const std::size_t length = at < head ? std::stoul(text.substr(at + 16)) : 0;
    while (text.size() < head + length) {
      if (!receive(text)) return 0;
    }
    body_ = text.substr(head, length);
    return std::stoi(text.substr(9, 3));
  }
  /// Of the last answer.
  const std::string& body() const { return body_; }

 private:
  bool receive(std::string& text) const {
    std::array<char, 4096> block{};
    const ssize_t got = ::recv(fd_, block.data(), block.size(), 0);
    if (got > 0) text.append(block.data(), static_cast<std::size_t>(got));
    return got > 0;
  }

  int fd_;
  bool open_ = false;
  std::string body_;
};

/// Sends on a connection of its own; the status of the answer, or 0.
inline int sent(int port, const std::string& bytes) {
  Wire wire(port);
  if (!wire.open() || !wire.send(bytes)) return 0;
  return wire.answer();
}

}  // namespace wamigrate::tests
