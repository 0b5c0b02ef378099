// What the simulated vendor tells of messages, posted for real: to webhooks on this machine, and to no other.
#pragma once

#include <deque>
#include <set>
#include <string>

#include "cli.hpp"
#include "ports/clock.hpp"
#include "ports/transport.hpp"
#include "sim/world.hpp"

namespace wamigrate::cli {

class WebhookPosts {
 public:
  /// All of it must outlive this.
  WebhookPosts(sim::World& world, Transport& transport, Clock& clock, const Console& console)
      : world_(world), transport_(transport), clock_(clock), console_(console) {}

  /// Posts what is due, in order. What is not answered with 2xx is tried again a second later, ten times in all; what
  /// leads elsewhere is said once, and not sent.
  void post_due();

 private:
  struct Waiting {
    sim::Webhook webhook;
    int tries = 0;
  };
  bool post(const sim::Webhook& webhook);

  sim::World& world_;
  Transport& transport_;
  Clock& clock_;
  const Console& console_;
  std::deque<Waiting> waiting_;
  std::set<std::string> elsewhere_;  ///< URLs that were complained of.
  Time not_before_{};
};

}  // namespace wamigrate::cli
