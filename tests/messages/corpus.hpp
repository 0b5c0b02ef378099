// The documented payloads of tests/messages/corpus (its README.md describes them), and JSON compared without regard to
// the order of members.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "messages/translate.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

namespace wamigrate::testing {

struct Documented {
  std::string name;
  Direction direction = Direction::to_cloud;  ///< Away from the API that it is of.
  Json head;
  messages::Payload payload;
};

inline std::vector<Documented> documented_payloads() {
  std::vector<Documented> all;
  for (const Direction direction : {Direction::to_cloud, Direction::to_onprem}) {
    const std::string side = direction == Direction::to_cloud ? "onprem" : "cloud";
    std::ifstream lines(repository_path("tests/messages/corpus/" + side + ".jsonl"));
    for (std::string line; std::getline(lines, line);) {
      const auto json = parse_json(line);
      REQUIRE(json.has_value());
      const auto payload = messages::payload_from((*json)["payload"]);
      REQUIRE(payload.has_value());
      all.push_back({side + "_" + text_at(*json, "name"), direction, *json, *payload});
    }
  }
  return all;
}

inline Direction back(Direction direction) {
  return direction == Direction::to_cloud ? Direction::to_onprem : Direction::to_cloud;
}

/// The number that the corpus is about.
inline messages::Setting corpus_setting() {
  return {"106540352240000", "102290129340398", "4915110000000", "v23.0", ""};
}

/// The same whatever the order of members is.
inline nlohmann::json sorted(const Json& json) { return nlohmann::json::parse(to_compact(json)); }

inline bool has_note(const messages::Translation& translation, std::string_view id, std::string_view path = {}) {
  for (const auto& note : translation.notes) {
    if (note.rule->id == id && (path.empty() || note.path == path)) return true;
  }
  return false;
}

}  // namespace wamigrate::testing
