// What an overlay can plant on the world as a whole.
#include "sim/overlay_keys.hpp"

namespace wamigrate::sim {
namespace {

WorldKey duration_key(std::string_view name, Millis Timing::*member, std::string_view meaning) {
  return {{name, "a duration", meaning}, [member](const Json& value) -> Result<PlantInWorld> {
            const auto length = value.is_string() ? parse_duration(value.get<std::string>()) : std::nullopt;
            if (!length) return fail("must be a duration, as in 15s");
            return [member, length = *length](State& state, Time) { state.timing.*member = length; };
          }};
}

WorldKey token_key() {
  return {{"token_expires_in", "a duration; 0s: already expired", "when every Graph token expires"},
          [](const Json& value) -> Result<PlantInWorld> {
            const auto length = value.is_string() ? parse_duration(value.get<std::string>()) : std::nullopt;
            if (!length) return fail("must be a duration, as in 1h");
            return [length = *length](State& state, Time now) {
              for (auto& [text, token] : state.tokens) token.expires = now + length;
            };
          }};
}

WorldKey subscribed_key() {
  return {{"subscribed", "true or false", "whether the app is subscribed to the WhatsApp Business Accounts"},
          [](const Json& value) -> Result<PlantInWorld> {
            if (!value.is_boolean()) return fail("must be true or false");
            return [on = value.get<bool>()](State& state, Time) {
              for (auto& [id, waba] : state.wabas) {
                waba.subscriptions.clear();
                for (const auto& [app_id, app] : state.apps) {
                  if (on) waba.subscriptions.push_back({app_id, ""});
                }
              }
            };
          }};
}

WorldKey scopes_key() {
  return {{"scopes", "a list of permissions", "what every Graph token may do"},
          [](const Json& value) -> Result<PlantInWorld> {
            std::set<std::string> scopes;
            for (const Json& each : value) {
              if (!each.is_string()) return fail("must be a list of names");
              scopes.insert(each.get<std::string>());
            }
            if (!value.is_array()) return fail("must be a list of names");
            return [scopes](State& state, Time) {
              for (auto& [text, token] : state.tokens) token.scopes = scopes;
            };
          }};
}

WorldKey dialect_key() {
  return {{"dialect", "name=value, …", "which reading of the documents is true"},
          [](const Json& value) -> Result<PlantInWorld> {
            if (!value.is_string()) return fail("must be text");
            const auto dialect = parse_dialect(value.get<std::string>());
            if (!dialect) return tl::make_unexpected(dialect.error());
            return [dialect = *dialect](State& state, Time) { state.dialect = dialect; };
          }};
}

WorldKey blocked_key() {
  return {{"onprem_registration_blocked", "true or false", "the sunset: no deployment may register any more"},
          [](const Json& value) -> Result<PlantInWorld> {
            if (!value.is_boolean()) return fail("must be true or false");
            return [on = value.get<bool>()](State& state, Time) { state.registration_blocked = on; };
          }};
}

WorldKey webhook_key() {
  return {{"webhook", "a URL or nothing", "where the apps' webhooks go"},
          [](const Json& value) -> Result<PlantInWorld> {
            if (!value.is_string()) return fail("must be text");
            return [url = value.get<std::string>()](State& state, Time) {
              for (auto& [id, app] : state.apps) app.callback_url = url;
            };
          }};
}

WorldKey limit_key() {
  return {{"waba_calls_per_hour", "how many", "management calls an hour for each WhatsApp Business Account"},
          [](const Json& value) -> Result<PlantInWorld> {
            if (!value.is_number_integer() || value.get<long long>() < 1) return fail("must be a whole number");
            return [most = value.get<long long>()](State& state, Time) { state.waba_calls_per_hour = most; };
          }};
}

WorldKey review_key() {
  return {{"waba_review", "APPROVED, PENDING or REJECTED", "account_review_status of every WhatsApp Business Account"},
          [](const Json& value) -> Result<PlantInWorld> {
            if (!value.is_string()) return fail("must be text");
            return [review = value.get<std::string>()](State& state, Time) {
              for (auto& [id, waba] : state.wabas) waba.review = review;
            };
          }};
}

}  // namespace

const std::vector<WorldKey>& world_keys() {
  static const std::vector<WorldKey> keys{
      dialect_key(),
      blocked_key(),
      token_key(),
      subscribed_key(),
      scopes_key(),
      limit_key(),
      review_key(),
      webhook_key(),
      duration_key("delivery_time", &Timing::delivery_time, "from an accepted message to the last of its statuses"),
      duration_key("pair_pause", &Timing::pair_pause, "one message to one recipient in this time, after a burst of 45"),
      duration_key("latency", &Timing::latency, "how long every answer takes"),
      duration_key("register_time", &Timing::register_time, "how long a Cloud registration takes"),
      duration_key("connect_time", &Timing::connect_time, "from an on-premises registration to a connected client"),
      duration_key("pending_time", &Timing::pending_time, "how long Graph says PENDING after a registration"),
      duration_key("status_lag", &Timing::status_lag,
                   "how far what Graph shows lags behind, where the dialect has it so"),
  };
  return keys;
}

}  // namespace wamigrate::sim
