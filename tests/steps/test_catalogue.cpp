// The catalogue: every step says what it does, sends at most one request, and shows no secret in it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "steps/site.hpp"
#include "support/catch.hpp"
#include "support/sightings.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

using enum Fact;

Fleet some_fleet() {
  Fleet fleet;
  fleet.graph.app_id = "900100200300";
  fleet.graph.token = {SecretRef::Kind::env, "WAMIGRATE_GRAPH_TOKEN"};
  return fleet;
}

const std::string picture = "\x89PNG\r\n\x1A\n dot";

Snapshot some_snapshot() {
  Snapshot snapshot;
  snapshot.profile = {"Open nine to five", "Hauptstr. 1, Berlin", "", "shop@example.com", "RETAIL", {}};
  snapshot.application = {{"wa_id", "491713920001"}, {"callback_persist", true}};
  snapshot.verified_name = "Fahrrad Müller";
  snapshot.quality_rating = "GREEN";
  snapshot.messaging_limit = "TIER_10K";
  snapshot.is_official = true;
  snapshot.templates = {{"APPROVED", 12}};
  snapshot.picture_data = {"image/png", picture};
  snapshot.compliance = {{"entity_name", "Fahrrad Ltd"}, {"entity_type", "PRIVATE_COMPANY"}, {"is_registered", true}};
  return snapshot;
}

Material material(const Number& number) {
  return {number,
          Secret("PIN-SECRET"),
          Secret("PASSWORD-SECRET"),
          Secret("BACKUP-SECRET"),
          Secret("CODE-SECRET"),
          Secret("CERTIFICATE-SECRET"),
          some_snapshot(),
          "",
          "900100200300",
          Secret("upload:SESSION?sig=UPLOAD-SECRET")};
}

std::vector<std::string_view> names_where(bool (*holds)(const Step&)) {
  std::vector<std::string_view> names;
  for (const Step& step : steps()) {
    if (holds(step)) names.push_back(step.kind.name);
  }
  return names;
}

}  // namespace

TEST_CASE("each step has a name of its own, and words for the reviewer and for doing it by hand") {
  std::set<std::string_view> names, titles;
  for (const Step& step : steps()) {
    CAPTURE(step.kind.name);
    CHECK(names.insert(step.kind.name).second);
    CHECK(titles.insert(step.kind.title).second);
    CHECK(step.kind.doing.ends_with('.'));
    CHECK(step.kind.by_hand.ends_with('.'));
    CHECK(&step_of(step.kind.name) == &step);
    CHECK(find_kind(catalogue(), step.kind.name) != nullptr);
  }
  CHECK(names.size() == catalogue().size());
  CHECK(find_kind(catalogue(), "fly") == nullptr);
}

TEST_CASE("each step gives something, and what it needs is given by a step or seen without one") {
  Facts given = {cloud_was_last_home, backup_impossible,        late_backup_possible, release_asked,
                 certificate_in_hand, onprem_registration_open, test_message_asked,   inbound_asked};
  for (const Step& step : steps()) given = given | step.kind.effect.gives;
  for (const Step& step : steps()) {
    CAPTURE(step.kind.name);
    CHECK_FALSE(step.kind.effect.gives.empty());
    CHECK((step.kind.effect.needs - given).empty());
    CHECK_FALSE(step.kind.effect.gives.has_any(step.kind.effect.takes));
    CHECK_FALSE(step.kind.effect.gives.has_any(step.kind.effect.may_take));
  }
}

TEST_CASE("every fact that is wanted in the end, and every need, can come about") {
  Facts given = {cloud_was_last_home, backup_impossible,        late_backup_possible, release_asked,
                 certificate_in_hand, onprem_registration_open, test_message_asked,   inbound_asked};
  for (const Step& step : steps()) given = given | step.kind.effect.gives;
  CHECK(given.has_all(full_goal(Direction::to_cloud, given)));
  CHECK(given.has_all(full_goal(Direction::to_onprem, given)));
}

