// The deadline watch: one thread that cuts connections whose time has come. A socket's own timeouts bound each call, so
// a peer that drips a byte now and then would pass them for ever; a cut ends whatever call is waiting on the socket.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace wamigrate {

using Moment = std::chrono::steady_clock::time_point;

class DeadlineWatch {
 public:
  DeadlineWatch();
  DeadlineWatch(const DeadlineWatch&) = delete;
  DeadlineWatch& operator=(const DeadlineWatch&) = delete;
  ~DeadlineWatch();

  /// While it lives, the socket behind `fd` is shut down at `deadline`, once. The descriptor must stay open until then.
  class Cutoff {
   public:
    Cutoff(DeadlineWatch& watch, int fd, Moment deadline);
    Cutoff(const Cutoff&) = delete;
    Cutoff& operator=(const Cutoff&) = delete;
    ~Cutoff();
    /// The deadline came before the end of this object: whatever the connection says now may be our own doing.
    bool happened() const { return happened_; }

   private:
    friend class DeadlineWatch;
    DeadlineWatch& watch_;
    const int fd_;
    std::atomic<bool> happened_ = false;
    std::multimap<Moment, Cutoff*>::iterator place_;
  };

 private:
  void watch();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Moment, Cutoff*> cutoffs_;
  Moment sleeps_until_ = Moment::max();
  bool closing_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace wamigrate
