// A discovery for people, for scripts, and as the two files it is made for: the inventory, and the mapping that other
// systems need.
#pragma once

#include <string>

#include "base/json.hpp"
#include "plan/discovery.hpp"

namespace wamigrate {

/// What differs and what is missing, with fixes, then what was found.
std::string discovery_text(const Discovery& discovery, bool colour);

/// `{"whole", "numbers": [{"phone", "phone_number_id", "waba_id", "deployment", "url", "gone", "onprem_number",
/// "graph_number", "verified_name", "platform_type", "status", "complete", "missing"}], "remarks": [{"kind", "id",
/// "phone", "deployment", "message", "fix"}]}`
Json discovery_json(const Discovery& discovery);

/// An inventory of what is complete, as YAML that `check` reads; what is not stands in it as comments. Secrets are
/// references; paths are as given: relative ones must lead somewhere from where the text will stand.
std::string discovery_inventory(const Discovery& discovery);

/// Old deployment, ids, and the number in both spellings; only what has both sides. RFC 4180, with a header.
std::string mapping_csv(const Discovery& discovery);
Json mapping_json(const Discovery& discovery);

}  // namespace wamigrate
