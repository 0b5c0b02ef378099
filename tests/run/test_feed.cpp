// The status feed during a run: told before a wave, once, and never in the way.
#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;

namespace {

const std::string feed_url = "https://status.example/feed";

/// Answers for the feed, and hands everything else on.
class FeedInFront : public Transport {
 public:
  explicit FeedInFront(Rig& rig) : rig_(rig) { rig.in_front = this; }
  HttpResult send(const HttpRequest& request) override {
    if (request.url != feed_url) return rig_.transport->send(request);
    ++asked;
    rig_.clock.advance(takes);
    if (items == "silence") {
      return tl::make_unexpected(TransportFailure{TransportFailure::Kind::timeout, true, "nothing came"});
    }
    return HttpReply{200, {}, Secret("<rss><channel>" + items + "</channel></rss>")};
  }
  std::string items;
  Millis takes{100};
  int asked = 0;

 private:
  Rig& rig_;
};

const std::string incident = "<item><title>Cloud API: High disruptions</title></item>";

std::vector<Entry> notices(const Rig& rig) {
  std::vector<Entry> found;
  for (const Entry& entry : rig.entries) {
    if (entry.event == event::notice) found.push_back(entry);
  }
  return found;
}

bool all_migrated(const Progress& progress) {
  return progress.done && std::all_of(progress.numbers.begin(), progress.numbers.end(),
                                      [](const auto& number) { return number.state == NumberState::migrated; });
}

}  // namespace

TEST_CASE("an open incident is told before the wave starts, once, and the run goes on") {
  Rig rig({.numbers = 3});
  rig.fleet.status_feed = feed_url;
  rig.fleet.policy.waves = {{1, false}};
  FeedInFront feed(rig);
  feed.items = incident;
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(rig.failed.empty());
  feed.asked = 0;
  const Progress progress = rig.run_through(plan);
  CHECK(all_migrated(progress));
  CHECK(feed.asked == 3);  // before each of three waves
  const auto told = notices(rig);
  REQUIRE(told.size() == 1);
  CHECK(told[0].message.find("\"Cloud API: High disruptions\"") != std::string::npos);
  CHECK(told[0].phone.empty());
  REQUIRE(progress.notices.size() == 1);
  const auto place = [&](std::string_view what) {
    return std::find_if(rig.entries.begin(), rig.entries.end(), [&](const Entry& one) { return one.event == what; });
  };
  CHECK(place(event::notice) < place(event::wave));
}

TEST_CASE("what the feed says anew before a later wave is told, its end too") {
  Rig rig({.numbers = 2});
  rig.fleet.status_feed = feed_url;
  rig.fleet.policy.waves = {{1, false}};
  FeedInFront feed(rig);
  const Plan plan = rig.plan(Direction::to_cloud);
  feed.items = incident;
  rig.stop_at = [&] {
    if (rig.entries.back().event == event::ended) feed.items.clear();
    return false;
  };
  CHECK(all_migrated(rig.run_through(plan)));
  const auto told = notices(rig);
  REQUIRE(told.size() == 2);
  CHECK(told[1].message.find("no open disruption any more") != std::string::npos);
}

TEST_CASE("a feed that can't be read stops nothing and costs no more than its time-out") {
  Rig rig;
  FeedInFront feed(rig);
  feed.items = "silence";
  const Plan without = rig.plan(Direction::to_cloud);
  const Time begun = rig.clock.now();
  CHECK(all_migrated(rig.run_through(without)));
  const Millis quiet = rig.clock.now() - begun;
  CHECK(feed.asked == 0);  // no feed in the inventory

  Rig other;
  other.fleet.status_feed = feed_url;
  FeedInFront slow(other);
  slow.items = "silence";
  slow.takes = std::chrono::seconds(5);
  const Plan plan = other.plan(Direction::to_cloud);
  const Time start = other.clock.now();
  CHECK(all_migrated(other.run_through(plan)));
  CHECK(other.clock.now() - start <= quiet + slow.takes + std::chrono::seconds(1));
  REQUIRE(notices(other).size() == 1);
  CHECK(notices(other)[0].message.find("can't be read") != std::string::npos);
}

TEST_CASE("a run that is killed while it looks at the feed goes on, and does not tell it twice") {
  for (int append = 0; append < 4; ++append) {
    Rig rig;
    rig.fleet.status_feed = feed_url;
    FeedInFront front(rig);
    front.items = incident;
    const Plan again = rig.plan(Direction::to_cloud);
    rig.store->kill_at_append_ = append;
    try {
      (void)rig.run(again);
    } catch (const Killed&) {
    }
    rig.store->kill_at_append_ = -1;
    const Progress progress = rig.run_through(again);
    CAPTURE(append);
    CHECK(all_migrated(progress));
    CHECK(progress.notices.size() == 1);
  }
}

TEST_CASE("a run that is asked to pause while it looks at the feed starts no number") {
  Rig rig({.numbers = 2});
  rig.fleet.status_feed = feed_url;
  FeedInFront feed(rig);
  feed.items = incident;
  const Plan plan = rig.plan(Direction::to_cloud);
  rig.stop_at = [] { return true; };
  const Progress progress = rig.run(plan);
  CHECK(progress.paused == "signal");
  CHECK(std::none_of(rig.entries.begin(), rig.entries.end(),
                     [](const Entry& entry) { return entry.event == event::started; }));
}
