// Graph's phone number node and the list of a WABA's numbers: every documented field, read from the state as Graph
// shows it, which may lag behind the state as it is.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "sim/graph_call.hpp"

namespace wamigrate::sim {
namespace {

struct NumberView {
  GraphCall& call;
  const WorldNumber& number;
  const Phase& shown;
};

using Reader = Json (*)(const NumberView&);

Json text_or_nothing(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json webhooks(const NumberView& view) {
  Json configuration = Json::object();
  if (!view.number.callback_override.empty()) configuration["phone_number"] = view.number.callback_override;
  const auto waba = view.call.state.wabas.find(view.number.waba_id);
  if (waba != view.call.state.wabas.end()) {
    for (const Subscription& each : waba->second.subscriptions) {
      if (each.app_id == view.call.app->id && !each.callback_override.empty()) {
        configuration["whatsapp_business_account"] = each.callback_override;
      }
    }
  }
  if (!view.call.app->callback_url.empty()) configuration["application"] = view.call.app->callback_url;
  return configuration;
}

Json throughput(const NumberView& view) {
  if (view.shown.platform == Platform::not_applicable) return {{"level", "NOT_APPLICABLE"}};
  return {{"level", view.number.high_throughput ? "HIGH" : "STANDARD"}};
}

Json certificate(const NumberView& view) {
  const std::string& status = view.number.name_status;
  const bool downloadable = status == "APPROVED" || status == "AVAILABLE_WITHOUT_REVIEW";
  if (view.call.state.dialect.certificate_left_out) return {};
  return downloadable ? text_or_nothing(view.number.certificate) : Json();
}

Json platform_type(const NumberView& view) {
  return view.call.state.dialect.platform_type_left_out ? Json() : Json(name(view.shown.platform));
}

Json status(const NumberView& view) {
  const Dialect& dialect = view.call.state.dialect;
  std::string shown = view.shown.status;
  if (dialect.onprem_shown_disconnected && view.shown.platform == Platform::on_premise) shown = "DISCONNECTED";
  if (!dialect.status_says_linked) return shown;
  return shown == "CONNECTED" ? "LINKED" : shown == "DISCONNECTED" ? "UNLINKED" : shown;
}

Json verification(const NumberView& view) {
  const bool served = view.shown.served_by != ServedBy::nobody && view.number.verification == "VERIFIED";
  return view.call.state.dialect.verification_shown_expired && served ? "EXPIRED" : view.number.verification;
}

/// The portfolio's limit knows no TIER_1K.
Json portfolio_limit(const NumberView& view) { return view.number.limit == "TIER_1K" ? "TIER_2K" : view.number.limit; }

const std::map<std::string_view, Reader>& readers() {
  static const std::map<std::string_view, Reader> all{
      {"id", [](const NumberView& v) -> Json { return v.number.phone_number_id; }},
      {"display_phone_number", [](const NumberView& v) -> Json { return display_number(v.number.phone); }},
      {"verified_name", [](const NumberView& v) -> Json { return text_or_nothing(v.number.verified_name); }},
      {"status", status},
      {"quality_rating", [](const NumberView& v) -> Json { return v.number.quality; }},
      {"quality_score",
       [](const NumberView& v) -> Json {
         return {{"score", v.number.quality}};
       }},
      {"code_verification_status", verification},
      {"platform_type", platform_type},
      {"host_platform", [](const NumberView& v) -> Json { return name(v.shown.platform); }},
      {"throughput", throughput},
      {"name_status", [](const NumberView& v) -> Json { return v.number.name_status; }},
      {"new_name_status", [](const NumberView& v) -> Json { return text_or_nothing(v.number.new_name_status); }},
      {"new_display_name", [](const NumberView& v) -> Json { return text_or_nothing(v.number.new_display_name); }},
      {"certificate", certificate},
      {"new_certificate", [](const NumberView&) -> Json { return {}; }},
      {"is_official_business_account", [](const NumberView& v) -> Json { return v.number.official; }},
      {"is_pin_enabled", [](const NumberView& v) -> Json { return v.number.pin.has_value(); }},
      {"is_on_biz_app", [](const NumberView& v) -> Json { return v.number.on_biz_app; }},
      {"is_preverified_number", [](const NumberView&) -> Json { return false; }},
      {"account_mode", [](const NumberView& v) -> Json { return v.number.account_mode; }},
      {"messaging_limit_tier", [](const NumberView& v) -> Json { return v.number.limit; }},
      {"whatsapp_business_manager_messaging_limit", portfolio_limit},
      {"last_onboarded_time", [](const NumberView& v) -> Json { return graph_time(v.number.last_onboarded); }},
      {"webhook_configuration", webhooks},
      {"search_visibility", [](const NumberView& v) -> Json { return v.number.search_visibility; }},
      {"eligibility_for_api_business_global_search",
       [](const NumberView&) -> Json { return "NON_ELIGIBLE_UNDEFINED_COUNTRY"; }},
      {"conversational_automation", [](const NumberView&) -> Json { return {}; }},
      {"health_status", [](const NumberView& v) -> Json { return health_status(v.call, &v.number); }},
      {"country_code", [](const NumberView& v) -> Json { return text_or_nothing(v.number.country); }},
      {"country_dial_code", [](const NumberView& v) -> Json { return calling_code(v.number.phone); }},
      {"username", [](const NumberView&) -> Json { return {}; }},
  };
  return all;
}

const std::vector<std::string_view>& known_fields() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const auto& [field, reader] : readers()) all.push_back(field);
    return all;
  }();
  return names;
}

