#include "report/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "plan/preflight.hpp"
#include "report/groups.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace {

using namespace report;

constexpr std::size_t items_at_most = 50;
// With more findings than a screen holds, a person first wants to know of which kinds they are.
constexpr std::size_t many = 20;

// Where the check stands in the order in which people read findings.
std::size_t place_of(const std::string& id) {
  static const std::map<std::string, std::size_t, std::less<>> places = [] {
    std::map<std::string, std::size_t, std::less<>> by_id;
    for (const CheckTopic& topic : check_topics()) by_id.emplace(topic.id, by_id.size());
    return by_id;
  }();
  const auto found = places.find(id);
  return found == places.end() ? places.size() : found->second;
}

Checks those_with(const Checks& checks, Check::Result result) {
  Checks some;
  std::copy_if(checks.begin(), checks.end(), std::back_inserter(some),
               [result](const Check& check) { return check.result == result; });
  std::stable_sort(some.begin(), some.end(),
                   [](const Check& a, const Check& b) { return place_of(a.id) < place_of(b.id); });
  return some;
}

std::size_t numbers_in(const Checks& checks) {
  std::set<std::string> phones;
  for (const Check& check : checks) {
    if (!check.phone.empty()) phones.insert(check.phone);
  }
  return phones.size();
}

// "3 failures, on 2 numbers": some may concern all.
std::string heading_of(const Checks& checks, std::string_view what) {
  const std::size_t numbers = numbers_in(checks);
  const std::string text = counted(checks.size(), what);
  return numbers == 0 ? text : text + ", on " + counted(numbers, "number");
}

// One row a check: how many findings, and on how many numbers.
void put_summary(Document& document, const Checks& failures, const Checks& warnings, const Checks& unanswered) {
  std::map<std::pair<std::size_t, std::string>, std::array<std::size_t, 3>> by_id;
  std::size_t column = 0;
  for (const Checks* checks : {&failures, &warnings, &unanswered}) {
    for (const Check& check : *checks) ++by_id[{place_of(check.id), check.id}][column];
    ++column;
  }
  Table table{{"check", "failed", "warned", "not answered"}, {}, {}};
  for (const auto& [id, counts] : by_id) {
    auto shown = [](std::size_t count) { return count == 0 ? std::string() : std::to_string(count); };
    table.rows.push_back({{plain(id.second), shown(counts[0]), shown(counts[1]), shown(counts[2])},
                          counts[0] > 0 ? Tone::danger : Tone::caution});
  }
  document.push_back(Heading{2, "By check (each is explained by `wamigrate explain CHECK`)"});
  document.push_back(std::move(table));
}

void put(Document& document, const Checks& checks, std::string_view what) {
  if (checks.empty()) return;
  document.push_back(Heading{2, heading_of(checks, what)});
  document.push_back(List{items_of(checks), false, {items_at_most, "--json"}});
}

}  // namespace

std::string checks_text(const Checks& checks, bool colour) {
  const Checks failures = those_with(checks, Check::Result::fail);
  const Checks warnings = those_with(checks, Check::Result::warn);
  const Checks unanswered = those_with(checks, Check::Result::unknown);
  const std::size_t passed = checks.size() - failures.size() - warnings.size() - unanswered.size();
  Document document;
  if (failures.size() + warnings.size() + unanswered.size() > many) {
    put_summary(document, failures, warnings, unanswered);
  }
  put(document, failures, "failure");
  put(document, warnings, "warning");
  put(document, unanswered, "unanswered check");
  document.push_back(Heading{2, failures.empty() ? "No check failed" : counted(failures.size(), "check") + " failed"});
  document.push_back(Paragraph{
      fmt::format("Of {}: {} passed, {} failed, {} warned, {} could not be asked.", counted(checks.size(), "check"),
                  passed, failures.size(), warnings.size(), unanswered.size()),
      failures.empty() ? Tone::good : Tone::danger});
  return to_text(document, colour);
}

Json checks_json(const Checks& checks) {
  Json list = Json::array();
  for (const Check& check : checks) list.push_back(to_json(check));
  return {{"ok", std::none_of(checks.begin(), checks.end(),
                              [](const Check& check) { return check.result == Check::Result::fail; })},
          {"checks", list}};
}

}  // namespace wamigrate
