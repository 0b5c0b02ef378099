// Group commit: callers hand over work and wait; one thread takes all that waits and carries it out together. While it
// is at it the next group gathers, so that the busier it gets, the more share a commit.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace wamigrate {

/// `Item` is what callers hand over, and where they find what became of it.
template <class Item>
class GroupCommit {
 public:
  using Commit = std::function<void(const std::vector<Item*>&)>;

  /// `commit` gets at most `most` items, in the order in which they were handed over, and is called by one thread.
  GroupCommit(std::size_t most, Commit commit) : most_(most), commit_(std::move(commit)), thread_([this] { work(); }) {}
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;
  /// Carries out what still waits.
  ~GroupCommit() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    news_.notify_one();
    thread_.join();
  }

  /// Returns when the item's group has been carried out.
  void run(Item& item) {
    std::unique_lock lock(mutex_);
    Waiting waiting;
    waiting.item = &item;
    queue_.push_back(&waiting);
    news_.notify_one();
    waiting.carried_out.wait(lock, [&] { return waiting.done; });
  }

 private:
  struct Waiting {
    Item* item = nullptr;
    bool done = false;
    std::condition_variable carried_out{};  ///< Its own: a commit wakes nobody whose turn it was not.
  };

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      news_.wait(lock, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      std::vector<Waiting*> group;
      while (!queue_.empty() && group.size() < most_) {
        group.push_back(queue_.front());
        queue_.pop_front();
      }
      std::vector<Item*> items;
      items.reserve(group.size());
      for (const Waiting* waiting : group) items.push_back(waiting->item);
      lock.unlock();
      commit_(items);
      lock.lock();
      for (Waiting* waiting : group) {
        waiting->done = true;
        waiting->carried_out.notify_one();  // under the lock: it is gone as soon as its caller has seen it
      }
    }
  }

  const std::size_t most_;
  const Commit commit_;
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<Waiting*> queue_;
  bool closing_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace wamigrate
