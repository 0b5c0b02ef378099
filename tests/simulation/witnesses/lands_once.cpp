// Promises 3 and 11. By the vendor's books: a registration, deregistration or account call that was carried out is
// never carried out again while nothing has happened in between that made it necessary.
#include <set>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

class LandsOnce : public Witness {
 public:
  std::string_view promise() const override { return "3, 11: what was carried out is not carried out again"; }
  void run_begins(const Scene& scene) override {
    read_log(scene);
    last_move_.clear();
  }
  void leaving(const Scene& scene, const Leaving& leaving) override {
    if (leaving.subject.kind != "account") return;
    // That a code was asked for shows nowhere: another run has to ask for one of its own.
    read_log(scene);
    const auto asker = asked_by_.try_emplace(leaving.subject.phone, scene.run).first;
    if (asker->second != scene.run) may_ask_.insert(leaving.subject.phone);
    asker->second = scene.run;
  }
  void run_ends(const Scene& scene, const Progress&) override { read_log(scene); }
  void process_ends(const Scene& scene, bool) override { read_log(scene); }

 private:
  void read_log(const Scene& scene) {
    auto state = scene.world.hold();
    for (; read_ < state->log.size(); ++read_) {
      const sim::LogEntry& entry = state->log[read_];
      if (!entry.landed) continue;
      const bool to_cloud = entry.kind == "register";
      const bool moves =
          to_cloud || entry.kind == "deregister" || entry.kind == "account" || entry.kind == "account_verify";
      if (!moves) continue;
      std::string& last = last_move_[entry.phone];
      if (entry.kind == "account" && may_ask_.erase(entry.phone) > 0) {
        last = entry.kind;
        continue;
      }
      // Registered before its name was approved, a number is registered once more on purpose: that changes something.
      if (last == entry.kind || entry.change.empty()) complain(scene, to_text(entry) + " was not needed any more");
      last = entry.kind;
    }
  }

  std::size_t read_ = 0;
  std::map<std::string, std::string> last_move_;
  std::map<std::string, int> asked_by_;  ///< By number: the run that has asked for a code last.
  std::set<std::string> may_ask_;
};

}  // namespace

std::unique_ptr<Witness> lands_once() { return std::make_unique<LandsOnce>(); }

}  // namespace wamigrate::simulation
