// Processes that are held up where it hurts, as the model of a number's life (tests/model, docs/model.md) found it.
#include <algorithm>

#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using namespace std::chrono_literals;
using sim::ServedBy;

namespace {

sim::FaultRule fault(std::string on, sim::Action action) {
  sim::FaultRule rule;
  rule.on = std::move(on);
  rule.action = action;
  return rule;
}

/// Looks at every request and may let time pass before or after it: a process that is frozen meanwhile.
class Freezing : public Transport {
 public:
  explicit Freezing(Rig& rig) : rig_(rig) { rig.in_front = this; }
  HttpResult send(const HttpRequest& request) override {
    urls.push_back(request.method + " " + request.url);
    HttpResult result = rig_.transport->send(request);
    if (after) after(urls.back());
    return result;
  }
  int count(const std::string& what) const {
    return static_cast<int>(
        std::count_if(urls.begin(), urls.end(), [&](const std::string& url) { return url.ends_with(what); }));
  }
  std::vector<std::string> urls;
  std::function<void(const std::string& url)> after;

 private:
  Rig& rig_;
};

}  // namespace

TEST_CASE("from its registration on, what is asked about a number goes before everything else") {
  Rig rig({.numbers = 2});
  rig.fleet.policy.waves = {{100, true}};
  const Plan plan = rig.plan(Direction::to_cloud);
  Freezing front(rig);
  std::set<std::string> registered;
  int urgent = 0;
  front.after = [&](const std::string& url) {
    const auto mine = std::find_if(rig.fleet.numbers.begin(), rig.fleet.numbers.end(), [&](const Number& number) {
      return url.find(number.phone_number_id) != std::string::npos;
    });
    if (mine == rig.fleet.numbers.end()) return;
    if (url.ends_with("/register")) registered.insert(mine->phone_number_id);
    const bool off_the_air = registered.contains(mine->phone_number_id);
    CAPTURE(url);
    CHECK((rig.lane == Workers::Lane::urgent) == off_the_air);
    urgent += off_the_air ? 1 : 0;
  };
  CHECK(rig.run_through(plan).done);
  CHECK(urgent > 4);
}

TEST_CASE("what was read before a request had settled proves nothing, however late it is judged") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule late = fault("register", sim::Action::late);
  late.delay = 25s;
  rig.faults.add(late);
  Freezing front(rig);
  bool frozen = false;
  front.after = [&](const std::string& url) {
    // The last of the reads that follow the register: held up for longer than settling, and then judged.
    if (frozen || front.count("/register") == 0 || !url.ends_with("/v1/settings/application")) return;
    frozen = true;
    rig.clock.advance(130s);
  };
  rig.run_through(plan);
  REQUIRE(frozen);
  INFO(rig.world->story());
  CHECK(rig.world->requests("register", rig.phone()) == 1);
}

TEST_CASE("a number whose request may yet be carried out stays held when the run is paused") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule late = fault("register", sim::Action::late);
  late.delay = 25s;
  rig.faults.add(late);
  // Asked to stop twice: only the request in flight is awaited.
  rig.stop_at = [&] { return rig.world->requests("register", rig.phone()) > 0; };
  const Progress stopped = rig.run(plan);
  REQUIRE(stopped.paused == "signal");
  REQUIRE(rig.world->requests("register", rig.phone()) == 1);
  REQUIRE(stopped.numbers[0].last_unsure.contains("register_on_cloud"));
  const Time now = rig.clock.now();
  CHECK(rig.ledger.lease(rig.phone(), "another run", now, now + 1s)->holder == "test");
}

TEST_CASE("a PIN that may have been refused in one run is not sent by another") {
  Rig rig({.overlay = R"({"*": {"pin": "654321"}})"});
  rig.faults.add(fault("register", sim::Action::reply_lost));
  const Progress waiting = rig.run_through(rig.plan(Direction::to_cloud));
  REQUIRE(waiting.numbers[0].waits_for == "person");
  rig.new_run();
  rig.run_through(rig.plan(Direction::to_onprem));
  INFO(rig.world->story());
  CHECK(rig.world->requests("account", rig.phone()) == 0);
}

TEST_CASE("with no retries allowed, a lost reply to register is observed before a person is asked") {
  Rig rig;
  rig.fleet.policy.retries = 0;
  rig.faults.add(fault("register", sim::Action::reply_lost));
  const Progress progress = rig.run_through(rig.plan(Direction::to_cloud));
  CHECK(progress.numbers[0].state == NumberState::migrated);
}

