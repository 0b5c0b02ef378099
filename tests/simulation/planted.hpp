// How a planted bug gets in: through data and ports, between the real program and the simulated world.
#pragma once

#include "simulation/simulation.hpp"

namespace wamigrate::simulation {

struct Simulation::Planted {
  Planted(Bug which, rig::Rig& in) : bug(which), rig(in) {}

  void change(Fleet& fleet, PlanOptions& options) const;
  void change(Plan& plan) const;
  void process_begins() {}
  void process_ends() {}
  Transport& transport(Transport& inner) { return inner; }  ///< Behind what the witnesses see.
  Transport& in_front(Transport& inner) { return inner; }   ///< Before it.
  RunStore& store(RunStore& inner) { return inner; }
  LedgerStore& ledger(LedgerStore& inner) { return inner; }
  Workers& workers(Workers& inner) { return inner; }

  Bug bug;
  rig::Rig& rig;
};

inline void Simulation::Planted::change(Fleet&, PlanOptions&) const {}
inline void Simulation::Planted::change(Plan&) const {}

}  // namespace wamigrate::simulation
