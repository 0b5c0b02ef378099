// Promise 9. A number that somebody else has moved between the plan and the run gets no request that changes anything.
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
      if (home_of(scene.world.home(phone)) != scene.plan.numbers[i].home) moved_[{scene.run, phone}] = scene.now;
    }
  }
  void leaving(const Scene& scene, const Leaving& leaving) override {
    const auto moved = moved_.find({scene.run, leaving.subject.phone});
    // Another run may have brought it back to where the plan saw it.
    if (leaving.changes && moved != moved_.end() && !scene.others_went_on(leaving.subject.phone, moved->second)) {
      complain(scene,
               leaving.subject.kind + " left for " + leaving.subject.phone + ", which is not where the plan saw it");
    }
  }

 private:
  std::map<std::pair<int, std::string>, Time> moved_;  ///< By run and number: when the run began.
};

}  // namespace

std::unique_ptr<Witness> changed_meanwhile_untouched() { return std::make_unique<ChangedMeanwhileUntouched>(); }

}  // namespace wamigrate::simulation
