// What is done to a number at its on-premises client.
#include "api/onprem.hpp"

#include "steps/kinds.hpp"

namespace wamigrate {

using namespace std::chrono_literals;

Step set_pin_onprem() {
  Step step;
  step.kind = {
      .name = "set_pin_onprem",
      .title = "set the PIN on-premises",
      .effect = {.needs = {Fact::onprem_is_home, Fact::onprem_healthy, Fact::pin_given}, .gives = {Fact::pin_known}},
      .cost = 2,
      .duration = 2s,
      .changes = true,
      .doing =
          "Sets the declared two-step PIN while the on-premises client is up, so that the registration "
          "cannot meet another one.",
      .by_hand = "POST /v1/settings/account/two-step {\"pin\":…}."};
  step.side = api::Side::onprem;
  step.on = "two_step";
  step.call = [](const Material& m) { return api::onprem_calls::set_pin(m.pin); };
  step.vouches = [](int) { return Facts{Fact::pin_known}; };
  return step;
}

Step drain_queue() {
  Step step;
  step.kind = {.name = "drain_queue",
               .title = "wait until callbacks are delivered",
               // What may take long, a person's code or a client that recovers, lies before it.
               .effect = {.needs = {Fact::onprem_is_home, Fact::onprem_healthy, Fact::ownership_verified},
                          .gives = {Fact::queue_drained}},
               .cost = 1,
               .duration = 5s,
               .doing =
                   "Waits until the on-premises client has delivered every callback: its queue is not in the "
                   "backup and would be lost.",
               .by_hand = "GET /v1/stats/app: callback_queue_size is 0."};
  return step;
}

Step take_backup() {
  Step step;
  step.kind = {.name = "take_backup",
               .title = "take the backup",
               // It ages while the client is up: nothing waits for a person between it and its use.
               .effect = {.needs = {Fact::onprem_is_home, Fact::onprem_healthy, Fact::pin_known, Fact::snapshot_taken,
                                    Fact::no_restart_promised, Fact::queue_drained, Fact::ownership_verified},
                          .gives = {Fact::backup_in_hand}},
               .cost = 1,
               .duration = 3s,
               .changes = true,
               .slow = true,
               .doing =
                   "Takes the encrypted registration backup from the on-premises client and keeps it sealed until "
                   "the number is verified on Cloud.",
               .by_hand = "POST /v1/settings/backup {\"password\":…}; keep the answer's data unchanged."};
  step.side = api::Side::onprem;
  step.on = "backup";
  step.call = [](const Material& m) { return api::onprem_calls::backup(m.backup_password); };
  step.vouches = [](int) { return Facts{Fact::backup_in_hand}; };
  step.keeps = "backup";
  step.product = [](const Json& reply) -> std::optional<Secret> {
    Secret data(text_at(at_path(reply, {"settings"}), "data"));
    return data.empty() ? std::nullopt : std::optional(std::move(data));
  };
  return step;
}

Step take_late_backup() {
  Step step = take_backup();
  step.kind.name = "take_late_backup";
  step.kind.title = "ask the expired client for a backup";
  step.kind.effect = {.needs = {Fact::nowhere_is_home, Fact::late_backup_possible, Fact::pin_known,
                                Fact::snapshot_taken, Fact::no_restart_promised, Fact::ownership_verified},
                      .gives = {Fact::backup_in_hand}};
  step.kind.cost = 2;
  step.kind.doing =
      "The client has expired and serves nobody, but still answers: whether it makes backups is not documented, so it "
      "is asked before anything is given up. If it refuses, the number stops; nothing was changed.";
  return step;
}

Step confirm_old_client_silent() {
  Step step;
  step.kind = {.name = "confirm_old_client_silent",
               .title = "confirm that the old client is silent",
               .effect = {.needs = {Fact::cloud_is_home}, .gives = {Fact::old_client_silent}},
               .cost = 1,
               .duration = 2s,
               .doing =
                   "Every on-premises node must say that it is off, or not answer at all: one that connects again "
                   "would fight for the number.",
               .by_hand = "GET /v1/health: every node disconnected or unregistered, or nothing answers."};
  return step;
}

Step register_onprem() {
  Step step;
  step.kind = {.name = "register_onprem",
               .title = "register on-premises",
               .effect = {.needs = {Fact::pin_known, Fact::certificate_in_hand, Fact::onprem_registration_open,
                                    Fact::snapshot_taken, Fact::cloud_let_go},
                          .gives = {Fact::account_requested},
                          .may_give = {Fact::onprem_is_home},
                          .may_take = {Fact::cloud_is_home, Fact::nowhere_is_home}},
               .cost = 20,
               .duration = 15s,
               .ration = Ration::account,
               .changes = true,
               .slow = true,
               .uses_pin = true,
               .doing =
                   "Asks the on-premises client to register the number with its certificate and PIN. Cloud, where it "
                   "serves the number, goes on until then. If the client answers that a code was sent, the run waits.",
               .by_hand =
                   "POST /v1/account {\"cc\":…,\"phone_number\":…,\"method\":\"sms\",\"cert\":…,\"pin\":…}. "
                   "201: done. 202: a code is on its way. A refusal: stop, and look who serves the number."};
  step.side = api::Side::onprem;
  step.on = "account";
  step.call = [](const Material& m) {
    return api::onprem_calls::account(m.number.phone.cc, m.number.phone.national, "sms", m.certificate, m.pin);
  };
  // Accepted with this PIN: it is the number's, whoever declared it. 201: registered, and no code is on its way.
  step.vouches = [](int http_status) {
    const Facts accepted = {Fact::account_requested, Fact::pin_known};
    return http_status == 201 ? accepted | Facts{Fact::onprem_is_home} : accepted;
  };
  return step;
}

Step restore_shards() {
  Step step;
  step.kind = {.name = "restore_shards",
               .title = "set the shards again",
               // It takes health, so that it stands on no road for which a client is only to become healthy: seven
               // days after a registration, setting shards disconnects the number.
               .effect = {.needs = {Fact::onprem_is_home, Fact::pin_known, Fact::certificate_in_hand},
                          .gives = {Fact::shards_restored},
                          .takes = {Fact::onprem_healthy}},
               .cost = 2,
               .duration = 10s,
               .changes = true,
               .slow = true,
               .uses_pin = true,
               .doing =
                   "Sets the declared number of shards right after the registration, while that is harmless; "
                   "sends nothing when the client still has them.",
               .by_hand = "GET /v1/account/shards; if it differs, POST /v1/account/shards within seven days."};
  step.side = api::Side::onprem;
  step.on = "shards";
  step.call = [](const Material& m) {
    return api::onprem_calls::set_shards(m.number.phone.cc, m.number.phone.national, m.number.deployment.shards,
                                         m.certificate, m.pin);
  };
  return step;
}

Step confirm_onprem_health() {
  Step step;
  step.kind = {.name = "confirm_onprem_health",
               .title = "confirm health on-premises",
               .effect = {.needs = {Fact::onprem_is_home}, .gives = {Fact::onprem_healthy}},
               .cost = 1,
               .duration = 5s,
               .doing =
                   "Every node must be as its mode asks: one Coreapp connected, with shards as many as there are "
                   "shards.",
               .by_hand = "GET /v1/health."};
  return step;
}

Step restore_onprem_settings() {
  Step step;
  step.kind = {
      .name = "restore_onprem_settings",
      .title = "restore the on-premises settings",
      .effect = {.needs = {Fact::onprem_is_home, Fact::snapshot_taken}, .gives = {Fact::onprem_settings_restored}},
      .cost = 1,
      .duration = 2s,
      .changes = true,
      .doing =
          "Writes back the application settings that were kept, the webhook among them; sends nothing "
          "when they are unchanged.",
      .by_hand = "PATCH /v1/settings/application with what you saved, without wa_id."};
  step.side = api::Side::onprem;
  step.on = "settings";
  step.call = [](const Material& m) {
    Json settings = m.snapshot ? m.snapshot->application : Json::object();
    if (settings.is_object()) settings.erase("wa_id");
    return api::onprem_calls::set_application_settings(settings);
  };
  step.vouches = [](int) { return Facts{Fact::onprem_settings_restored}; };
  return step;
}

Step restore_onprem_profile() {
  Step step;
  step.kind = {
      .name = "restore_onprem_profile",
      .title = "restore the business profile on-premises",
      .effect = {.needs = {Fact::onprem_is_home, Fact::snapshot_taken}, .gives = {Fact::onprem_profile_restored}},
      .cost = 1,
      .duration = 2s,
      .changes = true,
      .doing = "Writes back what of the business profile did not come along.",
      .by_hand = "POST /v1/settings/business/profile with what you saved."};
  step.side = api::Side::onprem;
  step.on = "settings";
  step.call = [](const Material& m) {
    const Profile profile = m.snapshot ? m.snapshot->profile : Profile{};
    return api::onprem_calls::set_business_profile(
        {profile.address, profile.description, profile.email, vertical_onprem(profile.vertical), profile.websites});
  };
  step.vouches = [](int) { return Facts{Fact::onprem_profile_restored}; };
  return step;
}

Step restore_onprem_about() {
  Step step;
  step.kind = {
      .name = "restore_onprem_about",
      .title = "restore the about text on-premises",
      .effect = {.needs = {Fact::onprem_is_home, Fact::snapshot_taken}, .gives = {Fact::onprem_about_restored}},
      .cost = 1,
      .duration = 2s,
      .changes = true,
      .doing = "Writes back the about text if it did not come along.",
      .by_hand = "PATCH /v1/settings/profile/about {\"text\":…}."};
  step.side = api::Side::onprem;
  step.on = "settings";
  step.call = [](const Material& m) {
    return api::onprem_calls::set_about(m.snapshot ? m.snapshot->profile.about : "");
  };
  step.vouches = [](int) { return Facts{Fact::onprem_about_restored}; };
  return step;
}

Step restore_onprem_compliance() {
  Step step;
  step.kind = {.name = "restore_onprem_compliance",
               .title = "restore the compliance information on-premises",
               // It needs a business address (on-premises reference, business compliance).
               .effect = {.needs = {Fact::onprem_is_home, Fact::snapshot_taken, Fact::onprem_profile_restored},
                          .gives = {Fact::onprem_compliance_restored}},
               .cost = 1,
               .duration = 2s,
               .changes = true,
               .forgoes = {Fact::onprem_compliance_restored},
               .doing = "Indian numbers only: writes back what the law wants sellers to say, if it did not come along.",
               .by_hand = "POST /v1/settings/business/compliance_info with what you saved."};
  step.side = api::Side::onprem;
  step.on = "settings";
  step.call = [](const Material& m) {
    return api::onprem_calls::set_compliance(compliance_for_onprem(m.snapshot ? m.snapshot->compliance : Json()));
  };
  step.vouches = [](int) { return Facts{Fact::onprem_compliance_restored}; };
  return step;
}

}  // namespace wamigrate
