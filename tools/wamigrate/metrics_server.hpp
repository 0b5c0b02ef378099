// The run's figures over HTTP, for a monitoring system on this machine. Bound to loopback only: whoever wants them
// elsewhere puts something in front that knows who may ask.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"

namespace wamigrate::cli {

/// Serves from start() until it is destroyed. `GET /metrics` answers the newest text; anything else is a 404.
class MetricsServer {
 public:
  /// On 127.0.0.1, and on ::1 where the machine has it. Port 0: any that is free on both.
  static Result<std::unique_ptr<MetricsServer>> start(int port);
  ~MetricsServer();

  int port() const;
  /// Takes over a newer text. Costs no more than a swap, however many are being served.
  void publish(std::shared_ptr<const std::string> text);

 private:
  class Inside;
  explicit MetricsServer(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace wamigrate::cli
