// The rules that hold for every map of an inventory: known keys, each once, of the expected form.
#include "model/inventory_section.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "model/inventory_text.hpp"

namespace wamigrate::inventory {

namespace {

constexpr std::size_t most_findings = 10'000;  // more than anybody reads; keeps a hopeless file from filling memory

bool can_be_shown(std::string_view key) {
  constexpr std::size_t longest_shown = 40;
  return !key.empty() && key.size() <= longest_shown && !has_control_character(key);
}

}  // namespace

void Findings::add(Diagnostic finding) {
  if (found_.size() == most_findings) {
    dropped_ = true;
    return;
  }
  if (seen_.insert(to_text(finding)).second) found_.push_back(std::move(finding));
}

Diagnostics Findings::in_file_order() && {
  const auto position = [&](const Diagnostic& finding) {
    return std::pair(finding.place.file != main_file_, finding.place.line);
  };
  std::stable_sort(found_.begin(), found_.end(),
                   [&](const Diagnostic& one, const Diagnostic& other) { return position(one) < position(other); });
  if (dropped_) found_.push_back(about_file(main_file_, "there is more than these findings", "mend these first"));
  return std::move(found_);
}

Section::Section(const Node* node, std::string path, const std::string& file, Findings& findings, Keys known)
    : node_(node), line_(node == nullptr ? 0 : node->line), path_(std::move(path)), file_(file), findings_(findings) {
  if (node_ == nullptr) return;
  for (auto entry = node_->entries.begin(); entry != node_->entries.end(); ++entry) {
    if (std::find(known.begin(), known.end(), entry->key) == known.end()) {
      note_unknown(*entry, known);
    } else if (const Entry* first = find(entry->key); first != &*entry) {
      fault(entry->key, entry->line,
            {fmt::format("the key stands already on line {}", first->line), "keep one of them"});
    }
  }
}

void Section::note_unknown(const Entry& entry, Keys known) const {
  const auto note = [&](std::string message, std::string fix) {
    findings_.add({place(entry.line), std::move(message), std::move(fix)});
  };
  const std::string_view meant = nearest(entry.key, known);
  if (entry.key == "<<") {
    note("YAML merge keys are not supported", "put what numbers share under `defaults`");
  } else if (!meant.empty() && can_be_shown(entry.key)) {
    note(fmt::format("unknown key `{}{}`", path_, entry.key), fmt::format("did you mean `{}`?", meant));
  } else if (entry.value->kind == Node::Kind::nothing || !can_be_shown(entry.key)) {
    // A comma inside an unquoted text makes its rest look like a key, and the text may be a secret.
    note("there is a key without a value, or one that can't be a key", "put quotes around texts that hold commas");
  } else {
    note(fmt::format("unknown key `{}{}`", path_, entry.key),
         fmt::format("remove it; the keys here are {}", fmt::join(known, ", ")));
  }
}

const Entry* Section::find(std::string_view key) const {
  if (node_ == nullptr) return nullptr;
  const auto found =
      std::find_if(node_->entries.begin(), node_->entries.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == node_->entries.end() ? nullptr : &*found;
}

void Section::fault(std::string_view key, int line, const Error& error) const {
  findings_.add(place(line), {fmt::format("`{}{}`: {}", path_, key, error.message), error.fix});
}

void Section::require(std::string_view key, std::string_view fix) const {
  if (!given(key)) findings_.add({place(line_), fmt::format("`{}{}` is missing", path_, key), std::string(fix)});
}

bool Section::is_text(const Node& node, int line, std::string_view key) const {
  if (node.kind == Node::Kind::nothing) {
    fault(key, line, {"there is no value", "give one, or remove the key"});
  } else if (node.kind != Node::Kind::text) {
    fault(key, line, {fmt::format("this is {}, not a single value", describe(node.kind)), "write one value"});
  } else if (has_control_character(node.text)) {
    fault(key, line, {"the value holds a line end or a control character", "write it on one line, without them"});
  } else {
    return true;
  }
  return false;
}

const Node* Section::of_kind(std::string_view key, Node::Kind kind) const {
  const Entry* entry = find(key);
  if (entry == nullptr || entry->value->kind == Node::Kind::nothing) return nullptr;
  if (entry->value->kind == kind) return entry->value.get();
  fault(key, entry->line,
        {fmt::format("this is {}, not {}", describe(entry->value->kind), describe(kind)),
         kind == Node::Kind::map ? "write keys and values, indented below it" : "write [one, two, …]"});
  return nullptr;
}

Section Section::section(std::string_view key, Keys known) const {
  Section below(of_kind(key, Node::Kind::map), fmt::format("{}{}.", path_, key), file_, findings_, known);
  const Entry* entry = find(key);
  below.line_ = entry == nullptr ? line_ : entry->line;
  return below;
}

const Node* Section::list(std::string_view key) const { return of_kind(key, Node::Kind::list); }

}  // namespace wamigrate::inventory
