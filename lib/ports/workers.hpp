// Workers: where blocking calls are made, so that the deciding thread never blocks on anything but news.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/time.hpp"

namespace wamigrate {

/// Used by one deciding thread. A job must not throw.
class Workers {
 public:
  using Ticket = std::uint64_t;
  virtual ~Workers() = default;
  /// Which jobs go first where all threads are busy; of the same lane, first come first served.
  enum class Lane { usual, urgent };
  /// Starts `job` soon on some thread; with all threads busy it waits its turn.
  virtual void start(Ticket ticket, std::function<void()> job, Lane lane) = 0;
  void start(Ticket ticket, std::function<void()> job) { start(ticket, std::move(job), Lane::usual); }
  /// The tickets of jobs that have ended since the last call: at once if there are any, else when one ends, when
  /// `until` has come, or when someone called wake(); then possibly none.
  virtual std::vector<Ticket> wait(Time until) = 0;
  /// Ends the current or the next wait. Safe from any thread.
  virtual void wake() = 0;
};

/// Real threads. The destructor waits for jobs that have started and drops those that have not.
std::unique_ptr<Workers> make_thread_workers(int threads);

}  // namespace wamigrate
