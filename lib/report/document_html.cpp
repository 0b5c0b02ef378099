// Documents as one HTML page that can be mailed, archived and printed: nothing is loaded, nothing runs, and a content
// policy says so to the browser as well. Every text is escaped where it is put.
#include <fmt/format.h>

#include "report/document.hpp"
#include "report/style.hpp"

namespace wamigrate::report {
namespace {

std::string_view class_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "good";
    case Tone::caution:
      return "caution";
    case Tone::danger:
      return "danger";
    case Tone::quiet:
      return "quiet";
    case Tone::normal:
      break;
  }
  return "";
}

std::string tag(std::string_view element, std::string_view css_class, const std::string& inner) {
  return css_class.empty() ? fmt::format("<{0}>{1}</{0}>", element, inner)
                           : fmt::format("<{0} class=\"{1}\">{2}</{0}>", element, css_class, inner);
}

// Our texts mark code with backticks, in pairs; a lone one is left as it is.
std::string inline_html(std::string_view text) {
  std::string html;
  while (!text.empty()) {
    const std::size_t open = text.find('`');
    const std::size_t close = open == std::string_view::npos ? open : text.find('`', open + 1);
    if (close == std::string_view::npos) return html + escape_html(text);
    html += escape_html(text.substr(0, open)) + tag("code", "", escape_html(text.substr(open + 1, close - open - 1)));
    text.remove_prefix(close + 1);
  }
  return html;
}

class HtmlPage {
 public:
  void operator()(const Heading& heading) {
    if (heading.level == 1) title_ = heading.text;
    put(tag(fmt::format("h{}", heading.level), "", inline_html(heading.text)));
  }

  void operator()(const Paragraph& paragraph) { put(tag("p", class_of(paragraph.tone), inline_html(paragraph.text))); }

  void operator()(const Banner& banner) { put(tag("p", "banner", inline_html(banner.text))); }

  void operator()(const List& list) {
    std::string items;
    for (const Item& item : list.items) {
      const std::string lead = item.lead.empty() ? "" : tag("b", class_of(item.tone), escape_html(item.lead)) + " ";
      std::string inner = lead + tag("span", class_of(item.tone), inline_html(item.text)) + details_of(item.details);
      if (list.boxes) inner = "<input type=\"checkbox\" aria-label=\"done\">" + tag("div", "", inner);
      items += tag("li", "", inner) + "\n";
    }
    put(tag("ul", list.boxes ? "boxes" : "", "\n" + items));
  }

  void operator()(const Table& table) {
    std::string head, body;
    for (const std::string& column : table.columns) head += tag("th", "", inline_html(column));
    for (const Row& row : table.rows) {
      std::string cells;
      for (std::size_t i = 0; i < row.cells.size(); ++i) {
        cells += tag("td", i < row.tones.size() ? class_of(row.tones[i]) : "", inline_html(row.cells[i]));
      }
      body += tag("tr", class_of(row.tone), cells) + "\n";
    }
    put(tag("div", "wide",
            tag("table", "", tag("thead", "", tag("tr", "", head)) + "\n" + tag("tbody", "", "\n" + body))));
  }

  void operator()(const Steps& steps) {
    std::string items;
    int number = 0;
    for (const StepLine& step : steps.lines) {
      if (!step.commit.empty()) items += tag("li", "commit", inline_html(step.commit)) + "\n";
      items += tag("li", step.in_red ? "red" : "", step_html(step, ++number)) + "\n";
    }
    put(tag("ol", "steps", "\n" + items));
  }

  void operator()(const Chart& chart) {
    const std::string svg = svg_of(chart);
    if (!svg.empty()) put(tag("figure", "", tag("figcaption", "", escape_html(chart.title)) + "\n" + svg));
  }

  std::string take() {
    return fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
        escape_html(title_), style, page_);
  }

 private:
  void put(const std::string& block) { page_ += block + "\n"; }

  static std::string details_of(const std::vector<Detail>& details) {
    if (details.empty()) return {};
    std::string rows;
    for (const Detail& detail : details) {
      rows += tag("dt", "", escape_html(detail.label));
      rows += tag("dd", "", detail.command ? tag("code", "", escape_html(detail.text)) : inline_html(detail.text));
    }
    return tag("dl", "", rows);
  }

  static std::string step_html(const StepLine& step, int number) {
    std::string title = inline_html(step.title) + tag("code", "", escape_html(step.name));
    if (step.in_red) title = tag("span", "danger", "LOOK TWICE: ") + title;
    if (step.person) {
      title += tag("span", "who", "<input type=\"checkbox\" aria-label=\"done\"> a person's step");
    }
    std::string html = tag("span", "number", std::to_string(number)) + tag("div", "title", title);
    html += tag("p", "", inline_html(step.doing));
    if (!step.by_hand.empty()) html += tag("p", "hand", tag("b", "", "By hand:") + " " + inline_html(step.by_hand));
    for (const std::string& caution : step.cautions) html += tag("p", "caution", inline_html(caution));
    html += tag("p", "checkpoint", tag("b", "", "CHECKPOINT") + inline_html(step.checkpoint));
    html += tag("p", fmt::format("back {}", class_of(step.way_back_tone)), inline_html(step.way_back));
    return html;
  }

  std::string title_;
  std::string page_;
};

}  // namespace

std::string to_html(const Document& document) {
  HtmlPage page;
  for (const Block& block : document) std::visit(page, block);
  return page.take();
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace wamigrate::report