/// What a list may leave out or refuse (Dialect::number_lists).
constexpr std::array<std::string_view, 3> doubtful_in_list{"certificate", "webhook_configuration", "health_status"};
constexpr std::array<std::string_view, 4> usual_in_list{"verified_name", "display_phone_number", "id",
                                                        "quality_rating"};
constexpr std::array<std::string_view, 5> usual_alone{"verified_name", "code_verification_status",
                                                      "display_phone_number", "quality_rating", "id"};

const Phase& shown_phase(const GraphCall& call, const WorldNumber& number, Time at) {
  return number.timeline.at(call.state.dialect.status_lags ? at - call.state.timing.status_lag : at);
}

GraphAnswer read_number(GraphCall& call, const WorldNumber& number, std::span<const std::string_view> usual) {
  const NumberView view{call, number, shown_phase(call, number, call.at)};
  const Dialect& dialect = call.state.dialect;
  std::vector<std::string_view> known = known_fields();
  if (dialect.health_status_unknown) std::erase(known, "health_status");
  return pick_fields(call, known, usual, [&](std::string_view field) {
    Json value = readers().at(field)(view);
    return dialect.false_left_out && value.is_boolean() && !value.get<bool>() ? Json() : value;
  });
}

GraphAnswer read_listed(GraphCall& call, const WorldNumber& number) {
  GraphAnswer answer = read_number(call, number, usual_in_list);
  if (!answer) return answer;
  for (const std::string_view field : doubtful_in_list) {
    if (!answer->contains(std::string(field)) || call.state.dialect.number_lists == NumberLists::full) continue;
    if (call.state.dialect.number_lists == NumberLists::refused) {
      return refuse(100, fmt::format("(#100) Tried accessing nonexisting field ({})", field));
    }
    answer->erase(std::string(field));
  }
  return answer;
}

/// The documented filters; nothing when it is not one of them.
std::optional<bool> passes(const Json& filter, const WorldNumber& number) {
  if (!filter.is_object() || text_at(filter, "operator") != "EQUAL") return std::nullopt;
  const std::string field = text_at(filter, "field");
  const std::string value = text_at(filter, "value");
  if (field == "account_mode") return value == number.account_mode;
  if (field == "messaging_limit_tier") return value == number.limit;
  if (field == "is_official_business_account") return value == (number.official ? "true" : "false");
  return std::nullopt;
}

tl::expected<std::vector<WorldNumber*>, Refusal> filtered_numbers(GraphCall& call) {
  std::vector<WorldNumber*> numbers = call.state.numbers_of(call.waba->id);
  const auto asked = call.request.parameter("filtering");
  if (!asked) return numbers;
  const auto filters = parse_json(*asked);
  if (!filters || !filters->is_array()) return refuse(100, "(#100) filtering must be a JSON array");
  for (const Json& filter : *filters) {
    std::vector<WorldNumber*> kept;
    for (WorldNumber* number : numbers) {
      const auto pass = passes(filter, *number);
      if (!pass) return refuse(100, "(#100) Filtering by this field or operator is not supported");
      if (*pass) kept.push_back(number);
    }
    numbers = std::move(kept);
  }
  return numbers;
}

std::optional<Refusal> set_pin(GraphCall& call) {
  const std::string pin = text_at(call.body, "pin");
  if (pin.size() != 6 || pin.find_first_not_of("0123456789") != std::string::npos) {
    return Refusal{100, "Invalid PIN format. PIN must be exactly 6 digits"};
  }
  call.change = "the PIN was set";
  call.number->pin = pin;
  return std::nullopt;
}

