// observed.json: what was seen of a fleet at one moment, as it stands beside the plans under plans/. Small on purpose:
// it holds what planning looks at and nothing else. A side that gave no answer is one word in place of what it would
// have said: "not asked", "unreachable", or "refused CODE". What is not in the format is an error, so that a spelling
// mistake is not a different observation.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "plan/preflight.hpp"

namespace wamigrate::testing {

struct ObservedNumber {
  std::string phone;
  Observation seen;
  LedgerView ledger;
};

struct Observed {
  Direction direction = Direction::to_cloud;
  PlanOptions options;
  Time at{};
  TokenView token;
  std::vector<ObservedNumber> numbers;
};

/// Takes a document apart, and complains about what nobody took.
class ObservedReader {
 public:
  ObservedReader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) throw std::runtime_error(where_ + " is not an object");
  }
  ObservedReader(const ObservedReader&) = delete;
  ObservedReader& operator=(const ObservedReader&) = delete;
  /// Call it last.
  void done() const {
    for (const auto& [key, value] : json_.items()) {
      if (std::find(taken_.begin(), taken_.end(), key) == taken_.end()) {
        throw std::runtime_error(where_ + " has an unknown member " + key);
      }
    }
  }
  const Json& at(const std::string& key) {
    taken_.push_back(key);
    return at_path(json_, {key});
  }
  std::string text(const std::string& key) { return at(key).is_null() ? "" : text_at(json_, key); }
  bool flag(const std::string& key) { return at(key).is_null() ? false : flag_at(json_, key).value(); }
  int number(const std::string& key) { return at(key).is_null() ? 0 : static_cast<int>(number_at(json_, key).value()); }
  std::optional<Time> time(const std::string& key) {
    const std::string text_of_it = text(key);
    return text_of_it.empty() ? std::nullopt : std::optional(parse_iso(text_of_it).value());
  }
  /// A length in milliseconds; none where it is null.
  std::optional<Millis> length(const std::string& key) {
    const Json& value = at(key);
    return value.is_null() ? std::nullopt : std::optional(Millis(number_at(json_, key).value()));
  }
  std::vector<std::string> texts(const std::string& key) {
    std::vector<std::string> list;
    for (const Json& one : at(key)) list.push_back(one.get<std::string>());
    return list;
  }
  /// How a side answered; what it said is at the key only if it did.
  Asked asked(const std::string& key) {
    const Json& said = at(key);
    if (said.is_null() || said == "not asked") return {};
    if (said == "unreachable") return {Asked::How::unreachable, "", "no answer", false};
    const std::string word = said.is_string() ? said.get<std::string>() : "";
    if (word.starts_with("refused ")) return {Asked::How::refused, word.substr(8), "code " + word.substr(8), false};
    return {Asked::How::answered, "", "", false};
  }
  std::string place(const std::string& key) const { return where_ + "." + key; }

 private:
  const Json& json_;
  std::string where_;
  std::vector<std::string> taken_;
};

inline GraphView graph_from(const Json& json, const std::string& where) {
  GraphView view;
  ObservedReader reader(json, where);
  view.asked.how = Asked::How::answered;
  view.platform_type = reader.text("platform_type");
  view.status = reader.text("status");
  view.display_phone_number = reader.text("display_phone_number");
  view.name_status = reader.text("name_status");
  view.code_verification_status = reader.text("code_verification_status");
  view.throughput = reader.text("throughput");
  view.has_certificate = reader.flag("certificate");
  view.is_on_biz_app = reader.flag("is_on_biz_app");
  view.health_asked = reader.asked("health");
  if (view.health_asked.answered()) {
    ObservedReader health(reader.at("health"), reader.place("health"));
    view.can_send_message = health.text("can_send_message");
    view.health_blocked = health.texts("blocked");
    view.health_findings = health.texts("findings");
    health.done();
  }
  view.settings_asked = reader.asked("settings");
  if (view.settings_asked.answered()) {
    ObservedReader settings(reader.at("settings"), reader.place("settings"));
    view.storage_region = settings.text("storage_region");
    settings.done();
  }
  view.webhook_asked = reader.asked("webhook");
  if (view.webhook_asked.answered()) {
    ObservedReader webhook(reader.at("webhook"), reader.place("webhook"));
    view.webhook_phone = webhook.text("phone");
    view.webhook_waba = webhook.text("waba");
    view.webhook_app = webhook.text("app");
    webhook.done();
  }
  reader.done();
  return view;
}

