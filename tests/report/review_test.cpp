// What a reviewer must be able to see in a plan.
#include "report/review.hpp"

#include <fmt/format.h>

#include "report/examples.hpp"
#include "steps/step.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

std::string text_of(const Plan& plan) { return review_text(plan, catalogue(), false); }

Plan plan_deregistering_first() {
  const Fleet fleet = fleet_of(2);
  std::vector<Evidence> evidence = evidence_of(fleet, Direction::to_onprem);
  for (Evidence& one : evidence) {
    one.facts.remove(Fact::cloud_let_go);
    one.facts.add(Fact::release_asked);
  }
  PlanOptions options;
  options.deregister_first = options.allow_after_sunset = true;
  return plan_of(fleet, Direction::to_onprem, options, evidence);
}

}  // namespace

TEST_CASE("a review says first how many numbers take which road, from where, and how long they are off the air") {
  const std::string text = text_of(plan_of(fleet_of(3)));
  CHECK(contains(text, "Plan: 3 numbers to Cloud"));
  CHECK(contains(text, "3        on-premises  Road 1 (15 steps)  46 s         15 s               45 s"));
  CHECK(place_of(text, "Summary") < place_of(text, "Before you start"));
  CHECK(place_of(text, "Before you start") < place_of(text, "Road 1: 3 numbers"));
  CHECK(place_of(text, "Road 1: 3 numbers") < place_of(text, "\nNumbers\n"));
}

TEST_CASE("a road is shown once however many numbers share it") {
  const std::string text = text_of(plan_of(fleet_of(40)));
  CHECK(occurrences(text, "  register on Cloud with the backup\n") == 1);
}

TEST_CASE("every step of a road is there, with its checkpoint and its way back on lines of their own") {
  const Plan plan = plan_of(fleet_of(1));
  const auto lines = lines_of(text_of(plan));
  std::size_t checkpoints = 0;
  std::size_t ways_back = 0;
  for (const std::string& line : lines) {
    checkpoints += line.starts_with("      CHECKPOINT: ") ? 1 : 0;
    ways_back += line.starts_with("      Way back: ") || line.starts_with("      NO WAY BACK: ") ? 1 : 0;
  }
  CHECK(checkpoints == plan.roads[0].steps.size());
  CHECK(ways_back == plan.roads[0].steps.size());
}

TEST_CASE("the commit point stands before the step that it speaks of") {
  const std::string text = text_of(plan_of(fleet_of(1)));
  CHECK(occurrences(text, "COMMIT POINT") == 1);
  CHECK(place_of(text, "  take the backup\n") < place_of(text, "COMMIT POINT"));
  CHECK(place_of(text, "COMMIT POINT") < place_of(text, "  register on Cloud with the backup\n"));
}

TEST_CASE("NO WAY BACK is printed where on-premises registration is not known to be open") {
  const std::string closed = text_of(plan_of(fleet_of(1)));
  CHECK(contains(closed, "NO WAY BACK after step 7"));
  CHECK(contains(closed, "COMMIT POINT: after the next step there is NO WAY BACK."));

  const Fleet fleet = fleet_of(1);
  std::vector<Evidence> evidence = evidence_of(fleet, Direction::to_cloud);
  for (const Fact fact : {Fact::onprem_registration_open, Fact::certificate_in_hand, Fact::cloud_let_go}) {
    evidence[0].facts.add(fact);
  }
  const std::string open = text_of(plan_of(fleet, Direction::to_cloud, {}, evidence));
  CHECK(!contains(open, "NO WAY BACK"));
  CHECK(contains(open, "a registration after step 7"));
  CHECK(contains(open, "Way back: a registration on-premises, perhaps with a code"));
}

TEST_CASE("a registration that may take effect later is a commit point that says so") {
  const std::string text = text_of(plan_of(fleet_of(1), Direction::to_onprem));
  CHECK(contains(text, "COMMIT POINT: the next step may already end the old home's service"));
  CHECK(place_of(text, "COMMIT POINT") < place_of(text, "  register on-premises\n"));
}

TEST_CASE("deregistering first and counting on registration after the sunset stand on top") {
  const Plan plan = plan_deregistering_first();
  const std::string text = text_of(plan);
  CHECK(place_of(text, "AFTER THE SUNSET") < place_of(text, "Summary"));
  CHECK(place_of(text, "DEREGISTER FIRST") < place_of(text, "Summary"));
  CHECK(contains(text, "LOOK TWICE: deregister from Cloud first"));
  CHECK(contains(review_text(plan, catalogue(), true), "\x1b[1;31m# DEREGISTER FIRST"));
  CHECK(contains(review_html(plan, catalogue()), "<p class=\"banner\">DEREGISTER FIRST"));
  CHECK(contains(review_markdown(plan, catalogue()), "> **DEREGISTER FIRST"));
  CHECK(plan_alarms(plan).size() == 2);
  CHECK(plan_alarms(plan_of(fleet_of(1))).empty());
}

