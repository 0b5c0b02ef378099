// The cut-over ledger: what the webhooks of both sides, together, say about the moment in which a number changed hands.
// A pure function of what a store of posts holds. It says what was observed, and each gap is the most that it can have
// been: nobody may have written in it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ports/post_store.hpp"

namespace wamigrate::webhooks {

/// A silence between the last sign of the old home and the first of the new one, by the platforms' own times.
struct Gap {
  std::optional<Time> last_old;
  std::optional<Time> first_new;

  /// How long at most; zero when both overlapped, nothing when one side said nothing.
  std::optional<Millis> length() const;
};

/// One number: what its old home accepted, and what became of it.
struct CutOver {
  std::string
      old_number;  ///< As the old side names it: a deployment, or a phone_number_id. Empty where it said nothing.
  std::string new_number;
  Gap sending;                            ///< Between statuses of messages that the business sent.
  Gap receiving;                          ///< Between messages that people sent.
  std::size_t delivered = 0, failed = 0;  ///< Of the old home's messages: reported final.
  /// Accepted by the old home and never reported delivered, read or failed. In the order in which they were sent.
  std::vector<Outgoing> at_risk;
  std::size_t new_messages = 0;  ///< Messages of the new home's that were heard of.
  std::size_t new_open = 0;      ///< Of these, not yet final.
};

/// Which deployment is which phone_number_id. Equal names are one number without it, and so are the only name of either
/// side.
using NumberPairs = std::map<std::string, std::string>;

/// In the order of the old side's names, then what only the new side knows. What has no time is left out of gaps.
std::vector<CutOver> cut_overs(const std::vector<Outgoing>& sent, const std::vector<Incoming>& received,
                               PostSide old_side, const NumberPairs& pairs);

}  // namespace wamigrate::webhooks
