// The transport over sockets: which connection a request may use, how often it may leave, and what is certain when no
// reply came. A changing request gets a fresh connection and one attempt. A read may use a kept-alive connection, and
// only when that one turns out to have been closed under it does the read leave a second time, on a fresh one.
#include <fmt/format.h>

#include "ports/connection_pool.hpp"
#include "ports/deadline_watch.hpp"
#include "ports/http_connection.hpp"
#include "ports/http_connector.hpp"
#include "ports/http_reply.hpp"
#include "ports/http_request.hpp"
#include "ports/transport.hpp"

namespace wamigrate {

namespace {

using Kind = TransportFailure::Kind;

class HttpTransport : public Transport {
 public:
  explicit HttpTransport(std::string user_agent) : user_agent_(std::move(user_agent)) {}

  HttpResult send(const HttpRequest& request) override {
    const Moment deadline = std::chrono::steady_clock::now() + request.timeout;
    const auto wire = compose(request, user_agent_);
    if (!wire) return tl::make_unexpected(wire.error());
    const Task task{request, *wire, deadline};
    bool left_before = false;
    if (!request.changing) {
      if (auto kept = pool_.take(wire->origin)) {
        Outcome outcome = exchange(std::move(kept), task, /*fresh=*/false);
        if (!outcome.was_stale) return std::move(outcome.result);
        left_before = true;
      }
    }
    HttpResult result = send_fresh(task);
    if (!result && left_before) result.error().maybe_sent = true;
    return result;
  }

 private:
  struct Task {
    const HttpRequest& request;
    const WireRequest& wire;
    Moment deadline;
  };
  struct Outcome {
    HttpResult result;
    bool was_stale = false;  ///< The connection ended before a byte of a reply, as a kept-alive one may at any time.
  };

  HttpResult send_fresh(const Task& task) {
    auto connection = connector_.connect(task.wire.origin, task.wire.tunnel, task.deadline);
    if (!connection) return tl::make_unexpected(connection.error());
    return exchange(std::move(*connection), task, /*fresh=*/true).result;
  }

  Outcome exchange(std::unique_ptr<HttpConnection> connection, const Task& task, bool fresh) {
    Outcome outcome;
    bool reusable = false;
    {
      const DeadlineWatch::Cutoff cutoff(watch_, connection->cut_handle(), task.deadline);
      outcome = talk(*connection, cutoff, task, reusable);
      reusable = reusable && !cutoff.happened();
    }
    if (!outcome.result) {
      connection->cut();
      return outcome;
    }
    if (fresh) connector_.learn(task.wire.origin, *connection);
    if (reusable) pool_.give(task.wire.origin, std::move(connection));
    return outcome;
  }

  Outcome talk(HttpConnection& connection, const DeadlineWatch::Cutoff& cutoff, const Task& task, bool& reusable) {
    if (cutoff.happened() || std::chrono::steady_clock::now() >= task.deadline) {
      return {failure(task, Kind::timeout, {}, /*maybe_sent=*/false)};
    }
    connection.set_timeout(task.request.timeout + Millis(100));  // the watch comes first
    const auto sent = connection.send(task.wire.bytes.reveal());
    if (sent != HttpConnection::Io::done) {
      const bool late = sent == HttpConnection::Io::late || cutoff.happened();
      return {failure(task, late ? Kind::timeout : Kind::dropped), !late};
    }
    ReplyReader reader(connection, task.wire.bodiless);
    auto reply = reader.read();
    if (reply) {
      // A body that goes on until the close may have been ended by our own cut.
      if (!reader.reusable() && cutoff.happened()) return {failure(task, Kind::timeout)};
      reusable = reader.reusable();
      return {std::move(*reply)};
    }
    if (cutoff.happened()) return {failure(task, Kind::timeout)};
    const auto& [kind, what] = reply.error();
    return {failure(task, kind, what), kind == Kind::dropped && reader.nothing_came()};
  }

  static tl::unexpected<TransportFailure> failure(const Task& task, Kind kind, const std::string& what = {},
                                                  bool maybe_sent = true) {
    return tl::make_unexpected(TransportFailure{kind, maybe_sent, reason(task, kind, what)});
  }

  static std::string reason(const Task& task, Kind kind, const std::string& what) {
    const std::string& shown = task.wire.shown;
    switch (kind) {
      case Kind::timeout:
        return fmt::format("no complete reply to {} within {}", shown, for_people(task.request.timeout));
      case Kind::dropped:
        return fmt::format("the connection ended before a complete reply to {}", shown);
      case Kind::too_large:
        return fmt::format("the reply to {} is longer than {} MiB", shown, max_reply_bytes / 1024 / 1024);
      default:
        return fmt::format("the reply to {} cannot be read: {}", shown, what);
    }
  }

  const std::string user_agent_;
  DeadlineWatch watch_;
  HttpConnector connector_{watch_};
  ConnectionPool pool_{watch_};
};

}  // namespace

std::unique_ptr<Transport> make_http_transport(std::string user_agent) {
  return std::make_unique<HttpTransport>(std::move(user_agent));
}

}  // namespace wamigrate
