// Limits by counting, outcomes by what was planted on the number, webhooks in the shape of either side.
#include "sim/messages.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/http.hpp"
#include "sim/registration.hpp"

namespace wamigrate::sim {
namespace {

constexpr int pair_burst = 45;  // Meta, about the platform: one message every six seconds to a user, 45 at once
constexpr long long cloud_a_second = 80;
constexpr long long cloud_high_a_second = 1000;
constexpr long long onprem_a_second = 70;
constexpr long long onprem_most_a_second = 250;
constexpr int most_shards = 32;
constexpr int undeliverable = 131026;
constexpr int onprem_generic = 500;

std::string seconds_of(Time at) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

Json error_of(Side side, int code) {
  const std::string title = code == undeliverable ? "Message undeliverable" : "Message failed to send";
  Json error{{"code", code}, {"title", title}};
  if (side == Side::onprem) {
    error["details"] = title;
    return error;
  }
  error["message"] = title;
  error["error_data"] = {{"details", title}};
  error["href"] = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/";
  return error;
}

/// Since v2.45 a client names the recipient within `message` alone (Meta, on-premises changelog).
Json status_of(Side side, const std::string& id, const Submission& message, const std::string& status, Time at) {
  Json told{{"id", id}};
  if (side == Side::onprem) {
    told["message"] = {{"recipient_id", wa_id_of(message.to)}};
  } else {
    told["recipient_id"] = wa_id_of(message.to);
    if (!message.tag.empty()) told["biz_opaque_callback_data"] = message.tag;
  }
  told["status"] = status;
  told["timestamp"] = seconds_of(at);
  return told;
}

Json message_from(const std::string& id, const std::string& from, const std::string& text, Time at) {
  const Json contact{{"profile", {{"name", "A person"}}}, {"wa_id", from}};
  const Json message{
      {"from", from}, {"id", id}, {"timestamp", seconds_of(at)}, {"type", "text"}, {"text", {{"body", text}}}};
  return {{"contacts", Json::array({contact})}, {"messages", Json::array({message})}};
}

/// Which statuses follow on `sent`.
std::vector<std::string> later_statuses(Reception reception) {
  switch (reception) {
    case Reception::delivered:
      return {"delivered"};
    case Reception::read:
      return {"delivered", "read"};
    case Reception::failed:
      return {"failed"};
    case Reception::delivered_and_failed:
      return {"failed", "delivered"};
    case Reception::sent:
    case Reception::nothing:
      break;
  }
  return {};
}

bool is_had(Reception reception) {
  return reception == Reception::delivered || reception == Reception::read ||
         reception == Reception::delivered_and_failed;
}

Json cloud_value(const WorldNumber& number, const PlannedWebhook& planned) {
  Json value{{"messaging_product", "whatsapp"},
             {"metadata", {{"display_phone_number", number.digits()}, {"phone_number_id", number.phone_number_id}}}};
  if (planned.status.empty()) {
    value.update(planned.told);
  } else {
    value["statuses"] = Json::array({planned.told});
  }
  return value;
}

/// The number's own webhook, the account's, the app's: the first that there is (Meta, webhook overrides).
std::optional<Webhook> of_cloud(State& state, const WorldNumber& number, const PlannedWebhook& planned,
                                Webhook webhook) {
  const auto waba = state.wabas.find(number.waba_id);
  if (waba == state.wabas.end() || waba->second.subscriptions.empty()) return std::nullopt;
  const Subscription& subscription = waba->second.subscriptions.front();
  const App& app = state.apps[subscription.app_id];
  for (const std::string* url : {&number.callback_override, &subscription.callback_override, &app.callback_url}) {
    if (webhook.url.empty()) webhook.url = *url;
  }
  const Json change{{"value", cloud_value(number, planned)}, {"field", "messages"}};
  const Json entry{{"id", number.waba_id}, {"changes", Json::array({change})}};
  webhook.body = to_compact({{"object", "whatsapp_business_account"}, {"entry", Json::array({entry})}});
  if (!app.secret.empty()) webhook.signature = "sha256=" + hmac_hex(app.secret, webhook.body);
  return webhook;
}

std::optional<Webhook> of_client(State& state, const WorldNumber& number, const PlannedWebhook& planned,
                                 Webhook webhook) {
  const Deployment* deployment = state.deployment(number.deployment);
  if (deployment == nullptr) return std::nullopt;
  const Json& settings = at_path(deployment->application, {"webhooks"});
  if (flag_at(at_path(settings, {"message"}), planned.status) == false) return std::nullopt;
  webhook.deployment = deployment->name;
  webhook.url = text_at(settings, "url");
  webhook.body = to_compact(planned.status.empty() ? planned.told : Json{{"statuses", Json::array({planned.told})}});
  return webhook;
}

long long placeholders_of(const Json& kept) {
  long long most = 0;
  for (const Json& component : at_path(kept, {"components"})) {
    if (text_at(component, "type") != "BODY") continue;
    const std::string text = text_at(component, "text");
    while (text.find(fmt::format("{{{{{}}}}}", most + 1)) != std::string::npos) ++most;
  }
  return most;
}

bool is_parameter(const Json& parameter) {
  const std::string type = text_at(parameter, "type");
  if (type.empty() || parameter.size() != 2 || !parameter.contains(type)) return false;
  return parameter[type].is_object() || !text_at(parameter, type).empty();
}

/// Cloud refuses a button without an index (Meta, migrating from On-Premises API to Cloud API).
bool is_component(Side side, const Json& component) {
  const std::string type = text_at(component, "type");
  const Json& parameters = at_path(component, {"parameters"});
  if (!parameters.is_array() || !std::all_of(parameters.begin(), parameters.end(), is_parameter)) return false;
  if (type == "body" || type == "header") return component.size() == 2;
  const bool has_index = number_at(component, "index").has_value();
  return type == "button" && !text_at(component, "sub_type").empty() && (has_index || side == Side::onprem) &&
         component.size() == (has_index ? 4U : 3U);
}

/// Parameters of the body; nothing where a component is not as documented.
std::optional<long long> parameters_of(Side side, const Json& content) {
  long long count = 0;
  for (const Json& component : at_path(content, {"components"})) {
    if (!is_component(side, component)) return std::nullopt;
    if (text_at(component, "type") == "body") count += static_cast<long long>(component["parameters"].size());
  }
  return count;
}

const Json* template_named(const State& state, const WorldNumber& number, const std::string& name,
                           const std::string& language) {
  const auto waba = state.wabas.find(number.waba_id);
  if (waba == state.wabas.end()) return nullptr;
  for (const Json& each : waba->second.templates) {
    const bool fits = text_at(each, "name") == name && text_at(each, "language") == language;
    if (fits && text_at(each, "status") == "APPROVED") return &each;
  }
  return nullptr;
}

}  // namespace

bool is_recipient(const std::string& to) {
  const std::string digits = wa_id_of(to);
  return !digits.empty() && digits.size() <= 15 && digits.find_first_not_of("0123456789") == std::string::npos;
}

std::string wa_id_of(const std::string& to) { return to.starts_with('+') ? to.substr(1) : to; }

std::optional<Refusal> template_refusal(const State& state, const WorldNumber& number, Side side, const Json& content) {
  const bool graph = side == Side::graph;
  const std::string language = text_at(content["language"], "code");
  const Json* kept = template_named(state, number, text_at(content, "name"), language);
  if (kept == nullptr) {
    return Refusal{graph ? 132001 : 2001,
                   fmt::format("template name ({}) does not exist in {}", text_at(content, "name"), language)};
  }
  const auto parameters = parameters_of(side, content);
  if (!parameters) return Refusal{graph ? 100 : 1009, "components must be header, body and buttons, as documented"};
  const long long wanted = placeholders_of(*kept);
  if (*parameters == wanted) return std::nullopt;
  return Refusal{graph ? 132000 : 2000, fmt::format("body: number of localizable_params ({}) does not match the "
                                                    "expected number of params ({})",
                                                    *parameters, wanted)};
}

long long messages_a_second(const State& state, const WorldNumber& number, Side side) {
  if (number.messaging.a_second > 0) return number.messaging.a_second;
  if (side == Side::graph) return number.high_throughput ? cloud_high_a_second : cloud_a_second;
  const auto found = state.deployments.find(number.deployment);
  const bool many = found != state.deployments.end() && found->second.shards >= most_shards;
  return many ? onprem_most_a_second : onprem_a_second;
}

std::optional<Refusal> limit_refusal(State& state, WorldNumber& number, Side side, const std::string& to, Time at) {
  const bool graph = side == Side::graph;
  const std::string wa_id = wa_id_of(to);
  if (wa_id == number.digits()) return Refusal{graph ? 131021 : 1021, "Recipient and sender are the same number"};
  Messaging& messaging = number.messaging;
  while (!messaging.admitted.empty() && messaging.admitted.front() <= at - std::chrono::seconds(1)) {
    messaging.admitted.pop_front();
  }
  if (static_cast<long long>(messaging.admitted.size()) >= messages_a_second(state, number, side)) {
    if (!graph) return Refusal{1015, "The message rate of this number is reached"};
    return Refusal{130429, "Message failed to send because there were too many messages sent from this phone number",
                   2494055};
  }
  if (!graph) return std::nullopt;
  const auto pair = messaging.pairs.find(wa_id);
  if (pair != messaging.pairs.end() && pair->second - at >= pair_burst * state.timing.pair_pause) {
    return Refusal{131056, "Too many messages sent from this phone number to the same recipient in a short time"};
  }
  return std::nullopt;
}

std::string admit(State& state, WorldNumber& number, Side side, const Submission& message, Time at) {
  Messaging& messaging = number.messaging;
  const bool graph = side == Side::graph;
  const std::string wa_id = wa_id_of(message.to);
  messaging.admitted.push_back(at);
  if (graph) {
    Time& paid = messaging.pairs[wa_id];
    paid = std::max(paid, at) + state.timing.pair_pause;
  }
  std::string id = fmt::format(fmt::runtime(graph ? "wamid.SIM{:012d}" : "gBEGsim{:012d}"), ++state.messages);
  const Millis takes = messaging.takes.value_or(state.timing.delivery_time);
  const auto plan = [&](Time when, const std::string& status, Json told) {
    state.webhooks.emplace(when, PlannedWebhook{side, number.phone, status, std::move(told)});
  };
  if (messaging.reception == Reception::nothing) return id;
  const Time sent = at + takes / 4;
  plan(sent, "sent", status_of(side, id, message, "sent", sent));
  const Time end = at + takes;
  for (const std::string& status : later_statuses(messaging.reception)) {
    Json told = status_of(side, id, message, status, end);
    const int otherwise = graph ? undeliverable : onprem_generic;
    if (status == "failed") {
      told["errors"] = Json::array({error_of(side, messaging.failure != 0 ? messaging.failure : otherwise)});
    }
    plan(end, status, std::move(told));
  }
  if (messaging.answered && is_had(messaging.reception)) receive(state, number, wa_id, "Here it is.", end);
  return id;
}

void receive(State& state, const WorldNumber& number, const std::string& from, const std::string& text, Time at) {
  const bool graph = number.timeline.at(at).served_by == ServedBy::cloud;
  const std::string id = fmt::format(fmt::runtime(graph ? "wamid.SIMIN{:012d}" : "ABEGsim{:012d}"), ++state.messages);
  state.webhooks.emplace(at, PlannedWebhook{graph ? Side::graph : Side::onprem, number.phone, "",
                                            message_from(id, wa_id_of(from), text, at)});
}

std::optional<Webhook> sent_webhook(State& state, Time at, const PlannedWebhook& planned) {
  const WorldNumber* number = state.number(planned.phone);
  if (number == nullptr) return std::nullopt;
  const bool graph = planned.side == Side::graph;
  if (number->timeline.at(at).served_by != (graph ? ServedBy::cloud : ServedBy::onprem)) return std::nullopt;
  Webhook webhook{.at = at, .side = planned.side, .phone = planned.phone};
  auto made = graph ? of_cloud(state, *number, planned, std::move(webhook))
                    : of_client(state, *number, planned, std::move(webhook));
  if (made && made->url.empty()) return std::nullopt;
  return made;
}

}  // namespace wamigrate::sim
