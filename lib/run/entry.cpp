#include "run/entry.hpp"

#include <array>
#include <charconv>
#include <optional>

#include "base/json_reader.hpp"

namespace wamigrate {

Json event_json(const Entry& entry) {
  auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
  auto number = [](int value) { return value == 0 ? Json(nullptr) : Json(value); };
  return {{"time", to_iso(entry.time)},
          {"event", entry.event},
          {"phone", text(entry.phone)},
          {"step", text(entry.step)},
          {"attempt", number(entry.attempt)},
          {"outcome", text(entry.outcome)},
          {"http_status", number(entry.http_status)},
          {"code", text(entry.code)},
          {"fbtrace_id", text(entry.fbtrace_id)},
          {"message", text(entry.message)}};
}

std::string to_line(const Entry& entry) {
  Json json = {{"t", to_iso(entry.time)}, {"e", entry.event}};
  auto text = [&json](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = value;
  };
  text("phone", entry.phone);
  text("step", entry.step);
  if (entry.attempt != 0) json["attempt"] = entry.attempt;
  text("outcome", entry.outcome);
  if (entry.http_status != 0) json["http"] = entry.http_status;
  text("code", entry.code);
  text("trace", entry.fbtrace_id);
  text("message", entry.message);
  if (!entry.more.is_null()) json["more"] = entry.more;
  text("by", entry.by);
  return to_compact(json);
}

namespace {

/// A small count; nothing for what this program never writes.
std::optional<int> count_in(JsonReader& json) {
  const std::string_view written = json.raw();
  int count = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), count);
  const bool whole = error == std::errc() && end == written.data() + written.size();
  return whole && count >= 0 && count <= 1'000'000 ? std::optional(count) : std::nullopt;
}

/// Reads the value of a member into its place; false if it can't be. What is not known is left out.
bool read_member(JsonReader& json, std::string_view key, Entry& entry) {
  static constexpr std::array texts{
      std::pair{std::string_view("e"), &Entry::event},          std::pair{std::string_view("phone"), &Entry::phone},
      std::pair{std::string_view("step"), &Entry::step},        std::pair{std::string_view("outcome"), &Entry::outcome},
      std::pair{std::string_view("message"), &Entry::message},  std::pair{std::string_view("code"), &Entry::code},
      std::pair{std::string_view("trace"), &Entry::fbtrace_id}, std::pair{std::string_view("by"), &Entry::by}};
  for (const auto& [name, place] : texts) {
    if (key != name) continue;
    entry.*place = json.text();
    return true;
  }
  if (key == "attempt" || key == "http") {
    const auto count = count_in(json);
    (key == "http" ? entry.http_status : entry.attempt) = count.value_or(0);
    return count.has_value();
  }
  if (key == "more") {
    auto more = json.json();
    if (more) entry.more = std::move(*more);
    return more.has_value();
  }
  json.raw();
  return true;
}

}  // namespace

// In place: a restart reads millions of them.
Result<Entry> entry_from(std::string_view line) {
  Entry entry;
  std::optional<Time> time;
  bool whole = true;
  JsonReader json(line);
  json.enter_object();
  while (const auto key = json.next_member()) {
    if (*key == "t") {
      const std::string_view written = json.raw();
      if (written.starts_with('"')) time = parse_iso(written.substr(1, written.size() - 2));
    } else {
      whole = read_member(json, *key, entry) && whole;
    }
  }
  if (!json.at_end() || !time || !whole) {
    return fail("the journal has a line that is not an entry", "the run store is damaged; keep it and ask for help");
  }
  entry.time = *time;
  return entry;
}

}  // namespace wamigrate
