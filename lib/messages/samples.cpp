// A text is first tried as one document, then line by line. Where elements of a list begin is found by their brackets,
// since the JSON library forgets lines.
#include "messages/samples.hpp"

#include <algorithm>
#include <optional>

#include "base/base64.hpp"

namespace wamigrate::messages {
namespace {

using Use = std::function<void(Sample)>;
using Unread = std::function<void(int, const std::string&)>;

constexpr std::string_view blanks = " \t\r\n\f\v";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

// Lines on which the objects begin that stand in lists at this depth; in a document that was parsed, so brackets match.
std::vector<int> lines_of_objects(std::string_view text, int depth) {
  std::vector<int> lines;
  int line = 1;
  int open = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (open == depth && c == '{') lines.push_back(line);
      ++open;
    } else if (c == '}' || c == ']') {
      --open;
    }
  }
  return lines;
}

void read_one(const Json& json, int line, const Use& use, const Unread& unread) {
  auto payload = payload_from(json);
  if (payload) {
    use({std::move(*payload), line, false});
  } else {
    unread(line, payload.error().message);
  }
}

Json body_of(const Json& content) {
  const std::string text = text_at(content, "text");
  if (text_at(content, "encoding") != "base64") return parse_json(text).value_or(Json());
  const auto bytes = from_base64(text);
  return bytes ? parse_json(*bytes).value_or(Json()) : Json();
}

void read_har_entry(const Json& entry, int line, const Use& use, const Unread& unread) {
  const Json& request = at_path(entry, {"request"});
  Payload asked;
  asked.part = Payload::Part::request;
  asked.method = text_at(request, "method");
  asked.path = text_at(request, "url");
  if (asked.method.empty() || asked.path.empty()) return unread(line, "an entry without a method or an url");
  asked.body = body_of(at_path(request, {"postData"}));
  const Kind kind = recognise(asked, Api::onprem).kind;
  use({std::move(asked), line, false});
  const auto status = number_at(at_path(entry, {"response"}), "status");
  Payload answered;
  answered.part = Payload::Part::reply;
  answered.body = body_of(at_path(entry, {"response", "content"}));
  // What answers a webhook is its reader's own, and what has no JSON says nothing of messages.
  if (!status || kind == Kind::webhook || kind == Kind::unknown || !answered.body.is_object()) return;
  answered.status = *status > 0 && *status < 600 ? static_cast<int>(*status) : 0;
  use({std::move(answered), line, false});
}

// A list's elements, with the lines they begin in.
template <class Read>
void read_list(const Json& list, std::string_view text, int depth, const Use& use, const Unread& unread, Read read) {
  const std::vector<int> lines = lines_of_objects(text, depth);
  std::size_t next = 0;
  for (const Json& one : list) {
    const int line = one.is_object() && next < lines.size() ? lines[next++] : 1;
    read(one, line, use, unread);
  }
}

// Lists beside `entries` (pages) hold objects at the same depth: only those that come after its key are counted.
void read_har(const Json& har, std::string_view text, const Use& use, const Unread& unread) {
  const std::size_t key = std::min(text.find("\"entries\""), text.size());
  const std::string_view before = text.substr(0, key);
  const int lines_before = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  // From its key on, the list's brackets are the first.
  read_list(
      har["log"]["entries"], text.substr(key), 1,
      [&](Sample sample) {
        sample.line += lines_before;
        use(std::move(sample));
      },
      [&](int line, const std::string& why) { unread(line + lines_before, why); }, read_har_entry);
}

bool is_har(const Json& json) {
  return json.is_object() && json.contains("log") && at_path(json, {"log", "entries"}).is_array();
}

void read_document(const Json& json, std::string_view text, const Use& use, const Unread& unread) {
  if (is_har(json)) return read_har(json, text, use, unread);
  if (json.is_array()) return read_list(json, text, 1, use, unread, read_one);
  const std::string_view before = text.substr(0, text.find_first_not_of(blanks));
  read_one(json, 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')), use, unread);
}

void read_line(std::string_view line, int number, const Use& use, const Unread& unread) {
  if (line.front() == '{') {
    const auto json = parse_json(line);
    if (!json) return unread(number, "no JSON, or nested too deep");
    if (is_har(*json)) {
      return read_document(
          *json, line,
          [&](Sample sample) {
            sample.line = number;
            use(std::move(sample));
          },
          [&](int, const std::string& why) { unread(number, why); });
    }
    return read_one(*json, number, use, unread);
  }
  if (auto request = request_of_log_line(line)) return use({std::move(*request), number, true});
  unread(number, "neither JSON nor a line of an access log");
}

}  // namespace

std::optional<Payload> request_of_log_line(std::string_view line) {
  const std::size_t open = line.find('"');
  if (open == std::string_view::npos) return std::nullopt;
  const std::size_t close = line.find('"', open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  const std::string_view quoted = line.substr(open + 1, close - open - 1);
  const std::size_t first = quoted.find(' ');
  const std::size_t last = quoted.rfind(' ');
  if (first == std::string_view::npos || last == first || !quoted.substr(last + 1).starts_with("HTTP/")) {
    return std::nullopt;
  }
  Payload request;
  request.part = Payload::Part::request;
  request.method = quoted.substr(0, first);
  request.path = trimmed(quoted.substr(first + 1, last - first - 1));
  const bool method =
      std::all_of(request.method.begin(), request.method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  const std::string_view rest = trimmed(line.substr(close + 1));
  const bool status =
      rest.size() >= 3 && std::all_of(rest.begin(), rest.begin() + 3, [](char c) { return c >= '0' && c <= '9'; });
  if (!method || request.method.empty() || request.path.empty() || !status) return std::nullopt;
  return request;
}

void each_sample(std::string_view text, const Use& use, const Unread& unread) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string_view content = trimmed(text);
  if (content.starts_with('{') || content.starts_with('[')) {
    if (const auto document = parse_json(text)) return read_document(*document, text, use, unread);
  }
  int number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (!line.empty()) read_line(line, number, use, unread);
  }
}

}  // namespace wamigrate::messages
