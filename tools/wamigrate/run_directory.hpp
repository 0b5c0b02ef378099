// Where a run is kept: a directory with the plan as approved, the run store, the lock, and the documents a person reads
// afterwards; or its name in a PostgreSQL database (`postgresql://…?run=NAME`), with plan and store alone.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "base/database_url.hpp"
#include "base/digest.hpp"
#include "plan/plan.hpp"
#include "ports/store.hpp"
#include "run/progress.hpp"

namespace wamigrate::cli {

class RunDirectory {
 public:
  /// Makes the directory for this plan, or opens the one that was made for it; another plan's is refused.
  /// `plan` is what `plan_text` says: reading 100,000 numbers twice would be most of a restart.
  static Result<RunDirectory> make(const std::filesystem::path& path, Plan plan, const std::string& plan_text);
  /// Opens one that exists.
  static Result<RunDirectory> open(const std::filesystem::path& path);

  /// Whether there is a run at that place.
  static bool exists(const std::filesystem::path& path);

  /// As it stands in commands: a URL in the quotes that a shell needs. `path() / "plan.json"` names the plan.
  const std::filesystem::path& path() const { return path_; }
  /// As it stands in documents: without quotes.
  std::string name() const { return url_ ? url_->text() : path_.string(); }
  /// The same for everybody who works on this run, wherever they stand.
  std::string full_name() const;
  const Plan& plan() const { return plan_; }
  RunStore& store() { return *store_; }

  /// Everything known of the run, from its journal and the messages nobody has dealt with yet.
  Result<Progress> progress();
  /// The plan with the PIN references that people supplied since in place of the refused ones; `known`: progress().
  Result<Plan> plan_with_overrides(const Progress& known);
  /// Held while one process works on the run, or while any of several `workers` does.
  Result<std::unique_ptr<FileLock>> lock(bool workers = false) const {
    return url_ ? lock_run(url_->text(), nullptr, workers) : lock_file(path_ / "lock");
  }
  bool in_database() const { return url_.has_value(); }
  /// What tells a run from the others in its database, however its workers write the database's URL; empty for a file.
  std::string key() const { return url_ ? sha256_hex(url_->run).substr(0, 16) : std::string(); }
  /// A run in a database rests on leases in the same database: any other ledger is refused.
  Result<void> require_ledger(const LedgerStore& ledger) const;
  /// Writes report.md, report.html and events.jsonl beside the journal; nothing for a run in a database.
  Result<void> write_documents(Time now);
  /// The latest rollback kept under this run, finished or not; empty path if there is none.
  std::filesystem::path latest_rollback() const;
  std::filesystem::path next_rollback() const;

 private:
  static Result<RunDirectory> make_in_database(const DatabaseUrl& url, const Plan& plan, const std::string& plan_text);
  static Result<RunDirectory> make_in_directory(const std::filesystem::path& path, Plan plan,
                                                const std::string& plan_text);
  Result<void> open_store();
  static Result<RunDirectory> open_in_database(const DatabaseUrl& url);
  std::filesystem::path rollback_path(int number) const;

  std::filesystem::path path_;
  std::optional<DatabaseUrl> url_;
  Plan plan_;
  std::unique_ptr<RunStore> store_;
};

/// The plan in a file, or, where `file` is a run in a database followed by `/plan.json`, in that database.
Result<std::string> read_plan_text(const std::string& file);

}  // namespace wamigrate::cli
