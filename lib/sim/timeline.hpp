// The timeline of one number: who serves it and what each side would say, phase by phase. Everything that takes time
// (a registration, a connection being made, a status that lags) is a phase written down in advance and looked up by
// the moment asked about, so no thread and no timer is needed and simulated time is as good as real time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace wamigrate::sim {

/// Who really serves a number: the truth that tests compare the tool's opinion with.
enum class ServedBy { nobody, onprem, cloud, app };

/// What Graph calls platform_type.
enum class Platform { cloud_api, on_premise, not_applicable };

/// The state of the number's on-premises client, as /v1/health words it; `not_running`: the Webapp answers with an
/// error for a Coreapp that does not; `unreachable` answers nothing at all.
enum class Gateway { connected, connecting, disconnected, unregistered, uninitialized, not_running, unreachable };

std::string_view name(ServedBy served_by);
std::string_view name(Platform platform);
std::string_view name(Gateway gateway);

/// One stretch of time in which nothing about the number's home changes.
struct Phase {
  Time from{};
  ServedBy served_by = ServedBy::nobody;
  Platform platform = Platform::not_applicable;
  std::string status = "DISCONNECTED";  ///< Graph's `status`.
  Gateway gateway = Gateway::unregistered;
};

class Timeline {
 public:
  /// The phase in force; before the first one, the first.
  const Phase& at(Time time) const;
  /// What will be in force when everything under way has happened.
  const Phase& last() const;
  /// From `phase.from` on it is so: everything written down for then or later is forgotten.
  void set(Phase phase);
  /// From then on the client says this, whatever else happens.
  void set_gateway(Time from, Gateway gateway);
  /// How long nobody served the number between two moments.
  Millis unserved(Time from, Time to) const;

 private:
  std::vector<Phase> phases_{Phase{}};
};

}  // namespace wamigrate::sim
