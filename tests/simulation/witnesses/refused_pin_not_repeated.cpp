// Promise 5. A PIN that a server refused, and whose refusal this program has lived to write down, never leaves again
// for that number. A refusal whose reply is lost, or dies with the process that read it, nobody can know of.
#include <algorithm>
#include <set>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

bool refuses_pin(const std::string& answered) {
  return answered == "133005" || answered == "133008" || answered == "133009" || answered == "131031" ||
         answered == "1005" || answered == "1009" || answered == "1015";
}

class RefusedPinNotRepeated : public Witness {
 public:
  std::string_view promise() const override { return "5: a refused PIN is never sent again"; }
  void sent(const Scene& scene, const Sent& sent) override {
    const bool with_pin = sent.subject.kind == "register" || sent.subject.kind == "account";
    if (!with_pin) return;
    const auto body = parse_json(sent.request.body.reveal());
    const std::string pin = body ? text_at(*body, "pin") : "";
    if (pin.empty()) return;
    const auto key = std::pair(sent.subject.phone, pin);
    if (refused_.contains(key)) complain(scene, sent.subject.kind + " left again with a PIN refused for " + key.first);
    auto state = scene.world.hold();
    const sim::WorldNumber* number = state->number(key.first);
    const bool wrong = number != nullptr && number->pin && *number->pin != pin;
    // The very next thing that is written is the refusal's mark.
    if (sent.result.has_value() && wrong && refuses_pin(sent.answered)) read_[{scene.process, key}] = sent.ended;
  }
  void written(const Scene& scene, std::string_view) override {
    // What has come only by now may not have been looked at yet.
    std::erase_if(read_, [&](const auto& one) {
      const bool known = one.first.first == scene.process && one.second < scene.looked;
      if (known) refused_.insert(one.first.second);
      return known;
    });
  }
  void process_ends(const Scene& scene, bool) override {
    std::erase_if(read_, [&](const auto& one) {
      if (one.first.first != scene.process) return false;
      const Key& key = one.first.second;
      if (is_in_journal(scene, key.first, one.second - scene.clocks_differ)) refused_.insert(key);
      return true;
    });
  }

 private:
  using Key = std::pair<std::string, std::string>;  ///< Number and PIN.

  static bool is_in_journal(const Scene& scene, const std::string& phone, Time since) {
    return std::any_of(scene.store.journal_.begin(), scene.store.journal_.end(), [&](const std::string& line) {
      const auto entry = entry_from(line);
      return entry && entry->phone == phone && entry->outcome == "refused" && entry->time >= since &&
             entry->by == scene.worker;
    });
  }

  std::map<std::pair<int, Key>, Time> read_;  ///< By which process, and when; not yet written.
  std::set<Key> refused_;
};

}  // namespace

std::unique_ptr<Witness> refused_pin_not_repeated() { return std::make_unique<RefusedPinNotRepeated>(); }

}  // namespace wamigrate::simulation
