// The clock: the only place where production code learns what time it is.
#pragma once

#include "base/time.hpp"

namespace wamigrate {

/// Safe to ask from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() = 0;
};

class SystemClock : public Clock {
 public:
  Time now() override;
};

}  // namespace wamigrate
