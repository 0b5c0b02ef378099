// Promise 1, its other half. What a request is addressed to, a phone number ID or a deployment, must at that moment be
// the number that people approved there, and of the account that they approved.
#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

/// A request to a phone number ID, or to one of its edges.
bool is_for_id(std::string_view url, const std::string& id) {
  const auto at = url.find("/" + id);
  const std::size_t end = at + 1 + id.size();
  return at != std::string_view::npos && (end == url.size() || url[end] == '/' || url[end] == '?');
}

class IdentityAgrees : public Witness {
 public:
  std::string_view promise() const override { return "1, identity: what is changed is what people approved"; }
  void leaving(const Scene& scene, const Leaving& leaving) override {
    if (!leaving.changes) return;
    for (std::size_t i = 0; i < scene.plan.numbers.size(); ++i) {
      const Number& number = scene.plan.number(i);
      const std::string& client = number.deployment.url;
      const bool at_client = !client.empty() && leaving.request.url.starts_with(client + "/");
      if (!at_client && !is_for_id(leaving.request.url, number.phone_number_id)) continue;
      const std::string& phone = number.phone.e164;
      if (leaving.subject.phone != phone) {
        complain(scene, leaving.subject.kind + " left for " + phone + ", and is about " + leaving.subject.phone);
      } else if (scene.world.hold()->number(phone)->waba_id != number.waba_id) {
        complain(scene, leaving.subject.kind + " left for " + phone + ", which has another account by now");
      }
    }
  }
};

}  // namespace

std::unique_ptr<Witness> identity_agrees() { return std::make_unique<IdentityAgrees>(); }

}  // namespace wamigrate::simulation
