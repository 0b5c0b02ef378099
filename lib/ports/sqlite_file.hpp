// One SQLite file of this program: opened with the pragmas on which durability hangs, checked for being what it should
// be, and used under a mutex. Run stores and ledgers are tables in such a file.
#pragma once

#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Data/Session.h>
#include <Poco/Exception.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace wamigrate {

/// What a kind of file is known by, and how it is made.
struct SqliteKind {
  std::string name;        ///< For people: "run store".
  int application_id = 0;  ///< SQLite's application_id: tells one kind of file from another.
  int version = 1;         ///< SQLite's user_version: the format this program reads and writes.
  /// How long to wait for another process: it commits within milliseconds, or its disk is stuck.
  Millis patience = std::chrono::seconds(15);
  std::vector<std::string> schema;                   ///< Statements that make version `version` out of nothing.
  std::vector<std::vector<std::string>> upgrades{};  ///< The first makes version 2 out of 1, and so on.
};

class SqliteFile {
 public:
  /// With `create` a missing file is made (0600, its directory 0700 when missing); without, it is an error.
  static Result<std::unique_ptr<SqliteFile>> open(const std::filesystem::path& file, const SqliteKind& kind,
                                                  bool create);

  /// Runs `work` in one transaction that has the right to write from its first moment on. All of it, or nothing.
  template <class Work>
  auto write(std::string_view doing, Work work) -> Result<decltype(work(std::declval<Poco::Data::Session&>()))> {
    return guarded(doing, [&] {
      Transaction transaction = patiently([&] { return Transaction(*session_, "BEGIN IMMEDIATE"); });
      if constexpr (std::is_void_v<decltype(work(*session_))>) {
        work(*session_);
        transaction.commit();
      } else {
        auto value = work(*session_);
        transaction.commit();
        return value;
      }
    });
  }

  /// Runs `work`, which only reads, perhaps several times.
  template <class Work>
  auto read(std::string_view doing, Work work) -> Result<decltype(work(std::declval<Poco::Data::Session&>()))> {
    return guarded(doing, [&] { return patiently([&] { return work(*session_); }); });
  }

  /// Moves the write-ahead log into the file, so that nothing that was overwritten there is left in it.
  Result<void> empty_log();

 private:
  using Moment = std::chrono::steady_clock::time_point;

  /// `begin` … COMMIT, and ROLLBACK when it goes uncommitted.
  class Transaction {
   public:
    Transaction(Poco::Data::Session& session, const char* begin);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    void commit();

   private:
    Poco::Data::Session& session_;
    bool open_ = true;
  };

  SqliteFile(std::filesystem::path file, Millis patience) : file_(std::move(file)), patience_(patience) {}

  Result<void> connect(const SqliteKind& kind);
  Result<void> check_or_make(const SqliteKind& kind, bool create);
  Result<void> upgrade(const SqliteKind& kind);
  /// What an exception of the library means for people.
  Error error_of(std::string_view doing, const Poco::Exception& problem) const;

  /// Runs `attempt` until no other process is in its way. SQLite's own waiting sleeps longer and longer, up to a tenth
  /// of a second: beside a process that commits without a pause, a person's order would not get in for seconds.
  template <class Attempt>
  auto patiently(Attempt attempt) {
    const Moment give_up = std::chrono::steady_clock::now() + patience_;
    while (true) {
      try {
        return attempt();
      } catch (const Poco::Data::SQLite::DBLockedException&) {
        if (!wait_for_others(give_up)) throw;
      }
    }
  }
  static bool wait_for_others(Moment give_up);

  template <class Work>
  auto guarded(std::string_view doing, Work work) -> Result<decltype(work())> {
    const std::lock_guard lock(mutex_);
    try {
      if constexpr (std::is_void_v<decltype(work())>) {
        work();
        return {};
      } else {
        return work();
      }
    } catch (const Poco::Exception& problem) {
      return tl::make_unexpected(error_of(doing, problem));
    }
  }

  const std::filesystem::path file_;
  const Millis patience_;
  std::mutex mutex_;
  std::unique_ptr<Poco::Data::Session> session_;
};

}  // namespace wamigrate
