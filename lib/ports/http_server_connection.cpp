// A request is read under one deadline from its first byte to its last. The answer waits for the service as long as
// that takes: what was begun is answered, also while the server stops.
#include "ports/http_server_connection.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/String.h>
#include <Poco/URI.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>

namespace wamigrate {
namespace {

constexpr std::size_t drained_at_most = std::size_t{1} << 20U;
constexpr Millis drained_for{1000};

/// What the body of a request is announced as; nothing when that can be read in two ways or in none.
struct Announced {
  bool chunked = false;
  bool given = false;
  std::size_t length = 0;
};

std::optional<Announced> announced(const Poco::Net::HTTPRequest& request) {
  Announced body;
  int headers = 0;
  for (auto field = request.begin(); field != request.end(); ++field) {
    if (Poco::icompare(field->first, "Content-Length") == 0 || Poco::icompare(field->first, "Transfer-Encoding") == 0)
      ++headers;
  }
  if (headers > 1) return std::nullopt;
  if (headers == 0) return body;
  body.given = true;
  body.chunked = !request.has("Content-Length");
  if (body.chunked) return request.getChunkedTransferEncoding() ? std::optional(body) : std::nullopt;
  const std::string& digits = request.get("Content-Length");
  if (digits.empty() || digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  body.length = std::stoull(digits);
  return body;
}

/// The answer says the same version: nothing that a stranger chose goes into it.
bool is_http_1(const Poco::Net::HTTPRequest& request) {
  using Poco::Net::HTTPMessage;
  return request.getVersion() == HTTPMessage::HTTP_1_1 || request.getVersion() == HTTPMessage::HTTP_1_0;
}

std::optional<ServedHead> head_of(const Poco::Net::HTTPRequest& request) {
  ServedHead head;
  head.method = request.getMethod();
  try {
    const Poco::URI uri(request.getURI());
    head.path = uri.getPath();
    head.query = uri.getQueryParameters();
  } catch (const Poco::Exception&) {
    return std::nullopt;
  }
  for (const auto& [name, value] : request) head.fields.emplace_back(name, value);
  return head;
}

/// At most `limit` + 1 bytes: one more than allowed is as good as all.
std::string read_body(std::istream& stream, std::size_t limit) {
  std::string body;
  std::array<char, 16384> block{};
  while (body.size() <= limit && stream.good()) {
    stream.read(block.data(), static_cast<std::streamsize>(std::min(block.size(), limit + 1 - body.size())));
    body.append(block.data(), static_cast<std::size_t>(stream.gcount()));
  }
  return body;
}

Poco::Net::HTTPResponse::HTTPStatus status_of(Unserved why) {
  using Poco::Net::HTTPResponse;
  if (why == Unserved::too_large) return HTTPResponse::HTTP_REQUEST_ENTITY_TOO_LARGE;
  return why == Unserved::no_length ? HTTPResponse::HTTP_LENGTH_REQUIRED : HTTPResponse::HTTP_BAD_REQUEST;
}

}  // namespace

std::string_view ServedHead::header(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [name](const auto& field) {
    return Poco::icompare(field.first, std::string(name)) == 0;
  });
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<std::string> ServedHead::parameter(std::string_view key) const {
  const auto found = std::find_if(query.begin(), query.end(), [key](const auto& pair) { return pair.first == key; });
  return found == query.end() ? std::nullopt : std::optional(found->second);
}

void LiveConnections::add(int fd) {
  const std::lock_guard lock(mutex_);
  busy_[fd] = false;
  if (stopping_) ::shutdown(fd, SHUT_RDWR);
}

void LiveConnections::remove(int fd) {
  const std::lock_guard lock(mutex_);
  busy_.erase(fd);
  gone_.notify_all();
}

bool LiveConnections::begin(int fd) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  busy_[fd] = true;
  return true;
}

void LiveConnections::rest(int fd) {
  const std::lock_guard lock(mutex_);
  busy_[fd] = false;
}

bool LiveConnections::may_stay(std::size_t at_most) {
  const std::lock_guard lock(mutex_);
  return !stopping_ && busy_.size() <= at_most;
}

void LiveConnections::stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  for (const auto& [fd, busy] : busy_) {
    if (!busy) ::shutdown(fd, SHUT_RDWR);
  }
  gone_.wait(lock, [this] { return busy_.empty(); });
}

ServerConnection::ServerConnection(const Poco::Net::StreamSocket& socket, ServerInside& inside)
    : TCPServerConnection(socket), inside_(inside) {}

int ServerConnection::fd() const { return const_cast<ServerConnection*>(this)->socket().impl()->sockfd(); }

