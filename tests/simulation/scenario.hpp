// Scenarios: what a simulation is about, drawn from a seed or written down. The same seed gives the same scenario, and
// the same scenario the same bytes.
#pragma once

#include <optional>
#include <string>

#include "simulation/doors.hpp"

namespace wamigrate::simulation {

/// Lots drawn from a seed (splitmix64, Steele, Lea, Flood 2014).
class Lots {
 public:
  explicit Lots(std::uint64_t seed) : state_(seed) {}
  std::uint64_t draw();
  /// From 0 on, below `limit`.
  int below(int limit) { return static_cast<int>(draw() % static_cast<std::uint64_t>(limit)); }
  bool one_in(int count) { return below(count) == 0; }

 private:
  std::uint64_t state_;
};

/// Something that is so before the plan is made.
struct Situation {
  std::string_view name;
  Direction direction;
  std::string_view overlay = "{}";  ///< As sim::plant reads it.
  bool deregister_first = false;
  std::string_view messages = "";  ///< What becomes of test messages, as an overlay says it; empty: none are sent.
};
const std::vector<Situation>& situations();

/// What befalls a process; drawn before it begins.
struct Fate {
  std::optional<Crash> crash{};
  struct Halt {
    int call = 0;          ///< At this call of its …
    bool after = false;    ///< … or when it has been made,
    Millis length{0};      ///< it stands still for so long …
    bool cut_off = false;  ///< … or only its way to the store is gone.
  };
  std::vector<Halt> halts{};
  int stop_after = -1;    ///< It is asked to stop when it has told so much.
  Millis clock_ahead{0};  ///< Of the server's clock.
  bool shaken = false;    ///< Calls to the store may take long, fail, or be carried out unheard.
};

struct Scenario {
  std::uint64_t seed = 0;
  const Situation* situation = &situations().front();
  int numbers = 1;
  bool own_pins = true;
  bool all_at_once = true;  ///< One wave, and failures hold nothing.
  bool fleet = false;  ///< Dozens, in waves with a soak, a gate and budgets; people hold, slow and call off the run.
  sim::Dialect dialect{};
  std::string messages{};        ///< As Situation::messages, where that says nothing.
  bool wants_answers = false;    ///< Of who gets a test message.
  int planned_again = 0;         ///< So many more runs of the same direction, of what did not migrate.
  bool back_again = false;       ///< When these have ended, another one leads back.
  bool moved_meanwhile = false;  ///< Somebody else moves the first number between plan and run.
  /// Between plan and run, or between two of its processes, somebody mixes up the first two numbers: their IDs at
  /// Graph, where their clients' addresses lead, or the account of the first. It is put right when nothing goes wrong
  /// any more.
  enum class MixedUp { nothing, ids, clients, account } mixed_up = MixedUp::nothing;
  int workers = 1;  ///< So many processes share each run.
  /// Beside the first run another one of the same numbers is planned and begun: in the same direction, or back.
  enum class Rival { none, there, back } rival = Rival::none;

  // What goes wrong, until nothing does any more.
  std::vector<Crash> crashes{};          ///< Of one process after the other; call 0: not this one.
  std::vector<sim::FaultRule> faults{};  ///< Beside those of a storm.
  std::vector<Fate> fates{};             ///< Of the first processes, where there are several at a time.
  bool storm = false;                    ///< Requests and stores fail, processes are killed and stopped, as lots say.
  bool wrong_words = false;              ///< People type a wrong code first.
  bool stubborn = false;                 ///< People name no other PIN: they plan again, with the old one.
};

/// Several processes are at work at the same time.
inline bool has_company(const Scenario& scenario) {
  return scenario.workers > 1 || scenario.rival != Scenario::Rival::none;
}

/// What becomes of the test messages of a scenario; empty: none are sent.
inline std::string messages_of(const Scenario& scenario) {
  return scenario.situation->messages.empty() ? scenario.messages : std::string(scenario.situation->messages);
}

/// A storm: everything is drawn.
Scenario scenario_of(std::uint64_t seed);
std::string to_text(const Scenario& scenario);

/// Mixes up what the scenario says; done once more, it is put right.
void mix_up(sim::World& world, const Scenario& scenario);

}  // namespace wamigrate::simulation
