// One process among several that run at the same simulated time: its fibers (the deciding one, and one for each job),
// its clock, and what befalls it. It may die at any call, stand still for longer than its leases last and go on as if
// nothing had been, and lose its way to the store.
#pragma once

#include <deque>
#include <set>

#include "simulation/fibers.hpp"
#include "simulation/scenario.hpp"
#include "simulation/shared_store.hpp"

namespace wamigrate::simulation {

/// The clocks of two processes differ by so much at most.
inline constexpr Millis clocks_differ_by{6'000};

/// Of a process of a troubled time.
Fate draw_fate(Lots& lots);

class Process {
 public:
  /// `stood_still` is told when it has lost time that no witness may hold against it.
  Process(Fibers& fibers, rig::SimClock& clock, Lots& lots, Fate fate, std::function<void()> stood_still);
  /// Called in its deciding fiber, before all else.
  void begin() { deciding_ = fibers_.running(); }
  /// Called there at its end: waits for jobs that have not ended.
  void end();

  Gate& gate() { return gate_; }
  Line& line() { return line_; }
  Clock& clock() { return own_clock_; }
  Workers& workers() { return workers_; }
  const Fate& fate() const { return fate_; }
  /// Since when it has looked at all that its jobs have brought before.
  Time looked() const { return looked_; }

  /// A request is on the wire: that goes on, whatever becomes of its sender.
  void on_the_wire(Millis length, const sim::Subject& subject);
  /// The reply is on its way; a process that stands still reads it when it goes on. True: it has stood still for long.
  bool until_reply(Millis length);

 private:
  class OwnClock : public Clock {
   public:
    OwnClock(rig::SimClock& clock, Millis ahead) : clock_(clock), ahead_(ahead) {}
    Time now() override { return clock_.now() + ahead_; }

   private:
    rig::SimClock& clock_;
    const Millis ahead_;
  };
  class Jobs : public Workers {
   public:
    explicit Jobs(Process& process) : process_(process) {}
    using Workers::start;
    void start(Ticket ticket, std::function<void()> job, Lane lane) override;
    std::vector<Ticket> wait(Time until) override;
    void wake() override {}

   private:
    friend class Process;
    Process& process_;
    std::vector<Ticket> ended_;
    int in_place_ = 0;  ///< Waits in a row that were over at once, and nothing had ended.
  };

  void at_call(int call, bool is_request);
  void after_call(int call);
  void halt(const Fate::Halt& halt);
  void die();
  void live() const;
  void pass(Millis length);
  Passage draw_passage(bool writes);

  Fibers& fibers_;
  rig::SimClock& clock_;
  Lots& lots_;
  const Fate fate_;
  const std::function<void()> stood_still_;
  Gate gate_;
  OwnClock own_clock_;
  Line line_;
  Jobs workers_;
  Fibers::Fiber* deciding_ = nullptr;
  std::set<Fibers::Fiber*> jobs_;
  Time still_until_{};
  Time cut_off_until_{};
  Time looked_{};
  bool dead_ = false;
  bool holds_a_lock_ = false;  ///< The request that is being sent is one that other jobs wait for: it takes no time.
};

}  // namespace wamigrate::simulation
