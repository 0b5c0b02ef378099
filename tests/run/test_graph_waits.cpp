// What Graph asks to wait for: told with its end, kept over a restart, and nothing that can wait is asked meanwhile.
#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using namespace std::chrono_literals;

namespace {

/// The subscription is met once, long before anything has left its home.
sim::FaultRule on_subscribe(sim::Action action) {
  sim::FaultRule rule;
  rule.on = "subscribe";
  rule.action = action;
  return rule;
}

std::vector<Time> times_of(const Rig& rig, std::string_view event, std::string_view step = "") {
  std::vector<Time> times;
  for (const Entry& entry : rig.entries) {
    if (entry.event == event && entry.step == step) times.push_back(entry.time);
  }
  return times;
}

/// Stops the run once it waits for this, ten minutes before it should end.
Time stop_while_waiting_for(Rig& rig, const Plan& plan, const std::string& what) {
  std::optional<Time> until;
  rig.stop_at = [&] {
    if (until || rig.entries.empty() || text_at(rig.entries.back().more, "for") != what) return false;
    until = parse_iso(text_at(rig.entries.back().more, "until"));
    return true;
  };
  rig.run(plan);
  rig.stop_at = nullptr;
  REQUIRE(until);
  return *until;
}

}  // namespace

TEST_CASE("a limit that Graph says lasts is told with its end, and a restart does not make it shorter") {
  Rig rig({.overlay = R"({"world": {"subscribed": false}})"});
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule throttled = on_subscribe(sim::Action::throttled);
  throttled.delay = 30min;
  rig.faults.add(throttled);
  const Time until = stop_while_waiting_for(rig, plan, "graph");
  const auto told = fold_journal(plan, rig.store->journal_);
  REQUIRE(told);
  REQUIRE(told->waits);
  CHECK(told->waits->until == until);
  rig.clock.set(until - 10min);
  const Progress end = rig.run(plan);
  CHECK(end.done);
  CHECK(end.numbers[0].state == NumberState::migrated);
  CHECK_FALSE(end.waits);
  const std::vector<Time> sent = times_of(rig, event::intent, "subscribe_app");
  REQUIRE(sent.size() == 2);
  CHECK(sent[1] >= until);
  CHECK(sent[1] <= until + 1min);
}

TEST_CASE("while Graph's limit lasts no number begins") {
  Rig rig({.numbers = 2, .overlay = R"({"world": {"subscribed": false}})"});
  rig.fleet.policy.waves = {{2, false}};
  rig.fleet.policy.concurrency = 1;
  Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule throttled = on_subscribe(sim::Action::throttled);
  throttled.delay = 30min;
  rig.faults.add(throttled);
  const Time until = stop_while_waiting_for(rig, plan, "graph");
  plan.fleet.policy.concurrency = 32;
  rig.clock.set(until - 10min);
  CHECK(rig.run(plan).done);
  const std::vector<Time> started = times_of(rig, event::started);
  REQUIRE(started.size() == 2);
  CHECK(started[1] >= until);
}

TEST_CASE("a number that has left its home is looked at although Graph's limit lasts") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  rig.transport->on_elapsed([&rig, done = false](Millis took) mutable {
    rig.clock.advance(took);
    if (done || rig.world->requests("register") == 0) return;
    done = true;
    sim::FaultRule throttled;
    throttled.on = "node";
    throttled.action = sim::Action::throttled;
    throttled.delay = 30min;
    rig.faults.add(throttled);
  });
  const Progress end = rig.run(plan);
  CHECK(end.numbers[0].state == NumberState::migrated);
  CHECK(end.numbers[0].downtime < 5min);
}

