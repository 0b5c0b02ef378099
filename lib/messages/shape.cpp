// The walk through a payload.
#include "messages/shape.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wamigrate::messages {
namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

const Member* find_member(const Shape& shape, std::string_view name) {
  const auto found =
      std::find_if(shape.members.begin(), shape.members.end(), [&](const Member& one) { return one.name == name; });
  return found == shape.members.end() ? nullptr : &*found;
}

bool only_on_the_left(const Member& member, Direction direction) {
  return member.where == (direction == Direction::to_cloud ? Where::onprem : Where::cloud);
}

const Rule& rule_of_loss(const Member& member, const Walk& way) {
  if (member.lost != nullptr) return *member.lost;
  if (way.direction == Direction::to_cloud) return way.webhook ? rules::media_place : rules::unknown_to_cloud;
  return way.webhook ? rules::status_cloud_only : rules::member_cloud_only;
}

void cut_blanks(Json& value, const std::string& path, Walk& way) {
  const auto& text = value.get_ref<const std::string&>();
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string::npos) {
    if (!text.empty()) way.notes.push_back({&rules::blank_only, path});
    return;
  }
  const std::size_t last = text.find_last_not_of(blanks);
  if (first == 0 && last + 1 == text.size()) return;
  way.notes.push_back({&rules::blanks, path});
  value = text.substr(first, last + 1 - first);
}

void note_media_id(const std::string& path, Walk& way) {
  const bool to_cloud = way.direction == Direction::to_cloud;
  const Rule& received = to_cloud ? rules::media_received_onprem : rules::media_received_cloud;
  way.notes.push_back({way.webhook ? &received : &rules::media_id, path});
}

void note_quoted(const Json& value, const std::string& path, Walk& way) {
  if (way.webhook || !value.is_string()) return;  // in a webhook it stays what it is: an id to be kept
  const bool of_cloud = value.get_ref<const std::string&>().starts_with("wamid.");
  if (of_cloud != (way.direction == Direction::to_cloud)) way.notes.push_back({&rules::message_id, path});
}

void meet(Json& value, const Member& member, const std::string& path, Walk& way) {
  if (member.where == Where::memory) way.notes.push_back({&rules::from_memory, path});
  switch (member.role) {
    case Role::plain:
      break;
    case Role::media_id:
      if (value.is_string() || value.is_number()) note_media_id(path, way);
      break;
    case Role::media_link:
      if (way.direction == Direction::to_cloud && !way.webhook) way.notes.push_back({&rules::media_host, path});
      break;
    case Role::quoted:
      note_quoted(value, path, way);
      break;
    case Role::time:
      if (way.direction == Direction::to_cloud && value.is_number_integer()) {
        value = value.dump();
        way.notes.push_back({&rules::timestamp, path});
      }
      break;
  }
  if (member.inner != nullptr) walk(value, *member.inner, path, way);
}

void walk_object(Json& object, const Shape& shape, const std::string& path, Walk& way) {
  for (auto it = object.begin(); it != object.end();) {
    const std::string place = below(path, it.key());
    const Member* member = find_member(shape, it.key());
    if (member == nullptr) {
      const bool to_cloud = way.direction == Direction::to_cloud;
      const Rule& in_request = to_cloud ? rules::unknown_to_cloud : rules::unknown_to_onprem;
      way.notes.push_back({way.webhook ? &rules::unknown_webhook : &in_request, place});
    } else if (only_on_the_left(*member, way.direction)) {
      way.notes.push_back({&rule_of_loss(*member, way), place});
      it = object.erase(it);
      continue;
    } else {
      meet(it.value(), *member, place, way);
      if (shape.cuts_blanks && way.direction == Direction::to_cloud && it.value().is_string()) {
        cut_blanks(it.value(), place, way);
      }
    }
    ++it;
  }
}

}  // namespace

void walk(Json& value, const Shape& shape, const std::string& path, Walk& way) {
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (value[i].is_object()) walk_object(value[i], shape, at_index(path, i), way);
    }
  } else if (value.is_object()) {
    walk_object(value, shape, path, way);
  }
}

std::string below(const std::string& path, std::string_view member) {
  return path.empty() ? shown_member(member) : path + "." + shown_member(member);
}

std::string at_index(const std::string& path, std::size_t index) { return fmt::format("{}[{}]", path, index); }

}  // namespace wamigrate::messages
