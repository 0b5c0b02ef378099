// What an overlay can plant on a number and its deployment.
#include <fmt/format.h>

#include <charconv>

#include "sim/overlay_keys.hpp"
#include "sim/registration.hpp"

namespace wamigrate::sim {
namespace {

NumberKey flag_key(std::string_view name, bool WorldNumber::*member, std::string_view meaning) {
  return {{name, "true or false", meaning},
          [member](const Json& value) -> Result<Plant> {
            if (!value.is_boolean()) return fail("must be true or false");
            return [member, on = value.get<bool>()](Spot& spot) { spot.number.*member = on; };
          },
          [member](State&, const WorldNumber& number, Time) -> Json { return number.*member; }};
}

NumberKey text_key(std::string_view name, std::string WorldNumber::*member, std::string_view takes,
                   std::string_view meaning) {
  return {{name, takes, meaning},
          [member](const Json& value) -> Result<Plant> {
            if (!value.is_string()) return fail("must be text");
            return [member, text = value.get<std::string>()](Spot& spot) { spot.number.*member = text; };
          },
          [member](State&, const WorldNumber& number, Time) -> Json { return number.*member; }};
}

NumberKey count_key(std::string_view name, std::string_view takes, std::string_view meaning,
                    std::function<void(Spot&, long long)> deed,
                    std::function<Json(State&, const WorldNumber&, Time)> write) {
  return {{name, takes, meaning},
          [deed = std::move(deed)](const Json& value) -> Result<Plant> {
            if (!value.is_number_integer() || value.get<long long>() < 0) return fail("must be a whole number");
            return [deed, count = value.get<long long>()](Spot& spot) { deed(spot, count); };
          },
          std::move(write)};
}

std::string another_pin(const std::optional<std::string>& pin) {
  std::string other = pin.value_or("000000");
  other.back() = other.back() == '9' ? '0' : static_cast<char>(other.back() + 1);
  return other;
}

NumberKey pin_key() {
  return {{"pin", "six digits, \"wrong\" or null", "the PIN the vendor knows; wrong: another than before; null: none"},
          [](const Json& value) -> Result<Plant> {
            if (value.is_null()) return [](Spot& spot) { spot.number.pin.reset(); };
            if (value == "wrong") return [](Spot& spot) { spot.number.pin = another_pin(spot.number.pin); };
            if (!value.is_string() || value.get<std::string>().size() != 6) return fail("must be six digits");
            return [pin = value.get<std::string>()](Spot& spot) { spot.number.pin = pin; };
          },
          [](State&, const WorldNumber& number, Time) -> Json { return number.pin ? Json(*number.pin) : Json(); }};
}

void set_home(Spot& spot, ServedBy home) {
  spot.number.timeline = {};
  spot.number.timeline.set(settled_phase(home, Time{}));
  spot.number.on_biz_app = home == ServedBy::app;
}

NumberKey home_key() {
  return {{"home", "onprem, cloud, nowhere or app", "who serves the number from the beginning"},
          [](const Json& value) -> Result<Plant> {
            for (const ServedBy home : {ServedBy::onprem, ServedBy::cloud, ServedBy::nobody, ServedBy::app}) {
              if (value == name(home)) return [home](Spot& spot) { set_home(spot, home); };
            }
            return fail("must be onprem, cloud, nowhere or app");
          },
          [](State&, const WorldNumber& number, Time now) -> Json { return name(number.timeline.at(now).served_by); }};
}

void take_deployment_away(Spot& spot) {
  Deployment* deployment = spot.deployment();
  if (deployment == nullptr) return;
  stop_client(spot.state, *deployment, spot.now);
  deployment->gone = true;
}

NumberKey gone_key() {
  return {{"deployment_gone", "true", "the deployment answers nothing any more"},
          [](const Json& value) -> Result<Plant> {
            if (value != true) return fail("must be true");
            return take_deployment_away;
          },
          nullptr};
}

NumberKey expiry_key() {
  return {{"client_expires_in", "a duration; 0s: already expired", "when this build of the client stops working"},
          [](const Json& value) -> Result<Plant> {
            const auto length = value.is_string() ? parse_duration(value.get<std::string>()) : std::nullopt;
            if (!length) return fail("must be a duration, as in 72h");
            return [length = *length](Spot& spot) {
              if (Deployment* deployment = spot.deployment()) deployment->expires = spot.now + length;
              const bool dead = length.count() == 0 && spot.number.timeline.at(spot.now).served_by == ServedBy::onprem;
              if (dead) {
                spot.number.timeline.set(
                    {spot.now, ServedBy::nobody, Platform::on_premise, "DISCONNECTED", Gateway::disconnected});
              }
            };
          },
          nullptr};
}

NumberKey list_key() {
  return {{"loses", "a list of about, address, description, email, vertical, websites, picture, compliance",
           "what a Cloud registration loses, whatever is promised"},
          [](const Json& value) -> Result<Plant> {
            if (!value.is_array()) return fail("must be a list");
            std::vector<std::string> members;
            for (const Json& each : value) {
              if (!each.is_string()) return fail("must be a list of names");
              members.push_back(each.get<std::string>());
            }
            return [members](Spot& spot) { spot.number.lost_in_move = members; };
          },
          [](State&, const WorldNumber& number, Time) -> Json { return number.lost_in_move; }};
}

NumberKey health_key() {
  return {{"health", "AVAILABLE, LIMITED or BLOCKED", "what Graph's health_status says of the number"},
          [](const Json& value) -> Result<Plant> {
            for (const char* word : {"AVAILABLE", "LIMITED", "BLOCKED"}) {
              if (value != word) continue;
              return [word](Spot& spot) {
                spot.number.health = PlantedHealth{word, 141006, "There is a problem with the payment method"};
              };
            }
            return fail("must be AVAILABLE, LIMITED or BLOCKED");
          },
          [](State&, const WorldNumber& number, Time) -> Json {
            return number.health ? Json(number.health->can_send) : Json();
          }};
}

NumberKey shards_key() {
  return count_key(
      "shards_missing", "how many", "Coreapps that say they are disconnected though they should not be",
      [](Spot& spot, long long missing) {
        Deployment* deployment = spot.deployment();
        if (deployment == nullptr) return;
        for (Node& node : deployment->nodes) {
          const bool hit = missing > 0 && (node.role == "coreapp" || node.role.empty());
          node.says = hit ? std::optional(Gateway::disconnected) : std::nullopt;
          if (hit) --missing;
        }
      },
      nullptr);
}

void use_up(Ration& ration, long long count, Time now) { ration.used.assign(static_cast<std::size_t>(count), now); }

std::vector<NumberKey> move_keys() {
  return {
      pin_key(),
      home_key(),
      flag_key("needs_code", &WorldNumber::needs_code, "an on-premises registration wants a code"),
      text_key("code", &WorldNumber::code, "six digits", "the code that would be sent"),
      text_key("verification", &WorldNumber::verification, "VERIFIED, NOT_VERIFIED or EXPIRED",
               "Graph's code_verification_status"),
      flag_key("onprem_registration_blocked", &WorldNumber::registration_blocked,
               "on-premises registration is refused for good"),
      flag_key("on_biz_app", &WorldNumber::on_biz_app, "the number is on the WhatsApp Business app"),
      flag_key("half_deregistered", &WorldNumber::half_deregistered,
               "register answers 133000 until deregistered again"),
      count_key(
          "registers_used", "how many", "of the ten registrations of 72 hours",
          [](Spot& spot, long long count) { use_up(spot.number.registers, count, spot.now); },
          [](State&, const WorldNumber& number, Time) -> Json { return number.registers.used.size(); }),
      count_key(
          "deregisters_used", "how many", "of the ten deregistrations of 72 hours",
          [](Spot& spot, long long count) { use_up(spot.number.deregisters, count, spot.now); },
          [](State&, const WorldNumber& number, Time) -> Json { return number.deregisters.used.size(); }),
      list_key(),
  };
}

std::vector<NumberKey> appearance_keys() {
  return {
      text_key("verified_name", &WorldNumber::verified_name, "text", "the display name"),
      text_key("name_status", &WorldNumber::name_status, "APPROVED, DECLINED, PENDING_REVIEW, …",
               "of the display name"),
      text_key("certificate", &WorldNumber::certificate, "base64 text",
               "what an on-premises registration wants as cert"),
      text_key("quality", &WorldNumber::quality, "GREEN, YELLOW, RED, UNKNOWN or NA", "the quality rating"),
      text_key("limit", &WorldNumber::limit, "TIER_250, TIER_1K, …", "the messaging limit"),
      text_key("country", &WorldNumber::country, "two letters", "Graph's country_code"),
      text_key("webhook_override", &WorldNumber::callback_override, "an https URL or nothing",
               "the number's own webhook"),
      flag_key("official", &WorldNumber::official, "it has the official badge"),
      health_key(),
  };
}

/// "failed 131047" is a failure with that code.
std::optional<Messaging> messaging_from(const std::string& text) {
  for (const Reception reception : {Reception::delivered, Reception::read, Reception::sent, Reception::failed,
                                    Reception::delivered_and_failed, Reception::nothing}) {
    if (text == name(reception)) return Messaging{.reception = reception};
  }
  const std::string with_code = "failed ";
  if (!text.starts_with(with_code)) return std::nullopt;
  int code = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + with_code.size(), end, code);
  if (read.ec != std::errc() || read.ptr != end || code <= 0) return std::nullopt;
  return Messaging{.reception = Reception::failed, .failure = code};
}

NumberKey messages_key() {
  return {{"messages", "delivered, read, sent, failed, failed CODE, delivered and failed, or nothing",
           "what becomes of the messages that it sends from now on"},
          [](const Json& value) -> Result<Plant> {
            const auto planted = value.is_string() ? messaging_from(value.get<std::string>()) : std::nullopt;
            if (!planted) return fail("must be one of its words, as in \"failed 131047\"");
            return [planted = *planted](Spot& spot) {
              spot.number.messaging.reception = planted.reception;
              spot.number.messaging.failure = planted.failure;
            };
          },
          [](State&, const WorldNumber& number, Time) -> Json {
            const Messaging& messaging = number.messaging;
            if (messaging.failure != 0) return fmt::format("failed {}", messaging.failure);
            return name(messaging.reception);
          }};
}

NumberKey onprem_webhook_key() {
  return {{"onprem_webhook", "a URL or nothing", "where the deployment's webhooks go"},
          [](const Json& value) -> Result<Plant> {
            if (!value.is_string()) return fail("must be text");
            return [url = value.get<std::string>()](Spot& spot) {
              if (Deployment* deployment = spot.deployment()) deployment->application["webhooks"]["url"] = url;
            };
          },
          nullptr};
}

NumberKey messages_take_key() {
  return {{"messages_take", "a duration", "from an accepted message to the last of its statuses"},
          [](const Json& value) -> Result<Plant> {
            const auto length = value.is_string() ? parse_duration(value.get<std::string>()) : std::nullopt;
            if (!length) return fail("must be a duration, as in 30s");
            return [length = *length](Spot& spot) { spot.number.messaging.takes = length; };
          },
          nullptr};
}

NumberKey answered_key() {
  return {{"answered", "true or false", "whether who gets a message of it writes back at once"},
          [](const Json& value) -> Result<Plant> {
            if (!value.is_boolean()) return fail("must be true or false");
            return [on = value.get<bool>()](Spot& spot) { spot.number.messaging.answered = on; };
          },
          [](State&, const WorldNumber& number, Time) -> Json { return number.messaging.answered; }};
}

std::vector<NumberKey> message_keys() {
  return {messages_key(), messages_take_key(), answered_key(), onprem_webhook_key(),
          count_key(
              "messages_a_second", "how many; 0: as documented", "messages that are taken in a second",
              [](Spot& spot, long long count) { spot.number.messaging.a_second = count; },
              [](State&, const WorldNumber& number, Time) -> Json { return number.messaging.a_second; })};
}

std::vector<NumberKey> deployment_keys() {
  return {
      gone_key(),
      expiry_key(),
      shards_key(),
      count_key(
          "queue", "how many", "callbacks that wait in the deployment's queue",
          [](Spot& spot, long long count) {
            if (Deployment* deployment = spot.deployment()) {
              deployment->queue = count;
              deployment->queue_at = spot.now;
            }
          },
          [](State& state, const WorldNumber& number, Time now) -> Json {
            const Deployment* deployment = state.deployment(number.deployment);
            return deployment == nullptr ? Json() : Json(queue_length(*deployment, now));
          }),
      count_key(
          "queue_per_second", "how many; 0: stuck", "callbacks that leave that queue in a second",
          [](Spot& spot, long long count) {
            if (Deployment* deployment = spot.deployment()) deployment->queue_per_second = static_cast<double>(count);
          },
          [](State& state, const WorldNumber& number, Time) -> Json {
            const Deployment* deployment = state.deployment(number.deployment);
            return deployment == nullptr ? Json() : Json(static_cast<long long>(deployment->queue_per_second));
          }),
  };
}

}  // namespace

const std::vector<NumberKey>& number_keys() {
  static const std::vector<NumberKey> keys = [] {
    std::vector<NumberKey> all = move_keys();
    for (NumberKey& key : appearance_keys()) all.push_back(std::move(key));
    for (NumberKey& key : deployment_keys()) all.push_back(std::move(key));
    for (NumberKey& key : message_keys()) all.push_back(std::move(key));
    return all;
  }();
  return keys;
}

}  // namespace wamigrate::sim
