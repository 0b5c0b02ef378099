// The overlay: situations planted on a world by name. Each key is one small function that checks its value and says
// what to do with it, so that all mistakes are found before anything is planted.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "sim/registration.hpp"
#include "sim/scenario.hpp"

namespace wamigrate::sim {
namespace {

struct Spot {
  State& state;
  WorldNumber& number;
  Time now;

  Deployment* deployment() const { return state.deployment(number.deployment); }
};

using Plant = std::function<void(Spot&)>;
using PlantInWorld = std::function<void(State&, Time)>;

/// What a key makes of a value: the deed, or why the value is wrong.
struct NumberKey {
  OverlayKey about;
  std::function<Result<Plant>(const Json&)> read;
  std::function<Json(State&, const WorldNumber&, Time)> write;  ///< Null: cannot be read back.
};

struct WorldKey {
  OverlayKey about;
  std::function<Result<PlantInWorld>(const Json&)> read;
};

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
  return {{"loses", "a list of about, address, description, email, vertical, websites, picture",
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

const std::vector<NumberKey>& number_keys() {
  static const std::vector<NumberKey> keys = [] {
    std::vector<NumberKey> all = move_keys();
    for (NumberKey& key : appearance_keys()) all.push_back(std::move(key));
    for (NumberKey& key : deployment_keys()) all.push_back(std::move(key));
    return all;
  }();
  return keys;
}

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

const std::vector<WorldKey>& world_keys() {
  static const std::vector<WorldKey> keys{
      dialect_key(),
      blocked_key(),
      token_key(),
      subscribed_key(),
      scopes_key(),
      limit_key(),
      review_key(),
      duration_key("latency", &Timing::latency, "how long every answer takes"),
      duration_key("register_time", &Timing::register_time, "how long a Cloud registration takes"),
      duration_key("connect_time", &Timing::connect_time, "from an on-premises registration to a connected client"),
      duration_key("pending_time", &Timing::pending_time, "how long Graph says PENDING after a registration"),
      duration_key("status_lag", &Timing::status_lag,
                   "how far what Graph shows lags behind, where the dialect has it so"),
  };
  return keys;
}

template <class Key>
const Key* find_key(const std::vector<Key>& keys, const std::string& name) {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.about.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

/// Everything an overlay asks for, found right; or everything that is wrong with it.
struct Intentions {
  std::vector<PlantInWorld> world;
  std::vector<std::pair<std::string, Plant>> numbers;  ///< "*" for all; those come first.
  std::vector<std::string> mistakes;
};

template <class Key, class Keep>
void read_section(const std::vector<Key>& keys, const std::string& section, const Json& json, Intentions& intentions,
                  const Keep& keep) {
  if (!json.is_object()) {
    intentions.mistakes.push_back(fmt::format("{} must be an object", section));
    return;
  }
  for (const auto& [name, value] : json.items()) {
    const Key* key = find_key(keys, name);
    if (key == nullptr) {
      intentions.mistakes.push_back(fmt::format("{} has no {}", section, name));
      continue;
    }
    auto read = key->read(value);
    if (read) {
      keep(std::move(*read));
    } else {
      intentions.mistakes.push_back(fmt::format("{} of {} {}", name, section, read.error().message));
    }
  }
}

void read_numbers(State& state, const std::string& phone, const Json& json, Intentions& intentions) {
  if (phone != "*" && state.number(phone) == nullptr) {
    intentions.mistakes.push_back(fmt::format("there is no number {}", phone));
    return;
  }
  const auto keep = [&](Plant plant) {
    const auto place = phone == "*" ? std::find_if(intentions.numbers.begin(), intentions.numbers.end(),
                                                   [](const auto& each) { return each.first != "*"; })
                                    : intentions.numbers.end();
    intentions.numbers.emplace(place, phone, std::move(plant));
  };
  read_section(number_keys(), phone, json, intentions, keep);
}

}  // namespace

const std::vector<OverlayKey>& number_overlay_keys() {
  static const std::vector<OverlayKey> keys = [] {
    std::vector<OverlayKey> all;
    for (const NumberKey& key : number_keys()) all.push_back(key.about);
    return all;
  }();
  return keys;
}

const std::vector<OverlayKey>& world_overlay_keys() {
  static const std::vector<OverlayKey> keys = [] {
    std::vector<OverlayKey> all;
    for (const WorldKey& key : world_keys()) all.push_back(key.about);
    return all;
  }();
  return keys;
}

Result<void> plant(World& world, std::string_view overlay) {
  const auto json = parse_json(overlay);
  if (!json || !json->is_object())
    return fail("the overlay is not a JSON object", "write {\"+49…\": {\"pin\": \"wrong\"}}");
  auto state = world.hold();
  Intentions intentions;
  for (const auto& [section, content] : json->items()) {
    if (section == "world") {
      read_section(world_keys(), section, content, intentions,
                   [&](PlantInWorld deed) { intentions.world.push_back(std::move(deed)); });
    } else {
      read_numbers(*state, section, content, intentions);
    }
  }
  if (!intentions.mistakes.empty()) {
    return fail(fmt::format("the overlay cannot be planted: {}", fmt::join(intentions.mistakes, "; ")),
                "correct these places; nothing was planted");
  }
  const Time now = world.now();
  for (const PlantInWorld& deed : intentions.world) deed(*state, now);
  for (const auto& [phone, deed] : intentions.numbers) {
    for (auto& [each, number] : state->numbers) {
      if (phone != "*" && phone != each) continue;
      Spot spot{*state, number, now};
      deed(spot);
    }
  }
  return {};
}

Json overlay_of(World& world) {
  auto state = world.hold();
  const Time now = world.now();
  Json overlay = Json::object();
  for (const auto& [phone, number] : state->numbers) {
    for (const NumberKey& key : number_keys()) {
      if (!key.write) continue;
      Json value = key.write(*state, number, now);
      // Nothing said of health and queue means nothing to plant; a PIN that is null is planted as such.
      if (!value.is_null() || key.about.name == "pin") overlay[phone][std::string(key.about.name)] = std::move(value);
    }
  }
  return overlay;
}

}  // namespace wamigrate::sim
