// Charts: lines over an axis, as inline SVG in pages and as rows of small bars in text. A chart repeats what tables
// say: nobody needs to see it to know.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace wamigrate::report {

struct ChartLine {
  std::string name = {};
  std::vector<std::pair<double, double>> points = {};  ///< In the order of their first.
};

/// A place on the horizontal axis that is written at it.
struct ChartMark {
  double at = 0;
  std::string text = {};
};

struct Chart {
  std::string title = {};
  std::string vertical = {};          ///< What is shown, with its unit: "ms".
  std::vector<ChartMark> marks = {};  ///< Of the horizontal axis; its ends are the points' own.
  std::vector<ChartLine> lines = {};  ///< At most four are told apart.
};

/// One <svg> element; its colours come from the page's style.
std::string svg_of(const Chart& chart);
/// A line for each line: its name, bars, its highest value.
std::vector<std::string> bars_of(const Chart& chart);

}  // namespace wamigrate::report
