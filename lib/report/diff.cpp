#include "report/diff.hpp"

#include <algorithm>

#include "report/groups.hpp"
#include "report/words.hpp"

namespace wamigrate {

std::string diff_text(const std::vector<Difference>& differences) {
  using namespace report;
  if (differences.empty()) {
    return to_text({Paragraph{"No difference: the same numbers take the same roads, decided alike."}}, false);
  }
  std::vector<std::pair<std::string, std::string>> keyed;
  keyed.reserve(differences.size());
  for (const Difference& difference : differences) keyed.emplace_back(difference.what, difference.phone);
  std::vector<Group> groups = group(keyed);
  std::stable_partition(groups.begin(), groups.end(), [](const Group& same) { return !same.phones.empty(); });
  List list;
  for (const Group& same : groups) {
    Item item{lead_of(same.phones), plain(differences[same.first].what)};
    name_phones(item, same.phones);
    list.items.push_back(std::move(item));
  }
  return to_text({list}, false);
}

}  // namespace wamigrate
