// What changes for the software around numbers: the table is whole, and a plan's report never guesses.
#include "report/changes.hpp"

#include <array>
#include <set>

#include "report/examples.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace wamigrate;
using namespace wamigrate::report;
using wamigrate::testing::contains;
using wamigrate::testing::evidence_of;
using wamigrate::testing::fleet_of;
using wamigrate::testing::occurrences;
using wamigrate::testing::place_of;
using wamigrate::testing::plan_of;
using How = Verdict::How;

namespace {

Plan plan_seeing(const std::vector<Surroundings>& seen, Direction direction = Direction::to_cloud) {
  const Fleet fleet = fleet_of(seen.size());
  std::vector<Evidence> evidence = evidence_of(fleet, direction);
  for (std::size_t i = 0; i < seen.size(); ++i) evidence[i].around = seen[i];
  return plan_of(fleet, direction, {}, evidence);
}

const Change& change_of(const std::vector<Change>& changes, std::string_view id) {
  for (const Change& change : changes) {
    if (change.difference->id == id) return change;
  }
  FAIL("no change " << id);
  return changes.front();
}

std::vector<Change> changes_of(const Plan& plan) { return changes_for(plan, moving_numbers(plan)); }

}  // namespace

TEST_CASE("every difference says what is on both sides, what to change, whom it touches, its source and certainty") {
  const std::set<std::string_view> certainties = {"documented", "contradicted", "inferred", "from memory"};
  std::set<std::string_view> ids, used;
  for (const ApiDifference& one : api_differences()) {
    CAPTURE(one.id);
    CHECK(ids.insert(one.id).second);
    used.insert(name(one.subject));
    for (const std::string_view text : {one.title, one.onprem, one.cloud, one.source}) CHECK(!text.empty());
    CHECK(!(one.to_cloud.empty() && one.to_onprem.empty()));
    CHECK(!one.touches.empty());
    CHECK(certainties.contains(one.certainty));
    const bool may_be_unknown = one.told != Told::always && one.told != Told::shards;
    CHECK(may_be_unknown != one.ask.empty());
    for (const std::string_view text : {one.onprem, one.cloud, one.to_cloud, one.to_onprem}) {
      CHECK(std::count(text.begin(), text.end(), '`') % 2 == 0);
    }
  }
  CHECK(used.size() == subjects().size());
}

TEST_CASE("what the platform's guides name is in the table, in the directions that it concerns") {
  for (const std::string_view id :
       {"base_address",   "access_token",      "messaging_product", "template_namespace",   "media_ids",
        "media_fetching", "webhook_shape",     "webhook_signature", "webhook_verification", "error_shape",
        "error_codes",    "throttling_status", "throughput",        "call_limits",          "health_endpoint",
        "stats",          "local_storage",     "two_step",          "voice_notes",          "contacts_endpoint"}) {
    CAPTURE(id);
    const ApiDifference* one = find_difference(id);
    REQUIRE(one != nullptr);
    CHECK(!one->to_cloud.empty());
    CHECK(!one->to_onprem.empty());
  }
  for (const std::string_view id : {"unknown_properties", "button_index", "button_blanks", "sticker_packs"}) {
    CAPTURE(id);
    REQUIRE(find_difference(id) != nullptr);
    CHECK(find_difference(id)->to_onprem.empty());
  }
  CHECK(find_difference("nonsense") == nullptr);
}

TEST_CASE("docs/what-changes.md is the table, byte for byte") {
  CHECK(wamigrate::testing::differs("docs/what-changes.md", what_changes_page()) == "");
}

TEST_CASE("a plan's changes are those of its direction only") {
  const auto there = changes_of(plan_of(fleet_of(2)));
  const auto back = changes_of(plan_of(fleet_of(2), Direction::to_onprem));
  CHECK(change_of(there, "unknown_properties").has(How::touches));
  for (const Change& change : back) CHECK(change.difference->id != "unknown_properties");
  for (const Change& change : there) CHECK(change.difference->id != "cloud_only");
  CHECK(change_of(back, "cloud_only").has(How::ask));
}

