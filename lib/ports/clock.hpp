// The clock: the only place where production code learns what time it is.
#pragma once

#include <string>

#include "base/time.hpp"

namespace wamigrate {

/// Safe to ask from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() = 0;
};

/// What tells whether the system's time was changed between two processes: when the machine was started, as each of
/// them believes.
struct ClockMark {
  std::string boot;  ///< Which start of the machine; empty when the system does not say.
  Time booted{};     ///< When that was.

  /// How much later `other` takes the same moment to be; nothing when the machine was started anew in between.
  Millis to(const ClockMark& other) const {
    return boot.empty() || boot != other.boot ? Millis(0) : other.booted - booted;
  }
};

/// The system's time when this process first asked, and what has passed since. So it never jumps: who sets the
/// system's time while a run waits for a late reply can't make it believe that it has waited. All of a process's
/// SystemClocks tell the same time.
class SystemClock : public Clock {
 public:
  Time now() override;
  static const ClockMark& mark();
};

}  // namespace wamigrate
