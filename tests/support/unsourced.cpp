#include "support/unsourced.hpp"

#include <algorithm>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "support/http_file.hpp"

namespace wamigrate::testing {
namespace {

using Json = nlohmann::json;

/// `/{id}/register`: without version and query, ids left out.
std::string shape_of(bool graph, std::string_view target) {
  std::string path(target.substr(0, target.find('?')));
  if (!graph) return path;
  std::string shape;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    const bool id = !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
    const bool version = shape.empty() && at == 1;
    const bool session = part.starts_with("upload:");
    if (!version) shape += "/" + (id ? "{id}" : session ? "upload:{session}" : part);
    at = end + 1;
  }
  return shape;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.is_number() ? value.dump() : "";
}

/// Nothing for what is neither an answer nor an error of one of the two APIs.
std::optional<std::string> outcome_of(int status, std::string_view body) {
  // An answer's content is checked against its file elsewhere; here only that there is one.
  if (status / 100 == 2) {
    const bool json = body.empty() || body.front() == '{' || body.front() == '[' || body == "null";
    return json ? std::optional(std::to_string(status)) : std::nullopt;
  }
  const Json json = body.empty() ? Json() : Json::parse(body, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  Json error;
  if (json.is_object()) {
    const Json errors = json.value("errors", Json());
    if (errors.is_array() && !errors.empty()) error = errors.front();
    if (json.contains("error")) error = json["error"];
  }
  if (!error.is_object()) return std::nullopt;
  std::string outcome = std::to_string(status) + " " + text_of(error.value("code", Json()));
  const std::string subcode = text_of(error.value("error_subcode", Json()));
  if (!subcode.empty()) outcome += "/" + subcode;
  return outcome;
}

std::optional<std::string> key_of(bool graph, std::string_view method, std::string_view target, int status,
                                  std::string_view body) {
  if (!graph && !target.starts_with("/v1/")) return std::nullopt;  // no path of either API
  const auto outcome = outcome_of(status, body);
  if (!outcome) return std::nullopt;
  return std::string(graph ? "graph " : "onprem ") + std::string(method) + " " + shape_of(graph, target) + " " +
         *outcome;
}

const std::set<std::string>& sourced() {
  static const std::set<std::string> keys = [] {
    std::set<std::string> all;
    for (const HttpFile& file : read_http_files(SOURCE_DIR "/tests/contract")) {
      const auto key = key_of(file.name.starts_with("graph_"), file.method, file.target, file.status, file.reply_body);
      if (key) all.insert(*key);
    }
    return all;
  }();
  return keys;
}

struct Notes {
  std::mutex mutex;
  std::set<std::string> unsourced;
};
Notes& notes() {
  static Notes all;
  return all;
}

}  // namespace

void note_exchange(bool graph, std::string_view method, std::string_view target, int status, std::string_view body) {
  const auto key = key_of(graph, method, target, status, body);
  if (!key || sourced().contains(*key)) return;
  const std::lock_guard lock(notes().mutex);
  notes().unsourced.insert(*key);
}

std::vector<std::string> unsourced_exchanges() {
  const std::lock_guard lock(notes().mutex);
  return {notes().unsourced.begin(), notes().unsourced.end()};
}

}  // namespace wamigrate::testing
