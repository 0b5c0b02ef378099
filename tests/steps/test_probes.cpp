// Every fact has a probe, and every answer it can give is given here by something that was seen or done.
#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>

#include "plan/preflight.hpp"
#include "steps/probes.hpp"
#include "support/catch.hpp"
#include "support/sightings.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

using enum Fact;

const std::string our_app = "900100200300";

/// A number in the middle of a migration: on-premises serves it, everything answers, nothing has been done.
struct Scene {
  Number number = some_number();
  Graph graph;
  PlanOptions options;
  Observation seen;
  OwnRecord own;
  bool patience_over = false;

  Answer ask(Fact fact) const { return probe_of(fact).judge({number, graph, options, seen, own, patience_over}); }
  Facts holding(bool lasting_only) const {
    return facts_that_hold({number, graph, options, seen, own, patience_over}, lasting_only);
  }
  Facts to_plan_from() const { return facts_to_plan_from({number, graph, options, seen, own, patience_over}); }
  HomeFinding home() const { return home_of({number, graph, options, seen, own, patience_over}); }
};

Snapshot some_snapshot() {
  Snapshot snapshot;
  snapshot.profile.about = "Open nine to five";
  snapshot.profile.address = "Hauptstr. 1, Berlin";
  snapshot.application = {{"wa_id", "491713920001"}, {"webhooks", {{"url", "https://hooks.example.com/de-1"}}}};
  return snapshot;
}

void answer_the_rest(Observation& observation) {
  observation.graph.has_certificate = true;
  observation.graph.code_verification_status = "VERIFIED";
  observation.graph.health_asked = was_answered;
  observation.graph.can_send_message = "AVAILABLE";
  observation.graph.webhook_asked = was_answered;
  observation.graph.webhook_app = "https://hooks.example.com/cloud";
  observation.graph_profile_asked = was_answered;
  observation.graph_profile = some_snapshot().profile;
  observation.apps_asked = was_answered;
  observation.subscribed_app_ids = {our_app};
  observation.onprem.application = some_snapshot().application;
  observation.onprem.queue = was_answered;
  observation.onprem.queue_size = 0;
  observation.onprem.profile_asked = was_answered;
  observation.onprem.profile = some_snapshot().profile;
  observation.onprem.shards_asked = was_answered;
  observation.onprem.shards = 1;
}

Scene scene(const std::string& platform, const std::string& status, const std::string& node) {
  Scene s;
  s.graph.app_id = our_app;
  s.options.as_of = *parse_iso("2025-10-20");
  s.seen = seen(s.number, platform, status, one_node(node));
  answer_the_rest(s.seen);
  s.own.snapshot = some_snapshot();
  return s;
}

Scene on_premises() { return scene("ON_PREMISE", "CONNECTED", "connected"); }
Scene on_cloud() { return scene("CLOUD_API", "CONNECTED", "unregistered"); }
Scene nowhere() { return scene("NOT_APPLICABLE", "", "unregistered"); }
Scene contradiction() { return scene("CLOUD_API", "CONNECTED", "connected"); }
Scene on_the_app() {
  Scene s = scene("ON_PREMISE", "CONNECTED", "unregistered");
  s.seen.graph.is_on_biz_app = true;
  return s;
}
Scene pending_on_cloud() { return scene("CLOUD_API", "PENDING", "unregistered"); }
Scene unsettled() { return scene("ON_PREMISE", "CONNECTED", "disconnected"); }

Scene with(Scene s, const std::function<void(Scene&)>& change) {
  change(s);
  return s;
}
void expired(Scene& s) {
  s.seen.onprem.nodes = one_node("disconnected");
  s.seen.onprem.support = was_answered;
  s.seen.onprem.expires = s.seen.taken_at;
}

Scene vouched(Scene s, Facts facts) {
  s.own.vouched = facts;
  return s;
}
Scene denied(Scene s, Facts facts) {
  s.own.denied = facts;
  return s;
}
Scene doubtful(Scene s, Facts facts) {
  s.own.doubtful = facts;
  return s;
}

struct Row {
  Fact fact;
  Answer answer;
  Scene scene;
  std::string what;
};

