// The simulator behind a real HTTP server on loopback: both APIs on one port, faults done to the socket itself.
// Graph is at /graph/vN.0/…, a deployment at /onprem/<name>/v1/….
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "sim/delivery.hpp"

namespace wamigrate::sim {

struct ServerOptions {
  int port = 0;                                      ///< 0: any free one.
  int connections = 128;                             ///< Kept-alive connections served at the same time; more wait.
  Millis latency{0};                                 ///< Added to every answer.
  std::size_t huge_bytes = std::size_t{512} << 20U;  ///< How long a `huge` body is.
};

/// Serves from start() until it is destroyed. The world and the faults must outlive it.
class SimServer {
 public:
  static Result<std::unique_ptr<SimServer>> start(World& world, Faults* faults = nullptr, ServerOptions options = {});
  ~SimServer();

  int port() const;
  /// `http://127.0.0.1:PORT/graph`: what an inventory's graph.url must be.
  std::string graph_url() const;
  /// `http://127.0.0.1:PORT/onprem/NAME`: what a deployment's url must be.
  std::string deployment_url(const std::string& name) const;

 private:
  class Inside;
  explicit SimServer(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace wamigrate::sim
