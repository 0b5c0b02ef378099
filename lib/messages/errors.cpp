// On-premises writes an error as code, title, details and href; Cloud's webhooks add message (the title again) and put
// the details into error_data; Graph's answers have one error with a type and a trace.
#include "messages/errors.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "messages/shape.hpp"

namespace wamigrate::messages {
namespace {

struct Pair {
  int onprem;
  int cloud;
};

constexpr std::array pairs{
    Pair{400, 131052},  Pair{402, 131042},  Pair{410, 131043},  Pair{429, 130429},  Pair{470, 131047},
    Pair{471, 131048},  Pair{472, 130472},  Pair{501, 131051},  Pair{1001, 131001}, Pair{1002, 131002},
    Pair{1005, 131005}, Pair{1006, 131006}, Pair{1008, 131008}, Pair{1009, 131009}, Pair{1026, 131026},
    Pair{1031, 131031}, Pair{2000, 132000}, Pair{2001, 132001}, Pair{2005, 132005}, Pair{2007, 132007},
    Pair{2012, 132012}, Pair{2061, 132015}, Pair{2062, 132016}, Pair{2068, 132068}, Pair{2069, 132069},
};

void translate_code(Json& error, const std::string& path, Direction direction, Notes& notes) {
  const auto code = number_at(error, "code");
  if (!code) return;
  const bool small = *code > 0 && *code < 10'000'000;
  const auto other = small ? code_of_other_side(static_cast<int>(*code), direction) : std::nullopt;
  notes.push_back({other ? &rules::error_code : &rules::error_code_alone, below(path, "code")});
  if (other) error["code"] = *other;
}

void to_cloud(Json& error) {
  Json rewritten = Json::object();
  for (auto& [key, value] : error.items()) {
    if (key == "details") {
      rewritten["error_data"]["details"] = std::move(value);
      continue;
    }
    rewritten[key] = value;
    if (key == "title" && !error.contains("message")) rewritten["message"] = value;
  }
  error = std::move(rewritten);
}

void to_onprem(Json& error, const std::string& path, Notes& notes) {
  Json rewritten = Json::object();
  for (auto& [key, value] : error.items()) {
    if (key == "message") {
      if (!error.contains("title")) {
        rewritten["title"] = value;
      } else if (error["title"] != value) {
        notes.push_back({&rules::error_rest, below(path, key)});
      }
    } else if (key == "error_data" && value.is_object() && value.contains("details")) {
      rewritten["details"] = value["details"];
      if (value.size() > 1) notes.push_back({&rules::error_rest, below(path, key)});
    } else {
      rewritten[key] = value;
    }
  }
  error = std::move(rewritten);
}

// "(#131008) Required parameter is missing" without its code.
std::string without_code(const std::string& message) {
  if (!message.starts_with("(#")) return message;
  const std::size_t end = message.find(") ");
  return end == std::string::npos ? message : message.substr(end + 2);
}

Json refusal_to_cloud(const Json& body, Notes& notes) {
  const Json& errors = at_path(body, {"errors"});
  const bool usual = errors.is_array() && !errors.empty() && errors[0].is_object();
  const Json first = usual ? errors[0] : Json::object();
  if (!usual) notes.push_back({&rules::unrecognised, "errors"});
  if (errors.is_array() && errors.size() > 1) notes.push_back({&rules::error_rest, at_index("errors", 1)});
  for (const auto& [key, value] : body.items()) {
    if (key == "meta") notes.push_back({&rules::reply_meta, "meta"});
    if (key != "meta" && key != "errors") notes.push_back({&rules::error_rest, below("", key)});
  }
  for (const auto& [key, value] : first.items()) {
    if (key != "code" && key != "title" && key != "details") {
      notes.push_back({&rules::error_rest, below("errors[0]", key)});
    }
  }
  Json error = first;
  translate_code(error, "errors[0]", Direction::to_cloud, notes);
  const std::string code = text_at(error, "code");
  Json refusal{{"message", "(#" + code + ") " + text_at(first, "title")}, {"type", "OAuthException"}};
  if (error.contains("code")) refusal["code"] = error["code"];
  if (first.contains("details")) {
    refusal["error_data"] = {{"messaging_product", "whatsapp"}, {"details", first["details"]}};
  }
  return {{"error", std::move(refusal)}};
}

Json refusal_to_onprem(const Json& body, Notes& notes) {
  const Json& given = at_path(body, {"error"});
  Json error = Json::object();
  for (const auto& [key, value] : given.items()) {
    if (key == "code") {
      error["code"] = value;
    } else if (key == "message") {
      error["title"] = value.is_string() ? Json(without_code(value.get<std::string>())) : value;
    } else if (key == "error_data") {
      const bool usual = value.is_object() && value.contains("details");
      error["details"] = usual ? value["details"] : value;
      const std::size_t members = usual ? value.size() - (value.contains("messaging_product") ? 1 : 0) : 1;
      if (members > 1) notes.push_back({&rules::error_rest, "error.error_data"});
    } else if (key != "type") {
      notes.push_back({&rules::error_rest, below("error", key)});
    }
  }
  for (const auto& [key, value] : body.items()) {
    if (key != "error") notes.push_back({&rules::error_rest, below("", key)});
  }
  translate_code(error, "error", Direction::to_onprem, notes);
  return {{"errors", Json::array({std::move(error)})}};
}

}  // namespace

std::optional<int> code_of_other_side(int code, Direction direction) {
  const bool cloud = direction == Direction::to_cloud;
  const auto found = std::find_if(pairs.begin(), pairs.end(),
                                  [&](const Pair& pair) { return (cloud ? pair.onprem : pair.cloud) == code; });
  if (found == pairs.end()) return std::nullopt;
  return cloud ? found->cloud : found->onprem;
}

void translate_errors(Json& errors, const std::string& path, Direction direction, Notes& notes) {
  if (!errors.is_array()) return;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    if (!errors[i].is_object()) continue;
    const std::string place = at_index(path, i);
    notes.push_back({&rules::error_shape, place});
    translate_code(errors[i], place, direction, notes);
    if (direction == Direction::to_cloud) {
      to_cloud(errors[i]);
    } else {
      to_onprem(errors[i], place, notes);
    }
  }
}

Json translated_refusal(const Json& body, Direction direction, Notes& notes) {
  notes.push_back({&rules::error_shape, ""});
  return direction == Direction::to_cloud ? refusal_to_cloud(body, notes) : refusal_to_onprem(body, notes);
}

}  // namespace wamigrate::messages