inline OnpremView onprem_from(const Json& json, const std::string& where) {
  OnpremView view;
  ObservedReader reader(json, where);
  view.health = reader.asked("health");
  if (view.health.answered()) {
    for (const Json& one : reader.at("health")) {
      ObservedReader node(one, reader.place("health"));
      view.nodes.push_back({node.text("name"), node.text("status"), node.text("role"), node.text("code")});
      node.done();
    }
  }
  view.settings = reader.asked("settings");
  if (view.settings.answered()) {
    ObservedReader settings(reader.at("settings"), reader.place("settings"));
    view.wa_id = settings.text("wa_id");
    view.application = {{"wa_id", view.wa_id},
                        {"webhooks", {{"url", settings.text("webhook")}}},
                        {"callback_persist", settings.flag("callback_persist")}};
    settings.done();
  }
  view.support = reader.asked("support");
  if (view.support.answered()) {
    ObservedReader support(reader.at("support"), reader.place("support"));
    view.version = support.text("version");
    view.expires = support.time("expires");
    support.done();
  }
  view.queue = reader.asked("queue");
  if (view.queue.answered()) {
    ObservedReader queue(reader.at("queue"), reader.place("queue"));
    if (!queue.at("callback_queue_size").is_null()) view.queue_size = queue.number("callback_queue_size");
    queue.done();
  }
  view.shards_asked = reader.asked("shards");
  if (view.shards_asked.answered()) view.shards = reader.number("shards");
  reader.done();
  return view;
}

inline ObservedNumber number_from(const Json& json, const std::string& where) {
  ObservedNumber number;
  ObservedReader reader(json, where);
  number.phone = reader.text("phone");
  const Asked graph = reader.asked("graph");
  if (graph.answered()) {
    number.seen.graph = graph_from(reader.at("graph"), reader.place("graph"));
  } else {
    GraphView& view = number.seen.graph;
    view.asked = view.health_asked = view.webhook_asked = view.settings_asked = graph;
  }
  number.seen.waba_asked = reader.asked("in_waba");
  if (number.seen.waba_asked.answered()) number.seen.in_waba = reader.flag("in_waba");
  number.seen.apps_asked = reader.asked("subscribed_apps");
  if (number.seen.apps_asked.answered()) number.seen.subscribed_app_ids = reader.texts("subscribed_apps");
  number.seen.waba_node_asked = reader.asked("waba");
  if (number.seen.waba_node_asked.answered()) {
    ObservedReader waba(reader.at("waba"), reader.place("waba"));
    number.seen.waba_review = waba.text("review");
    number.seen.waba_country = waba.text("country");
    waba.done();
  }
  number.seen.graph_clock_ahead = reader.length("graph_clock_ahead_ms");
  number.seen.onprem_clock_ahead = reader.length("onprem_clock_ahead_ms");
  const Asked onprem = reader.asked("onprem");
  OnpremView& view = number.seen.onprem;
  if (onprem.answered()) {
    view = onprem_from(reader.at("onprem"), reader.place("onprem"));
  } else {
    view.health = view.settings = view.support = view.queue = view.shards_asked = onprem;
  }
  ObservedReader ledger(reader.at("ledger"), reader.place("ledger"));
  number.ledger.known = ledger.flag("known");
  number.ledger.registrations = ledger.number("registrations");
  number.ledger.deregistrations = ledger.number("deregistrations");
  number.ledger.pin_refused = ledger.flag("pin_refused");
  ledger.done();
  reader.done();
  return number;
}

/// Reads an observed.json; throws, and so fails the test that reads it, where it is not one.
inline Observed observed_from(const std::string& text) {
  const auto json = parse_json(text);
  if (!json) throw std::runtime_error("not JSON");
  ObservedReader reader(*json, "observed");
  if (reader.number("wamigrate_observed") != 1) throw std::runtime_error("not an observed.json");
  Observed observed;
  observed.direction = reader.text("to") == name(Direction::to_cloud) ? Direction::to_cloud : Direction::to_onprem;
  observed.at = reader.time("at").value();
  ObservedReader options(reader.at("options"), "options");
  observed.options.as_of = options.time("as_of").value();
  observed.options.allow_after_sunset = options.flag("allow_after_sunset");
  observed.options.deregister_first = options.flag("deregister_first");
  options.done();
  observed.token.asked = reader.asked("token");
  if (observed.token.asked.answered()) {
    ObservedReader token(reader.at("token"), "token");
    observed.token.valid = token.flag("valid");
    observed.token.app_id = token.text("app_id");
    observed.token.scopes = token.texts("scopes");
    observed.token.expires = token.time("expires");
    token.done();
  }
  for (const Json& one : reader.at("numbers")) observed.numbers.push_back(number_from(one, "number"));
  reader.done();
  return observed;
}

