// Findings are gathered by rule and place; places of the same sample count once.
#include "messages/lint.hpp"

#include <algorithm>
#include <set>

namespace wamigrate::messages {
namespace {

constexpr std::size_t places_named = 5;
constexpr std::size_t unread_named = 10;
// Traffic of hostile shape could make a finding of each sample; beyond this many they are told as of anywhere.
constexpr std::size_t most_findings = 500;

// "messages[12].from" is "messages[].from" in every sample.
std::string without_indices(const std::string& path) {
  std::string general;
  bool inside = false;
  for (const char c : path) {
    if (c == ']') inside = false;
    if (!inside) general += c;
    if (c == '[') inside = true;
  }
  return general;
}

// What concerns the translation and not the software whose traffic it is: which number a sample is about is known to
// its sender and reader, and a token is not expected in one.
bool concerns_translation_only(const Rule& rule) {
  static const std::set<const Rule*> rules = {&rules::number_id_missing,
                                              &rules::envelope_ids,
                                              &rules::envelope_lost,
                                              &rules::other_number,
                                              &rules::token,
                                              &rules::signature_missing,
                                              &rules::batch,
                                              &rules::message_id_missing,
                                              &rules::reply_contacts_missing};
  return rules.contains(&rule);
}

Weight weight_of(const Rule& rule) {
  // An id in a sample is from before the move; what quotes it takes ids as they come.
  const bool stays = rule.may_stay || rule.kind == NoteKind::assumed || &rule == &rules::message_id;
  return stays ? Weight::may_stay : Weight::must_change;
}

}  // namespace

std::string_view name(Weight weight) { return weight == Weight::must_change ? "must_change" : "may_stay"; }

bool Linted::must_change() const {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& one) { return one.weight == Weight::must_change; });
}

void Lint::add(const std::string& file, std::string_view text) {
  const std::size_t before = linted_.samples;
  each_sample(
      text, [&](const Sample& sample) { judge(sample, file); },
      [&](int line, const std::string& why) {
        ++linted_.unread;
        if (linted_.first_unread.size() < unread_named) linted_.first_unread.push_back({{file, line}, why, ""});
      });
  if (linted_.samples == before) {
    linted_.empty.push_back(file);
  } else {
    ++linted_.files;
  }
}

void Lint::judge(const Sample& sample, const std::string& file) {
  ++linted_.samples;
  linted_.only_lines += sample.only_line ? 1 : 0;
  const Place place{file, sample.line};
  const Recognised seen = recognise(sample.payload, source_of(linted_.direction));
  // A call that neither API has is somebody else's, and none of our business; bodies that are not known are.
  const bool foreign = seen.kind == Kind::unknown && sample.payload.part != Payload::Part::body;
  ++linted_.kinds[seen.kind];
  if (foreign) return;
  Translation translation = translate(sample.payload, linted_.direction, setting_);
  if (translation.already) {
    ++linted_.already;
    return;
  }
  if (sample.only_line && !seen.call.empty()) {
    // A line tells the call alone; what its body would tell is not guessed.
    std::erase_if(translation.notes, [](const Note& note) { return note.rule == &rules::unrecognised; });
  }
  std::set<std::pair<const Rule*, std::string>> told;
  for (const Note& note : translation.notes) {
    const bool of_call = note.path.empty() || note.path == "path";
    const std::string where = of_call ? seen.call : without_indices(note.path);
    if (concerns_translation_only(*note.rule) || !told.emplace(note.rule, where).second) continue;
    find(*note.rule, where, place);
  }
}

void Lint::find(const Rule& rule, const std::string& where, const Place& place) {
  const bool known = found_.contains({&rule, where});
  const std::string& at = known || found_.size() < most_findings ? where : std::string();
  Finding& finding = found_[{&rule, at}];
  finding.rule = &rule;
  finding.where = at;
  finding.weight = weight_of(rule);
  ++finding.count;
  if (finding.first.size() < places_named) finding.first.push_back(place);
}

Linted Lint::take() {
  for (auto& [key, finding] : found_) linted_.findings.push_back(std::move(finding));
  found_.clear();
  std::sort(linted_.findings.begin(), linted_.findings.end(), [](const Finding& a, const Finding& b) {
    if (a.weight != b.weight) return a.weight == Weight::must_change;
    if (a.count != b.count) return a.count > b.count;
    return std::tie(a.rule->id, a.where) < std::tie(b.rule->id, b.where);
  });
  return std::move(linted_);
}

Json to_json(const Linted& linted) {
  Json kinds = Json::object();
  for (const auto& [kind, count] : linted.kinds) kinds[std::string(name(kind))] = count;
  Json findings = Json::array();
  for (const Finding& one : linted.findings) {
    Json first = Json::array();
    for (const Place& place : one.first) first.push_back({{"file", place.file}, {"line", place.line}});
    const Rule& rule = *one.rule;
    findings.push_back({{"id", rule.id},
                        {"weight", name(one.weight)},
                        {"kind", name(rule.kind)},
                        {"where", one.where},
                        {"count", one.count},
                        {"message", rule.message},
                        {"fix", rule.fix},
                        {"source", rule.source},
                        {"certainty", rule.certainty},
                        {"difference", rule.difference},
                        {"first", std::move(first)}});
  }
  Json unread = Json::array();
  for (const Diagnostic& one : linted.first_unread) {
    unread.push_back({{"file", one.place.file}, {"line", one.place.line}, {"message", one.message}});
  }
  return {{"direction", name(linted.direction)},
          {"clean", !linted.must_change()},
          {"files", linted.files},
          {"samples", linted.samples},
          {"kinds", std::move(kinds)},
          {"already", linted.already},
          {"only_lines", linted.only_lines},
          {"unread", linted.unread},
          {"first_unread", std::move(unread)},
          {"empty", linted.empty},
          {"findings", std::move(findings)}};
}

}  // namespace wamigrate::messages
