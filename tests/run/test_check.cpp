// `check` on a fleet: it names what is wrong and nothing else, in one run, and asks for little. What was asked is
// counted where it came in.
#include <fmt/format.h>

#include <map>
#include <set>

#include "run/rations.hpp"
#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using sim::ServedBy;

namespace {

const std::string main_waba = "102290129340398";
const std::string other_waba = "102290129340399";
const std::string foreign_waba = "102290129340400";  // the token does not reach it
const std::string blocked_waba = "102290129340401";
constexpr int page = 100;

/// Who has which findings that are no pass; what concerns the whole fleet stands under "".
std::map<std::string, std::set<std::string>> findings_in(const Checks& checks) {
  std::map<std::string, std::set<std::string>> findings;
  for (const Check& check : checks) {
    if (check.result != Check::Result::pass) findings[check.phone].insert(check.id);
  }
  return findings;
}

std::string to_text(const Checks& checks) {
  std::string text;
  for (const Check& check : checks) {
    if (check.result != Check::Result::pass) text += check.phone + " " + check.id + ": " + check.message + "\n";
  }
  return text;
}

/// All that came in, by side and number; "" for what concerns no single number.
std::map<std::string, int> requests_to(Rig& rig, sim::Side side) {
  std::map<std::string, int> count;
  for (const sim::LogEntry& entry : rig.world->log()) count[entry.phone] += entry.side == side ? 1 : 0;
  return count;
}

int total(const std::map<std::string, int>& counts) {
  int sum = 0;
  for (const auto& [phone, count] : counts) sum += count;
  return sum;
}

constexpr int pages_of(int numbers) { return (numbers + page - 1) / page; }

/// One thing that is wrong with one number of the fleet, and the check that must say so.
struct Defect {
  std::string_view kind;
  std::string_view check;
  std::function<void(Number&, sim::NumberSpec&)> in_inventory = {};
  std::function<void(Rig&, sim::State&, sim::WorldNumber&, sim::Deployment&)> in_world = {};
};

void call_it(sim::State& state, sim::WorldNumber& number, const std::string& status, sim::Gateway gateway) {
  number.timeline.set({state.began, ServedBy::onprem, sim::Platform::on_premise, status, gateway});
}

const std::vector<Defect>& defects() {
  using sim::Deployment;
  using sim::NumberSpec;
  using sim::State;
  using sim::WorldNumber;
  static const std::vector<Defect> all{
      {"its phone_number_id is its neighbour's", "identity",
       [](Number& number, NumberSpec&) { number.phone_number_id = "106540352200999"; }},
      {"its WABA is another", "identity",
       [](Number& number, NumberSpec& world) {
         number.waba_id = main_waba;
         world.waba_id = other_waba;
       }},
      {"its deployment serves another number",
       "identity",
       {},
       [](Rig&, State& state, WorldNumber&, Deployment& deployment) {
         deployment.phone = "+4915119999999";
         state.numbers[deployment.phone].deployment = deployment.name;
       }},
      {"the token does not reach its WABA", "identity",
       [](Number& number, NumberSpec& world) { number.waba_id = world.waba_id = foreign_waba; }},
      {"its name is not approved",
       "name_status",
       {},
       [](Rig&, State&, WorldNumber& number, Deployment&) { number.name_status = "PENDING_REVIEW"; }},
      {"it has no PIN", "pin", [](Number& number, NumberSpec&) { number.pin = {}; }},
      {"its PIN was refused before",
       "pin",
       {},
       [](Rig& rig, State&, WorldNumber& number, Deployment&) {
         Number known;
         known.phone = *parse_phone(number.phone);
         (void)rig.ledger.add_mark(number.phone, pin_mark(rig.sealer, known, Secret("123456")));
       }},
      {"its registrations are spent",
       "ration",
       {},
       [](Rig& rig, State&, WorldNumber& number, Deployment&) {
         for (int i = 0; i < ration_stop; ++i) {
           (void)rig.ledger.add_attempt(number.phone, std::string(name(Ration::registration)), rig.clock.now());
         }
       }},
      {"it has no webhook",
       "webhook",
       {},
       [](Rig&, State&, WorldNumber& number, Deployment&) { number.callback_override.clear(); }},
      {"it lives on the app",
       "home",
       {},
       [](Rig&, State&, WorldNumber& number, Deployment&) { number.on_biz_app = true; }},
      {"Meta blocks its account", "health_status",
       [](Number& number, NumberSpec& world) { number.waba_id = world.waba_id = blocked_waba; }},
      {"it is banned",
       "status",
       {},
       [](Rig&, State& state, WorldNumber& number, Deployment&) {
         call_it(state, number, "BANNED", sim::Gateway::connected);
       }},
      {"nobody serves it",
       "home",
       {},
       [](Rig&, State& state, WorldNumber& number, Deployment&) {
         number.timeline.set({state.began, ServedBy::nobody, sim::Platform::not_applicable, "DISCONNECTED",
                              sim::Gateway::unregistered});
       }},
      {"its client keeps connecting",
       "home",
       {},
       [](Rig&, State& state, WorldNumber& number, Deployment&) {
         call_it(state, number, "CONNECTED", sim::Gateway::connecting);
       }},
      {"its client can't be reached",
       "home",
       {},
       [](Rig&, State& state, WorldNumber& number, Deployment&) {
         call_it(state, number, "CONNECTED", sim::Gateway::unreachable);
       }},
      {"its client has another password",
       "home",
       {},
       [](Rig&, State&, WorldNumber&, Deployment& deployment) { deployment.users["admin"].password = "another"; }},
      {"its client has expired",
       "client_version",
       {},
       [](Rig& rig, State&, WorldNumber&, Deployment& deployment) { deployment.expires = rig.clock.now(); }},
      {"its callbacks are stuck",
       "callback_queue",
       {},
       [](Rig&, State&, WorldNumber&, Deployment& deployment) {
         deployment.queue = 450;
         deployment.queue_per_second = 0;
       }},
      {"its shards are not what the inventory says", "shards",
       [](Number& number, NumberSpec&) { number.deployment.shards = 2; }},
      {"it is of an excluded country", "country",
       [](Number& number, NumberSpec& world) {
         number.phone = *parse_phone("+5351234567");
         world.phone = number.phone.e164;
       }},
  };
  return all;
}

/// A thousand numbers, the defects spread over them; the last number is the neighbour whose id the first defect names.
struct Fleet1000 {
  static constexpr int size = 1000;
  static int place(std::size_t defect) { return 37 + static_cast<int>(defect) * 41; }

