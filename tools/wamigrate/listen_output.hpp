// What a receiver shows while it works: an event a line for scripts, counters for people now and then, figures for a
// monitoring system. Posts are answered by other threads, and none of them waits for whoever reads this.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cli.hpp"
#include "metrics_server.hpp"
#include "ports/clock.hpp"
#include "webhooks/counts.hpp"
#include "webhooks/forwarder.hpp"
#include "webhooks/receiver.hpp"

namespace wamigrate::cli {

class ListenOutput {
 public:
  /// Counters are shown every so often. All of it must outlive this.
  ListenOutput(const Console& console, Clock& clock, Millis every) : console_(console), clock_(clock), every_(every) {}

  /// Serves figures at http://127.0.0.1:PORT/metrics.
  Result<void> serve_metrics(int port);
  /// From any thread; dropped, and counted, when nobody takes the events away fast enough.
  void post(webhooks::PostEvent event);
  /// What has happened since; from one thread, many times a second.
  void tick(webhooks::Receiver& receiver, webhooks::Forwarder* forwarder);
  /// The last counters.
  void finish(webhooks::Receiver& receiver, webhooks::Forwarder* forwarder);

 private:
  void tell_news(webhooks::Receiver& receiver, const webhooks::ForwardCounts& forwards);
  void print_events();
  void print_counts(const webhooks::Counts& counts, const webhooks::ForwardCounts& forwards);
  void trouble(const std::string& text);

  const Console& console_;
  Clock& clock_;
  const Millis every_;
  Time next_counts_{};
  Time next_metrics_{};
  std::string last_trouble_;
  std::unique_ptr<MetricsServer> metrics_;
  std::mutex mutex_;
  std::vector<webhooks::PostEvent> events_;
  std::uint64_t dropped_ = 0;
};

}  // namespace wamigrate::cli
