// Promise 6. By what left: at most three registrations and three deregistrations for a number in one run, eight of each
// in 72 hours over all runs, nine and ten only while nobody serves the number.
#include <fmt/format.h>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

constexpr int in_a_run = 3;
constexpr std::size_t in_72_hours = 8;
constexpr std::size_t when_unserved = 10;

class RationsKept : public Witness {
 public:
  std::string_view promise() const override { return "6: rations are kept"; }
  void leaving(const Scene& scene, const Leaving& leaving) override {
    if (leaving.subject.kind != "register" && leaving.subject.kind != "deregister") return;
    const auto key = std::pair(leaving.subject.phone, leaving.subject.kind);
    if (const int count = ++in_run_[{scene.run, key}]; count > in_a_run) {
      complain(scene, fmt::format("{} number {} left for {} in one run", key.second, count, key.first));
    }
    auto& times = times_[key];
    times.push_back(leaving.left);
    std::erase_if(times, [&](Time at) { return at <= leaving.left - std::chrono::hours(72); });
    const bool unserved =
        scene.world.hold()->number(key.first)->timeline.at(leaving.left).served_by == sim::ServedBy::nobody;
    if (times.size() > (unserved ? when_unserved : in_72_hours)) {
      complain(scene, fmt::format("{} number {} of 72 hours left for {}", key.second, times.size(), key.first));
    }
  }

 private:
  using Key = std::pair<std::string, std::string>;  ///< Number and kind.
  std::map<std::pair<int, Key>, int> in_run_;
  std::map<Key, std::vector<Time>> times_;
};

}  // namespace

std::unique_ptr<Witness> rations_kept() { return std::make_unique<RationsKept>(); }

}  // namespace wamigrate::simulation
