#include "measure/sending_probe.hpp"

#include <algorithm>
#include <charconv>

namespace wamigrate {

namespace {

/// Why a side that was asked has not said that it can send: a code, an HTTP status, or neither (no answer at all).
SendingProbe refusal(std::string side, const Asked& asked, std::string why) {
  SendingProbe probe{std::move(side), false, {}, 0, std::move(why)};
  const std::string& code = *asked.code;
  const std::string_view status = "http ";
  if (code.starts_with(status)) {
    std::from_chars(code.data() + status.size(), code.data() + code.size(), probe.http);
    if (probe.http < 100 || probe.http > 999) probe.http = 0;
  } else {
    probe.code = code;
  }
  return probe;
}

std::optional<SendingProbe> cloud_probe(const GraphView& graph) {
  if (!graph.asked.answered()) return refusal("cloud", graph.asked, "Graph can't be asked");
  if (!graph.health_asked.answered()) return refusal("cloud", graph.health_asked, "health_status can't be asked");
  const std::string& said = graph.can_send_message;
  if (said == "AVAILABLE" || said == "LIMITED") return SendingProbe{"cloud", true, {}, 0, "health_status: " + said};
  if (said != "BLOCKED") return std::nullopt;  // nothing, or a word that is not known: it has not said that it can
  // A code says whose fault it is; without one it is in no list, and told as such.
  const std::string code = graph.health_codes.empty() ? "BLOCKED" : graph.health_codes.front();
  return SendingProbe{"cloud", false, code, 0, "health_status: BLOCKED"};
}

SendingProbe client_probe(const OnpremView& onprem) {
  if (!onprem.health.answered()) return refusal("onprem", onprem.health, "the client can't be asked");
  for (const OnpremNode& node : onprem.nodes) {
    if (node.status == "connected") return {"onprem", true, {}, 0, "a Coreapp is connected"};
  }
  // An error of a node has a code; a gateway that is merely not connected has none: WhatsApp was not reached.
  const auto faulty =
      std::find_if(onprem.nodes.begin(), onprem.nodes.end(), [](const OnpremNode& node) { return !node.code.empty(); });
  return {"onprem", false, faulty == onprem.nodes.end() ? "" : faulty->code, 0, "no Coreapp is connected"};
}

}  // namespace

std::optional<SendingProbe> sending_probe_of(const Number& number, const Observation& seen, Home last) {
  const bool on_cloud = seen.graph.platform_type == "CLOUD_API";
  if (is_registered_onprem(seen.onprem)) {
    if (on_cloud) return std::nullopt;  // both claim it
    return client_probe(seen.onprem);
  }
  if (!seen.graph.asked.answered()) {
    if (last == Home::cloud) return cloud_probe(seen.graph);
    if (last == Home::onprem) return client_probe(seen.onprem);
    return std::nullopt;
  }
  if (on_cloud) return cloud_probe(seen.graph);
  // Graph goes on saying ON_PREMISE of a number whose client is gone: only where one should be, its absence counts.
  const bool expected = seen.graph.platform_type == "ON_PREMISE" && !number.deployment.gone;
  if (expected && seen.graph.is_on_biz_app != true) return client_probe(seen.onprem);
  return std::nullopt;
}

Home last_home_in(std::string_view line) {
  const auto json = parse_json(line);
  const std::string side = json && json->is_object() ? text_at(*json, "side") : "";
  return side == "cloud" ? Home::cloud : side == "onprem" ? Home::onprem : Home::unknown;
}

std::string attempt_line(Time at, const SendingProbe& probe) {
  Json line{
      {"at", to_iso(at)}, {"doing", "send"}, {"side", probe.side}, {"outcome", probe.possible ? "ok" : "refused"}};
  if (!probe.possible && !probe.code.empty()) line["code"] = probe.code;
  if (!probe.possible && probe.code.empty() && probe.http != 0) line["http"] = probe.http;
  return to_compact(line) + "\n";
}

}  // namespace wamigrate
