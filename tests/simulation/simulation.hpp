// One simulation: whole runs of the real program under simulated time, storage, network and people, watched by all
// witnesses. Two phases: while things go wrong processes are killed, requests and stores fail, people are slow or
// mistaken; then nothing goes wrong any more, people do what they are asked, and every number must come to an end.
#pragma once

#include "simulation/bug.hpp"
#include "simulation/scenario.hpp"
#include "simulation/witness.hpp"

namespace wamigrate::simulation {

/// What was seen of a simulation.
struct Verdict {
  std::vector<std::string> complaints{};
  bool refused_by_checks = false;  ///< No plan was made of it: nothing was sent.
  /// By process: its calls through any door, and those of them that left something behind.
  std::vector<int> calls{};
  std::vector<std::vector<int>> lasting{};
  std::map<std::string, int> requests_of{};  ///< By kind, of the first process.
  int processes = 0;
  int kills = 0;
  int faults = 0;
  int requests = 0;
  int migrated = 0;  ///< Numbers that ended so, in all runs of it.
  int elsewhere = 0;
  std::uint64_t digest = 0;  ///< Of every byte that was written, in order.
};

class Simulation : private Audience {
 public:
  explicit Simulation(const Scenario& scenario, Bug bug = Bug::none);
  ~Simulation() override;

  Verdict play();
  /// For who reads a failure: the vendor's log and what the program told.
  std::string story() const;

 private:
  class Planted;

  void on_leaving(const Leaving& leaving) override;
  void on_sent(const Sent& sent) override;
  void written(std::string_view bytes);
  void each_witness(const std::function<void(Witness&, const Scene&)>& tell);

  void play_run(Direction direction);
  void play_another_run(Direction direction);
  void process(std::optional<Crash> crash, bool troubled);
  Progress progress();
  Plan plan_with_pins();
  std::string plan_pin(const std::string& phone);
  // What people do between two processes (people.cpp); true if they did something.
  bool people_act(const Progress& progress, bool mistaken);
  bool help(const NumberProgress& number, bool mistaken);
  bool retry(const NumberProgress& number, bool wrong_pin = false);
  std::unique_ptr<sim::Faults> draw_faults();
  bool restart_client(const std::string& phone);
  void say(const Json& message);
  void wait_a_while();

  Scenario scenario_;
  Lots lots_;
  rig::Rig rig_;
  Gate gate_;
  std::unique_ptr<Planted> planted_;
  std::vector<std::unique_ptr<Witness>> witnesses_;
  std::vector<std::string> secrets_;
  std::unique_ptr<sim::Faults> faults_;
  Plan plan_;
  Verdict verdict_;
  std::string told_;
  std::string holder_ = "host run-1";
  std::map<std::string, int> retries_;
  std::map<std::string, int> mistakes_;
  std::size_t crashes_done_ = 0;
};

}  // namespace wamigrate::simulation
