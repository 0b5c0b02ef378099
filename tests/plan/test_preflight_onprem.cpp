// Checks of what the on-premises client says of itself.
#include "preflight_case.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using namespace std::chrono_literals;

TEST_CASE("towards on-premises the client must have a webhook") {
  CHECK(message(to_onprem(), "webhook") == "messages will go to hooks.example.com");
  Case c = to_onprem();
  c.observation.onprem.application = {{"webhooks", {{"url", ""}}}};
  CHECK(result(c, "webhook") == "fail");
  c.observation.onprem.application = Json::object();
  CHECK(result(c, "webhook") == "fail");
}

TEST_CASE("the client's expiry, to the instant: expired warns towards Cloud and fails towards on-premises") {
  Case there = to_cloud();
  Case back = to_onprem();
  for (Case* c : {&there, &back}) {
    c->observation.onprem.expires = now + 1ms;
    CHECK(result(*c, "client_version") == "pass");
    c->observation.onprem.expires.reset();
    CHECK(result(*c, "client_version") == "pass");
    c->observation.onprem.expires = now;
  }
  CHECK(result(there, "client_version") == "warn");
  CHECK(result(back, "client_version") == "fail");
}

TEST_CASE("a client that nobody needs to ask is not asked about its version") {
  Case c = to_cloud();
  c.home = home_at(Home::nowhere);
  c.observation.onprem.support = was_unreachable;
  CHECK(result(c, "client_version") == "-");
}

TEST_CASE("there is nowhere to go back to when the deployment is unreachable or gone") {
  Case unreachable = to_onprem();
  CHECK(result(unreachable, "onprem_reachable") == "-");
  unreachable.observation.onprem.health = was_unreachable;
  CHECK(result(unreachable, "onprem_reachable") == "fail");
  Case gone = to_onprem();
  gone.number.deployment.gone = true;
  gone.observation.onprem = {};
  CHECK(result(gone, "onprem_reachable") == "fail");
  Case leaving = to_cloud();
  leaving.number.deployment.gone = true;
  leaving.home = home_at(Home::nowhere);
  CHECK(result(leaving, "onprem_reachable") == "-");
}

TEST_CASE("waiting callbacks warn, an invisible queue fails, an unanswered one is unknown") {
  Case c = to_cloud();
  c.observation.onprem.queue_size = 1;
  CHECK(result(c, "callback_queue") == "warn");
  CHECK(message(c, "callback_queue") == "1 callbacks wait to be delivered");
  c.observation.onprem.queue_size.reset();
  CHECK(result(c, "callback_queue") == "fail");
  c.observation.onprem.queue = was_refused("http 404");
  CHECK(result(c, "callback_queue") == "unknown");
  c.home = home_at(Home::nowhere);
  CHECK(result(c, "callback_queue") == "-");
}

TEST_CASE("a number of shards that the inventory does not know is a warning") {
  Case c = to_cloud();
  c.observation.onprem.shards = 4;
  CHECK(result(c, "shards") == "warn");
  c.number.deployment.shards = 4;
  CHECK(result(c, "shards") == "-");
  c.observation.onprem.shards_asked = was_refused("http 404");
  c.observation.onprem.shards = 0;
  CHECK(result(c, "shards") == "-");
}

TEST_CASE("callbacks that are kept in memory alone are a warning; where the client does not say, it is unknown") {
  Case c = to_cloud();
  c.observation.onprem.application["callback_persist"] = false;
  CHECK(result(c, "callback_persist") == "warn");
  c.observation.onprem.application.erase("callback_persist");
  CHECK(result(c, "callback_persist") == "unknown");
  CHECK(result(to_onprem(), "callback_persist") == "-");
}

TEST_CASE("throughput: what shards bring on Cloud is said, and what on-premises can't carry is warned about") {
  Case there = to_cloud();
  there.observation.onprem.shards = 4;
  CHECK(result(there, "throughput") == "pass");
  CHECK(message(there, "throughput").find("131057") != std::string::npos);
  Case back = to_onprem();
  back.observation.graph.throughput = "HIGH";
  CHECK(result(back, "throughput") == "warn");
  CHECK(message(back, "throughput").find("1 shard on-premises carry about 70") != std::string::npos);
  back.observation.onprem.shards = 32;
  CHECK(result(back, "throughput") == "pass");
}

TEST_CASE("a client whose clock is off warns, and one that can't be asked is not reproached for it") {
  Case c = to_cloud();
  c.observation.onprem_clock_ahead = -5h;
  CHECK(result(c, "onprem_clock") == "warn");
  CHECK(message(c, "onprem_clock").find("behind") != std::string::npos);
  c.observation.onprem_clock_ahead.reset();
  CHECK(result(c, "onprem_clock") == "unknown");
  c.observation.onprem.health = was_unreachable;
  CHECK(result(c, "onprem_clock") == "-");
}
