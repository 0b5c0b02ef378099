// The simulator as a transport: what a client sends is answered in the same process and thread, under whatever clock
// the world has. Nothing waits: how long the exchange would have taken is reported, for who advances the clock.
#pragma once

#include <functional>

#include "ports/transport.hpp"
#include "sim/delivery.hpp"

namespace wamigrate::sim {

/// Requests go by URL: to Graph where it begins with the world's `graph_url`, to a deployment where it begins with
/// that deployment's `url`; anything else is unreachable. A reply that would take longer than the request's timeout
/// is a timeout; what it asked for happens all the same.
/// The world and the faults must outlive it. As safe as its callback.
class SimTransport : public Transport {
 public:
  explicit SimTransport(World& world, Faults* faults = nullptr) : world_(world), faults_(faults) {}

  HttpResult send(const HttpRequest& request) override;

  /// Called at the end of each send() with how long that exchange would have taken.
  void on_elapsed(std::function<void(Millis)> callback) { on_elapsed_ = std::move(callback); }

 private:
  HttpResult exchange(const HttpRequest& request, Millis& elapsed);

  World& world_;
  Faults* faults_;
  std::function<void(Millis)> on_elapsed_;
};

}  // namespace wamigrate::sim