TEST_CASE("a plan with nothing to do says so, and asks nothing of anybody") {
  const std::string text = text_of(plan_with_nothing_to_do(3));
  CHECK(contains(text, "Nothing to do. Every number is served by Cloud already"));
  for (const char* absent : {"Before you start", "Waves", "COMMIT POINT", "switch off"}) {
    CAPTURE(absent);
    CHECK(!contains(text, absent));
  }
  CHECK(contains(text_of(plan_with_nothing_to_do(1)), "Nothing to do. The number is served by Cloud already"));
}

TEST_CASE("a plan in which every number is refused says that none can be moved") {
  Plan plan = plan_of(fleet_of(1));
  plan.refused.push_back({plan.numbers[0].phone, {{"home", "", Check::Result::fail, "it lives on the app", "", ""}}});
  plan.numbers.clear();
  const std::string text = text_of(plan);
  CHECK(contains(text, "No number can be moved"));
  CHECK(contains(text, "home: it lives on the app"));
  CHECK(!contains(text, "Nothing to do"));
}

TEST_CASE("a plan of thousands stays short and says where the rest is") {
  const std::size_t count = 3000;
  Plan plan = plan_of(fleet_of(count));
  for (const PlannedNumber& number : plan.numbers) {
    plan.warnings.push_back(
        {"ration", number.phone, Check::Result::warn, "the ledger is younger than 72 hours", "", ""});
  }
  for (int i = 0; i < 500; ++i) {
    plan.refused.push_back(
        {fmt::format("+4930{:07}", i), {{"pin", "", Check::Result::fail, "no PIN is declared", "", ""}}});
  }
  const std::string text = text_of(plan);
  CHECK(lines_of(text).size() < 250);
  CHECK(contains(text, "… and 2950 more (see --format json)"));
  CHECK(contains(text, "3000 numbers  ration: the ledger is younger than 72 hours"));
  CHECK(contains(text, "500 numbers  pin: no PIN is declared"));
  CHECK(contains(review_markdown(plan, catalogue()), plan.numbers.back().phone));
}

TEST_CASE("warnings that differ are not folded into one") {
  Plan plan = plan_of(fleet_of(3));
  plan.warnings = {{"queue", plan.numbers[0].phone, Check::Result::warn, "3 callbacks wait", "", ""},
                   {"queue", plan.numbers[1].phone, Check::Result::warn, "4 callbacks wait", "", ""},
                   {"queue", plan.numbers[2].phone, Check::Result::warn, "3 callbacks wait", "", ""},
                   {"queue", "", Check::Result::warn, "3 callbacks wait", "", ""}};
  const std::string text = text_of(plan);
  CHECK(contains(text, "Warnings: 3"));
  CHECK(contains(text, "2 numbers      queue: 3 callbacks wait"));
  CHECK(contains(text, plan.numbers[1].phone + "  queue: 4 callbacks wait"));
  CHECK(contains(text, "all            queue: 3 callbacks wait"));
}

TEST_CASE("phone numbers align whatever their length") {
  Fleet fleet = fleet_of(2);
  fleet.numbers[1].phone = *parse_phone("+2250707070707");
  const auto lines = lines_of(text_of(plan_of(fleet)));
  std::vector<std::size_t> columns;
  for (const std::string& line : lines) {
    if (line.starts_with("  +") && contains(line, "de-")) columns.push_back(line.find("de-"));
  }
  REQUIRE(columns.size() == 2);
  CHECK(columns[0] == columns[1]);
}

TEST_CASE("waves show whom they begin with and how long numbers are off the air together") {
  Plan plan = plan_of(fleet_of(100));
  plan.fleet.policy.soak = std::chrono::minutes(5);
  plan.fleet.policy.gate_each_wave = true;
  const std::string text = text_of(plan);
  CHECK(contains(text, "1     1        +491713920001  46 s         15 s                  15 s"));
  CHECK(contains(text, "2     5        +491713920002  46 s         15 s                  1 min 15 s"));
  CHECK(contains(text, "3     94       +491713920007  2 min 18 s   15 s                  23 min 30 s"));
  CHECK(contains(text, "when the one before has ended and 5 min have passed and a person has approved"));
}

TEST_CASE("a review says where what may be asked of Graph makes a run longer than its waves") {
  Fleet fleet = fleet_of(40);
  for (Number& number : fleet.numbers) number.waba_id = "102290129340398";
  CHECK_FALSE(contains(text_of(plan_of(fleet)), "graph_calls_per_hour"));
  fleet.policy.graph_calls_per_hour = 100;  // 1,000 calls: ten hours' worth, each hour three minutes longer
  CHECK(contains(text_of(plan_of(fleet)), "makes the run last about 10 h 30 min"));
}

