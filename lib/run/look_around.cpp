#include "run/look_around.hpp"

#include <functional>
#include <set>

namespace wamigrate {
namespace {

constexpr Readings deployment_readings{Reading::onprem_health, Reading::onprem_settings, Reading::onprem_shards};

// Does all of them with all workers, and waits.
void do_all(std::vector<std::function<void()>> jobs, LookingDoors& doors) {
  const std::size_t count = jobs.size();
  for (std::size_t i = 0; i < count; ++i) doors.workers.start(i, std::move(jobs[i]));
  std::size_t done = 0;
  while (done < count) done += doors.workers.wait(doors.clock.now() + std::chrono::seconds(1)).size();
}

// A scope's targets are WABA ids (Graph's debug_token, target_ids; absent: all assets, of which there is no list).
std::set<std::string> wabas_of(const TokenView& token) {
  const auto scope = token.granular.find("whatsapp_business_management");
  if (scope == token.granular.end()) return {};
  return {scope->second.begin(), scope->second.end()};
}

std::set<std::string> wabas_to_list(const PartialInventory& inventory, const std::vector<std::string>& waba_ids,
                                    const TokenView& token) {
  std::set<std::string> wabas(waba_ids.begin(), waba_ids.end());
  wabas.insert(inventory.defaults.waba_id);
  for (const Number& number : inventory.fleet.numbers) wabas.insert(number.waba_id);
  wabas.erase("");
  return wabas.empty() ? wabas_of(token) : wabas;
}

}  // namespace

Sightings look_around(const PartialInventory& inventory, const std::vector<std::string>& waba_ids, LookingDoors doors) {
  Sightings seen;
  seen.token = doors.site.token();
  for (const std::string& id : wabas_to_list(inventory, waba_ids, seen.token)) seen.wabas.push_back({id, {}, {}});
  const std::vector<Number>& numbers = inventory.fleet.numbers;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!numbers[i].deployment.url.empty()) seen.deployments.push_back({i, {}});
  }
  std::vector<std::function<void()>> jobs;
  for (ListedWaba& waba : seen.wabas) {
    jobs.emplace_back([&site = doors.site, &waba] { waba = site.numbers_of_waba(waba.id); });
  }
  for (SeenDeployment& one : seen.deployments) {
    jobs.emplace_back([&site = doors.site, &one, &number = numbers[one.number]] {
      one.view = site.observe(number, deployment_readings).onprem;
    });
  }
  do_all(std::move(jobs), doors);

  std::set<std::string> listed;
  for (const ListedWaba& waba : seen.wabas) {
    for (const ListedNumber& number : waba.numbers) listed.insert(number.id);
  }
  jobs.clear();
  for (const Number& number : numbers) {
    const std::string& id = number.phone_number_id;
    if (id.empty() || listed.contains(id)) continue;
    jobs.emplace_back([&site = doors.site, &number, &node = seen.nodes[id]] {
      node = site.observe(number, Readings{Reading::graph_node}).graph;
    });
  }
  do_all(std::move(jobs), doors);
  return seen;
}

}  // namespace wamigrate
