// On-premises: application settings, backup and restore, and what people see of the business.
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/digest.hpp"
#include "sim/onprem_call.hpp"

namespace wamigrate::sim {
namespace {

std::string to_base64(const std::string& bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the terminating NUL that libsodium counts
  return text;
}

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

constexpr std::array profile_fields{Field{"address"}, Field{"description"}, Field{"email"}, Field{"vertical"},
                                    Field{"websites", Shape::list}};

void put(Json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

void take(const Json& body, const char* key, std::string& into) {
  if (body.contains(key)) into = text_at(body, key);
}

std::optional<Refusal> check_lengths(const Json& body) {
  if (text_at(body, "address").size() > 256) return Refusal{1009, "address must be at most 256 characters"};
  if (text_at(body, "description").size() > 512) return Refusal{1009, "description must be at most 512 characters"};
  if (text_at(body, "email").size() > 128) return Refusal{1009, "email must be at most 128 characters"};
  if (text_at(body, "vertical").size() > 128) return Refusal{1009, "vertical must be at most 128 characters"};
  if (!body.contains("websites")) return std::nullopt;
  const Json& sites = body["websites"];
  const bool texts = std::all_of(sites.begin(), sites.end(), [](const Json& site) { return site.is_string(); });
  if (!texts || sites.size() > 2) return Refusal{1009, "websites must be at most 2 URLs"};
  return std::nullopt;
}

}  // namespace

OnpremAnswer post_backup(OnpremCall& call) {
  constexpr std::array fields{Field{"password", Shape::text, true}};
  if (auto bad = body_refusal(call.body, fields)) return tl::make_unexpected(*bad);
  if (text_at(call.body, "password").empty()) return refuse_onprem(1009, "password must not be empty");
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
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

OnpremAnswer get_business_profile(OnpremCall& call) {
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  const Profile& profile = call.number->profile;
  Json shown = Json::object();
  put(shown, "address", profile.address);
  put(shown, "description", profile.description);
  put(shown, "email", profile.email);
  put(shown, "vertical", profile.vertical);
  if (!profile.websites.empty()) shown["websites"] = profile.websites;
  return OnpremReply{.body = {{"settings", {{"business", {{"profile", shown}}}}}}};
}

OnpremAnswer post_business_profile(OnpremCall& call) {
  if (auto bad = body_refusal(call.body, profile_fields)) return tl::make_unexpected(*bad);
  if (auto bad = check_lengths(call.body)) return tl::make_unexpected(*bad);
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  Profile& profile = call.number->profile;
  take(call.body, "address", profile.address);
  take(call.body, "description", profile.description);
  take(call.body, "email", profile.email);
  take(call.body, "vertical", profile.vertical);
  if (call.body.contains("websites")) profile.websites = call.body["websites"].get<std::vector<std::string>>();
  call.change = "the business profile was written";
  return written(call);
}

OnpremAnswer get_about(OnpremCall& call) {
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  return OnpremReply{.body = {{"settings", {{"profile", {{"about", {{"text", call.number->profile.about}}}}}}}}};
}

OnpremAnswer get_picture(OnpremCall& call) {
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  const std::string& link = call.number->profile.picture_url;
  if (link.empty()) return refuse_onprem(1006, "no profile photo is set");
  return OnpremReply{.body = {{"settings", {{"profile", {{"photo", {{"link", link}}}}}}}}};
}

OnpremAnswer patch_about(OnpremCall& call) {
  constexpr std::array fields{Field{"text", Shape::text, true}};
  if (auto bad = body_refusal(call.body, fields)) return tl::make_unexpected(*bad);
  if (text_at(call.body, "text").size() > 139) return refuse_onprem(1009, "text must be at most 139 characters");
  if (auto bad = connected_refusal(call)) return tl::make_unexpected(*bad);
  call.number->profile.about = text_at(call.body, "text");
  call.change = "the about text was written";
  return written(call);
}

}  // namespace wamigrate::sim
