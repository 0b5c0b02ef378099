// How long an answer is not trusted: the arithmetic, and what a second less would do.
#include "steps/step.hpp"
#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using namespace std::chrono_literals;

namespace {

/// A vendor at its slowest: the process dies with the registration that it sends, that arrives as late as `Policy` says
/// it may, and what both sides show lags as much as it may.
class SlowestVendor : public Transport {
 public:
  explicit SlowestVendor(Rig& rig) : rig_(rig) {
    auto world = rig.world->hold();
    world->dialect.status_lags = true;
    world->dialect.pending_after_register = false;
    world->dialect.backup_survives_cloud_registration = true;
    world->timing = sim::Timing::instant();
    world->timing.status_lag = policy_.status_lag_max;
  }

  HttpResult send(const HttpRequest& request) override {
    const bool first = request.url.ends_with("/register") && !sent_at;
    if (first) {
      sent_at = rig_.clock.now();
      sim::FaultRule late;
      late.on = "register";
      late.action = sim::Action::late;
      late.delay = policy_.server_delay_max - 1ms;
      rig_.faults.add(late);
    }
    HttpResult result = rig_.transport->send(request);
    if (first) throw Killed{};
    const bool shows =
        sent_at && rig_.clock.now() >= *sent_at + settling(step_of("register_on_cloud").kind, policy_) - 1ms;
    if (result && !shows && request.url.ends_with("/v1/health")) {
      std::string body(result->body.reveal());
      if (const auto at = body.find("disconnected"); at != std::string::npos) body.erase(at, 3);
      result->body = Secret(body);
    }
    return result;
  }
  std::optional<Time> sent_at;

 private:
  Rig& rig_;
  const Policy policy_;
};

/// The next process looks half a second before the answer may be trusted. How often the number was registered, if the
/// policy takes the vendor for so much quicker than it is.
int registrations_if_trusted(Millis too_early) {
  Rig rig;
  rig.fleet.policy.server_delay_max -= too_early;
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.numbers.size() == 1);
  SlowestVendor vendor(rig);
  rig.in_front = &vendor;
  REQUIRE_THROWS_AS(rig.run(plan), Killed);
  rig.clock.set(*vendor.sent_at + settling(step_of("register_on_cloud").kind, Policy{}) - 500ms);
  const Progress progress = rig.run_through(plan);
  INFO(rig.world->story());
  CHECK(progress.numbers[0].state == NumberState::migrated);
  return rig.world->landed("register");
}

}  // namespace

TEST_CASE("an answer is trusted after the client's time-out, the server's delay and the status lag together") {
  Policy policy;
  for (const Step& step : steps()) {
    const Millis time_out = step.kind.slow ? policy.register_timeout : policy.request_timeout;
    CHECK(settling(step.kind, policy) == time_out + policy.server_delay_max + policy.status_lag_max);
  }
}

TEST_CASE("with a vendor at its slowest a number is registered once; trusted a second sooner, it would be twice") {
  CHECK(registrations_if_trusted(0s) == 1);
  CHECK(registrations_if_trusted(1s) == 2);
}
