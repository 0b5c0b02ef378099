// Taking requests apart. Poco decodes; what may be in a body is checked here, strictly.
#include "sim/http.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>
#include <fmt/format.h>
#include <sodium.h>

#include <array>

namespace wamigrate::sim {

std::optional<std::string> DoorRequest::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::optional<std::pair<std::string, Parameters>> split_target(const std::string& target) {
  try {
    const Poco::URI uri(target);
    return std::pair{uri.getPath(), uri.getQueryParameters()};
  } catch (const Poco::Exception&) {
    return std::nullopt;
  }
}

Parameters parse_form(const std::string& form) {
  const auto target = split_target("/?" + form);
  return target ? target->second : Parameters{};
}

std::string hmac_hex(std::string_view key, std::string_view text) {
  const auto bytes = [](std::string_view of) { return reinterpret_cast<const unsigned char*>(of.data()); };
  crypto_auth_hmacsha256_state hash;
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  crypto_auth_hmacsha256_init(&hash, bytes(key), key.size());
  crypto_auth_hmacsha256_update(&hash, bytes(text), text.size());
  crypto_auth_hmacsha256_final(&hash, mac.data());
  std::string hex(2 * mac.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), mac.data(), mac.size());
  hex.pop_back();
  return hex;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    if (end != 0) parts.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return parts;
}

namespace {

bool has_shape(const Json& value, Shape shape) {
  switch (shape) {
    case Shape::text:
      return value.is_string();
    case Shape::flag:
      return value.is_boolean();
    case Shape::number:
      return value.is_number_integer();
    case Shape::decimal:
      return value.is_number() || value.is_string();
    case Shape::object:
      return value.is_object();
    case Shape::list:
      return value.is_array();
  }
  return false;
}

}  // namespace

std::optional<BodyProblem> check_fields(const Json& object, std::span<const Field> fields) {
  if (!object.is_object()) return BodyProblem{BodyProblem::Kind::not_json, ""};
  for (const auto& [key, value] : object.items()) {
    const Field* known = nullptr;
    for (const Field& field : fields) {
      if (field.name == key) known = &field;
    }
    if (known == nullptr) return BodyProblem{BodyProblem::Kind::unknown, key};
    if (!has_shape(value, known->shape)) return BodyProblem{BodyProblem::Kind::wrong_type, key};
  }
  for (const Field& field : fields) {
    if (field.required && !object.contains(std::string(field.name))) {
      return BodyProblem{BodyProblem::Kind::missing, std::string(field.name)};
    }
  }
  return std::nullopt;
}

std::string to_text(const BodyProblem& problem) {
  switch (problem.kind) {
    case BodyProblem::Kind::not_json:
      return "the body is not a JSON object";
    case BodyProblem::Kind::unknown:
      return fmt::format("unknown field \"{}\"", problem.field);
    case BodyProblem::Kind::missing:
      return fmt::format("the field \"{}\" is missing", problem.field);
    case BodyProblem::Kind::wrong_type:
      return fmt::format("the field \"{}\" has the wrong type", problem.field);
    case BodyProblem::Kind::invalid:
      return fmt::format("the field \"{}\" holds what it may not", problem.field);
  }
  return "";
}

}  // namespace wamigrate::sim
