// How a planted bug gets in: through data and ports, between the real program and the simulated world.
#pragma once

#include "simulation/simulation.hpp"

namespace wamigrate::simulation {

/// The doors as the program gets them: the real ones, or one with a bug in it. Owns what it puts in between.
class Simulation::Planted {
 public:
  /// `is_mixed_up`: whether what the scenario says has been mixed up is so now.
  Planted(Bug bug, rig::Rig& rig, const Scenario& scenario, const bool& is_mixed_up)
      : bug_(bug), rig_(rig), scenario_(scenario), is_mixed_up_(is_mixed_up) {}

  /// What people write into the inventory.
  void change(Fleet& fleet, PlanOptions& options) const;
  /// What people approve …
  void approve(Plan& plan) const;
  /// … and what the program gets.
  void doctor(Plan& plan) const;

  Transport& transport(Transport& inner);
  RunStore& store(rig::MemoryRunStore& inner);
  LedgerStore& ledger(rig::MemoryLedger& inner);
  /// What plans ask in the ledger's place; null for the ledger.
  LedgerStore* asked(rig::MemoryLedger& inner);
  Workers& workers(Workers& inner);
  /// Where several processes share a database: its memory is what a bug may look at behind its back.
  RunStore& shared_store(RunStore& inner, rig::MemoryLedger& memory);
  LedgerStore& shared_ledger(LedgerStore& inner, rig::MemoryLedger& memory);
  /// Whether chance is left to the machine.
  bool by_chance() const { return bug_ == Bug::bytes_by_chance; }

 private:
  const Bug bug_;
  rig::Rig& rig_;
  const Scenario& scenario_;
  const bool& is_mixed_up_;
  bool registered_ = false;                  ///< A registration has left, in whichever process.
  std::map<std::string, HttpReply> sights_;  ///< Of all workers.
  // What stands between; several processes may be under way at the same time.
  std::vector<std::unique_ptr<Transport>> transports_;
  std::vector<std::unique_ptr<RunStore>> stores_;
  std::vector<std::unique_ptr<LedgerStore>> ledgers_;
  std::vector<std::unique_ptr<Workers>> workers_;
};

}  // namespace wamigrate::simulation
