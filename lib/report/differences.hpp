// Differences between the two APIs that the software around a number meets when the number moves: data, one entry a
// difference, with its source. `show --changes` and docs/what-changes.md print it, plans and run reports refer to it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/number.hpp"
#include "report/document.hpp"

namespace wamigrate::report {

enum class Subject { access, sending, templates, media, webhooks, contacts, errors, throughput, settings, operations };
std::string_view name(Subject subject);      ///< "access", …: in JSON.
std::string_view in_words(Subject subject);  ///< "Access", …: a heading.
std::span<const Subject> subjects();         ///< In the order of reports.

/// Who has to know of it.
enum class Party { sender, webhook_reader, template_owner, operations };
std::string_view name(Party party);      ///< "sender", …: in JSON.
std::string_view in_words(Party party);  ///< "whoever sends messages".
std::span<const Party> parties();

/// How it is told whether a number is touched by it.
enum class Told {
  always,     ///< Every number that moves.
  asked,      ///< Neither API shows it: people are asked.
  templates,  ///< By the templates of its WABA.
  shards,     ///< By its shards, and what Graph says of its throughput.
  webhook,    ///< By the webhooks' hosts on both sides.
  sent,       ///< By the settings of its client.
  recipient,  ///< By the version of its client.
  storage,    ///< By the region that is declared for it, or seen on Cloud.
};

struct ApiDifference {
  std::string_view id;  ///< Stable: scripts select by it, `explain` takes it.
  Subject subject;
  std::string_view title;      ///< A few words that can stand in a list.
  std::string_view onprem;     ///< How it is on-premises, …
  std::string_view cloud;      ///< … and on Cloud.
  std::string_view to_cloud;   ///< What to change on the way to Cloud, in the imperative; empty: nothing.
  std::string_view to_onprem;  ///< The other way.
  std::vector<Party> touches;
  Told told;
  std::string_view ask;        ///< Where it can't be told from here: the question to people.
  std::string_view source;     ///< Meta's page or another, with its date if it has one.
  std::string_view certainty;  ///< "documented", "contradicted", "inferred" or "from memory".

  std::string_view change(Direction direction) const { return direction == Direction::to_cloud ? to_cloud : to_onprem; }
};

/// All of them, by subject.
std::span<const ApiDifference> api_differences();
/// Null: there is none of that id.
const ApiDifference* find_difference(std::string_view id);

/// The two sides, the change in each direction, whom it touches, the source: as reports print them.
std::vector<Detail> details_of(const ApiDifference& difference, std::span<const Direction> directions);
Json to_json(const ApiDifference& difference);

/// docs/what-changes.md: every difference, both directions.
std::string what_changes_page();

// The parts of the table, in files of their own.
std::vector<ApiDifference> message_differences();
std::vector<ApiDifference> webhook_differences();
std::vector<ApiDifference> operation_differences();

}  // namespace wamigrate::report
