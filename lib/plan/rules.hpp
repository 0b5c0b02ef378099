// Rules with dates: what the platform allows since when, as data. Preflight, probes and `explain` read this one table,
// and `--as-of` asks it about another day. A rule that cannot be told from a number is asked for, never guessed.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace wamigrate {

/// Which hosting a rule is about.
enum class Hosting { any, cloud, onprem };
std::string_view name(Hosting hosting);  ///< "both sides", "Cloud", "on-premises"

/// A place a rule names: the ISO 3166 alpha-2 code by which numbers and accounts show it, and its name. Where the code
/// is that of a larger country, the code only says that the place is possible.
struct RulePlace {
  std::string_view code;
  std::string_view name;
};

struct DatedRule {
  std::string_view id;    ///< Stable: `explain` takes it.
  std::string_view from;  ///< The first day it holds, YYYY-MM-DD; empty where none is documented: it always holds.
  Hosting hosting = Hosting::any;
  std::span<const RulePlace> places;  ///< Empty where it is not about places.
  std::string_view what;
  std::string_view advice;
  std::string_view source;  ///< With its date.
};

/// All of them, the undated first, then in the order of their dates.
std::span<const DatedRule> rules();
/// The rule of that id, or null.
const DatedRule* find_rule(std::string_view id);
/// Does it hold on that day?
bool in_force(const DatedRule& rule, Time as_of);
/// The place of the rule with this code, or null.
const RulePlace* place_in(const DatedRule& rule, std::string_view code);

// The rules by name, for those who ask them.
const DatedRule& sunset_rule();
const DatedRule& new_onprem_numbers_rule();
const DatedRule& excluded_countries_rule();
const DatedRule& excluded_regions_rule();
const DatedRule& turkiye_rule();

/// The day the last on-premises client expired; registrations there are refused since. From sunset_rule().
Time sunset();

}  // namespace wamigrate
