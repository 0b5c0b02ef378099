// Promise 4. A registration on Cloud of a number that on-premises served last carries a backup that the client gave out
// in this run, unmodified, unless the plan gives the profile up.
#include <algorithm>
#include <set>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

class BackupGoesAlong : public Witness {
 public:
  std::string_view promise() const override { return "4: no registration without the backup of this run"; }
  void sent(const Scene& scene, const Sent& sent) override {
    if (sent.subject.kind != "backup" || !sent.has_answer()) return;
    for (const auto& [text, backup] : scene.world.hold()->backups) {
      if (sent.result->body.reveal().find(text) != std::string_view::npos) taken_.emplace(scene.run, text);
    }
  }
  void leaving(const Scene& scene, const Leaving& leaving) override {
    auto state = scene.world.hold();
    const sim::WorldNumber* number = state->number(leaving.subject.phone);
    if (number == nullptr) return;
    const sim::Phase& phase = number->timeline.at(leaving.left);
    bool& onprem_was_last = onprem_was_last_[number->phone];
    if (phase.served_by == sim::ServedBy::onprem) onprem_was_last = true;
    if (phase.served_by == sim::ServedBy::cloud) onprem_was_last = false;
    if (leaving.subject.kind != "register" || !onprem_was_last || gives_up(scene, number->phone)) return;
    const auto body = parse_json(leaving.request.body.reveal());
    const std::string data = body && body->contains("backup") ? text_at((*body)["backup"], "data") : "";
    const auto backup = state->backups.find(data);
    if (backup == state->backups.end())
      return complain(scene, leaving.subject.phone + " was registered without a backup");
    if (!taken_.contains({scene.run, data}))
      complain(scene, leaving.subject.phone + " was registered with a backup of another run");
    if (backup->second.phone != leaving.subject.phone)
      complain(scene, leaving.subject.phone + " got another number's backup");
  }

 private:
  static bool gives_up(const Scene& scene, const std::string& phone) {
    for (std::size_t i = 0; i < scene.plan.numbers.size(); ++i) {
      if (scene.plan.number(i).phone.e164 != phone) continue;
      const auto& road = scene.plan.roads[scene.plan.numbers[i].road].steps;
      return std::find(road.begin(), road.end(), "register_without_profile") != road.end();
    }
    return false;
  }

  std::set<std::pair<int, std::string>> taken_;  ///< Backups that were given out, and to which run.
  std::map<std::string, bool> onprem_was_last_;
};

}  // namespace

std::unique_ptr<Witness> backup_goes_along() { return std::make_unique<BackupGoesAlong>(); }

}  // namespace wamigrate::simulation