TEST_CASE("what a plan has not seen is asked, and never guessed") {
  const auto changes = changes_of(plan_seeing({Surroundings{}}));
  for (const std::string_view id : {"sent_status", "status_recipient", "template_namespace", "webhook_address",
                                    "contacts_endpoint", "sticker_packs", "local_storage"}) {
    CAPTURE(id);
    CHECK(change_of(changes, id).has(How::ask));
    CHECK_FALSE(change_of(changes, id).has(How::touches));
    CHECK_FALSE(change_of(changes, id).has(How::spares));
  }
}

TEST_CASE("what a plan has seen settles a difference for each number by itself") {
  Surroundings old_client{.client_version = "v2.43.1", .sent_statuses = true, .templates = 0};
  Surroundings new_client{.client_version = "2.53.0", .sent_statuses = false, .templates = 12};
  const Plan plan = plan_seeing({old_client, new_client, Surroundings{}});
  const auto changes = changes_of(plan);
  for (const std::string_view id : {"sent_status", "status_recipient", "template_namespace"}) {
    CAPTURE(id);
    const Change& change = change_of(changes, id);
    REQUIRE(change.verdicts.size() == 3);
    CHECK(change.verdicts[0].how == How::spares);
    CHECK(change.verdicts[1].how == How::touches);
    CHECK(change.verdicts[2].how == How::ask);
    CHECK(change.verdicts[1].phones == std::vector<std::string>{plan.numbers[1].phone});
  }
  const std::string text = changes_text(plan, false);
  CHECK(contains(text, "the client is 2.53.0 (+491713920002)"));
}

TEST_CASE("a version that is no version is asked about") {
  for (const char* version : {"", "unknown", "v2", "2.x", "v2."}) {
    CAPTURE(version);
    const auto changes = changes_of(plan_seeing({Surroundings{.client_version = version}}));
    CHECK(change_of(changes, "status_recipient").has(How::ask));
  }
}

TEST_CASE("one receiver for both sides is told that it must tell the shapes apart") {
  const Plan plan = plan_seeing({{.onprem_webhook = "hooks.example.com", .cloud_webhook = "hooks.example.com"},
                                 {.onprem_webhook = "hooks.example.com", .cloud_webhook = "cloud.example.com"},
                                 {.onprem_webhook = "", .cloud_webhook = ""}});
  const Change change = change_of(changes_of(plan), "webhook_address");
  REQUIRE(change.verdicts.size() == 3);
  CHECK(contains(change.verdicts[0].because, "must tell both shapes apart"));
  CHECK(!contains(change.verdicts[1].because, "must tell both shapes apart"));
  CHECK(change.verdicts[2].because == "on-premises calls none, Cloud none");
}

TEST_CASE("throughput follows the shards, in both directions") {
  Fleet fleet = fleet_of(2);
  fleet.numbers[1].deployment.shards = 4;
  const Change there = change_of(changes_of(plan_of(fleet)), "throughput");
  REQUIRE(there.verdicts.size() == 2);
  CHECK(contains(there.verdicts[0].because, "expect 80 a second"));
  CHECK(contains(there.verdicts[1].because, "4 shards; Graph shows no level: expect up to 1,000 a second"));
  const Change back = change_of(changes_of(plan_of(fleet, Direction::to_onprem)), "throughput");
  CHECK(contains(back.verdicts[1].because, "about 250 a second at most"));
}

TEST_CASE("a storage region is known where it is declared or was seen, and asked about where it is not") {
  Fleet fleet = fleet_of(2);
  fleet.numbers[1].storage_region = "DE";
  const Change there = change_of(changes_of(plan_of(fleet)), "local_storage");
  REQUIRE(there.verdicts.size() == 2);
  CHECK(there.verdicts[0].how == How::ask);
  CHECK(there.verdicts[1].because == "declared for DE, and set before the registration");
  const Plan seen =
      plan_seeing({Surroundings{}, {.storage_region = ""}, {.storage_region = "DE"}}, Direction::to_onprem);
  const Change back = change_of(changes_of(seen), "local_storage");
  REQUIRE(back.verdicts.size() == 3);
  CHECK(back.verdicts[0].how == How::ask);
  CHECK(back.verdicts[1].how == How::spares);
  CHECK(back.verdicts[2].because == "Cloud keeps its data in DE now");
}

