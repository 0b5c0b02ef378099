// Exchanges: what both APIs have in common. A call says what would be sent, without credentials; an answer is the
// decoded reply or a failure that is honest about what the other side may have done.
#pragma once

#include <string>

#include "api/catalogue.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "ports/transport.hpp"

namespace wamigrate::api {

/// One request to one of the APIs, before credentials. Built by pure functions, so that a dry run can print what a
/// real run would send: there, secrets in the body are replaced by the names of their references.
struct Call {
  Side side = Side::graph;
  std::string method;
  std::string path;     ///< From the version (Graph) or /v1 (on-premises) on, with the query: "/106…/register".
  Secret query_secret;  ///< Only for debug_token, and an upload session's signature.
  Secret body;          ///< JSON unless `content_type` says otherwise; or empty.
  std::string content_type = "application/json";
  std::vector<Header> headers{};
  /// The member of the reply that proves a changing call to Graph to have been carried out; "success" must be true.
  std::string_view proven_by = "success";
  /// How Graph is shown the token: `Bearer`, but `OAuth` where a file's bytes are uploaded.
  std::string_view scheme = "Bearer";
  bool changing = false;
  bool slow = false;  ///< May take as long as a registration: policy.register_timeout applies.
};

/// Why there is no decoded answer.
struct Failure {
  enum class How {
    refused,    ///< A complete error reply: the request was not carried out, as far as the other side says.
    ambiguous,  ///< It may or may not have been carried out: time-out, dropped, 5xx, garbled or short reply.
    not_sent,   ///< It certainly was not carried out: nothing reached the other side.
  };
  How how = How::ambiguous;
  int http_status = 0;
  std::string code;  ///< Graph's or on-premises' code as text; "" when there was none.
  std::string subcode;
  std::string details;  ///< error_data.details, errors[].details or the transport's reason; one line, no secrets.
  std::string fbtrace_id;
  Millis regain_after{0};  ///< From the usage headers or `details`, when they say how long to wait; else 0.
  const CatalogueEntry* entry = nullptr;  ///< Never null: unknown codes have the entry "unknown".
};

template <class T>
using Answer = tl::expected<T, Failure>;

/// One line for events: `HTTP 400, code 133005 (two-step PIN mismatch): …`.
std::string to_text(const Failure& failure);

/// Time-outs of calls: request_timeout and register_timeout of the policy.
struct Timeouts {
  Millis request{15'000};
  Millis slow{60'000};
};

}  // namespace wamigrate::api