std::vector<Row> home_rows() {
  std::vector<Row> rows;
  const std::vector<std::pair<Fact, Scene>> homes = {
      {onprem_is_home, on_premises()}, {cloud_is_home, on_cloud()}, {nowhere_is_home, nowhere()}};
  for (const auto& [fact, its] : homes) {
    for (const auto& [other, scene] : homes) {
      rows.push_back({fact, fact == other ? Answer::yes : Answer::no, scene, "a home that is settled"});
    }
    rows.push_back({fact, Answer::unclear, contradiction(), "both sides claim it"});
    rows.push_back({fact, Answer::unclear, on_the_app(), "the app has it: nobody else's to judge"});
    rows.push_back({fact, Answer::unclear, unsettled(), "it may still settle"});
    rows.push_back(
        {fact, Answer::unclear, with(its, [](Scene& s) { s.seen.graph.asked = was_unreachable; }), "no Graph"});
    rows.push_back({fact, Answer::unclear, with(its, [](Scene& s) { s.seen.in_waba = false; }), "whose number is it?"});
  }
  rows.push_back(
      {nowhere_is_home, Answer::yes, with(unsettled(), [](Scene& s) { s.patience_over = true; }), "patience is over"});
  rows.push_back({cloud_is_home, Answer::unclear, with(contradiction(), [](Scene& s) { s.patience_over = true; }),
                  "patience settles no contradiction"});
  return rows;
}

