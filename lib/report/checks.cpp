#include "report/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "report/groups.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace {

using namespace report;

constexpr std::size_t items_at_most = 50;

Checks those_with(const Checks& checks, Check::Result result) {
  Checks some;
  std::copy_if(checks.begin(), checks.end(), std::back_inserter(some),
               [result](const Check& check) { return check.result == result; });
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
  const std::size_t passed = those_with(checks, Check::Result::pass).size();
  Document document;
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
  return {{"ok", those_with(checks, Check::Result::fail).empty()}, {"checks", list}};
}

}  // namespace wamigrate
