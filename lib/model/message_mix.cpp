// A mix is read by the rules of an inventory: known keys, each once, everything that is wrong at once.
#include "model/message_mix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <set>

#include "base/plain_text.hpp"
#include "model/inventory_section.hpp"
#include "model/inventory_text.hpp"
#include "model/inventory_values.hpp"

namespace wamigrate {

namespace {

using namespace inventory;

constexpr std::array<std::string_view, 4> mix_keys{"version", "recipients", "messages", "ramp"};
constexpr std::array<std::string_view, 4> message_keys{"text", "template", "request", "weight"};
constexpr std::array<std::string_view, 3> template_keys{"name", "language", "parameters"};
constexpr std::array<std::string_view, 4> step_keys{"rate", "from", "to", "for"};
constexpr int longest_text = 4096;
constexpr int heaviest = 1000;
constexpr std::string_view how_to_begin = "begin with `version: 1`, then `recipients`, `messages` and `ramp`";

class MixReader {
 public:
  MixReader(const std::string& file, Findings& findings, const RequestReader& read_request)
      : file_(file), findings_(findings), read_request_file_(read_request) {}

  MessageMix read(const Node& root) {
    const Section top(&root, "", file_, findings_, mix_keys);
    int version = 0;
    top.require("version", "begin with `version: 1`");
    top.read("version", version, [](std::string_view text) { return parse_count(text, 1, 1); });
    read_recipients(top);
    read_messages(top);
    read_ramp(top);
    return std::move(mix_);
  }

 private:
  /// The list at `key`; a finding where it is missing or empty.
  const Node* items(const Section& top, std::string_view key, std::string_view fix) {
    const Node* list = top.list(key);
    if (list != nullptr && !list->items.empty()) return list;
    if (!top.given(key)) {
      top.require(key, fix);
    } else if (list != nullptr || top.find(key)->value->kind == Node::Kind::nothing) {
      top.fault(key, top.find(key)->line, {"the list is empty", std::string(fix)});
    }
    return nullptr;
  }

  /// One item that must be a map.
  const Node* map_of(const Section& top, std::string_view key, const NodePtr& item) {
    if (item->kind == Node::Kind::map) return item.get();
    top.fault(key, item->line,
              {fmt::format("this is {}, not a map", describe(item->kind)), "write `- { key: value }`"});
    return nullptr;
  }

  void read_recipients(const Section& top) {
    const Node* list = items(top, "recipients", "list the numbers that you own and that may be written to");
    if (list == nullptr) return;
    std::set<std::string> seen;
    for (const NodePtr& item : list->items) {
      Phone phone;
      top.read_text(*item, item->line, "recipients", phone, parse_phone);
      if (phone.e164.empty()) continue;
      if (!seen.insert(phone.e164).second) {
        top.fault("recipients", item->line, {phone.e164 + " stands here twice", "keep one of them"});
        continue;
      }
      mix_.recipients.push_back(std::move(phone));
    }
  }

  void read_messages(const Section& top) {
    const Node* list =
        items(top, "messages", "write `- text: 100`, `- template: { name: …, language: … }` or `- request: FILE`");
    if (list == nullptr) return;
    for (const NodePtr& item : list->items) {
      const Node* map = map_of(top, "messages", item);
      if (map == nullptr) continue;
      const Section section(map, "messages.", file_, findings_, message_keys);
      MixMessage message;
      section.read("weight", message.weight, [](std::string_view text) { return parse_count(text, 1, heaviest); });
      section.read("text", message.text, [](std::string_view text) { return parse_count(text, 1, longest_text); });
      if (section.given("text") + section.given("template") + section.given("request") != 1) {
        section.fault("text", item->line, {"a message is a text, a template or a request", "give one of the three"});
        continue;
      }
      if (section.given("template")) read_template(section, message);
      if (section.given("request")) read_request(section, message);
      mix_.messages.push_back(std::move(message));
    }
  }

  void read_template(const Section& message, MixMessage& into) {
    const Section section = message.section("template", template_keys);
    section.require("name", "name the approved template");
    section.require("language", "write the language it is approved in: en_US");
    section.read("name", into.name, parse_template_name);
    section.read("language", into.language, parse_template_language);
    const Node* parameters = section.list("parameters");
    if (parameters == nullptr) return;
    for (const NodePtr& item : parameters->items) {
      std::string text;
      section.read_text(*item, item->line, "parameters", text, parse_word);
      into.parameters.push_back(std::move(text));
    }
  }

  void read_request(const Section& message, MixMessage& into) {
    std::string path;
    message.read("request", path, [&](std::string_view text) {
      const Result<std::string> word = parse_word(text);
      if (word) into.file = *word;
      return word ? parse_path(*word, std::filesystem::path(file_).parent_path().string()) : word;
    });
    if (path.empty()) return;
    auto request = read_request_file_(path);
    if (request) {
      into.request = std::move(*request);
      return;
    }
    for (const Error& error : request.error()) {
      message.fault("request", message.find("request")->line, {plain(into.file) + ": " + error.message, error.fix});
    }
  }

