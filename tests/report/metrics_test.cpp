// A run as figures: the text is OpenMetrics to the letter, the figures are those of the run, and nobody is named.
#include "report/metrics.hpp"

#include "report/examples.hpp"
#include "support/catch.hpp"
#include "support/openmetrics.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using tests::OpenMetrics;

namespace {

Progress busy_run(const Plan& plan) {
  Progress progress = begun(plan);
  migrate(progress, 0, Millis(9400));
  wait_for_code(progress, 1);
  activate(progress, 2, "register_on_cloud", 2);
  progress.numbers[2].down_since = at(95);
  progress.numbers[2].open_intent = "register_on_cloud";
  strand(progress, 3, "the PIN was refused");
  progress.numbers[3].refusals["pin"] = 1;
  migrate(progress, 4, Millis(61000));
  return progress;
}

}  // namespace

TEST_CASE("metrics are OpenMetrics to the letter, also of a run that has not begun and of one without numbers") {
  const Plan plan = plan_of(fleet_of(7));
  CHECK_NOTHROW(OpenMetrics(metrics_text(busy_run(plan), plan, at(100))));
  CHECK_NOTHROW(OpenMetrics(metrics_text(begin(plan), plan, at(100))));
  CHECK_NOTHROW(OpenMetrics(metrics_text(Progress{}, Plan{}, Time{})));
}

TEST_CASE("what is not OpenMetrics is told apart") {
  const std::string good = "# TYPE a counter\n# HELP a b\na_total{x=\"y\"} 1\n# EOF\n";
  CHECK_NOTHROW(OpenMetrics(good));
  for (const auto& [part, instead] : std::vector<std::pair<std::string, std::string>>{
           {"# EOF\n", ""},
           {"# EOF\n", "# EOF"},
           {"# EOF\n", "# EOF\n\n"},
           {"a_total", "a"},
           {"a_total", "b_total"},
           {"x=\"y\"", "x=\"y\","},
           {"x=\"y\"", "x=\"\"y\""},
           {"x=\"y\"", "x=y"},
           {"} 1", "}  1"},
           {"} 1", "} -1"},
           {"} 1\n", "} 1\na_total{x=\"y\"} 2\n"},
           {"} 1\n", "} 1\n# TYPE b gauge\n# HELP b c\nb 1\na_total{x=\"z\"} 2\n"},
           {"# HELP a b\n", ""},
           {"# HELP a b\n", "# HELP a b\n# HELP a b\n"},
           {"# HELP a b\n", "# HELP a b\n# UNIT a seconds\n"},
           {"# TYPE a counter\n", ""}}) {
    std::string bad = good;
    bad.replace(bad.find(part), part.size(), instead);
    INFO(bad);
    CHECK_THROWS(OpenMetrics(bad));
  }
}

TEST_CASE("metrics count numbers by state, by home and by what they wait for") {
  const Plan plan = plan_of(fleet_of(7));
  const OpenMetrics metrics(metrics_text(busy_run(plan), plan, at(100)));
  CHECK(metrics.value("wamigrate_numbers", "state", "migrated") == 2);
  CHECK(metrics.value("wamigrate_numbers", "state", "waiting") == 1);
  CHECK(metrics.value("wamigrate_numbers", "state", "active") == 1);
  CHECK(metrics.value("wamigrate_numbers", "state", "stranded") == 1);
  CHECK(metrics.value("wamigrate_numbers", "state", "pending") == 2);
  CHECK(metrics.value("wamigrate_numbers", "state", "failed") == 0);
  CHECK(metrics.value("wamigrate_homes", "home", "cloud") == 2);
  CHECK(metrics.value("wamigrate_homes", "home", "onprem") == 4);
  CHECK(metrics.value("wamigrate_homes", "home", "nowhere") == 1);
  CHECK(metrics.value("wamigrate_homes", "home", "unknown") == 0);
  CHECK(metrics.value("wamigrate_waiting", "for", "code") == 1);
  CHECK(metrics.value("wamigrate_waiting", "for", "person") == 0);
}

TEST_CASE("metrics tell the time off the air as sum, count, longest and histogram, and who is off the air now") {
  const Plan plan = plan_of(fleet_of(7));
  const OpenMetrics metrics(metrics_text(busy_run(plan), plan, at(100)));
  CHECK(metrics.value("wamigrate_downtime_seconds_count") == 2);
  CHECK(metrics.value("wamigrate_downtime_seconds_sum") == 70.4);
  CHECK(metrics.value("wamigrate_downtime_max_seconds") == 61);
  CHECK(metrics.value("wamigrate_downtime_seconds_bucket", "le", "5.0") == 0);
  CHECK(metrics.value("wamigrate_downtime_seconds_bucket", "le", "10.0") == 1);
  CHECK(metrics.value("wamigrate_downtime_seconds_bucket", "le", "60.0") == 1);
  CHECK(metrics.value("wamigrate_downtime_seconds_bucket", "le", "120.0") == 2);
  CHECK(metrics.value("wamigrate_downtime_seconds_bucket", "le", "+Inf") == 2);
  CHECK(metrics.value("wamigrate_off_air") == 2);
  CHECK(metrics.value("wamigrate_off_air_longest_seconds") == 70);
}

