// Failures: how an exchange that brought no answer becomes a Failure, for both APIs alike. Here it is decided whether
// the other side may have done what it was asked, and here alone the words of a server are made fit to be shown:
// servers echo tokens and PINs in their error texts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/exchange.hpp"

namespace wamigrate::api {

/// An exchange, as far as a failure must know it. Valid while `request` is.
struct Exchange {
  Side side;
  std::string_view on;  ///< As for look_up().
  const HttpRequest& request;
};

/// An error as a server described it, in either API's envelope, not yet clean.
struct ErrorReply {
  std::string code, subcode;
  std::string details;  ///< What a person should read.
  std::string wording;  ///< Everything it said, for the catalogue's detail entries.
  std::string fbtrace_id;
  Millis regain_after{0};
};

/// No complete reply came.
Failure no_reply(const Exchange& exchange, const TransportFailure& failure);

/// A complete error reply. Ambiguous when its code is of the class `down`, as for a 5xx without a known code.
Failure error_reply(const Exchange& exchange, const HttpReply& reply, const ErrorReply& error);

/// A reply in which neither an answer nor an error can be read. Refused when its status alone says so (401, 403, 404,
/// 405, 429; for reads any 4xx), ambiguous else.
Failure unreadable(const Exchange& exchange, const HttpReply& reply, std::string_view why);

/// A successful reply without the part that was asked for.
Failure incomplete(Side side);

/// Seconds in the Retry-After header, a week at most; 0 for a date or none.
Millis retry_after(const HttpReply& reply);

/// `text` without any secret that went out with `request`, on one line of at most 300 bytes, without control
/// characters. A secret's first eight characters are enough to be taken for it: servers cut what they echo.
std::string cleaned(std::string_view text, const HttpRequest& request);

/// The reply's value, or a failure where `decode` finds the reply incomplete.
template <class T>
Answer<T> decoded(Answer<Json> reply, std::optional<T> (*decode)(const Json&), Side side) {
  if (!reply) return tl::make_unexpected(std::move(reply).error());
  if (std::optional<T> value = decode(*reply)) return *std::move(value);
  return tl::make_unexpected(incomplete(side));
}

}  // namespace wamigrate::api
