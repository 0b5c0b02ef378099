// Kept-alive connections that wait for the next read to their origin: a bounded number, for a few seconds each, since
// a server may hold a thread for every one of them.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "ports/deadline_watch.hpp"
#include "ports/http_connection.hpp"
#include "ports/http_request.hpp"

namespace wamigrate {

/// Safe to use from any thread.
class ConnectionPool {
 public:
  /// The limit is below the 5 s after which common servers hang up.
  explicit ConnectionPool(DeadlineWatch& watch, Millis idle_limit = std::chrono::seconds(4))
      : watch_(watch), idle_limit_(idle_limit) {}

  /// The connection that came in last for that origin, if there is one that is fit for use; else null.
  std::unique_ptr<HttpConnection> take(const Origin& origin);
  /// Keeps a connection whose last reply was read to its end.
  void give(const Origin& origin, std::unique_ptr<HttpConnection> connection);

 private:
  /// The watch shuts it down when it has waited for too long, so that the server is rid of it even if nobody asks
  /// again.
  struct Idle {
    Idle(std::unique_ptr<HttpConnection> idle, DeadlineWatch& watch, Moment until)
        : connection(std::move(idle)), expiry(watch, connection->cut_handle(), until) {}
    std::unique_ptr<HttpConnection> connection;
    DeadlineWatch::Cutoff expiry;
  };
  using Waiting = std::vector<std::unique_ptr<Idle>>;

  Waiting take_expired();

  DeadlineWatch& watch_;
  const Millis idle_limit_;
  std::mutex mutex_;
  std::map<Origin, Waiting> waiting_;  // each with the newest at its back
  std::size_t count_ = 0;
  Moment next_sweep_{};
};

}  // namespace wamigrate
