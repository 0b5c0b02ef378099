#include "report/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "report/document.hpp"
#include "report/words.hpp"

namespace wamigrate::report {
namespace {

constexpr double width = 860, height = 260, left = 70, right = 190, top = 14, bottom = 30;
constexpr std::size_t bar_columns = 60;
constexpr int grid_lines = 4;

struct Range {
  double least = std::numeric_limits<double>::max();
  double most = std::numeric_limits<double>::lowest();
  bool any() const { return most >= least; }
  double share(double value) const { return most > least ? (value - least) / (most - least) : 0.5; }
};

Range across_of(const Chart& chart) {
  Range range;
  for (const ChartLine& line : chart.lines) {
    for (const auto& [x, y] : line.points) {
      range.least = std::min(range.least, x);
      range.most = std::max(range.most, x);
    }
  }
  return range;
}

double highest_of(const Chart& chart) {
  double most = 0;
  for (const ChartLine& line : chart.lines) {
    for (const auto& [x, y] : line.points) most = std::max(most, y);
  }
  return most;
}

/// The next of 1, 2, 2.5, 5 and 10 times a power of ten: an axis that ends in a number people read.
double rounded_up(double value) {
  if (value <= 0) return 1;
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 2.5, 5.0, 10.0}) {
    if (value <= step * power * (1 + 1e-9)) return step * power;
  }
  return 10 * power;
}

std::string figure(double value) {
  if (value >= 100 || value == std::floor(value)) return fmt::format("{:.0f}", value);
  return fmt::format("{:.3g}", value);
}

class Drawing {
 public:
  explicit Drawing(const Chart& chart)
      : chart_(chart), across_(across_of(chart)), highest_(rounded_up(highest_of(chart))) {}

  std::string draw() {
    svg_ = fmt::format("<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", width, height,
                       escape_html(chart_.title));
    put_grid();
    for (std::size_t i = 0; i < chart_.lines.size(); ++i) put_line(chart_.lines[i], i);
    return svg_ + "</svg>";
  }

 private:
  double x_of(double value) const { return left + across_.share(value) * (width - left - right); }
  double y_of(double value) const { return height - bottom - value / highest_ * (height - top - bottom); }

  void put_text(double x, double y, std::string_view anchor, const std::string& text, std::string_view extra = "") {
    svg_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>\n", x, y, anchor, extra,
                        escape_html(text));
  }

  void put_grid() {
    for (int i = 0; i <= grid_lines; ++i) {
      const double value = highest_ * i / grid_lines;
      const double y = y_of(value);
      svg_ += fmt::format("<line class=\"grid\" x1=\"{}\" y1=\"{:.1f}\" x2=\"{}\" y2=\"{:.1f}\"/>\n", left, y,
                          width - right, y);
      put_text(left - 8, y + 4, "end", figure(value) + (i == grid_lines ? " " + chart_.vertical : ""));
    }
    for (const ChartMark& mark : chart_.marks) put_text(x_of(mark.at), height - 8, "middle", mark.text);
  }

  void put_line(const ChartLine& line, std::size_t number) {
    std::string points;
    for (const auto& [x, y] : line.points) points += fmt::format("{:.1f},{:.1f} ", x_of(x), y_of(y));
    if (points.empty()) return;
    svg_ += fmt::format("<polyline class=\"line{}\" points=\"{}\"/>\n", number % 4, points);
    // Names stand at the right, one below the other, with a piece of their line.
    const double y = top + 8 + 20.0 * static_cast<double>(number);
    svg_ += fmt::format("<line class=\"line{0}\" x1=\"{1}\" y1=\"{2}\" x2=\"{3}\" y2=\"{2}\"/>\n", number % 4,
                        width - right + 12, y, width - right + 40);
    put_text(width - right + 46, y + 4, "start", line.name);
  }

  const Chart& chart_;
  Range across_;
  double highest_;
  std::string svg_;
};

/// The highest value of each column; a column without a point is blank.
std::vector<double> columns_of(const ChartLine& line, const Range& across) {
  std::vector<double> columns(std::min<std::size_t>(bar_columns, std::max<std::size_t>(1, line.points.size())), -1);
  for (const auto& [x, y] : line.points) {
    const auto column =
        static_cast<std::size_t>(std::lround(across.share(x) * static_cast<double>(columns.size() - 1)));
    columns[column] = std::max(columns[column], y);
  }
  return columns;
}

}  // namespace

std::string svg_of(const Chart& chart) {
  if (!across_of(chart).any()) return "";
  return Drawing(chart).draw();
}

std::vector<std::string> bars_of(const Chart& chart) {
  constexpr std::array<std::string_view, 8> eighths{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const Range across = across_of(chart);
  const double highest = highest_of(chart);
  std::vector<std::string> lines;
  std::size_t longest = 0;
  for (const ChartLine& line : chart.lines) longest = std::max(longest, columns(line.name));
  for (const ChartLine& line : chart.lines) {
    if (line.points.empty()) continue;
    std::string bars;
    double most = 0;
    for (const double value : columns_of(line, across)) {
      most = std::max(most, value);
      const double share = highest > 0 && value > 0 ? value / highest : 0;
      bars += value < 0 ? " " : std::string(eighths[std::min<std::size_t>(7, static_cast<std::size_t>(share * 8))]);
    }
    lines.push_back(fmt::format("{}  {}  up to {} {}", pad(line.name, longest), bars, figure(most), chart.vertical));
  }
  return lines;
}

}  // namespace wamigrate::report
