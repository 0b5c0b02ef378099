// What a site reads that concerns no single number: the status feed.
#include <algorithm>

#include "api/status_feed.hpp"
#include "model/status_feed.hpp"
#include "steps/site.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

constexpr Millis feed_patience = 5s;  // what it has to say is not worth more

}  // namespace

StatusFeed Site::status_feed() {
  StatusFeed feed;
  if (fleet_.status_feed.empty()) return feed;
  const auto items = api::fetch_status_feed(transport_, fleet_.status_feed,
                                            std::min<Millis>(feed_patience, fleet_.policy.request_timeout));
  if (!items) {
    feed.asked = {Asked::How::unreachable, "", items.error().message, false, false};
    return feed;
  }
  feed.asked.how = Asked::How::answered;
  for (const api::FeedItem& item : *items) feed.incidents.push_back({item.title, item.date});
  return feed;
}

}  // namespace wamigrate
