// Delivery: one request with its faults, from the client's side of the wire to the world and back. The in-process
// transport and the server both go through here, so a fault means the same in both.
#pragma once

#include <functional>
#include <optional>

#include "sim/faults.hpp"
#include "sim/http.hpp"
#include "sim/world.hpp"

namespace wamigrate::sim {

/// What the client gets to see.
enum class Manner { whole, silence, dropped, unreachable, half, huge };

struct Delivery {
  Manner manner = Manner::whole;
  DoorReply reply{};  ///< For whole and half.
  /// Set for a late effect: `carry_out_late` must be told when the client has stopped waiting.
  std::optional<DoorRequest> held{};
  Millis delay{0};
};

/// Hands `request` to the side's door, unless `faults` (null for none) has something in store for it.
Delivery deliver(World& world, Faults* faults, Side side, const DoorRequest& request);

/// Told of each exchange that no fault has touched, from the thread that carries it.
using ExchangeListener = std::function<void(Side, const DoorRequest&, const DoorReply&)>;
/// For who checks that nothing is simulated which no document describes. One listener for all worlds of the process; to
/// be set before anything is sent.
void listen_to_exchanges(ExchangeListener listener);

/// The held request takes effect `delay` after `gave_up`.
void carry_out_late(World& world, Side side, const Delivery& delivery, Time gave_up);

}  // namespace wamigrate::sim