TEST_CASE(
    "the steps that change something are those with a call, and each call is one changing request to their side") {
  const Number number = some_number();
  for (const Step& step : steps()) {
    CAPTURE(step.kind.name);
    CHECK(step.kind.changes == (step.call != nullptr));
    CHECK((step.call == nullptr || step.conclude == nullptr));
    CHECK(step.reads.empty() == (step.conclude == nullptr));
    if (step.call == nullptr) continue;
    const api::Call call = step.call(material(number));
    CHECK(call.changing);
    CHECK(call.side == step.side);
    CHECK(call.method != "GET");
    CHECK(call.query_secret.empty() == (step.kind.name != "upload_picture"));  // a session's signature
    CHECK_FALSE(step.on.empty());
    // The planner's patience is measured by the same clock as the request's own time-out.
    CHECK(call.slow == step.kind.slow);
  }
}

TEST_CASE("what is rationed is what Meta or the client rations, and nothing else is") {
  const Number number = some_number();
  for (const Step& step : steps()) {
    CAPTURE(step.kind.name);
    Ration expected = Ration::none;
    if (step.call != nullptr) {
      const std::string path = step.call(material(number)).path;
      if (path.ends_with("/register")) expected = Ration::registration;
      if (path.ends_with("/deregister")) expected = Ration::deregistration;
      if (path == "/v1/account") expected = Ration::account;
    }
    CHECK(step.kind.ration == expected);
  }
}

TEST_CASE("a wrong PIN hurts wherever a PIN is sent but where it is set") {
  const Number number = some_number();
  for (const Step& step : steps()) {
    CAPTURE(step.kind.name);
    const bool sends =
        step.call != nullptr && step.call(material(number)).body.reveal().find("PIN-SECRET") != std::string_view::npos;
    CHECK(step.kind.uses_pin == (sends && step.kind.effect.gives != Facts{pin_known}));
    if (step.kind.uses_pin) CHECK((step.kind.effect.needs.has(pin_known)));
  }
}

TEST_CASE("only the subscription is shared by the numbers of a WABA, and it never touches an override") {
  CHECK(names_where([](const Step& step) { return step.kind.once_per_waba; }) ==
        std::vector<std::string_view>{"subscribe_app"});
  const Number number = some_number();
  CHECK(step_of("subscribe_app").call(material(number)).body.empty());
}

TEST_CASE("only what lets Cloud go or loses a profile is in red, and people are asked only where they alone can help") {
  CHECK(names_where([](const Step& step) { return step.kind.in_red; }) ==
        std::vector<std::string_view>{"finish_release", "register_late", "register_without_profile", "release_cloud"});
  CHECK(names_where([](const Step& step) { return step.kind.actor == Actor::person_before; }) ==
        std::vector<std::string_view>{"promise_no_restart"});
  CHECK(names_where([](const Step& step) { return step.kind.actor == Actor::person_during; }) ==
        std::vector<std::string_view>{"supply_pin", "enter_ownership_code", "enter_onprem_code",
                                      "await_inbound_message"});
  CHECK(names_where([](const Step& step) { return step.kind.after_arrival; }) ==
        std::vector<std::string_view>{"send_test_message", "send_test_message_onprem", "confirm_test_message",
                                      "await_inbound_message"});
}

