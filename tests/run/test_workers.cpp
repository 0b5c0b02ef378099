// Several workers on one run, turn by turn on one simulated clock: what the world saw is the judge.
#include <fmt/format.h>

#include <algorithm>

#include "run/rations.hpp"
#include "support/catch.hpp"
#include "support/passing.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using namespace std::chrono_literals;

namespace {

/// One process of several.
struct Worker {
  Worker(Rig& rig, LedgerStore& ledger, const Plan& plan, const std::string& name)
      : site(plan.fleet, rig.in_front != nullptr ? *rig.in_front : *rig.transport, rig.clock), workers(rig.clock) {
    std::vector<const Number*> numbers;
    for (std::size_t i = 0; i < plan.numbers.size(); ++i) numbers.push_back(&plan.number(i));
    ensure(site.resolve(numbers, Need::changing, plan.direction, rig.secrets).empty(), "secrets are there");
    RunSettings settings;
    settings.run_name = "RUN";
    settings.worker = name;
    settings.holder = name + " RUN";
    settings.run_key = "RUN";
    settings.concurrency = plan.fleet.policy.concurrency;
    settings.waits_for_a_word = rig.waits_for_a_word;
    runner = std::make_unique<Runner>(
        plan, begin(plan),
        RunDoors{site, *rig.store, ledger, rig.sealer, workers, rig.clock, rig.zones.get(), rig.hooks}, settings);
  }
  bool turn() {
    if (ended) return false;
    if (!begun) {
      begun = true;
      auto taken_up = runner->take_up();
      REQUIRE(taken_up.has_value());
      if (!*taken_up) ended = true;
      return !ended;
    }
    const auto goes_on = runner->turn();
    if (!goes_on) FAIL(goes_on.error().message);
    if (*goes_on) return true;
    REQUIRE(runner->put_down({}).has_value());
    ended = true;
    return false;
  }

  Site site;
  SimWorkers workers;
  std::unique_ptr<Runner> runner;
  bool begun = false;
  bool ended = false;
};

struct Crew {
  explicit Crew(Rig& at, const Plan& of) : rig(at), plan(of) { rig.store = std::make_unique<FencedStore>(rig.ledger); }
  Worker& add(const std::string& name) {
    LedgerStore& asked = ledger != nullptr ? *ledger : rig.ledger;
    return *workers.emplace_back(std::make_unique<Worker>(rig, asked, plan, name));
  }
  /// Turn by turn until all have ended; false when that takes for ever. `between` is told the count of turns.
  bool work(const std::function<void(int)>& between = {}) {
    for (int turn = 0; turn < 200'000; ++turn) {
      bool any = false;
      for (std::size_t i = 0; i < workers.size(); ++i) {
        if (workers[i] && !frozen.contains(i)) any = workers[i]->turn() || any;
      }
      if (!any && frozen.empty()) return true;
      if (between) between(turn);
    }
    return false;
  }
  Progress progress() const { return *fold_journal(plan, *rig.store->journal()); }

  Rig& rig;
  const Plan& plan;
  LedgerStore* ledger = nullptr;  ///< In place of the rig's, if set.
  std::vector<std::unique_ptr<Worker>> workers;
  std::set<std::size_t> frozen;
};

int registers(Rig& rig, int index) { return static_cast<int>(rig.world->requests("register", rig.phone(index))); }

void check_all_migrated_once(Rig& rig, const Crew& crew) {
  const Progress progress = crew.progress();
  CHECK(progress.done);
  for (std::size_t i = 0; i < progress.numbers.size(); ++i) {
    INFO(progress.numbers[i].phone << " " << progress.numbers[i].reason);
    CHECK(progress.numbers[i].state == NumberState::migrated);
    CHECK(registers(rig, static_cast<int>(i)) == 1);
  }
}

std::size_t count_of(Rig& rig, std::string_view event, const std::string& by = {}) {
  std::size_t count = 0;
  const auto journal = *rig.store->journal();
  for (const std::string& line : journal) {
    const auto entry = entry_from(line);
    count += entry->event == event && (by.empty() || entry->by == by) ? 1 : 0;
  }
  return count;
}

/// A ledger in which somebody else's transaction always has the rows of those numbers locked that their holder would
/// renew: a claim goes past them.
class PassedBy : public PassingLedger {
 public:
  explicit PassedBy(MemoryLedger& memory) : PassingLedger(memory), memory_(memory) {}
  Result<std::vector<Claim>> claim(std::span<const std::string> phones, std::size_t count, const std::string& holder,
                                   Time now, Time until) override {
    std::vector<std::string> free;
    for (const std::string& phone : phones) {
      const auto lease = memory_.lease_of(phone);
      if (!lease || lease->holder != holder) free.push_back(phone);
    }
    return inner_.claim(free, count, holder, now, until);
  }

