// Scenarios: a world described by a short list of numbers, as an inventory knows them, and an overlay in JSON that
// plants situations on top of it: a wrong PIN, a number that wants a code, a missing subscription.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "sim/world.hpp"

namespace wamigrate::sim {

/// One number as whoever builds the world knows it. What is left empty gets a plausible value.
struct NumberSpec {
  std::string phone{};            ///< E.164.
  std::string phone_number_id{};  ///< Empty: made from the phone.
  std::string waba_id = "102290129340398";
  ServedBy home = ServedBy::onprem;
  std::string pin{};             ///< Empty: two-step verification is off.
  std::string deployment{};      ///< Empty: none.
  std::string deployment_url{};  ///< For the in-process transport; empty: https://NAME.invalid:9090.
  Mode mode = Mode::single;      ///< With more than one shard always multiconnect.
  int shards = 1;
  std::string username = "admin";
  std::string password = "Secret-123";
  std::string verified_name = "Example Ltd";
};

struct WorldSpec {
  std::string graph_url = "https://graph.facebook.com";
  std::string graph_token = "sim-token";
  std::string app_id = "900100200300";
  std::string app_secret{};
  std::string app_callback = "https://hooks.example.com/cloud";  ///< The app's webhook; empty: none.
  bool subscribed = true;                                        ///< The app, to every WABA.
  Dialect dialect{};
  Timing timing{};
  std::vector<NumberSpec> numbers{};
};

/// Builds it. The clock must outlive the world.
std::unique_ptr<World> make_world(Clock& clock, const WorldSpec& spec);

/// Plants what an overlay says:
///   {"world": {"dialect": "throttle_as_429=true", "onprem_registration_blocked": true, "token_expires_in": "1h", …},
///    "*": {"needs_code": true}, "+4915110000000": {"pin": "wrong", "queue": 450}}
/// "*" is for every number; what a number says itself comes after it. number_overlay_keys() and world_overlay_keys()
/// list what there is. Every mistake is reported at once, and then nothing has been planted.
Result<void> plant(World& world, std::string_view overlay);

struct OverlayKey {
  std::string_view name{};
  std::string_view takes{};    ///< The value: "true or false", "a duration", …
  std::string_view meaning{};  ///< One sentence.
};
/// For a number, and under "world".
const std::vector<OverlayKey>& number_overlay_keys();
const std::vector<OverlayKey>& world_overlay_keys();

/// The overlay that brings a freshly made world of the same spec to where this one's numbers are: every number key
/// that can be read back, for every number.
Json overlay_of(World& world);

}  // namespace wamigrate::sim