std::vector<Row> readiness_rows() {
  const auto yes = Answer::yes;
  const auto no = Answer::no;
  const auto unclear = Answer::unclear;
  auto past_sunset = [](Scene& s) { s.options.as_of = *parse_iso("2025-10-23"); };
  auto in_germany = [](Scene& s) {
    s.number.storage_region = "DE";
    s.seen.graph.settings_asked = was_answered;
  };
  auto set_mode = [](Scene& s) { s.number.pin_mode = PinMode::set; };
  return {
      {onprem_healthy, yes, on_premises(), "one node, connected"},
      {onprem_healthy, no, scene("ON_PREMISE", "CONNECTED", "connecting"), "degraded"},
      {onprem_healthy, no, on_cloud(), "it is not its home"},
      {onprem_healthy, unclear, unsettled(), "it may still settle"},
      {pin_given, yes, on_premises(), "declared"},
      {pin_given, no, with(on_premises(), [](Scene& s) { s.number.pin = {}; }), "not declared"},
      {pin_given, no, with(on_premises(), [](Scene& s) { s.own.pin_refused = true; }), "refused before"},
      {pin_given, no, denied(on_premises(), {pin_given}), "refused in this run"},
      {pin_known, yes, on_premises(), "declared is believed"},
      {pin_known, no, with(on_premises(), set_mode), "to be set, and not set yet"},
      {pin_known, yes, vouched(with(on_premises(), set_mode), {pin_known}), "set in this run"},
      {pin_known, unclear, doubtful(with(on_premises(), set_mode), {pin_known}), "the reply to setting it was lost"},
      {pin_known, no, with(on_cloud(), set_mode), "to be set on Cloud"},
      {pin_known, yes, with(nowhere(), set_mode), "nowhere left to set it: believed"},
      {pin_known, unclear, with(contradiction(), set_mode), "nobody knows where it could be set"},
      {pin_known, no, denied(vouched(on_premises(), {pin_known}), {pin_known}), "refused"},
      {app_subscribed, yes, on_premises(), "listed"},
      {app_subscribed, no, with(on_premises(), [](Scene& s) { s.seen.subscribed_app_ids = {"1"}; }), "another's only"},
      {app_subscribed, unclear, with(on_premises(), [](Scene& s) { s.seen.apps_asked = was_refused("200"); }),
       "refused"},
      {webhook_effective, yes, on_premises(), "the app has one"},
      {webhook_effective, no, with(on_premises(), [](Scene& s) { s.seen.graph.webhook_app.clear(); }), "there is none"},
      {webhook_effective, unclear, with(on_premises(), [](Scene& s) { s.seen.graph.webhook_asked = was_unreachable; }),
       "no answer"},
      {webhook_effective, yes, with(on_premises(), [](Scene& s) { s.seen.graph.webhook_asked = was_refused("100"); }),
       "unreadable, but the app is subscribed"},
      {snapshot_taken, yes, on_premises(), "kept"},
      {snapshot_taken, no, with(on_premises(), [](Scene& s) { s.own.snapshot.reset(); }), "not kept"},
      {no_restart_promised, no, on_premises(), "nobody has said so"},
      {no_restart_promised, yes, vouched(on_premises(), {no_restart_promised}), "the plan was approved"},
      {no_restart_promised, yes, with(nowhere(), [](Scene& s) { s.number.deployment.gone = true; }),
       "nothing is left to restart"},
      {queue_drained, yes, on_premises(), "empty"},
      {queue_drained, no, with(on_premises(), [](Scene& s) { s.seen.onprem.queue_size = 1; }), "one waits"},
      {queue_drained, unclear, with(on_premises(), [](Scene& s) { s.seen.onprem.queue = was_unreachable; }),
       "no answer"},
      {queue_drained, unclear, with(on_premises(), [](Scene& s) { s.seen.onprem.queue_size.reset(); }),
       "it does not show it"},
      {queue_drained, yes,
       vouched(with(nowhere(), [](Scene& s) { s.seen.onprem.queue = was_unreachable; }), {queue_drained}),
       "it was, before the client went down"},
      {backup_in_hand, no, on_premises(), "none taken"},
      {backup_in_hand, yes, with(vouched(on_premises(), {backup_in_hand}), [](Scene& s) { s.own.backup_fresh = true; }),
       "taken"},
      {backup_in_hand, no, vouched(on_premises(), {backup_in_hand}), "taken before a restart, and the client went on"},
      {backup_in_hand, no,
       denied(with(vouched(on_premises(), {backup_in_hand}), [](Scene& s) { s.own.backup_fresh = true; }),
              {backup_in_hand}),
       "Meta refused it"},
      {backup_in_hand, no,
       with(vouched(scene("ON_PREMISE", "CONNECTED", "connecting"), {backup_in_hand}),
            [](Scene& s) { s.own.backup_fresh = true; }),
       "the client is not as it was"},
      {cloud_was_last_home, yes, with(nowhere(), [](Scene& s) { s.own.last_home = Home::cloud; }),
       "Cloud was seen to serve it"},
      {cloud_was_last_home, no, with(nowhere(), [](Scene& s) { s.own.last_home = Home::onprem; }), "on-premises was"},
      {cloud_was_last_home, no, nowhere(), "nobody was"},
      {backup_impossible, yes, with(pending_on_cloud(), [](Scene& s) { s.patience_over = true; }),
       "registered before its name was approved"},
      {backup_impossible, unclear, pending_on_cloud(), "it may still connect"},
      {backup_impossible, no, nowhere(), "unregistered, and open to register again"},
      {backup_impossible, yes, with(nowhere(), past_sunset), "unregistered for good"},
      {backup_impossible, yes, with(nowhere(), [](Scene& s) { s.number.deployment.gone = true; }), "gone"},
      {backup_impossible, yes,
       with(nowhere(),
            [](Scene& s) {
              expired(s);
              s.seen.onprem.wa_id.clear();
            }),
       "expired, and it does not say whose it is"},
      {backup_impossible, no, with(nowhere(), expired), "expired, but it may be asked"},
      {late_backup_possible, yes, with(nowhere(), expired), "it answers for this number"},
      {late_backup_possible, no, nowhere(), "not expired"},
      {late_backup_possible, no, denied(with(nowhere(), expired), {late_backup_possible}), "it has refused"},
      {late_backup_possible, no, with(with(nowhere(), expired), [](Scene& s) { s.own.last_home = Home::onprem; }),
       "this run has seen it served"},
      {late_backup_possible, no, with(with(nowhere(), expired), [](Scene& s) { s.number.deployment.gone = true; }),
       "a person has given it up"},
      {late_backup_possible, unclear, with(unsettled(), expired), "it may still settle"},
      {backup_impossible, no, with(with(nowhere(), past_sunset), [](Scene& s) { s.own.last_home = Home::onprem; }),
       "this run has seen it served: its backup is lost, and no plan said so"},
      {backup_impossible, no, with(on_premises(), past_sunset), "it can be taken"},
      {backup_impossible, unclear, with(unsettled(), past_sunset), "it may come back"},
      {storage_region_set, yes, on_premises(), "Meta's default will do"},
      {storage_region_set, no, with(on_premises(), in_germany), "not there yet"},
      {storage_region_set, yes,
       with(with(on_premises(), in_germany), [](Scene& s) { s.seen.graph.storage_region = "DE"; }), "it is"},
      {storage_region_set, unclear, vouched(with(on_premises(), in_germany), {storage_region_set}),
       "Meta has said yes, and shows another"},
      {storage_region_set, yes,
       with(vouched(with(on_premises(), in_germany), {storage_region_set}),
            [](Scene& s) { s.seen.graph.settings_asked = was_refused("10"); }),
       "Meta has said yes, and does not show it"},
      {storage_region_set, yes, with(with(on_premises(), in_germany), [](Scene& s) { s.graph.version = "v20.0"; }),
       "said with the registration"},
      {storage_region_set, unclear,
       with(with(on_premises(), in_germany), [](Scene& s) { s.seen.graph.settings_asked = was_unreachable; }),
       "no answer"},
      {ownership_code_requested, no, nowhere(), "not asked for"},
      {ownership_code_requested, yes, vouched(nowhere(), {ownership_code_requested}), "Meta said it was sent"},
      {ownership_code_requested, unclear, doubtful(nowhere(), {ownership_code_requested}), "the reply was lost"},
      {ownership_verified, yes, on_premises(), "a number that is served needs no code"},
      {ownership_verified, yes, nowhere(), "VERIFIED"},
      {ownership_verified, no, with(nowhere(), [](Scene& s) { s.seen.graph.code_verification_status = "EXPIRED"; }),
       "EXPIRED"},
      {ownership_verified, yes,
       vouched(with(nowhere(), [](Scene& s) { s.seen.graph.code_verification_status = "EXPIRED"; }), {backup_in_hand}),
       "a backup spares the code"},
      {ownership_verified, no, denied(on_premises(), {ownership_verified}), "Meta asked for it"},
      {ownership_verified, yes, vouched(denied(on_premises(), {ownership_verified}), {ownership_verified}),
       "… and got it"},
      {ownership_verified, unclear, doubtful(on_premises(), {ownership_verified}), "the reply to the code was lost"},
      {ownership_verified, unclear, contradiction(), "nobody knows"},
      {cloud_released, yes, on_premises(), "Cloud has no part in it"},
      {cloud_released, yes, nowhere(), "nothing says otherwise"},
      {cloud_released, no, denied(nowhere(), {cloud_released}), "133000"},
      {cloud_released, yes, vouched(denied(nowhere(), {cloud_released}), {cloud_released}), "… and finished"},
      {cloud_released, unclear, doubtful(denied(nowhere(), {cloud_released}), {cloud_released}), "the reply was lost"},
      {cloud_released, unclear, contradiction(), "nobody knows"},
      {cloud_released, unclear, on_the_app(), "not ours to move"},
      {release_asked, no, on_cloud(), "not asked for"},
      {release_asked, yes, with(on_cloud(), [](Scene& s) { s.options.deregister_first = true; }), "asked for"},
      {cloud_let_go, yes, on_cloud(), "it need not"},
      {cloud_let_go, no, with(on_cloud(), [](Scene& s) { s.options.deregister_first = true; }), "it must first"},
      {cloud_let_go, yes, with(nowhere(), [](Scene& s) { s.options.deregister_first = true; }), "it has"},
      {cloud_let_go, unclear, contradiction(), "nobody knows"},
      {cloud_let_go, unclear, on_the_app(), "not ours to move"},
      {certificate_in_hand, yes, on_cloud(), "Graph hands it out"},
      {certificate_in_hand, no, with(on_cloud(), [](Scene& s) { s.seen.graph.has_certificate = false; }),
       "it does not"},
      {certificate_in_hand, unclear, with(on_cloud(), [](Scene& s) { s.seen.graph.asked = was_refused("190"); }),
       "refused"},
      {onprem_registration_open, yes, on_cloud(), "before the sunset"},
      {onprem_registration_open, no, with(on_cloud(), [](Scene& s) { s.options.as_of = sunset(); }), "on the day"},
      {onprem_registration_open, yes,
       with(on_cloud(), [](Scene& s) { s.options.as_of = sunset(), s.options.allow_after_sunset = true; }),
       "told to try"},
      {onprem_registration_open, no, denied(on_cloud(), {onprem_registration_open}), "biz_link_on_prem_reg_blocked"},
      {onprem_registration_open, no, with(on_cloud(), [](Scene& s) { s.number.deployment.gone = true; }), "with whom?"},
      {onprem_registration_open, unclear, with(on_cloud(), [](Scene& s) { s.seen.onprem.health = was_unreachable; }),
       "nobody lets Cloud go for a client that does not answer"},
      {onprem_registration_open, unclear,
       with(on_cloud(),
            [](Scene& s) {
              s.seen.onprem.nodes = {{"", "error", "", "1014"}};
            }),
       "… or whose Coreapp is down"},
  };
}

