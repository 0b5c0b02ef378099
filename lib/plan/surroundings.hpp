// Surroundings: what a plan keeps of an observation beyond home and facts. They decide nothing. They let a plan say
// what the software around a number will notice of the move, and which containers it leaves behind, without asking
// again.
#pragma once

#include <optional>
#include <string>

#include "base/json_writer.hpp"
#include "base/result.hpp"
#include "model/observation.hpp"

namespace wamigrate {

/// Of one number. What could not be read is none, or empty: never a guess.
struct Surroundings {
  std::string throughput = {};                     ///< Graph's level: "STANDARD", "HIGH".
  std::string client_version = {};                 ///< Of the on-premises client, as it spells it.
  std::optional<std::string> onprem_webhook = {};  ///< Host of the callback URL, for a path may be a secret;
                                                   ///< empty: none is set.
  std::optional<std::string> cloud_webhook = {};   ///< Host of the effective one.
  std::optional<bool> sent_statuses = {};          ///< On-premises reports the status `sent` too.
  std::optional<std::string> storage_region = {};  ///< Of Cloud's local storage; empty: it is not on.
  std::optional<int> templates = {};               ///< Of the WABA, whatever their status.
  int coreapps = 0;                                ///< On-premises nodes that answered, by role.
  int masters = 0;
  bool operator==(const Surroundings&) const = default;
};

Surroundings surroundings_of(const Observation& seen);

/// "hooks.example.com:8443" of "https://hooks.example.com:8443/path?token=x"; empty for an empty URL.
std::string host_of(const std::string& url);

void write_json(JsonWriter& out, const Surroundings& around);
/// Refuses unknown and missing members.
Result<Surroundings> surroundings_from_json(std::string_view json);

}  // namespace wamigrate
