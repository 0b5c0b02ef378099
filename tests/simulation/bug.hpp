// Planted bugs: what each witness must wake at. A net is tested by dropping something in it. They come through data and
// ports alone; the program is the real one.
#pragma once

#include <string_view>

namespace wamigrate::simulation {

enum class Bug {
  none,
  reads_remembered,    ///< A transport that answers reads from what it was told before.
  mix_up_hidden,       ///< A transport that shows each number where it was, whatever has been mixed up since.
  store_forgets,       ///< A store that says "durable" before it is.
  settling_too_short,  ///< A policy that trusts answers at once, while requests may still take effect.
  posts_repeated,      ///< A transport that sends again by itself what brought no reply.
  backup_stripped,     ///< A transport that leaves out what is large.
  ledger_forgets,      ///< A ledger that knows nothing of what was spent or refused.
  cloud_first,         ///< A plan that lets Cloud go first, though nobody approved that.
  secret_as_state,     ///< A vendor that names a number's state by the token it was asked with.
  plan_not_compared,   ///< A plan that was changed after it was approved.
  pin_aliased,         ///< A plan in which what several numbers share looks like each one's own.
  homes_mistaken,      ///< A transport in which every number has arrived.
  ledger_says_spent,   ///< A ledger that says every ration is used up.
  completions_late,    ///< Workers that bring news half a minute late.
  leases_for_all,      ///< A ledger whose leases are not kept.
  expiry_hidden,  ///< A transport in which reads go on after the token has expired, and changes are refused otherwise.
  shared_hidden,  ///< A transport that hides which apps an account has.
  scrub_skipped,  ///< A store that leaves on the disk what it was told to forget.
  bytes_by_chance,  ///< Chance that does not come from the seed.
  // Where several processes are at work:
  fences_unchecked,  ///< A store that writes whatever it is given, whoever holds what it rests on.
  lease_outlasts,    ///< A ledger that says a lease lasts longer than it does.
  claimed_twice,     ///< A ledger that lets a number be claimed that another one has.
  epochs_alike,      ///< A ledger in which a lease looks the same whoever has it.
  journal_hidden,    ///< A store that shows a worker nothing of what the others have written since.
  sights_shared,     ///< A transport that answers one worker's reads with what another one saw.
};

}  // namespace wamigrate::simulation
