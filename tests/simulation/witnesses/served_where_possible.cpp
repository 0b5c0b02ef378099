// Promise 13. Nothing goes wrong any more and people have done what they were asked: a number that nobody serves in the
// end is one that, by the vendor's own books, no request of this program could give a home.
#include <fmt/format.h>

#include <algorithm>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

bool is_spent(const sim::Ration& ration, Time now) {
  std::size_t used = 0;
  for (const Time at : ration.used) used += at > now - sim::moves_window ? 1 : 0;
  return ration.blocked_until > now || used >= sim::moves_allowed;
}

// A profile is given up by a plan only. That of an expired client is in its backup, which by the vendor's books may not
// be had, or not be taken.
bool lacks_a_backup(const sim::State& books, const std::string& phone, Time now) {
  const bool is_late = std::any_of(books.deployments.begin(), books.deployments.end(), [&](const auto& one) {
    return one.second.phone == phone && one.second.expires <= now;
  });
  return is_late && (!books.dialect.expired_client_gives_backup || books.dialect.backup_needs_connected_client);
}

class ServedWherePossible : public Witness {
 public:
  std::string_view promise() const override { return "13: no number is left without a home that it could have"; }
  void run_ends(const Scene& scene, const Progress& progress) override {
    for (const NumberProgress& number : progress.numbers) {
      if (scene.world.home(number.phone) != sim::ServedBy::nobody) continue;
      // What another run has done to it since is for that one to answer for.
      if (scene.others_went_on(number.phone, number.ended_at.value_or(scene.now))) continue;
      // What is no longer as people approved it, or was never begun, is for another plan.
      const bool begun = number.state != NumberState::untouched && number.state != NumberState::pending;
      if (number.state == NumberState::stale || !begun) continue;
      const sim::WorldNumber& truth = *scene.world.hold()->number(number.phone);
      // What was refused may not count there; it does here.
      const int sent = *scene.ledger.attempts(number.phone, "register", scene.now - sim::moves_window);
      const bool rations_left = !is_spent(truth.registers, scene.now) && number.registers_used() < 3 &&
                                sent < static_cast<int>(sim::moves_allowed);
      const bool pin_known =
          !truth.pin || std::find(scene.secrets.begin(), scene.secrets.end(), *truth.pin) != scene.secrets.end();
      // Ownership is proven with a code that a plan must ask for; a refusal that may mean the PIN counts as one.
      const bool is_owners = truth.verification == "VERIFIED";
      const bool pin_open = scene.people_name_pins || !number.pin_refused;
      if (lacks_a_backup(*scene.world.hold(), number.phone, scene.now)) continue;
      if (truth.on_biz_app || !rations_left || !pin_known || !is_owners || !pin_open) continue;
      complain(scene, fmt::format("{} is served by nobody: {} {} {}; next: {}", number.phone,
                                  wamigrate::name(number.state), number.waits_for, number.reason, number.next_command));
    }
  }
};

}  // namespace

std::unique_ptr<Witness> served_where_possible() { return std::make_unique<ServedWherePossible>(); }

}  // namespace wamigrate::simulation
