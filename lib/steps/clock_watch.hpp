// A clock watch: learns from the `Date` of replies how far the other side's clock is from ours. It stands between a
// client and the transport and changes nothing.
#pragma once

#include <mutex>
#include <optional>

#include "ports/clock.hpp"
#include "ports/transport.hpp"

namespace wamigrate {

/// One for each host. A date is a whole second, given out somewhere between request and reply: each reply bounds the
/// difference, and what all of them allow is what is known. Replies that contradict earlier ones (a clock was set)
/// begin anew. As safe as the transport.
class ClockWatch : public Transport {
 public:
  /// Keeps references.
  ClockWatch(Transport& transport, Clock& clock) : transport_(transport), clock_(clock) {}

  HttpResult send(const HttpRequest& request) override;

  /// How far the other clock is ahead of ours at least (negative: behind); 0 where both may agree; none before a reply
  /// with a date.
  std::optional<Millis> ahead() const;

 private:
  struct Bounds {
    Millis least, most;
  };

  Transport& transport_;
  Clock& clock_;
  mutable std::mutex mutex_;
  std::optional<Bounds> bounds_;
};

}  // namespace wamigrate
