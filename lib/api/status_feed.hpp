// Meta's status feed: an RSS document that anyone may read. Facts: the page offers an RSS button and nothing else that
// is documented (Meta's API status page, 2025-11-17); which fields an item has is not. What the feed holds comes from
// outside and is trusted with nothing: bounded, without document types or entities of its own, cleaned before shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ports/transport.hpp"

namespace wamigrate::api {

struct FeedItem {
  std::string title;  ///< The title, else the description, else "an item without a title".
  std::string date;   ///< As written; empty for none.
};

/// Feeds longer than this are not read.
inline constexpr std::size_t largest_feed = std::size_t{1} << 20;
/// Items beyond these are not kept.
inline constexpr std::size_t most_feed_items = 100;

/// Fetches and reads it: no credentials but for the proxy, no redirects. The error says why there is nothing to go by.
Result<std::vector<FeedItem>> fetch_status_feed(Transport& transport, const std::string& url, Millis timeout,
                                                Proxy proxy = {});

/// The items of an RSS document, in its order.
Result<std::vector<FeedItem>> read_status_feed(std::string_view xml);

}  // namespace wamigrate::api
