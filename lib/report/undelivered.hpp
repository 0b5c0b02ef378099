// Sent, but not delivered: why a message may stay on its way although it was accepted, what can be checked from here,
// and what to ask the person who waits for it. Data with sources; `explain undelivered` prints it, and whoever reports
// on a message that stays `sent` prints the checklist beside it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "report/document.hpp"

namespace wamigrate::report {

struct UndeliveredCause {
  std::string_view id;
  std::string_view title;
  std::string_view meaning;
  std::vector<std::string_view> codes;  ///< Of Cloud's error catalogue, where a webhook may name one.
  std::string_view check;               ///< What can be checked from here.
  std::string_view source;
  std::string_view certainty;  ///< As in the catalogue of error codes.
};
/// Meta does not disclose every cause: these are the known ones.
std::span<const UndeliveredCause> undelivered_causes();

/// The oldest apps that messages of the platform reach (Meta, error 131026).
struct ClientMinimum {
  std::string_view app;
  std::string_view version;
};
std::span<const ClientMinimum> client_minima();

/// What to ask the other person to do, over a channel other than WhatsApp.
std::span<const std::string_view> persons_checklist();

Document undelivered_document();
Json undelivered_json();

}  // namespace wamigrate::report
