// A fixed number of threads over two queues, of which one goes first. The deciding thread waits on a condition that the
// end of a job, a wake-up or the clock can end; nothing here polls.
#include "ports/workers.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/result.hpp"
#include "ports/clock.hpp"

namespace wamigrate {

namespace {

class ThreadWorkers : public Workers {
 public:
  explicit ThreadWorkers(int threads) {
    ensure(threads > 0, "there is at least one worker thread");
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }

  ~ThreadWorkers() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
      urgent_.clear();
      usual_.clear();
    }
    work_came_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  using Workers::start;
  void start(Ticket ticket, std::function<void()> job, Lane lane) override {
    {
      const std::lock_guard lock(mutex_);
      (lane == Lane::urgent ? urgent_ : usual_).push_back({ticket, std::move(job)});
    }
    work_came_.notify_one();
  }

  std::vector<Ticket> wait(Time until) override {
    std::unique_lock lock(mutex_);
    const auto news = [this] { return woken_ || !ended_.empty(); };
    // For a length, which no change of the system's time makes longer. In steps of an hour at most: the standard
    // library counts finer than Time does and would overflow on its ends.
    while (!news()) {
      const Time now = clock_.now();
      if (now >= until) break;
      news_came_.wait_for(lock, std::min(until, now + std::chrono::hours(1)) - now, news);
    }
    woken_ = false;
    return std::exchange(ended_, {});
  }

  void wake() override {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    news_came_.notify_one();
  }

 private:
  struct Job {
    Ticket ticket;
    std::function<void()> run;
  };

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      work_came_.wait(lock, [this] { return closing_ || !urgent_.empty() || !usual_.empty(); });
      if (closing_) return;
      std::deque<Job>& next = urgent_.empty() ? usual_ : urgent_;
      Job job = std::move(next.front());
      next.pop_front();
      lock.unlock();
      job.run();
      job.run = nullptr;  // what the job holds is let go before its end is told
      lock.lock();
      ended_.push_back(job.ticket);
      news_came_.notify_one();
    }
  }

  SystemClock clock_;
  std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable news_came_;
  std::deque<Job> urgent_;
  std::deque<Job> usual_;
  std::vector<Ticket> ended_;
  bool woken_ = false;
  bool closing_ = false;
  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace

std::unique_ptr<Workers> make_thread_workers(int threads) { return std::make_unique<ThreadWorkers>(threads); }

}  // namespace wamigrate
