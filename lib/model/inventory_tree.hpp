// The tree behind an inventory: what YAML, a CSV row and JSON have in common, every value with the line it stands on.
// One tree, so that one reader holds all rules. Internal to the inventory reader.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/json_reader.hpp"
#include "base/result.hpp"

namespace wamigrate::inventory {

struct Node;
/// Shared, because YAML aliases make one value stand in several places.
using NodePtr = std::shared_ptr<const Node>;

/// One key of a map and its value.
struct Entry {
  std::string key;
  int line = 0;  ///< Of the key: where a person looks for it.
  NodePtr value;
};

/// A value. Scalars are kept as the text that was written: an id of seventeen digits must not become a number.
struct Node {
  enum class Kind { nothing, text, list, map };
  Kind kind = Kind::nothing;
  int line = 0;
  std::string text;
  std::vector<NodePtr> items;
  std::vector<Entry> entries;  ///< As written, repeated keys included.
  std::size_t size = 1;        ///< How many values it holds with its aliases written out.
};

/// "a map", "a list" …, for sentences.
std::string_view describe(Node::Kind kind);

/// Reads one YAML document; null when there is none. Depth, number of values and expansion of aliases are bounded.
tl::expected<NodePtr, Diagnostic> tree_from_yaml(const std::string& text, const std::string& file);

/// The same tree from the JSON value that comes next; every value gets the line `line`.
NodePtr tree_from_json(JsonReader& json, int line);

}  // namespace wamigrate::inventory
