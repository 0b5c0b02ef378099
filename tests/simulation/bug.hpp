// Planted bugs: what each witness must wake at. A net is tested by dropping something in it. They come through data and
// ports alone; the program is the real one.
#pragma once

#include <string_view>
#include <vector>

namespace wamigrate::simulation {

enum class Bug {
  none,
  settling_too_short,  ///< Answers are trusted at once, while requests may still take effect.
  store_forgets,       ///< A journal that says "durable" before it is.
  posts_repeated,      ///< A transport that sends a request again by itself.
  reads_remembered,    ///< A transport that answers reads from what it was told before.
  backup_swapped,      ///< A store that gives back an older blob than was put.
  ledger_forgets,      ///< A ledger that knows nothing of what was spent or refused.
  ledger_says_spent,   ///< A ledger that says every ration is used up.
  leases_for_all,      ///< A ledger whose leases are not kept.
  cloud_first,         ///< A plan that lets Cloud go first, and does not say so.
  shared_hidden,       ///< A transport that hides which apps an account has.
  replies_echoed,      ///< A transport whose failures quote what was sent.
  homes_mistaken,      ///< A transport in which every client says that it is connected.
  plan_not_compared,   ///< A plan that is said to be of another home than it was made from.
  completions_late,    ///< Workers that bring news half a minute late.
  bytes_by_chance,     ///< A clock that is not the simulation's.
};
std::string_view name(Bug bug);
/// All of them, and a word of the promise that must be seen broken.
struct Expected {
  Bug bug;
  std::string_view promise;  ///< How the complaining witness's promise begins.
};
const std::vector<Expected>& planted_bugs();

}  // namespace wamigrate::simulation
