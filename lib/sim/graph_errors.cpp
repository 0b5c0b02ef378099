// Graph's error envelope, and the HTTP status and title documented for each code.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "sim/graph_call.hpp"

namespace wamigrate::sim {
namespace {

struct Code {
  int code;
  int http;
  std::string_view title;
};

// Error reference of December 2025, the last with titles and statuses; 17, 102, 341, 803 from the Graph reference.
constexpr std::array codes{
    Code{0, 401, "AuthException"},
    Code{1, 400, "API Unknown"},
    Code{2, 503, "API Service"},
    Code{3, 500, "API Method"},
    Code{4, 400, "API Too Many Calls"},
    Code{10, 403, "Permission Denied"},
    Code{12, 400, "Deprecated for versions v21.0 or higher"},
    Code{17, 400, "User request limit reached"},
    Code{33, 400, "Parameter value is not valid"},
    Code{100, 400, "Invalid parameter"},
    Code{102, 401, "API Session"},
    Code{104, 400, "An access token is required to request this resource."},
    Code{190, 401, "Error validating access token"},
    Code{200, 403, "API Permission"},
    Code{341, 400, "Application limit reached"},
    Code{368, 403, "Temporarily blocked for policies violations"},
    Code{803, 404, "Some of the aliases you requested do not exist"},
    Code{80007, 400, "Rate limit issues"},
    Code{80008, 400, "There have been too many calls to this WhatsApp Business account"},
    Code{130429, 400, "Rate limit hit"},
    Code{131000, 500, "Something went wrong"},
    Code{131005, 403, "Access denied"},
    Code{131008, 400, "Required parameter is missing"},
    Code{131009, 400, "Parameter value is not valid"},
    Code{131016, 500, "Service unavailable"},
    Code{131021, 400, "Recipient cannot be sender"},
    Code{131031, 403, "Business Account locked"},
    Code{131045, 500, "Incorrect certificate"},
    Code{131056, 400, "(Business Account, Consumer Account) pair rate limit hit"},
    Code{131057, 500, "Account in maintenance mode"},
    Code{132000, 400, "Template Param Count Mismatch"},
    Code{132001, 404, "Template does not exist"},
    Code{133000, 500, "Incomplete deregistration"},
    Code{133001, 400, "Decryption Error"},
    Code{133002, 400, "Backup Blob Decryption Error"},
    Code{133003, 400, "Recovery Token Decryption Error"},
    Code{133004, 503, "Server Temporarily Unavailable"},
    Code{133005, 400, "Two step verification PIN Mismatch"},
    Code{133006, 400, "Phone number re-verification needed"},
    Code{133008, 400, "Too Many two step verification PIN Guesses"},
    Code{133009, 400, "Two step verification PIN Guessed Too Fast"},
    Code{133010, 400, "Phone number Not Registered"},
    Code{133015, 400, "Please wait a few minutes before attempting to register this phone number"},
    Code{133016, 400, "Account register deregister rate limit exceeded"},
    Code{136025, 400, "Verify code error"},
    Code{2494100, 400, "Phone number is in maintenance mode"},
};

bool is_throttling(int code) {
  constexpr std::array throttling{4, 17, 341, 80007, 80008, 130429, 131056, 133016};
  return std::find(throttling.begin(), throttling.end(), code) != throttling.end();
}

bool is_transient(int code) {
  return code == 1 || code == 2 || code == 131016 || code == 133004 || is_throttling(code);
}

}  // namespace

DoorReply graph_refusal(State& state, const Refusal& given) {
  Refusal refusal = given;
  if (refusal.subcode / 1000 == 2388 && state.dialect.long_codes_as_codes)
    refusal.code = std::exchange(refusal.subcode, 0);
  if (refusal.code == 80007 && state.dialect.waba_limit_is_80008) refusal.code = 80008;
  const auto* known =
      std::find_if(codes.begin(), codes.end(), [&](const Code& each) { return each.code == refusal.code; });
  const bool found = known != codes.end();
  const Dialect& dialect = state.dialect;

  // Codes below 1000 are Graph's own and say all in the message; the platform's carry their details apart.
  const bool own_words = refusal.code < 1000 && !refusal.details.empty();
  const std::string title(found ? known->title : std::string_view("Error"));
  Json error;
  error["message"] = own_words ? refusal.details : fmt::format("(#{}) {}", refusal.code, title);
  const bool about_object = refusal.code == 803 || refusal.subcode == 33 || refusal.http == 422;
  error["type"] = about_object ? "GraphMethodException" : "OAuthException";
  if (dialect.error_code_as_string) {
    error["code"] = std::to_string(refusal.code);
  } else {
    error["code"] = refusal.code;
  }
  // 100 with 33 and 190's subcodes are older than the deprecation and still said to be there.
  if (refusal.subcode != 0 && (dialect.subcodes_returned || refusal.code == 190 || refusal.subcode == 33)) {
    error["error_subcode"] = refusal.subcode;
  }
  if (is_transient(refusal.code)) error["is_transient"] = true;
  if (!own_words && !refusal.details.empty()) {
    if (dialect.error_data_as_string) {
      error["error_data"] = refusal.details;
    } else {
      error["error_data"] = {{"messaging_product", "whatsapp"}, {"details", refusal.details}};
    }
  }
  error["fbtrace_id"] = state.trace();

  DoorReply reply;
  reply.status = refusal.http != 0 ? refusal.http : found ? known->http : 400;
  if (dialect.throttle_as_429 && is_throttling(refusal.code)) reply.status = 429;
  reply.headers = {{"Content-Type", "application/json; charset=UTF-8"}};
  reply.body = to_compact({{"error", std::move(error)}});
  return reply;
}

}  // namespace wamigrate::sim
