// Documents: what a report says, before it is decided how it looks. A report is built once as a list of blocks and
// rendered as text, Markdown or HTML, so the three can't say different things. Texts are plain() already; `code` in
// backticks is the only markup in them.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "report/chart.hpp"

namespace wamigrate::report {

enum class Tone { normal, good, caution, danger, quiet };

struct Heading {
  int level = 2;  ///< 1 (the title, once, first) to 3.
  std::string text = {};
};

struct Paragraph {
  std::string text = {};
  Tone tone = Tone::normal;
};

/// What nobody may overlook.
struct Banner {
  std::string text = {};
};

/// "fix: …" under an item.
struct Detail {
  std::string label = {};
  std::string text = {};
  bool command = false;  ///< To be copied as it stands: never wrapped.
};

struct Item {
  std::string lead = {};  ///< What the item is about: a phone number. Leads of a list align.
  std::string text = {};
  Tone tone = Tone::normal;
  std::vector<Detail> details = {};
};

/// After how many entries the text form stops, and where the rest is to be had. 0: never.
struct Fold {
  std::size_t at = 0;
  std::string see = {};  ///< "--format json"
};

struct List {
  std::vector<Item> items = {};
  bool boxes = false;  ///< To be ticked by people.
  Fold fold = {};
};

struct Row {
  std::vector<std::string> cells = {};
  Tone tone = Tone::normal;
  std::vector<Tone> tones = {};  ///< Of each cell by itself, in HTML; empty: the row's.
};

struct Table {
  std::vector<std::string> columns = {};
  std::vector<Row> rows = {};
  Fold fold = {};
};

/// One step of a road, with its checkpoint on a line of its own.
struct StepLine {
  std::string title = {};
  std::string name = {};  ///< The kind's name.
  bool person = false;    ///< A person does it, or supplies something.
  bool in_red = false;
  std::string commit = {};  ///< Non-empty: the commit point stands before this step, in these words.
  std::string doing = {};
  std::string by_hand = {};  ///< Empty in a review that is not a runbook.
  std::vector<std::string> cautions = {};
  std::string checkpoint = {};
  std::string way_back = {};
  Tone way_back_tone = Tone::normal;
};

struct Steps {
  std::vector<StepLine> lines = {};
};

using Block = std::variant<Heading, Paragraph, Banner, List, Table, Steps, Chart>;
using Document = std::vector<Block>;

/// For a terminal, about 100 columns wide; lists and tables fold. Colour is ANSI.
std::string to_text(const Document& document, bool colour);
/// GitHub's Markdown; lists and tables are complete.
std::string to_markdown(const Document& document);
/// One self-contained page; lists and tables are complete: no script, nothing loaded from anywhere, light and dark,
/// made to be printed.
std::string to_html(const Document& document);

/// Text with &, <, >, " and ' as entities.
std::string escape_html(std::string_view text);

}  // namespace wamigrate::report
