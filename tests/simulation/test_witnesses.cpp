// The net is tested by dropping something in it: for every witness a bug, planted through data and ports, that it must
// wake at; and a calm simulation in which none complains.
#include <fmt/format.h>

#include <algorithm>

#include "simulation/simulation.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::simulation;

namespace {

const Situation* situation(std::string_view name) {
  for (const Situation& one : situations()) {
    if (one.name == name) return &one;
  }
  FAIL("no such situation: " << name);
  return nullptr;
}

Scenario scenario(std::string_view name) {
  Scenario made;
  made.seed = 2;
  made.situation = situation(name);
  return made;
}

Scenario with_fault(Scenario made, std::string on, sim::Action action, int times = 1) {
  sim::FaultRule rule;
  rule.on = std::move(on);
  rule.action = action;
  rule.times = times;
  rule.delay = std::chrono::seconds(14);
  made.faults.push_back(std::move(rule));
  return made;
}

Scenario stubborn(Scenario made, int runs) {
  made.stubborn = true;
  made.planned_again = runs;
  return made;
}

/// The token expires while the number is still looked at.
Scenario with_an_early_expiry() {
  static const Situation early{"to Cloud, the token expires soon", Direction::to_cloud,
                               R"({"world": {"token_expires_in": "3s"}, "*": {"queue": 600, "queue_per_second": 3}})"};
  Scenario made = scenario("to Cloud");
  made.situation = &early;
  return made;
}

/// A backup stays good for a second registration.
Scenario patient(Scenario made) {
  made.dialect.backup_survives_cloud_registration = true;
  return made;
}

Scenario sharing_a_pin(Scenario made) {
  made.numbers = 2;
  made.own_pins = false;
  return made;
}

Scenario mixed_up(Scenario made, Scenario::MixedUp what) {
  made.numbers = 2;
  made.mixed_up = what;
  made.crashes = {{}};  // what is mixed up is put right before the calm
  return made;
}

Scenario moved(Scenario made) {
  made.moved_meanwhile = true;
  return made;
}

/// Two workers, three numbers. Both have joined when the second one stands still for a while, and the first takes all
/// numbers; then that one stands still, at a call, for longer than its leases last. A bug shows at some of its calls.
Scenario halted(int call, bool after) {
  Scenario made = scenario("to Cloud");
  made.workers = 2;
  made.numbers = 3;
  Fate fate;
  fate.halts = {{.call = call, .after = after, .length = std::chrono::minutes(20)}};
  Fate second;
  second.halts = {{.call = 6, .length = std::chrono::seconds(30)}};
  made.fates = {fate, second};
  return made;
}

struct Planting {
  std::string_view bug_is;
  Bug bug;
  Scenario where;
  std::string_view promise;  ///< How the promise begins that must be seen broken.
};

std::vector<Planting> plantings() {
  return {
      {"a transport that answers reads from memory", Bug::reads_remembered, scenario("to Cloud"), "1:"},
      {"a transport that hides that IDs were mixed up", Bug::mix_up_hidden,
       mixed_up(scenario("to Cloud"), Scenario::MixedUp::ids), "1, identity:"},
      {"a transport that hides that clients were mixed up", Bug::mix_up_hidden,
       mixed_up(scenario("to Cloud"), Scenario::MixedUp::clients), "1, identity:"},
      {"a transport that hides that a number was given to another account", Bug::mix_up_hidden,
       mixed_up(scenario("to Cloud"), Scenario::MixedUp::account), "1, identity:"},
      {"a store that says durable before it is", Bug::store_forgets, scenario("to Cloud"), "2:"},
      {"answers that are trusted at once", Bug::settling_too_short,
       with_fault(patient(scenario("to Cloud")), "register", sim::Action::late), "3, 11:"},
      {"a transport that sends again by itself", Bug::posts_repeated,
       with_fault(patient(scenario("to Cloud")), "register", sim::Action::reply_lost), "3, 11:"},
      {"a transport that leaves out what is large", Bug::backup_stripped, scenario("to Cloud"), "4:"},
      {"a ledger that forgets refused PINs", Bug::ledger_forgets,
       stubborn(scenario("to Cloud, nobody serves it, the PIN is wrong"), 1), "5:"},
      {"a plan in which a shared PIN looks like each number's own", Bug::pin_aliased,
       sharing_a_pin(scenario("to Cloud, the PIN is wrong")), "5, shared:"},
      {"a ledger that forgets what was spent", Bug::ledger_forgets,
       stubborn(with_fault(scenario("to Cloud"), "register", sim::Action::lost, 0), 4), "6:"},
      {"a plan that lets Cloud go first, though nobody approved that", Bug::cloud_first, scenario("to on-premises"),
       "7:"},
      {"a vendor that names a state by a secret", Bug::secret_as_state, scenario("to Cloud"), "8:"},
      {"a store that leaves what it was told to forget", Bug::scrub_skipped, scenario("to Cloud"), "8, at the end:"},
      {"a plan that was changed after it was approved", Bug::plan_not_compared, moved(scenario("to Cloud")), "9:"},
      {"a transport that hides that the token has expired", Bug::expiry_hidden, with_an_early_expiry(), "10:"},
      {"a Graph that says it has arrived, whatever is so", Bug::homes_mistaken,
       with_fault(scenario("to Cloud"), "register", sim::Action::lost), "12:"},
      {"a ledger that says all is spent", Bug::ledger_says_spent, scenario("to Cloud, nobody serves it"), "13:"},
      {"workers that bring news late", Bug::completions_late, scenario("to Cloud"), "14:"},
      {"a ledger that keeps no lease", Bug::leases_for_all, scenario("to Cloud"), "15:"},
      {"a transport that hides an account's apps", Bug::shared_hidden, scenario("to Cloud"), "16:"},
      {"a transport that sends again by itself", Bug::posts_repeated,
       with_fault(scenario("to Cloud, a test message is delivered"), "messages", sim::Action::reply_lost),
       "3, of messages:"},
  };
}

bool complains(const Verdict& verdict, std::string_view promise) {
  const std::string mark = fmt::format("(\"{}", promise);
  return std::any_of(verdict.complaints.begin(), verdict.complaints.end(),
                     [&](const std::string& complaint) { return complaint.find(mark) != std::string::npos; });
}

}  // namespace

