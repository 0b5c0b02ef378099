// Templates: what an account has of them, listed once for all its numbers that ask at about the same time. They are
// compared and told, and nothing is sent for them; so they are what live numbers share and need not be read anew.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "api/graph.hpp"
#include "model/observation.hpp"
#include "ports/clock.hpp"

namespace wamigrate {

/// Of one WABA. Safe from any thread.
class WabaTemplates {
 public:
  /// Both must outlive it.
  WabaTemplates(api::GraphClient& graph, Clock& clock, std::string waba_id)
      : graph_(graph), clock_(clock), waba_id_(std::move(waba_id)) {}

  /// Puts them into `seen` as they were at `since` or later.
  void read(Time since, Observation& seen);

 private:
  api::GraphClient& graph_;
  Clock& clock_;
  std::string waba_id_;
  std::mutex mutex_;
  std::optional<Time> read_at_;  // when the last answer was asked for …
  TemplateCounts last_;          // … and what it said
};

}  // namespace wamigrate
