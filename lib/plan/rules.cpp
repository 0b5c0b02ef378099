// The table itself. What Meta changes is changed here, with its date and its source, and nowhere else.
#include "plan/rules.hpp"

#include <algorithm>
#include <array>

#include "base/result.hpp"

namespace wamigrate {
namespace {

constexpr std::array<RulePlace, 4> excluded_countries = {
    {{"CU", "Cuba"}, {"IR", "Iran"}, {"KP", "North Korea"}, {"SY", "Syria"}}};
// Their numbers begin with Ukraine's code or with Russia's: which of them are meant can't be told.
constexpr std::array<RulePlace, 2> around_excluded_regions = {
    {{"UA", "Crimea, Donetsk or Luhansk"}, {"RU", "Crimea, Donetsk or Luhansk"}}};
constexpr std::array<RulePlace, 1> turkiye = {{{"TR", "Türkiye"}}};

constexpr std::string_view support_page = "Meta, WhatsApp Business support, Cloud API, 2025-11-19";

constexpr std::array<DatedRule, 5> table = {{
    {.id = "excluded_countries",
     .from = "",
     .hosting = Hosting::any,
     .places = excluded_countries,
     .what = "Businesses in Cuba, Iran, North Korea and Syria may not use the platform, and people there can't be "
             "messaged.",
     .advice = "Leave their numbers out.",
     .source = support_page},
    {.id = "excluded_regions",
     .from = "",
     .hosting = Hosting::any,
     .places = around_excluded_regions,
     .what = "Businesses in Crimea, Donetsk and Luhansk may not use the platform, and people there can't be messaged. "
             "No number shows it: those regions use Ukraine's and Russia's codes.",
     .advice = "Where the business is somewhere else, say so: `region_confirmed: true`, at the number or under "
               "`defaults`. Leave the number out where it is there.",
     .source = support_page},
    {.id = "new_onprem_numbers",
     .from = "2024-05-15",
     .hosting = Hosting::onprem,
     .places = {},
     .what = "Numbers that were never on-premises can't be registered there any more.",
     .advice = "Register new numbers on Cloud.",
     .source = "partners' notices (360dialog), 2024-05-15; Meta's own page is not at hand"},
    {.id = "turkiye",
     .from = "2024-05-15",
     .hosting = Hosting::cloud,
     .places = turkiye,
     .what = "Türkiye is no longer restricted, for the Cloud API only: businesses may start conversations with Turkish "
             "numbers and hear from them. On-premises was never opened.",
     .advice = "Keep Turkish traffic on Cloud.",
     .source = support_page},
    {.id = "sunset",
     .from = "2025-10-23",
     .hosting = Hosting::onprem,
     .places = {},
     .what = "The last on-premises client has expired; registrations there are refused "
             "(biz_link_on_prem_reg_blocked).",
     .advice = "Stay on Cloud; --allow-after-sunset is for deployments that are still licensed.",
     .source = "Meta, on-premises sunset, and partners' notices, 2025-10-23"},
}};

const DatedRule& the(std::string_view id) {
  const DatedRule* found = find_rule(id);
  ensure(found != nullptr, "a rule that is asked for by name stands in the table");
  return *found;
}

}  // namespace

std::string_view name(Hosting hosting) {
  switch (hosting) {
    case Hosting::cloud:
      return "Cloud";
    case Hosting::onprem:
      return "on-premises";
    case Hosting::any:
      break;
  }
  return "both sides";
}

std::span<const DatedRule> rules() { return table; }

const DatedRule* find_rule(std::string_view id) {
  const auto found = std::find_if(table.begin(), table.end(), [id](const DatedRule& rule) { return rule.id == id; });
  return found == table.end() ? nullptr : &*found;
}

bool in_force(const DatedRule& rule, Time as_of) { return rule.from.empty() || as_of >= *parse_iso(rule.from); }

const RulePlace* place_in(const DatedRule& rule, std::string_view code) {
  const auto found = std::find_if(rule.places.begin(), rule.places.end(),
                                  [code](const RulePlace& place) { return place.code == code; });
  return found == rule.places.end() ? nullptr : &*found;
}

const DatedRule& sunset_rule() { return the("sunset"); }
const DatedRule& new_onprem_numbers_rule() { return the("new_onprem_numbers"); }
const DatedRule& excluded_countries_rule() { return the("excluded_countries"); }
const DatedRule& excluded_regions_rule() { return the("excluded_regions"); }
const DatedRule& turkiye_rule() { return the("turkiye"); }

Time sunset() { return *parse_iso(sunset_rule().from); }

}  // namespace wamigrate
