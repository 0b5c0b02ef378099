// Each source has a lane; one that met a failure rests, longer each time, and the others go on. In memory are only the
// posts' numbers: what waits for a consumer that is down for a day waits on the disk.
#include "webhooks/forwarder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "webhooks/receiver.hpp"

namespace wamigrate::webhooks {
namespace {

constexpr int page = 1000;
constexpr Millis look_again{1000};

}  // namespace

Forwarder::Forwarder(ForwarderOptions options, PostStore& store, const Sealer& sealer, Transport& transport,
                     Clock& clock)
    : options_(std::move(options)), store_(store), sealer_(sealer), transport_(transport), clock_(clock) {
  for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

void Forwarder::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  news_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

// Without the lock: who stores posts never waits for a forwarder that reads its backlog. A wake that comes just before
// a thread falls asleep is found when that looks again.
void Forwarder::wake() {
  fresh_ = true;
  news_.notify_one();
}

ForwardCounts Forwarder::counts() {
  const std::lock_guard lock(mutex_);
  ForwardCounts now = counts_;
  for (const auto& [source, lane] : lanes_)
    now.awaiting += lane.waiting.size() + static_cast<std::size_t>(lane.under_way);
  return now;
}

void Forwarder::refill() {
  while (fresh_.exchange(false)) {
    const auto more = store_.awaiting(seen_, page);
    if (!more) {
      counts_.last_failure = to_text(more.error());
      fresh_ = true;
      return;
    }
    for (const Awaiting& post : *more) {
      lanes_[post.source].waiting.push_back({post.id});
      seen_ = post.id;
    }
    if (more->size() == page) fresh_ = true;
  }
}

Forwarder::Lanes::iterator Forwarder::ready(Time now, Millis& until_next) {
  for (auto lane = lanes_.begin(); lane != lanes_.end();) {
    if (lane->second.waiting.empty() && lane->second.under_way == 0) {
      lane = lanes_.erase(lane);
      continue;
    }
    if (!lane->second.waiting.empty() && lane->second.under_way < options_.at_once) {
      if (lane->second.not_before <= now) return lane;
      until_next = std::min(until_next, lane->second.not_before - now);
    }
    ++lane;
  }
  return lanes_.end();
}

void Forwarder::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    refill();
    Millis until_next = look_again;
    const auto lane = ready(clock_.now(), until_next);
    if (lane == lanes_.end()) {
      news_.wait_for(lock, std::max(until_next, Millis(1)));
      continue;
    }
    const Job job = lane->second.waiting.front();
    lane->second.waiting.pop_front();
    ++lane->second.under_way;
    lock.unlock();
    std::string why;
    const End end = send(job.id, why);
    lock.lock();
    --lane->second.under_way;
    counts_.last_failure = why;
    if (end == End::done) {
      ++counts_.forwarded;
      lane->second.wait = Millis(0);
    } else {
      ++counts_.failures;
      put_back(lane, job, end == End::refused, clock_.now());
    }
    news_.notify_one();
  }
}

void Forwarder::put_back(Lanes::iterator lane, Job job, bool refused, Time now) {
  Lane* to = &lane->second;
  if (refused && ++job.refusals == options_.refusals_before_aside) {
    ++counts_.aside;
    to->wait = Millis(0);
    to = &lanes_[fmt::format("{}\n{}", lane->first, job.id)];  // a source's name has no line end
    to->wait = options_.longest_wait;
  }
  to->wait = std::clamp(to->wait * 2, options_.first_wait, options_.longest_wait);
  to->not_before = now + to->wait;
  to->waiting.push_front(job);
}

Forwarder::End Forwarder::send(std::int64_t id, std::string& why) {
  auto post = store_.post(id);
  if (!post) {
    why = to_text(post.error());
    return End::failed;
  }
  ensure(post->has_value(), "what waits to be forwarded is in the store");
  auto body = sealer_.open((*post)->sealed, sealing_purpose((*post)->digest));
  if (!body) {
    why = to_text(body.error());
    return End::failed;
  }
  const std::string& url = (*post)->side == PostSide::cloud ? options_.cloud_url : options_.onprem_url;
  if (url.empty()) {
    why = fmt::format("posts of {} wait, and no URL was given for them", name((*post)->side));
    return End::failed;
  }
  HttpRequest request;
  request.method = "POST";
  request.url = url;
  request.content_type = (*post)->content_type;
  request.body = std::move(*body);
  request.timeout = options_.timeout;
  request.ca_file = options_.ca_file;
  if (!(*post)->signature.empty()) request.headers.push_back({"X-Hub-Signature-256", (*post)->signature});
  const HttpResult result = transport_.send(request);
  if (!result) {
    why = result.error().reason;
    return End::failed;
  }
  if (result->status < 200 || result->status > 299) {
    why = fmt::format("the consumer answers HTTP {}", result->status);
    return End::refused;
  }
  if (auto noted = store_.forwarded(id, clock_.now()); !noted) {
    why = to_text(noted.error());
    return End::failed;
  }
  return End::done;
}

}  // namespace wamigrate::webhooks
