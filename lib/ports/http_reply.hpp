// Reading one reply off a connection, to its announced end and not a byte further.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "ports/http_connection.hpp"
#include "ports/transport.hpp"

namespace wamigrate {

/// Reads one reply, once.
class ReplyReader {
 public:
  /// `bodiless`: the request was HEAD.
  ReplyReader(HttpConnection& connection, bool bodiless) : connection_(connection), bodiless_(bodiless) {}
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  struct Problem {
    TransportFailure::Kind kind;  ///< timeout, dropped, garbled or too_large.
    std::string what;             ///< For people; empty for timeout and dropped, which speak for themselves.
  };
  tl::expected<HttpReply, Problem> read();
  /// Instead of read(), of a proxy that was asked for a tunnel: the status alone. What follows a 2xx head is of the
  /// tunnel, and there must be nothing yet.
  tl::expected<int, Problem> read_tunnel();

  /// Not even one byte came.
  bool nothing_came() const { return !anything_came_; }
  /// After a reply: the connection can carry another request.
  bool reusable() const { return reusable_; }

 private:
  using Kind = TransportFailure::Kind;
  struct Framing {
    bool bodiless = false;
    bool chunked = false;
    std::optional<std::size_t> length;  ///< Neither: the body goes on until the connection closes.
  };

  // Each of these is false after a failure, which problem_ then tells.
  bool read_head();
  bool parse_head(const std::string& head);
  bool choose_framing();
  bool read_body();
  bool read_chunks();
  bool read_until_close();
  bool take_line(std::string& line);
  bool take_into_body(std::size_t count);
  bool fill();
  bool give_up(Kind kind, std::string what = {});

  std::size_t unread() const { return end_ - begin_; }
  std::string_view unread_text() const { return {buffer_.data() + begin_, unread()}; }
  void append_to_body(std::string_view bytes);

  HttpConnection& connection_;
  const bool bodiless_;
  std::array<char, 16UL * 1024> buffer_;  // what was received; [begin_, end_) is not looked at yet
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t touched_ = 0;  // how much of the buffer ever held something
  bool anything_came_ = false;
  bool ended_in_order_ = false;
  bool reusable_ = false;
  HttpReply reply_;
  std::string body_;
  Framing framing_;
  std::optional<Problem> problem_;
};

}  // namespace wamigrate