std::vector<Row> arrival_rows() {
  const auto yes = Answer::yes;
  const auto no = Answer::no;
  const auto unclear = Answer::unclear;
  auto no_snapshot = [](Scene& s) { s.own.snapshot.reset(); };
  std::vector<Row> rows = {
      {account_requested, no, on_cloud(), "not asked for"},
      {account_requested, yes, vouched(on_cloud(), {account_requested}), "accepted"},
      {account_requested, yes, on_premises(), "it has the number already"},
      {account_requested, unclear, doubtful(on_cloud(), {account_requested}), "the reply was lost"},
      {account_requested, yes, doubtful(on_premises(), {account_requested}), "the reply was lost, but it arrived"},
      {old_client_silent, yes, on_cloud(), "unregistered"},
      {old_client_silent, yes, with(on_cloud(), [](Scene& s) { s.seen.onprem.health = was_unreachable; }),
       "no answer at all"},
      {old_client_silent, no, contradiction(), "it is up"},
      {old_client_silent, no, scene("CLOUD_API", "CONNECTED", "connecting"), "it tries to be"},
      {old_client_silent, unclear, with(on_cloud(), [](Scene& s) { s.seen.onprem.health = was_refused("http 401"); }),
       "it won't say"},
      {healthy_on_cloud, yes, on_cloud(), "AVAILABLE"},
      {healthy_on_cloud, yes, with(on_cloud(), [](Scene& s) { s.seen.graph.can_send_message = "LIMITED"; }), "LIMITED"},
      {healthy_on_cloud, no, with(on_cloud(), [](Scene& s) { s.seen.graph.can_send_message = "BLOCKED"; }), "BLOCKED"},
      {healthy_on_cloud, unclear, with(on_cloud(), [](Scene& s) { s.seen.graph.health_asked = was_unreachable; }),
       "no answer"},
      {healthy_on_cloud, yes, with(on_cloud(), [](Scene& s) { s.seen.graph.health_asked = was_refused("100"); }),
       "optional"},
      {cloud_profile_restored, yes, on_cloud(), "as kept"},
      {cloud_profile_restored, no, with(on_cloud(), [](Scene& s) { s.seen.graph_profile.edit().about = "else"; }),
       "otherwise"},
      {cloud_profile_restored, unclear,
       with(on_cloud(), [](Scene& s) { s.seen.graph_profile_asked = was_unreachable; }), "no answer"},
      {promises_compared, no, on_cloud(), "not yet"},
      {promises_compared, yes, vouched(on_cloud(), {promises_compared}), "done"},
      {shards_restored, yes, on_premises(), "one, as declared"},
      {shards_restored, no, with(on_premises(), [](Scene& s) { s.seen.onprem.shards = 2; }), "two"},
      {shards_restored, unclear, with(on_premises(), [](Scene& s) { s.seen.onprem.shards_asked = was_unreachable; }),
       "no answer"},
      {shards_restored, yes,
       with(on_premises(), [](Scene& s) { s.seen.onprem.shards_asked = was_refused("http 404"); }),
       "a client without shards has one"},
      {shards_restored, unclear,
       with(on_premises(),
            [](Scene& s) { s.seen.onprem.shards_asked = was_refused("http 404"), s.number.deployment.shards = 2; }),
       "but not two"},
      {onprem_settings_restored, yes, on_premises(), "as kept"},
      {onprem_settings_restored, no,
       with(on_premises(), [](Scene& s) { s.seen.onprem.application["webhooks"]["url"] = ""; }), "otherwise"},
      {onprem_settings_restored, unclear,
       with(on_premises(), [](Scene& s) { s.seen.onprem.settings = was_unreachable; }), "no answer"},
      {onprem_settings_restored, yes, with(on_premises(), [](Scene& s) { s.own.snapshot->application = nullptr; }),
       "none were kept"},
      {onprem_profile_restored, yes, on_premises(), "as kept"},
      {onprem_profile_restored, yes, with(on_premises(), [](Scene& s) { s.seen.onprem.profile.edit().about = "else"; }),
       "about is another's"},
      {onprem_profile_restored, no,
       with(on_premises(), [](Scene& s) { s.seen.onprem.profile.edit().address = "else"; }), "otherwise"},
      {onprem_profile_restored, unclear,
       with(on_premises(), [](Scene& s) { s.seen.onprem.profile_asked = was_unreachable; }), "no answer"},
      {onprem_about_restored, yes, on_premises(), "as kept"},
      {onprem_about_restored, yes, with(on_premises(), [](Scene& s) { s.seen.onprem.profile.edit().address = "else"; }),
       "address is another's"},
      {onprem_about_restored, no, with(on_premises(), [](Scene& s) { s.seen.onprem.profile.edit().about = "else"; }),
       "otherwise"},
      {onprem_about_restored, unclear,
       with(on_premises(), [](Scene& s) { s.seen.onprem.profile_asked = was_unreachable; }), "no answer"},
  };
  for (const Fact fact :
       {cloud_profile_restored, onprem_settings_restored, onprem_profile_restored, onprem_about_restored}) {
    rows.push_back({fact, no, with(on_premises(), no_snapshot), "nothing to compare with"});
    rows.push_back(
        {fact, yes, vouched(with(on_premises(), no_snapshot), {fact}), "the service said that it was written"});
  }
  return rows;
}

