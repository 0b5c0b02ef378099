// The wire. Replies come off a socket, however they are framed: what is taken for whole is whole, and never larger than
// promised. Requests go onto it: exactly one leaves, whatever stands in its parts, or none.
#include <Poco/Net/StreamSocketImpl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "fuzz/targets/target.hpp"
#include "ports/http_reply.hpp"
#include "ports/http_request.hpp"
#include "support/http_file.hpp"

namespace wamigrate::fuzz {
namespace {

/// One end of a socket pair, which has no TCP options to set.
class PairedSocket : public Poco::Net::StreamSocketImpl {
 public:
  explicit PairedSocket(int fd) : StreamSocketImpl(fd) {}
  void setRawOption(int level, int option, const void* value, poco_socklen_t length) override {
    if (level != IPPROTO_TCP) StreamSocketImpl::setRawOption(level, option, value, length);
  }
};

constexpr std::size_t most_at_once = 64 * 1024;  // less than a socket holds that nobody reads

struct Read {
  tl::expected<HttpReply, ReplyReader::Problem> reply;
  bool reusable = false;
  bool nothing_came = false;
};

/// What is read of a server that sends these bytes and then closes.
Read read_reply(std::string_view bytes, bool bodiless) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error("no socket pair");
  HttpConnection connection{Poco::Net::StreamSocket(new PairedSocket(ends[0]))};
  const Descriptor server(ends[1]);
  if (::send(ends[1], bytes.data(), bytes.size(), MSG_DONTWAIT) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("a socket holds less than expected");
  }
  ::shutdown(ends[1], SHUT_WR);
  ReplyReader reader(connection, bodiless);
  auto reply = reader.read();
  return {std::move(reply), reader.reusable(), reader.nothing_came()};
}

void run_http_reply(std::string_view input) {
  Fields fields(input);
  const bool bodiless = fields.byte() % 8 == 7;
  const std::string_view bytes = fields.rest().substr(0, most_at_once);
  const Read read = read_reply(bytes, bodiless);
  holds(read.nothing_came == bytes.empty(), "nothing came only where nothing was sent");
  if (!read.reply) {
    holds(is_plain(read.reply.error().what), "a problem is one plain line");
    return;
  }
  holds(read.reply->status >= 200 && read.reply->status <= 599, "a reply has a final status");
  holds(read.reply->body.reveal().size() <= bytes.size(), "a body is no longer than what came");
  holds(!bodiless || read.reply->body.empty(), "a reply without a body has none");
  // What says where it ends was read to that end: a byte less is not a reply, however it is cut.
  if (read.reusable) {
    holds(!read_reply(bytes.substr(0, bytes.size() - 1), bodiless).reply, "half a reply is never taken for a whole");
  }
}

std::vector<std::string> reply_seeds() {
  const std::string more = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: nginx\r\n\tfolded\r\n";
  std::vector<std::string> seeds = {
      "\aHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
      "\1HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "\1HTTP/1.0 200 OK\n\nto the end",
      "\1HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n",
      "\1HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"};
  for (const testing::HttpFile& file : testing::read_http_files(SOURCE_DIR "/tests/contract")) {
    if (file.reply_body.size() > 2000 || seeds.size() > 40) continue;
    seeds.push_back(fmt::format("\1HTTP/1.1 {} Reason\r\n{}Content-Length: {}\r\n\r\n{}", file.status, more,
                                file.reply_body.size(), file.reply_body));
    seeds.push_back(fmt::format("\1HTTP/1.1 {} Reason\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                                file.status, file.reply_body.size(), file.reply_body));
  }
  return seeds;
}

/// Lines of a head, each without its CRLF; a stray CR, LF or NUL in one breaks the claim.
std::vector<std::string_view> lines_of(std::string_view head) {
  std::vector<std::string_view> lines;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    holds(end != std::string_view::npos, "a head is made of lines");
    lines.push_back(head.substr(0, end));
    holds(lines.back().find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
          "nothing in a line ends it");
    head.remove_prefix(end + 2);
  }
  return lines;
}

void run_http_request(std::string_view input) {
  Fields fields(input);
  HttpRequest request;
  request.method = fields.next();
  request.url = fields.next();
  request.secret_query = Secret(fields.next());
  request.authorization = Secret(fields.next());
  request.content_type = fields.next();
  const std::string header_name = fields.next();
  request.headers.push_back({header_name, fields.next()});
  request.body = Secret(std::string(fields.rest()));
  request.proxy = {"http://proxy.example:3128", Secret("user:" + std::string(request.authorization.reveal()))};
  const auto wire = compose(request, "wamigrate/0.1.0");
  if (!wire) {
    holds(wire.error().kind == TransportFailure::Kind::refused && !wire.error().maybe_sent,
          "what is refused is unsent");
    holds(is_plain(wire.error().reason), "a refusal is one plain line");
    return;
  }
  const std::string_view bytes = wire->bytes.reveal();
  const std::size_t end = bytes.find("\r\n\r\n");
  holds(end != std::string_view::npos, "a head ends");
  holds(bytes.substr(end + 4) == request.body.reveal(), "the body follows, and nothing after it");
  const auto lines = lines_of(bytes.substr(0, end + 2));
  const std::string& method = request.method;
  const bool sized =
      !request.body.empty() || method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
  const std::size_t expected =
      4 + (request.authorization.empty() ? 0 : 1) + (request.content_type.empty() ? 0 : 1) + (sized ? 1 : 0);
  holds(lines.size() == expected, "a head has the lines that were asked for");
  holds(lines[0].starts_with(method + " /") || lines[0].starts_with(method + " ?"), "it asks as it was told to");
  holds(lines[0].ends_with(" HTTP/1.1"), "it speaks HTTP/1.1");
  holds(std::count(lines[0].begin(), lines[0].end(), ' ') == 2, "a request line has three words");
  holds(!sized || lines.back() == fmt::format("Content-Length: {}", request.body.reveal().size()),
        "the body's length is announced");
  holds(is_plain(wire->shown) && wire->shown.find('?') == std::string::npos, "a query is not shown");
  holds(!wire->origin.server.host.empty() && wire->origin.server.port != 0, "it goes somewhere");
  holds(wire->origin.secure == wire->origin.proxy.has_value(), "a proxy is for TLS alone");
  if (!wire->origin.secure) return;
  const auto asked = lines_of(wire->tunnel.reveal());
  holds(asked.size() == 5 && asked[4].empty(), "a proxy is asked once, with three headers");
  holds(asked[0] == fmt::format("CONNECT {} HTTP/1.1", wire->origin.server.text()) &&
            std::count(asked[0].begin(), asked[0].end(), ' ') == 2,
        "a proxy is asked for where the request goes");
}

std::vector<std::string> request_seeds() {
  std::vector<std::string> seeds = {
      joined({"GET", "https://graph.facebook.com/v23.0/1?fields=id", "access_token=a%20b", "Bearer T", "", "Accept",
              "application/json"}),
      joined({"POST", "http://127.0.0.1:9090/prefix/v1/account", "", "Bearer T", "application/json", "X-A", "b"}) +
          "{}",
      joined({"HEAD", "https://[::1]:443", "", "", "", "X", ""}),
      joined({"GET", "http://host/\r\nEvil: 1", "a\r\n\r\nGET / HTTP/1.1", "x\r\ny", "t\r\nu", "n\r\no", "v\r\nw"})};
  for (const testing::HttpFile& file : testing::read_http_files(SOURCE_DIR "/tests/contract")) {
    if (seeds.size() > 30 || file.request_body.size() > 1000) continue;
    seeds.push_back(joined({file.method, "https://graph.facebook.com" + file.target, "", "Bearer T", "application/json",
                            "Accept", "*/*"}) +
                    file.request_body);
  }
  return seeds;
}

}  // namespace

const Target http_reply{"http_reply", run_http_reply, reply_seeds};
const Target http_request{"http_request", run_http_request, request_seeds};

}  // namespace wamigrate::fuzz
