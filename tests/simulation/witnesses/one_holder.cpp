// Promise 15. A request that changes a number leaves only while the durable lease on that number is its sender's.
#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

class OneHolder : public Witness {
 public:
  std::string_view promise() const override { return "15: a number is worked on by one holder at a time"; }
  void leaving(const Scene& scene, const Leaving& leaving) override {
    const std::string& phone = leaving.subject.phone;
    if (!leaving.changes || phone.empty()) return;
    const auto lease = scene.ledger.lease_of(phone);
    if (!lease || lease->holder != scene.holder || lease->until <= leaving.left) {
      complain(scene, leaving.subject.kind + " left for " + phone + " without a lease that is in force" +
                          (lease ? ": it is " + lease->holder + "'s until " + to_iso(lease->until) : ""));
    }
  }
};

}  // namespace

std::unique_ptr<Witness> one_holder() { return std::make_unique<OneHolder>(); }

}  // namespace wamigrate::simulation
