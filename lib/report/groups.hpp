// Groups: what is said alike of many numbers is said once, with the numbers behind it. Four hundred equal warnings
// hide the one that differs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/check.hpp"
#include "report/document.hpp"

namespace wamigrate::report {

/// How many phone numbers a line names before it says "and N more".
inline constexpr std::size_t phones_named = 6;

/// Numbers that share a key, by the index of the first of them in what was grouped.
struct Group {
  std::size_t first = 0;
  std::vector<std::string> phones;  ///< Without empty ones.
};

/// Groups (key, phone) pairs by equal keys, in the order in which the keys were first seen. An empty phone concerns
/// all.
std::vector<Group> group(const std::vector<std::pair<std::string, std::string>>& keyed);

/// Checks with the same id, result, message, fix and source, as items: the phone or the count leads. Fails are in
/// the danger tone, warnings and unknowns in the caution tone.
std::vector<Item> items_of(const Checks& checks);

/// What leads an item about these numbers: the phone, "412 numbers", or "all".
std::string lead_of(const std::vector<std::string>& phones);
/// Names the first of several numbers; nothing to add for one or none.
void name_phones(Item& item, const std::vector<std::string>& phones);

}  // namespace wamigrate::report
