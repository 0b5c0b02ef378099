// How Graph's replies vary is known from its own pages: numbers as strings, objects as plain text, fields left out.
#include "api/graph_replies.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wamigrate::api::graph_replies {

namespace {

constexpr long long most_minutes = 7LL * 24 * 60;  // a longer wait than a week is a garbled header

std::string first_of(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts) {
    if (!text.empty()) return text;
  }
  return {};
}

std::vector<std::string> texts_of(const Json& array) {
  std::vector<std::string> texts;
  if (!array.is_array()) return texts;
  for (const Json& item : array) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

/// Ids come as strings and, at times, as numbers.
std::vector<std::string> ids_of(const Json& array) {
  std::vector<std::string> ids;
  if (!array.is_array()) return ids;
  for (const Json& item : array) ids.push_back(text_at(Json{{"id", item}}, "id"));
  return ids;
}

/// Unix seconds; none for 0 or missing: such a token does not expire.
std::optional<Time> moment_at(const Json& object, std::string_view key) {
  const auto seconds = number_at(object, key);
  if (!seconds || *seconds <= 0) return std::nullopt;
  const auto last = std::chrono::floor<std::chrono::seconds>(latest.time_since_epoch());
  return Time(std::min(std::chrono::seconds(*seconds), last));
}

void add_findings(const Json& entity, std::vector<std::string>& findings) {
  const std::string whose = fmt::format("{} {}", text_at(entity, "entity_type"), text_at(entity, "id"));
  const std::size_t before = findings.size();
  const Json& errors = at_path(entity, {"errors"});
  if (errors.is_array()) {
    for (const Json& error : errors) {
      std::string line =
          fmt::format("{}: {} {}", whose, text_at(error, "error_code"), text_at(error, "error_description"));
      const std::string solution = text_at(error, "possible_solution");
      if (!solution.empty()) line += fmt::format(" ({})", solution);
      findings.push_back(std::move(line));
    }
  }
  for (const std::string& info : texts_of(at_path(entity, {"additional_info"}))) {
    findings.push_back(fmt::format("{}: {}", whose, info));
  }
  const std::string verdict = text_at(entity, "can_send_message");
  if (findings.size() == before && !verdict.empty() && verdict != "AVAILABLE") {
    findings.push_back(fmt::format("{}: {}", whose, verdict));
  }
}

}  // namespace

std::optional<PhoneNode> phone_node(const Json& json) {
  PhoneNode node;
  node.id = text_at(json, "id");
  if (node.id.empty()) return std::nullopt;
  node.display_phone_number = text_at(json, "display_phone_number");
  node.verified_name = text_at(json, "verified_name");
  node.status = text_at(json, "status");
  // Meta's OpenAPI file knows the same values under the name host_platform.
  node.platform_type = first_of({text_at(json, "platform_type"), text_at(json, "host_platform")});
  node.name_status = text_at(json, "name_status");
  node.quality_rating = first_of({text_at(json, "quality_rating"), text_at(at_path(json, {"quality_score"}), "score")});
  node.messaging_limit =
      first_of({text_at(json, "whatsapp_business_manager_messaging_limit"), text_at(json, "messaging_limit_tier")});
  node.throughput = first_of({text_at(at_path(json, {"throughput"}), "level"), text_at(json, "throughput")});
  node.code_verification_status = text_at(json, "code_verification_status");
  node.account_mode = text_at(json, "account_mode");
  node.is_on_biz_app = flag_at(json, "is_on_biz_app");
  node.is_official_business_account = flag_at(json, "is_official_business_account");
  node.is_pin_enabled = flag_at(json, "is_pin_enabled");
  node.certificate = Secret(text_at(json, "certificate"));
  return node;
}

std::optional<WebhookConfiguration> webhook_configuration(const Json& json) {
  const Json& found = at_path(json, {"webhook_configuration"});
  return WebhookConfiguration{text_at(found, "phone_number"), text_at(found, "whatsapp_business_account"),
                              text_at(found, "application")};
}

std::optional<Health> health(const Json& json) {
  const Json& status = at_path(json, {"health_status"});
  if (!status.is_object()) return std::nullopt;
  Health health;
  health.can_send_message = text_at(status, "can_send_message");
  const Json& entities = at_path(status, {"entities"});
  if (entities.is_array()) {
    for (const Json& entity : entities) {
      add_findings(entity, health.findings);
      if (text_at(entity, "can_send_message") != "BLOCKED") continue;
      health.blocked.push_back(text_at(entity, "entity_type"));
      const Json& errors = at_path(entity, {"errors"});
      if (!errors.is_array()) continue;
      for (const Json& error : errors) health.codes.push_back(text_at(error, "error_code"));
    }
  }
  return health;
}

std::optional<ListedNumber> listed_number(const Json& json) {
  auto node = phone_node(json);
  if (!node) return std::nullopt;
  ListedNumber listed{*std::move(node), std::nullopt, health(json)};
  if (at_path(json, {"webhook_configuration"}).is_object()) listed.webhook = webhook_configuration(json);
  return listed;
}

std::optional<Waba> waba(const Json& json) {
  Waba waba{text_at(json, "id"),
            text_at(json, "name"),
            text_at(json, "country"),
            text_at(json, "account_review_status"),
            text_at(json, "business_verification_status"),
            text_at(json, "message_template_namespace")};
  if (waba.id.empty()) return std::nullopt;
  return waba;
}

