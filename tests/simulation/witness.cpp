#include "simulation/witness.hpp"

#include <fmt/format.h>

namespace wamigrate::simulation {

void Witness::complain(const Scene& scene, const std::string& what) {
  complaints_.push_back(fmt::format("{} (\"{}\", {})", what, promise(), to_iso(scene.now)));
}

std::vector<std::unique_ptr<Witness>> all_witnesses() {
  std::vector<std::unique_ptr<Witness>> all;
  for (const auto make :
       {observed_before_change, identity_agrees, durable_intent, lands_once, backup_goes_along,
        refused_pin_not_repeated, shared_pin_proven_first, rations_kept, cloud_let_go_last, no_secret_written,
        backups_are_gone, changed_meanwhile_untouched, expired_token_fails_nothing, ends_honestly,
        served_where_possible, straight_to_verification, one_holder, shared_changed_once, message_sent_once}) {
    all.push_back(make());
  }
  return all;
}

}  // namespace wamigrate::simulation
