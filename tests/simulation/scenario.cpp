#include "simulation/scenario.hpp"

#include <fmt/format.h>

#include <array>

#include "support/readings.hpp"

namespace wamigrate::simulation {
namespace {

/// What may become of test messages.
constexpr std::array<const char*, 6> becomes = {R"("messages": "delivered")",
                                                R"("messages": "sent")",
                                                R"("messages": "failed 131026")",
                                                R"("messages": "nothing")",
                                                R"("messages": "delivered and failed")",
                                                R"("messages": "read", "messages_take": "10m")"};

/// Of so many storms one is about a fleet: it costs as much as a dozen of the others.
constexpr std::uint64_t with_fleet = 300;

/// Of so many storms one is about several processes at the same time: it costs as much as some of the others.
constexpr std::uint64_t with_company = 8;

}  // namespace

std::uint64_t Lots::draw() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

const std::vector<Situation>& situations() {
  using enum Direction;
  static const std::vector<Situation> all = {
      {"to Cloud", to_cloud},
      {"to on-premises", to_onprem},
      {"to on-premises, a code is wanted", to_onprem, R"({"*": {"needs_code": true}})"},
      {"to Cloud, the PIN is wrong", to_cloud, R"({"*": {"pin": "654321"}})"},
      {"to on-premises, the PIN is wrong", to_onprem, R"({"*": {"pin": "654321"}})"},
      {"to Cloud, nobody serves it", to_cloud, R"({"*": {"home": "nowhere"}})"},
      {"to on-premises, nobody serves it", to_onprem, R"({"*": {"home": "nowhere"}})"},
      {"to Cloud, nobody serves it, the PIN is wrong", to_cloud, R"({"*": {"home": "nowhere", "pin": "654321"}})"},
      {"to Cloud, half deregistered elsewhere", to_cloud, R"({"*": {"home": "nowhere", "half_deregistered": true}})"},
      {"to Cloud, the queue is long", to_cloud, R"({"*": {"queue": 450, "queue_per_second": 3}})"},
      {"to Cloud, ownership not verified", to_cloud, R"({"*": {"home": "nowhere", "verification": "NOT_VERIFIED"}})"},
      {"to on-premises, which is closed", to_onprem, R"({"world": {"onprem_registration_blocked": true}})"},
      {"to on-premises, Cloud let go first", to_onprem, "{}", true},
      {"to on-premises, which is closed, Cloud let go first", to_onprem,
       R"({"world": {"onprem_registration_blocked": true}})", true},
      {"to Cloud, the app is not subscribed", to_cloud, R"({"world": {"subscribed": false}})"},
      {"to Cloud, the token expires on the way", to_cloud, R"({"world": {"token_expires_in": "3m"}})"},
      {"to Cloud, under a low limit of calls", to_cloud, R"({"world": {"waba_calls_per_hour": 60}})"},
      {"to Cloud, the client has expired", to_cloud, R"({"*": {"client_expires_in": "0s"}})"},
      {"to Cloud, most registrations are spent", to_cloud, R"({"*": {"registers_used": 7}})"},
      {"to Cloud, the profile is lost on the way", to_cloud, R"({"*": {"loses": ["about", "email", "websites"]}})"},
      {"to Cloud, a test message is delivered", to_cloud, "{}", false, R"("messages": "delivered and failed")"},
      {"to Cloud, a test message stays sent", to_cloud, "{}", false, R"("messages": "sent")"},
      {"to on-premises, a test message is delivered", to_onprem, "{}", false, R"("messages": "delivered")"},
  };
  return all;
}

Scenario scenario_of(std::uint64_t seed) {
  Lots lots(seed);
  Scenario scenario;
  scenario.seed = seed;
  scenario.storm = true;
  // Half of all storms break over the two main ways.
  const auto& all = situations();
  scenario.situation =
      &all[static_cast<std::size_t>(lots.one_in(2) ? lots.below(2) : lots.below(static_cast<int>(all.size())))];
  scenario.numbers = lots.one_in(4) ? 2 + lots.below(2) : 1;
  scenario.own_pins = !lots.one_in(4);
  scenario.all_at_once = !lots.one_in(3);
  scenario.planned_again = lots.one_in(12) ? 1 + lots.below(3) : 0;
  scenario.back_again = lots.one_in(6);
  scenario.moved_meanwhile = lots.one_in(16);
  scenario.wrong_words = lots.one_in(3);
  scenario.stubborn = lots.one_in(8);
  if (lots.one_in(2)) {
    static const std::vector<sim::Dialect> readings = readings_in_pairs();
    scenario.dialect = readings[static_cast<std::size_t>(lots.below(static_cast<int>(readings.size())))];
  }
  if (seed / 2 % with_company == 0) {  // in each of two shares of the seeds
    scenario.workers = lots.one_in(3) ? 1 : 2 + lots.below(2);
    const bool alone = scenario.workers == 1;
    if (alone || lots.one_in(4)) scenario.rival = lots.one_in(2) ? Scenario::Rival::there : Scenario::Rival::back;
    scenario.numbers = 1 + lots.below(3);
    scenario.planned_again = 0;
  }
  if (seed / 2 % with_fleet == 7) {
    scenario.fleet = true;
    scenario.all_at_once = false;
    scenario.numbers = 10 + lots.below(31);
    scenario.planned_again = 0;
    scenario.workers = 1;
    scenario.rival = Scenario::Rival::none;
  }
  if (lots.one_in(4)) {
    scenario.messages = becomes[static_cast<std::size_t>(lots.below(static_cast<int>(becomes.size())))];
    scenario.wants_answers = lots.one_in(3);
    if (lots.one_in(2)) scenario.messages += R"(, "answered": true)";
  }
  if (lots.one_in(20)) {
    using enum Scenario::MixedUp;
    // Not clients: one whose number has moved does not say whose it is, and others' reports could not be blamed.
    scenario.mixed_up = scenario.numbers == 1 || lots.one_in(2) ? account : ids;
  }
  return scenario;
}

void mix_up(sim::World& world, const Scenario& scenario) {
  using MixedUp = Scenario::MixedUp;
  if (scenario.mixed_up == MixedUp::nothing) return;
  auto state = world.hold();
  sim::WorldNumber& one = state->numbers.begin()->second;
  if (scenario.mixed_up == MixedUp::account) {
    static const std::string other = "999000999000999";  // sorts last: the first account is everybody's
    sim::Waba copy = state->wabas.begin()->second;
    copy.id = other;
    state->wabas.try_emplace(other, std::move(copy));
    one.waba_id = one.waba_id == other ? state->wabas.begin()->first : other;
    return;
  }
  ensure(scenario.numbers > 1, "two numbers can be mixed up, and one can't");
  sim::WorldNumber& another = std::next(state->numbers.begin())->second;
  if (scenario.mixed_up == MixedUp::ids) {
    std::swap(one.phone_number_id, another.phone_number_id);
    std::swap(state->phone_by_id.at(one.phone_number_id), state->phone_by_id.at(another.phone_number_id));
    return;
  }
  for (auto& [url, name] : state->deployment_by_url) {
    if (name == one.deployment) {
      name = another.deployment;
    } else if (name == another.deployment) {
      name = one.deployment;
    }
  }
}

std::string to_text(const Scenario& scenario) {
  const std::string dialect = sim::to_text(scenario.dialect);
  std::string text =
      fmt::format("seed {}: {}; {} number{}{}{}{}{}{}{}; {}", scenario.seed, scenario.situation->name, scenario.numbers,
                  scenario.numbers == 1 ? "" : "s", scenario.own_pins ? "" : " with one PIN",
                  scenario.all_at_once ? ""
                  : scenario.fleet     ? " in waves, with people at hand"
                                       : " in waves",
                  scenario.back_again ? ", and back" : "", scenario.moved_meanwhile ? ", one moved meanwhile" : "",
                  scenario.mixed_up == Scenario::MixedUp::nothing   ? ""
                  : scenario.mixed_up == Scenario::MixedUp::ids     ? ", IDs mixed up meanwhile"
                  : scenario.mixed_up == Scenario::MixedUp::clients ? ", clients mixed up meanwhile"
                                                                    : ", one given to another account meanwhile",
                  scenario.workers > 1 ? fmt::format(", {} workers", scenario.workers) : "",
                  scenario.rival == Scenario::Rival::none   ? ""
                  : scenario.rival == Scenario::Rival::back ? ", another run leads back"
                                                            : ", another run beside it",
                  dialect.empty() ? "the usual reading" : dialect);
  if (const std::string messages = messages_of(scenario); !messages.empty()) {
    text += fmt::format("; test messages {}{}", messages, scenario.wants_answers ? ", answers wanted" : "");
  }
  for (const Crash& crash : scenario.crashes) text += fmt::format("; killed {} call {}", name(crash.cut), crash.call);
  for (const sim::FaultRule& fault : scenario.faults) {
    text += fmt::format("; {} number {}: {}", fault.on, fault.nth, sim::name(fault.action));
  }
  return text;
}

}  // namespace wamigrate::simulation
