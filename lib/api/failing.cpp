// The three ways an exchange fails, and which catalogue entry speaks for each. The rule throughout: "refused" only
// where a complete reply says so; whatever else may have been carried out is ambiguous.
#include "api/failing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "api/calls.hpp"

namespace wamigrate::api {

namespace {

/// The most telling entry: code and subcode together, the subcode (2388xxx travel in it), the code, the HTTP status.
const CatalogueEntry& entry_of(const Exchange& exchange, const ErrorReply& error, int http_status) {
  if (!error.subcode.empty()) {
    for (const std::string& code : {error.code + "/" + error.subcode, error.subcode}) {
      // A short subcode alone means something else than the code of the same digits (33, 463).
      if (code == error.subcode && code.size() < 7) continue;
      if (const CatalogueEntry* entry = listed(exchange.side, code, error.wording, exchange.on)) return *entry;
    }
  }
  return look_up(exchange.side, error.code, error.wording, exchange.on, http_status);
}

constexpr Millis longest_wait = std::chrono::hours(24 * 7);  // longer ones are garbled, or meant to stop a run for good

/// The length of the unit that `text` begins with, as far as it is one.
Millis unit_at_front_of(const std::string& text) {
  constexpr std::array<std::pair<std::string_view, std::chrono::seconds>, 4> units{{{"sec", std::chrono::seconds(1)},
                                                                                    {"min", std::chrono::minutes(1)},
                                                                                    {"hour", std::chrono::hours(1)},
                                                                                    {"day", std::chrono::hours(24)}}};
  for (const auto& [word, length] : units) {
    if (text.starts_with(word)) return length;
  }
  return Millis{0};
}

/// 133008 and 133009 say in prose how long to wait: the first number with a unit of time behind it.
Millis wait_named_in(std::string_view details) {
  constexpr std::string_view digits = "0123456789";
  const std::string text = lower_case(std::string(details));
  for (std::size_t at = text.find_first_of(digits); at != std::string::npos; at = text.find_first_of(digits, at)) {
    const std::size_t end = std::min(text.find_first_not_of(digits, at), text.size());
    const std::size_t unit = std::min(text.find_first_not_of(' ', end), text.size());
    const Millis length = unit_at_front_of(text.substr(unit, 4));
    if (length.count() > 0 && end - at <= 6) {
      return std::min<Millis>(std::stoi(text.substr(at, end - at)) * length, longest_wait);
    }
    at = end;
  }
  return Millis{0};
}

bool status_alone_refuses(int status, bool changing) {
  if (!changing) return status / 100 == 4;
  return status == 401 || status == 403 || status == 404 || status == 405 || status == 429;
}

}  // namespace

Failure no_reply(const Exchange& exchange, const TransportFailure& failure) {
  Failure result;
  result.how = failure.maybe_sent ? Failure::How::ambiguous : Failure::How::not_sent;
  result.details = cleaned(failure.reason, exchange.request);
  result.entry = &look_up(exchange.side, fmt::format("transport {}", name(failure.kind)), "", exchange.on, 0);
  return result;
}

Failure error_reply(const Exchange& exchange, const HttpReply& reply, const ErrorReply& error) {
  const HttpRequest& request = exchange.request;
  Failure result;
  result.http_status = reply.status;
  result.code = cleaned(error.code, request);
  result.subcode = cleaned(error.subcode, request);
  result.details = cleaned(error.details, request);
  result.fbtrace_id = cleaned(error.fbtrace_id, request);
  result.entry = &entry_of(exchange, error, reply.status);
  result.how = result.entry->error_class == ErrorClass::down ? Failure::How::ambiguous : Failure::How::refused;
  result.regain_after = std::max(error.regain_after, retry_after(reply));
  if (error.code == "133008" || error.code == "133009") {
    result.regain_after = std::max(result.regain_after, wait_named_in(error.wording));
  }
  return result;
}

Failure unreadable(const Exchange& exchange, const HttpReply& reply, std::string_view why) {
  Failure result;
  result.http_status = reply.status;
  result.details = cleaned(why, exchange.request);
  result.how =
      status_alone_refuses(reply.status, exchange.request.changing) ? Failure::How::refused : Failure::How::ambiguous;
  result.regain_after = retry_after(reply);
  result.entry = &look_up(exchange.side, "", "", exchange.on, reply.status);
  if (result.entry->code == "unknown") result.entry = &look_up(exchange.side, "unreadable", "", exchange.on, 0);
  return result;
}

Failure incomplete(Side side) {
  Failure result;
  result.http_status = 200;
  result.details = "the reply lacks what was asked for";
  result.entry = &look_up(side, "unreadable", "", "read", 0);
  return result;
}

Millis retry_after(const HttpReply& reply) {
  const std::string value = reply.header("Retry-After");
  int seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error != std::errc() || end != value.data() + value.size() || seconds < 0) return Millis{0};
  return std::min<Millis>(std::chrono::seconds(seconds), longest_wait);
}

std::string to_text(const Failure& failure) {
  std::string text;
  if (failure.http_status != 0) text += fmt::format("HTTP {}, ", failure.http_status);
  if (!failure.code.empty()) {
    text += fmt::format("code {}{}{} ({})", failure.code, failure.subcode.empty() ? "" : "/", failure.subcode,
                        failure.entry->title);
  } else {
    text += failure.entry->title;
  }
  if (!failure.details.empty()) text += ": " + failure.details;
  return text;
}

}  // namespace wamigrate::api
