// The thread sleeps until the earliest deadline that it knew of when it fell asleep, and is woken only for an earlier
// one: with equal timeouts that is hardly ever, so watching a request costs no context switch.
#include "ports/deadline_watch.hpp"

#include <sys/socket.h>

namespace wamigrate {

DeadlineWatch::DeadlineWatch() : thread_([this] { watch(); }) {}

DeadlineWatch::~DeadlineWatch() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void DeadlineWatch::watch() {
  std::unique_lock lock(mutex_);
  while (!closing_) {
    const Moment now = std::chrono::steady_clock::now();
    while (!cutoffs_.empty() && cutoffs_.begin()->first <= now) {
      Cutoff& cutoff = *cutoffs_.begin()->second;
      cutoff.happened_ = true;  // first: whoever finds the connection cut must find this too
      ::shutdown(cutoff.fd_, SHUT_RDWR);
      cutoffs_.erase(cutoffs_.begin());
    }
    if (cutoffs_.empty()) {
      sleeps_until_ = Moment::max();
      changed_.wait(lock);
    } else {
      sleeps_until_ = cutoffs_.begin()->first;
      changed_.wait_until(lock, sleeps_until_);
    }
  }
}

DeadlineWatch::Cutoff::Cutoff(DeadlineWatch& watch, int fd, Moment deadline) : watch_(watch), fd_(fd) {
  bool earlier = false;
  {
    const std::lock_guard lock(watch_.mutex_);
    place_ = watch_.cutoffs_.emplace(deadline, this);
    earlier = deadline < watch_.sleeps_until_;
    if (earlier) watch_.sleeps_until_ = deadline;
  }
  if (earlier) watch_.changed_.notify_one();
}

DeadlineWatch::Cutoff::~Cutoff() {
  const std::lock_guard lock(watch_.mutex_);
  if (!happened_) watch_.cutoffs_.erase(place_);
}

}  // namespace wamigrate