  explicit Fleet1000(sim::Dialect dialect = {})
      : rig({.numbers = size, .dialect = dialect, .adjust = [](int index, Number& number, sim::NumberSpec& world) {
               for (std::size_t i = 0; i < defects().size(); ++i) {
                 if (place(i) == index && defects()[i].in_inventory) defects()[i].in_inventory(number, world);
               }
             }}) {
    auto state = rig.world->hold();
    state->apps["900100200300"].callback_url.clear();
    state->tokens["sim-token"].wabas = {main_waba, other_waba, blocked_waba};
    state->wabas[blocked_waba].health = sim::PlantedHealth{"BLOCKED", 141006, "There is an error with the payment"};
    sim::WorldNumber stranger;
    stranger.phone = "+4915119999999";
    state->numbers[stranger.phone] = stranger;
    call_it(*state, state->numbers[stranger.phone], "CONNECTED", sim::Gateway::connected);
    for (auto& [phone, number] : state->numbers) number.callback_override = "https://hooks.example.com/" + phone;
    for (std::size_t i = 0; i < defects().size(); ++i) {
      const Number& number = rig.fleet.numbers[static_cast<std::size_t>(place(i))];
      if (defects()[i].in_world) {
        defects()[i].in_world(rig, *state, state->numbers[number.phone.e164],
                              state->deployments[number.deployment.name]);
      }
    }
  }

  Rig rig;
};

}  // namespace

