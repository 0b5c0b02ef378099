// Documents as Markdown: a runbook that reads well on a code host and as plain text. Whatever could be taken for
// markup is escaped; only our own `code` is left.
#include <fmt/format.h>

#include "report/document.hpp"

namespace wamigrate::report {
namespace {

// Outside code every character that Markdown or HTML gives a meaning is escaped; inside it none has one, but for a
// table's bar.
std::string escape(std::string_view text, bool in_table = false) {
  constexpr std::string_view marks = "\\*_{}[]#|~";
  std::string escaped;
  bool in_code = false;
  for (const char c : text) {
    if (c == '`') {
      in_code = !in_code;
      escaped += c;
    } else if (in_code) {
      if (c == '|' && in_table) escaped += '\\';
      escaped += c;
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else {
      if (marks.find(c) != std::string_view::npos) escaped += '\\';
      escaped += c;
    }
  }
  return escaped;
}

std::string bold(std::string_view text) { return "**" + escape(text) + "**"; }

class MarkdownPage {
 public:
  void operator()(const Heading& heading) {
    put(std::string(static_cast<std::size_t>(heading.level), '#') + " " + escape(heading.text));
  }

  void operator()(const Paragraph& paragraph) {
    put(paragraph.tone == Tone::danger ? bold(paragraph.text) : escape(paragraph.text));
  }

  void operator()(const Banner& banner) { put("> [!CAUTION]\n> " + bold(banner.text)); }

  void operator()(const List& list) {
    std::string lines;
    for (const Item& item : list.items) {
      lines += list.boxes ? "- [ ] " : "- ";
      if (!item.lead.empty()) lines += bold(item.lead) + " ";
      lines += item.tone == Tone::danger ? bold(item.text) : escape(item.text);
      lines += "\n";
      for (const Detail& detail : item.details) {
        lines += "  - " + (detail.label.empty() ? "" : escape(detail.label) + ": ") +
                 (detail.command ? "`" + detail.text + "`" : escape(detail.text)) + "\n";
      }
    }
    if (!lines.empty()) lines.pop_back();
    put(lines);
  }

  void operator()(const Table& table) {
    std::string lines = row_of(table.columns, Tone::normal) + "\n|";
    for (std::size_t i = 0; i < table.columns.size(); ++i) lines += " --- |";
    for (const Row& row : table.rows) lines += "\n" + row_of(row.cells, row.tone);
    put(lines);
  }

  void operator()(const Chart& chart) {
    std::string lines;
    for (const std::string& line : bars_of(chart)) lines += line + "\n";
    if (!lines.empty()) put(escape(chart.title) + ":\n\n```text\n" + lines + "```");
  }

  void operator()(const Steps& steps) {
    int number = 0;
    for (const StepLine& step : steps.lines) put_step(step, ++number);
  }

  std::string take() { return std::move(page_); }

 private:
  void put(const std::string& block) { page_ += (page_.empty() ? "" : "\n") + block + "\n"; }

  static std::string row_of(const std::vector<std::string>& cells, Tone tone) {
    std::string line = "|";
    for (const std::string& cell : cells) {
      const std::string text = escape(cell, true);
      line += " " + (tone == Tone::danger && !text.empty() ? "**" + text + "**" : text) + " |";
    }
    return line;
  }

  void put_step(const StepLine& step, int number) {
    if (!step.commit.empty()) put("---\n\n" + bold(step.commit) + "\n\n---");
    const std::string title = fmt::format("{}{} (`{}`)", step.in_red ? "**LOOK TWICE:** " : "",
                                          bold(fmt::format("Step {}: {}", number, step.title)), step.name);
    put(step.person ? "- [ ] " + title + ", a person's step" : title);
    put(escape(step.doing));
    if (!step.by_hand.empty()) put("By hand: " + escape(step.by_hand));
    for (const std::string& caution : step.cautions) put(bold(caution));
    put("> " + bold("CHECKPOINT") + " " + escape(step.checkpoint));
    put(step.way_back_tone == Tone::danger ? bold(step.way_back) : escape(step.way_back));
  }

  std::string page_;
};

}  // namespace

std::string to_markdown(const Document& document) {
  MarkdownPage page;
  for (const Block& block : document) std::visit(page, block);
  return page.take();
}

}  // namespace wamigrate::report
