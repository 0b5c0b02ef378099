#include "steps/token.hpp"

#include "steps/reads.hpp"

namespace wamigrate {

TokenView read_token(api::GraphClient& graph) {
  TokenView view;
  view.asked = take(graph.debug_token(), [&view](const api::TokenFindings& findings) {
    view.valid = findings.is_valid;
    view.type = findings.type;
    view.app_id = findings.app_id;
    view.application = findings.application;
    view.issued = findings.issued_at;
    view.expires = findings.expires_at;
    if (findings.data_access_expires_at && (!view.expires || *findings.data_access_expires_at < *view.expires)) {
      view.expires = findings.data_access_expires_at;
    }
    view.scopes = findings.scopes;
    view.granular = findings.granular;
  });
  return view;
}

}  // namespace wamigrate
