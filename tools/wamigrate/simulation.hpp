// A simulated vendor for an inventory: the world its numbers live in, and the inventory that leads there.
#pragma once

#include <memory>

#include "model/number.hpp"
#include "ports/clock.hpp"
#include "ports/evidence.hpp"
#include "ports/secrets.hpp"
#include "sim/faults.hpp"
#include "sim/server.hpp"
#include "sim/world.hpp"

namespace wamigrate::cli {

/// Makes up every secret from its reference, the same each time: a rehearsal needs no real ones.
std::unique_ptr<SecretSource> made_up_secrets();

/// Builds the world of a fleet, all numbers at home as `home` says, knowing the secrets that `secrets` gives.
/// `speed`: everything takes that many times less than in reality. `overlay`: planted situations, JSON, or empty.
Result<std::unique_ptr<sim::World>> world_of(const Fleet& fleet, sim::ServedBy home, SecretSource& secrets, int speed,
                                             const std::string& overlay, Clock& clock);

/// What webhooks say in that world, whatever place is asked about: a rehearsal needs no real ones either.
std::unique_ptr<EvidenceSource> evidence_in(sim::World& world);

/// The same fleet, led to the simulator: its URLs, durations of the policy divided by `speed`, ledger and seal key
/// in `state_dir`.
Fleet led_to(const sim::SimServer& server, Fleet fleet, int speed, const std::string& state_dir);

}  // namespace wamigrate::cli
