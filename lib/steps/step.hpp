// Steps: each kind with the one call it may make. The only code that changes anything.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/exchange.hpp"
#include "api/graph.hpp"
#include "steps/probes.hpp"

namespace wamigrate {

/// All that a step's request may be built from. In a dry run secrets are the names of their references.
struct Material {
  const Number& number;
  Secret pin;
  Secret backup_password;
  Secret backup;       ///< Sealed until just before use; empty where the step needs none.
  Secret code;         ///< What a person supplied.
  Secret certificate;  ///< Fetched from Graph just before use.
  std::optional<Snapshot> snapshot;
  std::string region_at_registration = {};  ///< Local storage to be named with `register`: Graph before v21.0 only.
  std::string app_id = {};                  ///< Of the app that uploads.
  Secret upload = {};                       ///< An upload's session, or its handle.
  std::string tag = {};                     ///< By which webhooks name a message.
};

/// How a step's request ended.
struct Outcome {
  enum class How {
    done,       ///< The other side says it was carried out.
    refused,    ///< It says it was not.
    ambiguous,  ///< Nobody knows: observe before anything else.
    not_sent,   ///< It certainly was not.
  };
  How how = How::not_sent;
  api::ErrorClass error_class = api::ErrorClass::unknown;
  int http_status = 0;
  std::string code;
  std::string message;  ///< For people, one line, without secrets.
  std::string advice;   ///< The catalogue's, for a refusal.
  std::string fbtrace_id;
  Millis regain_after{0};
  Facts vouched;                   ///< What the step's own record may vouch for from now on.
  std::string message_id;          ///< What a message that was accepted is called.
  std::optional<Secret> product;   ///< A backup's data, a snapshot's JSON …: to be sealed by who keeps it.
  std::vector<std::string> notes;  ///< Differences and such, for the report.
};
std::string_view name(Outcome::How how);

struct Step {
  StepKind kind;
  api::Side side = api::Side::graph;
  std::string_view on;  ///< The catalogue's name of the call: "register".
  /// Builds its one changing request; null for a step that only reads or waits.
  api::Call (*call)(const Material&) = nullptr;
  /// Which facts a good outcome vouches for, by HTTP status; null: all it gives that no API shows.
  Facts (*vouches)(int http_status) = nullptr;
  /// What a good answer holds that later steps need, to be kept under this name; nothing where it lacks it.
  std::optional<Secret> (*product)(const Json& reply) = nullptr;
  /// The id of a message that a good answer accepts, which is no secret; null for other steps, empty where it has none.
  std::string (*names)(const Json& reply) = nullptr;
  std::string_view keeps;      ///< "backup", "snapshot", "upload": whose newest is what counts.
  std::string_view uses = {};  ///< The name under which an earlier step kept what this one is built from.
  /// Concludes from an observation with `reads`; null for a step that sends or waits.
  Readings reads;
  Outcome (*conclude)(const Material&, const Observation&) = nullptr;
};

/// All steps, in the natural order of a migration.
std::span<const Step> steps();
/// Their kinds, in the same order.
Catalogue catalogue();
const Step& step_of(std::string_view kind_name);

/// What the facts of a test message are: who settles it without webhooks settles these.
inline constexpr Facts test_message_facts = {Fact::test_message_sent, Fact::test_message_delivered,
                                             Fact::inbound_message_seen};
/// What webhooks said to settle such a step, in a word; empty where a person did, and for other steps.
std::string told_by_webhooks(const Step& step, const Observation& seen);
/// Why what a step after the arrival waits for has not come to hold, as a sentence or half of one; with the
/// catalogue's advice where a status names a code.
std::string inconclusive_test(const Step& step, const TestMessage& message, const Observation& seen);

}  // namespace wamigrate
