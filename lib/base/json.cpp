// JSON reading that never throws, and lenient access to members: Graph and the on-premises API are known to write
// numbers as strings and booleans as "true".
#include "base/json.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace wamigrate {

namespace {

constexpr std::size_t max_depth = 64;  // far above any honest document, far below what would exhaust the stack
// An object that keeps its order is searched through for every member it is given: n members cost n²/2 comparisons.
// This is what a single object of 50,000 costs, about a second.
constexpr std::size_t max_comparisons = std::size_t{1'250'000'000};

/// Whether reading a text would take too much stack or time, told by its brackets, commas and colons alone.
bool too_costly(std::string_view text) {
  std::array<std::size_t, max_depth + 1> members{};  // of the objects that are open, by depth
  std::size_t depth = 0;
  std::size_t comparisons = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > max_depth) return true;
      members[depth] = 0;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return false;  // not JSON: reading ends here
      --depth;
    } else if (c == ':') {
      comparisons += members[depth]++;
      if (comparisons > max_comparisons) return true;
    }
  }
  return false;
}

const Json& member(const Json& object, std::string_view key) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

}  // namespace

std::optional<Json> parse_json(std::string_view text) {
  if (too_costly(text)) return std::nullopt;
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

const Json& at_path(const Json& object, std::initializer_list<std::string_view> path) {
  const Json* place = &object;
  for (const std::string_view key : path) place = &member(*place, key);
  return *place;
}

std::string text_at(const Json& object, std::string_view key) {
  const Json& value = member(object, key);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return {};
}

std::optional<long long> number_at(const Json& object, std::string_view key) {
  const Json& value = member(object, key);
  if (value.is_number_unsigned() && !std::in_range<long long>(value.get<std::uint64_t>())) return std::nullopt;
  if (value.is_number_integer()) return value.get<long long>();
  if (value.is_number_float()) {
    const double number = value.get<double>();
    constexpr double exact = 9007199254740992.0;  // 2^53: beyond it a double no longer knows its last digit
    if (std::abs(number) > exact || std::trunc(number) != number) return std::nullopt;
    return static_cast<long long>(number);
  }
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  long long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<bool> flag_at(const Json& object, std::string_view key) {
  const Json& value = member(object, key);
  if (value.is_boolean()) return value.get<bool>();
  if (value == "true") return true;
  if (value == "false") return false;
  return std::nullopt;
}

std::string to_compact(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string to_document(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace wamigrate
