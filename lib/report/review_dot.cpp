// A plan's roads for Graphviz: `wamigrate show PLAN --format dot | dot -Tsvg`. One cluster a road; a box is a step,
// an arrow carries the checkpoint that opens the next.
#include <fmt/format.h>

#include "report/review.hpp"
#include "report/roads.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace report {
namespace {

std::string dot_text(std::string_view text) {
  std::string inside;
  for (const char c : text) {
    if (c == '"' || c == '\\') inside += '\\';
    inside += c;
  }
  return "\"" + inside + "\"";
}

std::string_view colour_of(WayBack way) {
  return way == WayBack::none ? "#f6c7c7" : way == WayBack::registration ? "#fbe3b5" : "#d8efdf";
}

std::string node_of(const StepLine& step, WayBack way, const std::string& id) {
  std::string look = fmt::format("fillcolor={}", dot_text(colour_of(way)));
  if (step.in_red) look += ", color=\"#b3161b\", fontcolor=\"#b3161b\", penwidth=3";
  if (!step.commit.empty()) look += ", peripheries=2";
  if (step.person) look += ", shape=hexagon";
  const std::string title = (step.commit.empty() ? "" : "COMMIT POINT: ") + step.title;
  return fmt::format("    {} [label={}, tooltip={}, {}];\n", id, dot_text(title), dot_text(step.way_back), look);
}

std::string cluster_of(const Plan& plan, const UsedRoad& used, Catalogue catalogue) {
  const PlannedRoad& road = plan.roads[used.index];
  const Steps steps = steps_of(road, catalogue, plan.direction, false);
  const std::string prefix = fmt::format("r{}_", used.index);
  const std::string title = used.title + ": " + counted(used.numbers.size(), "number");
  std::string text = fmt::format("  subgraph cluster_{} {{\n    label={};\n", used.index, dot_text(title));
  for (std::size_t i = 0; i < steps.lines.size(); ++i) {
    text += node_of(steps.lines[i], road.way_back[i], prefix + std::to_string(i));
  }
  text += fmt::format("    {}end [label={}, shape=oval, fillcolor=white];\n", prefix,
                      dot_text("served by " + std::string(in_words(new_home(plan.direction)))));
  for (std::size_t i = 0; i < steps.lines.size(); ++i) {
    const bool last = i + 1 == steps.lines.size();
    text += fmt::format("    {0}{1} -> {0}{2} [label={3}];\n", prefix, i, last ? "end" : std::to_string(i + 1),
                        dot_text(steps.lines[i].checkpoint));
  }
  return text + "  }\n";
}

}  // namespace
}  // namespace report

std::string review_dot(const Plan& plan, Catalogue catalogue) {
  std::string text =
      "digraph plan {\n  graph [rankdir=TB, fontname=\"Helvetica\"];\n"
      "  node [shape=box, style=\"filled,rounded\", fontname=\"Helvetica\"];\n"
      "  edge [fontname=\"Helvetica\", fontsize=10];\n"
      "  // Green: going back costs nothing. Yellow: a registration. Red: NO WAY BACK.\n";
  bool any = false;
  for (const report::UsedRoad& used : report::used_roads(plan)) {
    if (!used.leads_on) continue;
    text += report::cluster_of(plan, used, catalogue);
    any = true;
  }
  if (!any) text += "  nothing [label=\"nothing to do\"];\n";
  return text + "}\n";
}

}  // namespace wamigrate
