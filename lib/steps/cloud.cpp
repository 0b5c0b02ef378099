// What is done to a number at the Cloud API and Graph.
#include <fmt/format.h>

#include "steps/kinds.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

// What both registrations need before anything may leave, whatever the number's home.
constexpr Facts registration_needs = {Fact::pin_known,          Fact::app_subscribed, Fact::webhook_effective,
                                      Fact::ownership_verified, Fact::cloud_released, Fact::snapshot_taken,
                                      Fact::storage_region_set};

api::GraphProfile for_graph(const Profile& profile) {
  api::GraphProfile graph;
  graph.about = profile.about;
  graph.address = profile.address;
  graph.description = profile.description;
  graph.email = profile.email;
  graph.vertical = vertical_on_cloud(profile.vertical);
  graph.websites = profile.websites;
  return graph;
}

Snapshot snapshot_of(const Observation& seen) {
  Snapshot snapshot;
  // The home's own profile is what people see now; on-premises keeps fields that Graph may not show before the move.
  const bool onprem = seen.graph.platform_type == "ON_PREMISE" && seen.onprem.profile_asked.answered();
  snapshot.profile = onprem ? seen.onprem.profile : seen.graph_profile;
  if (seen.onprem.settings.answered()) snapshot.application = seen.onprem.application;
  snapshot.verified_name = seen.graph.verified_name;
  snapshot.quality_rating = seen.graph.quality_rating;
  snapshot.messaging_limit = seen.graph.messaging_limit;
  snapshot.throughput = seen.graph.throughput;
  snapshot.is_official = seen.graph.is_official;
  snapshot.picture = onprem ? seen.onprem.picture : seen.graph_picture;
  snapshot.compliance = seen.compliance;
  snapshot.templates = seen.templates;
  return snapshot;
}

// An optional side that could not be read is said, and not made up.
void note_unread(std::vector<std::string>& notes, const Asked& asked, std::string_view what) {
  if (!asked.answered()) notes.push_back(fmt::format("{} could not be read ({})", what, asked.detail));
}

Outcome conclude_snapshot(const Material&, const Observation& seen) {
  Outcome outcome;
  if (!seen.graph.asked.answered()) {
    outcome.how = Outcome::How::ambiguous;
    outcome.error_class = api::ErrorClass::down;
    outcome.message = "no snapshot: Graph's phone-number node could not be read (" + seen.graph.asked.detail + ")";
    return outcome;
  }
  note_unread(outcome.notes, seen.graph_profile_asked, "the Cloud profile");
  note_unread(outcome.notes, seen.onprem.settings, "the on-premises settings");
  note_unread(outcome.notes, seen.onprem.profile_asked, "the on-premises profile");
  outcome.how = Outcome::How::done;
  outcome.product = Secret(to_compact(to_json(snapshot_of(seen))));
  outcome.vouched = {Fact::snapshot_taken};
  return outcome;
}

Outcome conclude_comparison(const Material& material, const Observation& seen) {
  Outcome outcome;
  if (!seen.graph.asked.answered()) {
    outcome.how = Outcome::How::ambiguous;
    outcome.error_class = api::ErrorClass::down;
    outcome.message = "Graph's phone-number node could not be read (" + seen.graph.asked.detail + ")";
    return outcome;
  }
  const Snapshot before = material.snapshot.value_or(Snapshot{});
  const Snapshot now = snapshot_of(seen);
  auto compare = [&outcome](std::string_view what, const std::string& then, const std::string& after) {
    if (then.empty() && after.empty()) return;
    if (then != after) {
      outcome.notes.push_back(fmt::format("{} was {} and is {}", what, then.empty() ? "not shown" : then,
                                          after.empty() ? "not shown" : after));
    }
  };
  auto word = [](std::optional<bool> flag) { return std::string(!flag ? "" : *flag ? "official" : "not official"); };
  compare("display name", before.verified_name, now.verified_name);
  compare("quality rating", before.quality_rating, now.quality_rating);
  compare("messaging limit", before.messaging_limit, now.messaging_limit);
  compare("official business account", word(before.is_official), word(now.is_official));
  // Nothing is said of a picture that only one of the two sides would show.
  if (before.picture.value_or(false) && !now.picture.value_or(true)) {
    outcome.notes.emplace_back("the profile picture did not come along: upload it again in WhatsApp Manager");
  }
  if (seen.compliance_asked.answered() && !before.compliance.is_null() && before.compliance != now.compliance) {
    outcome.notes.emplace_back(
        "the compliance information for India is not as it was: POST /<PHONE_NUMBER_ID>/business_compliance_info");
  }
  if (seen.templates_asked.answered()) {
    auto approved = [](const TemplateCounts& counts) {
      const auto found = counts.find("APPROVED");
      return std::to_string(found == counts.end() ? 0 : found->second);
    };
    compare("approved templates", approved(before.templates), approved(now.templates));
  }
  note_unread(outcome.notes, seen.templates_asked, "the templates");
  const bool onprem = seen.readings.has(Reading::onprem_profile);
  const Asked& profile_asked = onprem ? seen.onprem.profile_asked : seen.graph_profile_asked;
  if (profile_asked.answered() && !covers(onprem ? seen.onprem.profile : seen.graph_profile, before.profile)) {
    outcome.notes.emplace_back("the profile reads back otherwise than it was written");
  }
  note_unread(outcome.notes, profile_asked, onprem ? "the on-premises profile" : "the Cloud profile");
  outcome.how = Outcome::How::done;
  outcome.vouched = {Fact::promises_compared};
  return outcome;
}

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

