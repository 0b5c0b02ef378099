// Graph's WhatsApp Business Account: its node, the apps subscribed to it, its templates, and the token debugger.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/graph_call.hpp"

namespace wamigrate::sim {
namespace {

constexpr std::array<std::string_view, 16> waba_fields{"id",
                                                       "name",
                                                       "account_review_status",
                                                       "business_verification_status",
                                                       "country",
                                                       "currency",
                                                       "health_status",
                                                       "is_enabled_for_insights",
                                                       "message_template_namespace",
                                                       "on_behalf_of_business_info",
                                                       "owner_business_info",
                                                       "ownership_type",
                                                       "primary_business_location",
                                                       "status",
                                                       "timezone_id",
                                                       "whatsapp_business_manager_messaging_limit"};
constexpr std::array<std::string_view, 4> usual_waba_fields{"id", "name", "timezone_id", "message_template_namespace"};

Json read_waba(GraphCall& call, std::string_view field) {
  const Waba& waba = *call.waba;
  if (field == "id") return waba.id;
  if (field == "name") return waba.name;
  if (field == "account_review_status") return waba.review;
  if (field == "business_verification_status") return waba.verification;
  if (field == "country" || field == "primary_business_location") return waba.country;
  if (field == "currency") return "EUR";
  if (field == "health_status") return health_status(call, nullptr);
  if (field == "is_enabled_for_insights") return true;
  if (field == "message_template_namespace") return "sim_" + waba.id;
  if (field == "owner_business_info") return {{"id", "1" + waba.id}, {"name", waba.name}};
  if (field == "ownership_type") return waba.ownership;
  if (field == "status") return "ACTIVE";
  if (field == "timezone_id") return "1";
  if (field == "whatsapp_business_manager_messaging_limit") return "TIER_2K";
  return {};  // on_behalf_of_business_info: this WABA belongs to its own business
}

auto own_subscription(GraphCall& call) {
  auto& all = call.waba->subscriptions;
  return std::find_if(all.begin(), all.end(), [&](const Subscription& each) { return each.app_id == call.app->id; });
}

constexpr std::array<std::string_view, 8> template_fields{"id",       "name",       "language",      "status",
                                                          "category", "components", "quality_score", "rejected_reason"};

}  // namespace

GraphAnswer get_waba(GraphCall& call) {
  return pick_fields(call, waba_fields, usual_waba_fields,
                     [&](std::string_view field) { return read_waba(call, field); });
}

GraphAnswer get_subscribed_apps(GraphCall& call) {
  Json data = Json::array();
  for (const Subscription& each : call.waba->subscriptions) {
    const auto app = call.state.apps.find(each.app_id);
    const std::string title = app == call.state.apps.end() ? "Another app" : app->second.name;
    Json item{
        {"whatsapp_business_api_data",
         {{"id", each.app_id}, {"name", title}, {"link", "https://www.facebook.com/games/?app_id=" + each.app_id}}}};
    if (!each.callback_override.empty()) item["override_callback_uri"] = each.callback_override;
    data.push_back(std::move(item));
  }
  return Json{{"data", std::move(data)}};
}

GraphAnswer post_subscribed_apps(GraphCall& call) {
  constexpr std::array fields{Field{"override_callback_uri"}, Field{"verify_token"}};
  if (auto bad = body_refusal(call, fields)) return tl::make_unexpected(*bad);
  const std::string url = text_at(call.body, "override_callback_uri");
  const bool token = !text_at(call.body, "verify_token").empty();
  if (!call.body.empty() && (!url.starts_with("https://") || url.size() > 200 || !token)) {
    return refuse(100,
                  "(#100) override_callback_uri must be an https URL of at most 200 characters, with verify_token");
  }
  const auto found = own_subscription(call);
  if (found == call.waba->subscriptions.end()) {
    call.waba->subscriptions.push_back({call.app->id, url});
    call.change = "the app was subscribed";
  } else if (found->callback_override != url) {
    call.change = url.empty() ? "the WABA's webhook override was deleted" : "the WABA's webhook override was set";
    found->callback_override = url;
  }
  return success(call);
}

GraphAnswer delete_subscribed_apps(GraphCall& call) {
  const auto found = own_subscription(call);
  if (found == call.waba->subscriptions.end()) return refuse(100, "(#100) The app is not subscribed to this account");
  call.waba->subscriptions.erase(found);
  call.change = "the app was unsubscribed";
  return success(call);
}

GraphAnswer get_templates(GraphCall& call) {
  const std::string status = call.request.parameter("status").value_or("");
  const std::string name = call.request.parameter("name").value_or("");
  std::vector<std::string> ids;
  std::vector<const Json*> chosen;
  for (const Json& each : call.waba->templates) {
    if (!status.empty() && text_at(each, "status") != status) continue;
    if (!name.empty() && text_at(each, "name") != name) continue;
    ids.push_back(text_at(each, "id"));
    chosen.push_back(&each);
  }
  return page_of(call, ids, [&](std::size_t i) {
    return pick_fields(call, template_fields, template_fields,
                       [&](std::string_view field) -> Json { return at_path(*chosen[i], {field}); });
  });
}

GraphAnswer get_debug_token(GraphCall& call) {
  const auto asked = call.request.parameter("input_token");
  if (!asked || asked->empty()) return refuse(100, "(#100) The parameter input_token is required");
  const auto seconds = [](Time time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  };
  const auto found = call.state.tokens.find(*asked);
  if (found == call.state.tokens.end()) {
    return Json{{"data",
                 {{"error", {{"code", 190}, {"message", "Invalid OAuth access token"}, {"subcode", 467}}},
                  {"is_valid", false},
                  {"scopes", Json::array()}}}};
  }
  const GraphToken& token = found->second;
  const bool expired = token.expires && *token.expires <= call.at;
  Json data{{"app_id", token.app_id},
            {"type", "SYSTEM_USER"},
            {"application", call.state.apps[token.app_id].name},
            {"data_access_expires_at", 0},
            {"expires_at", token.expires ? seconds(*token.expires) : 0},
            {"is_valid", token.valid && !expired},
            {"issued_at", seconds(token.issued)},
            {"scopes", token.scopes}};
  Json granular = Json::array();
  for (const std::string& scope : token.scopes) {
    Json one{{"scope", scope}};
    if (!token.wabas.empty()) one["target_ids"] = token.wabas;
    if (token.wabas.empty() && call.state.dialect.targets_always_listed) {
      for (const auto& [id, waba] : call.state.wabas) one["target_ids"].push_back(id);
    }
    granular.push_back(std::move(one));
  }
  data["granular_scopes"] = std::move(granular);
  data["user_id"] = "122100000000000001";
  if (expired || !token.valid) {
    data["error"] = {{"code", 190},
                     {"message", expired ? "Error validating access token: Session has expired"
                                         : "Error validating access token: The session has been invalidated"},
                     {"subcode", expired ? 463 : 460}};
  }
  return Json{{"data", std::move(data)}};
}

}  // namespace wamigrate::sim
