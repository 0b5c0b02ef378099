// What a run's report must say, and must not.
#include "report/run_report.hpp"

#include "report/downtime.hpp"
#include "report/examples.hpp"
#include "report/review.hpp"
#include "steps/step.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

void end_as(Progress& progress, std::size_t index, NumberState state, const std::string& reason) {
  NumberProgress& number = progress.numbers.at(index);
  number.state = state;
  number.reason = reason;
  number.next_command = "wamigrate check INVENTORY --to cloud, then plan again";
  number.ended_at = at(90);
}

Progress ended(Progress progress) {
  progress.done = true;
  progress.ended_at = at(120);
  return progress;
}

}  // namespace

TEST_CASE("a report puts numbers that need a person first, loudly") {
  const Plan plan = plan_of(fleet_of(3));
  Progress progress = begun(plan);
  migrate(progress, 0, Millis(9400));
  wait_for_code(progress, 1);
  strand(progress, 2, "the PIN was refused");
  const std::string text = report_text(plan, progress, at(100), false, "night");
  const std::size_t loud = place_of(text, "1 NUMBER NEEDS A PERSON NOW");
  CHECK(loud < place_of(text, "STRANDED: served by nobody"));
  CHECK(place_of(text, "STRANDED: served by nobody") < place_of(text, "waits for the code"));
  CHECK(place_of(text, "waits for the code") < place_of(text, "Outcome"));
  CHECK(contains(text, "wamigrate retry --run night +491713920003"));
  CHECK(contains(text, "topic \"WABiz: Cloud API\""));
}

TEST_CASE("a run without trouble is reported without alarm") {
  const Plan plan = plan_of(fleet_of(1));
  Progress progress = begun(plan);
  migrate(progress, 0, Millis(9400));
  const std::string text = report_text(plan, ended(progress), at(200));
  CHECK(!contains(text, "NEEDS A PERSON"));
  CHECK(!contains(text, "Needs a person"));
  CHECK(!contains(text, "not over"));
  CHECK(!contains(text, "Not migrated"));
  CHECK(contains(text, "1        migrated  served by its new home, verified"));
}

TEST_CASE("each number that did not migrate has its reason and its next command, alike ones once") {
  const Plan plan = plan_of(fleet_of(300));
  Progress progress = begun(plan);
  end_as(progress, 0, NumberState::failed, "Meta blocks it. On-premises still serves it");
  for (std::size_t i = 1; i < 300; ++i) end_as(progress, i, NumberState::untouched, "the run ended before it");
  const std::string text = report_text(plan, ended(progress), at(200));
  CHECK(contains(text, "+491713920001  failed, served by on-premises"));
  CHECK(contains(text, "why: Meta blocks it. On-premises still serves it"));
  CHECK(contains(text, "next: wamigrate check INVENTORY --to cloud, then plan again"));
  CHECK(contains(text, "299 numbers    untouched, served by on-premises"));
  CHECK(lines_of(text).size() < 60);
}

