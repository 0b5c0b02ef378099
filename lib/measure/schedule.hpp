// The schedule of a load test: when each message is due, which, and to whom. It is made beforehand and does not wait
// for answers: a side that answers slowly is asked as often as a quick one, and what it makes wait is counted (no
// coordinated omission). The same mix makes the same schedule.
#pragma once

#include <optional>
#include <vector>

#include "model/message_mix.hpp"

namespace wamigrate {

struct DueMessage {
  Millis after{0};            ///< From the beginning.
  std::size_t recipient = 0;  ///< Index into the mix.
  std::size_t message = 0;    ///< Index into the mix.
};

struct Schedule {
  std::vector<DueMessage> messages;  ///< In order; not more than the cap.
  std::size_t whole = 0;             ///< How many the ramp has without the cap.
  Millis length{0};                  ///< Of the whole ramp.
};

/// At most `cap` messages. Recipients take turns; kinds of messages too, by their weights, evenly spread.
Schedule schedule_of(const MessageMix& mix, std::size_t cap);

/// Cloud takes one message to a user in six seconds, and 45 at once to begin with (131056; Meta, about the platform).
inline constexpr int pair_burst = 45;
inline constexpr Millis pair_pause{6000};
/// The first message that is too many for its recipient; nothing where all fit.
std::optional<std::size_t> beyond_pair_limit(const Schedule& schedule, std::size_t recipients);

}  // namespace wamigrate
