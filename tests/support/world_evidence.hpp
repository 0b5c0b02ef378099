// What webhooks say, asked of a simulated world: it keeps all that it has sent, and forgets nothing.
#pragma once

#include "sim/world.hpp"
#include "webhooks/evidence.hpp"

namespace wamigrate::rig {

class WorldEvidence : public EvidenceSource {
 public:
  explicit WorldEvidence(sim::World& world) : world_(world) {}
  Result<MessageEvidence> ask(const EvidenceQuestion& question) override {
    ++asked;
    if (!trouble.empty()) return fail(trouble);
    return webhooks::evidence_in(world_.webhook_lines(question.phone), question);
  }
  int asked = 0;
  std::string trouble;  ///< Why it can't be asked; empty when it can.

 private:
  sim::World& world_;
};

}  // namespace wamigrate::rig