TEST_CASE("every request in words names its secrets by reference, and its address none at all") {
  const Number number = some_number();
  const Fleet fleet = some_fleet();
  const std::set<std::string> references = {
      "<env:WAMIGRATE_PIN>", "<env:WAMIGRATE_BACKUP_PASSWORD>", "<the backup, unmodified>", "<the code>",
      "<the certificate>",   "<the picture that was kept>",     "<the upload's handle>",    "<the run's tag>"};
  int shown = 0;
  for (const Step& step : steps()) {
    CAPTURE(step.kind.name);
    const std::string text = request_text(step, number, fleet);
    CHECK(text.empty() == (step.call == nullptr));
    if (text.empty()) continue;
    const std::string base =
        step.side == api::Side::graph ? "https://graph.facebook.com/v23.0/" : "https://10.0.0.5:9090/v1/";
    CHECK(text.find(" " + base) == text.find(' '));
    const std::size_t body = std::min({text.find(" {"), text.find(" <"), text.size()});
    CHECK(text.substr(0, body).find('<') == std::string::npos);
    for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
      CHECK(references.contains(text.substr(at, text.find('>', at) + 1 - at)));
      ++shown;
    }
  }
  CHECK(shown > 8);
  CHECK(request_text(step_of("register_on_cloud"), number, fleet) ==
        "POST https://graph.facebook.com/v23.0/106540352240001/register {\"messaging_product\":\"whatsapp\","
        "\"pin\":\"<env:WAMIGRATE_PIN>\",\"backup\":{\"password\":\"<env:WAMIGRATE_BACKUP_PASSWORD>\","
        "\"data\":\"<the backup, unmodified>\"}}");
}

TEST_CASE("no secret goes into an address") {
  const Number number = some_number();
  for (const Step& step : steps()) {
    if (step.call == nullptr) continue;
    CAPTURE(step.kind.name);
    CHECK(step.call(material(number)).path.find("SECRET") == std::string::npos);
  }
}

TEST_CASE("a good outcome vouches for what no API shows, and for nothing that an API can show otherwise") {
  for (const Step& step : steps()) {
    CAPTURE(step.kind.name);
    const Facts homes = {onprem_is_home, cloud_is_home, nowhere_is_home};
    const Facts unseen = {pin_known,          backup_in_hand,   cloud_released, ownership_code_requested,
                          ownership_verified, account_requested};
    const Facts vouches = step.vouches != nullptr ? step.vouches(200) : Facts{};
    // That on-premises says it has registered the number is kept beside what is observed: it is not asked again.
    CHECK((vouches & homes) == (step.kind.name == "enter_onprem_code" ? Facts{onprem_is_home} : Facts{}));
    // A PIN with which on-premises has taken the number is the number's PIN.
    CHECK((vouches - step.kind.effect.gives - Facts{pin_known}).empty());
    if (step.call != nullptr) CHECK(vouches.has_all(step.kind.effect.gives & unseen));
  }
}

TEST_CASE("what a migration writes back is what was kept, without the number's own id and in the words of the side") {
  const Number number = some_number();
  const auto body = [&number](std::string_view step) {
    return std::string(step_of(step).call(material(number)).body.reveal());
  };
  CHECK(body("restore_onprem_picture") == picture);
  CHECK(step_of("restore_onprem_picture").call(material(number)).content_type == "image/png");
  CHECK(body("upload_picture") == picture);
  CHECK(step_of("open_picture_upload").call(material(number)).path ==
        "/900100200300/uploads?file_name=picture.png&file_length=12&file_type=image%2Fpng");
  CHECK(body("restore_cloud_compliance") ==
        R"({"messaging_product":"whatsapp","entity_name":"Fahrrad Ltd","entity_type":"PRIVATE_COMPANY"})");
  CHECK(body("restore_onprem_compliance") == R"({"entity_name":"Fahrrad Ltd","entity_type":"Private Company"})");
  CHECK(body("restore_onprem_settings") == R"({"callback_persist":true})");
  CHECK(body("restore_onprem_about") == R"({"text":"Open nine to five"})");
  CHECK(body("restore_onprem_profile").find(R"("vertical":"Shopping and Retail")") != std::string::npos);
  CHECK(body("restore_cloud_profile").find(R"("vertical":"RETAIL")") != std::string::npos);
}

// ---- what is concluded from reading ----