std::vector<Row> picture_rows() {
  auto kept = [](Scene& s) {
    s.own.snapshot->picture_data = {"image/png", "bytes"};
    s.own.picture_sent = true;
    s.seen.graph_picture = s.seen.onprem.picture = false;
    s.seen.onprem.picture_asked = was_answered;
  };
  const Scene missing = with(on_cloud(), kept);
  const Scene there = with(missing, [](Scene& s) { s.seen.graph_picture = s.seen.onprem.picture = true; });
  const Scene unread = with(
      missing, [](Scene& s) { s.seen.graph_profile_asked = s.seen.onprem.picture_asked = was_refused("http 403"); });
  std::vector<Row> rows;
  for (const Fact fact : {picture_upload_opened, picture_uploaded, cloud_picture_restored, onprem_picture_restored}) {
    rows.push_back({fact, Answer::yes, on_cloud(), "none was kept"});
    rows.push_back({fact, Answer::yes, there, "one is there, whichever it is"});
    rows.push_back({fact, Answer::no, missing, "it is missing"});
    rows.push_back({fact, Answer::no, with(missing, [](Scene& s) { s.own.snapshot.reset(); }), "no snapshot yet"});
    rows.push_back({fact, Answer::unclear, unread, "it can't be read"});
    rows.push_back({fact, Answer::yes, vouched(unread, {fact}), "done, or left undone"});
  }
  auto never_begun = [](Scene& s) { s.own.picture_sent = false; };
  rows.push_back({picture_uploaded, Answer::yes, with(vouched(missing, {picture_upload_opened}), never_begun),
                  "no upload was begun: a picture was there then"});
  rows.push_back(
      {cloud_picture_restored, Answer::no, vouched(missing, {picture_uploaded}), "uploaded, and not put up"});
  return rows;
}