 private:
  MemoryLedger& memory_;
};

/// Between choosing a number and claiming it another worker brings it to its end.
class Overtaken : public PassingLedger {
 public:
  Overtaken(MemoryLedger& memory, std::string who) : PassingLedger(memory), memory_(memory), who_(std::move(who)) {}
  Result<std::vector<Claim>> claim(std::span<const std::string> phones, std::size_t count, const std::string& holder,
                                   Time now, Time until) override {
    const bool chosen = std::any_of(phones.begin(), phones.end(),
                                    [this](const std::string& phone) { return !memory_.lease_of(phone); });
    if (holder.starts_with(who_ + " ") && chosen && meanwhile) std::exchange(meanwhile, nullptr)();
    return inner_.claim(phones, count, holder, now, until);
  }
  std::function<void()> meanwhile{};

 private:
  MemoryLedger& memory_;
  const std::string who_;
};

/// Looks at what each entry rests on.
class Questioning : public FencedStore {
 public:
  explicit Questioning(MemoryLedger& ledger) : FencedStore(ledger) {}
  Result<std::vector<std::string>> commit(const Changes& changes) override {
    for (const std::string& record : changes.records) question(*entry_from(record), changes.rests_on);
    return FencedStore::commit(changes);
  }
  int decided_once = 0, about_numbers = 0, about_accounts = 0;

 private:
  void question(const Entry& entry, const std::vector<Fence>& rests_on) {
    INFO(to_line(entry));
    const auto rests = [&](const std::string& key) {
      return std::any_of(rests_on.begin(), rests_on.end(), [&](const Fence& fence) { return fence.phone == key; });
    };
    const bool for_all = entry.phone.empty() && entry.event != event::created && entry.event != event::session &&
                         entry.event != event::left;
    const bool chosen = flag_at(entry.more, "proves_pin").value_or(false);
    if (for_all || chosen) {
      CHECK(rests("lead of RUN"));
      ++decided_once;
    }
    if (!entry.phone.empty()) {
      CHECK(rests(entry.phone));
      ++about_numbers;
    }
    if (entry.event == event::intent && entry.step == "subscribe_app") {
      CHECK(rests("waba 102290129340398"));
      ++about_accounts;
    }
  }
};

/// Writes what it is given and says that it has failed, once.
class FailsLate : public MemoryRunStore {
 public:
  explicit FailsLate(int at) : left_(at) {}
  Result<std::vector<std::string>> commit(const Changes& changes) override {
    auto written = MemoryRunStore::commit(changes);
    if (--left_ == 0) return fail("no answer", "try again");
    return written;
  }

 private:
  int left_;
};

}  // namespace

TEST_CASE("three workers share a run: all of them work, and nothing is done twice") {
  Rig rig({.numbers = 24});
  rig.fleet.policy.concurrency = 4;
  const Plan plan = rig.plan(Direction::to_cloud);
  Crew crew(rig, plan);
  for (const char* name : {"a", "b", "c"}) crew.add(name);
  REQUIRE(crew.work());
  INFO(rig.world->story());
  check_all_migrated_once(rig, crew);
  for (const char* name : {"a", "b", "c"}) {
    CHECK(count_of(rig, event::taken, name) > 0);
    CHECK(count_of(rig, event::left, name) == 1);
  }
  CHECK(count_of(rig, event::done) == 1);
  CHECK(crew.progress().workers.empty());
}

TEST_CASE("a killed worker's numbers are taken over after its lease, and not registered a second time") {
  const int killed_after = GENERATE(3, 6, 9, 12, 15, 18, 21, 24, 30, 36);
  CAPTURE(killed_after);
  Rig rig({.numbers = 6});
  rig.fleet.policy.waves = {{6, false}};
  const Plan plan = rig.plan(Direction::to_cloud);
  Crew crew(rig, plan);
  crew.add("a");
  crew.add("b");
  REQUIRE(crew.work([&](int turn) {
    if (turn == killed_after) crew.workers[0].reset();
  }));
  INFO(rig.world->story());
  check_all_migrated_once(rig, crew);
  CHECK(rig.store->blob_names()->size() == 6);  // the snapshots
}