Step take_snapshot() {
  Step step;
  step.kind = {.name = "take_snapshot",
               .title = "keep settings and profile",
               .effect = {.needs = {}, .gives = {Fact::snapshot_taken}},
               .cost = 1,
               .duration = 2s,
               .doing =
                   "Reads settings, profile, display name, quality, limit and templates, and keeps them sealed, to "
                   "compare and restore afterwards.",
               .by_hand =
                   "Save what these answer: GET /v1/settings/application, GET /v1/settings/business/profile, "
                   "GET /v1/settings/profile/about, and Graph's phone-number node."};
  step.reads = {Reading::graph_node,     Reading::graph_profile, Reading::templates,      Reading::onprem_settings,
                Reading::onprem_profile, Reading::onprem_health, Reading::onprem_picture, Reading::compliance};
  step.conclude = conclude_snapshot;
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

Step restore_cloud_profile() {
  Step step;
  step.kind = {
      .name = "restore_cloud_profile",
      .title = "restore the profile on Cloud",
      .effect = {.needs = {Fact::cloud_is_home, Fact::snapshot_taken}, .gives = {Fact::cloud_profile_restored}},
      .cost = 1,
      .duration = 2s,
      .changes = true,
      .doing = "Writes back what of the profile did not come along; sends nothing when all of it did.",
      .by_hand =
          "Compare GET /<PHONE_NUMBER_ID>/whatsapp_business_profile with what you saved; POST what is "
          "missing. A picture must be uploaded anew."};
  step.on = "profile";
  step.call = [](const Material& m) {
    return api::graph_calls::set_profile(m.number.phone_number_id,
                                         for_graph(m.snapshot ? m.snapshot->profile : Profile{}));
  };
  step.vouches = [](int) { return Facts{Fact::cloud_profile_restored}; };
  return step;
}

Step compare_promises() {
  Step step;
  step.kind = {.name = "compare_promises",
               .title = "compare what Meta promises to keep",
               .effect = {.needs = {Fact::cloud_is_home, Fact::snapshot_taken, Fact::cloud_profile_restored},
                          .gives = {Fact::promises_compared}},
               .cost = 1,
               .duration = 2s,
               .doing =
                   "Compares display name, quality, official status, messaging limit and templates with what was "
                   "kept, and puts every difference into the report.",
               .by_hand = "Read the phone-number node and the templates again and compare."};
  step.reads = {Reading::graph_node, Reading::graph_profile, Reading::templates, Reading::compliance};
  step.conclude = conclude_comparison;
  return step;
}

Step compare_promises_onprem() {
  Step step;
  step.kind = {.name = "compare_promises_onprem",
               .title = "compare what is to stay as it was",
               .effect = {.needs = {Fact::onprem_is_home, Fact::snapshot_taken, Fact::onprem_profile_restored,
                                    Fact::onprem_about_restored},
                          .gives = {Fact::promises_compared}},
               .cost = 1,
               .duration = 2s,
               .doing =
                   "Compares display name, quality, official status, messaging limit, templates and profile with what "
                   "was kept, and puts every difference into the report.",
               .by_hand = "Read the phone-number node, the templates and the on-premises profile, and compare."};
  step.reads = {Reading::graph_node,     Reading::templates,  Reading::onprem_profile,
                Reading::onprem_picture, Reading::compliance, Reading::onprem_health};
  step.conclude = conclude_comparison;
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