std::vector<Row> compliance_rows() {
  auto kept = [](Scene& s) {
    s.number.phone = parse_phone("+919812345678").value();
    s.own.snapshot->compliance = {{"entity_name", "Lucky Shrub"}};
    s.seen.compliance_asked = s.seen.onprem.compliance_asked = was_answered;
  };
  const Scene missing = with(on_cloud(), kept);
  const Scene there = with(missing, [](Scene& s) {
    s.seen.compliance = s.seen.onprem.compliance = {{"entity_name", "Lucky Shrub"}};
  });
  const Scene unread =
      with(missing, [](Scene& s) { s.seen.compliance_asked = s.seen.onprem.compliance_asked = was_unreachable; });
  std::vector<Row> rows;
  for (const Fact fact : {cloud_compliance_restored, onprem_compliance_restored}) {
    rows.push_back({fact, Answer::yes, on_cloud(), "no Indian number"});
    rows.push_back(
        {fact, Answer::yes, with(missing, [](Scene& s) { s.own.snapshot->compliance = Json(); }), "none was kept"});
    rows.push_back({fact, Answer::yes, there, "as kept"});
    rows.push_back({fact, Answer::no, missing, "it is missing"});
    rows.push_back({fact, Answer::no, with(missing, [](Scene& s) { s.own.snapshot.reset(); }), "no snapshot yet"});
    rows.push_back({fact, Answer::unclear, unread, "no answer"});
    rows.push_back({fact, Answer::yes, vouched(unread, {fact}), "done, or left undone"});
  }
  return rows;
}

