// Findings and sections: how the inventory reader looks at a map. Everything that is wrong is noted, nothing stops the
// reading, and no value is ever repeated in a finding, since a value in the wrong place may be a secret. Internal to
// the inventory reader.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "model/inventory_tree.hpp"

namespace wamigrate::inventory {

/// Collects findings. The same finding at the same place counts once, as when an alias is used many times.
class Findings {
 public:
  explicit Findings(std::string main_file) : main_file_(std::move(main_file)) {}
  Findings(const Findings&) = delete;
  Findings& operator=(const Findings&) = delete;

  void add(Diagnostic finding);
  void add(Place place, const Error& error) { add({std::move(place), error.message, error.fix}); }
  bool none() const { return found_.empty(); }
  /// By file, the inventory first, then by line; at one line in the order found. Ends with a note if some were dropped.
  Diagnostics in_file_order() &&;

 private:
  std::string main_file_;
  Diagnostics found_;
  std::set<std::string> seen_;
  bool dropped_ = false;
};

using Keys = std::span<const std::string_view>;

/// A map of the inventory, by its keys. Refers to what it is made of: none of that may go before it.
class Section {
 public:
  /// Notes unknown and repeated keys. `node` may be null: a section that is not given. `path` is put before keys in
  /// findings: "policy.", or nothing at the top.
  Section(const Node* node, std::string path, const std::string& file, Findings& findings, Keys known);

  bool given(std::string_view key) const { return find(key) != nullptr; }
  const Entry* find(std::string_view key) const;
  /// Reads the text at `key` with `parse`, which takes a string_view and gives a Result. False if the key isn't there;
  /// true if it is, even if what it holds is of no use: then a finding says so and `into` is left alone.
  template <class T, class Parse>
  bool read(std::string_view key, T& into, Parse parse) const {
    const Entry* entry = find(key);
    if (entry == nullptr) return false;
    read_text(*entry->value, entry->line, key, into, parse);
    return true;
  }
  /// Reads one text as read() does: for items of lists.
  template <class T, class Parse>
  void read_text(const Node& node, int line, std::string_view key, T& into, Parse parse) const {
    if (!is_text(node, line, key)) return;
    auto value = parse(std::string_view(node.text));
    if (value) {
      into = *std::move(value);
    } else {
      fault(key, line, value.error());
    }
  }
  /// The section below `key`; one that is not given if there is none, or if it holds something else (noted).
  Section section(std::string_view key, Keys known) const;
  /// The list at `key`, or null if there is none, it is empty, or it holds something else (noted).
  const Node* list(std::string_view key) const;

  /// Notes that `key` is missing.
  void require(std::string_view key, std::string_view fix) const;
  /// Notes what is wrong with `key`.
  void fault(std::string_view key, int line, const Error& error) const;
  Place place(int line) const { return {file_, line}; }
  int line() const { return line_; }

 private:
  void note_unknown(const Entry& entry, Keys known) const;
  bool is_text(const Node& node, int line, std::string_view key) const;
  /// The value at `key` if it is of this kind; nothing at all also stands for an empty map or list.
  const Node* of_kind(std::string_view key, Node::Kind kind) const;

  const Node* node_;
  int line_;
  std::string path_;
  const std::string& file_;
  Findings& findings_;
};

}  // namespace wamigrate::inventory
