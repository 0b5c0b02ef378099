// What the site reads beyond the number itself: the business account, local storage, and how far clocks are apart.
#include <functional>

#include "steps/clock_watch.hpp"
#include "steps/site.hpp"
#include "support/catch.hpp"
#include "support/fake_transport.hpp"
#include "support/sightings.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using namespace std::chrono_literals;

namespace {

class SetClock : public Clock {
 public:
  Time now() override { return now_; }
  Time now_ = *parse_iso("2025-06-02T12:00:00");
};

/// Takes its time on the clock, and gives out the date of a clock that is `ahead`.
class SlowHost : public Transport {
 public:
  SlowHost(SetClock& clock, Millis ahead) : clock_(clock), ahead_(ahead) {}
  HttpResult send(const HttpRequest& /*request*/) override {
    clock_.now_ += takes / 2;
    const Time said = clock_.now_ + ahead_;
    clock_.now_ += takes / 2;
    return HttpReply{200, {{"Date", to_http_date(said)}}, Secret("{}")};
  }
  Millis takes = 200ms;

 private:
  SetClock& clock_;
  Millis ahead_;
};

class NoSecrets : public SecretSource {
 public:
  Result<Secret> resolve(const SecretRef& /*ref*/) override { return Secret("secret"); }
};

struct OneNumber {
  explicit OneNumber(Readings readings) {
    fleet.numbers.push_back(some_number());
    fleet.numbers[0].storage_region = "DE";  // settings are asked only where they matter
    site.resolve({&fleet.numbers[0]}, Need::reading, Direction::to_cloud, secrets);
    read = [this, readings] { return site.observe(fleet.numbers[0], readings); };
  }
  Fleet fleet;
  SetClock clock;
  FakeTransport transport;
  NoSecrets secrets;
  Site site{fleet, transport, clock};
  std::function<Observation()> read;
};

}  // namespace

TEST_CASE("a reading of the business account gives its review and country") {
  OneNumber one({Reading::waba_node});
  one.transport.reply(200, R"({"id":"102290129340398","account_review_status":"PENDING","country":"BR"})");
  const Observation seen = one.read();
  REQUIRE(seen.waba_node_asked.answered());
  CHECK(seen.waba_review == "PENDING");
  CHECK(seen.waba_country == "BR");
  CHECK(one.transport.requests.size() == 1);
}

TEST_CASE("a business account that says nothing of its review is read as saying nothing") {
  OneNumber one({Reading::waba_node});
  one.transport.reply(200, R"({"id":"102290129340398"})");
  const Observation seen = one.read();
  CHECK(seen.waba_node_asked.answered());
  CHECK(seen.waba_review.empty());
  CHECK(seen.waba_country.empty());
}

TEST_CASE("local storage is read from the number's settings, and only where it is on") {
  const auto region = [](const std::string& settings) {
    OneNumber one({Reading::graph_settings});
    one.transport.reply(200, settings);
    const Observation seen = one.read();
    REQUIRE(seen.graph.settings_asked.answered());
    return seen.graph.storage_region;
  };
  CHECK(region(R"({"storage_configuration":{"status":"IN_COUNTRY_STORAGE_ENABLED",
                   "data_localization_region":"DE"}})") == "DE");
  CHECK(region(R"({"storage_configuration":{"status":"IN_COUNTRY_STORAGE_DISABLED",
                   "data_localization_region":"DE"}})")
            .empty());
  CHECK(region(R"({"storage_configuration":{"status":"in_country_storage_enabled",
                   "data_localization_region":"de"}})") == "DE");  // as Meta's OpenAPI file spells it
  CHECK(region(R"({"storage_configuration":{"status":"DEFAULT"}})").empty());
  CHECK(region("{}").empty());
}

TEST_CASE("settings that are refused are told apart from no local storage") {
  OneNumber one({Reading::graph_settings});
  one.transport.reply(400, R"({"error":{"code":100,"message":"Unsupported get request"}})");
  CHECK(one.read().graph.settings_asked.how == Asked::How::refused);
}

TEST_CASE("a clock that is ahead or behind is known as far as dates prove it") {
  for (const Millis ahead : {Millis(40s), Millis(-40s), Millis(2h)}) {
    SetClock clock;
    SlowHost host(clock, ahead);
    ClockWatch watch(host, clock);
    for (int i = 0; i < 10; ++i) {
      CHECK(watch.send({}));
      clock.now_ += 137ms;
    }
    REQUIRE(watch.ahead());
    const Millis told = *watch.ahead();
    CHECK((told > 0ms) == (ahead > 0ms));
    CHECK(std::chrono::abs(told) <= std::chrono::abs(ahead));
    CHECK(std::chrono::abs(told - ahead) < 500ms);
  }
}

TEST_CASE("clocks that agree are not called apart, however slow the replies are") {
  SetClock clock;
  SlowHost host(clock, 0ms);
  ClockWatch watch(host, clock);
  for (const Millis takes : {Millis(0), Millis(200), Millis(14'000), Millis(30)}) {
    host.takes = takes;
    CHECK(watch.send({}));
    clock.now_ += 333ms;
    REQUIRE(watch.ahead());
    CHECK(*watch.ahead() == 0ms);
  }
}

TEST_CASE("a clock that was set meanwhile is believed as it is now") {
  SetClock clock;
  SlowHost right(clock, 0ms);
  ClockWatch watch(right, clock);
  CHECK(watch.send({}));
  clock.now_ -= 1h;  // ours was set back
  CHECK(watch.send({}));
  REQUIRE(watch.ahead());
  CHECK(*watch.ahead() == 0ms);
}

TEST_CASE("replies without a readable date tell nothing of the clock") {
  SetClock clock;
  FakeTransport transport;
  transport.reply(200, "{}").reply(200, "{}", {{"Date", "Sunday, 06-Nov-94 08:49:37 GMT"}});
  transport.fail(TransportFailure::Kind::timeout, true, "no answer");
  ClockWatch watch(transport, clock);
  for (int i = 0; i < 3; ++i) (void)watch.send({});
  CHECK_FALSE(watch.ahead());
}
