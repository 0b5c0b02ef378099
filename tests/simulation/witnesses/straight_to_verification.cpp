// Promise 14. Once the reply to a registration is there, that number is looked at before anything else is sent: only
// what had left before may still come in between.
#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

constexpr Millis at_once{0};

class StraightToVerification : public Witness {
 public:
  std::string_view promise() const override { return "14: nothing comes between a registration and its verification"; }
  void process_begins(const Scene&) override { registered_.clear(); }
  void process_ends(const Scene&, bool) override { registered_.clear(); }
  void sent(const Scene& scene, const Sent& sent) override {
    const std::string& phone = sent.subject.phone;
    if (const auto registered = registered_.find(phone); registered != registered_.end()) {
      if (sent.left > registered->second + at_once) {
        complain(scene, phone + " was registered and not looked at before " + to_iso(sent.left));
      }
      registered_.erase(registered);
    }
    const bool registers = sent.subject.kind == "register" || sent.subject.kind == "account_verify" ||
                           (sent.subject.kind == "account" && sent.result.has_value() && sent.result->status == 201);
    if (registers && sent.has_answer()) registered_[phone] = sent.ended;
  }

 private:
  std::map<std::string, Time> registered_;  ///< By number, when the reply came.
};

}  // namespace

std::unique_ptr<Witness> straight_to_verification() { return std::make_unique<StraightToVerification>(); }

}  // namespace wamigrate::simulation
