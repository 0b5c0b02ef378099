#include "report/groups.hpp"

#include <map>

#include "report/words.hpp"

namespace wamigrate::report {
namespace {

constexpr char separator = '\x1f';  // between the parts of a key

Tone tone_of(Check::Result result) {
  switch (result) {
    case Check::Result::fail:
      return Tone::danger;
    case Check::Result::warn:
    case Check::Result::unknown:
      return Tone::caution;
    case Check::Result::pass:
      break;
  }
  return Tone::normal;
}

std::string key_of(const Check& check) {
  std::string key;
  for (const std::string& part : {check.id, std::string(name(check.result)), check.message, check.fix, check.source}) {
    key += part + separator;
  }
  return key;
}

}  // namespace

std::vector<Group> group(const std::vector<std::pair<std::string, std::string>>& keyed) {
  std::vector<Group> groups;
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < keyed.size(); ++i) {
    const auto& [key, phone] = keyed[i];
    // What concerns all is never counted among the numbers it happens to read alike with.
    const auto [place, is_new] = known.emplace((phone.empty() ? "all" : "one") + (separator + key), groups.size());
    if (is_new) groups.push_back({i, {}});
    if (!phone.empty()) groups[place->second].phones.push_back(plain(phone));
  }
  return groups;
}

std::string lead_of(const std::vector<std::string>& phones) {
  if (phones.empty()) return "all";
  return phones.size() == 1 ? phones.front() : counted(phones.size(), "number");
}

void name_phones(Item& item, const std::vector<std::string>& phones) {
  if (phones.size() > 1) item.details.push_back({"numbers", some_of(phones, phones_named)});
}

std::vector<Item> items_of(const Checks& checks) {
  std::vector<std::pair<std::string, std::string>> keyed;
  for (const Check& check : checks) keyed.emplace_back(key_of(check), check.phone);
  std::vector<Item> items;
  for (const Group& same : group(keyed)) {
    const Check& check = checks[same.first];
    Item item{lead_of(same.phones), plain(check.id) + ": " + plain(check.message), tone_of(check.result), {}};
    if (!check.fix.empty()) item.details.push_back({"do", plain(check.fix)});
    if (!check.source.empty()) item.details.push_back({"source", plain(check.source)});
    name_phones(item, same.phones);
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace wamigrate::report
