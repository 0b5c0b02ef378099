// Step kinds: what this tool can do to one number, as data for the planner and words for the reviewer. Whether a
// step is done is not its own opinion: the facts it gives are probed (steps/probes.hpp).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/fact.hpp"
#include "model/number.hpp"

namespace wamigrate {

struct Effect {
  Facts needs;          ///< Must hold before. Safety stands here, never in a cost.
  Facts gives;          ///< Hold afterwards: the step's checkpoint.
  Facts takes = {};     ///< No longer hold afterwards.
  Facts may_give = {};  ///< May come to hold, or
  Facts may_take = {};  ///< … cease to, also by a refusal: the planner counts on neither, probes wait for both.
};

enum class Actor {
  tool,
  person_before,  ///< A person vouches for it when approving the plan.
  person_during,  ///< The run waits until a person supplies something.
};

/// What Meta rations over 72 hours, or on-premises may.
enum class Ration { none, registration, deregistration, account };
std::string_view name(Ration ration);

struct StepKind {
  std::string_view name;   ///< Written into plans and journals: never rename.
  std::string_view title;  ///< A few words: "register on Cloud with the backup".
  Effect effect;
  int cost;         ///< A person 30, a rationed registration 20, anything else 1.
  Millis duration;  ///< Expected; weighs more while the number has no home.
  Actor actor = Actor::tool;
  Ration ration = Ration::none;
  bool changes = false;        ///< It sends one changing request.
  bool slow = false;           ///< … that may take as long as a registration.
  bool uses_pin = false;       ///< A wrong PIN here hurts.
  bool once_per_waba = false;  ///< What it changes is shared by live numbers: one at a time, and only if still needed.
  bool must_be_planned = false;  ///< It vouches for something or gives something up: never taken unless approved.
  bool in_red = false;           ///< A reviewer must not overlook it.
  /// The number is served by its new home, and this asks whether messages flow. What it meets fails nothing and takes
  /// nothing back: a person's word settles it where nothing else does, and nobody else waits for it meanwhile.
  bool after_arrival = false;
  /// Not worth holding up a number that has arrived: where it can't be done, the report says so, and these facts count
  /// as settled. Empty for steps that must be done.
  Facts forgoes{};
  std::string_view doing;    ///< One sentence for the reviewer: what happens, and why then.
  std::string_view by_hand;  ///< How a person would do it without this tool.
};

/// All kinds, in the natural order of a migration: it breaks the planner's ties.
using Catalogue = std::span<const StepKind>;

const StepKind* find_kind(Catalogue catalogue, std::string_view name);

/// How long after a request its effect may still appear: client time-out, longest server delay, longest status lag.
/// A "no" seen sooner proves nothing.
Millis settling(const StepKind& kind, const Policy& policy);

}  // namespace wamigrate
