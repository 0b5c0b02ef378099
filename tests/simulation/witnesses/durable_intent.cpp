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
  void run_begins(const Scene&) override {
    read_ = 0;
    open_.clear();
  }
  void process_begins(const Scene& scene) override {
    read_journal(scene);
    open_.clear();
  }
  void leaving(const Scene& scene, const Leaving& leaving) override {
    if (!leaving.changes) return;
    read_journal(scene);
    const std::string& phone = leaving.subject.phone;
    // What the numbers of an account share is sent for one of them.
    const auto intent = !phone.empty() ? open_.find(phone)
                                       : std::find_if(open_.begin(), open_.end(),
                                                      [](const auto& one) { return one.second == "subscribe_app"; });
    if (intent == open_.end() || intent->second.empty()) {
      return complain(scene, leaving.subject.kind + " left for " + phone + " without a durable intent");
    }
    intent->second.clear();
  }

 private:
  void read_journal(const Scene& scene) {
    for (; read_ < scene.store.journal_.size(); ++read_) {
      const auto entry = entry_from(scene.store.journal_[read_]);
      if (!entry) continue;
      if (entry->event == event::session) open_.clear();
      if (entry->event == event::intent) {
        const bool early = open_.contains(entry->phone);
        open_[entry->phone] = entry->step;
        steps_[entry->phone] = entry->step;
        if (early)
          complain(scene, entry->step + " was begun for " + entry->phone + " before the last outcome was durable");
      }
      if (entry->event == event::outcome && steps_[entry->phone] == entry->step) open_.erase(entry->phone);
    }
  }

  std::size_t read_ = 0;
  std::map<std::string, std::string> open_;   ///< By number: the step that may be sent; empty once it has been.
  std::map<std::string, std::string> steps_;  ///< By number: of the last intent.
};

}  // namespace

std::unique_ptr<Witness> durable_intent() { return std::make_unique<DurableIntent>(); }

}  // namespace wamigrate::simulation
