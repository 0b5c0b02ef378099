// Source of the promises: Meta's migration guide, 2025-11-05 (display name, quality, limit, official status where the
// backup came along, templates and their statuses).
#include "report/comparison.hpp"

#include <array>

namespace wamigrate::report {
namespace {

struct Advice {
  std::string_view part;  ///< Of the note.
  std::string_view text;
};

// The first that fits holds.
constexpr std::array advices{
    Advice{"profile picture could not be read", "Keep the picture yourself before you go on: it can't be restored."},
    Advice{" could not be read", "It was not compared and may differ: look at it yourself, on both sides."},
    Advice{"display name was",
           "Meta promises to keep it. See in WhatsApp Manager whether a new name was being approved; once it is, the "
           "number must be registered again."},
    Advice{"quality rating was",
           "Meta promises to keep it, and it also follows how people react. Look again in a day, then ask Meta's "
           "support."},
    Advice{"messaging limit was",
           "Meta promises to keep it. Until support has answered, send within the lower of the two."},
    Advice{"official business account was",
           "Meta promises to keep it where the backup came along. Ask Meta's support, with the time of the "
           "registration."},
    Advice{"approved templates was",
           "Meta promises to keep templates and their statuses. Compare the lists in WhatsApp Manager before anything "
           "sends one that is missing."},
    Advice{"profile picture did not come along", "Upload it in WhatsApp Manager, or through the client."},
    Advice{"compliance information for India",
           "Compare it with what it was in WhatsApp Manager: Meta has kept it in such moves since 2023-03-01."},
    Advice{"throughput was", "Two or more shards raise it. If it fell, slow the senders down and ask Meta's support."},
    Advice{"the profile reads back otherwise",
           "Compare it with what it was, and correct it where the number is served now."},
};

}  // namespace

std::string_view what_to_do(std::string_view note) {
  for (const Advice& advice : advices) {
    if (note.find(advice.part) != std::string_view::npos) return advice.text;
  }
  return {};
}

}  // namespace wamigrate::report
