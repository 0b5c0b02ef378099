// Promise 5, its second half. A PIN that several numbers of a run share is proven on one of them before a second uses
// it: by the vendor's books, one number's call with it was carried out before another number's left.
#include <fmt/format.h>

#include <set>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

class SharedPinProvenFirst : public Witness {
 public:
  std::string_view promise() const override {
    return "5, shared: a PIN is proven on one number before a second uses it";
  }

  void leaving(const Scene& scene, const Leaving& leaving) override {
    if (leaving.subject.kind != "register" && leaving.subject.kind != "account") return;
    const auto body = parse_json(leaving.request.body.reveal());
    const std::string pin = body ? text_at(*body, "pin") : "";
    if (pin.empty() || !is_shared(scene, leaving.subject.phone) || is_named(scene, leaving.subject.phone)) return;
    std::set<std::string>& senders = sent_by_[{scene.run, pin}];
    const bool others = senders.size() > (senders.contains(leaving.subject.phone) ? 1 : 0);
    const bool first_use = senders.insert(leaving.subject.phone).second;
    if (first_use && others && !is_proven(scene, senders)) {
      complain(scene, fmt::format("{} uses the PIN that {} shared, and that none has proven", leaving.subject.phone,
                                  senders.size()));
    }
  }

 private:
  static bool is_shared(const Scene& scene, const std::string& phone) {
    const auto ref_of = [&](std::size_t i) { return scene.plan.number(i).pin.text(); };
    std::string ref;
    std::map<std::string, int> users;
    for (std::size_t i = 0; i < scene.plan.numbers.size(); ++i) {
      ++users[ref_of(i)];
      if (scene.plan.number(i).phone.e164 == phone) ref = ref_of(i);
    }
    return users[ref] > 1;
  }

  /// A person has named a PIN for just this number: it shares none with others any more.
  static bool is_named(const Scene& scene, const std::string& phone) {
    return std::any_of(scene.store.journal_.begin(), scene.store.journal_.end(), [&](const std::string& line) {
      const auto entry = entry_from(line);
      return entry && entry->phone == phone && entry->event == event::heard && !text_at(entry->more, "pin").empty();
    });
  }

  /// Carried out in time or late, by whichever of them.
  static bool is_proven(const Scene& scene, const std::set<std::string>& senders) {
    auto state = scene.world.hold();
    return std::any_of(state->log.begin(), state->log.end(), [&](const sim::LogEntry& entry) {
      return entry.landed && (entry.kind == "register" || entry.kind == "account") && senders.contains(entry.phone);
    });
  }

  std::map<std::pair<int, std::string>, std::set<std::string>> sent_by_;  ///< By run and PIN.
};

}  // namespace

std::unique_ptr<Witness> shared_pin_proven_first() { return std::make_unique<SharedPinProvenFirst>(); }

}  // namespace wamigrate::simulation