/// What a side said, or the word for why it said nothing.
inline Json said(const Asked& asked, Json what) {
  switch (asked.how) {
    case Asked::How::not_asked:
      return "not asked";
    case Asked::How::unreachable:
      return "unreachable";
    case Asked::How::refused:
      return "refused " + asked.code;
    case Asked::How::answered:
      break;
  }
  return what;
}

inline Json to_json(const GraphView& view) {
  return {{"platform_type", view.platform_type},
          {"status", view.status},
          {"display_phone_number", view.display_phone_number},
          {"name_status", view.name_status},
          {"code_verification_status", view.code_verification_status},
          {"throughput", view.throughput},
          {"certificate", view.has_certificate},
          {"is_on_biz_app", view.is_on_biz_app.value_or(false)},
          {"health", said(view.health_asked, {{"can_send_message", view.can_send_message},
                                              {"blocked", view.health_blocked},
                                              {"findings", view.health_findings}})},
          {"settings", said(view.settings_asked, {{"storage_region", view.storage_region}})},
          {"webhook", said(view.webhook_asked,
                           {{"phone", view.webhook_phone}, {"waba", view.webhook_waba}, {"app", view.webhook_app}})}};
}

inline Json to_json(const OnpremView& view) {
  Json nodes = Json::array();
  for (const OnpremNode& node : view.nodes) {
    nodes.push_back({{"name", node.name}, {"status", node.status}, {"role", node.role}, {"code", node.code}});
  }
  const std::string expires = view.expires ? to_iso(*view.expires) : "";
  return {{"health", said(view.health, nodes)},
          {"settings",
           said(view.settings, {{"wa_id", view.wa_id},
                                {"webhook", text_at(at_path(view.application, {"webhooks"}), "url")},
                                {"callback_persist", flag_at(view.application, "callback_persist").value_or(false)}})},
          {"support", said(view.support, {{"version", view.version}, {"expires", expires}})},
          {"queue", said(view.queue, {{"callback_queue_size", view.queue_size ? Json(*view.queue_size) : Json()}})},
          {"shards", said(view.shards_asked, view.shards)}};
}

/// The canonical form: what observed_from reads back as the same.
inline Json to_json(const Observed& observed) {
  auto length = [](const std::optional<Millis>& of) { return of ? Json(of->count()) : Json(nullptr); };
  Json numbers = Json::array();
  for (const ObservedNumber& number : observed.numbers) {
    const Observation& seen = number.seen;
    numbers.push_back(
        {{"phone", number.phone},
         {"graph", said(seen.graph.asked, to_json(seen.graph))},
         {"in_waba", said(seen.waba_asked, seen.in_waba)},
         {"subscribed_apps", said(seen.apps_asked, seen.subscribed_app_ids)},
         {"waba", said(seen.waba_node_asked, {{"review", seen.waba_review}, {"country", seen.waba_country}})},
         {"graph_clock_ahead_ms", length(seen.graph_clock_ahead)},
         {"onprem_clock_ahead_ms", length(seen.onprem_clock_ahead)},
         {"onprem", to_json(seen.onprem)},
         {"ledger",
          {{"known", number.ledger.known},
           {"registrations", number.ledger.registrations},
           {"deregistrations", number.ledger.deregistrations},
           {"pin_refused", number.ledger.pin_refused}}}});
  }
  const TokenView& token = observed.token;
  return {{"wamigrate_observed", 1},
          {"to", name(observed.direction)},
          {"at", to_iso(observed.at)},
          {"options",
           {{"as_of", to_iso(observed.options.as_of).substr(0, 10)},
            {"allow_after_sunset", observed.options.allow_after_sunset},
            {"deregister_first", observed.options.deregister_first}}},
          {"token", said(token.asked, {{"valid", token.valid},
                                       {"app_id", token.app_id},
                                       {"scopes", token.scopes},
                                       {"expires", token.expires ? to_iso(*token.expires) : ""}})},
          {"numbers", numbers}};
}

}  // namespace wamigrate::testing
