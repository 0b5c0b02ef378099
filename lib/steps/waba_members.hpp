// Members: whether a number is among those of its WABA, for a run that asks it of one number after another. An account
// may have thousands, a hundred to a page. A page on which the number stands proves that it belongs there, so the page
// where it stood last is asked again, alone; that it does not belong there is told by a whole list and by nothing less.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "api/graph.hpp"
#include "model/observation.hpp"
#include "ports/clock.hpp"

namespace wamigrate {

/// Of one WABA. Safe from any thread: one asks, the others wait and share what it has read.
class WabaMembers {
 public:
  /// Both must outlive it.
  WabaMembers(api::GraphClient& graph, Clock& clock, std::string waba_id)
      : graph_(graph), clock_(clock), waba_id_(std::move(waba_id)) {}

  /// Was it listed within the last minute? Membership is part of identity, and does not change while a number moves
  /// between the two APIs. `asked`: how that went; without an answer the result says nothing.
  bool has(const std::string& phone_number_id, Asked& asked);

 private:
  struct Place {
    std::string page;  ///< The cursor after which its page begins.
    Time seen_at{};
  };
  struct Page {
    Time read_at{};
    std::string next;  ///< The cursor of the page behind it; empty: it is the last.
  };
  bool stands(const std::string& phone_number_id, Time since) const;
  bool read(const std::string& after, Asked& asked);
  bool look_through(const std::string& phone_number_id, Time since, Time read_before, Asked& asked);

  api::GraphClient& graph_;
  Clock& clock_;
  std::string waba_id_;
  std::mutex mutex_;
  std::map<std::string, Place> places_;  // by phone number ID
  std::map<std::string, Page> pages_;    // by the cursor after which they begin
  std::optional<Time> whole_since_;      // when the last list that was read whole began to be
};

}  // namespace wamigrate
