// The system's clock, cut to milliseconds.
#include "ports/clock.hpp"

namespace wamigrate {

Time SystemClock::now() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

}  // namespace wamigrate
