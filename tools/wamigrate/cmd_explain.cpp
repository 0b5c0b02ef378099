// explain: a code, a check, a rule with a date, a step, a difference between the APIs, a note of a translation or a
// topic, in words; without a word, all there are.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "api/catalogue.hpp"
#include "cli.hpp"
#include "messages/rules.hpp"
#include "plan/preflight.hpp"
#include "plan/rules.hpp"
#include "report/differences.hpp"
#include "report/undelivered.hpp"
#include "steps/step.hpp"

namespace wamigrate::cli {
namespace {

/// What was found about a word, for both audiences.
struct Explained {
  std::string text;
  Json list = Json::array();
};

std::string side_name(api::Side side) { return side == api::Side::graph ? "Cloud API / Graph" : "On-Premises API"; }

std::string reaction(api::ErrorClass error_class) {
  using api::ErrorClass;
  switch (error_class) {
    case ErrorClass::token:
      return "pauses the run, asks for a token, fails nothing";
    case ErrorClass::throttled:
      return "slows down everything that shares the limit, then goes on";
    case ErrorClass::down:
      return "observes the number at once, and repeats only after a backoff and a settled no";
    case ErrorClass::settling:
      return "waits, durably, then observes";
    case ErrorClass::pin:
      return "stops this number, never sends that PIN again, says where the number stands";
    case ErrorClass::backup:
      return "takes one new backup while on-premises is connected, then stops this number";
    case ErrorClass::half_done:
      return "deregisters once more where nobody serves the number, then registers";
    case ErrorClass::verify:
      return "waits for a code from a person";
    case ErrorClass::budget:
      return "stops this number for 72 hours";
    case ErrorClass::never:
      return "stops this number";
    case ErrorClass::unknown:
      return "stops this number and asks";
  }
  return "";
}

void explain_code(const std::string& word, Explained& explained) {
  for (const api::CatalogueEntry* found : api::entries_about(word)) {
    const api::CatalogueEntry& entry = *found;
    explained.text +=
        fmt::format("{} on {}{}{}: {}\n  Meaning:   {}\n  The tool:  {}\n  You:       {}\n  Source:    {} ({})\n\n",
                    entry.code, side_name(entry.side), entry.on.empty() ? "" : fmt::format(", answer to {}", entry.on),
                    entry.detail.empty() ? "" : fmt::format(", \"{}\"", entry.detail), entry.title, entry.meaning,
                    reaction(entry.error_class), entry.advice, entry.source, entry.certainty);
    explained.list.push_back({{"kind", "code"},
                              {"side", entry.side == api::Side::graph ? "cloud" : "onprem"},
                              {"code", entry.code},
                              {"on", entry.on},
                              {"detail", entry.detail},
                              {"title", entry.title},
                              {"meaning", entry.meaning},
                              {"class", api::name(entry.error_class)},
                              {"advice", entry.advice},
                              {"source", entry.source},
                              {"certainty", entry.certainty}});
  }
}

std::string names_of(Facts set) {
  std::string names;
  for (const Fact fact : set.list()) names += (names.empty() ? "" : ", ") + std::string(name(fact));
  return names.empty() ? "nothing" : names;
}

void explain_step(const std::string& word, Explained& explained) {
  const StepKind* kind = find_kind(catalogue(), word);
  if (kind == nullptr) return;
  explained.text +=
      fmt::format("{}: {}\n  {}\n  Needs:     {}\n  Gives:     {}\n  Takes:     {}\n  By hand:   {}\n\n", kind->name,
                  kind->title, kind->doing, names_of(kind->effect.needs), names_of(kind->effect.gives),
                  names_of(kind->effect.takes | kind->effect.may_take), kind->by_hand);
  explained.list.push_back({{"kind", "step"},
                            {"name", kind->name},
                            {"title", kind->title},
                            {"doing", kind->doing},
                            {"by_hand", kind->by_hand}});
}

void explain_check(const std::string& word, Explained& explained) {
  for (const CheckTopic& topic : check_topics()) {
    if (topic.id != word) continue;
    explained.text += fmt::format("check {}: {}\n  If it fails: {}\n\n", topic.id, topic.asks, topic.advice);
    explained.list.push_back({{"kind", "check"}, {"id", topic.id}, {"asks", topic.asks}, {"advice", topic.advice}});
  }
}

void explain_rule(const std::string& word, Explained& explained) {
  const DatedRule* rule = find_rule(word);
  if (rule == nullptr) return;
  const std::string from = rule->from.empty() ? "no date documented" : "since " + std::string(rule->from);
  explained.text += fmt::format("rule {}: {} ({}, {})\n  You:       {}\n  Source:    {}\n\n", rule->id, rule->what,
                                name(rule->hosting), from, rule->advice, rule->source);
  explained.list.push_back({{"kind", "rule"},
                            {"id", rule->id},
                            {"from", rule->from.empty() ? Json(nullptr) : Json(rule->from)},
                            {"hosting", name(rule->hosting)},
                            {"what", rule->what},
                            {"advice", rule->advice},
                            {"source", rule->source}});
}

void explain_difference(const std::string& word, Explained& explained) {
  const report::ApiDifference* found = report::find_difference(word);
  if (found == nullptr) return;
  constexpr std::array both{Direction::to_cloud, Direction::to_onprem};
  report::Item item{"", "difference " + std::string(found->id) + ": " + std::string(found->title), report::Tone::normal,
                    report::details_of(*found, both)};
  explained.text += report::to_text({report::List{{std::move(item)}}}, false) + "\n";
  Json json = {{"kind", "difference"}};
  json.update(report::to_json(*found));
  explained.list.push_back(std::move(json));
}

void explain_translation(const std::string& word, Explained& explained) {
  for (const messages::Rule* rule : messages::all_rules()) {
    if (rule->id != word) continue;
    explained.text +=
        fmt::format("translation {} ({}): {}\n  You:       {}\n  Source:    {} ({})\n\n", rule->id,
                    messages::in_words(rule->kind), rule->message, rule->fix, rule->source, rule->certainty);
    Json json = {{"kind", "translation"}, {"meaning", rule->message}, {"advice", rule->fix}};
    json.update({{"id", rule->id},
                 {"note", messages::name(rule->kind)},
                 {"source", rule->source},
                 {"certainty", rule->certainty},
                 {"difference", rule->difference}});
    explained.list.push_back(std::move(json));
  }
}

constexpr std::string_view undelivered = "undelivered";

void explain_topic(const std::string& word, Explained& explained) {
  if (word != undelivered) return;
  explained.text += report::to_text(report::undelivered_document(), false);
  Json json = {{"kind", "topic"}, {"id", word}};
  json.update(report::undelivered_json());
  explained.list.push_back(std::move(json));
}

using Words = std::vector<std::string>;

Words codes() {
  Words words;
  for (const api::CatalogueEntry& entry : api::catalogue()) {
    const std::string code(entry.code);
    if (std::find(words.begin(), words.end(), code) == words.end()) words.push_back(code);
  }
  return words;
}

Words steps() {
  Words words;
  for (const StepKind& kind : catalogue()) words.emplace_back(kind.name);
  return words;
}

Words checks() {
  Words words;
  for (const CheckTopic& topic : check_topics()) words.emplace_back(topic.id);
  return words;
}

Words dated_rules() {
  Words words;
  for (const DatedRule& rule : rules()) words.emplace_back(rule.id);
  return words;
}

Words differences() {
  Words words;
  for (const report::ApiDifference& one : report::api_differences()) words.emplace_back(one.id);
  return words;
}

Words translations() {
  Words words;
  for (const messages::Rule* rule : messages::all_rules()) words.emplace_back(rule->id);
  return words;
}

Words topics() { return {std::string(undelivered)}; }

/// What there is to explain, by kind.
struct Shelf {
  std::string_view name;
  Words (*words)();
  void (*explain)(const std::string& word, Explained& explained);
};
constexpr std::array shelves{
    Shelf{"topics", topics, explain_topic},
    Shelf{"codes", codes, explain_code},
    Shelf{"checks", checks, explain_check},
    Shelf{"rules", dated_rules, explain_rule},
    Shelf{"steps", steps, explain_step},
    Shelf{"differences", differences, explain_difference},
    Shelf{"translations", translations, explain_translation},
};

int list_all(const Console& console) {
  Json json = Json::object();
  report::Document document = {report::Paragraph{"`wamigrate explain WORD` explains each of these."}};
  for (const Shelf& shelf : shelves) {
    const Words words = shelf.words();
    json[std::string(shelf.name)] = words;
    document.push_back(report::Heading{2, std::string(shelf.name)});
    document.push_back(report::Paragraph{fmt::format("{}", fmt::join(words, ", "))});
  }
  console.print({{"explains", std::move(json)}});
  console.say(report::to_text(document, false));
  return all_done;
}

// How many letters must be put in, left out or exchanged to make one word of the other.
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t exchanged = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, exchanged});
    }
  }
  return row.back();
}