std::vector<Row> message_rows() {
  auto asked = [](Scene& s) { s.number.test_message.edit().to = "+4915110000099"; };
  auto heard = [](TestMessageView view) {
    return [view = std::make_shared<const TestMessageView>(view)](Scene& s) { s.seen.test = view; };
  };
  const Scene silent = with(with(on_cloud(), asked), heard({.asked = was_answered, .status = {}, .code = {}}));
  const Scene lost = with(silent, [](Scene& s) { s.own.doubtful = {test_message_sent}; });
  const auto told = [&](const Scene& scene, const std::string& status) {
    return with(scene, heard({.asked = was_answered, .status = status, .code = {}, .newest_heard = true}));
  };
  return {
      {test_message_asked, Answer::yes, silent, "the inventory names a recipient"},
      {test_message_asked, Answer::no, on_cloud(), "it names none"},
      {inbound_asked, Answer::yes, with(silent, [](Scene& s) { s.number.test_message.edit().inbound = Millis(1); }),
       "an answer is to come"},
      {inbound_asked, Answer::no, silent, "none is waited for"},
      {test_message_sent, Answer::no, silent, "none has left"},
      {test_message_sent, Answer::yes, vouched(silent, {test_message_sent}), "accepted"},
      {test_message_sent, Answer::unclear, lost, "the answer was lost"},
      {test_message_sent, Answer::yes, told(lost, "sent"), "… and webhooks tell of it"},
      {test_message_sent, Answer::yes, told(lost, "failed"), "… though it failed"},
      {test_message_sent, Answer::no, told(silent, "sent"), "a person wants another"},
      {test_message_sent, Answer::yes, told(silent, "delivered"), "… but the first was delivered after all"},
      {test_message_delivered, Answer::yes, told(silent, "delivered"), "delivered"},
      {test_message_delivered, Answer::yes, told(silent, "read"), "read"},
      {test_message_delivered, Answer::unclear, told(silent, "sent"), "sent alone proves nothing"},
      {test_message_delivered, Answer::unclear, told(silent, "failed"), "nor does failed: another device may have it"},
      {test_message_delivered, Answer::unclear,
       with(silent, heard({.asked = was_unreachable, .status = {}, .code = {}})), "no evidence"},
      {test_message_delivered, Answer::yes, vouched(silent, {test_message_delivered}), "a person has it"},
      {inbound_message_seen, Answer::yes,
       with(silent, heard({.asked = was_answered, .status = {}, .code = {}, .newest_heard = false, .incoming = true})),
       "it came in"},
      {inbound_message_seen, Answer::unclear, silent, "it may come yet"},
      {inbound_message_seen, Answer::yes, vouched(silent, {inbound_message_seen}), "a person says so"},
  };
}

std::vector<Row> all_rows() {
  std::vector<Row> rows = home_rows();
  for (const auto& more : {readiness_rows(), arrival_rows(), picture_rows(), compliance_rows(), message_rows()})
    rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

std::string_view word(Answer answer) { return answer == Answer::yes ? "yes" : answer == Answer::no ? "no" : "unclear"; }

std::vector<Fact> all_facts() {
  std::vector<Fact> facts;
  for (unsigned i = 0; i < static_cast<unsigned>(count_); ++i) facts.push_back(static_cast<Fact>(i));
  return facts;
}

}  // namespace

TEST_CASE("each probe answers as the table says") {
  for (const Row& row : all_rows()) {
    CAPTURE(name(row.fact), row.what);
    CHECK(word(row.scene.ask(row.fact)) == word(row.answer));
  }
}

TEST_CASE("the table shows every answer of every fact, unclear where the world can be unclear about it") {
  // What our own record, the inventory or the options say is never unclear.
  const std::set<Fact> never_unclear = {pin_given,           snapshot_taken,     no_restart_promised,
                                        backup_in_hand,      release_asked,      promises_compared,
                                        cloud_was_last_home, test_message_asked, inbound_asked};
  // What was not heard may be heard yet.
  const std::set<Fact> never_no = {test_message_delivered, inbound_message_seen};
  std::map<Fact, std::set<Answer>> shown;
  for (const Row& row : all_rows()) shown[row.fact].insert(row.answer);
  for (const Fact fact : all_facts()) {
    CAPTURE(name(fact));
    std::set<Answer> expected = {Answer::yes, Answer::no, Answer::unclear};
    if (never_unclear.contains(fact)) expected.erase(Answer::unclear);
    if (never_no.contains(fact)) expected.erase(Answer::no);
    CHECK(shown[fact] == expected);
  }
}

