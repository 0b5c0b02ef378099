// Where a run stands, for somebody who has just been woken up.
#include "report/status.hpp"

#include <fmt/format.h>

#include <set>

#include "report/examples.hpp"
#include "report/standing.hpp"
#include "report/words.hpp"
#include "steps/step.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

std::string all_of(const std::vector<std::string>& lines) { return fmt::format("{}", fmt::join(lines, "\n")); }

Progress busy_run(std::size_t count) {
  Progress progress = begun(plan_of(fleet_of(count)));
  migrate(progress, 0, Millis(9400));
  wait_for_code(progress, 1);
  activate(progress, 2, "register_on_cloud", 2);
  progress.numbers[2].down_since = at(95);
  strand(progress, 3, "the PIN was refused");
  return progress;
}

}  // namespace

TEST_CASE("status puts a number that nobody serves on top, with why, since when and what to do") {
  const std::string text = status_text(busy_run(6), at(100), false, "night");
  const std::size_t stranded = place_of(text, "STRANDED: served by nobody");
  CHECK(stranded < place_of(text, "Waiting: 1"));
  CHECK(contains(text, "why: the PIN was refused"));
  CHECK(contains(text, "off the air: since 2026-03-01 02:00:30 UTC, 1 min 10 s so far"));
  CHECK(contains(text, "wamigrate retry --run night +491713920004"));
}

TEST_CASE("status says what a number waits for, until when, and the exact command that helps") {
  Progress progress = begun(plan_of(fleet_of(2)));
  wait_for_code(progress, 0);
  NumberProgress& timed = progress.numbers[1];
  activate(progress, 1, "register_on_cloud");
  timed.state = NumberState::waiting;
  timed.waits_for = "time";
  timed.until = at(400);
  timed.reason = "recently deleted";
  const std::string text = status_text(progress, at(100), false, "night");
  CHECK(contains(text, "+491713920001  waits for the code that was sent to the number"));
  CHECK(contains(text, "next: wamigrate answer --run night +491713920001 --code-from -"));
  CHECK(contains(text, "until: 2026-03-01 02:06:40 UTC, in 5 min"));
  CHECK(contains(text, "at: step 7 of 15, register_on_cloud, attempt 1"));
  CHECK(contains(status_text(progress, at(460), false), "until: 2026-03-01 02:06:40 UTC, 1 min ago"));
}

TEST_CASE("status of some numbers lists these alone, and says of the run what is true of all") {
  const Progress progress = busy_run(6);
  const std::string text = status_text(progress, at(100), false, "night", [](const NumberProgress& number) {
    return number.state == NumberState::waiting;
  });
  CHECK(contains(text, "Listed: 1 of 6."));
  CHECK(contains(text, "+491713920002"));
  CHECK_FALSE(contains(text, "+491713920004"));
  CHECK(contains(text, report::counts_text(progress)));
}

TEST_CASE("a number that waits for a person while nobody serves it is as loud as a stranded one") {
  Progress progress = begun(plan_of(fleet_of(1)));
  activate(progress, 0, "register_on_cloud");
  progress.numbers[0].state = NumberState::waiting;
  progress.numbers[0].waits_for = "person";
  progress.numbers[0].home = Home::nowhere;
  const std::string text = status_text(progress, at(9), true);
  CHECK(contains(text, "\x1b[1;31mSERVED BY NOBODY, waits for a person's decision"));
}

TEST_CASE("status says why numbers have not begun") {
  Progress progress = begun(plan_of(fleet_of(2)));
  CHECK(contains(status_text(progress, at(1), false), "They wait for their wave"));
  progress.held = "1 of the 1 failures that wave 1 allows: no new number starts";
  CHECK(contains(status_text(progress, at(1), false), "HELD: 1 of the 1 failures that wave 1 allows"));
  progress.held.clear();
  progress.paused = "token";
  progress.pause_message = "Graph refuses the token";
  const std::string paused = status_text(progress, at(1), false, "night");
  CHECK(contains(paused, "PAUSED, waits for a good token"));
  CHECK(contains(paused, "why: Graph refuses the token"));
  CHECK(contains(paused, "then: wamigrate apply night/plan.json --run night"));
  progress.paused = "approval";
  progress.waits = RunWait{"approval", "wave 2 of 3 waits for an approval", {}, "wamigrate approve --run night"};
  CHECK(contains(status_text(progress, at(1), false, "night"),
                 "then: wamigrate approve --run night, then: wamigrate apply night/plan.json"));
  progress.paused.clear();
  const std::string at_work = status_text(progress, at(1), false, "night");
  CHECK(contains(at_work, "WAITS for a person's approval"));
  CHECK(contains(at_work, "then: wamigrate approve --run night"));
  CHECK_FALSE(contains(at_work, "apply"));
}

TEST_CASE("status names each limit of Graph that is waited for, and none that is over") {
  Progress progress = begun(plan_of(fleet_of(2)));
  progress.graph_until = {{"", at(5)}, {"1022", at(100)}, {"1023", at(200)}};
  progress.waits = RunWait{waits_for_graph, "Graph's limit for the account 1022 is reached", at(100), "", "1022"};
  const std::string text = status_text(progress, at(10), false);
  CHECK(contains(text, "why: Graph's limit for the account 1022 is reached"));
  CHECK(contains(text, "Graph's limit is reached: for the account 1023 until "));
  CHECK_FALSE(contains(text, "of the app"));
  progress.waits.reset();
  CHECK(contains(status_text(progress, at(1), false), "Graph's limit is reached: of the app until "));
}

