// Promise 2. At the moment a changing request leaves, the durable journal holds an intent for it that no other request
// has used; and no intent follows another of the same number before the first one's outcome is durable, unless the
// process died in between.
#include <algorithm>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

class DurableIntent : public Witness {
 public:
  std::string_view promise() const override { return "2: intent before the request, outcome before the next step"; }
  void process_begins(const Scene& scene) override {
    Known& known = read_journal(scene);
    if (scene.worker.empty()) known.open.clear();
  }
  void leaving(const Scene& scene, const Leaving& leaving) override {
    if (!leaving.changes) return;
    Known& known = read_journal(scene);
    const std::string& phone = leaving.subject.phone;
    // What the numbers of an account share is sent for one of them.
    const auto intent = !phone.empty() ? known.open.find(phone)
                                       : std::find_if(known.open.begin(), known.open.end(), [&](const auto& one) {
                                           return one.second.step == "subscribe_app" && one.second.by == scene.worker;
                                         });
    if (intent == known.open.end() || intent->second.step.empty() || intent->second.by != scene.worker) {
      return complain(scene, leaving.subject.kind + " left for " + phone + " without a durable intent");
    }
    intent->second.step.clear();
  }

 private:
  struct Intent {
    std::string step;  ///< That may be sent; empty once it has been.
    std::string by;    ///< The worker that has written it.
  };
  /// What the journal of a run says.
  struct Known {
    std::size_t read = 0;
    std::map<std::string, Intent> open{};        ///< By number.
    std::map<std::string, std::string> steps{};  ///< By number: of the last intent.
  };

  Known& read_journal(const Scene& scene) {
    Known& known = runs_[scene.run];
    for (; known.read < scene.store.journal_.size(); ++known.read) {
      const auto entry = entry_from(scene.store.journal_[known.read]);
      if (!entry) continue;
      if (entry->event == event::session && entry->by.empty()) known.open.clear();
      // In other hands it is observed first, as if whoever had it were dead.
      if (entry->event == event::taken) known.open.erase(entry->phone);
      if (entry->event == event::intent) {
        const bool early = known.open.contains(entry->phone);
        known.open[entry->phone] = {entry->step, entry->by};
        known.steps[entry->phone] = entry->step;
        if (early)
          complain(scene, entry->step + " was begun for " + entry->phone + " before the last outcome was durable");
      }
      if (entry->event == event::outcome && known.steps[entry->phone] == entry->step) known.open.erase(entry->phone);
    }
    return known;
  }

  std::map<int, Known> runs_;
};

}  // namespace

std::unique_ptr<Witness> durable_intent() { return std::make_unique<DurableIntent>(); }

}  // namespace wamigrate::simulation
