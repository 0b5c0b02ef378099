// What is done to a number at the Cloud API and Graph.
#include "steps/kinds.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

// What both registrations need before anything may leave, whatever the number's home.
constexpr Facts registration_needs = {Fact::pin_known,          Fact::app_subscribed, Fact::webhook_effective,
                                      Fact::ownership_verified, Fact::cloud_released, Fact::snapshot_taken,
                                      Fact::storage_region_set};

}  // namespace

Step subscribe_app() {
  Step step;
  step.kind = {.name = "subscribe_app",
               .title = "subscribe the app to the WABA",
               .effect = {.needs = {}, .gives = {Fact::app_subscribed}},
               .cost = 1,
               .duration = 1s,
               .changes = true,
               .once_per_waba = true,
               .doing =
                   "Subscribes our app to the WABA's webhooks, once for all its numbers and only where it is not "
                   "subscribed yet: subscribing again would delete an override.",
               .by_hand = "POST /<WABA_ID>/subscribed_apps without a body, unless GET already lists the app."};
  step.on = "subscribe";
  step.call = [](const Material& m) { return api::graph_calls::subscribe_app(m.number.waba_id); };
  return step;
}

Step set_pin_on_cloud() {
  Step step;
  step.kind = {.name = "set_pin_on_cloud",
               .title = "set the PIN on Cloud",
               .effect = {.needs = {Fact::cloud_is_home, Fact::pin_given}, .gives = {Fact::pin_known}},
               .cost = 2,
               .duration = 2s,
               .changes = true,
               .doing =
                   "Sets the declared two-step PIN while Cloud serves the number: the old one need not be known, and "
                   "the registration can't meet another.",
               .by_hand = "POST /<PHONE_NUMBER_ID> {\"pin\":…}."};
  step.on = "set_pin";
  step.call = [](const Material& m) { return api::graph_calls::set_pin(m.number.phone_number_id, m.pin); };
  step.vouches = [](int) { return Facts{Fact::pin_known}; };
  return step;
}

Step set_storage_region() {
  Step step;
  step.kind = {
      .name = "set_storage_region",
      .title = "set where Cloud keeps the data",
      .effect = {.needs = {Fact::snapshot_taken}, .gives = {Fact::storage_region_set}},
      .cost = 2,
      .duration = 2s,
      .changes = true,
      .doing =
          "Switches local storage on for the declared region, before the registration: Meta takes it only "
          "while Cloud does not serve the number. If Meta refuses it for a number that on-premises serves, the "
          "number stays where it is.",
      .by_hand =
          "POST /<PHONE_NUMBER_ID>/settings {\"storage_configuration\":{\"status\":"
          "\"IN_COUNTRY_STORAGE_ENABLED\",\"data_localization_region\":…}}."};
  step.on = "settings";
  step.call = [](const Material& m) {
    return api::graph_calls::set_storage_region(m.number.phone_number_id, m.number.storage_region);
  };
  step.vouches = [](int) { return Facts{Fact::storage_region_set}; };
  return step;
}

Step confirm_webhook() {
  Step step;
  step.kind = {.name = "confirm_webhook",
               .title = "confirm where messages will go",
               .effect = {.needs = {Fact::app_subscribed}, .gives = {Fact::webhook_effective}},
               .cost = 1,
               .duration = 1s,
               .doing =
                   "Reads back the webhook that holds for the number (number over WABA over app): a number whose "
                   "messages would go nowhere is not migrated.",
               .by_hand = "GET /<PHONE_NUMBER_ID>?fields=webhook_configuration shows a callback URL."};
  return step;
}

Step finish_release() {
  Step step;
  step.kind = {.name = "finish_release",
               .title = "finish the half-done deregistration",
               .effect = {.needs = {Fact::nowhere_is_home}, .gives = {Fact::cloud_released}},
               .cost = 20,
               .duration = 15s,
               .ration = Ration::deregistration,
               .changes = true,
               .slow = true,
               .in_red = true,
               .doing =
                   "Deregisters once more where an earlier deregistration has failed half-way (code 133000) and "
                   "nobody serves the number.",
               .by_hand = "POST /<PHONE_NUMBER_ID>/deregister, then register."};
  step.on = "deregister";
  step.call = [](const Material& m) { return api::graph_calls::deregister(m.number.phone_number_id); };
  step.vouches = [](int) { return Facts{Fact::cloud_released}; };
  return step;
}

Step request_ownership_code() {
  Step step;
  step.kind = {.name = "request_ownership_code",
               .title = "ask Meta for an ownership code",
               .effect = {.needs = {Fact::webhook_effective}, .gives = {Fact::ownership_code_requested}},
               .cost = 5,
               .duration = 10s,
               .changes = true,
               .doing = "Meta asks for proof of ownership: a code is sent to the number by text message.",
               .by_hand = "POST /<PHONE_NUMBER_ID>/request_code {\"code_method\":\"SMS\",\"language\":\"en_US\"}."};
  step.on = "request_code";
  step.call = [](const Material& m) {
    return api::graph_calls::request_code(m.number.phone_number_id, "SMS", "en_US");
  };
  step.vouches = [](int) { return Facts{Fact::ownership_code_requested}; };
  return step;
}

