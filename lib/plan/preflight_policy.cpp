// What the policy needs to be carried out: hooks that can be run, and windows that numbers fit into.
#include <fmt/format.h>

#include "plan/findings.hpp"

namespace wamigrate::preflight {
namespace {

using R = Check::Result;
using namespace std::chrono_literals;

// Windows come back every week; whoever waits longer waits for something rare, as the night in which an hour comes
// twice.
constexpr Millis usual_wait = 8 * 24h;

}  // namespace

void check_hooks(Findings& findings, const FleetCandidate& fleet) {
  for (const SeenHook& hook : fleet.hooks) {
    const std::string key = "policy.hooks." + hook.name;
    if (hook.problem.empty()) {
      findings.add("hooks", R::pass, fmt::format("{}: {} can be run", hook.name, hook.path));
    } else {
      findings.add("hooks", R::fail, fmt::format("{} can't be run: {}", hook.name, hook.problem),
                   fmt::format("{}, or correct `{}`", hook.fix, key));
    }
  }
}

void check_zones(Findings& findings, const FleetCandidate& fleet) {
  if (!fleet.windows_problem) return;
  findings.add("windows", R::fail, "when windows are open can't be told: " + fleet.windows_problem->message,
               fleet.windows_problem->fix);
}

void check_window(Findings& findings, const Candidate& c, Time now) {
  if (c.openings == nullptr || c.expected == Millis(0)) return;
  const std::string takes = fmt::format("the number is expected to take {}", for_people(c.expected));
  const auto start = c.openings->earliest_start(now, c.expected);
  if (!start) {
    // A number that nobody serves is not left out for the hour's sake.
    findings.add(
        "windows", c.home.home == Home::nowhere ? R::warn : R::fail,
        fmt::format("{}, and the longest of `policy.windows` is open for {}", takes, for_people(c.openings->longest())),
        "make a window longer, or leave this number to a plan without windows");
  } else if (*start > now + usual_wait) {
    findings.add("windows", R::warn,
                 fmt::format("{}, and the first window long enough opens at {}", takes, to_iso(*start)),
                 "make a window longer, unless you mean to wait that long");
  } else {
    findings.add("windows", R::pass, fmt::format("{}; it fits a window from {} on", takes, to_iso(*start)));
  }
}

}  // namespace wamigrate::preflight
