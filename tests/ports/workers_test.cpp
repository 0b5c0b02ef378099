// Claims about workers.
#include "ports/workers.hpp"

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "ports/clock.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace std::chrono_literals;

namespace {

Time in(Millis length) { return SystemClock().now() + length; }

/// A job that runs until it is told to end.
class Held {
 public:
  std::function<void()> job() {
    return [this] {
      started_.set_value();
      let_go_.get_future().wait();
    };
  }
  void wait_for_start() { started_.get_future().wait(); }
  void end() { let_go_.set_value(); }

 private:
  std::promise<void> started_;
  std::promise<void> let_go_;
};

}  // namespace

TEST_CASE("every job runs once and its ticket comes back once") {
  const auto workers = make_thread_workers(4);
  std::atomic<int> runs = 0;
  for (Workers::Ticket ticket = 1; ticket <= 100; ++ticket) workers->start(ticket, [&] { ++runs; });
  std::multiset<Workers::Ticket> ended;
  while (ended.size() < 100) {
    const auto more = workers->wait(in(5s));
    REQUIRE_FALSE(more.empty());
    ended.insert(more.begin(), more.end());
  }
  CHECK(runs == 100);
  CHECK(std::set(ended.begin(), ended.end()).size() == 100);
  CHECK(workers->wait(in(0ms)).empty());
}

TEST_CASE("with one thread, jobs run in the order in which they were started") {
  const auto workers = make_thread_workers(1);
  Held held;
  workers->start(1, held.job());
  held.wait_for_start();
  std::vector<int> order;
  for (int i = 2; i <= 5; ++i) workers->start(static_cast<Workers::Ticket>(i), [&order, i] { order.push_back(i); });
  held.end();
  std::vector<Workers::Ticket> ended;
  while (ended.size() < 5) {
    for (const auto ticket : workers->wait(in(5s))) ended.push_back(ticket);
  }
  CHECK(order == std::vector{2, 3, 4, 5});
  CHECK(ended == std::vector<Workers::Ticket>{1, 2, 3, 4, 5});
}

TEST_CASE("urgent jobs go before all that were started earlier and have not begun") {
  const auto workers = make_thread_workers(1);
  Held held;
  workers->start(1, held.job());
  held.wait_for_start();
  std::vector<int> order;
  const auto note = [&order](int job) { return [&order, job] { order.push_back(job); }; };
  workers->start(2, note(2));
  workers->start(3, note(3), Workers::Lane::urgent);
  workers->start(4, note(4));
  workers->start(5, note(5), Workers::Lane::urgent);
  held.end();
  std::size_t ended = 0;
  while (ended < 5) ended += workers->wait(in(5s)).size();
  CHECK(order == std::vector{3, 5, 2, 4});
}

TEST_CASE("a wait ends when its time has come, and at once when that is past") {
  const auto workers = make_thread_workers(1);
  Held held;
  workers->start(1, held.job());
  const auto before = std::chrono::steady_clock::now();
  CHECK(workers->wait(in(30ms)).empty());
  CHECK(std::chrono::steady_clock::now() - before >= 29ms);
  CHECK(workers->wait(in(-1h)).empty());
  CHECK(workers->wait(Time::min()).empty());
  CHECK(std::chrono::steady_clock::now() - before < 2s);
  held.end();
  CHECK(workers->wait(Time::max()) == std::vector<Workers::Ticket>{1});
}

TEST_CASE("a wake-up ends the wait that is going on, or else the next one, and only that") {
  const auto workers = make_thread_workers(1);
  std::thread waker([&] { workers->wake(); });
  CHECK(workers->wait(in(10s)).empty());
  waker.join();
  workers->wake();
  workers->wake();
  const auto before = std::chrono::steady_clock::now();
  CHECK(workers->wait(in(10s)).empty());
  CHECK(std::chrono::steady_clock::now() - before < 5s);
  CHECK(workers->wait(in(20ms)).empty());
  CHECK(std::chrono::steady_clock::now() - before >= 19ms);
}

TEST_CASE("the destructor waits for jobs that have started and drops the others") {
  std::atomic<bool> first_ended = false;
  std::atomic<bool> second_ran = false;
  Held held;
  std::thread helper;
  {
    const auto workers = make_thread_workers(1);
    workers->start(1, [&, job = held.job()] {
      job();
      first_ended = true;
    });
    workers->start(2, [&] { second_ran = true; });
    held.wait_for_start();
    helper = std::thread([&] {
      std::this_thread::sleep_for(20ms);  // so that the destructor is most likely waiting already
      held.end();
    });
  }
  CHECK(first_ended);
  CHECK_FALSE(second_ran);
  helper.join();
}
