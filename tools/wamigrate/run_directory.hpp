// A run's directory: the plan as approved, the run store, the lock, and the documents a person reads afterwards.
#pragma once

#include <filesystem>
#include <memory>

#include "plan/plan.hpp"
#include "ports/store.hpp"
#include "run/progress.hpp"

namespace wamigrate::cli {

class RunDirectory {
 public:
  /// Makes the directory for this plan, or opens the one that was made for it; another plan's is refused.
  static Result<RunDirectory> make(const std::filesystem::path& path, const std::string& plan_text);
  /// Opens one that exists.
  static Result<RunDirectory> open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const Plan& plan() const { return plan_; }
  RunStore& store() { return *store_; }

  /// Everything known of the run, from its journal and the messages nobody has dealt with yet.
  Result<Progress> progress();
  /// The plan with the PIN references that people supplied since in place of the refused ones.
  Result<Plan> plan_with_overrides();
  /// Held while one process works on the run.
  Result<std::unique_ptr<FileLock>> lock() const { return lock_file(path_ / "lock"); }
  /// Writes report.md, report.html and events.jsonl beside the journal.
  Result<void> write_documents(Time now);
  /// The latest rollback kept under this run, finished or not; empty path if there is none.
  std::filesystem::path latest_rollback() const;
  std::filesystem::path next_rollback() const;

 private:
  std::filesystem::path path_;
  Plan plan_;
  std::unique_ptr<RunStore> store_;
};

}  // namespace wamigrate::cli