TEST_CASE("a gated run says so among the waves, and asks for somebody at hand") {
  Plan plan = plan_of(fleet_of(3));
  CHECK_FALSE(contains(text_of(plan), "wamigrate approve"));
  plan.fleet.policy.gate_each_wave = true;
  const std::string text = text_of(plan);
  CHECK(contains(text, "when the one before has ended and a person has approved"));
  CHECK(contains(text, "wamigrate approve --run RUN"));
  CHECK(contains(review_markdown(plan, catalogue()), "wamigrate approve --run RUN"));
  CHECK(contains(review_html(plan, catalogue()), "wamigrate approve --run RUN"));
  plan.fleet.policy.waves = {{100, true}};  // one wave: there is no next
  CHECK_FALSE(contains(text_of(plan), "wamigrate approve"));
}

TEST_CASE("windows and hooks are listed in every form of a review, and not named where there are none") {
  Plan plan = plan_of(fleet_of(3));
  CHECK_FALSE(contains(text_of(plan), "Maintenance windows"));
  CHECK_FALSE(contains(text_of(plan), "Hooks"));
  plan.fleet.policy.windows = {*parse_window("Sat,Sun 01:00-05:00 Europe/Berlin"), *parse_window("22:00-04:00")};
  plan.fleet.policy.hooks.before_commit = "fleets/<commit>.sh";
  plan.fleet.policy.hooks.after_run = "~/after";
  const std::string text = text_of(plan);
  CHECK(place_of(text, "Maintenance windows") < place_of(text, "Before you start"));
  for (const std::string& form : {text, review_markdown(plan, catalogue()), review_html(plan, catalogue())}) {
    CHECK(contains(form, "Sat,Sun 01:00-05:00 Europe/Berlin"));
    CHECK(contains(form, "22:00-04:00 UTC"));
    CHECK(contains(form, "fleets/"));
    CHECK(contains(form, "~/after"));
  }
  CHECK(contains(text, "before_commit  fleets/<commit>.sh"));
  CHECK(contains(text, "after_run      ~/after"));
  CHECK_FALSE(contains(text, "before_wave"));
  CHECK_FALSE(contains(review_html(plan, catalogue()), "<commit>"));
}

TEST_CASE("before the start a review says what approving vouches for, which secrets are needed and what people see") {
  const std::string text = text_of(plan_of(fleet_of(2)));
  CHECK(contains(text, "Approving this plan vouches for this: make sure nothing restarts the old client"));
  CHECK(contains(text, "env:WAMIGRATE_ONPREM_PASSWORD"));
  CHECK(contains(text, "This business is now using a secure service"));
  CHECK(contains(text, "Whom to call"));
  CHECK(contains(text, "topic \"WABiz: Cloud API\""));
  CHECK(contains(text, "differences: "));
  CHECK(contains(text, "wamigrate show PLAN --changes"));
  const std::string back = text_of(plan_of(fleet_of(2), Direction::to_onprem));
  CHECK(contains(back, "Meta's service no longer manages this chat"));
  CHECK(contains(back, "Have somebody at hand for this: enter the registration code"));
}

TEST_CASE("switching off comes after verification, by role, and not for clients that are gone") {
  Fleet fleet = fleet_of(3);
  fleet.numbers[1].deployment.shards = 4;
  fleet.numbers[2].deployment.gone = true;
  const std::string text = text_of(plan_of(fleet));
  CHECK(place_of(text, "wamigrate verify --run RUN") < place_of(text, "switch off each old client"));
  CHECK(contains(text, "1 shard: de-1 (1 deployment): the Coreapp and the Webapp"));
  CHECK(contains(text, "4 shards: de-2 (1 deployment): the 4 Coreapps and any spare, the Masters, the Webapps"));
  CHECK(contains(text, "the database and the media volume"));
  CHECK(occurrences(text, "de-3") == 1);  // in the table of numbers only
}

TEST_CASE("a number that nobody serves is pointed out") {
  const Fleet fleet = fleet_of(2);
  std::vector<Evidence> evidence = evidence_of(fleet, Direction::to_cloud);
  evidence[1].home.home = Home::nowhere;
  evidence[1].facts = {Fact::nowhere_is_home,     Fact::pin_given,          Fact::pin_known,
                       Fact::cloud_was_last_home, Fact::ownership_verified, Fact::cloud_released};
  const std::string text = text_of(plan_of(fleet, Direction::to_cloud, {}, evidence));
  CHECK(contains(text, "1 number in this plan: served by nobody now."));
}

