// Stores: what must survive a crash. A run's store holds its journal, its inbox (what other processes say to a run)
// and its sealed blobs; the ledger store outlives runs. Whatever returned without an error is durable.
//
// Both are kept in SQLite files (one machine), or in a PostgreSQL database that several machines share. There a lease
// is more than a promise among the well-behaved: what is appended can be made to rest on leases, and is refused with
// the first of them that has changed hands. Whoever takes a lease and then reads the journal has therefore seen all
// that was, and will ever be, written by those who had the lease before.
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

class SecretSource;

/// A lease that somebody counts on: see LedgerStore::Lease.
struct Fence {
  std::string phone;
  std::int64_t epoch = 0;
};

/// One run's memory. In SQLite one process writes the journal at a time (see lock_run); in PostgreSQL several may.
/// Others may read and post at any moment.
class RunStore {
 public:
  virtual ~RunStore() = default;

  /// Sealed bytes under a name; an existing one is replaced.
  struct Blob {
    std::string name;
    std::string sealed;
  };
  /// What is written at once: blobs are dropped, then kept, then records are appended to the journal.
  struct Changes {
    std::vector<std::string> records{};  ///< Texts without NUL.
    std::vector<Blob> keep{};
    std::vector<std::string> drop{};  ///< Names; one that is not there is no error.
    /// Leases that must still be held: neither taken by another (holder or process) nor given back since. A lease that
    /// has merely ended, and that nobody has taken, still counts. Takers of these leases wait until this is decided.
    /// Where the store is a file nothing is asked. The ledger must be of the same database (database_id).
    std::vector<Fence> rests_on{};
  };
  /// All of it, or nothing, and returns when it is durable. Answers the phones whose lease is lost; with any of them
  /// nothing was written.
  virtual Result<std::vector<std::string>> commit(const Changes& changes) = 0;
  /// One kind of change by itself.
  Result<void> append(std::span<const std::string> records);
  Result<void> put_blob(const std::string& name, const std::string& sealed);
  Result<void> drop_blob(const std::string& name);
  /// Removes from the disk what dropped blobs have left there. In PostgreSQL that is for the server's vacuum, and its
  /// log and backups keep what they have: sealed, and useless without the key.
  virtual Result<void> scrub() { return {}; }

  /// The journal from its first record on, in order.
  virtual Result<std::vector<std::string>> journal() = 0;
  /// … without its first `known` records: what a reader that has these has not seen yet, whoever wrote it. Whoever has
  /// seen a record has seen, or can read, all before it.
  virtual Result<std::vector<std::string>> journal_after(std::size_t known);
  /// Hands over the journal's records in order, and stops at the first that `take` fails at. Records that are appended
  /// meanwhile may be among them.
  virtual Result<void> each_record(const std::function<Result<void>(const std::string& record)>& take);

  /// Posts a message (text without NUL) to the run, from any process.
  virtual Result<void> post(const std::string& message) = 0;
  struct Message {
    std::int64_t number = 0;  ///< Grows with each message.
    std::string text;
  };
  /// Messages with a number greater than `after`, oldest first.
  virtual Result<std::vector<Message>> messages(std::int64_t after) = 0;

  virtual Result<std::optional<std::string>> blob(const std::string& name) = 0;
  virtual Result<std::vector<std::string>> blob_names() = 0;

  /// A text in the clear that belongs to the run (its plan), kept only where the store has no directory around it. The
  /// first one kept under a name stays; answers that one.
  virtual Result<std::string> keep_document(const std::string& name, const std::string& text);
  virtual Result<std::optional<std::string>> document(const std::string& name);

  /// Tells one database from another; empty for a file. Only leases of a ledger in the same one can be rested on.
  virtual std::string database_id() const { return {}; }
};

/// A run store: in one SQLite file (WAL, synchronous FULL, secure_delete, mode 0600 in a directory of mode 0700), or
/// under its name in a PostgreSQL database (`postgresql://…?run=NAME`, base/database_url.hpp; synchronous_commit on, a
/// server with fsync off refused). With `create` a missing one is made; without, it is an error. `secrets` must outlive
/// the store; null: the environment, files and commands.
Result<std::unique_ptr<RunStore>> open_run_store(const std::string& where, bool create,
                                                 SecretSource* secrets = nullptr);

