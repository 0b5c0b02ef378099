// The site: where observations are made and steps are carried out. It holds the clients, their tokens and the resolved
// secrets of one process, and is the one door through which runs and commands reach the two APIs.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "api/graph.hpp"
#include "api/onprem.hpp"
#include "base/diagnostic.hpp"
#include "ports/clock.hpp"
#include "ports/evidence.hpp"
#include "ports/secrets.hpp"
#include "ports/transport.hpp"
#include "steps/clock_watch.hpp"
#include "steps/step.hpp"
#include "steps/waba_members.hpp"
#include "steps/waba_sheets.hpp"
#include "steps/waba_templates.hpp"

namespace wamigrate {

struct ListedWaba;
struct StatusFeed;

/// What a step needs beyond the number itself; supplied by whoever runs it.
struct Supplies {
  Secret backup;
  Secret code;
  Secret upload;  ///< The session or the handle that the step before was given.
  std::optional<Snapshot> snapshot;
  std::string tag;  ///< Of the message that is sent.
  /// Nothing that changes anything may leave after this moment (the lease behind it may then be another's).
  std::optional<Time> not_after;
  std::optional<Time> account_since;  ///< As of observe().
};

/// The test messages that a run has sent for a number, by which webhooks are asked for; the newest last.
struct SentMessages {
  std::vector<std::string> tags, ids;  ///< Empty texts where there was none; as many of both.
  Home home = Home::unknown;           ///< Where the number is served now.
  std::optional<Time> since;           ///< When the first left, where a message is to come in as well.
};

/// What a process resolves before it asks or changes anything.
enum class Need { reading, changing };

/// Safe from any thread once resolve() has returned.
class Site {
 public:
  /// Keeps references: all of these must outlive it. Without `evidence` nothing is known of test messages.
  Site(const Fleet& fleet, Transport& transport, Clock& clock, EvidenceSource* evidence = nullptr);
  ~Site();

  /// Resolves the secrets of these numbers, or says all that is missing. Nothing is sent.
  Diagnostics resolve(const std::vector<const Number*>& numbers, Need need, Direction direction, SecretSource& source);

  /// Reads what `readings` ask for. A side that can't be asked is a finding, not an error. With `sheets` Graph's lists
  /// answer where they can, as of when they were read, and a client that is off is asked no more than it can tell;
  /// without, both sides are asked about this number, now. `account_since`: the account's templates, for which nothing
  /// is ever sent, may be what this site has read since then. `sent`: what test_evidence is asked about; null: nothing
  /// was sent.
  Observation observe(const Number& number, Readings readings, WabaSheets* sheets = nullptr,
                      std::optional<Time> account_since = {}, const SentMessages* sent = nullptr);
  /// For one look at many numbers. This site must outlive them.
  std::unique_ptr<WabaSheets> sheets();
  /// Does what the step does: at most one changing request.
  Outcome perform(const Step& step, const Number& number, const Supplies& supplies);
  /// What a step that only concludes makes of what was seen. Asks nobody.
  Outcome conclude(const Step& step, const Number& number, const Supplies& supplies, const Observation& seen);
  /// debug_token, once.
  TokenView token();
  /// All numbers of a WABA, page by page (site_wide.cpp).
  ListedWaba numbers_of_waba(const std::string& waba_id);
  /// The inventory's status feed, without any credentials; takes five seconds at most (site_wide.cpp).
  StatusFeed status_feed();
  /// The PIN of a number, for marks; empty when none was resolved.
  Secret pin(const Number& number) const;
  /// What Graph's limits look like.
  api::Usage usage() const;
  /// Gives back the on-premises tokens.
  void log_out();

 private:
  struct Client;
  Client& onprem(const Number& number);
  Material material_for(const Number& number, const Supplies& supplies) const;
  void read_graph(const Number& number, Readings readings, std::optional<Time> account_since, Observation& seen);
  void read_edges(const Number& number, Readings readings, Observation& seen);  // what no list tells
  /// What this site keeps of a WABA, made when it is first asked for.
  template <class Kept>
  Kept& of_waba(std::map<std::string, std::unique_ptr<Kept>>& kept, const std::string& waba_id);
  std::shared_ptr<const TestMessageView> read_evidence(const Number& number, const SentMessages* sent);
  const Secret& secret(const SecretRef& ref) const;
  Proxy proxy() const;

  const Fleet& fleet_;
  Transport& transport_;
  Clock& clock_;
  EvidenceSource* evidence_;
  std::map<SecretRef, Secret> secrets_;
  ClockWatch graph_watch_;
  std::unique_ptr<api::GraphClient> graph_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Client>> onprem_;            // by deployment URL
  std::map<std::string, std::unique_ptr<WabaMembers>> members_;      // by WABA …
  std::map<std::string, std::unique_ptr<WabaTemplates>> templates_;  // … as well
};

/// What a step would send, in words: `POST https://…/register` and its body, secrets as the names of their references.
/// Empty for steps that send nothing.
std::string request_text(const Step& step, const Number& number, const Fleet& fleet);

/// References that a plan in this direction needs, sorted.
std::vector<SecretRef> secrets_needed(const Fleet& fleet, const std::vector<const Number*>& numbers, Need need,
                                      Direction direction);

}  // namespace wamigrate
