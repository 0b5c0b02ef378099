// Builds the tree from yaml-cpp's events rather than from its Node class: events keep the line of every key and the
// text of every scalar, show repeated keys, and let depth and aliases be bounded while reading.
#include "model/inventory_tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>
#include <unordered_map>

namespace wamigrate::inventory {

namespace {

constexpr std::size_t deepest = 32;             // an inventory needs four levels
constexpr std::size_t most_values = 4'000'000;  // a hundred thousand numbers, written in full, have under two million

class TreeBuilder : public YAML::EventHandler {
 public:
  NodePtr root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw YAML::ParserException(mark, "there is something after the end of the document");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add_leaf(mark, anchor, Node::Kind::nothing, {});
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string& text) override {
    add_leaf(mark, anchor, Node::Kind::text, text);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto target = anchors_.find(anchor);
    if (target == anchors_.end()) throw YAML::ParserException(mark, "an alias stands inside the value it repeats");
    spend(mark, target->second->size);
    add(mark, 0, target->second);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, Node::Kind::list);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, Node::Kind::map);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  /// A list or map of which the end has not been seen yet.
  struct Open {
    YAML::Mark mark;
    YAML::anchor_t anchor;
    Node node;
    std::optional<std::string> key;
    int key_line = 0;
  };

  static Node make(const YAML::Mark& mark, Node::Kind kind) {
    Node node;
    node.kind = kind;
    node.line = mark.line + 1;
    return node;
  }
  /// Counts values as if aliases were written out, so that a few lines can't stand for billions.
  void spend(const YAML::Mark& mark, std::size_t values) {
    values_ += values;
    if (values_ > most_values) throw YAML::ParserException(mark, "there are more than 4,000,000 values");
  }
  void add_leaf(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind, std::string text) {
    spend(mark, 1);
    Node node = make(mark, kind);
    node.text = std::move(text);
    add(mark, anchor, std::make_shared<const Node>(std::move(node)));
  }
  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind) {
    spend(mark, 1);
    if (open_.size() == deepest) throw YAML::ParserException(mark, "the values are nested too deeply");
    open_.push_back({mark, anchor, make(mark, kind), std::nullopt, 0});
  }
  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(done.mark, done.anchor, std::make_shared<const Node>(std::move(done.node)));
  }
  /// Puts a complete value where it belongs.
  void add(const YAML::Mark& mark, YAML::anchor_t anchor, NodePtr node) {
    if (anchor != 0) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Node::Kind::map && !parent.key) {
      if (node->kind != Node::Kind::text) throw YAML::ParserException(mark, "a key is not plain text");
      parent.key = node->text;
      parent.key_line = mark.line + 1;
      return;
    }
    parent.node.size += node->size;
    if (parent.node.kind == Node::Kind::list) {
      parent.node.items.push_back(std::move(node));
    } else {
      parent.node.entries.push_back({std::move(*parent.key), parent.key_line, std::move(node)});
      parent.key.reset();
    }
  }

  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, NodePtr> anchors_;
  NodePtr root_;
  std::size_t values_ = 0;
  int documents_ = 0;
};

/// The parser's own words, without what it repeats of the input after a colon: that may be a secret.
std::string reason(const YAML::Exception& error) { return error.msg.substr(0, error.msg.find(':')); }

}  // namespace

std::string_view describe(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::nothing:
      return "nothing";
    case Node::Kind::text:
      return "a single value";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map";
  }
  return {};
}

tl::expected<NodePtr, Diagnostic> tree_from_yaml(const std::string& text, const std::string& file) {
  std::istringstream input(text);
  TreeBuilder builder;
  try {
    YAML::Parser parser(input);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    const bool placed = error.mark.line >= 0;
    return tl::make_unexpected(
        Diagnostic{{file, placed ? error.mark.line + 1 : 0},
                   fmt::format("the file is not readable as YAML: {}{}", reason(error),
                               placed ? fmt::format(" (column {})", error.mark.column + 1) : std::string()),
                   "mend the YAML at this place or just before it: look for a missing quote, bracket, colon or blank"});
  }
  return builder.root();
}

NodePtr tree_from_json(JsonReader& json, int line) {
  auto node = std::make_shared<Node>();
  node->line = line;
  switch (json.kind()) {
    case JsonReader::Kind::object:
      node->kind = Node::Kind::map;
      json.enter_object();
      while (const auto key = json.next_member()) {
        node->entries.push_back({std::string(*key), line, tree_from_json(json, line)});
      }
      break;
    case JsonReader::Kind::list:
      node->kind = Node::Kind::list;
      json.enter_list();
      while (json.next_item()) node->items.push_back(tree_from_json(json, line));
      break;
    case JsonReader::Kind::nothing:
    case JsonReader::Kind::broken:
      json.raw();
      break;
    default:
      node->kind = Node::Kind::text;
      node->text = json.text();
  }
  return node;
}

}  // namespace wamigrate::inventory