Step register_on_cloud() {
  Step step;
  step.kind = {
      .name = "register_on_cloud",
      .title = "register on Cloud with the backup",
      .effect = {.needs =
                     registration_needs | Facts{Fact::backup_in_hand, Fact::no_restart_promised, Fact::queue_drained},
                 .gives = {Fact::cloud_is_home},
                 .takes = {Fact::onprem_is_home, Fact::nowhere_is_home, Fact::onprem_healthy, Fact::account_requested},
                 .may_give = {Fact::nowhere_is_home},
                 .may_take = {Fact::onprem_is_home}},
      .cost = 20,
      .duration = 15s,
      .ration = Ration::registration,
      .changes = true,
      .slow = true,
      .uses_pin = true,
      .doing =
          "Hands PIN and backup to Meta: the number leaves the on-premises client, which shuts down, and "
          "starts on Cloud. Messages that people send in these seconds are lost.",
      .by_hand =
          "POST /<PHONE_NUMBER_ID>/register {\"messaging_product\":\"whatsapp\",\"pin\":…,"
          "\"backup\":{\"password\":…,\"data\":…}}. Never try a second PIN."};
  step.on = "register";
  step.call = [](const Material& m) {
    const api::Backup backup{m.backup_password, m.backup};
    return api::graph_calls::register_number(m.number.phone_number_id, m.pin, &backup, m.region_at_registration);
  };
  return step;
}

Step register_late() {
  Step step = register_on_cloud();
  step.kind.name = "register_late";
  step.kind.title = "register on Cloud with a late backup";
  step.kind.effect = {
      .needs = registration_needs | Facts{Fact::nowhere_is_home, Fact::backup_in_hand, Fact::late_backup_possible,
                                          Fact::no_restart_promised},
      .gives = {Fact::cloud_is_home},
      .takes = {Fact::nowhere_is_home, Fact::cloud_let_go, Fact::account_requested, Fact::late_backup_possible}};
  step.kind.must_be_planned = true;
  step.kind.in_red = true;
  step.kind.doing =
      "Hands PIN and the backup of an expired client to Meta, for a number that nobody serves. LOST: the callbacks the "
      "client still owes. Whether Meta takes such a backup is not documented; if not, the number stops.";
  return step;
}

Step register_without_backup() {
  Step step;
  step.kind = {.name = "register_without_backup",
               .title = "register on Cloud again",
               .effect = {.needs = registration_needs | Facts{Fact::nowhere_is_home, Fact::cloud_was_last_home},
                          .gives = {Fact::cloud_is_home},
                          // Cloud holds the number again: no road to on-premises leads over a release and back.
                          .takes = {Fact::nowhere_is_home, Fact::cloud_let_go, Fact::account_requested}},
               .cost = 25,
               .duration = 15s,
               .ration = Ration::registration,
               .changes = true,
               .slow = true,
               .uses_pin = true,
               .doing =
                   "Gives the number back to Cloud, its last home, after Cloud had let it go: no backup is needed, "
                   "nothing is lost.",
               .by_hand = "POST /<PHONE_NUMBER_ID>/register {\"messaging_product\":\"whatsapp\",\"pin\":…}."};
  step.on = "register";
  step.call = [](const Material& m) {
    return api::graph_calls::register_number(m.number.phone_number_id, m.pin, nullptr, m.region_at_registration);
  };
  return step;
}

Step register_without_profile() {
  Step step;
  step.kind = {
      .name = "register_without_profile",
      .title = "register on Cloud without a backup",
      .effect = {.needs = registration_needs |
                          Facts{Fact::nowhere_is_home, Fact::backup_impossible, Fact::no_restart_promised},
                 .gives = {Fact::cloud_is_home},
                 .takes = {Fact::nowhere_is_home, Fact::cloud_let_go, Fact::account_requested,
                           Fact::backup_impossible}},
      .cost = 30,
      .duration = 15s,
      .ration = Ration::registration,
      .changes = true,
      .slow = true,
      .uses_pin = true,
      .must_be_planned = true,
      .in_red = true,
      .doing =
          "Registers a number that nobody serves and from whose client no backup is to be expected any more (gone, "
          "expired, unregistered, or overtaken by Cloud). LOST: the business profile but for what could still be read, "
          "the callbacks the client still owes, perhaps the official business account. If an earlier run keeps a "
          "backup "
          "of this number, retry that run instead.",
      .by_hand =
          "POST /<PHONE_NUMBER_ID>/register {\"messaging_product\":\"whatsapp\",\"pin\":…}; if Meta answers 133006, "
          "request_code and verify_code first."};
  step.on = "register";
  step.call = [](const Material& m) {
    return api::graph_calls::register_number(m.number.phone_number_id, m.pin, nullptr, m.region_at_registration);
  };
  return step;
}

Step confirm_cloud_health() {
  Step step;
  step.kind = {.name = "confirm_cloud_health",
               .title = "confirm health on Cloud",
               .effect = {.needs = {Fact::cloud_is_home}, .gives = {Fact::healthy_on_cloud}},
               .cost = 1,
               .duration = 2s,
               .doing = "Asks Meta whether the number can send messages, and if not, why.",
               .by_hand = "GET /<PHONE_NUMBER_ID>?fields=health_status is not BLOCKED."};
  return step;
}

Step release_cloud() {
  Step step;
  step.kind = {.name = "release_cloud",
               .title = "deregister from Cloud first",
               .effect = {.needs = {Fact::cloud_is_home, Fact::release_asked, Fact::pin_known,
                                    Fact::certificate_in_hand, Fact::onprem_registration_open, Fact::snapshot_taken},
                          .gives = {Fact::cloud_let_go, Fact::nowhere_is_home},
                          .takes = {Fact::cloud_is_home}},
               .cost = 20,
               .duration = 15s,
               .ration = Ration::deregistration,
               .changes = true,
               .slow = true,
               .in_red = true,
               .doing =
                   "Deregisters the number from Cloud before on-premises has taken it, as asked by "
                   "--deregister-first: until on-premises is registered nobody serves it.",
               .by_hand = "POST /<PHONE_NUMBER_ID>/deregister."};
  step.on = "deregister";
  step.call = [](const Material& m) { return api::graph_calls::deregister(m.number.phone_number_id); };
  return step;
}

}  // namespace wamigrate
