#include "steps/probes.hpp"

#include <algorithm>
#include <array>

#include "api/graph.hpp"
#include "plan/preflight.hpp"

namespace wamigrate {
namespace {

Answer answer(bool yes) { return yes ? Answer::yes : Answer::no; }

// Only a home that is settled and ours to move is judged: nothing is done to a number of the app.
Answer home_is(const Sighting& s, Home home) {
  const HomeFinding finding = home_of(s);
  if (!finding.settled || finding.home == Home::unknown || finding.home == Home::app) return Answer::unclear;
  return answer(finding.home == home);
}

Answer vouched(const Sighting& s, Fact fact) { return answer(s.own.vouched.has(fact)); }

// Restored: read back as wanted. Where a service rewrites what it is given (a slash after a website), its own word
// that the write was done has to do; the comparison is in the report.
Answer restored(const Sighting& s, Fact fact, const Asked& asked, bool as_wanted) {
  if (s.own.vouched.has(fact)) return Answer::yes;
  if (!s.own.snapshot) return Answer::no;
  if (asked.how == Asked::How::unreachable || asked.how == Asked::How::not_asked) return Answer::unclear;
  return answer(asked.answered() && as_wanted);
}

// Read to be as wanted, or our own record says so: a side that refuses to be read is left alone.
Answer as_it_was(const Sighting& s, Fact fact, bool nothing_kept, const Asked& asked, bool as_wanted) {
  if (s.own.vouched.has(fact)) return Answer::yes;
  if (!s.own.snapshot) return Answer::no;
  if (nothing_kept) return Answer::yes;
  return asked.answered() ? answer(as_wanted) : Answer::unclear;
}

Answer compliance_restored(const Sighting& s, Fact fact, const Asked& asked, const Json& now) {
  if (s.number.phone.region != "IN") return Answer::yes;
  const Json then = s.own.snapshot ? s.own.snapshot->compliance : Json();
  return as_it_was(s, fact, then.is_null(), asked, covers_compliance(now, then));
}

// A picture that is there is left as it is: it may be a newer one, and no picture comes back byte for byte.
Answer picture_restored(const Sighting& s, Fact fact, const Asked& asked, std::optional<bool> there) {
  const bool nothing_kept = s.own.snapshot && s.own.snapshot->picture_data.empty();
  return as_it_was(s, fact, nothing_kept, asked, there.value_or(false));
}

Answer cloud_picture(const Sighting& s, Fact fact) {
  return picture_restored(s, fact, s.seen.graph_profile_asked, s.seen.graph_picture);
}

// What follows on an upload that was never begun has nothing to do.
Answer follows_upload(const Sighting& s, Fact fact, Fact before) {
  if (s.own.vouched.has(before) && !s.own.picture_sent) return Answer::yes;
  return cloud_picture(s, fact);
}

Answer onprem_healthy(const Sighting& s) {
  const HomeFinding finding = home_of(s);
  if (!finding.settled) return Answer::unclear;
  return answer(finding.home == Home::onprem && !finding.degraded);
}

Answer pin_given(const Sighting& s) {
  return answer(!s.number.pin.empty() && !s.own.pin_refused && !s.own.denied.has(Fact::pin_given));
}

Answer pin_known(const Sighting& s) {
  if (pin_given(s) == Answer::no || s.own.denied.has(Fact::pin_known)) return Answer::no;
  if (s.number.pin_mode == PinMode::declared || s.own.vouched.has(Fact::pin_known)) return Answer::yes;
  if (s.own.doubtful.has(Fact::pin_known)) return Answer::unclear;  // no API shows which PIN is set
  // Where somebody serves the number it can be set; where nobody does, what is declared is all there is.
  return home_is(s, Home::nowhere);
}

Answer app_subscribed(const Sighting& s) {
  if (!s.seen.apps_asked.answered()) return Answer::unclear;
  const auto& apps = s.seen.subscribed_app_ids;
  return answer(std::find(apps.begin(), apps.end(), s.graph.app_id) != apps.end());
}

Answer webhook_effective(const Sighting& s) {
  switch (s.seen.graph.webhook_asked.how) {
    case Asked::How::answered:
      return answer(!s.seen.graph.effective_webhook().empty());
    // It can't be read with this token; that the app is subscribed is then the best evidence there is.
    case Asked::How::refused:
      return app_subscribed(s);
    default:
      return Answer::unclear;
  }
}

Answer queue_drained(const Sighting& s) {
  if (s.number.deployment.gone || s.own.vouched.has(Fact::queue_drained)) return Answer::yes;
  if (!s.seen.onprem.queue.answered() || !s.seen.onprem.queue_size) return Answer::unclear;
  return answer(*s.seen.onprem.queue_size == 0);
}

// Taken from the client as it is: one that has lost a node since then is to be whole again first, and asked anew.
Answer backup_in_hand(const Sighting& s) {
  const HomeFinding finding = home_of(s);
  const bool as_it_is = s.own.backup_fresh && !(finding.home == Home::onprem && finding.degraded);
  return answer(as_it_is && s.own.vouched.has(Fact::backup_in_hand) && !s.own.denied.has(Fact::backup_in_hand));
}

// Wanted by few. Before v21.0 it is said with the registration itself. Meta's page and Meta's OpenAPI file name other
// members: "success" alone does not show that these were understood, so what is read back has the last word.
Answer storage_region_set(const Sighting& s) {
  const bool said_before = !s.number.storage_region.empty() && api::graph_calls::storage_is_a_setting(s.graph.version);
  if (!said_before) return Answer::yes;
  const bool accepted = s.own.vouched.has(Fact::storage_region_set);
  const Asked& asked = s.seen.graph.settings_asked;
  if (asked.answered()) {
    if (s.seen.graph.storage_region == s.number.storage_region) return Answer::yes;
    return accepted ? Answer::unclear : Answer::no;
  }
  if (accepted) return Answer::yes;
  return asked.how == Asked::How::refused ? Answer::no : Answer::unclear;
}

Answer ownership_verified(const Sighting& s) {
  if (s.own.vouched.has(Fact::ownership_verified)) return Answer::yes;
  if (s.own.denied.has(Fact::ownership_verified)) return Answer::no;
  if (s.own.doubtful.has(Fact::ownership_verified)) return Answer::unclear;
  if (s.own.vouched.has(Fact::backup_in_hand)) return Answer::yes;  // a backup spares the code
  const Answer nowhere = home_is(s, Home::nowhere);
  if (nowhere != Answer::yes) return nowhere == Answer::no ? Answer::yes : Answer::unclear;
  return answer(s.seen.graph.code_verification_status == "VERIFIED");
}

// Both registrations need Cloud's side to be clear, and neither leaves while nobody knows where the number is.
Answer cloud_released(const Sighting& s) {
  if (s.own.doubtful.has(Fact::cloud_released)) return Answer::unclear;  // no API shows a half-done release
  if (home_is(s, Home::cloud) == Answer::unclear) return Answer::unclear;
  return answer(s.own.vouched.has(Fact::cloud_released) || !s.own.denied.has(Fact::cloud_released));
}

Answer cloud_let_go(const Sighting& s) {
  const Answer cloud = home_is(s, Home::cloud);
  if (cloud == Answer::unclear) return cloud;
  return answer(!s.options.deregister_first || cloud == Answer::no);
}

// Open, and a client is there to ask: nobody lets Cloud go for one that does not answer.
Answer onprem_registration_open(const Sighting& s) {
  const bool dated = s.options.allow_after_sunset || s.options.as_of < sunset();
  if (!dated || s.number.deployment.gone || s.own.denied.has(Fact::onprem_registration_open)) return Answer::no;
  const OnpremView& onprem = s.seen.onprem;
  const bool answers = onprem.health.answered() && std::any_of(onprem.nodes.begin(), onprem.nodes.end(),
                                                               [](const auto& node) { return node.status != "error"; });
  return answers ? Answer::yes : Answer::unclear;
}

bool has_expired(const Sighting& s) {
  const OnpremView& onprem = s.seen.onprem;
  return onprem.support.answered() && onprem.expires && *onprem.expires <= s.seen.taken_at;
}

bool is_unregistered(const OnpremView& onprem) {
  return onprem.health.answered() && !onprem.nodes.empty() &&
         std::all_of(onprem.nodes.begin(), onprem.nodes.end(),
                     [](const auto& node) { return node.status == "unregistered"; });
}

// Graph names Cloud for a number whose registration there has no effect: before its display name was approved.
bool is_overtaken(const Sighting& s) { return s.seen.graph.platform_type == "CLOUD_API"; }

// An expired client does not connect any more; whether it still makes backups is not documented, so it is asked. It
// must say whose client it is: identity holds then, or there is a conflict.
bool answers_late(const Sighting& s) {
  const OnpremView& onprem = s.seen.onprem;
  return has_expired(s) && onprem.health.answered() && !is_unregistered(onprem) && onprem.settings.answered() &&
         !onprem.wa_id.empty();
}

Answer late_backup_possible(const Sighting& s) {
  const bool ruled_out = s.number.deployment.gone || s.own.denied.has(Fact::late_backup_possible);
  if (s.own.last_home != Home::unknown || ruled_out) return Answer::no;
  const Answer nowhere = home_is(s, Home::nowhere);
  if (nowhere != Answer::yes) return nowhere;
  return answer(answers_late(s) && !is_overtaken(s));
}

// A client makes backups while it is registered and runs: one that is gone never will, nor one that has lost its
// registration and can't have another, nor one that has expired and does not say whose it is. A number that this run
// has seen served on-premises is another matter: its backup was to be had, and what its loss costs stands in no plan.
Answer backup_impossible(const Sighting& s) {
  if (s.own.last_home != Home::unknown) return Answer::no;
  const Answer nowhere = home_is(s, Home::nowhere);
  if (nowhere != Answer::yes) return nowhere;
  const bool lost = is_unregistered(s.seen.onprem) && onprem_registration_open(s) == Answer::no;
  return answer(s.number.deployment.gone || lost || is_overtaken(s) || (has_expired(s) && !answers_late(s)));
}

Answer account_requested(const Sighting& s) {
  if (s.own.vouched.has(Fact::account_requested)) return Answer::yes;
  const Answer home = home_is(s, Home::onprem);
  if (home == Answer::yes) return Answer::yes;
  // No observation shows whether a code was sent: a person must say.
  return s.own.doubtful.has(Fact::account_requested) ? Answer::unclear : Answer::no;
}

Answer old_client_silent(const Sighting& s) {
  if (onprem_is_silent(s.number.deployment, s.seen)) return Answer::yes;
  // One that refuses to say may be up or not.
  const bool said = s.seen.onprem.health.answered() && !s.seen.onprem.nodes.empty();
  return said ? Answer::no : Answer::unclear;
}

Answer healthy_on_cloud(const Sighting& s) {
  if (s.seen.graph.health_asked.how == Asked::How::refused) return Answer::yes;  // optional, and said as a warning
  if (!s.seen.graph.health_asked.answered()) return Answer::unclear;
  return answer(s.seen.graph.can_send_message != "BLOCKED");
}

Answer shards_restored(const Sighting& s) {
  if (s.own.vouched.has(Fact::shards_restored)) return Answer::yes;
  if (s.seen.onprem.shards_asked.how == Asked::How::refused && s.number.deployment.shards == 1) return Answer::yes;
  if (!s.seen.onprem.shards_asked.answered()) return Answer::unclear;
  return answer(s.seen.onprem.shards == s.number.deployment.shards);
}

Answer onprem_settings_restored(const Sighting& s) {
  if (s.own.snapshot && s.own.snapshot->application.is_null()) return Answer::yes;  // nothing was there to keep
  bool same = s.own.snapshot.has_value();
  if (same) {
    for (const auto& [key, value] : s.own.snapshot->application.items()) {
      if (key != "wa_id" && at_path(s.seen.onprem.application, {key}) != value) same = false;
    }
  }
  return restored(s, Fact::onprem_settings_restored, s.seen.onprem.settings, same);
}

Answer onprem_profile_restored(const Sighting& s) {
  Profile wanted = s.own.snapshot ? s.own.snapshot->profile : Profile{};
  wanted.about.clear();
  return restored(s, Fact::onprem_profile_restored, s.seen.onprem.profile_asked, covers(s.seen.onprem.profile, wanted));
}

Answer onprem_about_restored(const Sighting& s) {
  Profile wanted;
  if (s.own.snapshot) wanted.about = s.own.snapshot->profile.about;
  return restored(s, Fact::onprem_about_restored, s.seen.onprem.profile_asked, covers(s.seen.onprem.profile, wanted));
}

// One that somebody got is proof, whichever of a run's messages it was. The id or tag in any status is proof that it
// was accepted; a lost reply without one proves nothing.
Answer test_message_sent(const Sighting& s) {
  if (s.own.vouched.has(Fact::test_message_sent)) return Answer::yes;
  const bool doubtful = s.own.doubtful.has(Fact::test_message_sent);
  if (s.seen.test && (s.seen.test->delivered() || (doubtful && s.seen.test->newest_heard))) return Answer::yes;
  return doubtful ? Answer::unclear : Answer::no;
}

// What was not heard may be heard yet: there is no settled no.
Answer told(const Sighting& s, Fact fact, bool heard) {
  return heard || s.own.vouched.has(fact) ? Answer::yes : Answer::unclear;
}

constexpr Readings webhook_readings = {Reading::webhook, Reading::subscribed_apps};

const std::array<Probe, static_cast<std::size_t>(Fact::count_)> probes = {{
    {Fact::onprem_is_home, home_readings, false, [](const Sighting& s) { return home_is(s, Home::onprem); }},
    {Fact::cloud_is_home, home_readings, false, [](const Sighting& s) { return home_is(s, Home::cloud); }},
    {Fact::nowhere_is_home, home_readings, false, [](const Sighting& s) { return home_is(s, Home::nowhere); }},
    {Fact::onprem_healthy, home_readings, false, onprem_healthy},
    {Fact::pin_given, {}, false, pin_given},
    {Fact::pin_known, home_readings, false, pin_known},
    {Fact::app_subscribed, {Reading::subscribed_apps}, false, app_subscribed},
    {Fact::webhook_effective, webhook_readings, true, webhook_effective},
    {Fact::snapshot_taken, {}, false, [](const Sighting& s) { return answer(s.own.snapshot.has_value()); }},
    {Fact::no_restart_promised,
     {},
     false,
     [](const Sighting& s) {
       return answer(s.number.deployment.gone || s.own.vouched.has(Fact::no_restart_promised));
     }},
    {Fact::queue_drained, {Reading::onprem_queue}, true, queue_drained},
    {Fact::backup_in_hand, home_readings, false, backup_in_hand},
    {Fact::cloud_was_last_home, {}, false, [](const Sighting& s) { return answer(s.own.last_home == Home::cloud); }},
    {Fact::backup_impossible, home_readings | Readings{Reading::onprem_support}, false, backup_impossible},
    {Fact::late_backup_possible, home_readings | Readings{Reading::onprem_support}, false, late_backup_possible},
    {Fact::storage_region_set, {Reading::graph_settings}, false, storage_region_set},
    {Fact::ownership_code_requested,
     {},
     false,
     [](const Sighting& s) {
       return s.own.doubtful.has(Fact::ownership_code_requested) ? Answer::unclear
                                                                 : vouched(s, Fact::ownership_code_requested);
     }},
    {Fact::ownership_verified, home_readings, false, ownership_verified},
    {Fact::cloud_released, home_readings, false, cloud_released},
    {Fact::release_asked, {}, false, [](const Sighting& s) { return answer(s.options.deregister_first); }},
    {Fact::cloud_let_go, home_readings, false, cloud_let_go},
    {Fact::certificate_in_hand,
     {Reading::graph_node},
     false,
     [](const Sighting& s) {
       return s.seen.graph.asked.answered() ? answer(s.seen.graph.has_certificate) : Answer::unclear;
     }},
    {Fact::onprem_registration_open, {Reading::onprem_health}, false, onprem_registration_open},
    {Fact::account_requested, home_readings, false, account_requested},
    {Fact::old_client_silent, {Reading::onprem_health}, true, old_client_silent},
    {Fact::healthy_on_cloud, {Reading::graph_health}, true, healthy_on_cloud},
    {Fact::cloud_profile_restored,
     {Reading::graph_profile},
     true,
     [](const Sighting& s) {
       return restored(s, Fact::cloud_profile_restored, s.seen.graph_profile_asked,
                       s.own.snapshot && covers(s.seen.graph_profile, s.own.snapshot->profile));
     }},
    {Fact::cloud_compliance_restored,
     {Reading::compliance},
     false,
     [](const Sighting& s) {
       return compliance_restored(s, Fact::cloud_compliance_restored, s.seen.compliance_asked, s.seen.compliance);
     }},
    {Fact::picture_upload_opened,
     {Reading::graph_profile},
     true,
     [](const Sighting& s) { return cloud_picture(s, Fact::picture_upload_opened); }},
    {Fact::picture_uploaded,
     {Reading::graph_profile},
     true,
     [](const Sighting& s) { return follows_upload(s, Fact::picture_uploaded, Fact::picture_upload_opened); }},
    {Fact::cloud_picture_restored,
     {Reading::graph_profile},
     true,
     [](const Sighting& s) { return follows_upload(s, Fact::cloud_picture_restored, Fact::picture_uploaded); }},
    {Fact::promises_compared, {}, false, [](const Sighting& s) { return vouched(s, Fact::promises_compared); }},
    {Fact::shards_restored, {Reading::onprem_shards}, true, shards_restored},
    {Fact::onprem_settings_restored, {Reading::onprem_settings}, true, onprem_settings_restored},
    {Fact::onprem_profile_restored, {Reading::onprem_profile}, true, onprem_profile_restored},
    {Fact::onprem_about_restored, {Reading::onprem_profile}, true, onprem_about_restored},
    {Fact::onprem_compliance_restored,
     {Reading::onprem_compliance},
     false,
     [](const Sighting& s) {
       return compliance_restored(s, Fact::onprem_compliance_restored, s.seen.onprem.compliance_asked,
                                  s.seen.onprem.compliance);
     }},
    {Fact::onprem_picture_restored,
     {Reading::onprem_picture},
     true,
     [](const Sighting& s) {
       return picture_restored(s, Fact::onprem_picture_restored, s.seen.onprem.picture_asked, s.seen.onprem.picture);
     }},
    {Fact::test_message_asked, {}, false, [](const Sighting& s) { return answer(s.number.test_message->asked()); }},
    {Fact::test_message_sent, {Reading::test_evidence}, true, test_message_sent},
    {Fact::test_message_delivered,
     {Reading::test_evidence},
     true,
     [](const Sighting& s) { return told(s, Fact::test_message_delivered, s.seen.test && s.seen.test->delivered()); }},
    {Fact::inbound_asked,
     {},
     false,
     [](const Sighting& s) {
       return answer(s.number.test_message->asked() && s.number.test_message->inbound.has_value());
     }},
    {Fact::inbound_message_seen,
     {Reading::test_evidence},
     true,
     [](const Sighting& s) { return told(s, Fact::inbound_message_seen, s.seen.test && s.seen.test->incoming); }},
}};

}  // namespace

const Probe& probe_of(Fact fact) {
  const Probe& probe = probes.at(static_cast<std::size_t>(fact));
  ensure(probe.fact == fact, "probes stand in the order of the facts");
  return probe;
}

Readings readings_for(Facts facts) {
  Readings readings;
  for (Fact fact : facts.list()) readings = readings | probe_of(fact).reads;
  return readings;
}

Answer judge_all(Facts facts, const Sighting& sighting) {
  Answer worst = Answer::yes;
  for (Fact fact : facts.list()) {
    const Answer said = probe_of(fact).judge(sighting);
    if (said == Answer::no) return Answer::no;
    if (said == Answer::unclear) worst = Answer::unclear;
  }
  return worst;
}

Facts facts_that_hold(const Sighting& sighting, bool lasting_only) {
  Facts facts;
  for (const Probe& probe : probes) {
    if (lasting_only && probe.perishable) continue;
    if (probe.judge(sighting) == Answer::yes) facts.add(probe.fact);
  }
  return facts;
}

Facts facts_to_plan_from(const Sighting& sighting) {
  Facts facts = facts_that_hold(sighting, true);
  for (const Probe& probe : probes) {
    if (probe.perishable && sighting.own.vouched.has(probe.fact)) facts.add(probe.fact);
  }
  return facts - sighting.own.denied;
}

Readings planning_readings() {
  Readings readings = home_readings;
  for (const Probe& probe : probes) {
    if (!probe.perishable) readings = readings | probe.reads;
  }
  return readings;
}

HomeFinding home_of(const Sighting& sighting) {
  HomeFinding finding = find_home(sighting.number, sighting.seen);
  const std::string conflict = identity_conflict(sighting.number, sighting.seen);
  if (!conflict.empty()) {
    finding = {};
    finding.why = conflict;
    return finding;
  }
  if (!finding.settled && sighting.patience_over && finding.after_patience != Home::unknown) {
    finding.home = finding.after_patience;
    finding.settled = true;
    finding.why += "; unchanged for longer than settle_timeout";
  }
  return finding;
}

}  // namespace wamigrate
