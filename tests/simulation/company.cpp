// Several processes at the same time: workers that share a run, and a second run of the same numbers beside the first.
// An act is played until every process of it has ended; people come and go meanwhile and between.
#include <fmt/format.h>

#include "simulation/planted.hpp"
#include "simulation/process.hpp"
#include "simulation/simulation.hpp"

namespace wamigrate::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int troubled_acts = 3;
constexpr int calm_acts = 40;
constexpr int idle_acts = 2;           ///< After so many in which nothing happened nothing will.
constexpr int successors_at_most = 4;  ///< Processes that are started in an act for some that have died in it.

/// Requests of one process, as long as the wire and the process itself make them last.
class SlowTransport : public Transport {
 public:
  SlowTransport(sim::World& world, sim::Faults* faults, Process& process, Lots& lots)
      : inner_(world, faults), lots_(lots) {
    inner_.on_elapsed([this, &process](Millis took) { held_up_ = process.until_reply(took); });
  }
  HttpResult send(const HttpRequest& request) override {
    HttpResult result = inner_.send(request);
    // Nothing else has run since it was set.
    if (!held_up_ || !lots_.one_in(2)) return result;
    return tl::make_unexpected(TransportFailure{TransportFailure::Kind::timeout, true, "no reply in time"});
  }

 private:
  sim::SimTransport inner_;
  Lots& lots_;
  bool held_up_ = false;
};

}  // namespace

/// Who is at work in an act.
struct Simulation::Company {
  explicit Company(rig::SimClock& clock) : fibers(clock) {}
  Fibers fibers;
  std::vector<Run*> runs{};
  int alive = 0;
  int successors = 0;
};

void Simulation::play_together(Run& run, Direction direction) {
  Company company(rig_.clock);
  company.runs = {&run};
  const Direction other = direction == Direction::to_cloud ? Direction::to_onprem : Direction::to_cloud;
  const bool has_rival = scenario_.rival != Scenario::Rival::none && run.number == 1;
  const Direction rivals = scenario_.rival == Scenario::Rival::there ? direction : other;
  if (has_rival && rivals == direction && !scenario_.moved_meanwhile) {
    // Planned before either has begun: one of them finds the number as it does not expect it.
    if (Run* rival = plan_run(rivals)) company.runs.push_back(rival);
  } else if (has_rival) {
    company.fibers.begin(rig_.clock.now() + std::chrono::seconds(lots_.below(900)), [&] {
      Run* rival = plan_run(rivals);
      if (rival == nullptr) return;
      each_witness({rival}, [](Witness& witness, const Scene& scene) { witness.run_begins(scene); });
      company.runs.push_back(rival);
      ++company.alive;
      company.fibers.begin(rig_.clock.now(), [&, rival] { play_process(company, *rival, scenario_.storm); });
    });
  }
  for (std::size_t i = 1; i < company.runs.size(); ++i) {
    each_witness({company.runs[i]}, [](Witness& witness, const Scene& scene) { witness.run_begins(scene); });
  }
  mix_up();
  const int acts = scenario_.storm ? 1 + lots_.below(troubled_acts) : 1;
  for (int i = 0; i < acts; ++i) {
    play_act(company, true);
    for (Run* one : company.runs) {
      if (lots_.one_in(2)) people_act(*one, progress(*one), scenario_.wrong_words);
    }
    wait_a_while();
  }
  mix_up();
  verdict_.faults += faults_->met();
  int idle = 0;
  for (int i = 0; i < calm_acts && idle < idle_acts; ++i) {
    const std::string before = standing(company);
    play_act(company, false);
    bool acted = false;
    bool all_done = true;
    for (Run* one : company.runs) {
      const Progress so_far = progress(*one);
      all_done = all_done && so_far.done;
      acted = people_act(*one, so_far, false) || acted;
    }
    if (all_done && !acted) break;
    idle = acted || standing(company) != before ? 0 : idle + 1;
    rig_.clock.advance(10min);  // the leases of the dead end by themselves
  }
  for (Run* one : company.runs) end_run(*one);
}

