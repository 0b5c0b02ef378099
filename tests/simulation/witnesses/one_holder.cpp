// Promise 15. A request that changes a number leaves only while the durable lease on that number is its sender's. And
// of several workers only the one that has a number in hand writes about what it does with it, and none takes in hand
// what has ended.
#include <set>

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
  void process_ends(const Scene& scene, bool) override { read_journal(scene); }
  void run_ends(const Scene& scene, const Progress&) override { read_journal(scene); }

 private:
  struct Known {
    std::size_t read = 0;
    std::map<std::string, std::string> taken_by{};  ///< By number.
    std::set<std::string> ended{};
  };

  void read_journal(const Scene& scene) {
    Known& known = runs_[scene.run];
    for (; known.read < scene.store.journal_.size(); ++known.read) {
      const auto entry = entry_from(scene.store.journal_[known.read]);
      if (!entry || entry->phone.empty() || entry->by.empty()) continue;
      if (entry->event == event::ended) known.ended.insert(entry->phone);
      if (entry->event == event::heard) known.ended.erase(entry->phone);
      if (entry->event == event::taken) {
        known.taken_by[entry->phone] = entry->by;
        if (known.ended.contains(entry->phone))
          complain(scene, entry->by + " took " + entry->phone + ", which had ended");
      }
      const bool works = entry->event == event::started || entry->event == event::intent ||
                         entry->event == event::outcome || entry->event == event::settled ||
                         entry->event == event::replanned || entry->event == event::stopping;
      if (works && known.taken_by[entry->phone] != entry->by) {
        complain(scene, entry->by + " wrote that " + entry->event + " of " + entry->step + " about " + entry->phone +
                            ", which is in the hands of " + known.taken_by[entry->phone]);
      }
    }
  }

  std::map<int, Known> runs_;
};

}  // namespace

std::unique_ptr<Witness> one_holder() { return std::make_unique<OneHolder>(); }

}  // namespace wamigrate::simulation
