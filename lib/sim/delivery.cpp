// What a fault does to a request, and what is left of the reply.
#include "sim/delivery.hpp"

#include "sim/registration.hpp"

namespace wamigrate::sim {
namespace {

/// Why a fault's own answer is a refusal; for actions that answer.
Refusal refusal_of(const FaultRule& rule, Side side) {
  const bool graph = side == Side::graph;
  Refusal refusal{rule.code, rule.details, rule.subcode, rule.http};
  if (rule.action == Action::down) {
    if (refusal.code == 0) refusal.code = graph ? 2 : 1011;
    if (refusal.http == 0) refusal.http = 503;
    if (refusal.details.empty() && !graph) refusal.details = "The service is starting";
  }
  if (rule.action == Action::throttled && refusal.code == 0) refusal.code = graph ? 80007 : 1015;
  return refusal;
}

bool answers(Action action) {
  return action == Action::down || action == Action::throttled || action == Action::refuse;
}

bool arrives(Action action) {
  return action != Action::lost && action != Action::unreachable && action != Action::reset;
}

Manner manner_of(Action action) {
  switch (action) {
    case Action::lost:
    case Action::silence:
    case Action::reply_lost:
    case Action::late:
      return Manner::silence;
    case Action::unreachable:
      return Manner::unreachable;
    case Action::reset:
    case Action::reply_dropped:
      return Manner::dropped;
    case Action::half:
      return Manner::half;
    case Action::huge:
      return Manner::huge;
    default:
      return Manner::whole;
  }
}

void spoil(DoorReply& reply, Action action) {
  // Half of nothing would be whole.
  if (action == Action::half && reply.body.empty()) reply.body = R"({"success":true})";
  if (action == Action::garbage) {
    reply.headers = {{"Content-Type", "application/json"}};
    reply.status = 200;
    reply.body = "\x1f\x8b\x08{\"success\": tru";
  }
  if (action == Action::html) {
    reply.headers = {{"Content-Type", "text/html"}};
    reply.status = 502;
    reply.body = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
  }
}

void expire_tokens(State& state, Side side, const DoorRequest& request, Time at) {
  if (side == Side::onprem) {
    if (Deployment* deployment = state.deployment(request.deployment)) deployment->tokens.clear();
    return;
  }
  const std::string token = request.authorization.substr(request.authorization.find(' ') + 1);
  const auto found = state.tokens.find(token);
  if (found != state.tokens.end()) found->second.expires = at;
}

/// A refusal by the endpoint itself is an attempt like any other.
void count_attempt(State& state, const Subject& subject, Time at) {
  WorldNumber* number = state.number(subject.phone);
  if (number == nullptr || !state.dialect.refused_attempts_count) return;
  if (subject.kind == "register") spend(number->registers, at);
  if (subject.kind == "deregister") spend(number->deregisters, at);
}

void log_fault(State& state, const Subject& subject, const FaultRule& rule, Time at, int status) {
  state.log.push_back({.at = at,
                       .side = subject.side,
                       .phone = subject.phone,
                       .kind = subject.kind,
                       .arrived = arrives(rule.action) && rule.carried_out() != Effect::late,
                       .status = status,
                       .result = std::string(name(rule.action))});
}

DoorReply planted_reply(State& state, const FaultRule& rule, Side side, const DoorRequest& request) {
  const Refusal refusal = refusal_of(rule, side);
  if (rule.action == Action::throttled) return throttled_by(state, side, request, refusal, rule.delay);
  return refused_by(state, side, request, refusal);
}

/// What a fault makes of a request that is carried out at once.
Delivery deliver_spoilt(State& state, const FaultRule& rule, Side side, DoorRequest request, Time at) {
  if (rule.action == Action::expire_token) expire_tokens(state, side, request, at);
  request.flapping = rule.action == Action::flap;
  Delivery delivery{.manner = manner_of(rule.action), .reply = answer(state, side, request, at)};
  state.log.back().result += ", but " + std::string(name(rule.action));
  if (answers(rule.action)) delivery.reply = planted_reply(state, rule, side, request);
  spoil(delivery.reply, rule.action);
  return delivery;
}

Delivery deliver_unserved(State& state, const FaultRule& rule, const Subject& subject, const DoorRequest& request,
                          Time at) {
  Delivery delivery{.manner = manner_of(rule.action)};
  if (answers(rule.action)) {
    if (rule.action == Action::refuse) count_attempt(state, subject, at);
    delivery.reply = planted_reply(state, rule, subject.side, request);
  }
  spoil(delivery.reply, rule.action);
  if (rule.carried_out() == Effect::late) {
    delivery.held = request;
    delivery.delay = rule.delay;
  }
  log_fault(state, subject, rule, at, delivery.manner == Manner::whole ? delivery.reply.status : 0);
  return delivery;
}

/// What the host's own clock says, as every HTTP server with a clock does.
void add_date(const State& state, Side side, const std::string& deployment, Time at, DoorReply& reply) {
  const auto found = state.deployments.find(deployment);
  const Millis ahead = side == Side::graph                ? state.graph_clock_ahead
                       : found != state.deployments.end() ? found->second.clock_ahead
                                                          : Millis(0);
  reply.headers.push_back({"Date", to_http_date(at + ahead)});
}

ExchangeListener& listener() {
  static ExchangeListener one;
  return one;
}

bool is_unreachable(State& state, Side side, const DoorRequest& request, Time at) {
  if (side == Side::graph) return false;
  const Deployment* deployment = state.deployment(request.deployment);
  return deployment == nullptr || gateway_of(state, *deployment, at) == Gateway::unreachable;
}

}  // namespace

Delivery deliver(World& world, Faults* faults, Side side, const DoorRequest& request) {
  auto held = world.hold();
  State& state = *held;
  const Time at = world.now();
  const Subject subject = subject_of(state, side, request);
  const FaultRule nobody_there{.action = Action::unreachable};
  if (is_unreachable(state, side, request, at)) return deliver_unserved(state, nobody_there, subject, request, at);
  const auto rule = faults != nullptr ? faults->meet(subject) : std::nullopt;
  Delivery delivery;
  if (!rule) {
    delivery.reply = answer(state, side, request, at);
    if (listener()) listener()(side, request, delivery.reply);
  } else if (rule->carried_out() == Effect::now) {
    delivery = deliver_spoilt(state, *rule, side, request, at);
  } else {
    delivery = deliver_unserved(state, *rule, subject, request, at);
  }
  add_date(state, side, request.deployment, at, delivery.reply);
  delivery.reply.takes += state.timing.latency;
  return delivery;
}

void listen_to_exchanges(ExchangeListener told) { listener() = std::move(told); }

void carry_out_late(World& world, Side side, const Delivery& delivery, Time gave_up) {
  if (!delivery.held) return;
  world.later(gave_up + delivery.delay, [side, request = *delivery.held](State& state, Time at) {
    if (!is_unreachable(state, side, request, at)) answer(state, side, request, at, true);
  });
}

}  // namespace wamigrate::sim
