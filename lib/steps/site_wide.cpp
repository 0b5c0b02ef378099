// What a site reads that concerns no single number: a WABA's whole list, and the status feed.
#include <algorithm>

#include "api/status_feed.hpp"
#include "model/status_feed.hpp"
#include "plan/discovery.hpp"
#include "steps/reads.hpp"
#include "steps/site.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

constexpr Millis feed_patience = 5s;  // what it has to say is not worth more

}  // namespace

ListedWaba Site::numbers_of_waba(const std::string& waba_id) {
  ListedWaba waba{waba_id, {}, {}};
  const auto nodes = graph_->waba_numbers(waba_id);
  if (!nodes) {
    waba.asked = asked_from(nodes.error());
    return waba;
  }
  waba.asked.how = Asked::How::answered;
  for (const api::PhoneNode& node : *nodes) {
    waba.numbers.push_back({node.id, waba_id, node.display_phone_number, node.verified_name, node.status,
                            node.platform_type, node.is_on_biz_app.value_or(false)});
  }
  return waba;
}

StatusFeed Site::status_feed() {
  StatusFeed feed;
  if (fleet_.status_feed.empty()) return feed;
  const auto items = api::fetch_status_feed(transport_, fleet_.status_feed,
                                            std::min<Millis>(feed_patience, fleet_.policy.request_timeout), proxy());
  if (!items) {
    feed.asked = {Asked::How::unreachable, "", items.error().message, false, false};
    return feed;
  }
  feed.asked.how = Asked::How::answered;
  for (const api::FeedItem& item : *items) feed.incidents.push_back({item.title, item.date});
  return feed;
}

}  // namespace wamigrate
