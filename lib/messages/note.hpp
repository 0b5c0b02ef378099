// What there is to say about a translation: notes, each an instance of a rule. A rule is data with its source, so that
// translation, lint and documents say the same sentence; a note adds only the place, never a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/number.hpp"

namespace wamigrate::messages {

enum class NoteKind {
  changed,         ///< Said otherwise on the other side; the translation says it so, and nothing is lost.
  assumed,         ///< Done on an assumption, or left as it was on one; nothing is lost if it holds.
  lost,            ///< The other side can't say it: it was left out.
  must_be_done,    ///< What was translated does not work before somebody does something.
  unknown_member,  ///< No page at hand describes it: it was kept as it stands.
  unsourced,       ///< Described for one side; no page at hand says whether the other has it. It was kept.
};
std::string_view name(NoteKind kind);      ///< "changed", …: in JSON.
std::string_view in_words(NoteKind kind);  ///< "must be done", …

/// One thing that translations do or meet. Never made at run time: the table is rules.hpp.
struct Rule {
  std::string_view id;  ///< Stable: scripts select by it.
  NoteKind kind;
  std::string_view message;     ///< One sentence: what is so.
  std::string_view fix;         ///< What to do, in the imperative; empty: nothing.
  std::string_view source;      ///< Meta's page or another, with its date if it has one.
  std::string_view certainty;   ///< "documented", "contradicted", "inferred" or "from memory".
  std::string_view difference;  ///< Of docs/what-changes.md, for `explain`; empty: none.
  bool may_stay = false;        ///< The other side takes it unchanged as well: nothing in software has to change.
};

struct Note {
  const Rule* rule;
  /// "template.components[0].index", in the payload that was given, but where a member has another name on the other
  /// side, with that; "" is the payload as a whole. Members' names only.
  std::string path;

  /// Something is lost, or can't be said to be not.
  bool weighs() const;
};
using Notes = std::vector<Note>;

/// `lost at template.namespace: …; fix` as one line.
std::string to_text(const Note& note);
Json to_json(const Note& note);

/// The name of a member as it may be shown: as it stands if it looks like one, else "(member)". Where people keep data
/// under keys of their own, a key may be a phone number or worse.
std::string shown_member(std::string_view name);

}  // namespace wamigrate::messages
