// Sources: Meta's migration guide (2025-11-05) for webhooks, payloads and media; the on-premises set-up scripts and
// deployment templates for containers by role.
#include "report/afterwards.hpp"

#include <fmt/format.h>

#include <map>

#include "report/groups.hpp"
#include "report/words.hpp"

namespace wamigrate::report {
namespace {

std::string containers_of(int shards) {
  if (shards == 1) return "the Coreapp and the Webapp; with high availability also the Masters and every spare Coreapp";
  return fmt::format("the {} Coreapps and any spare, the Masters, the Webapps", shards);
}

// By role, alike deployments together: the client holds one number, so each goes with its number.
Item switch_off(const Plan& plan, const std::set<std::string>& phones) {
  std::map<int, std::vector<std::string>> by_shards;
  for (const Number& number : plan.fleet.numbers) {
    if (phones.contains(number.phone.e164) && !number.deployment.gone) {
      by_shards[number.deployment.shards].push_back(plain(number.deployment.name));
    }
  }
  if (by_shards.empty()) return {"", "The old clients are gone already: nothing is left to switch off."};
  Item item{"", "Then, and only then, switch off each old client: first its restart policy, then its containers."};
  for (const auto& [shards, deployments] : by_shards) {
    item.details.push_back({shards == 1 ? "1 shard" : fmt::format("{} shards", shards),
                            fmt::format("{} ({}): {}", some_of(deployments, phones_named),
                                        counted(deployments.size(), "deployment"), containers_of(shards))});
  }
  item.details.push_back(
      {"last", "the database and the media volume, once nobody needs the old messages and media: they didn't move"});
  return item;
}

}  // namespace

std::vector<Item> what_comes_after(const Plan& plan, const std::set<std::string>& phones, const std::string& verify) {
  Item verified{"", "Verify once more before anything is switched off."};
  verified.details.push_back({"do", verify, true});
  if (plan.direction == Direction::to_onprem) {
    return {verified,
            {"",
             "Tell whoever reads the webhooks: on-premises' callbacks have begun, Cloud's have ceased. Payloads and "
             "error codes differ."},
            {"", "Tell whoever sends: address, token and payloads are on-premises' again."},
            {"", "Upload media again: media ids don't carry over."},
            {"", "Set media providers, certificates and users of the client again: what was kept does not hold them."}};
  }
  return {verified,
          switch_off(plan, phones),
          {"",
           "Tell whoever reads the webhooks: Cloud's have begun, on-premises' callbacks have ceased. Payloads and "
           "error codes differ; a voice message comes as type audio."},
          {"",
           "Tell whoever sends: address and token are Graph's, every message names its messaging_product, unknown "
           "fields are refused, and there is no contacts endpoint."},
          {"", "Upload media again: media ids don't carry over. A profile picture that is missing too."}};
}

std::set<std::string> moved_numbers(const Progress& progress) {
  std::set<std::string> moved;
  for (const NumberProgress& number : progress.numbers) {
    if (number.state == NumberState::migrated && !number.road.empty()) moved.insert(number.phone);
  }
  return moved;
}

std::string verify_command(const std::string& run) { return "wamigrate verify --run " + run; }

}  // namespace wamigrate::report