TEST_CASE("time off the air that equals a bucket's bound is in it, and more than the last bound is in +Inf alone") {
  const Plan plan = plan_of(fleet_of(2));
  Progress progress = begun(plan);
  migrate(progress, 0, Millis(2500));
  migrate(progress, 1, std::chrono::hours(30));
  const OpenMetrics metrics(metrics_text(progress, plan, at(100)));
  CHECK(metrics.value("wamigrate_downtime_seconds_bucket", "le", "1.0") == 0);
  CHECK(metrics.value("wamigrate_downtime_seconds_bucket", "le", "2.5") == 1);
  CHECK(metrics.value("wamigrate_downtime_seconds_bucket", "le", "3600.0") == 1);
  CHECK(metrics.value("wamigrate_downtime_seconds_bucket", "le", "+Inf") == 2);
}

TEST_CASE("metrics count registrations, requests by step and refusals by class") {
  const Plan plan = plan_of(fleet_of(7));
  const OpenMetrics metrics(metrics_text(busy_run(plan), plan, at(100)));
  CHECK(metrics.value("wamigrate_registrations_total") == 5);
  CHECK(metrics.value("wamigrate_requests_total", "step", "register_on_cloud") == 5);
  CHECK(metrics.value("wamigrate_requests_open", "step", "register_on_cloud") == 1);
  CHECK(metrics.value("wamigrate_refusals_total", "class", "pin") == 1);
}

TEST_CASE("metrics tell the run: its plan, wave, length, and whether it is held, paused or done") {
  const Plan plan = plan_of(fleet_of(7));
  Progress progress = busy_run(plan);
  const OpenMetrics running(metrics_text(progress, plan, at(100)));
  CHECK(running.value("wamigrate_plan_info", "to", "cloud") == 1);
  CHECK(running.value("wamigrate_plan_info", "digest", plan.digest) == 1);
  CHECK(running.value("wamigrate_wave") == 1);
  CHECK(running.value("wamigrate_waves") == 3);
  CHECK(running.value("wamigrate_run_duration_seconds") == 100);
  for (const char* state : {"held", "on_hold", "aborted", "paused", "done"})
    CHECK(running.value("wamigrate_run", "wamigrate_run", state) == 0);
  progress.held = "1 of the 1 failures that wave 1 allows";
  progress.on_hold = progress.aborted = true;
  progress.paused = "token";
  progress.waits = RunWait{"approval", "wave 1 has ended", std::nullopt, "wamigrate approve --run night"};
  progress.done = true;
  progress.ended_at = at(60);
  const OpenMetrics ended(metrics_text(progress, plan, at(100)));
  for (const char* state : {"held", "on_hold", "aborted", "paused", "done"})
    CHECK(ended.value("wamigrate_run", "wamigrate_run", state) == 1);
  CHECK(ended.value("wamigrate_run_duration_seconds") == 60);
  CHECK(running.value("wamigrate_run_waits", "for", "approval") == 0);
  CHECK(ended.value("wamigrate_run_waits", "for", "approval") == 1);
  CHECK(ended.value("wamigrate_run_waits", "for", "window") == 0);
}

TEST_CASE("metrics of thousands are as many lines as of a few, and name nobody") {
  const Plan few = plan_of(fleet_of(7));
  const Plan many = plan_of(fleet_of(3000));
  const std::string text = metrics_text(busy_run(many), many, at(100));
  CHECK(lines_of(text).size() == lines_of(metrics_text(busy_run(few), few, at(100))).size());
  for (const NumberProgress& number : begin(many).numbers) {
    if (contains(text, number.phone.substr(1))) FAIL(number.phone);
  }
  CHECK(!contains(text, "the PIN was refused"));
}

TEST_CASE("a word that would break its line is escaped") {
  const Plan plan = plan_of(fleet_of(1));
  Progress progress = begun(plan);
  progress.numbers[0].refusals["a\"b\\c\nd"] = 1;
  const std::string text = metrics_text(progress, plan, at(1));
  CHECK_NOTHROW(OpenMetrics(text));
  CHECK(contains(text, "wamigrate_refusals_total{class=\"a\\\"b\\\\c\\nd\"} 1\n"));
}
