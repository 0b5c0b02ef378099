// The system's time is looked at once; from then on the time since the machine's start counts, which nobody can set and
// which goes on while the machine sleeps.
#include "ports/clock.hpp"

#include <time.h>

#include <fstream>

namespace wamigrate {

namespace {

Millis since_boot() {
  timespec passed{};
  ::clock_gettime(CLOCK_BOOTTIME, &passed);
  return std::chrono::floor<Millis>(std::chrono::seconds(passed.tv_sec) + std::chrono::nanoseconds(passed.tv_nsec));
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id;
}

}  // namespace

const ClockMark& SystemClock::mark() {
  static const ClockMark first{boot_id(), std::chrono::floor<Millis>(std::chrono::system_clock::now()) - since_boot()};
  return first;
}

Time SystemClock::now() { return mark().booted + since_boot(); }

}  // namespace wamigrate
