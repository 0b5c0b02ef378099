// Promise 14. Once the reply to a registration is there, that number is looked at before anything else is sent: only
// what had left before may still come in between.
#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

constexpr Millis at_once{0};

class StraightToVerification : public Witness {
 public:
  std::string_view promise() const override { return "14: nothing comes between a registration and its verification"; }
  void process_ends(const Scene& scene, bool) override { forget(scene); }
  void stood_still(const Scene& scene) override { forget(scene); }
  void sent(const Scene& scene, const Sent& sent) override {
    const std::string& phone = sent.subject.phone;
    const auto key = std::pair(scene.process, phone);
    if (const auto registered = registered_.find(key); registered != registered_.end()) {
      if (sent.left > registered->second + at_once) {
        complain(scene, phone + " was registered and not looked at before " + to_iso(sent.left));
      }
      registered_.erase(registered);
    }
    const bool registers = sent.subject.kind == "register" || sent.subject.kind == "account_verify" ||
                           (sent.subject.kind == "account" && sent.result.has_value() && sent.result->status == 201);
    // A reply that comes later than it was waited for was read by a process that stood still.
    const bool in_time = sent.ended <= sent.left + sent.request.timeout;
    if (registers && sent.has_answer() && in_time) registered_[key] = sent.ended;
  }

 private:
  void forget(const Scene& scene) {
    std::erase_if(registered_, [&](const auto& one) { return one.first.first == scene.process; });
  }

  std::map<std::pair<int, std::string>, Time> registered_;  ///< By process and number, when the reply came.
};

}  // namespace

std::unique_ptr<Witness> straight_to_verification() { return std::make_unique<StraightToVerification>(); }

}  // namespace wamigrate::simulation
