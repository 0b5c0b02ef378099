// Sources: the on-premises set-up scripts and deployment templates, Meta's pages on high availability and multiconnect
// for containers by role. What changes for whom is in the table of differences.
#include "report/afterwards.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/changes.hpp"
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
  item.details.push_back({"frees", in_words(freed_by(plan, phones))});
  return item;
}

Item verified(const std::string& run) {
  Item item{"", "Verify once more before anything is switched off."};
  item.details.push_back({"do", "wamigrate verify --run " + run, true});
  return item;
}

}  // namespace

std::vector<Item> what_is_switched_off(const Plan& plan, const std::set<std::string>& phones, const std::string& run) {
  return {verified(run), switch_off(plan, phones)};
}

std::vector<Item> what_comes_after(const Plan& plan, const std::set<std::string>& phones, const std::string& run) {
  const bool to_cloud = plan.direction == Direction::to_cloud;
  std::vector<Item> items = to_cloud ? what_is_switched_off(plan, phones, run) : std::vector{verified(run)};
  const std::string stored_plan = run == "RUN" ? "PLAN" : run + "/plan.json";
  for (Item& item : whom_to_tell(plan, phones, "wamigrate show " + stored_plan + " --changes")) {
    items.push_back(std::move(item));
  }
  items.push_back({"", to_cloud ? "Upload a profile picture where the report says that it was left undone."
                                : "Set media providers, certificates and users of the client again: what was "
                                  "kept does not hold them. Upload a profile picture where the report says that it was "
                                  "left undone."});
  return items;
}

Freed freed_by(const Plan& plan, const std::set<std::string>& phones) {
  Freed freed;
  if (plan.direction != Direction::to_cloud) return freed;
  std::map<std::string, const Surroundings*> around;
  for (const PlannedNumber& number : plan.numbers) around[number.phone] = &number.around;
  for (const Number& number : plan.fleet.numbers) {
    const auto planned = around.find(number.phone.e164);
    if (planned == around.end() || number.deployment.gone) continue;
    if (!phones.contains(number.phone.e164)) {
      freed.kept.push_back(plain(number.deployment.name));
      continue;
    }
    freed.deployments.push_back(plain(number.deployment.name));
    // Multiconnect has a Coreapp for each shard, two Masters and two Webapps at least.
    const int shards = number.deployment.shards;
    freed.coreapps += std::max(shards, planned->second->coreapps);
    freed.masters += std::max(shards > 1 ? 2 : 0, planned->second->masters);
    freed.webapps += shards > 1 ? 2 : 1;
  }
  return freed;
}

std::string in_words(const Freed& freed) {
  const std::size_t count = freed.deployments.size();
  const auto of = [](int number, std::string_view noun) { return counted(static_cast<std::size_t>(number), noun); };
  return fmt::format("{}: at least {}, {}{}, {}, {}", counted(count, "deployment"), of(freed.coreapps, "Coreapp"),
                     freed.masters == 0 ? "" : of(freed.masters, "Master") + ", ", of(freed.webapps, "Webapp"),
                     counted(count, "database"), counted(count, "media volume"));
}

Json to_json(const Freed& freed) {
  return {{"deployments", freed.deployments},      {"coreapps_at_least", freed.coreapps},
          {"masters_at_least", freed.masters},     {"webapps_at_least", freed.webapps},
          {"databases", freed.deployments.size()}, {"media_volumes", freed.deployments.size()},
          {"deployments_still_needed", freed.kept}};
}

std::set<std::string> moved_numbers(const Progress& progress) {
  std::set<std::string> moved;
  for (const NumberProgress& number : progress.numbers) {
    if (number.state == NumberState::migrated && !number.road.empty()) moved.insert(number.phone);
  }
  return moved;
}

}  // namespace wamigrate::report
