// Requests as the doors see them and replies as they give them, whether they came over a socket or not; and a strict
// reader of bodies: a field nobody documented, or of another type than documented, is an error here.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "ports/transport.hpp"

namespace wamigrate::sim {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct DoorRequest {
  std::string method{};
  std::string base{};        ///< What stood before `path`: where links in replies must point.
  std::string path{};        ///< `/v23.0/1234/register`, `/v1/health`.
  Parameters query;          ///< Decoded.
  std::string deployment{};  ///< Whose door, on-premises.
  std::string authorization{};
  std::string content_type{};
  std::string file_offset{};  ///< A header; uploads alone have it.
  std::string body{};
  bool flapping = false;  ///< A fault: nodes say the opposite of what they are.

  /// The first value of a query parameter, or nothing.
  std::optional<std::string> parameter(std::string_view name) const;
};

struct DoorReply {
  int status = 200;
  std::vector<Header> headers{};
  std::string body{};
  Millis takes{0};  ///< How long the client waits for it.
};

/// Splits `path?query`, decoding the query. Nothing when it is not well-formed.
std::optional<std::pair<std::string, Parameters>> split_target(const std::string& target);
/// Decodes `a=b&c=d`.
Parameters parse_form(const std::string& form);
/// "a/b/c" in parts; empty parts are kept out.
std::vector<std::string> split(std::string_view text, char separator);

/// Hex of HMAC-SHA256(text, key): proofs of tokens, and signatures of webhooks.
std::string hmac_hex(std::string_view key, std::string_view text);

enum class Shape {
  text,
  flag,
  number,   ///< A whole one.
  decimal,  ///< Any, or in a text: pages differ.
  object,
  list,
};

struct Field {
  std::string_view name{};
  Shape shape = Shape::text;
  bool required = false;
};

struct BodyProblem {
  enum class Kind { not_json, unknown, missing, wrong_type, invalid };
  Kind kind = Kind::not_json;
  std::string field{};
};

/// The first thing that is wrong with an object, or nothing.
std::optional<BodyProblem> check_fields(const Json& object, std::span<const Field> fields);
/// For people: `unknown field "pins"`.
std::string to_text(const BodyProblem& problem);

}  // namespace wamigrate::sim
