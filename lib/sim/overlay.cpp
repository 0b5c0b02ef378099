// The overlay: situations planted on a world by name, all or none.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sim/overlay_keys.hpp"

namespace wamigrate::sim {
namespace {

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