  void read_ramp(const Section& top) {
    const Node* list = items(top, "ramp", "write `- { rate: 1, for: 30s }`, or `- { from: 1, to: 10, for: 60s }`");
    if (list == nullptr) return;
    Millis total{0};
    for (const NodePtr& item : list->items) {
      const Node* map = map_of(top, "ramp", item);
      if (map == nullptr) continue;
      const Section section(map, "ramp.", file_, findings_, step_keys);
      const bool even = section.given("rate");
      if (even == (section.given("from") && section.given("to")) ||
          (even && (section.given("from") || section.given("to")))) {
        section.fault("rate", item->line,
                      {"a step has one rate, or goes from one to another", "give `rate`, or `from` and `to`"});
        continue;
      }
      RampStep step;
      section.read(even ? "rate" : "from", step.from, parse_rate);
      section.read(even ? "rate" : "to", step.to, parse_rate);
      section.require("for", "say how long: 30s");
      section.read("for", step.length, [](std::string_view text) { return parse_length(text, Millis(1000)); });
      total += step.length;
      if (total > longest_load) {
        section.fault("for", item->line, {"all steps together last longer than a day", "shorten them"});
        return;
      }
      mix_.ramp.push_back(step);
    }
  }

  const std::string& file_;
  Findings& findings_;
  const RequestReader& read_request_file_;
  MessageMix mix_;
};

}  // namespace

std::string MixMessage::label() const {
  if (text > 0) return fmt::format("text of {}", text);
  if (request) return fmt::format("{} ({})", request->type, plain(file));
  return fmt::format("template {} ({})", name, language);
}

Result<std::int64_t> parse_rate(std::string_view text) {
  const auto wrong = [] { return fail("this is no rate", "write messages a second, from 0.001 to 1000: 0.5, 20"); };
  const auto dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  std::string decimals(dot == std::string_view::npos ? "" : text.substr(dot + 1));
  const bool has_digits = !whole.empty() && whole.size() <= 4 && all_digits(whole);
  const bool fits =
      dot == std::string_view::npos || (!decimals.empty() && decimals.size() <= 3 && all_digits(decimals));
  if (!has_digits || !fits) return wrong();
  decimals.resize(3, '0');
  const std::string digits = std::string(whole) + decimals;
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (value < 1 || value > fastest_rate) return wrong();
  return value;
}

std::string rate_text(std::int64_t thousandths) {
  std::string text = fmt::format("{}.{:03}", thousandths / 1000, thousandths % 1000);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

tl::expected<MessageMix, Diagnostics> read_message_mix(const std::string& text, const std::string& file,
                                                       const RequestReader& read_request) {
  if (const auto broken = check_text(text, file)) return tl::make_unexpected(Diagnostics{*broken});
  const auto root = tree_from_yaml(text, file);
  if (!root) return tl::make_unexpected(Diagnostics{root.error()});
  Findings findings(file);
  MessageMix mix;
  if (*root == nullptr || (*root)->kind == Node::Kind::nothing) {
    findings.add(about_file(file, "the mix is empty", std::string(how_to_begin)));
  } else if ((*root)->kind != Node::Kind::map) {
    findings.add({{file, (*root)->line},
                  fmt::format("the mix is {}, not a map", describe((*root)->kind)),
                  std::string(how_to_begin)});
  } else {
    mix = MixReader(file, findings, read_request).read(**root);
  }
  if (!findings.none()) return tl::make_unexpected(std::move(findings).in_file_order());
  return mix;
}

std::int64_t highest_rate(const MessageMix& mix) {
  std::int64_t highest = 0;
  for (const RampStep& step : mix.ramp) highest = std::max({highest, step.from, step.to});
  return highest;
}

Json to_json(const MessageMix& mix) {
  Json messages = Json::array();
  for (const MixMessage& message : mix.messages) {
    Json one{{"weight", message.weight}};
    if (message.text > 0) {
      one["text"] = message.text;
    } else if (const auto& request = message.request) {
      one["request"] = {
          {"type", request->type}, {"file", message.file}, {"bytes", request->bytes}, {"sha256", request->sha256}};
    } else {
      one["template"] = {
          {"name", message.name}, {"language", message.language}, {"parameters", message.parameters.size()}};
    }
    messages.push_back(std::move(one));
  }
  Json ramp = Json::array();
  for (const RampStep& step : mix.ramp) {
    ramp.push_back({{"from", rate_text(step.from)}, {"to", rate_text(step.to)}, {"for", to_text(step.length)}});
  }
  return {{"recipients", mix.recipients.size()}, {"messages", std::move(messages)}, {"ramp", std::move(ramp)}};
}

}  // namespace wamigrate
