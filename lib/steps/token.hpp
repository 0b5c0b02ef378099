// The access token, as debug_token shows it: what preflight judges and `wamigrate token` prints.
#pragma once

#include "api/graph.hpp"
#include "model/observation.hpp"

namespace wamigrate {

/// Asks debug_token about the client's own token. The end of data access counts as its expiry where it comes first.
TokenView read_token(api::GraphClient& graph);

}  // namespace wamigrate
