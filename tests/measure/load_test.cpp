// A load test without clock and network: what is due when, what may leave, when it must stop, and what is counted.
#include <map>
#include <queue>

#include "measure/load_result.hpp"
#include "measure/pacer.hpp"
#include "support/catch.hpp"

namespace wamigrate {
namespace {

using namespace std::chrono_literals;

MessageMix mix_of(std::vector<RampStep> ramp, std::size_t recipients = 3) {
  MessageMix mix;
  for (std::size_t i = 0; i < recipients; ++i)
    mix.recipients.push_back({"+49151000000" + std::to_string(i), "", "", ""});
  mix.messages = {{.text = 20, .name = "", .language = "", .parameters = {}, .weight = 3},
                  {.text = 0, .name = "hello_world", .language = "en_US", .parameters = {}, .weight = 1}};
  mix.ramp = std::move(ramp);
  return mix;
}

/// A side that takes so many at once, and so long for each; it is asked as the pacer says, under a simulated clock.
struct Played {
  std::vector<SendOutcome> outcomes;
  std::size_t most_in_a_second = 0;
  int most_at_once = 0;
};

Played play(const Schedule& schedule, int connections, int a_second, const std::function<Millis(Millis)>& takes,
            Millis standstill_at = Millis(-1), Millis standstill = Millis(0)) {
  Pacer pacer(schedule, connections, a_second);
  Played played;
  played.outcomes.resize(schedule.messages.size());
  std::multimap<Millis, std::size_t> under_way;
  std::deque<Millis> left;
  for (Millis now{0}; !pacer.done(); ++now) {
    if (now == standstill_at) now += standstill;
    while (!under_way.empty() && under_way.begin()->first <= now) {
      under_way.erase(under_way.begin());
      pacer.ended();
    }
    while (const auto index = pacer.next(now)) {
      const Millis end = now + takes(now);
      under_way.emplace(end, *index);
      played.outcomes[*index] = {.due = schedule.messages[*index].after,
                                 .started = now,
                                 .answered = end,
                                 .message = schedule.messages[*index].message};
      left.push_back(now);
      while (left.front() <= now - 1s) left.pop_front();
      played.most_in_a_second = std::max(played.most_in_a_second, left.size());
      played.most_at_once = std::max(played.most_at_once, static_cast<int>(under_way.size()));
    }
    const auto wake = pacer.wake(now);
    if (wake) CHECK(*wake >= now);
    if (under_way.empty() && !pacer.done()) REQUIRE(wake);
  }
  return played;
}

SendOutcome failed(SendFate fate, const std::string& code = "131000") {
  SendOutcome outcome;
  outcome.fate = fate;
  outcome.code = code;
  outcome.kind = fate == SendFate::throttled ? "throttled" : "down";
  outcome.title = "something went wrong";
  return outcome;
}

}  // namespace

TEST_CASE("a step of one rate spreads its messages evenly") {
  const Schedule schedule = schedule_of(mix_of({{2000, 2000, 3s}}), 1000);
  REQUIRE(schedule.messages.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) CHECK(schedule.messages[i].after == Millis(500 * static_cast<int>(i)));
  CHECK(schedule.whole == 6);
  CHECK(schedule.length == 3s);
}

TEST_CASE("a ramp grows without a gap or a jump, through steps of odd rates too") {
  const Schedule schedule = schedule_of(mix_of({{1000, 10'000, 10s}, {333, 333, 10s}, {10'000, 0, 4s}}), 1000);
  CHECK(schedule.whole == 79);  // 55 + 3.33 + 20, the last one begun
  REQUIRE(schedule.messages.size() == 79);
  Millis before{0};
  for (const DueMessage& due : schedule.messages) {
    CHECK(due.after >= before);
    before = due.after;
  }
  const auto due_by = [&schedule](Millis until) {
    return std::count_if(schedule.messages.begin(), schedule.messages.end(),
                         [until](const DueMessage& due) { return due.after < until; });
  };
  CHECK(due_by(5s) == 17);  // 1·5 + 0.9·25/2 = 16.25
  CHECK(due_by(10s) == 55);
  CHECK(due_by(20s) == 59);
  CHECK(before < 24s);
}

TEST_CASE("the cap ends a schedule and changes nothing before") {
  const MessageMix mix = mix_of({{5000, 5000, 60s}});
  const Schedule whole = schedule_of(mix, 1000);
  const Schedule capped = schedule_of(mix, 17);
  CHECK(whole.messages.size() == 300);
  CHECK(capped.whole == 300);
  REQUIRE(capped.messages.size() == 17);
  for (std::size_t i = 0; i < 17; ++i) CHECK(capped.messages[i].after == whole.messages[i].after);
  CHECK(schedule_of(mix_of({}), 10).messages.empty());
}

TEST_CASE("recipients take turns, and kinds of messages as often as their weights say, evenly spread") {
  const Schedule schedule = schedule_of(mix_of({{10'000, 10'000, 4s}}), 1000);
  REQUIRE(schedule.messages.size() == 40);
  std::map<std::size_t, int> kinds, recipients;
  int since_template = 0;
  for (const DueMessage& due : schedule.messages) {
    ++kinds[due.message];
    ++recipients[due.recipient];
    since_template = due.message == 1 ? 0 : since_template + 1;
    CHECK(since_template <= 4);
  }
  CHECK(kinds[0] == 30);
  CHECK(kinds[1] == 10);
  CHECK(recipients[0] == 14);
  CHECK(recipients[2] == 13);
}

TEST_CASE("what is more than one recipient may get is found beforehand") {
  const MessageMix few = mix_of({{1000, 1000, 200s}}, 2);
  CHECK(!beyond_pair_limit(schedule_of(few, 90), 2));
  const auto first = beyond_pair_limit(schedule_of(few, 200), 2);
  REQUIRE(first);
  // One in two seconds to each: the debt grows by four seconds a message, and 45 times six are forgiven.
  CHECK(*first / 2 >= 45);
  CHECK(*first / 2 <= 68);
  CHECK(!beyond_pair_limit(schedule_of(mix_of({{1000, 1000, 200s}}, 6), 200), 6));
}

TEST_CASE("a slow side is asked as often as a quick one, and what it makes wait is counted from when it was due") {
  const Schedule schedule = schedule_of(mix_of({{20'000, 20'000, 10s}}), 1000);
  const auto stalls_for_a_second = [](Millis now) { return now >= 3s && now < 4s ? 4s - now + 5ms : Millis(5); };
  const Played played = play(schedule, 5, 80, stalls_for_a_second);
  LoadMeter meter({"text", "template"}, schedule.length);
  for (const SendOutcome& outcome : played.outcomes) meter.add(outcome);
  LoadResult result;
  meter.write(result);
  CHECK(result.accepted == 200);
  // Twenty messages were due in the second of the stall: they waited half a second on average, one a whole one.
  CHECK(result.latency.most() >= 950ms);
  CHECK(result.latency.at(0.95) >= 400ms);
  CHECK(result.service.at(0.95) < 100ms);  // what coordinated omission would have shown
  CHECK(played.most_at_once == 5);
}

TEST_CASE("after a standstill of this machine the backlog leaves no faster than the side takes messages") {
  const Schedule schedule = schedule_of(mix_of({{20'000, 20'000, 10s}}), 1000);
  const Played played = play(
      schedule, 64, 30, [](Millis) { return 5ms; }, 2s, 5s);
  CHECK(played.most_in_a_second <= 30);
  CHECK(played.outcomes.back().answered > 10s);
  std::size_t late = 0;
  for (const SendOutcome& outcome : played.outcomes) late += outcome.answered - outcome.due > 1s ? 1 : 0;
  CHECK(late > 50);
}

TEST_CASE("nothing leaves once a test is stopped, and it ends with what is under way") {
  const Schedule schedule = schedule_of(mix_of({{10'000, 10'000, 10s}}), 1000);
  Pacer pacer(schedule, 64, 80);
  REQUIRE(pacer.next(0ms) == 0);
  REQUIRE(pacer.next(100ms) == 1);
  pacer.stop();
  CHECK(!pacer.next(5s));
  CHECK(!pacer.wake(5s));
  CHECK(!pacer.done());
  pacer.ended();
  pacer.ended();
  CHECK(pacer.done());
  CHECK(pacer.begun() == 2);
}

TEST_CASE("a machine that slept is known by a message that is long overdue while none is under way") {
  const MessageMix mix = mix_of({{1000, 1000, 100s}});
  const Schedule schedule = schedule_of(mix, 100);
  Pacer pacer(schedule, 2, 80);
  CHECK_FALSE(pacer.stood_still(0s));
  REQUIRE(pacer.next(0s));
  CHECK_FALSE(pacer.stood_still(90s));  // held up by an answer
  pacer.ended();
  CHECK(pacer.stood_still(90s));
  CHECK_FALSE(pacer.stood_still(20s));
  pacer.stop();
  CHECK_FALSE(pacer.stood_still(90s));
}

TEST_CASE("ten in a row that are not taken end a test; one that is taken begins the count again") {
  StopRule rule;
  for (int i = 0; i < 9; ++i) CHECK(!rule.after(failed(SendFate::throttled, "130429"), false));
  CHECK(!rule.after(SendOutcome{}, false));
  for (int i = 0; i < 9; ++i) CHECK(!rule.after(failed(SendFate::unanswered), false));
  const auto why = rule.after(failed(SendFate::not_sent, "transport unreachable"), false);
  REQUIRE(why);
  CHECK(why->find("10 messages in a row") != std::string::npos);
}

TEST_CASE("a refusal that speaks of the token or endangers the number ends a test at once") {
  StopRule rule;
  const auto why = rule.after(failed(SendFate::refused, "131048"), true);
  REQUIRE(why);
  CHECK(why->find("131048") != std::string::npos);
}

TEST_CASE("throttling is counted apart, errors by class and code, and each kind of message by itself") {
  LoadMeter meter({"text", "template"}, 240s);
  for (int i = 0; i < 10; ++i) {
    SendOutcome taken;
    taken.due = taken.started = i * 1s;
    taken.answered = taken.due + Millis(i < 9 ? 100 : 900);
    taken.message = i % 2;
    meter.add(taken);
  }
  meter.add(failed(SendFate::throttled, "130429"));
  meter.add(failed(SendFate::throttled, "130429"));
  meter.add(failed(SendFate::unanswered, "131016"));
  LoadResult result;
  meter.write(result);
  CHECK(result.due == 13);
  CHECK(result.accepted == 10);
  CHECK(result.throttled == 2);
  CHECK(result.unanswered == 1);
  CHECK(result.refused == 0);
  REQUIRE(result.errors.size() == 2);
  CHECK(result.errors[0] == ErrorCount{"130429", "throttled", "something went wrong", 2});
  CHECK(result.kinds[0].accepted == 5);
  CHECK(result.kinds[1].due == 5);
  CHECK(result.interval == 2s);  // 240 seconds in 120 pieces
  REQUIRE(result.intervals.size() == 5);
  CHECK(result.intervals[0].throttled == 2);
  CHECK(result.intervals[0].failed == 1);
  CHECK(result.intervals[4].slowest >= 900ms);
}

TEST_CASE("a result survives being written and read, with and without deliveries") {
  LoadResult result;
  result.side = "cloud";
  result.phone = "+4915110000000";
  result.target = "graph.example";
  result.began = *parse_iso("2026-11-23T10:00:00Z");
  result.lasted = 9s;
  result.ended = "all were sent";
  result.mix = to_json(mix_of({{1000, 2500, 10s}}));
  result.planned = 17;
  result.cap = 20;
  result.connections = 64;
  LoadMeter meter({"text", "template"}, 10s);
  for (int i = 0; i < 17; ++i) {
    meter.add(
        {.due = i * 500ms, .started = i * 500ms, .answered = i * 520ms, .message = static_cast<std::size_t>(i % 2)});
  }
  meter.add(failed(SendFate::throttled, "130429"));
  meter.write(result);
  if (GENERATE(false, true)) {
    result.delivery.emplace();
    result.delivery->delivered = 15;
    result.delivery->codes["131047"] = 2;
    result.delivery->to_delivery.add(3s);
  }
  const std::string written = to_document(to_json(result));
  const auto read = load_result_from(written);
  REQUIRE(read);
  CHECK(to_document(to_json(*read)) == written);
  CHECK(same_mix(result, *read));
  CHECK(read->taking == 16 * 520ms);
  CHECK(read->accepted_a_second() == Approx(17.0 / 8.32));
}

TEST_CASE("a side that takes messages slowly is seen to do so, and one that never answers makes nothing slower") {
  LoadMeter meter({"text"}, 10s);
  for (int i = 0; i < 10; ++i) meter.add({.due = i * 100ms, .started = i * 100ms, .answered = (i + 1) * 1s});
  SendOutcome lost = failed(SendFate::unanswered);
  lost.due = 900ms;
  lost.answered = 60s;
  meter.add(lost);
  LoadResult result;
  meter.write(result);
  REQUIRE(result.intervals.size() == 11);
  CHECK(result.intervals[0].due == 11);
  CHECK(result.intervals[0].accepted == 0);
  for (std::size_t i = 1; i < 11; ++i) CHECK(result.intervals[i].accepted == 1);
  CHECK(result.taking == 10s);
  CHECK(result.accepted_a_second() == Approx(1));
}

TEST_CASE("a second in which nothing was due is there as well") {
  LoadMeter meter({"text"}, 10s);
  for (const Millis due : {0s, 4s}) meter.add({.due = due, .started = due, .answered = due + 10ms});
  LoadResult result;
  meter.write(result);
  REQUIRE(result.intervals.size() == 5);
  CHECK(result.intervals[2].from == 2s);
  CHECK(result.intervals[2].due + result.intervals[2].accepted == 0);
}

TEST_CASE("results are of one kind only if mix, cap and connections are, and both came to their end") {
  LoadResult one;
  one.mix = {{"recipients", 2}};
  LoadResult other = one;
  REQUIRE(same_mix(one, other));
  SECTION("mix") { other.mix["sha256"] = "another file"; }
  SECTION("cap") { other.cap = 7; }
  SECTION("connections") { other.connections = 1; }
  SECTION("end") { other.whole = false; }
  CHECK_FALSE(same_mix(one, other));
}

TEST_CASE("what is no result is refused, however it is broken") {
  LoadResult result;
  result.side = "onprem";
  result.mix = Json::object();
  const std::string sound = to_compact(to_json(result));
  REQUIRE(load_result_from(sound));
  CHECK(!load_result_from(""));
  CHECK(!load_result_from("[]"));
  const Json whole = to_json(result);
  for (const auto& [key, value] : whole.items()) {
    Json broken = whole;
    broken[key] = value.is_array() || value.is_null() ? Json("x") : Json::array({1});
    CAPTURE(key);
    CHECK(!load_result_from(to_compact(broken)));
  }
}

}  // namespace wamigrate
