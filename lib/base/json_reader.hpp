// Reading JSON in place, value by value, for documents of so many items that they should never stand in memory as one
// tree, and for lines that there are millions of. What it accepts, parse_json() accepts too.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace wamigrate {

/// Goes through a text that outlives it. It is stricter than JSON: an object may have no name twice, none that is
/// written with escapes, and no more than 1,000 members. Whatever it can't read puts it out of order: from then on
/// there is nothing more to come, and `ok()` says so.
class JsonReader {
 public:
  enum class Kind { object, list, text, number, flag, nothing, broken };

  explicit JsonReader(std::string_view text) : text_(text) {}

  bool ok() const { return ok_; }
  /// What is wrong beyond that it is not JSON, as half a sentence; empty if there is nothing to say.
  const std::string& why() const { return why_; }
  /// Nothing but white space is left, and all was in order.
  bool at_end();
  /// Of the value that comes next, told by how it begins.
  Kind kind();

  /// Enters the object or list that comes next; whatever else it is puts the reader out of order.
  void enter_object() { enter('{'); }
  void enter_list() { enter('['); }
  /// The name of the next member of the object entered last, whose value comes next; nothing at the object's end.
  std::optional<std::string_view> next_member();
  /// Whether another item of the list entered last comes next; false at its end.
  bool next_item();

  /// Goes past the next value, whatever it is, and gives it as it is written, without white space around it.
  std::string_view raw();
  /// The next value as one; nothing if it can't be read.
  std::optional<Json> json();
  /// As text_at() reads: texts as they are, numbers and flags as they are written, empty for anything else.
  std::string text();

 private:
  /// An object or list that was entered: where its names begin in `names_`.
  struct Open {
    std::size_t names;
    bool begun;
  };

  void enter(char bracket);
  void leave();
  /// Past a comma to the next item, if there is one before `end`.
  bool goes_on(char end);
  void note_name(std::string_view name);
  void skip_blanks();
  void skip_value();
  void skip_object();
  void skip_list();
  /// Past a text; whether it stands there without escapes, in ASCII.
  bool skip_text();
  void skip_number();
  void skip_word(std::string_view word);
  bool take(char c);
  void give_up(std::string why = {});

  std::string_view text_;
  std::size_t at_ = 0;
  bool ok_ = true;
  std::string why_;
  std::vector<Open> open_;
  std::vector<std::string_view> names_;  ///< Of all objects that are open, innermost last.
};

/// Goes through the texts of a JSON document that hold its meaning: all of it but the white space between values.
/// The text is valid JSON.
template <class Take>
void without_blanks(std::string_view json, Take take) {
  std::size_t begun = 0;
  std::size_t at = 0;
  const auto is_blank = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
  while (at < json.size()) {
    if (json[at] == '"') {
      ++at;
      while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
      ++at;
    } else if (is_blank(json[at])) {
      if (at > begun) take(json.substr(begun, at - begun));
      while (at < json.size() && is_blank(json[at])) ++at;
      begun = at;
    } else {
      ++at;
    }
  }
  if (begun < json.size()) take(json.substr(begun));
}

/// The same as one text.
std::string without_blanks(std::string_view json);

}  // namespace wamigrate