void ServerConnection::run() {
  ERR_clear_error();  // what another connection left in this thread's queue would be taken for this one's
  const int descriptor = fd();
  inside_.live.add(descriptor);
  try {
    socket().setNoDelay(true);
    Poco::Net::HTTPServerSession session(socket(), inside_.parameters);
    while (session.hasMoreRequests() && inside_.live.begin(descriptor)) {
      const Then then = exchange(session);
      if (then == Then::drain) drain();
      if (then != Then::next) break;
      inside_.live.rest(descriptor);
    }
  } catch (const Poco::Exception&) {
    // The other side has gone away: nobody is left to tell.
  }
  inside_.live.remove(descriptor);  // before the socket goes, and its number to another
}

ServerConnection::Then ServerConnection::exchange(Poco::Net::HTTPServerSession& session) {
  Exchange one;
  if (const auto ended = receive(session, one)) return *ended;
  const ServedAnswer said = inside_.service.serve(one.head, std::move(one.body));
  one.response->setKeepAlive(may_stay(one));
  answer(one, said);
  return one.response->getKeepAlive() ? Then::next : Then::close;
}

bool ServerConnection::may_stay(const Exchange& one) {
  // A kept connection holds its thread: the last quarter is for those who come anew.
  const int comfortable = std::max(1, inside_.options.connections - inside_.options.connections / 4);
  return one.request->getKeepAlive() && inside_.live.may_stay(static_cast<std::size_t>(comfortable));
}

std::optional<ServerConnection::Then> ServerConnection::receive(Poco::Net::HTTPServerSession& session, Exchange& one) {
  const DeadlineWatch::Cutoff cutoff(inside_.watch, fd(),
                                     std::chrono::steady_clock::now() + inside_.options.request_time);
  try {
    one.response.emplace(session);
    one.request.emplace(*one.response, session, inside_.parameters.get());
  } catch (const Poco::Net::NoMessageException&) {
    if (cutoff.happened()) inside_.service.unserved(Unserved::slow);
    return Then::close;  // opened, and closed without a word
  } catch (const Poco::Exception&) {
    return refuse(session, cutoff.happened() ? Unserved::slow : Unserved::malformed);
  }
  const auto body = announced(*one.request);
  auto head = head_of(*one.request);
  if (!body || !head || !is_http_1(*one.request)) return refuse(session, Unserved::malformed);
  one.head = std::move(*head);
  one.response->setVersion(one.request->getVersion());
  if (const auto early = inside_.service.admit(one.head)) {
    const bool unread = body->chunked || body->length > 0;
    one.response->setKeepAlive(!unread && may_stay(one));
    answer(one, *early);
    if (unread) return Then::drain;
    return one.response->getKeepAlive() ? Then::next : Then::close;
  }
  if (!body->given) return refuse(session, Unserved::no_length);
  const std::size_t limit = inside_.options.max_body;
  if (body->length > limit) return refuse(session, Unserved::too_large);
  if (one.request->getExpectContinue()) one.response->sendContinue();
  one.body = read_body(one.request->stream(), limit);
  if (one.body.size() > limit) return refuse(session, Unserved::too_large);
  const bool whole = body->chunked || one.body.size() == body->length;
  if (whole && !cutoff.happened()) return std::nullopt;
  inside_.service.unserved(cutoff.happened() ? Unserved::slow : Unserved::truncated);
  return Then::close;
}

void ServerConnection::answer(Exchange& one, const ServedAnswer& answer) {
  Response& response = *one.response;
  response.setStatusAndReason(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(answer.status));
  response.setContentType("text/plain; charset=utf-8");
  response.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : answer.headers) response.set(name, value);
  response.sendBuffer(answer.body.data(), answer.body.size());
}

ServerConnection::Then ServerConnection::refuse(Poco::Net::HTTPServerSession& session, Unserved why) {
  inside_.service.unserved(why);
  if (why == Unserved::slow) return Then::close;  // cut already
  Response response(session);
  response.setVersion(Poco::Net::HTTPMessage::HTTP_1_1);
  response.setStatusAndReason(status_of(why));
  response.setKeepAlive(false);
  response.setContentLength(0);
  response.send();
  return Then::drain;
}

void ServerConnection::drain() {
  socket().shutdownSend();
  const Moment until = std::chrono::steady_clock::now() + drained_for;
  std::array<char, 16384> block{};
  std::size_t left = drained_at_most;
  // Below TLS too: what comes is thrown away, and nothing of it is deciphered.
  while (left > 0 && std::chrono::steady_clock::now() < until) {
    if (!socket().poll(Poco::Timespan(0, 100000), Poco::Net::Socket::SELECT_READ)) continue;
    const ssize_t got = ::recv(fd(), block.data(), block.size(), MSG_DONTWAIT);
    if (got <= 0) return;
    left -= std::min(left, static_cast<std::size_t>(got));
  }
}

}  // namespace wamigrate
