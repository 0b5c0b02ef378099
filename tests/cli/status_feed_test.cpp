// The status feed as an operator meets it: in check, before a wave, in the report.
#include <fmt/format.h>

#include "cli/stage.hpp"
#include "ports/hostile_server.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

TEST_CASE("check warns of what Meta's status feed says, and never fails by it") {
  Stage stage;
  const std::string body = "<rss><channel><item><title>Disrupted</title></item></channel></rss>";
  HostileServer feed(always(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body)));
  std::string inventory = stage.inventory();
  const std::string off = "status_feed: \"\"";
  inventory.replace(inventory.find(off), off.size(), "status_feed: \"" + feed.url("/feed") + "\"");
  stage.put("inventory.yaml", inventory);

  const Ended warned = stage.run({"check", "inventory.yaml", "--to", "cloud"});
  INFO(warned.text());
  CHECK(warned.code == 0);
  CHECK(has(warned.out, "status_feed: Meta's status feed has 1 item"));
  CHECK(has(warned.out, "\"Disrupted\""));
  REQUIRE(feed.request_count() == 1);
  CHECK_FALSE(has(feed.requests().front(), "uthorization"));
  CHECK(has(feed.requests().front(), "User-Agent: wamigrate/"));

  stage.plan();
  const Ended applied = stage.apply({"--json"});
  INFO(applied.text());
  CHECK(applied.code == 0);
  CHECK(has(applied.out, "\"event\":\"notice\""));
  CHECK(has(content_of(stage.work() / "run" / "report.md"), "Disrupted"));

  feed.stop_listening();
  const Ended unknown = stage.run({"check", "inventory.yaml", "--to", "cloud", "--json"});
  INFO(unknown.text());
  CHECK(unknown.code == 0);
  const auto json = parse_json(unknown.out);
  REQUIRE(json.has_value());
  for (const Json& check : (*json)["checks"]) {
    if (check["id"] == "status_feed") CHECK(check["result"] == "unknown");
  }
}