/// Held for as long as it lives: at most one process has the lock of a file.
class FileLock {
 public:
  virtual ~FileLock() = default;
};
/// Takes the lock or says who has it (`held` writes its process id into the file).
Result<std::unique_ptr<FileLock>> lock_file(const std::filesystem::path& file);
/// The same for a run in PostgreSQL (`postgresql://…?run=NAME`): at most one process has it, and a killed one has it no
/// longer, nor, after a minute, one whose machine is gone. It hangs on a connection: should that be lost, nothing is
/// noticed, and leases alone keep two processes apart.
/// With `shared` any number of processes have it, and none that wants it for itself.
Result<std::unique_ptr<FileLock>> lock_run(const std::string& where, SecretSource* secrets = nullptr,
                                           bool shared = false);
/// A name for this process that no other has had or will have: host, process and what chance adds.
std::string worker_name();

/// What outlives runs, by number (its E.164). Every call is one transaction, safe between processes.
///
/// Times are the caller's, and so are those in answers. In PostgreSQL the server's clock decides and the caller's gives
/// lengths only: a lease lasts for `until - now` from the moment the server takes it, which is not before the caller
/// looked at its clock. So it ends no sooner than `until` by the caller's clock, on however different clocks the others
/// run, as long as no clock runs at a wrong rate and nobody sets the server's forward. Times of attempts are moved by
/// what both clocks differed when the store was opened.
class LedgerStore {
 public:
  virtual ~LedgerStore() = default;

  /// When this ledger was made: attempts before that are unknown.
  virtual Result<Time> created() = 0;

  /// Attempts of one kind (`register`, `deregister`) at or after `since`.
  virtual Result<int> attempts(const std::string& phone, const std::string& kind, Time since) = 0;
  /// What is remembered of a number by a mark: of a PIN that a server has refused (keyed, Sealer::mark), of one that is
  /// in doubt, of where the number was served last.
  virtual Result<bool> has_mark(const std::string& phone, const std::string& mark) = 0;

  struct Change {
    enum class What {
      attempt,     ///< Counts one of `subject`'s kind (`register`, `deregister`) at `at`.
      marked,      ///< Keeps the mark `subject`.
      unmarked,    ///< Forgets it; none is no error. Never for a PIN that was refused.
      given_back,  ///< Gives the lease back if `subject` holds it.
    };
    What what;
    std::string phone;
    std::string subject;
    Time at{};
  };
  /// All of them in this order, or none, durable on return.
  virtual Result<void> commit(std::span<const Change> changes) = 0;
  /// One of them by itself.
  Result<void> add_attempt(const std::string& phone, const std::string& kind, Time at);
  Result<void> add_mark(const std::string& phone, const std::string& pin_mark);
  Result<void> drop_mark(const std::string& phone, const std::string& pin_mark);
  Result<void> release(const std::string& phone, const std::string& holder);

  struct Lease {
    std::string holder;  ///< Who: host, process, run directory; for people.
    Time until;
    /// Grows by one whenever the lease changes hands: another holder takes it, another process in the same holder's
    /// name (PostgreSQL only), or anyone after it was given back. Renewing leaves it as it is. 0: nobody counts.
    std::int64_t epoch = 0;
  };
  /// Takes or renews the lease for `holder` until `until`. Answers the lease in force afterwards: another's, while
  /// that has not ended at `now`.
  virtual Result<Lease> lease(const std::string& phone, const std::string& holder, Time now, Time until) = 0;

  struct Claim {
    std::string phone;
    Lease lease;
  };
  /// Takes or renews the leases of at most `count` of these numbers, the first ones that nobody else has, and says
  /// which. Workers that ask at the same time are not in each other's way: they get different ones. What is claimed may
  /// have been dealt with since the caller last looked: read journal_after() before anything is done about it.
  virtual Result<std::vector<Claim>> claim(std::span<const std::string> phones, std::size_t count,
                                           const std::string& holder, Time now, Time until);

  /// As RunStore::database_id().
  virtual std::string database_id() const { return {}; }
};

/// A ledger: one SQLite file, made with its directories when missing, or a PostgreSQL database (`postgresql://…`),
/// whose runs all share it (`now` is the time of creation of one that was missing). A clock that was set since an
/// attempt or a lease was noted, while the machine ran, makes neither older. `key_mark` tells the key of the refused
/// PINs' marks from any other (empty: not looked at). The first one given is kept; with another the ledger is refused,
/// because it would not know its refused PINs again. `secrets` as for open_run_store().
Result<std::unique_ptr<LedgerStore>> open_ledger_store(const std::string& where, Time now,
                                                       const std::string& key_mark = {},
                                                       SecretSource* secrets = nullptr);
/// Whether there is a ledger at that place already.
Result<bool> has_ledger(const std::string& where, SecretSource* secrets = nullptr);

}  // namespace wamigrate
