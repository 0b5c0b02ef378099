// The home table, row by row. What is not in the table is unknown.
#include "model/home.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/spelling.hpp"

namespace wamigrate {
namespace {

// What the on-premises side amounts to, all nodes together.
enum class Client {
  connected,    // as its mode asks
  partly,       // serves, or tries to: some shards missing, connecting, 1017/1018
  off,          // every node answered disconnected or unregistered
  unreachable,  // no answer, or only that the Coreapp is not running
  unsaid,       // not asked, or refused to say
};

bool is_coreapp(const OnpremNode& node) { return node.role.empty() || node.role == "coreapp"; }
// "Service not ready" and "check if wacore is running": the Webapp answers for a Coreapp that does not.
bool is_not_running(const std::string& code) { return code == "1011" || code == "1014"; }

Client client_state(const Number& number, const OnpremView& onprem) {
  if (onprem.health.how == Asked::How::unreachable) return Client::unreachable;
  if (onprem.health.how == Asked::How::refused) {
    return is_not_running(onprem.health.code) ? Client::unreachable : Client::unsaid;
  }
  if (!onprem.health.answered() || onprem.nodes.empty()) return Client::unsaid;

  int connected = 0, masters = 0, trying = 0, silent = 0;
  for (const OnpremNode& node : onprem.nodes) {
    if (node.status == "connected") {
      ++(is_coreapp(node) ? connected : masters);
    } else if (node.status == "disconnected" || node.status == "unregistered") {
      continue;
    } else if (node.status == "error" && is_not_running(node.code)) {
      ++silent;
    } else {
      ++trying;
    }
  }
  if (connected == number.deployment.shards && trying == 0 && silent == 0) return Client::connected;
  // A master that is connected serves the control shard. A spare Coreapp of a highly available client is disconnected
  // by design; one that is not running is not.
  if (connected > 0 || masters > 0 || trying > 0) return Client::partly;
  return silent > 0 ? Client::unreachable : Client::off;
}

// A client that is up, but not as its mode asks.
std::string describe_coreapps(const Number& number, const OnpremView& onprem) {
  const auto connected = std::count_if(onprem.nodes.begin(), onprem.nodes.end(), [](const OnpremNode& node) {
    return is_coreapp(node) && node.status == "connected";
  });
  const int shards = number.deployment.shards;
  return fmt::format("; {} of {} Coreapp{} connected", connected, shards, shards == 1 ? "" : "s");
}

std::string describe_nodes(const OnpremView& onprem) {
  switch (onprem.health.how) {
    case Asked::How::not_asked:
      return "on-premises was not asked";
    case Asked::How::unreachable:
      return "on-premises can't be reached (" + onprem.health.detail + ")";
    case Asked::How::refused:
      return "on-premises refuses to say (" + onprem.health.detail + ")";
    case Asked::How::answered:
      break;
  }
  std::map<std::string, int> by_status;
  for (const OnpremNode& node : onprem.nodes) {
    ++by_status[node.code.empty() ? node.status : node.status + " " + node.code];
  }
  std::string text = "on-premises: ";
  bool first = true;
  for (const auto& [status, count] : by_status) {
    text += fmt::format("{}{} node{} {}", first ? "" : ", ", count, count == 1 ? "" : "s", status);
    first = false;
  }
  return by_status.empty() ? text + "no node answered" : text;
}

}  // namespace

bool is_registered_onprem(const OnpremView& onprem) {
  return onprem.health.answered() && std::any_of(onprem.nodes.begin(), onprem.nodes.end(),
                                                 [](const OnpremNode& node) { return node.status == "connected"; });
}

std::string_view name(Home home) {
  switch (home) {
    case Home::onprem:
      return "onprem";
    case Home::cloud:
      return "cloud";
    case Home::nowhere:
      return "nowhere";
    case Home::app:
      return "app";
    case Home::unknown:
      break;
  }
  return "unknown";
}

std::optional<Home> home_from(std::string_view text) {
  for (Home home : {Home::onprem, Home::cloud, Home::nowhere, Home::app, Home::unknown}) {
    if (name(home) == text) return home;
  }
  return std::nullopt;
}

Home new_home(Direction direction) { return direction == Direction::to_cloud ? Home::cloud : Home::onprem; }

Home old_home(Direction direction) { return direction == Direction::to_cloud ? Home::onprem : Home::cloud; }

Fact fact_of(Home home) {
  return home == Home::onprem  ? Fact::onprem_is_home
         : home == Home::cloud ? Fact::cloud_is_home
                               : Fact::nowhere_is_home;
}

HomeFinding find_home(const Number& number, const Observation& seen) {
  const GraphView& graph = seen.graph;
  HomeFinding finding;
  if (!graph.asked.answered()) {
    finding.why = "Graph can't be asked (" + graph.asked.detail + "); " + describe_nodes(seen.onprem);
    return finding;
  }
  finding.why = fmt::format("Graph says {}, {}; {}", graph.platform_type.empty() ? "no platform" : graph.platform_type,
                            graph.status.empty() ? "no status" : graph.status, describe_nodes(seen.onprem));
  auto settle = [&finding](Home home) {
    finding.home = finding.after_patience = home;
    finding.settled = true;
    return finding;
  };
  auto unsettled = [&finding](Home after_patience) {
    finding.after_patience = after_patience;
    return finding;
  };

  if (graph.is_on_biz_app.value_or(false)) return settle(Home::app);

  const Client client = client_state(number, seen.onprem);
  // One that is declared gone and refuses to say is there all the same.
  const bool refuses = seen.onprem.health.how == Asked::How::refused && client == Client::unsaid;
  const bool gone = number.deployment.gone && client != Client::connected && client != Client::partly && !refuses;
  const bool silent = gone || client == Client::off || client == Client::unreachable;

  if (graph.platform_type == "CLOUD_API") {
    if (!silent) {
      if (client == Client::connected) finding.why += "; both claim the number";
      return unsettled(Home::unknown);
    }
    if (graph.status == "CONNECTED") return settle(Home::cloud);
    // Meta's OpenAPI file (v23.0) has a second list of statuses. LINKED may mean that Cloud serves the number, or only
    // that it belongs to its account.
    return unsettled(graph.status == "LINKED" ? Home::unknown : Home::nowhere);
  }
  if (graph.platform_type == "NOT_APPLICABLE") {
    if (client == Client::connected || client == Client::partly) {
      finding.why += "; on-premises serves what Graph says nobody serves";
      return unsettled(Home::unknown);
    }
    if (client == Client::off || gone) return settle(Home::nowhere);
    return unsettled(client == Client::unreachable ? Home::nowhere : Home::unknown);
  }
  if (graph.platform_type == "ON_PREMISE") {
    switch (client) {
      case Client::connected:
      case Client::partly:
        if (!seen.onprem.settings.answered()) {
          finding.why += "; which number it serves can't be read";
          return unsettled(Home::unknown);
        }
        if (!same_number(number.phone, seen.onprem.wa_id)) {
          finding.why += "; but it serves " + (seen.onprem.wa_id.empty() ? "no number" : "+" + seen.onprem.wa_id);
          return unsettled(Home::unknown);
        }
        finding.degraded = client == Client::partly;
        if (finding.degraded) finding.why += describe_coreapps(number, seen.onprem);
        return settle(Home::onprem);
      case Client::off:
        return unsettled(Home::nowhere);
      case Client::unreachable:
      case Client::unsaid:
        return gone ? settle(Home::nowhere) : unsettled(Home::unknown);
    }
  }
  return unsettled(Home::unknown);
}

std::string identity_conflict(const Number& number, const Observation& seen) {
  std::string conflict;
  auto add = [&conflict](const std::string& text) { conflict += (conflict.empty() ? "" : "; ") + text; };
  if (seen.graph.asked.answered() && !seen.graph.display_phone_number.empty() &&
      !same_number(number.phone, seen.graph.display_phone_number)) {
    add(fmt::format("phone_number_id {} is {} on Graph, not {}", number.phone_number_id,
                    seen.graph.display_phone_number, number.phone.e164));
  }
  if (seen.waba_asked.answered() && !seen.in_waba) {
    add(fmt::format("WABA {} has no phone number with id {}", number.waba_id, number.phone_number_id));
  }
  if (is_registered_onprem(seen.onprem) && seen.onprem.settings.answered() && !seen.onprem.wa_id.empty() &&
      !same_number(number.phone, seen.onprem.wa_id)) {
    add(fmt::format("deployment {} serves +{}, not {}", number.deployment.name, seen.onprem.wa_id, number.phone.e164));
  }
  return conflict;
}

std::optional<Spellings> spelled_differently(const Number& number, const Observation& seen) {
  if (!seen.graph.asked.answered() || seen.graph.display_phone_number.empty()) return std::nullopt;
  Spellings spellings{seen.graph.display_phone_number, ""};
  if (is_registered_onprem(seen.onprem) && seen.onprem.settings.answered()) spellings.onprem = seen.onprem.wa_id;
  const std::string declared = number.phone.digits();
  const bool same =
      digits_of(spellings.graph) == declared && (spellings.onprem.empty() || digits_of(spellings.onprem) == declared);
  const bool one = same_number(number.phone, spellings.graph) &&
                   (spellings.onprem.empty() || same_number(number.phone, spellings.onprem));
  if (same || !one) return std::nullopt;
  return spellings;
}

bool identity_known(const Observation& seen) {
  const bool graph = seen.graph.asked.answered() && !seen.graph.display_phone_number.empty();
  const bool onprem =
      !is_registered_onprem(seen.onprem) || (seen.onprem.settings.answered() && !seen.onprem.wa_id.empty());
  return graph && seen.waba_asked.answered() && onprem;
}

bool onprem_is_silent(const Deployment& deployment, const Observation& seen) {
  Number number;
  number.deployment = deployment;
  const Client client = client_state(number, seen.onprem);
  return client == Client::off || client == Client::unreachable || (deployment.gone && client == Client::unsaid);
}

}  // namespace wamigrate
