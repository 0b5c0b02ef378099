// Stores: what must survive a crash. A run's store holds its journal, its inbox (what other processes say to a run)
// and its sealed blobs; the ledger store outlives runs. Whatever returned without an error is durable.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace wamigrate {

/// One run's memory. One process writes the journal at a time (see lock); others may read and post at any moment.
class RunStore {
 public:
  virtual ~RunStore() = default;

  /// Appends all records (texts without NUL), or none, and returns when they are durable.
  virtual Result<void> append(std::span<const std::string> records) = 0;
  /// The journal from its first record on, in order.
  virtual Result<std::vector<std::string>> journal() = 0;
  /// … without its first `known` records: what a reader that has these has not seen yet.
  virtual Result<std::vector<std::string>> journal_after(std::size_t known);

  /// Posts a message (text without NUL) to the run, from any process.
  virtual Result<void> post(const std::string& message) = 0;
  struct Message {
    std::int64_t number = 0;  ///< Grows with each message.
    std::string text;
  };
  /// Messages with a number greater than `after`, oldest first.
  virtual Result<std::vector<Message>> messages(std::int64_t after) = 0;

  /// Sealed bytes under a name; an existing one is replaced. Dropping overwrites the bytes on disk.
  virtual Result<void> put_blob(const std::string& name, const std::string& sealed) = 0;
  virtual Result<std::optional<std::string>> blob(const std::string& name) = 0;
  virtual Result<void> drop_blob(const std::string& name) = 0;
  virtual Result<std::vector<std::string>> blob_names() = 0;
};

/// A run store in one SQLite file (WAL, synchronous FULL, secure_delete, mode 0600 in a directory of mode 0700).
/// With `create` a missing file is made; without, a missing file is an error.
Result<std::unique_ptr<RunStore>> open_run_store(const std::filesystem::path& file, bool create);

/// Held for as long as it lives: at most one process has the lock of a file.
class FileLock {
 public:
  virtual ~FileLock() = default;
};
/// Takes the lock or says who has it (`held` writes its process id into the file).
Result<std::unique_ptr<FileLock>> lock_file(const std::filesystem::path& file);

/// What outlives runs, by number (its E.164). Every call is one transaction, safe between processes.
class LedgerStore {
 public:
  virtual ~LedgerStore() = default;

  /// When this ledger was made: attempts before that are unknown.
  virtual Result<Time> created() = 0;

  /// Attempts of one kind (`register`, `deregister`) at or after `since`.
  virtual Result<int> attempts(const std::string& phone, const std::string& kind, Time since) = 0;
  virtual Result<void> add_attempt(const std::string& phone, const std::string& kind, Time at) = 0;

  /// PINs that a server has refused, kept as keyed marks (Sealer::mark).
  virtual Result<bool> is_refused(const std::string& phone, const std::string& pin_mark) = 0;
  virtual Result<void> add_refused(const std::string& phone, const std::string& pin_mark) = 0;
  /// Forgets a mark; none is no error. Only for what was never more than a doubt.
  virtual Result<void> drop_refused(const std::string& phone, const std::string& pin_mark) = 0;

  struct Lease {
    std::string holder;  ///< Who: host, process, run directory; for people.
    Time until;
  };
  /// Takes or renews the lease for `holder` until `until`. Answers the lease in force afterwards: another's, while
  /// that has not ended at `now`.
  virtual Result<Lease> lease(const std::string& phone, const std::string& holder, Time now, Time until) = 0;
  /// Gives the lease back if `holder` has it.
  virtual Result<void> release(const std::string& phone, const std::string& holder) = 0;
};

/// A ledger in one SQLite file, made with its directories when missing (`now` is then its time of creation). A clock
/// that was set since an attempt or a lease was noted, while the machine ran, makes neither older.
/// `key_mark` tells the key of the refused PINs' marks from any other (empty: not looked at). The first one given is
/// kept; with another the ledger is refused, because it would not know its refused PINs again.
Result<std::unique_ptr<LedgerStore>> open_ledger_store(const std::filesystem::path& file, Time now,
                                                       const std::string& key_mark = {});

}  // namespace wamigrate
