// One simulation: whole runs of the real program under simulated time, storage, network and people, watched by all
// witnesses. Two phases: while things go wrong processes are killed, requests and stores fail, people are slow or
// mistaken; then nothing goes wrong any more, people do what they are asked, and every number must come to an end.
// Most have one process at a time; in some there are several, on one run or on two (company.cpp).
#pragma once

#include "simulation/bug.hpp"
#include "simulation/scenario.hpp"
#include "simulation/witness.hpp"

namespace wamigrate::simulation {

/// What was seen of a simulation.
struct Verdict {
  std::vector<std::string> complaints{};
  bool refused_by_checks = false;            ///< No plan was made of it: nothing was sent.
  std::vector<std::vector<Call>> calls{};    ///< By process.
  std::map<std::string, int> requests_of{};  ///< By kind, of the first process.
  int processes = 0;
  int kills = 0;
  int faults = 0;
  int requests = 0;
  int migrated = 0;  ///< Numbers that ended so, in all runs of it.
  int elsewhere = 0;
  std::uint64_t digest = 0;  ///< Of every byte that was written, in order.
};

class Simulation {
 public:
  explicit Simulation(const Scenario& scenario, Bug bug = Bug::none);
  ~Simulation();

  Verdict play();
  /// For who reads a failure: the vendor's log and what the program told.
  std::string story() const;

 private:
  class Planted;
  struct Company;

  /// A run: what people approved, and what is durable of it.
  struct Run {
    int number = 0;
    Plan plan{};
    std::unique_ptr<rig::MemoryRunStore> store = std::make_unique<rig::MemoryRunStore>();
    std::string holder{};  ///< Of its leases, where it has one process at a time.
    std::map<std::string, int> retries{};
  };
  /// One process, as it appears to the witnesses.
  struct Actor {
    Run* run = nullptr;
    int process = 0;
    std::string worker{};
    std::string holder{};
    std::function<Time()> looked{};  ///< Scene::looked; now, where not told.
  };
  class Seat;
  /// What a process works through, as the program gets it.
  struct Doors {
    RunStore& store;
    LedgerStore& ledger;
    Transport& transport;
    Workers& workers;
    Clock& clock;
  };

  void on_leaving(const Actor& actor, const Leaving& leaving);
  void on_sent(const Actor& actor, const Sent& sent);
  void written(const Actor& actor, std::string_view bytes);
  void each_witness(const Actor& actor, const std::function<void(Witness&, const Scene&)>& tell);

  void play_run(Direction direction);
  void play_another_run(Direction direction);
  /// Plans a run; null where the checks refuse it.
  Run* plan_run(Direction direction);
  void process(Run& run, std::optional<Crash> crash, bool troubled);
  void program(const Actor& actor, const Doors& doors, int stop_after);
  void end_run(Run& run);
  Progress progress(const Run& run);
  Plan plan_with_pins(const Run& run);
  static std::vector<std::pair<std::int64_t, Json>> unheard(const Run& run, const Progress& known);
  std::string plan_pin(const Run& run, const std::string& phone);
  // Several processes at the same time (company.cpp).
  void play_together(Run& run, Direction direction);
  void play_act(Company& company, bool troubled);
  std::string standing(const Company& company);
  void play_process(Company& company, Run& run, bool troubled);
  // What people do between two processes (people.cpp); true if they did something.
  bool people_act(Run& run, const Progress& progress, bool mistaken);
  void people_meddle(Run& run);
  bool help(Run& run, const NumberProgress& number, bool mistaken);
  bool retry(Run& run, const NumberProgress& number, bool wrong_pin = false);
  std::unique_ptr<sim::Faults> draw_faults();
  /// Mixes up what the scenario says …
  void mix_up();
  bool restart_client(const std::string& phone);
  void say(Run& run, const Json& message);
  void wait_a_while();

  Scenario scenario_;
  bool is_mixed_up_ = false;
  Lots lots_;
  rig::Rig rig_;
  Gate gate_;
  std::unique_ptr<Planted> planted_;
  std::vector<std::unique_ptr<Witness>> witnesses_;
  std::vector<std::string> secrets_;
  std::unique_ptr<sim::Faults> faults_;
  std::vector<std::unique_ptr<Run>> runs_;
  LastChanges last_changes_;
  Verdict verdict_;
  std::string told_;
  std::map<std::string, int> mistakes_;
  std::size_t crashes_done_ = 0;
};

/// Where the requests of one process are seen.
class Simulation::Seat : public Audience {
 public:
  Seat(Simulation& simulation, const Actor& actor) : simulation_(simulation), actor_(actor) {}
  void on_leaving(const Leaving& leaving) override { simulation_.on_leaving(actor_, leaving); }
  void on_sent(const Sent& sent) override { simulation_.on_sent(actor_, sent); }

 private:
  Simulation& simulation_;
  const Actor& actor_;
};

}  // namespace wamigrate::simulation
