// Promise 16. What live numbers share is changed once, and only where needed: an app that is subscribed to an account
// already is not subscribed again, for that would take its webhook override away.
#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

class SharedChangedOnce : public Witness {
 public:
  std::string_view promise() const override { return "16: what numbers share is changed once, where needed"; }
  void leaving(const Scene& scene, const Leaving& leaving) override {
    if (leaving.subject.kind != "subscribe") return;
    auto state = scene.world.hold();
    for (const auto& [id, waba] : state->wabas) {
      if (leaving.request.url.find("/" + id + "/") == std::string::npos) continue;
      for (const sim::Subscription& subscription : waba.subscriptions) {
        if (subscription.app_id != scene.plan.fleet.graph.app_id) continue;
        complain(scene, "the app was subscribed again to account " + id);
      }
    }
  }
};

}  // namespace

std::unique_ptr<Witness> shared_changed_once() { return std::make_unique<SharedChangedOnce>(); }

}  // namespace wamigrate::simulation
