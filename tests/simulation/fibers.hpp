// Several stories on one simulated clock: each is a fiber with a stack of its own that runs until it waits, and goes on
// when its time has come. One thread, no lock, and the same order each time: what interleaves is what the seed wanted.
// Threads that hand a baton on would do the same a hundred times slower.
#pragma once

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "support/rig.hpp"

namespace wamigrate::simulation {

/// A fiber may throw; it must not wait in a catch block or a destructor, nor with a mutex that another one wants.
class Fibers {
 public:
  struct Fiber;

  explicit Fibers(rig::SimClock& clock);
  ~Fibers();
  Fibers(const Fibers&) = delete;
  Fibers& operator=(const Fibers&) = delete;

  /// `what` begins at `at`.
  Fiber* begin(Time at, std::function<void()> what);
  /// Of the fiber that runs: it goes on at `at`, or when it is woken. Others run meanwhile, also when `at` is now.
  void wait_until(Time at);
  /// It goes on now, after who is running.
  void wake(Fiber* fiber);
  /// The one that runs; null outside of run().
  Fiber* running() const { return running_; }

  /// Until none is left, moving the clock on. Throws what a fiber threw, with the others left where they are.
  void run();

 private:
  static void enter();
  void switch_to(Fiber& fiber);
  void switch_back(bool for_good);

  struct Scheduler;
  rig::SimClock& clock_;
  std::unique_ptr<Scheduler> scheduler_;
  std::multimap<Time, Fiber*> waiting_;
  std::map<Fiber*, std::unique_ptr<Fiber>> fibers_;
  Fiber* running_ = nullptr;
  std::exception_ptr thrown_;
};

}  // namespace wamigrate::simulation