TEST_CASE("a worker that was frozen past its leases drops what it had, and goes on with the others") {
  const int frozen_at = GENERATE(3, 6, 9, 12, 15, 18, 21, 24, 30, 36);
  CAPTURE(frozen_at);
  Rig rig({.numbers = 6});
  const Plan plan = rig.plan(Direction::to_cloud);
  Crew crew(rig, plan);
  crew.add("a");
  crew.add("b");
  std::optional<Time> thaws;
  REQUIRE(crew.work([&](int turn) {
    if (turn == frozen_at) {
      crew.frozen.insert(0);
      thaws = rig.clock.now() + 15min;
    }
    if (thaws && !crew.frozen.empty() && (rig.clock.now() >= *thaws || crew.workers[1]->ended)) crew.frozen.clear();
  }));
  INFO(rig.world->story());
  check_all_migrated_once(rig, crew);
}

TEST_CASE("a budget holds over all workers: what one sees fail keeps the others from starting") {
  Rig rig({.numbers = 12, .overlay = R"({"+4915110000000": {"pin": "654321"}})"});
  rig.fleet.policy.concurrency = 2;
  const Plan plan = rig.plan(Direction::to_cloud);
  Crew crew(rig, plan);
  for (const char* name : {"a", "b", "c"}) crew.add(name);
  REQUIRE(crew.work());
  INFO(rig.world->story());
  const Progress progress = crew.progress();
  CHECK(progress.done);
  CHECK_FALSE(progress.held.empty());
  CHECK(std::count_if(progress.numbers.begin(), progress.numbers.end(),
                      [](const NumberProgress& number) { return number.state == NumberState::untouched; }) == 11);
  CHECK(count_of(rig, event::held) == 1);
}

TEST_CASE("whoever leads next finishes the looks after a soak, also where one of them holds the run") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.waves = {{3, false}};
  rig.fleet.policy.concurrency = 1;
  rig.fleet.policy.soak = 5min;
  rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {5, false};
  const Plan plan = rig.plan(Direction::to_cloud);
  Crew crew(rig, plan);
  crew.add("a");
  crew.add("b");
  bool lost = false, killed = false;
  REQUIRE(crew.work([&](int) {
    const Progress now = crew.progress();
    if (now.soak && !std::exchange(lost, true)) {
      auto world = rig.world->hold();
      world->number(rig.phone(0))
          ->timeline.set({rig.clock.now(), sim::ServedBy::onprem, sim::Platform::on_premise, "CONNECTED",
                          sim::Gateway::connected});
      world->number(rig.phone(1))
          ->timeline.set({rig.clock.now(), sim::ServedBy::nobody, sim::Platform::not_applicable, "DISCONNECTED",
                          sim::Gateway::disconnected});
    }
    if (now.held.empty() || std::exchange(killed, true)) return;
    const auto lead = rig.ledger.lease_of("lead of RUN");
    REQUIRE(lead);
    crew.workers[lead->holder == "a RUN" ? 0 : 1].reset();
  }));
  REQUIRE(killed);
  const Progress end = crew.progress();
  CHECK(end.done);
  CHECK(end.find(rig.phone(0))->state == NumberState::failed);
  CHECK(end.find(rig.phone(1))->state == NumberState::stranded);
  CHECK(end.find(rig.phone(2))->state == NumberState::migrated);
}

TEST_CASE("a shared PIN that is refused is sent once, by whichever worker") {
  Rig rig({.numbers = 8, .overlay = R"({"*": {"pin": "654321"}})", .own_pins = false});
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.max_failures = {100, true};
  rig.fleet.policy.max_failures_run = {100, true};
  const Plan plan = rig.plan(Direction::to_cloud);
  Crew crew(rig, plan);
  for (const char* name : {"a", "b", "c"}) crew.add(name);
  REQUIRE(crew.work());
  INFO(rig.world->story());
  CHECK(rig.world->requests("register") == 1);
  CHECK(crew.progress().done);
}

