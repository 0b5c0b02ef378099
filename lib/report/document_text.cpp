// Documents for a terminal: headings at the margin, everything else indented, columns aligned, colour only on request.
// Nothing is said by colour alone.
#include <fmt/format.h>

#include <algorithm>

#include "report/document.hpp"
#include "report/words.hpp"

namespace wamigrate::report {
namespace {

constexpr std::size_t page_width = 100;
constexpr std::size_t narrowest = 30;  // text beside a wide lead still gets this much

std::string blanks(std::size_t count) { return std::string(count, ' '); }

class TextPage {
 public:
  explicit TextPage(bool colour) : colour_(colour) {}

  void operator()(const Heading& heading) {
    if (!page_.empty()) page_ += "\n";
    page_ += paint(heading.text, "1") + "\n";
  }

  void operator()(const Paragraph& paragraph) {
    for (const std::string& line : wrap(paragraph.text, 2)) put(2, paint(line, code_of(paragraph.tone)));
  }

  void operator()(const Banner& banner) {
    const std::string rule(page_width, '#');
    page_ += "\n" + paint(rule, code_of(Tone::danger)) + "\n";
    for (const std::string& line : wrap(banner.text, 2)) put(0, paint("# " + line, code_of(Tone::danger)));
    put(0, paint(rule, code_of(Tone::danger)));
  }

  void operator()(const List& list) {
    const std::size_t shown = shown_of(list.items.size(), list.fold);
    std::size_t lead_width = 0;
    for (std::size_t i = 0; i < shown; ++i) lead_width = std::max(lead_width, columns(list.items[i].lead));
    const std::string mark = list.boxes ? "[ ] " : lead_width == 0 ? "- " : "";
    for (std::size_t i = 0; i < shown; ++i) put_item(list.items[i], mark, lead_width);
    put_rest(list.items.size() - shown, list.fold);
  }

  void operator()(const Table& table) {
    const std::size_t shown = shown_of(table.rows.size(), table.fold);
    std::vector<std::size_t> widths;
    for (const std::string& column : table.columns) widths.push_back(columns(column));
    for (std::size_t i = 0; i < shown; ++i) {
      const std::vector<std::string>& cells = table.rows[i].cells;
      for (std::size_t c = 0; c < cells.size(); ++c) widths[c] = std::max(widths[c], columns(cells[c]));
    }
    put(2, paint(line_of(table.columns, widths), code_of(Tone::quiet)));
    for (std::size_t i = 0; i < shown; ++i) {
      put(2, paint(line_of(table.rows[i].cells, widths), code_of(table.rows[i].tone)));
    }
    put_rest(table.rows.size() - shown, table.fold);
  }

  void operator()(const Chart& chart) {
    const std::vector<std::string> lines = bars_of(chart);
    if (lines.empty()) return;
    page_ += "\n" + chart.title + ":\n";
    for (const std::string& line : lines) page_ += "  " + line + "\n";
  }

  void operator()(const Steps& steps) {
    int number = 0;
    for (const StepLine& step : steps.lines) {
      if (!step.commit.empty()) put_commit(step.commit);
      put_step(step, ++number);
    }
  }

  std::string take() { return std::move(page_); }

 private:
  static std::string_view code_of(Tone tone) {
    switch (tone) {
      case Tone::good:
        return "32";
      case Tone::caution:
        return "33";
      case Tone::danger:
        return "1;31";
      case Tone::quiet:
        return "2";
      case Tone::normal:
        break;
    }
    return "";
  }

  std::string paint(const std::string& text, std::string_view code) const {
    return !colour_ || code.empty() ? text : fmt::format("\x1b[{}m{}\x1b[0m", code, text);
  }

  void put(std::size_t indent, const std::string& line) { page_ += blanks(indent) + line + "\n"; }

  // Lines that fit beside `indent`; a word that is too long stays whole, so that it can be copied.
  static std::vector<std::string> wrap(std::string_view text, std::size_t indent) {
    const std::size_t width = std::max(narrowest, page_width - std::min(page_width, indent));
    std::vector<std::string> lines(1);
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(' '), text.size());
      const std::string_view word = text.substr(0, end);
      std::string& line = lines.back();
      if (!word.empty()) {
        if (line.empty()) {
          line = word;
        } else if (columns(line) + 1 + columns(word) <= width) {
          line += " " + std::string(word);
        } else {
          lines.emplace_back(word);
        }
      }
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
  }

  static std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      line += c + 1 == cells.size() ? cells[c] : pad(cells[c], widths[c]) + "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  }

  static std::size_t shown_of(std::size_t count, const Fold& fold) {
    return fold.at == 0 ? count : std::min(count, fold.at);
  }

  void put_rest(std::size_t left, const Fold& fold) {
    if (left > 0) put(2, fmt::format("… and {} more (see {})", left, fold.see));
  }

  void put_item(const Item& item, const std::string& mark, std::size_t lead_width) {
    const std::string lead = lead_width == 0 ? "" : pad(item.lead, lead_width) + "  ";
    const std::size_t indent = 2 + columns(mark) + columns(lead);
    const std::vector<std::string> lines = wrap(item.text, indent);
    put(2, mark + paint(lead, item.tone == Tone::danger ? "1;31" : "1") + paint(lines[0], code_of(item.tone)));
    for (std::size_t i = 1; i < lines.size(); ++i) put(indent, paint(lines[i], code_of(item.tone)));
    for (const Detail& detail : item.details) put_detail(detail, indent);
  }

  void put_detail(const Detail& detail, std::size_t indent) {
    const std::string label = detail.label.empty() ? "" : detail.label + ": ";
    const std::size_t inner = indent + columns(label);
    const std::vector<std::string> lines =
        detail.command ? std::vector<std::string>{detail.text} : wrap(detail.text, inner);
    put(indent, paint(label, code_of(Tone::quiet)) + lines[0]);
    for (std::size_t i = 1; i < lines.size(); ++i) put(inner, lines[i]);
  }

  void put_commit(const std::string& text) {
    const std::string rule(page_width - 2, '-');
    put(2, paint(rule, code_of(Tone::caution)));
    for (const std::string& line : wrap(text, 2)) put(2, paint(line, "1;33"));
    put(2, paint(rule, code_of(Tone::caution)));
  }

  void put_step(const StepLine& step, int number) {
    constexpr std::size_t inner = 6;
    const std::string title = fmt::format("{:>2}  {}{}{}", number, step.in_red ? "LOOK TWICE: " : "", step.title,
                                          step.person ? "  [ ] a person" : "");
    put(2, paint(title, step.in_red ? code_of(Tone::danger) : "1"));
    if (!step.doing.empty()) {
      for (const std::string& line : wrap(step.doing, inner)) put(inner, line);
    }
    for (const std::string& caution : step.cautions) {
      for (const std::string& line : wrap(caution, inner)) put(inner, paint(line, code_of(Tone::caution)));
    }
    put_detail({"CHECKPOINT", step.checkpoint}, inner);
    for (const std::string& line : wrap(step.way_back, inner)) put(inner, paint(line, code_of(step.way_back_tone)));
  }

  bool colour_;
  std::string page_;
};

}  // namespace

std::string to_text(const Document& document, bool colour) {
  TextPage page(colour);
  for (const Block& block : document) std::visit(page, block);
  return page.take();
}

}  // namespace wamigrate::report
