// The framing of HTTP/1.1 (RFC 9112, sections 6 and 7) by hand, over Poco's parser for status line and headers: Poco's
// body streams end without a word when a body is cut short, chunked or not, and "no reply" and "half a reply" must
// never look like a whole one here.
#include "ports/http_reply.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/String.h>
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <sstream>

namespace wamigrate {

namespace {

constexpr std::size_t max_head_bytes = 64UL * 1024;
constexpr std::size_t max_chunk_line_bytes = 1024;
constexpr std::size_t max_trailer_lines = 100;
constexpr int max_interim_replies = 16;

/// Where a head ends (after its empty line), or nothing. Bare line feeds are taken too, as Poco's parser does.
std::optional<std::size_t> end_of_head(std::string_view text, std::size_t from) {
  for (auto line = text.find('\n', from); line != std::string_view::npos; line = text.find('\n', line + 1)) {
    const std::string_view next = text.substr(line + 1);
    if (next.starts_with('\n')) return line + 2;
    if (next.starts_with("\r\n")) return line + 3;
  }
  return std::nullopt;
}

std::optional<std::size_t> parse_number(std::string_view text, int base) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The number in a status line that Poco found well-formed: it keeps it in an enumeration, which holds 511 and no more.
int status_of(const std::string& head) {
  std::istringstream line(head);
  std::string version, status;
  line >> version >> status;
  return static_cast<int>(parse_number(status, 10).value_or(0));
}

}  // namespace

ReplyReader::~ReplyReader() {
  sodium_memzero(buffer_.data(), touched_);
  sodium_memzero(body_.data(), body_.size());
}

tl::expected<HttpReply, ReplyReader::Problem> ReplyReader::read() {
  if (!read_head() || !choose_framing() || !read_body()) return tl::make_unexpected(*problem_);
  reusable_ = reusable_ && unread() == 0;
  reply_.body = Secret(std::move(body_));
  return std::move(reply_);
}

tl::expected<int, ReplyReader::Problem> ReplyReader::read_tunnel() {
  if (!read_head()) return tl::make_unexpected(*problem_);
  if (reply_.status / 100 == 2 && unread() > 0) {
    return tl::make_unexpected(Problem{Kind::garbled, "something follows it before TLS has begun"});
  }
  return reply_.status;
}

bool ReplyReader::give_up(Kind kind, std::string what) {
  problem_ = Problem{kind, std::move(what)};
  return false;
}

/// Receives at least one byte into the buffer, which must have been emptied.
bool ReplyReader::fill() {
  const auto [io, count] = connection_.receive(buffer_.data(), buffer_.size());
  begin_ = 0;
  end_ = count;
  touched_ = std::max(touched_, count);
  switch (io) {
    case HttpConnection::Io::done:
      anything_came_ = true;
      return true;
    case HttpConnection::Io::late:
      return give_up(Kind::timeout);
    case HttpConnection::Io::end:
      ended_in_order_ = true;
      return give_up(Kind::dropped);
    case HttpConnection::Io::broken:
      break;
  }
  return give_up(Kind::dropped);
}

bool ReplyReader::read_head() {
  for (int replies = 0; replies < max_interim_replies; ++replies) {
    std::string head;
    std::optional<std::size_t> end;
    while (!end) {
      if (unread() == 0 && !fill()) return false;
      const std::size_t known = head.size();
      head.append(unread_text());
      // Told apart at once: a server that speaks something else may never send the end of a head.
      if (std::string_view start = "HTTP/1."; !start.starts_with(std::string_view(head).substr(0, start.size()))) {
        return give_up(Kind::garbled, "what came is not HTTP");
      }
      end = end_of_head(head, known < 3 ? 0 : known - 3);
      if (!end && head.size() > max_head_bytes) return give_up(Kind::garbled, "its headers do not end");
      begin_ = end ? begin_ + (*end - known) : end_;
    }
    head.resize(*end);
    if (!parse_head(head)) return false;
    if (reply_.status >= 200) return true;
    if (reply_.status == 101) return give_up(Kind::garbled, "it switches to another protocol");
    // 100, 102, 103: the reply proper is still to come.
  }
  return give_up(Kind::garbled, "interim replies and no end of them");
}

bool ReplyReader::parse_head(const std::string& head) {
  try {
    Poco::Net::HTTPResponse parsed;
    std::istringstream in(head);
    parsed.read(in);
    reply_ = HttpReply();
    reply_.status = status_of(head);
    reply_.headers.reserve(parsed.size());
    for (const auto& [header_name, value] : parsed) reply_.headers.push_back({header_name, value});
    reusable_ = parsed.getKeepAlive();
    if (reply_.status < 100 || reply_.status > 599) return give_up(Kind::garbled, "its status is not one of HTTP");
    return true;
  } catch (const Poco::Exception&) {
    return give_up(Kind::garbled, "its status line or headers are malformed, or there are too many");
  }
}

bool ReplyReader::choose_framing() {
  framing_ = {};
  std::optional<std::string> length;
  for (const Header& header : reply_.headers) {
    const std::string header_name = Poco::toLower(header.name);
    if (header_name == "content-length") {
      if (length && *length != header.value) return give_up(Kind::garbled, "it announces two lengths");
      length = header.value;
    } else if (header_name == "transfer-encoding") {
      if (framing_.chunked || Poco::icompare(header.value, "chunked") != 0) {
        return give_up(Kind::garbled, "its transfer encoding is unknown");
      }
      framing_.chunked = true;
    } else if (header_name == "content-encoding" && Poco::icompare(header.value, "identity") != 0) {
      return give_up(Kind::garbled, "its body is compressed, which was not asked for");
    }
  }
  framing_.bodiless = bodiless_ || reply_.status == 204 || reply_.status == 304;
  if (framing_.chunked && length) reusable_ = false;  // RFC 9112, 6.3: chunks win, but something is wrong there
  if (!length || framing_.chunked) return true;
  framing_.length = parse_number(*length, 10);
  if (!framing_.length) return give_up(Kind::garbled, "its Content-Length is not a number");
  return true;
}

bool ReplyReader::read_body() {
  if (framing_.bodiless) return true;
  if (framing_.chunked) return read_chunks();
  if (!framing_.length) return read_until_close();
  if (*framing_.length > max_reply_bytes) return give_up(Kind::too_large);
  body_.reserve(*framing_.length);
  if (take_into_body(*framing_.length)) return true;
  if (problem_->kind != Kind::dropped) return false;
  return give_up(Kind::garbled, fmt::format("its body ended after {} of {} bytes", body_.size(), *framing_.length));
}

bool ReplyReader::read_chunks() {
  std::string line;
  const auto cut_short = [&] {
    return problem_->kind == Kind::dropped ? give_up(Kind::garbled, "its chunked body ended before the last chunk")
                                           : false;
  };
  while (true) {
    if (!take_line(line)) return cut_short();
    const std::string_view size_text = std::string_view(line).substr(0, line.find_first_of("; \t"));
    const auto size = parse_number(size_text, 16);
    if (!size) return give_up(Kind::garbled, "a chunk of its body has no size");
    if (*size == 0) break;
    if (*size > max_reply_bytes - body_.size()) return give_up(Kind::too_large);
    if (!take_into_body(*size) || !take_line(line)) return cut_short();
    if (!line.empty()) return give_up(Kind::garbled, "a chunk of its body is longer than its size says");
  }
  for (std::size_t trailers = 0; trailers < max_trailer_lines; ++trailers) {
    if (!take_line(line)) return cut_short();
    if (line.empty()) return true;
  }
  return give_up(Kind::garbled, "trailers and no end of them");
}

bool ReplyReader::read_until_close() {
  reusable_ = false;
  while (true) {
    append_to_body(unread_text());
    begin_ = end_;
    if (body_.size() > max_reply_bytes) return give_up(Kind::too_large);
    if (fill()) continue;
    if (!ended_in_order_) return false;
    problem_.reset();
    return true;
  }
}

/// A line without its end.
bool ReplyReader::take_line(std::string& line) {
  line.clear();
  while (line.size() <= max_chunk_line_bytes) {
    if (unread() == 0 && !fill()) return false;
    const char c = buffer_[begin_++];
    if (c == '\n') {
      if (line.ends_with('\r')) line.pop_back();
      return true;
    }
    line += c;
  }
  return give_up(Kind::garbled, "a line in its chunked body does not end");
}

bool ReplyReader::take_into_body(std::size_t count) {
  while (count > 0) {
    if (unread() == 0 && !fill()) return false;
    const std::size_t part = std::min(count, unread());
    append_to_body(unread_text().substr(0, part));
    begin_ += part;
    count -= part;
  }
  return true;
}

void ReplyReader::append_to_body(std::string_view bytes) {
  if (body_.size() + bytes.size() > body_.capacity()) {
    std::string larger;  // moved by hand, so that what is grown out of can be wiped
    larger.reserve(std::max(2 * body_.capacity(), body_.size() + bytes.size()));
    larger = body_;
    sodium_memzero(body_.data(), body_.size());
    body_.swap(larger);
  }
  body_.append(bytes);
}

}  // namespace wamigrate