TEST_CASE("downtime is what was measured, by nearest rank, and called at most") {
  using report::downtimes_of;
  std::vector<Millis> measured;
  for (int i = 100; i >= 1; --i) measured.emplace_back(i * 100);
  const report::Downtimes all = downtimes_of(measured);
  CHECK(all.longest == Millis(10'000));
  CHECK(all.p95 == Millis(9'500));
  CHECK(all.median == Millis(5'000));
  CHECK(downtimes_of({Millis(7)}).p95 == Millis(7));
  CHECK(downtimes_of(std::vector<Millis>{}).count == 0);

  const Plan plan = plan_of(fleet_of(2));
  Progress progress = begun(plan);
  migrate(progress, 0, Millis(9400));
  migrate(progress, 1, Millis(14'200));
  const std::string text = report_text(plan, ended(progress), at(200));
  CHECK(contains(text, "2 numbers  at most 14 s  at most 14 s  at most 9.4 s"));
  CHECK(contains(text, "the real time is that or less"));
}

TEST_CASE("numbers that were not taken off the air are not counted as measured") {
  const Plan plan = plan_of(fleet_of(2));
  Progress progress = begun(plan);
  migrate(progress, 0, Millis(9400));
  migrate(progress, 1, Millis(0));
  CHECK(report::downtimes_of(progress).count == 1);
  strand(progress, 0, "refused");
  CHECK(report::downtimes_of(progress).count == 0);
  CHECK(contains(report_text(plan, progress, at(200)), "Nothing was measured"));
  CHECK(report_json(plan, progress, at(200))["downtime_at_most"].is_null());
}

TEST_CASE("what people must still do begins with verifying, and switches off only what has moved") {
  const Plan plan = plan_of(fleet_of(3));
  Progress progress = begun(plan);
  migrate(progress, 1, Millis(9400));
  end_as(progress, 0, NumberState::failed, "refused");
  end_as(progress, 2, NumberState::untouched, "the run ended before it");
  const std::string text = report_text(plan, ended(progress), at(200), false, "night");
  const std::size_t todo = place_of(text, "What people must still do");
  CHECK(place_of(text, "wamigrate verify --run night") > todo);
  CHECK(place_of(text, "wamigrate verify --run night") < place_of(text, "switch off each old client"));
  CHECK(contains(text, "1 shard: de-2 (1 deployment)"));
  CHECK(!contains(text.substr(todo), "de-1"));
  CHECK(!contains(text.substr(todo), "de-3"));
  for (const char* duty : {"Tell whoever reads the webhooks", "media ids", "profile picture", "system line",
                           "wamigrate show night/plan.json --changes"}) {
    CAPTURE(duty);
    CHECK(contains(text.substr(todo), duty));
  }
}

TEST_CASE("a report sums up what is no longer needed, by role, and what still is") {
  Fleet fleet = fleet_of(5);
  fleet.numbers[1].deployment.shards = 4;
  fleet.numbers[2].deployment.gone = true;
  std::vector<Evidence> evidence = evidence_of(fleet, Direction::to_cloud);
  evidence[0].around.coreapps = 3;  // high availability: more answered than one shard needs
  evidence[0].around.masters = 2;
  const Plan plan = plan_of(fleet, Direction::to_cloud, {}, evidence);
  Progress progress = begun(plan);
  for (std::size_t i = 0; i < 3; ++i) migrate(progress, i, Millis(9000));
  end_as(progress, 3, NumberState::failed, "refused");
  const std::string text = report_text(plan, progress, at(200));
  CHECK(contains(text, "2 deployments: at least 7 Coreapps, 4 Masters, 3 Webapps, 2 databases, 2 media volumes."));
  CHECK(contains(text, "Still needed: 2 deployments (de-4, de-5), whose numbers this run has not moved."));
  const Json freed = report_json(plan, progress, at(200))["freed"];
  CHECK(freed["deployments"] == Json({"de-1", "de-2"}));
  CHECK(freed["coreapps_at_least"] == 7);
  CHECK(freed["deployments_still_needed"] == Json({"de-4", "de-5"}));
}

TEST_CASE("towards on-premises nothing becomes superfluous") {
  const Plan plan = plan_of(fleet_of(2), Direction::to_onprem);
  Progress progress = begun(plan);
  migrate(progress, 0, Millis(9000));
  CHECK(!contains(report_text(plan, progress, at(200)), "No longer needed"));
  CHECK(report_json(plan, progress, at(200))["freed"]["deployments"].empty());
}

TEST_CASE("where nothing has moved nothing is to be switched off") {
  const Plan plan = plan_of(fleet_of(1));
  Progress progress = begun(plan);
  end_as(progress, 0, NumberState::failed, "refused");
  CHECK(!contains(report_text(plan, ended(progress), at(200)), "switch off"));
  const Plan at_home = plan_with_nothing_to_do(1);
  Progress idle = begun(at_home);
  end_as(idle, 0, NumberState::migrated, "it was served by its new home already");
  CHECK(!contains(report_text(at_home, ended(idle), at(200)), "switch off"));
}

TEST_CASE("differences are noted once for all numbers that share them") {
  const Plan plan = plan_of(fleet_of(3));
  Progress progress = begun(plan);
  for (std::size_t i = 0; i < 3; ++i) {
    migrate(progress, i, Millis(9000));
    progress.numbers[i].notes = {"quality rating was GREEN and is YELLOW"};
  }
  progress.numbers[1].notes.push_back("display name was A and is B");
  const std::string text = report_text(plan, ended(progress), at(200));
  CHECK(occurrences(text, "quality rating was GREEN and is YELLOW") == 1);
  CHECK(contains(text, "do: Meta promises to keep it, and it also follows how people react"));
  CHECK(contains(text, "3 numbers      quality rating"));
  CHECK(contains(text, "+491713920002  display name was A and is B"));
}

TEST_CASE("a report of a run that is not over says so") {
  const Plan plan = plan_of(fleet_of(1));
  Progress progress = begun(plan);
  progress.paused = "token";
  progress.pause_message = "Graph refuses the token";
  CHECK(contains(report_text(plan, progress, at(5)), "not over"));
  CHECK(contains(report_text(plan, progress, at(5)), "It is paused: Graph refuses the token."));
}

TEST_CASE("a report as JSON has every number, with what scripts decide on") {
  const Plan plan = plan_of(fleet_of(2));
  Progress progress = begun(plan);
  migrate(progress, 0, Millis(9400));
  strand(progress, 1, "refused");
  const Json json = report_json(plan, ended(progress), at(100), "night");
  CHECK(json["run"] == "night");
  CHECK(json["state"] == "done");
  CHECK(json["counts"] == Json::parse(R"({"migrated":1,"stranded":1})"));
  CHECK(json["downtime_at_most"]["max_ms"] == 9400);
  CHECK(json["registers_used"] == 2);
  REQUIRE(json["numbers"].size() == 2);
  CHECK(json["numbers"][0]["downtime_at_most_ms"] == 9400);
  CHECK(json["numbers"][1]["needs_person"] == true);
  CHECK(json["numbers"][1]["off_air_since"] == "2026-03-01T02:00:30.000Z");
  CHECK(json["numbers"][1]["downtime_at_most_ms"] == 70'000);
  CHECK(json["numbers"][1]["next"] ==
        "put right what the reason names, then: wamigrate retry --run night +491713920002");
}

TEST_CASE("a server's words reach a report's reader as text only") {
  const Plan plan = plan_of(fleet_of(2));
  Progress progress = begun(plan);
  const std::string hostile = "<img src=x onerror=alert(1)>\x1b[2J\u202E\n";
  migrate(progress, 0, Millis(9000));
  progress.numbers[0].notes = {hostile};
  strand(progress, 1, hostile);
  progress.numbers[1].why = progress.numbers[1].next_command = hostile;
  for (const std::string& form :
       {report_text(plan, progress, at(100), false, hostile), report_markdown(plan, progress, at(100)),
        report_html(plan, progress, at(100)), to_document(report_json(plan, progress, at(100)))}) {
    CHECK(!contains(form, "\x1b"));
    CHECK(!contains(form, "\\u001b"));
    CHECK(!contains(form, "\u202E"));
  }
  CHECK(!contains(report_html(plan, progress, at(100)), "<img"));
}

TEST_CASE("the same run gives the same report") {
  const Plan plan = plan_of(fleet_of(5));
  Progress progress = begun(plan);
  migrate(progress, 2, Millis(9000));
  CHECK(report_html(plan, progress, at(100)) == report_html(plan, progress, at(100)));
  CHECK(report_text(plan, progress, at(100)) == report_text(plan, progress, at(100)));
}

TEST_CASE("a test message that is inconclusive stands beside what to ask its recipient, and no recipient is named") {
  Fleet fleet = fleet_of(2);
  for (Number& number : fleet.numbers) {
    TestMessage& message = number.test_message.edit();
    message.to = "+4915119999999";
    message.text = "a test";
    message.evidence = {EvidencePlace::Kind::listen, "posts.db"};
  }
  std::vector<Evidence> evidence = evidence_of(fleet, Direction::to_cloud);
  for (Evidence& one : evidence) one.facts.add(Fact::test_message_asked);
  const Plan plan = plan_of(fleet, Direction::to_cloud, {}, evidence);
  Progress progress = begun(plan);
  migrate(progress, 0, Millis(9400));
  progress.numbers[0].test = {{{"wamigrate-1", "wamid.1", at(50)}}, "delivered", ""};
  activate(progress, 1, "confirm_test_message");
  NumberProgress& waiting = progress.numbers[1];
  waiting.home = Home::cloud;
  waiting.test = {{{"wamigrate-2", "wamid.2", at(50)}}, "", ""};
  waiting.state = NumberState::waiting;
  waiting.waits_for = "person";
  waiting.reason = "the test message is inconclusive";
  waiting.next_command = "wamigrate apply --run R goes on\nif it arrived: wamigrate resolve 2";
  const std::string text = report_text(plan, progress, at(200), false, "night");
  CHECK(contains(text, "INCONCLUSIVE: a person decides"));
  CHECK(place_of(text, "the test message is inconclusive") < place_of(text, "Update the app"));
  CHECK(place_of(text, "Update the app") < place_of(text, "Outcome"));
  CHECK_FALSE(contains(text, "NOW"));
  CHECK_FALSE(contains(text, "4915119999999"));
  CHECK_FALSE(contains(report_html(plan, progress, at(200), "night"), "4915119999999"));
  const Json json = report_json(plan, progress, at(200), "night");
  CHECK(json["numbers"][0]["test_message"]["outcome"] == "delivered");
  CHECK(json["numbers"][0]["test_message"]["inconclusive"] == false);
  CHECK(json["numbers"][1]["test_message"]["inconclusive"] == true);
  CHECK(contains(text, "next: wamigrate apply --run R goes on\n"));
  CHECK(contains(text, " if it arrived: wamigrate resolve 2\n"));
  CHECK(json["numbers"][1]["next"] == "wamigrate apply --run R goes on; if it arrived: wamigrate resolve 2");
  CHECK(json["ask_the_recipient"].size() == 4);

  const std::string review = review_text(plan, catalogue(), false);
  CHECK(contains(review, "Test messages"));
  CHECK(contains(review, "491…99"));
  CHECK_FALSE(contains(review, "4915119999999"));
  progress.numbers[1].state = NumberState::active;
  CHECK(report_json(plan, progress, at(200), "night")["ask_the_recipient"].empty());
}
