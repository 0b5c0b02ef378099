#include "model/fact.hpp"

#include <array>

namespace wamigrate {
namespace {

// In the order of the enumeration. Written into plans and journals: never rename.
constexpr std::array<std::string_view, static_cast<std::size_t>(Fact::count_)> names = {
    "onprem_is_home",
    "cloud_is_home",
    "nowhere_is_home",
    "onprem_healthy",
    "pin_given",
    "pin_known",
    "app_subscribed",
    "webhook_effective",
    "snapshot_taken",
    "no_restart_promised",
    "queue_drained",
    "backup_in_hand",
    "cloud_was_last_home",
    "ownership_code_requested",
    "ownership_verified",
    "cloud_released",
    "release_asked",
    "cloud_let_go",
    "certificate_in_hand",
    "onprem_registration_open",
    "account_requested",
    "old_client_silent",
    "healthy_on_cloud",
    "cloud_profile_restored",
    "promises_compared",
    "shards_restored",
    "onprem_settings_restored",
    "onprem_profile_restored",
    "onprem_about_restored",
};

}  // namespace

std::string_view name(Fact fact) { return names.at(static_cast<std::size_t>(fact)); }

std::optional<Fact> fact_from(std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<Fact>(i);
  }
  return std::nullopt;
}

std::vector<Fact> Facts::list() const {
  std::vector<Fact> facts;
  for (unsigned i = 0; i < static_cast<unsigned>(Fact::count_); ++i) {
    if (has(static_cast<Fact>(i))) facts.push_back(static_cast<Fact>(i));
  }
  return facts;
}

}  // namespace wamigrate
