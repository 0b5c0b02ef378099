#include "report/lint.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/plain_text.hpp"
#include "report/words.hpp"

namespace wamigrate::report {
namespace {

using messages::Finding;
using messages::Linted;
using messages::Weight;

constexpr std::size_t folded_after = 60;

std::string place_text(const Place& place) { return fmt::format("{}:{}", plain(place.file), place.line); }

std::string places_text(const Finding& finding) {
  std::vector<std::string> places;
  for (const Place& place : finding.first) places.push_back(place_text(place));
  std::string text = fmt::format("{}", fmt::join(places, ", "));
  if (finding.count > places.size()) text += fmt::format(" and {} more", finding.count - places.size());
  return text;
}

Item item_of(const Finding& finding, Tone tone) {
  const messages::Rule& rule = *finding.rule;
  Item item{fmt::format("{}x", finding.count), plain(rule.message), tone, {}};
  if (!finding.where.empty()) item.details.push_back({"where", fmt::format("`{}`", plain(finding.where))});
  if (!rule.fix.empty()) item.details.push_back({"change", plain(rule.fix)});
  item.details.push_back({"first", places_text(finding)});
  item.details.push_back({"source", fmt::format("{} ({}); id {}", rule.source, rule.certainty, rule.id)});
  if (!rule.difference.empty())
    item.details.push_back({"more", fmt::format("`wamigrate explain {}`", rule.difference)});
  return item;
}

void put_findings(Document& document, const Linted& linted, Weight weight, std::string_view heading) {
  List list;
  list.fold = {folded_after, "--json"};
  for (const Finding& finding : linted.findings) {
    if (finding.weight != weight) continue;
    list.items.push_back(item_of(finding, weight == Weight::must_change ? Tone::caution : Tone::quiet));
  }
  if (list.items.empty()) return;
  document.push_back(Heading{2, std::string(heading)});
  document.push_back(std::move(list));
}

void put_kinds(Document& document, const Linted& linted) {
  Table table{{"samples", "of"}, {}, {}};
  for (const auto& [kind, count] : linted.kinds) {
    table.rows.push_back({{std::to_string(count), std::string(messages::in_words(kind))}, Tone::normal});
  }
  if (!table.rows.empty()) document.push_back(std::move(table));
}

void put_unread(Document& document, const Linted& linted) {
  if (linted.unread == 0) return;
  List list;
  for (const Diagnostic& one : linted.first_unread) {
    list.items.push_back({place_text(one.place), plain(one.message), Tone::caution, {}});
  }
  document.push_back(Heading{2, fmt::format("Not understood: {}", counted(linted.unread, "line"))});
  document.push_back(std::move(list));
}

std::string verdict(const Linted& linted, std::string_view target) {
  const auto must = std::count_if(linted.findings.begin(), linted.findings.end(),
                                  [](const Finding& one) { return one.weight == Weight::must_change; });
  if (must > 0)
    return fmt::format("Before {} serves this traffic, {} must be looked after.", target,
                       counted(static_cast<std::size_t>(must), "finding"));
  if (linted.samples == 0) return "No sample was read: nothing is known.";
  return fmt::format("Nothing was found that must be changed for {}. What was not in the samples is not known.",
                     target);
}

}  // namespace

Document lint_document(const Linted& linted) {
  const std::string target(in_words(new_home(linted.direction)));
  Document document = {Heading{1, fmt::format("Your traffic, as {} would meet it", target)}};
  const auto tone = linted.must_change() ? Tone::danger : linted.samples == 0 ? Tone::caution : Tone::good;
  document.push_back(Paragraph{verdict(linted, target), tone});
  document.push_back(Paragraph{fmt::format("{} in {}; {} in {}'s words already.", counted(linted.samples, "sample"),
                                           counted(linted.files, "file"), linted.already, target)});
  if (linted.only_lines > 0) {
    document.push_back(
        Paragraph{fmt::format("{} samples are lines of access logs: of what they sent or answered nothing is known.",
                              linted.only_lines),
                  Tone::quiet});
  }
  for (const std::string& file : linted.empty) {
    document.push_back(Paragraph{fmt::format("No sample in {}.", plain(file)), Tone::caution});
  }
  put_kinds(document, linted);
  put_findings(document, linted, Weight::must_change, "Must be changed");
  put_findings(document, linted, Weight::may_stay, "Worth knowing");
  put_unread(document, linted);
  return document;
}

}  // namespace wamigrate::report
