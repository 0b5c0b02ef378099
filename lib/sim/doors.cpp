// The two doors by side, for what treats both alike.
#include "sim/doors.hpp"

#include "sim/graph_call.hpp"
#include "sim/onprem_call.hpp"

namespace wamigrate::sim {

DoorReply answer(State& state, Side side, const DoorRequest& request, Time at, bool late) {
  return side == Side::graph ? answer_graph(state, request, at, late) : answer_onprem(state, request, at, late);
}

DoorReply refused_by(State& state, Side side, const DoorRequest& request, const Refusal& refusal) {
  return side == Side::graph ? graph_refusal(state, refusal) : onprem_refusal(state, request, refusal);
}

DoorReply throttled_by(State& state, Side side, const DoorRequest& request, const Refusal& refusal, Millis wait) {
  if (side == Side::graph) return graph_throttled(state, request, refusal, wait);
  DoorReply reply = onprem_refusal(state, request, refusal);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  reply.headers.push_back({"Retry-After", std::to_string(seconds)});
  return reply;
}

Subject subject_of(State& state, Side side, const DoorRequest& request) {
  return side == Side::graph ? graph_subject(state, request) : onprem_subject(state, request);
}

std::vector<std::string> request_kinds(Side side, bool changing) {
  std::vector<std::string> kinds;
  if (side == Side::graph) {
    for (const GraphRoute& route : graph_routes()) {
      if (!changing || route.changing) kinds.emplace_back(route.kind);
    }
    kinds.insert(kinds.end(), {"set_pin", "set_webhook"});
  } else {
    for (const OnpremRoute& route : onprem_routes()) {
      if (!changing || route.changing) kinds.emplace_back(route.kind);
    }
  }
  return kinds;
}

}  // namespace wamigrate::sim
