// The rules by which a number moves: what registering and deregistering do to both sides, what they cost, and when
// they are refused. The doors only translate to and from HTTP.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/state.hpp"

namespace wamigrate::sim {

/// How a number looks that has been served like this for long.
Phase settled_phase(ServedBy served_by, Time from);

/// The containers such a deployment is usually made of.
std::vector<Node> usual_nodes(const Deployment& deployment);
/// What the deployment's client is now, before any single node says something else.
Gateway gateway_of(State& state, const Deployment& deployment, Time at);
/// The containers started again, or shut down, by people or an orchestrator.
void start_client(State& state, Deployment& deployment, Time at);
void stop_client(State& state, Deployment& deployment, Time at);

/// Takes one from a ration, or refuses with 133016. The eleventh in 72 hours blocks the next 72.
std::optional<Refusal> spend(Ration& ration, Time at);

/// What became of a move.
struct Outcome {
  std::optional<Refusal> refusal{};
  std::string change{};  ///< In words, for the log; empty when nothing changed.
  Millis takes{0};
  bool code_sent = false;  ///< On-premises: not yet registered, a code is on its way.
};

struct RegisterOrder {
  std::string pin{};
  bool with_backup = false;
  std::string backup_password{};
  std::string backup_data{};
};

Outcome register_on_cloud(State& state, WorldNumber& number, const RegisterOrder& order, Time at);
Outcome deregister_from_cloud(State& state, WorldNumber& number, Time at);

struct AccountOrder {
  std::optional<std::string> pin{};
  std::string certificate{};
};

Outcome register_onprem(State& state, Deployment& deployment, WorldNumber& number, const AccountOrder& order, Time at);
/// The code for a registration that waits for one.
Outcome verify_onprem(State& state, Deployment& deployment, const std::string& code, Time at);

/// Looks at a PIN for a number that may have one: refused with 133005, 133008 or 133009.
std::optional<Refusal> check_pin(State& state, WorldNumber& number, const std::string& pin, Time at);

}  // namespace wamigrate::sim
