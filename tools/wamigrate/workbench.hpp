// The workbench: what a command needs at hand to look at a fleet or to work on it. The only place where the real
// ports are chosen.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "api/graph.hpp"
#include "cli.hpp"
#include "model/inventory.hpp"
#include "ports/clock.hpp"
#include "ports/evidence.hpp"
#include "ports/hooks.hpp"
#include "ports/sealer.hpp"
#include "ports/secrets.hpp"
#include "ports/store.hpp"
#include "ports/time_zones.hpp"
#include "ports/transport.hpp"
#include "ports/workers.hpp"
#include "run/survey.hpp"

namespace wamigrate::cli {

/// Reads an inventory, or says all that is wrong with it.
tl::expected<Fleet, Diagnostics> load_inventory(const std::string& path);

/// Asks this machine's zone database, for the time in which a plan made now may be carried out.
ZoneCheck check_zones_here();

/// Indices of the numbers that --select and --exclude leave. Terms are separated by commas; each names a phone, a
/// phone number id, a WABA or a deployment; `*` stands for anything.
Result<std::vector<std::size_t>> selected(const Fleet& fleet, const Invocation& invocation);

/// The terms of a list as options take it: "a,b" is a and b.
std::vector<std::string> terms_of(const std::string& list);

/// Adds --select and --exclude; --to; what plans need.
void add_selection(boost::program_options::options_description_easy_init& add);
void add_planning(boost::program_options::options_description_easy_init& add);
Result<Direction> direction_of(const Invocation& invocation);
Result<PlanOptions> plan_options(const Invocation& invocation, Time now);

/// The sealer whose key this names, or that of the default file; a key file is made when missing and `create`.
Result<Sealer> sealer_at(const SecretRef& ref, SecretSource& secrets, bool create);

/// Real ports around one fleet. Not movable: the site refers to its members.
class Workbench {
 public:
  /// `evidence`: in place of what the inventory names, for a rehearsal.
  Workbench(const Fleet& fleet, std::unique_ptr<SecretSource> secrets, int threads,
            std::unique_ptr<EvidenceSource> evidence = nullptr);

  const Fleet& fleet() const { return fleet_; }
  SystemClock& clock() { return clock_; }
  SecretSource& secrets() { return *secrets_; }
  Workers& workers() { return *workers_; }
  Site& site() { return site_; }
  Transport& transport() { return *transport_; }
  TimeZones& zones() { return *zones_; }
  HookRunner& hooks() { return *hooks_; }
  EvidenceSource& evidence() { return *evidence_; }

  /// Opens ledger and seal key; made when missing if `create`. Without `create` a missing one stays away, and
  /// ledger() is then null.
  Result<void> open_ledger(bool create);
  LedgerStore* ledger() { return ledger_.get(); }
  /// Where the ledger is, or would be made: a file, or the URL of a database.
  std::filesystem::path ledger_file() const;
  /// It was missing, and open_ledger() has made it.
  bool ledger_is_new() const { return ledger_is_new_; }
  const Sealer* sealer() const { return sealer_ ? &*sealer_ : nullptr; }

  /// Doors for a survey that shows its progress on the console.
  SurveyDoors survey_doors(const Console& console);

 private:
  Result<Sealer> make_sealer(bool create);

  const Fleet& fleet_;
  SystemClock clock_;
  std::unique_ptr<SecretSource> secrets_;
  std::unique_ptr<TimeZones> zones_;
  std::unique_ptr<HookRunner> hooks_ = make_hook_runner();
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<EvidenceSource> evidence_;
  Site site_;
  std::unique_ptr<LedgerStore> ledger_;
  std::optional<Sealer> sealer_;
  bool ledger_is_new_ = false;
};

/// The transport that every command uses: over the network, with our User-Agent.
std::unique_ptr<Transport> real_transport();

/// The environment as a source of secrets; a rehearsal brings its own. The commands of `cmd:` references are not shown
/// the fleet's other secrets.
std::unique_ptr<SecretSource> secrets_for_real(const Fleet& fleet);

/// Graph for what asks it outside of a survey and of a run; its secrets are resolved. `transport` must outlive it.
Result<std::unique_ptr<api::GraphClient>> graph_client_for(const Fleet& fleet, SecretSource& secrets,
                                                           Transport& transport);

/// A survey of the selected numbers with everything opened and resolved for reading, or the exit code.
struct Looked {
  std::unique_ptr<Workbench> bench;
  std::vector<std::size_t> numbers;
  Survey survey;
};
tl::expected<Looked, int> look(const Fleet& fleet, const std::vector<std::size_t>& numbers, Direction direction,
                               const PlanOptions& options, Readings readings, const Console& console,
                               std::unique_ptr<SecretSource> secrets);

}  // namespace wamigrate::cli
