// How long an answer is not trusted: the arithmetic, and what a second less would do.
#include "steps/step.hpp"
#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using namespace std::chrono_literals;

namespace {

/// A vendor that answers nothing and shows a registration, on both sides, at the last moment at which `Policy` still
/// waits for it.
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
    const Millis settled = settling(step_of("register_on_cloud").kind, policy_) - 1ms;
    if (request.url.ends_with("/register") && !shows_at_) {
      shows_at_ = rig_.clock.now() + policy_.register_timeout + settled;
      sim::FaultRule late;
      late.on = "register";
      late.action = sim::Action::late;
      late.delay = settled - policy_.status_lag_max;
      rig_.faults.add(late);
    }
    HttpResult result = rig_.transport->send(request);
    if (result && shows_at_ && rig_.clock.now() < *shows_at_ && request.url.ends_with("/v1/health")) {
      std::string body(result->body.reveal());
      if (const auto at = body.find("disconnected"); at != std::string::npos) body.erase(at, 3);
      result->body = Secret(body);
    }
    return result;
  }

 private:
  Rig& rig_;
  const Policy policy_;
  std::optional<Time> shows_at_;
};

/// How often the number is registered, if the policy takes the vendor for so much quicker than it is.
int registrations_if_trusted(Millis too_early) {
  Rig rig;
  rig.fleet.policy.server_delay_max -= too_early;
  rig.fleet.policy.settle_poll = 20ms;  // looks at least every 0.6 s
  const Plan plan = rig.plan(Direction::to_cloud);
  REQUIRE(plan.numbers.size() == 1);
  SlowestVendor vendor(rig);
  rig.in_front = &vendor;
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
