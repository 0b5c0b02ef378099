// Notes in words and as JSON.
#include "messages/note.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace wamigrate::messages {

std::string_view name(NoteKind kind) {
  constexpr std::array names{"changed", "assumed", "lost", "must_be_done", "unknown_member", "unsourced"};
  return names.at(static_cast<std::size_t>(kind));
}

std::string_view in_words(NoteKind kind) {
  constexpr std::array words{"changed", "assumed", "lost", "must be done", "unknown", "unsourced"};
  return words.at(static_cast<std::size_t>(kind));
}

bool Note::weighs() const { return rule->kind != NoteKind::changed && rule->kind != NoteKind::assumed; }

std::string to_text(const Note& note) {
  const Rule& rule = *note.rule;
  return fmt::format("{}{}{}: {}{}{} [{}]", in_words(rule.kind), note.path.empty() ? "" : " at ", note.path,
                     rule.message, rule.fix.empty() ? "" : " ", rule.fix, rule.id);
}

Json to_json(const Note& note) {
  const Rule& rule = *note.rule;
  return {{"id", rule.id},   {"kind", name(rule.kind)}, {"path", note.path},           {"message", rule.message},
          {"fix", rule.fix}, {"source", rule.source},   {"certainty", rule.certainty}, {"difference", rule.difference}};
}

std::string shown_member(std::string_view name) {
  constexpr std::size_t longest = 32;
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  };
  const auto letters = static_cast<std::size_t>(std::count_if(name.begin(), name.end(), is_letter));
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto digits = static_cast<std::size_t>(std::count_if(name.begin(), name.end(), is_digit));
  const bool sound = letters > 0 && letters + digits == name.size() && digits <= 4 && name.size() <= longest;
  return sound ? std::string(name) : "(member)";
}

}  // namespace wamigrate::messages
