// A client is one container or many: the same document comes once, or once a node under "host:container".
#include "api/onprem_replies.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

namespace wamigrate::api::onprem_replies {

namespace {

HealthNode health_node(std::string name, const Json& json) {
  HealthNode node;
  node.name = std::move(name);
  node.status = json.is_string() ? json.get<std::string>() : text_at(json, "gateway_status");
  node.role = text_at(json, "role");
  if (!node.status.empty()) return node;
  node.status = "error";
  const Json& errors = at_path(json, {"errors"});
  if (errors.is_array() && !errors.empty()) node.code = text_at(errors.front(), "code");
  return node;
}

/// Every member of that name at any depth: single, or below "host:container". parse_json bounds the depth.
void each_member(const Json& json, std::string_view name, const std::function<void(const Json&)>& visit) {
  if (!json.is_structured()) return;
  for (const auto& [key, value] : json.items()) {
    if (json.is_object() && key == name) {
      visit(value);
    } else {
      each_member(value, name, visit);
    }
  }
}

/// Unix seconds (or milliseconds), as a number or text, or a date.
std::optional<Time> moment(const Json& value) {
  const Json wrapped{{"at", value}};
  if (const auto number = number_at(wrapped, "at")) {
    constexpr long long year_5138_in_seconds = 100'000'000'000;
    if (*number <= 0 || *number > latest.time_since_epoch().count()) return std::nullopt;
    if (*number >= year_5138_in_seconds) return Time(Millis(*number));
    return Time(std::chrono::seconds(*number));
  }
  return value.is_string() ? parse_iso(value.get_ref<const std::string&>()) : std::nullopt;
}

constexpr long long longest_queue = 1'000'000'000'000;  // more is no gauge but garbage

std::string without_v(std::string version) {
  if (version.starts_with('v')) version.erase(0, 1);
  return version;
}

}  // namespace

std::optional<std::vector<HealthNode>> health(const Json& json) {
  const Json& health = at_path(json, {"health"});
  if (!health.is_object() || health.empty()) return std::nullopt;
  std::vector<HealthNode> nodes;
  if (health.contains("gateway_status") || health.contains("errors")) {
    nodes.push_back(health_node("", health));
    return nodes;
  }
  for (const auto& [name, node] : health.items()) nodes.push_back(health_node(name, node));
  return nodes;
}

std::optional<Support> support(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  Support support;
  support.version = without_v(text_at(at_path(json, {"meta"}), "version"));
  each_member(json, "expire_timestamp", [&support](const Json& value) {
    const auto expires = moment(value);
    if (expires && (!support.expires || *expires < *support.expires)) support.expires = expires;
  });
  return support;
}

std::optional<Json> application_settings(const Json& json) {
  const Json& settings = at_path(json, {"settings", "application"});
  if (!settings.is_object()) return std::nullopt;
  return settings;
}

std::optional<BusinessProfile> business_profile(const Json& json) {
  const Json& found = at_path(json, {"settings", "business", "profile"});
  if (!found.is_object()) return std::nullopt;
  BusinessProfile profile{text_at(found, "address"),
                          text_at(found, "description"),
                          text_at(found, "email"),
                          text_at(found, "vertical"),
                          {}};
  const Json& websites = at_path(found, {"websites"});
  if (websites.is_array()) {
    for (const Json& site : websites) {
      if (site.is_string()) profile.websites.push_back(site.get<std::string>());
    }
  }
  return profile;
}

std::optional<bool> picture(const Json& json) {
  return !text_at(at_path(json, {"settings", "profile", "photo"}), "link").empty();
}

std::optional<Json> compliance(const Json& json) {
  const Json& found = at_path(json, {"settings", "business", "compliance_info"});
  return found.is_object() ? found : Json();
}

std::optional<std::string> about(const Json& json) {
  const Json& found = at_path(json, {"settings", "profile", "about"});
  if (!found.is_object()) return std::nullopt;
  return text_at(found, "text");
}

std::optional<int> shards(const Json& json) {
  const auto number = number_at(at_path(json, {"account"}), "shards");
  if (!number || *number < 1 || *number > 1024) return std::nullopt;
  return static_cast<int>(*number);
}

std::optional<std::optional<long long>> callback_queue(const Json& json) {
  std::optional<long long> sum;
  bool readable = true;
  each_member(json, "callback_queue_size", [&](const Json& gauge) {
    const Json& data = at_path(gauge, {"data"});
    if (!data.is_array() || data.empty()) readable = false;
    if (!data.is_array()) return;
    for (const Json& sample : data) {
      const auto value = number_at(sample, "value");
      readable = readable && value && *value >= 0 && *value <= longest_queue - sum.value_or(0);
      if (readable) sum = sum.value_or(0) + *value;
    }
  });
  return readable ? sum : std::optional<long long>();
}

std::optional<Secret> backup_data(const Json& json) {
  Secret data(text_at(at_path(json, {"settings"}), "data"));
  if (data.empty()) return std::nullopt;
  return data;
}

std::optional<Secret> login_token(const Json& json) {
  const Json& users = at_path(json, {"users"});
  if (!users.is_array() || users.empty()) return std::nullopt;
  Secret token(text_at(users.front(), "token"));
  if (token.empty()) return std::nullopt;
  return token;
}

std::optional<ErrorReply> error(const Json& json) {
  const Json& errors = at_path(json, {"errors"});
  if (!errors.is_array() || errors.empty()) return std::nullopt;
  const Json& first = errors.front();
  ErrorReply found;
  found.code = text_at(first, "code");
  const std::string title = text_at(first, "title");
  const std::string details = first.is_string() ? first.get<std::string>() : text_at(first, "details");
  found.details = details.empty() ? title : details;
  found.wording = title + " " + details;
  return found;
}

}  // namespace wamigrate::api::onprem_replies
