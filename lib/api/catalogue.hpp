// The catalogue of error codes: data, one entry a code, with its source. `explain` prints it and runs obey it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace wamigrate::api {

enum class Side { graph, onprem };

/// What a refusal means for a changing step (contract, section 6). A class exists only because someone reacts to it
/// differently.
enum class ErrorClass {
  token,      ///< Pause the run, ask for a token, fail nothing.
  throttled,  ///< Slow down everything that shares the limit, then repeat.
  down,       ///< Observe at once; repeat after a bounded backoff.
  settling,   ///< A durable wait, then observe.
  pin,        ///< Stop this number, observe, never repeat.
  backup,     ///< One new backup while on-premises is connected, then stop.
  half_done,  ///< Where the observed home is nowhere: deregister once more, then register.
  verify,     ///< Wait for a person's code.
  budget,     ///< Stop this number for 72 hours.
  never,      ///< Stop this number.
  unknown,    ///< Stop this number, ask.
};
std::string_view name(ErrorClass error_class);

/// Who shares the limit that a throttled request to Graph has met.
enum class Limit {
  app,      ///< All that the app asks.
  account,  ///< What it asks about one WABA and its numbers.
  number,   ///< What one number sends.
};
/// By the code of the refusal; one that names nobody counts for all: that is the careful reading.
Limit limit_of(std::string_view code);

struct CatalogueEntry {
  Side side;
  /// "133005"; "190/463" for a code with a subcode; "200-299" for a range; "http 401" or "http 5xx" for a reply whose
  /// code is missing or not listed; "transport timeout" (and the other kinds) for no reply; "unreadable" for one that
  /// is neither answer nor error; "unknown" for what nothing else fits.
  std::string_view code;
  std::string_view detail;  ///< Non-empty: only replies whose details contain it ("biz_link_on_prem_reg_blocked").
  std::string_view on;      ///< Non-empty: only replies to that call ("account", "register").
  std::string_view title;
  std::string_view meaning;
  ErrorClass error_class;
  std::string_view advice;     ///< To a person, in the imperative.
  std::string_view source;     ///< Meta's page or another, with its date.
  std::string_view certainty;  ///< "documented", "contradicted" or "from memory".
};

/// All entries, Graph's first, by code.
std::span<const CatalogueEntry> catalogue();

/// The entry that fits best: detail over call over plain code over range over HTTP status; the entry "unknown" else.
/// `on` is the kind of call: "register", "deregister", "account", "backup", "shards", "login", "read", ….
/// `details` is searched without regard to case.
const CatalogueEntry& look_up(Side side, std::string_view code, std::string_view details, std::string_view on,
                              int http_status);

/// The entry for exactly this code (or a range with it), never one for a status or for the unknown: null if not listed.
const CatalogueEntry* listed(Side side, std::string_view code, std::string_view details, std::string_view on);

/// For people who ask about a code, on either side: entries with that code, those of a pair with it ("463" finds
/// "190/463"), else of a range with it. Empty when there is none.
std::vector<const CatalogueEntry*> entries_about(std::string_view code);

}  // namespace wamigrate::api
