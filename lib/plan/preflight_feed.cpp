// One sentence says what is open; check and run say the same.
#include "plan/preflight_feed.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wamigrate {
namespace {

constexpr std::size_t incidents_named = 5;

std::string what_is_open(const StatusFeed& feed) {
  const std::size_t count = feed.incidents.size();
  std::string text = count == 1 ? std::string("Meta's status feed has 1 item, which may be an open disruption")
                                : fmt::format("Meta's status feed has {} items, which may be open disruptions", count);
  for (std::size_t i = 0; i < std::min(count, incidents_named); ++i) {
    const Incident& incident = feed.incidents[i];
    text += fmt::format("{}\"{}\"{}", i == 0 ? ": " : "; ", incident.title,
                        incident.date.empty() ? "" : " (" + incident.date + ")");
  }
  return count > incidents_named ? text + fmt::format("; and {} more", count - incidents_named) : text;
}

}  // namespace

Checks check_status_feed(const StatusFeed& feed) {
  if (feed.asked.how == Asked::How::not_asked) return {};
  Check check;
  check.id = "status_feed";
  check.source = "Meta, API status page, 2025-11-17";
  if (!feed.asked.answered()) {
    check.result = Check::Result::unknown;
    check.message = "Meta's status feed can't be read: " + feed.asked.detail;
    check.fix = "look at https://metastatus.com/whatsapp-business-api yourself; `status_feed: \"\"` switches this off";
  } else if (feed.incidents.empty()) {
    check.message = "Meta's status feed shows no open disruption";
  } else {
    check.result = Check::Result::warn;
    check.message = what_is_open(feed);
    check.fix = "read https://metastatus.com/whatsapp-business-api and decide whether to wait; nothing waits by itself";
  }
  return {check};
}

std::string feed_notice(const StatusFeed& feed) {
  if (feed.asked.how == Asked::How::not_asked || (feed.asked.answered() && feed.incidents.empty())) return {};
  const std::string what =
      feed.asked.answered() ? what_is_open(feed) : "Meta's status feed can't be read: " + feed.asked.detail;
  return what + "; this is advice, and the run goes on";
}

}  // namespace wamigrate