TEST_CASE("twenty defects of twenty kinds among a thousand numbers are named exactly, in one run and few requests") {
  REQUIRE(defects().size() == 20);
  Fleet1000 fleet;
  Rig& rig = fleet.rig;
  const Checks checks = rig.check(Direction::to_cloud);
  INFO(to_text(checks));

  auto findings = findings_in(checks);
  std::set<std::string> wrong;
  for (std::size_t i = 0; i < defects().size(); ++i) {
    const std::string& phone = rig.phone(Fleet1000::place(i));
    CAPTURE(defects()[i].kind, phone);
    CHECK(findings[phone].contains(std::string(defects()[i].check)));
    wrong.insert(phone);
  }
  CHECK(wrong.size() == 20);
  CHECK(findings[""] == std::set<std::string>{"token_access"});
  for (const auto& [phone, ids] : findings) {
    CAPTURE(phone);
    CHECK((phone.empty() || wrong.contains(phone)));
  }

  for (const auto& [phone, count] : requests_to(rig, sim::Side::onprem)) {
    CAPTURE(phone);
    CHECK(count <= 8);
  }
  const auto graph = requests_to(rig, sim::Side::graph);
  int asked_themselves = 0;
  for (const auto& [phone, count] : graph) {
    if (phone.empty() || count == 0) continue;
    CAPTURE(phone);
    CHECK(wrong.contains(phone));
    CHECK(count <= 3);
    asked_themselves += count;
  }
  // The token; the lists; apps and review of three accounts, and one that answers neither; what lists leave open.
  CHECK(total(graph) <= 1 + pages_of(Fleet1000::size) + 3 + 4 * 2 + asked_themselves);
  CHECK(asked_themselves <= 10);
}

TEST_CASE("what lists of numbers leave out or refuse costs three requests a number, and changes no finding") {
  constexpr int numbers = 250;
  const auto look = [](sim::NumberLists lists, Checks& checks) {
    sim::Dialect dialect;
    dialect.number_lists = lists;
    Rig rig({.numbers = numbers, .dialect = dialect, .adjust = [](int index, Number& number, sim::NumberSpec& world) {
               if (index == 7) world.home = ServedBy::app;
               if (index == 8) number.phone_number_id = "1065403522999";
             }});
    rig.world->hold()->number(rig.phone(9))->name_status = "DECLINED";
    checks = rig.check(Direction::to_cloud);
    return total(requests_to(rig, sim::Side::graph));
  };
  const int fixed = 1 + 2;  // the token; the account's apps and review
  Checks full, sparse, refused;
  // One number is missing in the list and, its id being nobody's, refused three times; one shows no certificate there.
  CHECK(look(sim::NumberLists::full, full) == fixed + pages_of(numbers) + 3 + 1);
  CHECK(look(sim::NumberLists::sparse, sparse) == fixed + pages_of(numbers) + 3 * numbers);
  CHECK(look(sim::NumberLists::refused, refused) == fixed + 1 + pages_of(numbers) + 3 * numbers);
  CHECK(findings_in(full).size() == 3);
  CHECK(to_text(sparse) == to_text(full));
  CHECK(to_text(refused) == to_text(full));
}

TEST_CASE("towards on-premises a certificate and a webhook that are missing are named, and nothing else") {
  constexpr int numbers = 150;
  Rig rig({.numbers = numbers, .home = ServedBy::cloud});
  {
    auto state = rig.world->hold();
    state->number(rig.phone(20))->certificate.clear();
    state->deployments[rig.fleet.numbers[120].deployment.name].application["webhooks"]["url"] = "";
  }
  const Checks checks = rig.check(Direction::to_onprem);
  INFO(to_text(checks));
  const std::map<std::string, std::set<std::string>> expected{{rig.phone(20), {"certificate"}},
                                                              {rig.phone(120), {"webhook"}}};
  CHECK(findings_in(checks) == expected);
  CHECK(total(requests_to(rig, sim::Side::graph)) == 1 + 2 + pages_of(numbers) + 1);
}

TEST_CASE("an account that is asked too much is not asked number by number") {
  Rig rig({.numbers = 50});
  rig.faults.add({.on = "phone_numbers", .times = 0, .action = sim::Action::throttled});
  const Checks checks = rig.check(Direction::to_cloud);
  CHECK(findings_in(checks).size() == 50);
  CHECK(total(requests_to(rig, sim::Side::graph)) == 1 + 1 + 2);
}

TEST_CASE("numbers that may still settle are looked at anew each time") {
  sim::Dialect lagging;
  lagging.status_lags = true;
  Rig rig({.numbers = 3, .dialect = lagging});
  {
    // One is on Cloud since a moment ago: Graph still shows on-premises.
    auto state = rig.world->hold();
    sim::WorldNumber& moved = *state->number(rig.phone(1));
    moved.timeline.set({rig.clock.now() - std::chrono::milliseconds(1), ServedBy::cloud, sim::Platform::cloud_api,
                        "CONNECTED", sim::Gateway::disconnected});
  }
  const Checks checks = rig.check(Direction::to_cloud);
  INFO(to_text(checks));
  CHECK(findings_in(checks).empty());
  CHECK(rig.world->requests("phone_numbers") == 2);
}