namespace {

Observation readable(const Number& number, const std::string& platform) {
  Observation observation =
      seen(number, platform, "CONNECTED", one_node(platform == "ON_PREMISE" ? "connected" : "unregistered"));
  observation.graph.verified_name = "Fahrrad Müller";
  observation.graph.quality_rating = "GREEN";
  observation.graph.messaging_limit = "TIER_10K";
  observation.graph.is_official = true;
  observation.graph_profile_asked = observation.templates_asked = observation.onprem.profile_asked = was_answered;
  observation.graph_profile = some_snapshot().profile;
  observation.templates = some_snapshot().templates;
  observation.onprem.profile = some_snapshot().profile;
  observation.onprem.profile.edit().about = "as on-premises has it";
  observation.onprem.application = some_snapshot().application;
  return observation;
}

Outcome conclude(std::string_view step, const Observation& observation) {
  const Number number = some_number();
  return step_of(step).conclude(material(number), observation);
}

Snapshot kept(const Outcome& outcome) {
  REQUIRE(outcome.product);
  return snapshot_from_json(*parse_json(outcome.product->reveal()));
}

}  // namespace

TEST_CASE("a snapshot keeps the profile of the side that serves the number, and the client's settings from either") {
  const Outcome onprem = conclude("take_snapshot", readable(some_number(), "ON_PREMISE"));
  CHECK(onprem.how == Outcome::How::done);
  CHECK(onprem.vouched == Facts{snapshot_taken});
  CHECK(onprem.notes.empty());
  CHECK(kept(onprem).profile.about == "as on-premises has it");
  CHECK(kept(onprem).verified_name == "Fahrrad Müller");
  CHECK(kept(onprem).templates.at("APPROVED") == 12);
  const Outcome cloud = conclude("take_snapshot", readable(some_number(), "CLOUD_API"));
  CHECK(kept(cloud).profile.about == "Open nine to five");
  CHECK(kept(cloud).application == some_snapshot().application);
}

TEST_CASE("what a snapshot could not read is said and not made up; without Graph there is none") {
  Observation observation = readable(some_number(), "ON_PREMISE");
  observation.onprem.settings = observation.onprem.profile_asked = was_unreachable;
  const Outcome outcome = conclude("take_snapshot", observation);
  CHECK(outcome.how == Outcome::How::done);
  CHECK(outcome.notes == std::vector<std::string>{"the on-premises settings could not be read (connection refused)",
                                                  "the on-premises profile could not be read (connection refused)"});
  CHECK(kept(outcome).application.is_null());
  CHECK(kept(outcome).profile.about == "Open nine to five");

  observation.graph.asked = was_unreachable;
  const Outcome nothing = conclude("take_snapshot", observation);
  CHECK(nothing.how == Outcome::How::ambiguous);
  CHECK_FALSE(nothing.product);
  CHECK(nothing.vouched.empty());
}

TEST_CASE("a comparison notes every promise that was not kept, and nothing when all were") {
  Observation observation = readable(some_number(), "CLOUD_API");
  CHECK(conclude("compare_promises", observation).notes.empty());
  observation.graph.verified_name = "Mueller";
  observation.graph.quality_rating.clear();
  observation.graph.messaging_limit = "TIER_1K";
  observation.graph.is_official = false;
  observation.templates["APPROVED"] = 11;
  observation.graph_profile.edit().email = "else@example.com";
  const Outcome outcome = conclude("compare_promises", observation);
  CHECK(outcome.how == Outcome::How::done);
  CHECK(outcome.vouched == Facts{promises_compared});
  CHECK(outcome.notes ==
        std::vector<std::string>{
            "display name was Fahrrad Müller and is Mueller", "quality rating was GREEN and is not shown",
            "messaging limit was TIER_10K and is TIER_1K", "official business account was official and is not official",
            "approved templates was 12 and is 11", "the profile reads back otherwise than it was written"});
}

TEST_CASE("what a comparison could not read is said; without Graph nothing is compared") {
  Observation observation = readable(some_number(), "CLOUD_API");
  observation.templates_asked = observation.graph_profile_asked = was_refused("200");
  CHECK(conclude("compare_promises", observation).notes ==
        std::vector<std::string>{"the templates could not be read (code 200)",
                                 "the Cloud profile could not be read (code 200)"});
  observation.graph.asked = was_unreachable;
  CHECK(conclude("compare_promises", observation).how == Outcome::How::ambiguous);
}