TEST_CASE("pause and resume are heard by every worker, and asked to stop one leaves its numbers to the others") {
  Rig rig({.numbers = 12});
  rig.fleet.policy.concurrency = 2;
  rig.waits_for_a_word = true;
  const Plan plan = rig.plan(Direction::to_cloud);
  Crew crew(rig, plan);
  for (const char* name : {"a", "b", "c"}) crew.add(name);
  REQUIRE(crew.work([&](int turn) {
    if (turn == 10) (void)rig.store->post(R"({"type":"pause"})");
    if (turn == 20) crew.workers[0]->runner->stop();
    if (turn == 60) (void)rig.store->post(R"({"type":"resume"})");
  }));
  INFO(rig.world->story());
  check_all_migrated_once(rig, crew);
  CHECK(count_of(rig, event::heard) == 2);
}

namespace {

void say(Rig& rig, const Json& message) { REQUIRE(rig.store->post(to_compact(message))); }

/// When its numbers began, in the order of time.
std::vector<Time> starts(const Progress& progress) {
  std::vector<Time> times;
  for (const NumberProgress& number : progress.numbers) {
    if (number.started_at) times.push_back(*number.started_at);
  }
  std::sort(times.begin(), times.end());
  return times;
}

}  // namespace

TEST_CASE("a gate is told once and opened once, for all workers, also where the one that asked has left") {
  for (const bool leaves : {false, true}) {
    Rig rig({.numbers = 5});
    rig.waits_for_a_word = true;
    rig.fleet.policy.waves = {{2, false}, {3, false}};
    rig.fleet.policy.gate_each_wave = true;
    const Plan plan = rig.plan(Direction::to_cloud);
    Crew crew(rig, plan);
    Worker& a = crew.add("a");
    (void)a.turn();
    (void)crew.add("b").turn();
    const auto asks = [&] { return crew.progress().waits && crew.progress().waits->what == "approval"; };
    bool said = false;
    REQUIRE(crew.work([&](int turn) {
      if (turn % 10 != 0 || said || !asks()) return;
      CHECK(starts(crew.progress()).size() == 2);
      if (leaves) a.runner->stop();
      if (leaves && !a.ended) return;
      say(rig, {{"type", "approve"}, {"wave", 2}});
      said = true;
    }));
    CAPTURE(leaves);
    CHECK(said);
    check_all_migrated_once(rig, crew);
    CHECK(count_of(rig, event::heard) == 1);
  }
}

TEST_CASE("as slowly as a person has said numbers begin over all workers together") {
  Rig rig({.numbers = 6});
  rig.fleet.policy.waves = {{6, false}};
  const Plan plan = rig.plan(Direction::to_cloud);
  Crew crew(rig, plan);
  (void)crew.add("a").turn();
  say(rig, {{"type", "throttle"}, {"starts_per_hour", 12}});
  (void)crew.add("b").turn();
  REQUIRE(crew.work());
  check_all_migrated_once(rig, crew);
  const std::vector<Time> begun = starts(crew.progress());
  for (std::size_t i = 1; i < begun.size(); ++i) CHECK(begun[i] - begun[i - 1] >= 4min + 50s);
  // Both could have.
  CHECK(count_of(rig, event::taken, "a") + count_of(rig, event::taken, "b") == 6);
}

TEST_CASE("an abort is heard by every worker: what has left its home arrives, the rest stays where it is") {
  Rig rig({.numbers = 8});
  rig.fleet.policy.waves = {{8, false}};
  rig.fleet.policy.concurrency = 2;
  const Plan plan = rig.plan(Direction::to_cloud);
  Crew crew(rig, plan);
  (void)crew.add("a").turn();
  (void)crew.add("b").turn();
  bool said = false;
  REQUIRE(crew.work([&](int) {
    if (said || rig.world->requests("register") < 2) return;
    say(rig, {{"type", "abort"}});
    said = true;
  }));
  const Progress end = crew.progress();
  INFO(rig.world->story());
  CHECK(end.done);
  CHECK(end.aborted);
  int moved = 0;
  for (const NumberProgress& number : end.numbers) {
    const bool sent = number.attempts.contains("register_on_cloud");
    CAPTURE(number.phone, number.reason);
    CHECK(is_final(number.state));
    CHECK(rig.world->home(number.phone) == (sent ? sim::ServedBy::cloud : sim::ServedBy::onprem));
    CHECK((number.state == NumberState::migrated) == sent);
    moved += sent ? 1 : 0;
  }
  CHECK(moved >= 2);
  CHECK(moved < 8);
}

