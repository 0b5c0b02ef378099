// Connections are closed outside of the mutex: saying goodbye to a TLS peer is a system call or two.
#include "ports/connection_pool.hpp"

#include <algorithm>
#include <iterator>

namespace wamigrate {

namespace {

constexpr std::size_t most_idle = 128;  // two descriptors each, of the 1024 that are usual
constexpr auto sweep_interval = std::chrono::seconds(1);

}  // namespace

std::unique_ptr<HttpConnection> ConnectionPool::take(const Origin& origin) {
  while (true) {
    std::unique_ptr<Idle> idle;
    {
      const std::lock_guard lock(mutex_);
      const auto place = waiting_.find(origin);
      if (place == waiting_.end()) return nullptr;
      idle = std::move(place->second.back());
      place->second.pop_back();
      if (place->second.empty()) waiting_.erase(place);
      --count_;
    }
    std::unique_ptr<HttpConnection> connection = std::move(idle->connection);
    const bool expired = idle->expiry.happened();
    idle.reset();  // before the connection can go: the watch uses its descriptor
    if (!expired && connection->is_quiet()) return connection;
  }
}

void ConnectionPool::give(const Origin& origin, std::unique_ptr<HttpConnection> connection) {
  const Moment now = std::chrono::steady_clock::now();
  auto idle = std::make_unique<Idle>(std::move(connection), watch_, now + idle_limit_);
  Waiting expired;
  const std::lock_guard lock(mutex_);
  if (now >= next_sweep_) {
    expired = take_expired();
    next_sweep_ = now + sweep_interval;
  }
  if (count_ >= most_idle) return;
  waiting_[origin].push_back(std::move(idle));
  ++count_;
}

ConnectionPool::Waiting ConnectionPool::take_expired() {
  Waiting expired;
  for (auto place = waiting_.begin(); place != waiting_.end();) {
    Waiting& idle = place->second;
    const auto first_fit =
        std::find_if(idle.begin(), idle.end(), [](const auto& each) { return !each->expiry.happened(); });
    count_ -= static_cast<std::size_t>(first_fit - idle.begin());
    std::move(idle.begin(), first_fit, std::back_inserter(expired));
    idle.erase(idle.begin(), first_fit);
    place = idle.empty() ? waiting_.erase(place) : std::next(place);
  }
  return expired;
}

}  // namespace wamigrate