// Words that somebody who typed `word` may have meant: parts of one another, else the closest within two letters.
Words near(const std::string& word) {
  constexpr std::size_t at_most = 6;
  std::vector<std::pair<std::size_t, std::string>> close;
  for (const Shelf& shelf : shelves) {
    for (std::string& known : shelf.words()) {
      const bool part = word.size() > 2 && known.find(word) != std::string::npos;
      const std::size_t apart = part ? 0 : distance(word, known);
      if (apart <= 2 && apart < word.size()) close.emplace_back(apart, std::move(known));
    }
  }
  std::stable_sort(close.begin(), close.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (close.size() > at_most) close.resize(at_most);
  Words words;
  for (auto& [apart, known] : close) words.push_back(std::move(known));
  return words;
}

int run_explain(const Invocation& invocation) {
  const Console& console = invocation.console();
  // "http 401" is two words.
  const std::string word = fmt::format("{}", fmt::join(invocation.texts("WORD"), " "));
  if (word.empty()) return list_all(console);
  Explained explained;
  for (const Shelf& shelf : shelves) shelf.explain(word, explained);
  if (explained.list.empty()) {
    const Words meant = near(word);
    return console.complain(Error{
        "\"" + word + "\" is no code, check, rule, step, difference, translation or topic known here",
        meant.empty() ? "`wamigrate explain` lists what there is. An unknown code stops its number and asks; look "
                        "it up in Meta's error reference"
                      : fmt::format("perhaps one of these: {}. `wamigrate explain` lists what there is",
                                    fmt::join(meant, ", "))});
  }
  console.print({{"explained", explained.list}});
  console.say(explained.text);
  return all_done;
}

}  // namespace

Command explain_command() {
  return {"explain",
          "[CODE|CHECK|RULE|STEP|DIFFERENCE|TOPIC]",
          "Meaning, cause, what the tool does, what you do, source. Without a word: all there are.",
          {"WORD…"},
          nullptr,
          run_explain};
}

}  // namespace wamigrate::cli
