// Every documented payload of both APIs, translated.
#include "messages/corpus.hpp"

#include <fmt/format.h>

#include <set>

#include "messages/rules.hpp"
#include "report/differences.hpp"

using namespace wamigrate;
using namespace wamigrate::messages;
using namespace wamigrate::testing;

namespace {

// Rules that say something in the other API's only way: translated back it stays in that way.
const std::set<std::string_view> for_good = {"hsm",       "button_blanks",     "button_index", "language_policy",
                                             "timestamp", "status_recipient",  "reply_status", "status_recipient_twice",
                                             "mark_read", "audio_is_no_voice", "webhook_batch"};

bool stays_the_same(const Translation& translation) {
  return std::none_of(translation.notes.begin(), translation.notes.end(), [](const Note& note) {
    return note.rule->kind == NoteKind::lost || for_good.contains(note.rule->id);
  });
}

}  // namespace

TEST_CASE("every documented payload is translated, and what is lost or assumed is said") {
  std::string page;
  for (const Documented& one : documented_payloads()) {
    const Translation translation = translate(one.payload, one.direction, corpus_setting());
    CHECK_FALSE(translation.already);
    CHECK((translation.kind != Kind::unknown));
    page += fmt::format("{} ({}{})\n", one.name, name(translation.kind), translation.lossless() ? ", lossless" : "");
    for (const Note& note : translation.notes) {
      page +=
          fmt::format("  {} {}{}\n", name(note.rule->kind), note.rule->id, note.path.empty() ? "" : " at " + note.path);
    }
    for (const Payload& result : translation.results) page += "  = " + to_compact(to_json(result)) + "\n";
    page += "\n";
  }
  CHECK(differs("tests/messages/translations.txt", page) == "");
}

TEST_CASE("every documented payload says where it is documented") {
  std::set<std::string> names;
  for (const Documented& one : documented_payloads()) {
    INFO(one.name);
    CHECK(names.insert(one.name).second);
    for (const char* key : {"source", "date", "certainty"}) CHECK_FALSE(text_at(one.head, key).empty());
  }
  CHECK(names.size() > 150);
}

TEST_CASE("a documented payload that loses nothing is the same after it was translated there and back") {
  int compared = 0;
  for (const Documented& one : documented_payloads()) {
    const Translation there = translate(one.payload, one.direction, corpus_setting());
    if (!stays_the_same(there) || there.results.size() != 1) continue;
    const Translation again = translate(there.results.front(), back(one.direction), corpus_setting());
    if (!stays_the_same(again)) continue;
    INFO(one.name);
    REQUIRE(again.results.size() == 1);
    CHECK(sorted(again.results.front().body) == sorted(one.payload.body));
    ++compared;
  }
  CHECK(compared > 70);
}

TEST_CASE("what was translated is in the other API's words, and is not translated again") {
  for (const Documented& one : documented_payloads()) {
    for (const Payload& result : translate(one.payload, one.direction, corpus_setting()).results) {
      INFO(one.name);
      const Recognised seen = recognise(result, target_of(one.direction));
      CHECK((seen.api == target_of(one.direction) || !seen.sure));
    }
  }
}

TEST_CASE("every rule has a sentence, a source and a certainty, and an id of its own") {
  std::set<std::string_view> ids;
  const std::set<std::string_view> certainties = {"documented", "contradicted", "inferred", "from memory"};
  for (const Rule* rule : all_rules()) {
    INFO(rule->id);
    CHECK(ids.insert(rule->id).second);
    CHECK(rule->message.ends_with('.'));
    CHECK((rule->fix.empty() || rule->fix.ends_with('.')));
    CHECK_FALSE(rule->source.empty());
    CHECK(certainties.contains(rule->certainty));
  }
}

TEST_CASE("the difference that a rule points to is one of the table") {
  for (const Rule* rule : all_rules()) {
    INFO(rule->id << " points to " << rule->difference);
    CHECK((rule->difference.empty() || report::find_difference(rule->difference) != nullptr));
  }
}

TEST_CASE("the documented payloads meet nearly every rule: what they do not meet is listed") {
  std::set<std::string_view> met;
  for (const Documented& one : documented_payloads()) {
    for (const Setting& setting : {corpus_setting(), unknown_setting()}) {
      for (const Note& note : translate(one.payload, one.direction, setting).notes) met.insert(note.rule->id);
    }
  }
  std::string missing;
  for (const Rule* rule : all_rules()) {
    if (!met.contains(rule->id)) missing += std::string(rule->id) + "\n";
  }
  CHECK(differs("tests/messages/rules_met_elsewhere.txt", missing) == "");
}
