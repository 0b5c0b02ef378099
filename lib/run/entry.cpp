#include "run/entry.hpp"

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

/// A small count that may be left out; nothing for what this program never writes.
std::optional<int> count_at(const Json& json, std::string_view key) {
  const auto number = at_path(json, {key}).is_null() ? 0 : number_at(json, key);
  if (!number || *number < 0 || *number > 1'000'000) return std::nullopt;
  return static_cast<int>(*number);
}

}  // namespace

Result<Entry> entry_from(const std::string& line) {
  const auto json = parse_json(line);
  const auto time = json ? parse_iso(text_at(*json, "t")) : std::nullopt;
  const auto attempt = time ? count_at(*json, "attempt") : std::nullopt;
  const auto http_status = time ? count_at(*json, "http") : std::nullopt;
  if (!attempt || !http_status)
    return fail("the journal has a line that is not an entry", "the run store is damaged; keep it and ask for help");
  Entry entry;
  entry.time = *time;
  entry.event = text_at(*json, "e");
  entry.phone = text_at(*json, "phone");
  entry.step = text_at(*json, "step");
  entry.attempt = *attempt;
  entry.outcome = text_at(*json, "outcome");
  entry.http_status = *http_status;
  entry.code = text_at(*json, "code");
  entry.fbtrace_id = text_at(*json, "trace");
  entry.message = text_at(*json, "message");
  entry.more = at_path(*json, {"more"});
  entry.by = text_at(*json, "by");
  return entry;
}

}  // namespace wamigrate
