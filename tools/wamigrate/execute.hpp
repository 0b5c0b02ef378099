// Execution: one run from where it stands to its end or its next pause, on the console's terms.
#pragma once

#include "cli.hpp"
#include "metrics_output.hpp"
#include "run_directory.hpp"
#include "workbench.hpp"

namespace wamigrate::cli {

struct ExecuteOptions {
  bool yes = false;  ///< Approved already.
  std::optional<int> concurrency;
  std::optional<int> limit;                            ///< So many numbers begin, then the run pauses.
  std::unique_ptr<SecretSource> secrets;               ///< Null: the environment's.
  std::unique_ptr<EvidenceSource> evidence = nullptr;  ///< Null: what the inventory names.
  MetricsOptions metrics{};
  bool waits_for_a_word = false;          ///< On hold or before an approval it stays and waits.
  std::filesystem::path postpone_file{};  ///< While it is there no commit point is passed; empty: none.
  bool worker = false;                    ///< One of several that share the run.
};

/// Shows what will be done, asks where a person may be asked, resolves every secret, runs, reports. The exit code.
int execute(RunDirectory& run, const Console& console, ExecuteOptions options);

/// Prints every request a run of this plan would send, in order, secrets as the names of their references.
int dry_run(const Plan& plan, const Console& console);

}  // namespace wamigrate::cli
