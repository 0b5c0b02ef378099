// Promise 9. A number that somebody else has moved between the plan and the run gets no request that changes anything.
#include <set>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

Home home_of(sim::ServedBy served_by) {
  switch (served_by) {
    case sim::ServedBy::onprem:
      return Home::onprem;
    case sim::ServedBy::cloud:
      return Home::cloud;
    case sim::ServedBy::app:
      return Home::app;
    case sim::ServedBy::nobody:
      break;
  }
  return Home::nowhere;
}

class ChangedMeanwhileUntouched : public Witness {
 public:
  std::string_view promise() const override { return "9: what is no longer as planned is not touched"; }
  void run_begins(const Scene& scene) override {
    for (std::size_t i = 0; i < scene.plan.numbers.size(); ++i) {
      const std::string& phone = scene.plan.number(i).phone.e164;
      if (home_of(scene.world.home(phone)) != scene.plan.numbers[i].home) moved_.emplace(scene.run, phone);
    }
  }
  void leaving(const Scene& scene, const Leaving& leaving) override {
    if (leaving.changes && moved_.contains({scene.run, leaving.subject.phone})) {
      complain(scene,
               leaving.subject.kind + " left for " + leaving.subject.phone + ", which is not where the plan saw it");
    }
  }

 private:
  std::set<std::pair<int, std::string>> moved_;  ///< Run and number.
};

}  // namespace

std::unique_ptr<Witness> changed_meanwhile_untouched() { return std::make_unique<ChangedMeanwhileUntouched>(); }

}  // namespace wamigrate::simulation
