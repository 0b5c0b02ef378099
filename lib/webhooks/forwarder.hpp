// The forwarder: sends stored posts on to the consumer that used to get them, the same bytes under the same signature,
// until the consumer has said 2xx to each. What it is to send stands in the store: a restart goes on where it was.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ports/clock.hpp"
#include "ports/post_store.hpp"
#include "ports/sealer.hpp"
#include "ports/transport.hpp"

namespace wamigrate::webhooks {

struct ForwarderOptions {
  std::string cloud_url;   ///< For Graph's posts; empty: they are not forwarded.
  std::string onprem_url;  ///< For on-premises posts.
  std::string ca_file;     ///< Adds trust, for both.
  int at_once = 1;         ///< Posts of one source under way at once. One keeps their order; Meta promises none.
  int threads = 16;
  Millis timeout{10000};
  Millis first_wait{1000};  ///< After a failure; doubled up to `longest_wait`.
  Millis longest_wait{60000};
  /// A post that the consumer has refused so often steps aside: it is tried on, and those behind it pass.
  int refusals_before_aside = 10;
};

struct ForwardCounts {
  std::uint64_t forwarded = 0, failures = 0, aside = 0, awaiting = 0;
  std::string last_failure;  ///< For people, one line; empty when the last attempt went well.
};

class Forwarder {
 public:
  /// All of it must outlive the forwarder, which works from now on.
  Forwarder(ForwarderOptions options, PostStore& store, const Sealer& sealer, Transport& transport, Clock& clock);
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;
  /// Returns when what is under way has ended; what waits stays in the store.
  ~Forwarder() { stop(); }
  void stop();

  /// Something was stored.
  void wake();
  ForwardCounts counts();

 private:
  struct Job {
    std::int64_t id = 0;
    int refusals = 0;
  };
  /// Posts among which order is kept.
  struct Lane {
    std::deque<Job> waiting;
    int under_way = 0;
    Millis wait{0};
    Time not_before{};
  };
  enum class End { done, refused, failed };
  using Lanes = std::map<std::string, Lane>;

  void work();
  /// Takes over what the store has got since.
  void refill();
  Lanes::iterator ready(Time now, Millis& until_next);
  End send(std::int64_t id, std::string& why);
  void put_back(Lanes::iterator lane, Job job, bool refused, Time now);

  const ForwarderOptions options_;
  PostStore& store_;
  const Sealer& sealer_;
  Transport& transport_;
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable news_;
  Lanes lanes_;
  std::int64_t seen_ = 0;
  std::atomic<bool> fresh_ = true;  ///< The store may have more than was seen.
  bool stopping_ = false;
  ForwardCounts counts_;
  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace wamigrate::webhooks
