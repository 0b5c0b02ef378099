// The status feed in preflight and before waves: advice, in the feed's own words. Nothing ever fails by it.
#pragma once

#include "model/status_feed.hpp"
#include "plan/check.hpp"

namespace wamigrate {

/// Checks made of the feed: none where the inventory switches it off, else one, `status_feed`: pass, warn or unknown.
Checks check_status_feed(const StatusFeed& feed);

/// What a person is told before a wave: the open incidents, or that the feed can't be read. Empty for nothing to tell.
std::string feed_notice(const StatusFeed& feed);

}  // namespace wamigrate