std::optional<SubscribedApp> subscribed_app(const Json& json) {
  const Json& wrapped = at_path(json, {"whatsapp_business_api_data"});
  const Json& app = wrapped.is_object() ? wrapped : json;
  SubscribedApp found{text_at(app, "id"), text_at(app, "name"), text_at(json, "override_callback_uri")};
  if (found.id.empty()) return std::nullopt;
  return found;
}

std::optional<GraphProfile> profile(const Json& json) {
  const Json& data = at_path(json, {"data"});
  if (data.is_array() && data.empty()) return GraphProfile{};
  const Json& item = data.is_array() ? data.front() : data;
  if (!item.is_object()) return std::nullopt;
  // The OpenAPI file has one level more than the guides.
  const Json& nested = at_path(item, {"business_profile"});
  const Json& found = nested.is_object() ? nested : item;
  return GraphProfile{text_at(found, "about"),
                      text_at(found, "address"),
                      text_at(found, "description"),
                      text_at(found, "email"),
                      text_at(found, "vertical"),
                      text_at(found, "profile_picture_url"),
                      texts_of(at_path(found, {"websites"}))};
}

std::optional<StorageConfiguration> storage(const Json& json) {
  const Json& found = at_path(json, {"storage_configuration"});
  return StorageConfiguration{text_at(found, "status"), text_at(found, "data_localization_region")};
}

std::optional<Json> compliance(const Json& json) {
  const Json& data = at_path(json, {"data"});
  if (!data.is_array()) return std::nullopt;
  if (data.empty() || !data.front().is_object()) return Json();
  Json told = data.front();
  told.erase("whatsapp_business_account_id");
  told.erase("messaging_product");
  return told;
}

std::optional<Secret> upload_session(const Json& json) {
  constexpr std::string_view marks = ":?=&_-.~%+/";
  const std::string id = text_at(json, "id");
  const bool fits = id.starts_with("upload:") && std::all_of(id.begin(), id.end(), [&marks](unsigned char c) {
                      return (c < 0x80 && std::isalnum(c) != 0) || marks.find(static_cast<char>(c)) != marks.npos;
                    });
  if (!fits || id.find("..") != std::string::npos) return std::nullopt;
  return Secret(id);
}

std::optional<Secret> upload_handle(const Json& json) {
  Secret handle(text_at(json, "h"));
  if (handle.empty()) return std::nullopt;
  return handle;
}

std::optional<Template> message_template(const Json& json) {
  Template found{text_at(json, "name"), text_at(json, "language"), text_at(json, "status"), text_at(json, "category")};
  if (found.name.empty()) return std::nullopt;
  return found;
}

std::optional<TokenFindings> token_findings(const Json& json) {
  const Json& data = at_path(json, {"data"});
  const auto is_valid = flag_at(data, "is_valid");
  if (!is_valid) return std::nullopt;
  TokenFindings findings;
  findings.is_valid = *is_valid;
  findings.app_id = text_at(data, "app_id");
  findings.application = text_at(data, "application");
  findings.type = text_at(data, "type");
  findings.issued_at = moment_at(data, "issued_at");
  findings.expires_at = moment_at(data, "expires_at");
  findings.data_access_expires_at = moment_at(data, "data_access_expires_at");
  findings.scopes = texts_of(at_path(data, {"scopes"}));
  const Json& granular = at_path(data, {"granular_scopes"});
  if (!granular.is_array()) return findings;
  for (const Json& scope : granular) {
    const Json& targets = at_path(scope, {"target_ids"});
    if (targets.is_array()) findings.granular[text_at(scope, "scope")] = ids_of(targets);
  }
  return findings;
}

std::optional<ErrorReply> error(const Json& json) {
  const Json& error = at_path(json, {"error"});
  ErrorReply found;
  if (error.is_string()) {
    found.details = found.wording = error.get<std::string>();
    return found;
  }
  if (!error.is_object()) return std::nullopt;
  const Json& data = at_path(error, {"error_data"});
  const std::string message = text_at(error, "message");
  const std::string title = text_at(error, "error_user_title");
  const std::string advice = text_at(error, "error_user_msg");
  const std::string details = data.is_string() ? data.get<std::string>() : text_at(data, "details");
  found.code = text_at(error, "code");
  found.subcode = text_at(error, "error_subcode");
  if (found.subcode == "0") found.subcode.clear();
  found.details = first_of({details, advice, message});
  found.wording = fmt::format("{} {} {} {}", details, message, title, advice);
  found.fbtrace_id = text_at(error, "fbtrace_id");
  return found;
}

std::optional<Usage> usage(const HttpReply& reply) {
  std::optional<Usage> found;
  const auto take = [&found](const std::string& limit, const Json& counters) {
    if (!counters.is_object()) return;
    if (!found) found.emplace();
    int& highest = found->percent[limit];
    for (const std::string_view key : {"call_count", "total_cputime", "total_time"}) {
      const long long percent = std::clamp(number_at(counters, key).value_or(0), 0LL, 100'000LL);
      highest = std::max(highest, static_cast<int>(percent));
    }
    const long long minutes =
        std::clamp(number_at(counters, "estimated_time_to_regain_access").value_or(0), 0LL, most_minutes);
    found->regain_after = std::max<Millis>(found->regain_after, std::chrono::minutes(minutes));
  };
  if (const auto app = parse_json(reply.header("x-app-usage"))) take("", *app);
  const auto business = parse_json(reply.header("x-business-use-case-usage"));
  if (!business || !business->is_object()) return found;
  for (const auto& [account, kinds] : business->items()) {
    if (!kinds.is_array()) continue;
    for (const Json& counters : kinds) take(account, counters);
  }
  return found;
}

}  // namespace wamigrate::api::graph_replies
