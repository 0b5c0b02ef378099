// Promise 8, its end. A backup holds a customer's account: when nothing moves any more, none is kept for a number that
// has migrated, and what was dropped is not left in what the store keeps beside its tables.
#include <fmt/format.h>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

class BackupsAreGone : public Witness {
 public:
  std::string_view promise() const override { return "8, at the end: no backup outlives its number's migration"; }

  void run_ends(const Scene& scene, const Progress& progress) override {
    const auto names = scene.store.blob_names();
    for (const NumberProgress& number : progress.numbers) {
      if (number.state != NumberState::migrated) continue;
      for (const std::string& name : *names) {
        if (name.starts_with(fmt::format("backup {}", number.phone))) complain(scene, name + " is still kept");
      }
    }
    for (const std::string& name : scene.store.remains_) complain(scene, name + " was dropped and is still there");
  }
};

}  // namespace

std::unique_ptr<Witness> backups_are_gone() { return std::make_unique<BackupsAreGone>(); }

}  // namespace wamigrate::simulation