/// Where all numbers of all runs stand, as far as anybody would call it a change.
std::string Simulation::standing(const Company& company) {
  std::string text;
  for (const Run* run : company.runs) {
    const Progress so_far = progress(*run);
    text += so_far.done ? "done;" : "open;";
    for (const NumberProgress& number : so_far.numbers) {
      text += fmt::format("{} {} {} {} {};", name(number.state), number.next, number.road.size(), number.waits_for,
                          number.registers_used());
    }
  }
  return text;
}

void Simulation::play_act(Company& company, bool troubled) {
  company.successors = 0;
  for (Run* run : company.runs) {
    for (int i = 0; i < scenario_.workers; ++i) {
      ++company.alive;
      company.fibers.begin(rig_.clock.now() + Millis(lots_.below(scenario_.storm && troubled ? 20'000 : 2'000)),
                           [&, run] { play_process(company, *run, troubled && scenario_.storm); });
    }
  }
  if (troubled && scenario_.storm) {
    company.fibers.begin(rig_.clock.now(), [&] {
      while (true) {
        company.fibers.wait_until(rig_.clock.now() + std::chrono::seconds(60 + lots_.below(600)));
        if (company.alive == 0) return;
        for (Run* run : std::vector<Run*>(company.runs)) {
          // Few say a thing twice before the first time was heard.
          const Progress so_far = progress(*run);
          if (unheard(*run, so_far).empty() || lots_.one_in(4)) people_act(*run, so_far, scenario_.wrong_words);
        }
      }
    });
  }
  company.fibers.run();
}

void Simulation::play_process(Company& company, Run& run, bool troubled) {
  const int number = ++verdict_.processes;
  Actor actor{&run, number, {}, run.holder, {}};
  if (scenario_.workers > 1) {
    actor.worker = fmt::format("w{}", number);
    actor.holder = actor.worker + " " + run.holder;
  }
  const auto told = static_cast<std::size_t>(number) - 1;
  Fate fate = told < scenario_.fates.size() ? scenario_.fates[told] : troubled ? draw_fate(lots_) : Fate{};
  Process process(company.fibers, rig_.clock, lots_, std::move(fate), [&] {
    each_witness(actor, [](Witness& witness, const Scene& scene) { witness.stood_still(scene); });
  });
  actor.looked = [&] { return process.looked(); };
  Seat seat(*this, actor);
  SlowTransport wire(*rig_.world, troubled ? faults_.get() : nullptr, process, lots_);
  WatchedTransport transport(process.gate(), wire, *rig_.world, rig_.clock, seat);
  transport.set_way_there([this] { return Millis(lots_.below(400)); });
  transport.set_pass([&](Millis way, const sim::Subject& subject) { process.on_the_wire(way, subject); });
  transport.set_arrives([this] { return lots_.one_in(2); });
  SharedRunStore shared_store(*run.store, rig_.ledger, process.line());
  SharedLedger shared_ledger(rig_.ledger, process.line());
  const auto scribe = [&](std::string_view bytes) { written(actor, bytes); };
  WatchedStore store(process.gate(), planted_->shared_store(shared_store, rig_.ledger), scribe);
  WatchedLedger ledger(process.gate(), planted_->shared_ledger(shared_ledger, rig_.ledger), scribe);
  each_witness(actor, [](Witness& witness, const Scene& scene) { witness.process_begins(scene); });
  process.begin();
  bool killed = false;
  try {
    program(actor, {store, ledger, planted_->transport(transport), process.workers(), process.clock()},
            process.fate().stop_after);
    process.end();
  } catch (const rig::Killed&) {
    killed = true;
    ++verdict_.kills;
    told_ += actor.holder + ": killed\n";
  } catch (const Endless&) {
    killed = true;
    verdict_.complaints.push_back("a process does not come to an end");
    told_ += actor.holder + ": endless\n";
  }
  if (verdict_.calls.size() <= told) verdict_.calls.resize(told + 1);
  verdict_.calls[told] = process.gate().made();
  each_witness(actor, [&](Witness& witness, const Scene& scene) { witness.process_ends(scene, killed); });
  --company.alive;
  if (!killed || !troubled || ++company.successors > successors_at_most) return;
  ++company.alive;
  company.fibers.begin(rig_.clock.now() + std::chrono::seconds(lots_.below(300)),
                       [this, &company, &run, troubled] { play_process(company, run, troubled); });
}

}  // namespace wamigrate::simulation