TEST_CASE("status of thousands stays short, and every state is counted") {
  Progress progress = busy_run(3000);
  const std::string text = status_text(progress, at(100), false);
  CHECK(lines_of(text).size() < 60);
  CHECK(contains(text, "1 stranded, 1 waiting, 1 active, 2996 not begun, 1 migrated."));
  CHECK(contains(text, "… and 2986 more (see --json)"));
}

TEST_CASE("status uses colour on request only") {
  CHECK(!contains(status_text(busy_run(5), at(100), false), "\x1b"));
  CHECK(contains(status_text(busy_run(5), at(100), true), "\x1b[1;31m"));
}

TEST_CASE("the live view never exceeds the terminal") {
  Progress progress = busy_run(300);
  for (std::size_t i = 4; i < 200; ++i) activate(progress, i, "drain_queue");
  progress.numbers[10].reason = progress.pause_message = std::string(500, 'x');
  for (const int width : {1, 10, 40, 80, 200}) {
    for (const int height : {1, 2, 3, 4, 24, 500}) {
      CAPTURE(width, height);
      const auto lines = live_view(progress, catalogue(), at(100), width, height);
      CHECK(lines.size() <= static_cast<std::size_t>(height));
      CHECK(!lines.empty());
      for (const std::string& line : lines) CHECK(report::columns(line) <= static_cast<std::size_t>(width));
    }
  }
}

TEST_CASE("the live view shows each number under way with step, place, time and attempt, the most pressing first") {
  const auto lines = live_view(busy_run(6), catalogue(), at(100), 200, 24);
  const std::string all = all_of(lines);
  CHECK(lines[0] == "1 stranded, 1 waiting, 1 active, 2 not begun, 1 migrated");
  CHECK(contains(all, "off the air so far, at most: longest 1 min 10 s, all together 1 min 24 s; 2 now"));
  CHECK(contains(lines[3], "+491713920004"));
  CHECK(contains(lines[3], "STRANDED: the PIN was refused"));
  CHECK(contains(lines[4], "wamigrate answer --run night +491713920002 --code-from -"));
  CHECK(contains(lines[5], "+491713920003   7/15"));
  CHECK(contains(lines[5], "1 min 39 s"));
  CHECK(contains(lines[5], "register on Cloud with the backup, attempt 2"));
  CHECK(contains(lines[5], "[off the air 5.0 s]"));
  CHECK(lines.size() == 6);
}

TEST_CASE("the live view counts what it has no room for") {
  Progress progress = begun(plan_of(fleet_of(40)));
  for (std::size_t i = 0; i < 40; ++i) activate(progress, i, "drain_queue");
  const auto lines = live_view(progress, catalogue(), at(100), 80, 10);
  REQUIRE(lines.size() == 10);
  CHECK(lines.back() == "… and 34 more under way");
}

TEST_CASE("an event is one line with time, phone and what happened") {
  Entry entry;
  entry.time = at(3);
  entry.event = event::outcome;
  entry.phone = "+491713920001";
  entry.step = "register_on_cloud";
  entry.attempt = 1;
  entry.outcome = "refused";
  entry.http_status = 400;
  entry.code = "133005";
  entry.fbtrace_id = "Atrace";
  entry.message = "Two step verification PIN Mismatch";
  CHECK(event_line(entry) ==
        "2026-03-01 02:00:03 UTC  +491713920001     register_on_cloud: refused (HTTP 400, code 133005, fbtrace_id "
        "Atrace): Two step verification PIN Mismatch");
}

TEST_CASE("a line that asks for something ends with the command") {
  Entry entry;
  entry.time = at(0);
  entry.event = event::waiting;
  entry.phone = "+491713920001";
  entry.message = "a code was sent";
  entry.more = {{"for", "code"}, {"next", "wamigrate answer --run night +491713920001 --code-from -"}};
  CHECK(contains(event_line(entry),
                 "waits for the code that was sent to the number: a code was sent. Next: wamigrate "
                 "answer --run night +491713920001 --code-from -"));
  entry.event = event::ended;
  entry.outcome = "stranded";
  CHECK(contains(event_line(entry), "STRANDED: a code was sent. Next: wamigrate answer"));
}

TEST_CASE("every event of the journal reads otherwise than every other") {
  std::set<std::string> lines;
  for (const std::string_view what :
       {event::created, event::session, event::observed, event::started, event::intent, event::outcome, event::settled,
        event::waiting, event::replanned, event::stopping, event::ended, event::heard, event::wave, event::held,
        event::paused, event::done}) {
    Entry entry;
    entry.time = at(0);
    entry.event = what;
    entry.message = std::string("message of ") + std::string(what);
    entry.outcome = what == event::ended ? "failed" : "done";
    entry.step = "take_backup";
    CAPTURE(std::string(what));
    CHECK(lines.insert(event_line(entry)).second);
    CHECK(!contains(event_line(entry), "\n"));
  }
}

TEST_CASE("a server's words in an event stay on their line") {
  Entry entry;
  entry.event = event::stopping;
  entry.phone = "+1\n";
  entry.message = "bad\nnews \x1b[2J";
  CHECK(lines_of(event_line(entry)).size() == 1);
  CHECK(!contains(event_line(entry), "\x1b"));
}