TEST_CASE("the report tells what touches, what to ask, what people see, what is switched off and whom to tell") {
  Fleet fleet = fleet_of(2);
  fleet.numbers[1].deployment.shards = 2;
  const Plan plan = plan_of(fleet);
  const std::string text = changes_text(plan, false);
  CHECK(place_of(text, "Touches these numbers") < place_of(text, "Ask: only people know"));
  CHECK(place_of(text, "Ask: only people know") < place_of(text, "What people in existing chats see"));
  CHECK(contains(text, "This business is now using a secure service"));
  CHECK(place_of(text, "wamigrate verify --run RUN") < place_of(text, "switch off each old client"));
  CHECK(contains(text, "2 deployments: at least 3 Coreapps, 2 Masters, 3 Webapps, 2 databases, 2 media volumes"));
  for (const Party party : parties()) CHECK(contains(text, "Tell " + std::string(in_words(party))));
  const std::string back = changes_text(plan_of(fleet, Direction::to_onprem), false);
  CHECK(contains(back, "Nothing: Cloud has no containers"));
  CHECK(contains(back, "Meta's service no longer manages this chat"));
}

TEST_CASE("scripts get every difference with its verdicts, by stable ids") {
  const Plan plan = plan_seeing({{.sent_statuses = true}, {.sent_statuses = false}});
  const Json json = changes_json(plan);
  CHECK(json["to"] == "cloud");
  CHECK(json["numbers"] == 2);
  CHECK(json["freed"]["deployments"] == Json({"de-1", "de-2"}));
  bool found = false;
  for (const Json& one : json["differences"]) {
    CHECK(!one["change"].get<std::string>().empty());
    if (one["id"] != "sent_status") continue;
    found = true;
    CHECK(one["ask"].is_null());
    CHECK(one["verdicts"][0]["how"] == "spares");
    CHECK(one["verdicts"][1]["how"] == "touches");
    CHECK(one["verdicts"][1]["phones"] == Json({plan.numbers[1].phone}));
  }
  CHECK(found);
}

TEST_CASE("a plan with nothing to do changes nothing for anybody") {
  const Plan plan = wamigrate::testing::plan_with_nothing_to_do(2);
  CHECK(changes_of(plan).empty());
  CHECK(contains(changes_text(plan, false), "No number of this plan moves: nothing changes."));
  CHECK(changes_json(plan)["differences"].empty());
}

TEST_CASE("the report stays short however many numbers there are, and is the same each time") {
  const Plan plan = plan_of(fleet_of(2000));
  const std::string text = changes_text(plan, false);
  CHECK(wamigrate::testing::lines_of(text).size() < 500);
  CHECK(text == changes_text(plan, false));
  CHECK(changes_html(plan) == changes_html(plan));
  CHECK(changes_markdown(plan) == changes_markdown(plan));
}

TEST_CASE("a host's or a client's words reach the report's reader as text only") {
  const std::string hostile = "<script>x</script>\x1b[2J`|`\u202E";
  Plan plan = plan_seeing({{.throughput = hostile,
                            .client_version = "2.53" + hostile,
                            .onprem_webhook = hostile,
                            .cloud_webhook = hostile}});
  plan.fleet.numbers[0].deployment.name = hostile;
  for (const std::string& form :
       {changes_text(plan, false), changes_markdown(plan), changes_html(plan), to_document(changes_json(plan))}) {
    CHECK(!contains(form, "\x1b"));
    CHECK(!contains(form, "\\u001b"));
    CHECK(!contains(form, "\u202E"));
  }
  CHECK(!contains(changes_html(plan), "<script"));
}
