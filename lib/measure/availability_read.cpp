// Attempts and overrides as JSON lines. What is not understood is a finding with its line, never left out.
#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/plain_text.hpp"
#include "measure/availability.hpp"

namespace wamigrate {
namespace {

// Every minute from the first attempt to the last is looked at: a slip of a digit must not make that a million years.
constexpr Time earliest = std::chrono::sys_days(std::chrono::year(2016) / 1 / 1);
constexpr Time latest_of_all = std::chrono::sys_days(std::chrono::year(2050) / 1 / 1);

/// One line of a file, as an object whose members are all known.
class Line {
 public:
  Line(const std::string& file, int number, Diagnostics& findings)
      : place_{file, number}, findings_(findings), before_(findings.size()) {}

  std::optional<Json> read(std::string_view text, std::initializer_list<std::string_view> members) {
    auto json = parse_json(text);
    if (!json || !json->is_object()) {
      say("this is not a JSON object", "write one object a line");
      return std::nullopt;
    }
    for (const auto& [key, value] : json->items()) {
      if (std::find(members.begin(), members.end(), key) == members.end()) {
        say(fmt::format("\"{}\" is not known", plain(key)), fmt::format("known are: {}", fmt::join(members, ", ")));
      }
    }
    return json;
  }

  Time time(const Json& json, std::string_view key) {
    const std::string text = text_at(json, key);
    const auto time = parse_iso(text);
    if (!time || *time < earliest || *time >= latest_of_all) {
      say(fmt::format("\"{}\" is {}", key,
                      text.empty() ? "missing"
                      : time       ? "out of range"
                                   : "no time"),
          "write 2026-11-02T10:00:00Z, of the years 2016 to 2049");
    }
    return time.value_or(Time{});
  }

  std::string word(const Json& json, std::string_view key, std::initializer_list<std::string_view> words) {
    std::string text = text_at(json, key);
    if (std::find(words.begin(), words.end(), text) == words.end()) {
      say(fmt::format("\"{}\" is {}", key, text.empty() ? "missing" : "none that is known"),
          fmt::format("one of {}", fmt::join(words, ", ")));
    }
    return text;
  }

  void say(std::string message, std::string fix) { findings_.push_back({place_, std::move(message), std::move(fix)}); }
  bool good() const { return findings_.size() == before_; }

 private:
  Place place_;
  Diagnostics& findings_;
  std::size_t before_;
};

template <class Read>
void for_each_line(const std::string& text, Read read) {
  int number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    if (line.find_first_not_of(" \t") != std::string_view::npos) read(number, line);
    begin = end + 1;
  }
}

}  // namespace

ReadAttempts attempts_from(const std::string& text, const std::string& file, Blame blame) {
  ReadAttempts read;
  for_each_line(text, [&](int number, std::string_view words) {
    Line line(file, number, read.findings);
    const auto json = line.read(words, {"at", "doing", "side", "outcome", "code", "http"});
    if (!json) return;
    Attempt attempt;
    attempt.at = line.time(*json, "at");
    attempt.doing = line.word(*json, "doing", {"send", "receive"}) == "send" ? Doing::sending : Doing::receiving;
    attempt.side = line.word(*json, "side", {"cloud", "onprem"});
    const std::string outcome = line.word(*json, "outcome", {"ok", "late", "missed", "refused"});
    attempt.code = text_at(*json, "code");
    const auto http = number_at(*json, "http");
    if (json->contains("http") && (!http || *http < 100 || *http > 999)) line.say("\"http\" is no status", "write 503");
    if (outcome != "refused" && (!attempt.code.empty() || http)) {
      line.say("only what was refused has a code or a status", "leave \"code\" and \"http\" out");
    }
    if (!line.good()) return;
    if (outcome == "refused") {
      attempt.fate = blame(attempt.side, attempt.code, static_cast<int>(http.value_or(0)));
      if (attempt.code.empty() && http) attempt.code = fmt::format("http {}", *http);
    } else {
      attempt.fate = outcome == "ok" ? Fate::served : outcome == "late" ? Fate::late : Fate::missed;
    }
    read.attempts.push_back(std::move(attempt));
  });
  return read;
}

ReadOverrides overrides_from(const std::string& text, const std::string& file) {
  ReadOverrides read;
  for_each_line(text, [&](int number, std::string_view words) {
    Line line(file, number, read.findings);
    const auto json = line.read(words, {"from", "to", "side", "as", "reason", "decided"});
    if (!json) return;
    Override one;
    one.from = line.time(*json, "from");
    one.to = line.time(*json, "to");
    one.decided = line.time(*json, "decided");
    one.possible = line.word(*json, "as", {"possible", "impossible"}) == "possible";
    if (json->contains("side")) one.side = line.word(*json, "side", {"cloud", "onprem"});
    one.reason = text_at(*json, "reason");
    if (one.reason.empty()) line.say("\"reason\" is missing", "say why: whoever reads the figure will ask");
    if (line.good() && one.to <= one.from) line.say("it ends before it begins", "turn \"from\" and \"to\" round");
    if (line.good()) read.overrides.push_back(std::move(one));
  });
  return read;
}

}  // namespace wamigrate