std::optional<Refusal> set_webhook(GraphCall& call) {
  constexpr std::array fields{Field{"override_callback_uri", Shape::text, true}, Field{"verify_token"}};
  const Json& wanted = call.body["webhook_configuration"];
  if (const auto problem = check_fields(wanted, fields)) {
    return Refusal{100, fmt::format("(#100) Invalid parameter webhook_configuration: {}", to_text(*problem))};
  }
  const std::string url = text_at(wanted, "override_callback_uri");
  if (!url.empty() && (!url.starts_with("https://") || url.size() > 200 || text_at(wanted, "verify_token").empty())) {
    return Refusal{100,
                   "(#100) override_callback_uri must be an https URL of at most 200 characters, with verify_token"};
  }
  call.change = url.empty() ? "the number's webhook override was deleted" : "the number's webhook override was set";
  call.number->callback_override = url;
  return std::nullopt;
}

}  // namespace

GraphAnswer get_node(GraphCall& call) { return read_number(call, *call.number, usual_alone); }

GraphAnswer get_phone_numbers(GraphCall& call) {
  const auto numbers = filtered_numbers(call);
  if (!numbers) return tl::make_unexpected(numbers.error());
  std::vector<std::string> ids;
  for (const WorldNumber* number : *numbers) ids.push_back(number->phone_number_id);
  return page_of(call, ids, [&](std::size_t i) { return read_listed(call, *(*numbers)[i]); });
}

GraphAnswer post_node(GraphCall& call) {
  constexpr std::array fields{Field{"pin"}, Field{"webhook_configuration", Shape::object}, Field{"new_display_name"},
                              Field{"search_visibility"}};
  if (auto bad = body_refusal(call, fields)) return tl::make_unexpected(*bad);
  if (call.body.empty()) return refuse(100, "(#100) At least one parameter is required");
  if (call.body.contains("pin")) {
    if (auto bad = set_pin(call)) return tl::make_unexpected(*bad);
  }
  if (call.body.contains("webhook_configuration")) {
    if (auto bad = set_webhook(call)) return tl::make_unexpected(*bad);
  }
  if (call.body.contains("new_display_name")) {
    call.number->new_display_name = text_at(call.body, "new_display_name");
    call.number->new_name_status = "PENDING_REVIEW";
    call.change = "a new display name is under review";
  }
  if (call.body.contains("search_visibility")) {
    call.number->search_visibility = text_at(call.body, "search_visibility");
    call.change = "the search visibility was set";
  }
  return success(call);
}

namespace {

/// One member of `entities`, with what LIMITED and BLOCKED carry along.
Json health_entity(const char* type, const std::string& id, const PlantedHealth& health) {
  Json entity{{"entity_type", type}, {"id", id}, {"can_send_message", health.can_send}};
  if (health.can_send == "LIMITED") entity["additional_info"] = Json::array({health.text});
  if (health.can_send == "BLOCKED") {
    entity["errors"] = Json::array({Json{{"error_code", health.code},
                                         {"error_description", health.text},
                                         {"possible_solution", "See the documentation of this error"}}});
  }
  return entity;
}

PlantedHealth health_of(GraphCall& call, const WorldNumber& number) {
  if (number.health) return *number.health;
  if (shown_phase(call, number, call.at).served_by == ServedBy::cloud) return {"AVAILABLE", 0, ""};
  return {"BLOCKED", 133010, "The phone number is not registered"};
}

}  // namespace

Json health_status(GraphCall& call, const WorldNumber* number) {
  const PlantedHealth fine{"AVAILABLE", 0, ""};
  const Waba& waba = number != nullptr ? call.state.wabas[number->waba_id] : *call.waba;
  Json entities = Json::array();
  if (number != nullptr) {
    entities.push_back(health_entity("PHONE_NUMBER", number->phone_number_id, health_of(call, *number)));
  }
  entities.push_back(health_entity("WABA", waba.id, waba.health.value_or(fine)));
  entities.push_back(health_entity("BUSINESS", "1" + waba.id, waba.business_health.value_or(fine)));
  entities.push_back(health_entity("APP", call.app->id, fine));
  // The worst of them speaks for all.
  std::string overall = "AVAILABLE";
  for (const Json& entity : entities) {
    const std::string each = text_at(entity, "can_send_message");
    if (each == "BLOCKED" || (each == "LIMITED" && overall == "AVAILABLE")) overall = each;
  }
  return {{"can_send_message", overall}, {"entities", entities}};
}

}  // namespace wamigrate::sim