TEST_CASE("a number that has given up in a worker's hands is tried again there when another takes the run up again") {
  Rig rig({.numbers = 2});
  REQUIRE(sim::plant(*rig.world, R"({")" + rig.phone(1) + R"(": {"queue": 3000, "queue_per_second": 1}})"));
  rig.fleet.policy.waves = {{2, false}};
  rig.fleet.policy.drain_timeout = 90min;
  rig.fleet.policy.max_failures = rig.fleet.policy.max_failures_run = {5, false};
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule rule;
  rule.on = "backup";
  rule.phone = rig.phone(0);
  rule.action = sim::Action::unreachable;
  rule.times = 0;
  rig.faults.add(rule);
  Crew crew(rig, plan);
  (void)crew.add("a").turn();
  bool again = false;
  REQUIRE(crew.work([&](int turn) {
    if (turn % 10 != 0 || again || crew.progress().find(rig.phone(0))->waits_for != "retry") return;
    again = true;
    rig.faults.calm();
    // Another has paused the run, for a token say, and has been started again before this one could leave.
    for (const std::string_view what : {event::paused, event::session}) {
      Entry entry;
      entry.event = what;
      entry.time = rig.clock.now();
      entry.by = "b";
      if (what == event::paused) entry.more = {{"for", "token"}};
      rig.store->journal_.push_back(to_line(entry));
    }
  }));
  CHECK(again);
  check_all_migrated_once(rig, crew);
}

TEST_CASE("a lease that another transaction has locked while it is renewed is not taken for lost") {
  Rig rig({.numbers = 3, .overlay = R"({"*": {"queue": 450, "queue_per_second": 3}})"});
  rig.fleet.policy.waves = {{100, true}};
  const Plan plan = rig.plan(Direction::to_cloud);
  PassedBy passed_by(rig.ledger);
  Crew crew(rig, plan);
  crew.ledger = &passed_by;
  crew.add("a");
  REQUIRE(crew.work());
  check_all_migrated_once(rig, crew);
  CHECK(count_of(rig, event::taken) == 3);
}

TEST_CASE("a number in another run's hands is waited for in plain sight, and begun when that lets go") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.waves = {{100, true}};
  const Plan plan = rig.plan(Direction::to_cloud);
  const Time began = rig.clock.now();
  REQUIRE(rig.ledger.lease(rig.phone(1), "db.internal run-7", began, began + 3min)->holder == "db.internal run-7");
  Crew crew(rig, plan);
  crew.add("a");
  crew.add("b");
  std::optional<RunWait> waits;
  REQUIRE(crew.work([&](int) {
    const Progress progress = crew.progress();
    if (progress.waits) waits = progress.waits;
  }));
  check_all_migrated_once(rig, crew);
  REQUIRE(waits);
  CHECK(waits->what == "lease");
  CHECK(waits->message.find(rig.phone(1) + " is being worked on by db.internal run-7") == 0);
  CHECK(waits->until == began + 3min);
  CHECK(count_of(rig, event::waiting) <= 3);
  CHECK(rig.clock.now() < began + 5min);
}

TEST_CASE("a run whose workers were killed or have left is paused, whoever of them was last") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.waves = {{100, true}};
  const Plan plan = rig.plan(Direction::to_cloud);
  Crew crew(rig, plan);
  crew.add("a");
  crew.add("b");
  REQUIRE(crew.work([&](int turn) {
    if (turn == 6) crew.workers[0].reset();
    const Progress progress = crew.progress();
    const bool taken_over = std::any_of(progress.numbers.begin(), progress.numbers.end(),
                                        [](const NumberProgress& number) { return number.worker == "b"; });
    if (turn > 6 && taken_over && !crew.workers[1]->ended) crew.workers[1]->runner->stop();
  }));
  const Progress progress = crew.progress();
  CHECK_FALSE(progress.done);
  CHECK(progress.paused == "signal");
  REQUIRE(progress.workers.contains("a"));
  CHECK(progress.workers.at("a").silent);
}

TEST_CASE("what a store has written although it said that it failed is not written a second time") {
  for (int at = 1; at <= 30; ++at) {
    CAPTURE(at);
    Rig rig;
    const Plan plan = rig.plan(Direction::to_cloud);
    rig.store = std::make_unique<FailsLate>(at);
    rig.run(plan);
    rig.clock.advance(1s);
    const Progress progress = rig.run_through(plan);
    const auto journal = *rig.store->journal();
    CHECK(std::set(journal.begin(), journal.end()).size() == journal.size());
    INFO(rig.world->story());
    CHECK(progress.numbers[0].state == NumberState::migrated);
    CHECK(registers(rig, 0) == 1);
  }
}

