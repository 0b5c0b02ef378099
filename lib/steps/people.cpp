// What only people can do, or supply.
#include "api/onprem.hpp"
#include "steps/kinds.hpp"

namespace wamigrate {

using namespace std::chrono_literals;

Step supply_pin() {
  Step step;
  step.kind = {
      .name = "supply_pin",
      .title = "change the PIN in WhatsApp Manager",
      .effect = {.needs = {Fact::nowhere_is_home}, .gives = {Fact::pin_given, Fact::pin_known}},
      .cost = 30,
      .duration = 5min,
      .actor = Actor::person_during,
      .doing =
          "Nobody knows the number's PIN and no API can set it while nobody serves the number: a person changes "
          "it in WhatsApp Manager, and the run waits until `wamigrate retry PHONE --pin REF` names it.",
      .by_hand = "WhatsApp Manager > Phone numbers > the number > Two-step verification > Change PIN."};
  return step;
}

Step promise_no_restart() {
  Step step;
  step.kind = {.name = "promise_no_restart",
               .title = "make sure nothing restarts the old client",
               .effect = {.needs = {}, .gives = {Fact::no_restart_promised}},
               .cost = 30,
               .duration = 0s,
               .actor = Actor::person_before,
               .must_be_planned = true,
               .doing =
                   "People's step, before the run: no orchestrator, watchdog or cron job may start the old client "
                   "again once Cloud has the number. Approving the plan says that this is so.",
               .by_hand = "Switch off restart policies of the deployment's Coreapp and master containers."};
  return step;
}

Step enter_ownership_code() {
  Step step;
  step.kind = {.name = "enter_ownership_code",
               .title = "enter the ownership code",
               .effect = {.needs = {Fact::ownership_code_requested}, .gives = {Fact::ownership_verified}},
               .cost = 30,
               .duration = 2min,
               .actor = Actor::person_during,
               .changes = true,
               .doing = "The run waits for the code that Meta has sent to the number; `wamigrate answer` supplies it.",
               .by_hand = "POST /<PHONE_NUMBER_ID>/verify_code {\"code\":…}."};
  step.on = "verify_code";
  step.call = [](const Material& m) { return api::graph_calls::verify_code(m.number.phone_number_id, m.code); };
  step.vouches = [](int) { return Facts{Fact::ownership_verified}; };
  return step;
}

Step enter_onprem_code() {
  Step step;
  step.kind = {.name = "enter_onprem_code",
               .title = "enter the registration code",
               // What was made ready for leaving on-premises belongs to a registration that is over.
               .effect = {.needs = {Fact::account_requested, Fact::cloud_let_go},
                          .gives = {Fact::onprem_is_home},
                          .takes = {Fact::cloud_is_home, Fact::nowhere_is_home, Fact::cloud_was_last_home,
                                    Fact::no_restart_promised, Fact::queue_drained, Fact::backup_in_hand},
                          .may_take = {Fact::cloud_is_home, Fact::nowhere_is_home}},
               .cost = 30,
               .duration = 15s,
               .actor = Actor::person_during,
               .changes = true,
               .slow = true,
               .doing =
                   "Only if on-premises asked for one: the run waits for the code sent to the number; "
                   "`wamigrate answer` supplies it. Then on-premises serves the number and Cloud no longer does.",
               .by_hand = "POST /v1/account/verify {\"code\":…}."};
  step.side = api::Side::onprem;
  step.on = "verify_account";
  step.call = [](const Material& m) { return api::onprem_calls::verify_account(m.code); };
  step.vouches = [](int) { return Facts{Fact::onprem_is_home}; };
  return step;
}

}  // namespace wamigrate
