// Promise 1. The judge's own count: since a number's last changing request, and in this process, Graph was asked about
// that very number and answered.
#include <set>

#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

class ObservedBeforeChange : public Witness {
 public:
  std::string_view promise() const override { return "1: nothing changes before an observation says it is needed"; }
  void sent(const Scene& scene, const Sent& sent) override {
    const std::string& phone = sent.subject.phone;
    const auto key = std::pair(scene.process, phone);
    if (sent.subject.kind == "node" && sent.has_answer()) observed_.insert(key);
    if (!sent.changes || phone.empty()) return;
    if (observed_.erase(key) == 0) complain(scene, sent.subject.kind + " left for " + phone + " unobserved");
  }

 private:
  std::set<std::pair<int, std::string>> observed_;  ///< Process and number.
};

}  // namespace

std::unique_ptr<Witness> observed_before_change() { return std::make_unique<ObservedBeforeChange>(); }

}  // namespace wamigrate::simulation
