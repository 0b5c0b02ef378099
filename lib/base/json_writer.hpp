// Writing JSON piece by piece, for documents of so many items that they should never stand in memory as one value.
// The bytes are those of to_compact() and to_document().
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace wamigrate {

/// Takes members and items in the order in which they are to stand, and hands over the text in pieces of some 64 KB.
/// What is opened has to be closed; a member is a key and then a value. Nobody checks that.
class JsonWriter {
 public:
  enum class Form {
    compact,   ///< As to_compact() writes.
    document,  ///< As to_document() writes, final newline included.
  };
  using Sink = std::function<void(std::string_view)>;

  JsonWriter(Form form, Sink sink) : form_(form), sink_(std::move(sink)) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void open_object() { open('{'); }
  void close_object() { close('}'); }
  void open_list() { open('['); }
  void close_list() { close(']'); }

  void key(std::string_view name);
  /// Broken sequences of UTF-8 are replaced.
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(bool flag);
  void value(std::integral auto number) { scalar(std::to_string(number)); }
  void value(std::nullptr_t) { scalar("null"); }
  /// A whole value, of any depth.
  void value(const Json& json);

  template <class T>
  void member(std::string_view name, const T& content) {
    key(name);
    value(content);
  }
  /// A member that stands there only if it says something.
  void member_unless_empty(std::string_view name, const std::string& text) {
    if (!text.empty()) member(name, text);
  }

  /// A list of what `write_item` writes of each.
  template <class Items, class WriteItem>
  void list(const Items& items, WriteItem write_item) {
    open_list();
    for (const auto& item : items) write_item(item);
    close_list();
  }

  /// After the last value: hands over what is left.
  void finish();

 private:
  void open(char bracket);
  void close(char bracket);
  void scalar(std::string_view text);
  /// What stands before a value or key: a comma, a new line.
  void begin_item();
  void begin_value();
  void new_line();
  void quote(std::string_view text);
  void hand_over();

  Form form_;
  Sink sink_;
  std::string text_;
  std::vector<bool> has_items_;  ///< Of each object or list that is open.
  bool after_key_ = false;
};

/// The text that `write(JsonWriter&)` writes.
template <class Write>
std::string text_written(JsonWriter::Form form, Write write) {
  std::string text;
  JsonWriter writer(form, [&text](std::string_view piece) { text += piece; });
  write(writer);
  writer.finish();
  return text;
}

}  // namespace wamigrate
