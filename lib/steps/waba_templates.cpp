#include "steps/waba_templates.hpp"

#include "steps/reads.hpp"

namespace wamigrate {

// Nobody is kept waiting behind another's request: whoever asks while nothing is there asks for himself.
void WabaTemplates::read(Time since, Observation& seen) {
  {
    const std::lock_guard lock(mutex_);
    if (read_at_ && *read_at_ >= since) {
      seen.templates_asked = answered;
      seen.templates = last_;
      return;
    }
  }
  const Time now = clock_.now();
  read_templates(graph_, waba_id_, seen);
  if (!seen.templates_asked.answered()) return;
  const std::lock_guard lock(mutex_);
  if (read_at_ && *read_at_ >= now) return;
  read_at_ = now;
  last_ = seen.templates;
}

}  // namespace wamigrate