TEST_CASE("every planted bug wakes the witness of the promise that it breaks, and without it none complains") {
  for (const Planting& planting : plantings()) {
    INFO(planting.bug_is);
    Simulation buggy(planting.where, planting.bug);
    const Verdict seen = buggy.play();
    INFO(fmt::format("{}", fmt::join(seen.complaints, "\n")) << "\n" << buggy.story());
    CHECK(complains(seen, planting.promise));
    Simulation sound(planting.where);
    const Verdict calm = sound.play();
    INFO(sound.story());
    CHECK(fmt::format("{}", fmt::join(calm.complaints, "\n")) == "");
  }
}

TEST_CASE("every bug in what workers share wakes the witness of the promise that it breaks") {
  struct Shared {
    std::string_view bug_is;
    Bug bug;
    std::string_view promise;
    int from_call;  ///< Where looking for it begins; it shows a little later.
  };
  for (const auto& [bug_is, bug, promise, from_call] : {
           Shared{"a store that writes whatever it is given", Bug::fences_unchecked, "15:", 40},
           Shared{"a ledger that says a lease lasts longer than it does", Bug::lease_outlasts, "15:", 90},
           Shared{"a ledger that lets a number be claimed twice", Bug::claimed_twice, "15:", 10},
           Shared{"a ledger in which a lease looks the same whoever has it", Bug::epochs_alike, "15:", 30},
           Shared{"a store that shows nothing of what the others have written", Bug::journal_hidden, "12:", 130},
           Shared{"a transport that answers one worker with what another one saw", Bug::sights_shared, "1:", 10},
       }) {
    INFO(bug_is);
    bool woken = false;
    for (int call = from_call; call <= 300 && !woken; ++call) {
      for (const bool after : {false, true}) {
        woken = woken || complains(Simulation(halted(call, after), bug).play(), promise);
      }
    }
    CHECK(woken);
  }
}

TEST_CASE("every witness has a bug that wakes it") {
  const auto all = plantings();
  for (const auto& witness : all_witnesses()) {
    INFO(witness->promise());
    CHECK(std::any_of(all.begin(), all.end(),
                      [&](const Planting& planting) { return witness->promise().starts_with(planting.promise); }));
  }
}

TEST_CASE("the same seed gives the same bytes, and chance that does not come from it is noticed") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Scenario storm = scenario_of(seed);
    INFO(to_text(storm));
    const std::uint64_t digest = Simulation(storm).play().digest;
    CHECK(Simulation(storm).play().digest == digest);
  }
  const Scenario calm = scenario("to Cloud");
  CHECK(Simulation(calm, Bug::bytes_by_chance).play().digest != Simulation(calm, Bug::bytes_by_chance).play().digest);
}