TEST_CASE("sides that gave no answer make nothing false") {
  // These are about our own record; sides that are silent change nothing about it.
  const std::set<Fact> own = {account_requested, backup_in_hand, snapshot_taken, test_message_sent};
  for (const Asked& asked : {Asked{}, was_unreachable, was_refused("http 401")}) {
    Scene s = on_cloud();
    Observation& seen = s.seen;
    seen = {};
    seen.graph.asked = seen.graph.health_asked = seen.graph.webhook_asked = asked;
    seen.waba_asked = seen.apps_asked = seen.graph_profile_asked = seen.templates_asked = asked;
    seen.onprem.health = seen.onprem.settings = seen.onprem.support = asked;
    seen.onprem.queue = seen.onprem.profile_asked = seen.onprem.shards_asked = asked;
    s.number.deployment.shards = 2;
    for (const Fact fact : all_facts()) {
      if (probe_of(fact).reads.empty() || own.contains(fact)) continue;
      // A refused write-back is settled by the service's own word; that it can't be read is said in the report.
      if (asked.how == Asked::How::refused && probe_of(fact).perishable) continue;
      CAPTURE(name(fact), *asked.code);
      CHECK(word(s.ask(fact)) != "no");
    }
  }
}

TEST_CASE("probes stand in the order of the facts, and none reads what its judge has no use for") {
  for (const Fact fact : all_facts()) CHECK(probe_of(fact).fact == fact);
  CHECK(probe_of(pin_given).reads.empty());
  CHECK(probe_of(queue_drained).reads.has(Reading::onprem_queue));
  CHECK_FALSE(probe_of(app_subscribed).reads.has(Reading::onprem_health));
}

TEST_CASE("a plan counts only on what lasts; what can change under it is asked anew, unless the run has settled it") {
  const Scene s = on_premises();
  const Facts perishable = {
      webhook_effective,       queue_drained,         old_client_silent,        healthy_on_cloud,
      cloud_profile_restored,  shards_restored,       onprem_settings_restored, onprem_profile_restored,
      onprem_about_restored,   picture_upload_opened, picture_uploaded,         cloud_picture_restored,
      onprem_picture_restored, test_message_sent,     test_message_delivered,   inbound_message_seen};
  for (const Fact fact : all_facts()) {
    CAPTURE(name(fact));
    CHECK(probe_of(fact).perishable == perishable.has(fact));
  }
  CHECK(s.holding(false).has(queue_drained));
  CHECK_FALSE(s.holding(true).has_any(perishable));
  CHECK_FALSE(s.to_plan_from().has_any(perishable));
  CHECK(vouched(s, {queue_drained}).to_plan_from().has(queue_drained));
  CHECK_FALSE(denied(vouched(s, {queue_drained}), {queue_drained}).to_plan_from().has(queue_drained));
}

TEST_CASE("planning reads enough for every fact a plan may count on") {
  for (const Fact fact : all_facts()) {
    if (probe_of(fact).perishable) continue;
    for (unsigned i = 0; i < static_cast<unsigned>(Reading::count_); ++i) {
      const auto reading = static_cast<Reading>(i);
      if (probe_of(fact).reads.has(reading)) CHECK(planning_readings().has(reading));
    }
  }
}

TEST_CASE("several facts are yes together, no if one is, and unclear otherwise") {
  const Scene s = on_premises();
  const Sighting sighting{s.number, s.graph, s.options, s.seen, s.own, false};
  CHECK(judge_all({}, sighting) == Answer::yes);
  CHECK(judge_all({onprem_is_home, onprem_healthy}, sighting) == Answer::yes);
  CHECK(judge_all({onprem_is_home, cloud_is_home}, sighting) == Answer::no);
  const Scene c = contradiction();
  const Sighting unclear{c.number, c.graph, c.options, c.seen, c.own, false};
  CHECK(judge_all({onprem_is_home, pin_known}, unclear) == Answer::unclear);
  CHECK(judge_all({onprem_is_home, backup_in_hand}, unclear) == Answer::no);
}

TEST_CASE("patience settles what may settle by itself, and an identity conflict settles nothing") {
  CHECK_FALSE(unsettled().home().settled);
  const HomeFinding after = with(unsettled(), [](Scene& s) { s.patience_over = true; }).home();
  CHECK(after.settled);
  CHECK(after.home == Home::nowhere);
  CHECK(after.why.find("settle_timeout") != std::string::npos);
  CHECK_FALSE(with(contradiction(), [](Scene& s) { s.patience_over = true; }).home().settled);
  const HomeFinding conflict = with(on_premises(), [](Scene& s) {
                                 s.seen.in_waba = false;
                                 s.patience_over = true;
                               }).home();
  CHECK(conflict.home == Home::unknown);
  CHECK_FALSE(conflict.settled);
  CHECK(conflict.why.find("WABA") == 0);
}

TEST_CASE("the app's number holds no fact that a road could start from") {
  const Facts facts = on_the_app().to_plan_from();
  CHECK_FALSE(facts.has_any({onprem_is_home, cloud_is_home, nowhere_is_home, cloud_released, cloud_let_go}));
}
