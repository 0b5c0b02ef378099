// The status feed: what is read from it, and what it can't do to its reader.
#include "api/status_feed.hpp"

#include <fmt/format.h>

#include "support/catch.hpp"
#include "support/fake_transport.hpp"

using namespace wamigrate;
using namespace wamigrate::api;
using namespace wamigrate::testing;

namespace {

std::string feed(const std::string& items) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\" "
         "xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>WhatsApp Business API</title>" +
         items + "</channel></rss>";
}

}  // namespace

TEST_CASE("each item of the feed is told by its title and date, in the feed's own words") {
  const auto items = read_status_feed(
      feed("<item><title>Cloud API: High &amp; rising</title><pubDate>Mon, 02 Jun 2025 10:00:00 GMT</pubDate></item>"
           "<item><title><![CDATA[Resolved: <b>Signup</b>]]></title></item>"
           "<item><description>only words</description></item><item/>"));
  REQUIRE(items.has_value());
  REQUIRE(items->size() == 4);
  CHECK((*items)[0].title == "Cloud API: High & rising");
  CHECK((*items)[0].date == "Mon, 02 Jun 2025 10:00:00 GMT");
  CHECK((*items)[1].title == "Resolved: <b>Signup</b>");
  CHECK((*items)[1].date.empty());
  CHECK((*items)[2].title == "only words");
  CHECK((*items)[3].title == "an item without a title");
}

TEST_CASE("a feed without items is good news, and anything else is none") {
  CHECK(read_status_feed(feed(""))->empty());
  for (const std::string text : {"", "<html><body>hello</body></html>", "<rss></rss>", "<rss><channel>", "{}",
                                 "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry/></feed>"}) {
    INFO(text);
    CHECK_FALSE(read_status_feed(text).has_value());
  }
}

TEST_CASE("no entity is expanded and no other file is read") {
  const std::string laughs =
      "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
      "<rss><channel><item><title>&b;</title></item></channel></rss>";
  const std::string file =
      "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
      "<rss><channel><item><title>&x;</title></item></channel></rss>";
  CHECK_FALSE(read_status_feed(laughs).has_value());
  CHECK_FALSE(read_status_feed(file).has_value());
  CHECK_FALSE(read_status_feed(feed("<item><title>&unknown;</title></item>")).has_value());
  // The same in an encoding in which the words look different.
  std::string wide = "\xFF\xFE";
  for (const char c : laughs) wide += {c, '\0'};
  CHECK_FALSE(read_status_feed(wide).has_value());
}

TEST_CASE("a feed can be neither too long, too deep, nor too loud") {
  CHECK_FALSE(read_status_feed(std::string(largest_feed + 1, ' ')).has_value());
  std::string deep, shallow;
  for (int i = 0; i < 5000; ++i) {
    deep += "<d>";
    shallow += "</d>";
  }
  CHECK_FALSE(read_status_feed(feed(deep + shallow)).has_value());
  std::string many;
  for (int i = 0; i < 500; ++i) many += "<item><title>x</title></item>";
  CHECK(read_status_feed(feed(many))->size() == most_feed_items);
  const auto items =
      read_status_feed(feed("<item><title>a\nb\t\xC2\x9B"
                            "31m " +
                            std::string(9000, 'x') + "</title></item>"));
  REQUIRE(items.has_value());
  CHECK((*items)[0].title.size() <= 300);
  CHECK((*items)[0].title.starts_with("a b"));
  CHECK((*items)[0].title.find('\x9B') == std::string::npos);
}

TEST_CASE("the feed is fetched without credentials, and no redirect is followed") {
  FakeTransport transport;
  transport.reply(200, feed("<item><title>x</title></item>")).reply(302, "", {{"Location", "https://other.example"}});
  CHECK(fetch_status_feed(transport, "https://status.example/feed", Millis(5000))->size() == 1);
  const auto moved = fetch_status_feed(transport, "https://status.example/feed", Millis(5000));
  REQUIRE_FALSE(moved.has_value());
  CHECK(moved.error().message == "HTTP 302");
  const auto silent = fetch_status_feed(transport, "https://status.example/feed", Millis(5000));
  CHECK(silent.error().message == "unreachable: beyond the script");
  CHECK_FALSE(
      fetch_status_feed(transport, "https://status.example/feed", Millis(5000), {"http://proxy.example:1", {}}));
  REQUIRE(transport.requests.size() == 4);
  CHECK(transport.requests.front().proxy.url.empty());
  CHECK(transport.requests.back().proxy.url == "http://proxy.example:1");
  for (const HttpRequest& request : transport.requests) {
    CHECK(request.method == "GET");
    CHECK(request.authorization.empty());
    CHECK(request.secret_query.empty());
    CHECK(request.body.empty());
    CHECK(request.timeout == Millis(5000));
  }
}
