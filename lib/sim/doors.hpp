// The two doors: Graph and On-Premises. Each takes one request, changes the state at a given moment and gives one
// reply. They spell every path and body themselves, from the vendor's reference pages, and share nothing with the
// clients of the same APIs: a mistake made once is then seen, not confirmed.
#pragma once

#include <string>

#include "sim/http.hpp"
#include "sim/state.hpp"

namespace wamigrate::sim {

/// What a request is about, before anyone answers it. Faults and the log go by this.
struct Subject {
  Side side = Side::graph;
  /// Graph: node, phone_numbers, waba, register, deregister, request_code, verify_code, set_pin, set_webhook,
  /// set_number, subscribed_apps, subscribe, unsubscribe, profile, set_profile, compliance, set_compliance,
  /// open_upload, upload, picture_data, settings, set_settings, templates, debug_token, messages. On-premises: login,
  /// logout, account, account_verify, shards, set_shards, application, set_application, reset_application, two_step,
  /// two_step_off, backup, restore, business_profile, set_business_profile, about, set_about, picture, set_picture,
  /// onprem_compliance, set_onprem_compliance, health, support, stats, contacts, onprem_messages. "unknown" for what
  /// neither has.
  std::string kind = "unknown";
  std::string phone{};  ///< Empty where it concerns no single number.
};

Subject graph_subject(State& state, const DoorRequest& request);
Subject onprem_subject(State& state, const DoorRequest& request);
Subject subject_of(State& state, Side side, const DoorRequest& request);

/// Answers, changes the state and writes one line of the log. `late` marks that line.
DoorReply answer_graph(State& state, const DoorRequest& request, Time at, bool late = false);
DoorReply answer_onprem(State& state, const DoorRequest& request, Time at, bool late = false);
/// The one of the two that `side` names.
DoorReply answer(State& state, Side side, const DoorRequest& request, Time at, bool late = false);

/// The reply of a side that carries nothing out, in that side's words. Nothing changes, nothing is logged.
DoorReply refused_by(State& state, Side side, const DoorRequest& request, const Refusal& refusal);
/// The same for a limit that is reached, with the headers that say how long: usage in whole minutes, Retry-After.
DoorReply throttled_by(State& state, Side side, const DoorRequest& request, const Refusal& refusal, Millis wait);

/// All kinds there are, for documentation and for loops over them; `changing` only those that can change something.
std::vector<std::string> request_kinds(Side side, bool changing);

}  // namespace wamigrate::sim
