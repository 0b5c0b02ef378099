// On-premises: application settings, backup and restore.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/base64.hpp"
#include "base/digest.hpp"
#include "sim/onprem_call.hpp"

namespace wamigrate::sim {
namespace {

/// Opaque, and different each time; begins as documented samples do.
std::string backup_text(const WorldNumber& number, std::size_t serial) {
  std::string bytes = "WABI";
  for (int block = 0; block < 8; ++block) {
    bytes += sha256_hex(fmt::format("{} {} {} {}", number.phone, number.epoch, serial, block));
  }
  return to_base64(bytes);
}

bool is_count(const Json& value) {
  if (value.is_number_integer()) return value.get<long long>() >= 0;
  if (!value.is_string()) return false;
  const auto text = value.get<std::string>();
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

std::optional<Refusal> check_webhooks(const Json& webhooks) {
  constexpr std::array fields{Field{"url"}, Field{"max_concurrent_requests", Shape::number},
                              Field{"message", Shape::object}};
  constexpr std::array message_fields{Field{"sent", Shape::flag}, Field{"delivered", Shape::flag},
                                      Field{"read", Shape::flag}};
  constexpr std::array allowed{6LL, 12LL, 18LL, 24LL};
  if (auto bad = body_refusal(webhooks, fields)) return bad;
  const std::string url = text_at(webhooks, "url");
  if (!url.empty() && !url.starts_with("https://")) return Refusal{1009, "webhooks.url must be https"};
  if (const auto most = number_at(webhooks, "max_concurrent_requests")) {
    if (std::find(allowed.begin(), allowed.end(), *most) == allowed.end()) {
      return Refusal{1009, "webhooks.max_concurrent_requests must be 6, 12, 18 or 24"};
    }
  }
  return webhooks.contains("message") ? body_refusal(webhooks["message"], message_fields) : std::nullopt;
}

std::optional<Refusal> check_nested(const Json& body) {
  constexpr std::array media_fields{Field{"auto_download", Shape::list}};
  constexpr std::array collector_fields{Field{"media", Shape::flag}, Field{"messages", Shape::flag}};
  if (body.contains("webhooks")) {
    if (auto bad = check_webhooks(body["webhooks"])) return bad;
  }
  if (body.contains("media")) {
    if (auto bad = body_refusal(body["media"], media_fields)) return bad;
  }
  if (body.contains("garbagecollector_enable")) return body_refusal(body["garbagecollector_enable"], collector_fields);
  return std::nullopt;
}

std::optional<Refusal> check_application(const Json& body, const Json& current) {
  constexpr std::array fields{Field{"webhooks", Shape::object},
                              Field{"callback_persist", Shape::flag},
                              Field{"media", Shape::object},
                              Field{"garbagecollector_enable", Shape::object},
                              Field{"heartbeat_interval", Shape::number},
                              Field{"unhealthy_interval", Shape::number},
                              Field{"notify_user_change_number", Shape::flag},
                              Field{"show_security_notifications", Shape::flag},
                              Field{"verbose_logging", Shape::flag},
                              Field{"log_level"},
                              Field{"pass_through", Shape::flag},
                              Field{"sent_status", Shape::flag},
                              Field{"db_garbagecollector_enable", Shape::flag},
                              Field{"axolotl_context_striping_disabled", Shape::flag},
                              Field{"skip_referral_media_download", Shape::flag},
                              Field{"webhook_payload_conversation_pricingmodel_disabled", Shape::flag},
                              Field{"on_call_pager"}};
  Json rest = body;
  for (const char* delay : {"callback_backoff_delay_ms", "max_callback_backoff_delay_ms"}) {
    if (rest.contains(delay) && !is_count(rest[delay])) return Refusal{1009, fmt::format("{} must be a number", delay)};
    rest.erase(delay);
  }
  if (auto bad = body_refusal(rest, fields)) return bad;
  if (flag_at(body, "pass_through") == true && flag_at(current, "pass_through") != true) {
    return Refusal{1009, "pass_through cannot be switched on again"};
  }
  return check_nested(body);
}

}  // namespace

OnpremAnswer post_backup(OnpremCall& call) {
  constexpr std::array fields{Field{"password", Shape::text, true}};
  if (auto bad = body_refusal(call.body, fields)) return tl::make_unexpected(*bad);
  if (text_at(call.body, "password").empty()) return refuse_onprem(1009, "password must not be empty");
  const bool expired =
      gateway_of(call.state, call.deployment, call.at) == Gateway::disconnected && call.deployment.expires <= call.at;
  if (auto bad = connected_refusal(call); bad && !(expired && call.state.dialect.expired_client_gives_backup)) {
    return tl::make_unexpected(*bad);
  }
  const std::string data = backup_text(*call.number, call.state.backups.size());
  call.state.backups[data] = {call.number->phone, text_at(call.body, "password"), call.number->epoch,
                              call.deployment.application};
  call.change = "a backup was handed out";
  return OnpremReply{.body = {{"settings", {{"data", data}}}}};
}

OnpremAnswer post_restore(OnpremCall& call) {
  constexpr std::array fields{Field{"password", Shape::text, true}, Field{"data", Shape::text, true}};
  if (auto bad = body_refusal(call.body, fields)) return tl::make_unexpected(*bad);
  const auto found = call.state.backups.find(text_at(call.body, "data"));
  if (found == call.state.backups.end()) return refuse_onprem(1009, "data is not a backup");
  if (found->second.password != text_at(call.body, "password"))
    return refuse_onprem(1009, "password does not fit data");
  call.deployment.application = found->second.application;
  // A client that is there already stops; people start its containers again.
  stop_client(call.state, call.deployment, call.at);
  call.change = "the backup was restored and the client stopped";
  return written(call);
}

OnpremAnswer get_application(OnpremCall& call) {
  Json application = Json::object();
  if (call.number != nullptr && gateway_of(call.state, call.deployment, call.at) != Gateway::unregistered) {
    application["wa_id"] = call.number->digits();
  }
  application.update(call.deployment.application);
  if (call.state.dialect.delays_as_text) {
    for (const char* delay : {"callback_backoff_delay_ms", "max_callback_backoff_delay_ms"}) {
      application[delay] = text_at(application, delay);
    }
  }
  return OnpremReply{.body = {{"settings", {{"application", application}}}}};
}

OnpremAnswer patch_application(OnpremCall& call) {
  if (auto bad = check_application(call.body, call.deployment.application)) return tl::make_unexpected(*bad);
  call.deployment.application.merge_patch(call.body);
  call.change = "application settings were written";
  return written(call);
}

OnpremAnswer delete_application(OnpremCall& call) {
  call.deployment.application = default_application();
  call.change = "application settings were reset";
  return written(call);
}

}  // namespace wamigrate::sim