TEST_CASE("after Graph's code 2 the wait is told with its end, and a restart does not make it shorter") {
  Rig rig({.overlay = R"({"world": {"subscribed": false}})"});
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule down = on_subscribe(sim::Action::refuse);
  down.code = 2;
  down.http = 500;
  rig.faults.add(down);
  const Time until = stop_while_waiting_for(rig, plan, "time");
  rig.clock.set(until - 2min);
  const Progress end = rig.run(plan);
  CHECK(end.numbers[0].state == NumberState::migrated);
  const std::vector<Time> sent = times_of(rig, event::intent, "subscribe_app");
  REQUIRE(sent.size() == 2);
  CHECK(sent[1] >= until);
  CHECK(sent[1] <= until + 1min);
  CHECK(sent[1] - sent[0] >= plan.fleet.policy.api_down_wait);
}

TEST_CASE("a wait that was told by a clock far ahead holds nothing back once the clock is right") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  Entry waiting;
  waiting.event = event::waiting;
  waiting.time = rig.clock.now() + 24h * 365;
  waiting.more = {{"for", "graph"}, {"until", to_iso(waiting.time + 30min)}};
  Progress progress = begin(plan);
  REQUIRE(fold(progress, waiting));
  CHECK(progress.graph_until.size() == 1);
  Entry session;
  session.event = event::session;
  session.time = rig.clock.now();
  REQUIRE(fold(progress, session));
  CHECK(progress.graph_until.empty());
  CHECK_FALSE(progress.waits);
}

