// The status feed in preflight: it warns, or is not known; it never fails anything.
#include "plan/preflight_feed.hpp"
#include "support/catch.hpp"

using namespace wamigrate;

namespace {

StatusFeed answered(std::vector<Incident> incidents) {
  StatusFeed feed;
  feed.asked.how = Asked::How::answered;
  feed.incidents = std::move(incidents);
  return feed;
}

}  // namespace

TEST_CASE("an inventory without a status feed is checked without one") {
  CHECK(check_status_feed({}).empty());
  CHECK(feed_notice({}).empty());
}

TEST_CASE("a feed without incidents passes, and there is nothing to tell") {
  const Checks checks = check_status_feed(answered({}));
  REQUIRE(checks.size() == 1);
  CHECK(checks[0].id == "status_feed");
  CHECK(checks[0].result == Check::Result::pass);
  CHECK(feed_notice(answered({})).empty());
}

TEST_CASE("open incidents warn with their titles and dates, and the run says that it goes on") {
  std::vector<Incident> many(7, {"Cloud API", "2 June"});
  many.back() = {"Signup", ""};
  const Checks checks = check_status_feed(answered({{"Cloud API: sending fails", "Mon, 02 Jun 2025"}, {"Signup", ""}}));
  REQUIRE(checks.size() == 1);
  CHECK(checks[0].result == Check::Result::warn);
  CHECK(checks[0].phone.empty());
  CHECK(checks[0].message.ends_with(": \"Cloud API: sending fails\" (Mon, 02 Jun 2025); \"Signup\""));
  CHECK(check_status_feed(answered(many))[0].message.ends_with("; and 2 more"));
  CHECK(feed_notice(answered(many)).ends_with("the run goes on"));
}

TEST_CASE("a feed that can't be read is unknown") {
  StatusFeed feed;
  feed.asked = {Asked::How::unreachable, "", "timeout: 5 s", false, false};
  const Checks checks = check_status_feed(feed);
  REQUIRE(checks.size() == 1);
  CHECK(checks[0].result == Check::Result::unknown);
  CHECK(checks[0].message.find("timeout: 5 s") != std::string::npos);
  CHECK(feed_notice(feed).find("can't be read") != std::string::npos);
}