TEST_CASE("a process that was frozen while it logged in again sends nothing after its lease") {
  Rig rig({.home = ServedBy::cloud});
  const Plan plan = rig.plan(Direction::to_onprem);
  rig.faults.add(fault("account", sim::Action::expire_token));
  Freezing front(rig);
  int accounts_before = -1;
  front.after = [&](const std::string& url) {
    if (accounts_before >= 0 || front.count("/v1/account") == 0 || !url.ends_with("/v1/users/login")) return;
    accounts_before = front.count("/v1/account");
    rig.clock.advance(1h);
  };
  rig.run(plan);
  REQUIRE(accounts_before == 1);
  // What is sent then is sent with a lease and a sight of its own.
  const auto login = std::find_if(front.urls.rbegin(), front.urls.rend(),
                                  [](const std::string& url) { return url.ends_with("/v1/users/login"); });
  const auto account =
      std::find_if(login.base(), front.urls.end(), [](const std::string& url) { return url.ends_with("/v1/account"); });
  CHECK(std::any_of(login.base(), account, [&](const std::string& url) {
    return url.find(rig.fleet.numbers[0].phone_number_id) != url.npos;
  }));
}

TEST_CASE("what was seen by a process that was held up past its lease is not acted upon") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  Freezing front(rig);
  bool frozen = false;
  front.after = [&](const std::string& url) {
    if (frozen || front.count("/register") == 0 || !url.ends_with("/v1/settings/application")) return;
    frozen = true;
    rig.clock.advance(1h);
    // Meanwhile the lease is another's, and it has brought the number back.
    REQUIRE(sim::plant(*rig.world, R"({"*": {"home": "onprem"}})").has_value());
  };
  const Progress progress = rig.run_through(plan);
  REQUIRE(frozen);
  INFO(rig.world->story());
  // It looks again, and says what is so by then.
  CHECK((progress.numbers[0].state == NumberState::migrated) == (rig.world->home(rig.phone()) == ServedBy::cloud));
}

TEST_CASE("a number that another run has moved, while this one was not at work, is not said to have arrived") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  // Once on Cloud its profile can't be read at first. Asked to stop twice by then: what is left of its road stays
  // undone.
  rig.faults.add({.on = "profile", .side = sim::Side::graph, .nth = 2, .action = sim::Action::lost});
  rig.stop_at = [&, met = false]() mutable {
    const Entry& last = rig.entries.back();
    met = met || (last.event == event::settled && last.step == "confirm_old_client_silent");
    return met;
  };
  const Progress stopped = rig.run(plan);
  REQUIRE(stopped.paused == "signal");
  REQUIRE(stopped.numbers[0].home == Home::cloud);
  rig.stop_at = {};
  rig.clock.advance(10min);
  REQUIRE(sim::plant(*rig.world, R"({"*": {"home": "onprem"}})").has_value());
  const Progress progress = rig.run_through(plan);
  INFO(rig.world->story());
  CHECK(progress.done);
  CHECK(progress.numbers[0].state == NumberState::rolled_back);
  CHECK(progress.numbers[0].home == Home::onprem);
}

TEST_CASE("a run that goes on after another one has brought its number to on-premises does not register it bare") {
  const bool other_run = GENERATE(true, false);
  CAPTURE(other_run);
  Rig rig({.home = ServedBy::cloud});
  const Plan plan = rig.plan(Direction::to_onprem);
  REQUIRE(plan.numbers.size() == 1);
  rig.stop_at = [&, met = false]() mutable {
    met = met || rig.entries.back().event == event::started;
    return met;
  };
  rig.is_postponed = [] { return true; };
  const Progress stopped = rig.run(plan);
  REQUIRE(stopped.numbers[0].started);
  REQUIRE(rig.world->requests("account") == 0);
  rig.stop_at = nullptr;
  rig.is_postponed = nullptr;
  if (other_run) {
    auto mine = std::exchange(rig.store, std::make_unique<MemoryRunStore>());
    const Progress other = rig.run_through(plan);
    INFO(other.numbers[0].reason << rig.world->story());
    REQUIRE(other.numbers[0].state == NumberState::migrated);
    rig.store = std::move(mine);
  }
  // Then nobody serves it, and on-premises takes nobody any more.
  REQUIRE(sim::plant(*rig.world, R"({"*": {"home": "nowhere", "onprem_registration_blocked": true}})").has_value());
  const Progress end = rig.run_through(plan);
  INFO(rig.world->story());
  CHECK(rig.world->requests("register") == (other_run ? 0 : 1));
  CHECK(end.numbers[0].state == (other_run ? NumberState::stranded : NumberState::rolled_back));
}
