// On-premises: what the nodes say of themselves, statistics, and the little of messaging that a tool may probe.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/onprem_call.hpp"

namespace wamigrate::sim {
namespace {

/// Which nodes hold a connection when all is well: in high availability one Coreapp; with shards as many Coreapps, and
/// the primary master.
bool is_active(const Deployment& deployment, const Node& node, int& coreapps_left) {
  if (deployment.mode == Mode::single) return true;
  if (node.role == "primary_master") return deployment.mode == Mode::multiconnect;
  return node.role == "coreapp" && coreapps_left-- > 0;
}

Gateway gateway_of_node(const Node& node, bool active, Gateway client, bool flapping) {
  if (node.says) return *node.says;
  Gateway gateway = client;
  const bool depends = client == Gateway::connected || client == Gateway::connecting;
  if (depends && !active) gateway = Gateway::disconnected;
  if (!flapping) return gateway;
  return gateway == Gateway::connected ? Gateway::disconnected : Gateway::connected;
}

Json node_health(const OnpremCall& call, const Node& node, bool active) {
  const Gateway client = gateway_of(call.state, call.deployment, call.at);
  if (node.failing || client == Gateway::not_running) {
    return {{"errors", Json::array({Json{{"code", 1014},
                                         {"title", "Internal error"},
                                         {"details", "Connection timed out. Please check if wacore is running"}}})}};
  }
  Json health{{"gateway_status", name(gateway_of_node(node, active, client, call.request.flapping))}};
  if (!node.role.empty()) health["role"] = node.role;
  return health;
}

Json expiry_of(const OnpremCall& call, const Node& node) {
  const Time expires = node.expires.value_or(call.deployment.expires);
  if (!call.state.dialect.expiry_as_text) {
    return std::chrono::floor<std::chrono::seconds>(expires.time_since_epoch()).count();
  }
  const std::string iso = to_iso(expires);
  return iso.substr(0, 10) + " " + iso.substr(11, 8) + "+00:00";
}

Json support_of(const OnpremCall& call, const Node& node) {
  const Gateway client = gateway_of(call.state, call.deployment, call.at);
  const bool registered = client != Gateway::unregistered && call.number != nullptr;
  Json shards = Json::array({Json::array({-1, -1})});
  for (int shard = 0; shard < call.deployment.shards; ++shard) shards.push_back(Json::array({shard, shard}));
  return {{"context", "wacore"},
          {"debug_info", registered ? call.number->digits() : std::string("unregistered")},
          {"db_engine", "MYSQL"},
          {"description", node.key},
          {"expire_timestamp", expiry_of(call, node)},
          {"multi_connect", call.deployment.mode == Mode::multiconnect},
          {"role", node.role.ends_with("master") ? "MASTER" : "COREAPP"},
          {"shards", shards},
          {"socket_conn", client == Gateway::connected ? "UP" : "DN"}};
}

/// With shards each label has its share of the queue: only the sum says anything.
Json queue_gauge(const Deployment& deployment, Time now) {
  const long long length = queue_length(deployment, now);
  Json data = Json::array({Json{{"value", length - length / 10}}});
  if (deployment.shards > 1) {
    data.push_back({{"labels", {{"node", "2"}}}, {"value", length / 10}});
  } else {
    data[0]["value"] = length;
  }
  return {{"data", data}, {"help", "Callbacks waiting"}, {"type", "gauge"}};
}

Json requests_counter() {
  Json data = Json::array({Json{{"labels", {{"status", "200"}}}, {"value", 7}}});
  return {{"data", data}, {"type", "counter"}};
}

}  // namespace

OnpremAnswer get_health(OnpremCall& call) {
  const Deployment& deployment = call.deployment;
  if (deployment.mode == Mode::single) {
    return OnpremReply{.body = {{"health", node_health(call, deployment.nodes.front(), true)}}};
  }
  int coreapps_left = deployment.mode == Mode::multiconnect ? deployment.shards : 1;
  Json nodes = Json::object();
  for (const Node& node : deployment.nodes) {
    nodes[node.key] = node_health(call, node, is_active(deployment, node, coreapps_left));
  }
  return OnpremReply{.body = {{"health", nodes}}};
}

OnpremAnswer get_support(OnpremCall& call) {
  if (call.deployment.mode != Mode::multiconnect) {
    return OnpremReply{.body = {{"support", support_of(call, call.deployment.nodes.front())}}};
  }
  Json nodes = Json::object();
  for (const Node& node : call.deployment.nodes) nodes[node.key] = support_of(call, node);
  return OnpremReply{.body = {{"support", nodes}}};
}

OnpremAnswer get_stats(OnpremCall& call) {
  const Json app{{"callback_queue_size", queue_gauge(call.deployment, call.at)},
                 {"callback_requests", requests_counter()}};
  return OnpremReply{.body = {{"stats", {{"app", app}}}}};
}

}  // namespace wamigrate::sim
