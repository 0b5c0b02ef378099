// A probe: what one look at both sides says about sending, as an attempt that `availability` counts. It sends no
// message: a side that says it can't send is believed, and so is one that says it can. Of receiving it knows nothing.
#pragma once

#include <optional>
#include <string>

#include "model/home.hpp"

namespace wamigrate {

struct SendingProbe {
  std::string side;  ///< "cloud" or "onprem"
  bool possible = false;
  std::string code;  ///< Of what stands against it; empty where there is none.
  int http = 0;      ///< The status, where there was no code; 0 for none.
  std::string why;   ///< For people.
};

/// `seen` needs graph_node, graph_health, onprem_health and onprem_settings. `last`: where the number was at the look
/// before; it decides while Graph can't be asked. Nothing where the number is served by neither side, where that can't
/// be told (then nobody knows whose fault it would be), or where Graph says neither that it can send nor that it can't.
std::optional<SendingProbe> sending_probe_of(const Number& number, const Observation& seen, Home last);

/// Where a number was by the last line of its record; unknown when that does not tell.
Home last_home_in(std::string_view line);

/// The line that is recorded: `{"at":"…","doing":"send","side":"cloud","outcome":"ok"}`, with a line end.
std::string attempt_line(Time at, const SendingProbe& probe);

}  // namespace wamigrate