TEST_CASE("a second road is told where it differs, in the review; the runbook leaves nothing out") {
  const Fleet fleet = fleet_of(2);
  std::vector<Evidence> evidence = evidence_of(fleet, Direction::to_cloud);
  evidence[1].facts.remove(Fact::ownership_verified);
  const Plan plan = plan_of(fleet, Direction::to_cloud, {}, evidence);
  const std::string told_once = "Waits until the on-premises client has delivered every callback";
  CHECK(occurrences(text_of(plan), told_once) == 1);
  CHECK(occurrences(text_of(plan), "CHECKPOINT: every callback is delivered.") == 2);
  CHECK(contains(text_of(plan), "Meta asks for proof of ownership"));
  CHECK(occurrences(review_markdown(plan, catalogue()), told_once) == 2);
}

TEST_CASE("a runbook can be followed by hand") {
  const Plan plan = plan_of(fleet_of(2));
  const std::string runbook = review_markdown(plan, catalogue());
  for (const std::string& step : plan.roads[0].steps) {
    CAPTURE(step);
    CHECK(contains(runbook, "(`" + step + "`)"));
  }
  CHECK(occurrences(runbook, "\nBy hand: ") == plan.roads[0].steps.size() + 1);  // and how to send by hand at all
  CHECK(occurrences(runbook, "\n> **CHECKPOINT** ") == plan.roads[0].steps.size());
  CHECK(contains(runbook, "- [ ] **Step 4: make sure nothing restarts the old client** (`promise_no_restart`)"));
  CHECK(contains(runbook, "| +491713920002 | 106540352240002 | 102290129340398 | de-2 | https://10.0.0.2:9090 |"));
  CHECK(contains(runbook, "**COMMIT POINT: after the next step there is NO WAY BACK.**"));
}

TEST_CASE("a plan that takes a run back says which") {
  Plan plan = plan_of(fleet_of(1), Direction::to_onprem);
  plan.rollback_of = "feed";
  const std::string text = text_of(plan);
  CHECK(contains(text, "Way back: 1 number to on-premises"));
  CHECK(contains(text, "Takes back the run of plan feed."));
}

TEST_CASE("a hostile name reaches neither the terminal nor the browser") {
  Fleet fleet = fleet_of(2);
  const std::string hostile = "<script>x</script>\x1b[2J`|`\n\u202E";
  fleet.numbers[0].deployment.name = hostile;
  Plan plan = plan_of(fleet);
  plan.numbers[0].why = hostile;
  plan.secrets.push_back("cmd:" + hostile);
  plan.warnings = {{hostile, hostile, Check::Result::warn, hostile, hostile, hostile}};
  plan.refused = {{hostile, {{hostile, "", Check::Result::fail, hostile, hostile, hostile}}}};
  for (const std::string& form : {text_of(plan), review_markdown(plan, catalogue()), review_html(plan, catalogue()),
                                  review_dot(plan, catalogue())}) {
    CHECK(!contains(form, "\x1b"));
    CHECK(!contains(form, "\u202E"));
  }
  CHECK(!contains(review_html(plan, catalogue()), "<script"));
  // Inside a code span Markdown takes nothing for markup; the one there is, is the reference of a secret.
  CHECK(occurrences(review_markdown(plan, catalogue()), "<script") == 1);
  CHECK(contains(review_markdown(plan, catalogue()), "`cmd:<script>x</script>[2J'|' `"));
}

TEST_CASE("the same plan gives the same bytes") {
  const Plan plan = plan_of(fleet_of(7));
  CHECK(text_of(plan) == text_of(plan));
  CHECK(review_html(plan, catalogue()) == review_html(plan, catalogue()));
  CHECK(review_dot(plan, catalogue()) == review_dot(plan, catalogue()));
  CHECK(text_of(plan_of(fleet_of(7))) == text_of(plan));
}

TEST_CASE("a graph has a node for each step, marks the commit point and is balanced") {
  const Plan plan = plan_deregistering_first();
  const std::string dot = review_dot(plan, catalogue());
  CHECK(dot.starts_with("digraph plan {"));
  CHECK(occurrences(dot, " -> ") == plan.roads[0].steps.size());
  CHECK(occurrences(dot, "COMMIT POINT: ") == 1);
  CHECK(contains(dot, "peripheries=2"));
  CHECK(contains(dot, "label=\"Road 1: 2 numbers\""));
  CHECK(occurrences(dot, "{") == occurrences(dot, "}"));
  CHECK(occurrences(dot, "\"") % 2 == 0);
  CHECK(contains(review_dot(plan_with_nothing_to_do(1), catalogue()), "nothing to do"));
}
