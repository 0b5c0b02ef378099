// What of a number is kept before it moves, and compared and written back on Cloud once it has arrived. What goes back
// to an on-premises client stands with the client's other steps.
#include <fmt/format.h>

#include "steps/kinds.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

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
  // On-premises its picture may not be had where Graph shows it, and the other way round: it is the number's own.
  snapshot.picture_data = seen.onprem.picture_data->empty() ? seen.graph_picture_data : seen.onprem.picture_data;
  if (!snapshot.picture_data.empty()) snapshot.picture = true;
  snapshot.compliance = onprem && !seen.onprem.compliance.is_null() ? seen.onprem.compliance : seen.compliance;
  snapshot.templates = seen.templates;
  return snapshot;
}

// An optional side that could not be read is said, and not made up.
void note_unread(std::vector<std::string>& notes, const Asked& asked, std::string_view what) {
  if (!asked.answered()) notes.push_back(fmt::format("{} could not be read ({})", what, *asked.detail));
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
  const Snapshot snapshot = snapshot_of(seen);
  if (snapshot.picture.value_or(false) && snapshot.picture_data.empty()) {
    outcome.notes.emplace_back("the profile picture could not be read, or is too large: it was not kept");
  }
  outcome.how = Outcome::How::done;
  outcome.product = Secret(to_compact(to_json(snapshot)));
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
  const bool onprem = seen.readings.has(Reading::onprem_profile);
  const Asked& compliance_asked = onprem ? seen.onprem.compliance_asked : seen.compliance_asked;
  if (compliance_asked.answered() &&
      !covers_compliance(onprem ? seen.onprem.compliance : seen.compliance, before.compliance)) {
    outcome.notes.emplace_back("the compliance information for India reads back otherwise than it was");
  }
  if (seen.templates_asked.answered()) {
    auto approved = [](const TemplateCounts& counts) {
      const auto found = counts.find("APPROVED");
      return std::to_string(found == counts.end() ? 0 : found->second);
    };
    compare("approved templates", approved(before.templates), approved(now.templates));
  }
  note_unread(outcome.notes, seen.templates_asked, "the templates");
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
  step.reads = {Reading::graph_node,      Reading::graph_profile,       Reading::templates,
                Reading::onprem_settings, Reading::onprem_profile,      Reading::onprem_health,
                Reading::onprem_picture,  Reading::onprem_picture_data, Reading::graph_picture_data,
                Reading::compliance,      Reading::onprem_compliance};
  step.conclude = conclude_snapshot;
  step.keeps = "snapshot";
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
          "missing."};
  step.on = "profile";
  step.call = [](const Material& m) {
    return api::graph_calls::set_profile(m.number.phone_number_id,
                                         for_graph(m.snapshot ? m.snapshot->profile : Profile{}));
  };
  step.vouches = [](int) { return Facts{Fact::cloud_profile_restored}; };
  return step;
}

Step restore_cloud_compliance() {
  Step step;
  step.kind = {
      .name = "restore_cloud_compliance",
      .title = "restore the compliance information on Cloud",
      .effect = {.needs = {Fact::cloud_is_home, Fact::snapshot_taken, Fact::cloud_profile_restored},
                 .gives = {Fact::cloud_compliance_restored}},
      .cost = 1,
      .duration = 2s,
      .changes = true,
      .forgoes = {Fact::cloud_compliance_restored},
      .doing =
          "Indian numbers only: writes back what the law wants sellers to say, if it did not come along. Meta keeps it "
          "since 2023, so that this should find nothing to do.",
      .by_hand =
          "Compare GET /<PHONE_NUMBER_ID>/business_compliance_info with what you saved; POST it where it differs."};
  step.on = "compliance";
  step.call = [](const Material& m) {
    return api::graph_calls::set_compliance(m.number.phone_number_id,
                                            compliance_for_graph(m.snapshot ? m.snapshot->compliance : Json()));
  };
  step.vouches = [](int) { return Facts{Fact::cloud_compliance_restored}; };
  return step;
}

Step compare_promises() {
  Step step;
  step.kind = {.name = "compare_promises",
               .title = "compare what Meta promises to keep",
               .effect = {.needs = {Fact::cloud_is_home, Fact::snapshot_taken, Fact::cloud_profile_restored,
                                    Fact::cloud_compliance_restored, Fact::cloud_picture_restored},
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
                                    Fact::onprem_about_restored, Fact::onprem_compliance_restored,
                                    Fact::onprem_picture_restored},
                          .gives = {Fact::promises_compared}},
               .cost = 1,
               .duration = 2s,
               .doing =
                   "Compares display name, quality, official status, messaging limit, templates and profile with what "
                   "was kept, and puts every difference into the report.",
               .by_hand = "Read the phone-number node, the templates and the on-premises profile, and compare."};
  step.reads = {Reading::graph_node,     Reading::templates,         Reading::onprem_profile,
                Reading::onprem_picture, Reading::onprem_compliance, Reading::onprem_health};
  step.conclude = conclude_comparison;
  return step;
}

}  // namespace wamigrate