TEST_CASE(
    "what is written about a number rests on its lease, what is decided once on the lead, what is shared on both") {
  Rig rig({.numbers = 6, .overlay = R"({"world": {"subscribed": false}})", .own_pins = false});
  const Plan plan = rig.plan(Direction::to_cloud);
  Crew crew(rig, plan);
  auto questioning = std::make_unique<Questioning>(rig.ledger);
  const Questioning& asked = *questioning;
  rig.store = std::move(questioning);
  for (const char* name : {"a", "b"}) crew.add(name);
  REQUIRE(crew.work());
  check_all_migrated_once(rig, crew);
  CHECK(asked.decided_once > 2);
  CHECK(asked.about_numbers > 30);
  CHECK(asked.about_accounts == 1);
}

TEST_CASE("a PIN that was refused to a worker that had lost the number by then is not sent by the one that has it") {
  /// Replies to a registration come after ten minutes.
  struct Slow : Transport {
    explicit Slow(Rig& at) : rig(at) {}
    HttpResult send(const HttpRequest& request) override {
      HttpResult result = rig.transport->send(request);
      if (request.url.ends_with("/register")) rig.clock.advance(10min);
      return result;
    }
    Rig& rig;
  };
  Rig rig({.overlay = R"({"*": {"pin": "654321"}})"});
  const Plan plan = rig.plan(Direction::to_cloud);
  Slow slow(rig);
  rig.in_front = &slow;
  Crew crew(rig, plan);
  Worker& a = crew.add("a");
  Worker& b = crew.add("b");
  while (rig.world->requests("register") == 0) REQUIRE(a.turn());
  const Time sent = rig.clock.now();
  while (crew.progress().numbers[0].worker != "b") REQUIRE(b.turn());
  REQUIRE(rig.clock.now() < sent + 10min);
  rig.clock.set(sent + 11min);
  for (int i = 0; i < 3; ++i) REQUIRE(a.turn());
  CHECK(*rig.ledger.has_mark(rig.phone(), pin_mark(rig.sealer, rig.fleet.numbers[0], Secret("123456"))));
  REQUIRE(crew.work());
  INFO(rig.world->story());
  CHECK(rig.world->requests("register") == 1);
}

TEST_CASE("a number that another worker ends while it is being claimed is not taken up again") {
  Rig rig({.numbers = 3});
  rig.fleet.policy.waves = {{3, false}};
  rig.fleet.policy.concurrency = 1;
  const Plan plan = rig.plan(Direction::to_cloud);
  Crew crew(rig, plan);
  Overtaken ledger(rig.ledger, "b");
  crew.ledger = &ledger;
  Worker& a = crew.add("a");
  (void)a.turn();
  Worker& b = crew.add("b");
  ledger.meanwhile = [&] {
    while (!is_final(crew.progress().numbers[1].state) && a.turn()) {
    }
  };
  while (ledger.meanwhile && b.turn()) {
  }
  REQUIRE_FALSE(ledger.meanwhile);
  REQUIRE(crew.work());
  INFO(rig.world->story());
  check_all_migrated_once(rig, crew);
  const auto journal = *rig.store->journal();
  CHECK(std::none_of(journal.begin(), journal.end(), [&](const std::string& line) {
    const auto entry = entry_from(line);
    return entry->phone == rig.phone(1) && entry->by == "b";
  }));
}

TEST_CASE("what one worker is told of an account's limit the others keep to, and go on with other accounts") {
  RigOptions options{.numbers = 6};
  options.adjust = [](int index, Number& number, sim::NumberSpec& spec) {
    if (index % 2 == 1) number.waba_id = spec.waba_id = "102290129340399";
  };
  Rig rig(options);
  rig.fleet.policy.waves = {{100, true}};
  rig.fleet.policy.concurrency = 1;
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule throttled;
  throttled.on = "node";
  throttled.phone = rig.phone(0);
  throttled.action = sim::Action::throttled;
  throttled.delay = 30min;
  rig.faults.add(throttled);
  const Time began = rig.clock.now();
  Crew crew(rig, plan);
  crew.add("a");
  crew.add("b");
  REQUIRE(crew.work());
  check_all_migrated_once(rig, crew);
  const Progress progress = crew.progress();
  for (int i = 0; i < 6; ++i) {
    INFO(i);
    const NumberProgress& number = *progress.find(rig.phone(i));
    CHECK((i % 2 == 0 ? *number.started_at >= began + 30min : *number.ended_at < began + 10min));
  }
}