namespace {

const std::string one_account = "102290129340398";
const std::string other_account = "102290129340399";

/// Numbers of two accounts in turn.
RigOptions in_two_accounts(int numbers) {
  RigOptions options{.numbers = numbers};
  options.adjust = [](int index, Number& number, sim::NumberSpec& spec) {
    number.waba_id = spec.waba_id = index % 2 == 0 ? one_account : other_account;
  };
  return options;
}

/// The first read of this number is refused so.
sim::FaultRule on_first_look(const std::string& phone, int code) {
  sim::FaultRule rule;
  rule.on = "node";
  rule.phone = phone;
  rule.action = sim::Action::throttled;
  rule.code = code;
  rule.delay = 30min;
  return rule;
}

std::vector<Entry> told_of_limits(const Rig& rig) {
  std::vector<Entry> told;
  for (const Entry& entry : rig.entries) {
    if (entry.event == event::waiting && text_at(entry.more, "for") == "graph") told.push_back(entry);
  }
  return told;
}

/// Refuses some of Graph's reads for asking an account too much.
struct Refusing : Transport {
  explicit Refusing(Rig& at) : rig(at) { rig.in_front = this; }
  HttpResult send(const HttpRequest& request) override {
    if (!refuses || !refuses(request)) return rig.transport->send(request);
    rig.clock.advance(100ms);
    refused.push_back(rig.clock.now());
    return HttpReply{400, {}, Secret(R"({"error":{"message":"(#80007) too many calls","code":80007}})")};
  }
  Rig& rig;
  std::function<bool(const HttpRequest&)> refuses;
  std::vector<Time> refused;
};

bool asks_for_health(const HttpRequest& request) { return request.url.ends_with("?fields=health_status"); }

Entry wait_for_graph(Time now, Millis wait, const std::string& waba = {}) {
  Entry entry;
  entry.event = event::waiting;
  entry.time = now;
  entry.message = "Graph's limit is reached";
  entry.more = {{"for", "graph"}, {"next", ""}, {"until", to_iso(now + wait)}};
  if (!waba.empty()) entry.more["waba"] = waba;
  return entry;
}

}  // namespace

TEST_CASE("an account whose limit is reached holds back no other account's numbers") {
  Rig rig(in_two_accounts(6));
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.concurrency = 2;
  const Plan plan = rig.plan(Direction::to_cloud);
  const Time began = rig.clock.now();
  rig.faults.add(on_first_look(rig.phone(0), 80007));
  const Progress end = rig.run(plan);
  const std::vector<Entry> told = told_of_limits(rig);
  REQUIRE_FALSE(told.empty());
  CHECK(text_at(told[0].more, "waba") == one_account);
  const Time until = *parse_iso(text_at(told[0].more, "until"));
  CHECK(until >= began + 30min);
  CHECK(told.size() <= 3);
  for (int i = 0; i < 6; ++i) {
    INFO(i);
    const NumberProgress& number = *end.find(rig.phone(i));
    CHECK(number.state == NumberState::migrated);
    CHECK((i % 2 == 0 ? *number.started_at >= until : *number.ended_at < began + 10min));
  }
}

TEST_CASE("a limit of the app holds back the numbers of every account") {
  Rig rig(in_two_accounts(4));
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.concurrency = 1;
  const Plan plan = rig.plan(Direction::to_cloud);
  rig.faults.add(on_first_look(rig.phone(0), GENERATE(4, 17, 341)));
  const Progress end = rig.run(plan);
  const std::vector<Entry> told = told_of_limits(rig);
  REQUIRE_FALSE(told.empty());
  CHECK_FALSE(told[0].more.contains("waba"));
  for (const NumberProgress& number : end.numbers) {
    CHECK(number.state == NumberState::migrated);
    CHECK(*number.started_at >= *parse_iso(text_at(told[0].more, "until")));
  }
}

TEST_CASE("over a restart an account's limit holds that account alone, and one that names no account holds all") {
  const bool names_account = GENERATE(true, false);
  Rig rig(in_two_accounts(2));
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.concurrency = 1;
  const Plan plan = rig.plan(Direction::to_cloud);
  rig.faults.add(on_first_look(rig.phone(0), 80007));
  const Time until = stop_while_waiting_for(rig, plan, "graph");
  if (!names_account) {  // as a journal of an older version has it
    for (std::string& line : rig.store->journal_) {
      Entry entry = *entry_from(line);
      if (entry.more.is_object()) entry.more.erase("waba");
      line = to_line(entry);
    }
  }
  rig.clock.set(until - 10min);
  const Progress end = rig.run(plan);
  CHECK(end.done);
  CHECK(*end.find(rig.phone(0))->started_at >= until);
  CHECK((*end.find(rig.phone(1))->started_at < until) == names_account);
}

TEST_CASE("a shorter wait that another worker tells makes none shorter") {
  Rig rig;
  Progress progress = begin(rig.plan(Direction::to_cloud));
  const Time now = rig.clock.now();
  REQUIRE(fold(progress, wait_for_graph(now, 30min, one_account)));
  REQUIRE(fold(progress, wait_for_graph(now, 5min, one_account)));
  REQUIRE(fold(progress, wait_for_graph(now, 2min, other_account)));
  CHECK(progress.graph_until == std::map<std::string, Time>{{one_account, now + 30min}, {other_account, now + 2min}});
}

TEST_CASE("one account's wait does not hide that all wait for an approval or for the app") {
  Rig rig;
  Progress progress = begin(rig.plan(Direction::to_cloud));
  const Time now = rig.clock.now();
  REQUIRE(fold(progress, wait_for_graph(now, 30min, one_account)));
  REQUIRE(progress.waits);
  CHECK(progress.waits->waba == one_account);
  Entry approval = wait_for_graph(now, 0min);
  approval.more = {{"for", "approval"}, {"next", "wamigrate approve --run RUN"}};
  REQUIRE(fold(progress, approval));
  REQUIRE(fold(progress, wait_for_graph(now, 40min, other_account)));
  CHECK(progress.waits->what == "approval");
  REQUIRE(fold(progress, wait_for_graph(now, 10min)));
  REQUIRE(fold(progress, wait_for_graph(now, 50min, one_account)));
  CHECK(progress.waits->what == "graph");
  CHECK(progress.waits->until == now + 10min);
  CHECK(status_json(progress, "RUN", now + 45min)["graph_limits"] ==
        Json::array({{{"waba", one_account}, {"until", to_iso(now + 50min)}}}));
}

TEST_CASE("a read that can be done without is waited for a few times, and holds no number for ever") {
  Rig rig({.overlay = R"({"*": {"queue": 450, "queue_per_second": 3}})"});  // time for more than one look
  const Plan plan = rig.plan(Direction::to_cloud);
  const Time began = rig.clock.now();
  Refusing front(rig);
  SECTION("refused for a while, and nobody's patience has run") {
    const Time until = rig.clock.now() + 10min;
    front.refuses = [&](const HttpRequest& request) { return asks_for_health(request) && rig.clock.now() < until; };
    const Progress end = rig.run(plan);
    INFO(rig.world->story());
    CHECK(end.done);
    CHECK(end.numbers[0].state == NumberState::migrated);
    CHECK(front.refused.size() <= 5);
    CHECK(rig.clock.now() > until);
    CHECK(end.numbers[0].notes.empty());
  }
  SECTION("refused for ever") {
    const std::string read = GENERATE("?fields=health_status", "?fields=webhook_configuration",
                                      "/whatsapp_business_profile", "/message_templates");
    CAPTURE(read);
    const bool once_drained = GENERATE(false, true);
    front.refuses = [&](const HttpRequest& request) {
      const bool drained = !times_of(rig, event::settled, "drain_queue").empty();
      return (drained || !once_drained) && request.url.find(read) != std::string::npos;
    };
    const Progress end = rig.run(plan);
    INFO(rig.world->story());
    CHECK((end.done || !end.paused.empty()));
    CHECK(is_served(end.numbers[0].home));
    CHECK(rig.clock.now() < began + 12h);
  }
}

TEST_CASE("a number off the air is seen to arrive although what else is read of it is refused for asking too much") {
  const std::string read = GENERATE("?fields=webhook_configuration", "/phone_numbers?");
  const bool can_do_without = read.starts_with("?");
  CAPTURE(read);
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  Refusing front(rig);
  front.refuses = [&](const HttpRequest& request) {
    if (!request.url.ends_with("/register")) return false;
    (void)rig.transport->send(request);
    throw Killed{};  // before its reply: all is looked at again before anything is repeated
  };
  CHECK_THROWS_AS(rig.run(plan), Killed);
  rig.clock.advance(2min);
  front.refuses = [&](const HttpRequest& request) { return request.url.find(read) != std::string::npos; };
  rig.stop_at = [&] { return !front.refused.empty() && rig.clock.now() > front.refused[0] + 3h; };
  const Progress end = rig.run(plan);
  INFO(rig.world->story());
  REQUIRE_FALSE(front.refused.empty());
  CHECK(end.numbers[0].home == Home::cloud);
  CHECK(end.numbers[0].downtime < 4min);
  CHECK(times_of(rig, event::settled, "register_on_cloud").size() == (can_do_without ? 1 : 0));
  CHECK(rig.world->requests("register") == 1);
}

TEST_CASE("a number that nobody serves is registered although a read that can be done without is always refused") {
  Rig rig({.overlay = R"({"*": {"home": "nowhere"}})"});
  const Plan plan = rig.plan(Direction::to_cloud);
  const Time began = rig.clock.now();
  Refusing front(rig);
  front.refuses = [](const HttpRequest& request) {
    return request.url.find("?fields=webhook_configuration") != std::string::npos;
  };
  const Progress end = rig.run(plan);
  INFO(rig.world->story());
  CHECK(end.numbers[0].home == Home::cloud);
  const std::vector<Time> sent = times_of(rig, event::intent, "register_on_cloud");
  REQUIRE_FALSE(sent.empty());
  CHECK(sent[0] < began + 5min);
}

TEST_CASE("a number that nobody serves is registered although its account's limit lasts") {
  Rig rig({.overlay = R"({"*": {"home": "nowhere"}})"});
  const Plan plan = rig.plan(Direction::to_cloud);
  const Time began = rig.clock.now();
  REQUIRE(rig.store->commit({.records = {to_line(wait_for_graph(began, 30min, one_account))}}));
  const Progress end = rig.run(plan);
  INFO(rig.world->story());
  CHECK(end.numbers[0].home == Home::cloud);
  const std::vector<Time> sent = times_of(rig, event::intent, "register_on_cloud");
  REQUIRE_FALSE(sent.empty());
  CHECK(sent[0] < began + 1min);
}

TEST_CASE("a number off the air that was refused its registration itself waits as long as that asks for") {
  Rig rig({.overlay = R"({"*": {"home": "nowhere"}})"});
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule throttled;
  throttled.on = "register";
  throttled.action = sim::Action::throttled;
  throttled.delay = 30min;
  rig.faults.add(throttled);
  rig.on_tick = [&] {
    if (!rig.entries.empty() && text_at(rig.entries.back().more, "for") == "time") throw Killed{};
  };
  CHECK_THROWS_AS(rig.run(plan), Killed);
  rig.on_tick = nullptr;
  const Time until = *fold_journal(plan, rig.store->journal_)->numbers[0].until;
  CHECK(until > rig.clock.now() + 25min);
  rig.clock.advance(10min);
  const Progress end = rig.run(plan);
  INFO(rig.world->story());
  CHECK(end.numbers[0].state == NumberState::migrated);
  const std::vector<Time> sent = times_of(rig, event::intent, "register_on_cloud");
  REQUIRE(sent.size() == 2);
  CHECK(sent[1] >= until);
  CHECK(sent[1] < until + 1min);
}

TEST_CASE("a number off the air tries its registration once against a limit that is told, and then waits like all") {
  Rig rig({.overlay = R"({"*": {"home": "nowhere"}})"});
  const Plan plan = rig.plan(Direction::to_cloud);
  const Time until = rig.clock.now() + 30min;
  REQUIRE(rig.store->commit({.records = {to_line(wait_for_graph(rig.clock.now(), 30min, one_account))}}));
  Refusing front(rig);
  front.refuses = [&](const HttpRequest& request) {
    return request.url.ends_with("/register") && rig.clock.now() < until;
  };
  const Progress end = rig.run(plan);
  INFO(rig.world->story());
  CHECK(front.refused.size() == 1);
  CHECK(end.numbers[0].state == NumberState::migrated);
  CHECK(times_of(rig, event::intent, "register_on_cloud").size() == 2);
}

TEST_CASE("a number that goes on after a wait, and takes long to settle, waits for nobody") {
  Rig rig;
  const Plan plan = rig.plan(Direction::to_cloud);
  Progress progress = begin(plan);
  const auto waits = [&](const char* what) {
    Entry entry;
    entry.event = event::waiting;
    entry.phone = rig.phone();
    entry.time = rig.clock.now();
    entry.more = {{"for", what}, {"until", to_iso(rig.clock.now() + 5min)}};
    REQUIRE(fold(progress, entry));
  };
  waits("time");
  CHECK(progress.numbers[0].state == NumberState::waiting);
  waits(waits_to_settle);
  CHECK(progress.numbers[0].state == NumberState::active);
  CHECK_FALSE(waits_for_people(progress.numbers[0]));
}

TEST_CASE("the looks after a soak go on for accounts whose limit is not reached") {
  Rig rig(in_two_accounts(6));
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.soak = 1min;
  rig.fleet.policy.concurrency = 4;
  const Plan plan = rig.plan(Direction::to_cloud);
  std::optional<Time> refused_at;
  Refusing front(rig);
  front.refuses = [&](const HttpRequest& request) {
    const auto soaks = [](const Entry& entry) { return entry.event == event::wave && entry.more.contains("until"); };
    if (refused_at || std::none_of(rig.entries.begin(), rig.entries.end(), soaks)) return false;
    if (request.url.find(rig.fleet.numbers[0].phone_number_id) == std::string::npos) return false;
    refused_at = rig.clock.now();
    return true;
  };
  CHECK(rig.run(plan).done);
  REQUIRE(refused_at);
  std::map<std::string, Time> looked_at;  // last
  for (const sim::LogEntry& entry : rig.world->log()) {
    if (entry.kind == "node" && entry.at >= *refused_at) looked_at[entry.phone] = entry.at;
  }
  for (const int index : {1, 3, 5}) CHECK(looked_at.at(rig.phone(index)) < *refused_at + 30s);
  CHECK(looked_at.at(rig.phone(0)) >= *refused_at + rig.fleet.policy.retry_max);
}
