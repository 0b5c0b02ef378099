// The windows of a policy, laid out with what this machine knows of their zones.
#pragma once

#include "model/number.hpp"
#include "plan/openings.hpp"
#include "ports/time_zones.hpp"

namespace wamigrate {

/// When the policy lets numbers start, from `from` on. Fails where a zone can't be reckoned with, naming the window: a
/// plan may come from a machine that knows more.
Result<Openings> lay_out(const Policy& policy, TimeZones& zones, Time from);

}  // namespace wamigrate
