#include "report/token_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/checks.hpp"
#include "report/groups.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace {

using namespace report;

constexpr std::size_t rows_at_most = 50;

bool has(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// A scope reaches what its granular list names; without such a list, everything.
bool reaches(const TokenView& token, std::string_view scope, const std::string& waba) {
  if (!has(token.scopes, scope)) return false;
  const auto limited = token.granular.find(std::string(scope));
  return limited == token.granular.end() || has(limited->second, waba);
}

std::map<std::string, std::size_t> numbers_by_waba(const FleetCandidate& fleet) {
  std::map<std::string, std::size_t> wabas;
  for (const Number* number : fleet.numbers) ++wabas[number->waba_id];
  return wabas;
}

std::vector<std::string> missing_scopes(const TokenView& token) {
  std::vector<std::string> missing;
  for (const std::string_view scope : needed_scopes()) {
    if (!has(token.scopes, scope)) missing.emplace_back(scope);
  }
  return missing;
}

std::string or_else(const std::string& text, const std::string& otherwise) {
  return text.empty() ? otherwise : plain(text);
}

void put_what_it_is(Document& document, const TokenReport& report) {
  const TokenView& token = report.fleet.token;
  Table table{{"the token", ""}, {}, {}};
  table.rows.push_back({{"valid", token.valid ? "yes" : "no"}, token.valid ? Tone::good : Tone::danger});
  table.rows.push_back({{"type", or_else(token.type, "not shown")}});
  table.rows.push_back({{"app", or_else(token.app_id, "not shown") +
                                    (token.application.empty() ? "" : " (" + plain(token.application) + ")")}});
  table.rows.push_back({{"issued", token.issued ? moment(*token.issued) : "not shown"}});
  table.rows.push_back({{"expires", token.expires ? moment(*token.expires) : token.valid ? "never" : "not shown"}});
  table.rows.push_back(
      {{"needed for", fmt::format("{} to {}: {} at least", counted(report.fleet.numbers.size(), "number"),
                                  name(report.direction), for_people(report.fleet.expected_run))}});
  std::vector<std::string> scopes;
  for (const std::string& scope : token.scopes) scopes.push_back(plain(scope));
  table.rows.push_back({{"scopes", scopes.empty() ? "none" : fmt::format("{}", fmt::join(scopes, ", "))}});
  document.push_back(std::move(table));
}

void put_reach(Document& document, const TokenReport& report) {
  Table table{{"WABA", "numbers", "management", "messaging"}, {}, {rows_at_most, "--json"}};
  for (const auto& [waba, numbers] : numbers_by_waba(report.fleet)) {
    const bool management = reaches(report.fleet.token, needed_scopes()[0], waba);
    const bool messaging = reaches(report.fleet.token, needed_scopes()[1], waba);
    auto word = [](bool reached) { return std::string(reached ? "reached" : "NOT REACHED"); };
    table.rows.push_back({{plain(waba), std::to_string(numbers), word(management), word(messaging)},
                          management && messaging ? Tone::normal : Tone::danger});
  }
  document.push_back(Heading{2, "What it reaches"});
  document.push_back(std::move(table));
}

void put_making_another(Document& document, const TokenReport& report) {
  const Graph& graph = *report.fleet.graph;
  std::vector<std::string> wabas;
  for (const auto& [waba, numbers] : numbers_by_waba(report.fleet)) wabas.push_back(plain(waba));
  document.push_back(Heading{2, "Making a new one"});
  List list;
  list.items.push_back({"1", "Business Settings > Users > System users: choose one, or add one with the role Admin."});
  list.items.push_back(
      {"2", fmt::format("Assign assets, each with full control: app {}, and under WhatsApp accounts {}.",
                        plain(graph.app_id), some_of(wabas, 6))});
  list.items.push_back({"3", fmt::format("Generate token: app {}, expiration Never. Tick {} and {}, and nothing else.",
                                         plain(graph.app_id), needed_scopes()[0], needed_scopes()[1])});
  list.items.push_back({"4", fmt::format("Put it where the inventory looks for it: {}.", plain(graph.token.text()))});
  list.items.push_back({"5", fmt::format("Ask again: `wamigrate token {}`", plain(report.inventory))});
  document.push_back(std::move(list));
}

}  // namespace

std::string token_text(const TokenReport& report, bool colour) {
  Document document;
  Checks open;
  std::copy_if(report.checks.begin(), report.checks.end(), std::back_inserter(open),
               [](const Check& check) { return check.result != Check::Result::pass; });
  if (report.fleet.token.asked.answered()) {
    put_what_it_is(document, report);
    put_reach(document, report);
  }
  if (open.empty()) {
    document.push_back(Heading{2, "Nothing stands against this token"});
    return to_text(document, colour);
  }
  document.push_back(Heading{2, counted(open.size(), "finding")});
  document.push_back(List{items_of(open)});
  put_making_another(document, report);
  return to_text(document, colour);
}

Json token_json(const TokenReport& report) {
  const TokenView& token = report.fleet.token;
  auto time = [](const std::optional<Time>& at) { return at ? Json(to_iso(*at)) : Json(nullptr); };
  Json wabas = Json::array();
  for (const auto& [waba, numbers] : numbers_by_waba(report.fleet)) {
    wabas.push_back({{"waba_id", waba},
                     {"numbers", numbers},
                     {"management", reaches(token, needed_scopes()[0], waba)},
                     {"messaging", reaches(token, needed_scopes()[1], waba)}});
  }
  const Json checks = checks_json(report.checks);
  return {{"ok", token.asked.answered() && checks["ok"].get<bool>()},
          {"valid", token.valid},
          {"type", token.type},
          {"app_id", token.app_id},
          {"application", token.application},
          {"issued_at", time(token.issued)},
          {"expires_at", time(token.expires)},
          {"expected_run_ms", report.fleet.expected_run.count()},
          {"scopes", token.scopes},
          {"missing_scopes", missing_scopes(token)},
          {"wabas", wabas},
          {"checks", checks["checks"]}};
}

}  // namespace wamigrate
