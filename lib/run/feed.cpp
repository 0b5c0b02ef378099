// The status feed before each wave: looked at, told where it has something to tell, and never waited for beyond that.
#include "plan/preflight_feed.hpp"
#include "run/active.hpp"

namespace wamigrate {

bool Runner::has_heard_feed(std::size_t wave) {
  if (plan_.fleet.status_feed.empty() || waves_told_ > wave) return true;
  if (feed_asked_for_) return false;
  auto job = std::make_unique<Job>();
  job->is_feed = true;
  starting_.push_back(std::move(job));
  feed_asked_for_ = wave;
  return false;
}

// What was told in this run already, by this process or an earlier one, is not told again.
void Runner::on_feed(const StatusFeed& feed) {
  waves_told_ = feed_asked_for_.value_or(0) + 1;
  feed_asked_for_.reset();
  std::string notice = feed_notice(feed);
  const std::string before = progress_.notices.empty() ? std::string() : progress_.notices.back().message;
  constexpr std::string_view clear = "Meta's status feed shows no open disruption any more";
  if (notice.empty() && !before.empty()) notice = clear;
  if (notice.empty() || notice == before) return;
  Entry entry;
  entry.event = event::notice;
  entry.message = std::move(notice);
  write(std::move(entry));
}

}  // namespace wamigrate
