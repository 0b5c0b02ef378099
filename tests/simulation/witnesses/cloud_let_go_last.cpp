// Promise 7. Towards on-premises Cloud is not deregistered while it serves the number, unless that was asked for.
#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

class CloudLetGoLast : public Witness {
 public:
  std::string_view promise() const override { return "7: Cloud is not let go before on-premises is registered"; }
  void leaving(const Scene& scene, const Leaving& leaving) override {
    if (leaving.subject.kind != "deregister" || scene.plan.options.deregister_first) return;
    const sim::WorldNumber* number = scene.world.hold()->number(leaving.subject.phone);
    if (number != nullptr && number->timeline.at(leaving.left).served_by == sim::ServedBy::cloud) {
      complain(scene, leaving.subject.phone + " was deregistered while Cloud served it");
    }
  }
};

}  // namespace

std::unique_ptr<Witness> cloud_let_go_last() { return std::make_unique<CloudLetGoLast>(); }

}  // namespace wamigrate::simulation
