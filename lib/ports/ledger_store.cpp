// The ledger in one SQLite file that all runs on this machine share. Attempts are kept for ever: a clock that jumps
// must not free any, and who asks says since when they count. Beside each time stands by which clock it was told: when
// the machine was started (boot, booted). Another process's clock that differs in this for the same start was set in
// between, and its times are compared as if it had not been.
#include <Poco/Data/Statement.h>
#include <fmt/format.h>

#include "ports/clock.hpp"
#include "ports/sqlite_file.hpp"
#include "ports/sqlite_stores.hpp"

namespace wamigrate {

namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;

std::int64_t to_number(Time time) { return time.time_since_epoch().count(); }
Time to_time(std::int64_t number) { return Time(Millis(number)); }

constexpr const char* add_epochs = "ALTER TABLE leases ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1";

constexpr const char* make_seal_key = "CREATE TABLE seal_key (mark TEXT NOT NULL)";

std::vector<std::string> upgrade_to_2() {
  std::vector<std::string> statements{make_seal_key};
  for (const char* table : {"ledger", "attempts", "leases"}) {
    statements.push_back(fmt::format("ALTER TABLE {} ADD COLUMN boot TEXT NOT NULL DEFAULT ''", table));
    statements.push_back(fmt::format("ALTER TABLE {} ADD COLUMN booted INTEGER NOT NULL DEFAULT 0", table));
  }
  return statements;
}

SqliteKind ledger_kind(Time now) {
  const ClockMark& mark = SystemClock::mark();
  return {.name = "ledger",
          .application_id = 0x77614d4c,  // "waML"
          .version = 3,
          // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one statement over two lines
          .schema = {"CREATE TABLE ledger (created INTEGER NOT NULL, boot TEXT NOT NULL DEFAULT '', "
                     "booted INTEGER NOT NULL DEFAULT 0)",
                     fmt::format("INSERT INTO ledger (created, boot, booted) VALUES ({}, '{}', {})", to_number(now),
                                 mark.boot, to_number(mark.booted)),
                     "CREATE TABLE attempts (phone TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, "
                     "boot TEXT NOT NULL DEFAULT '', booted INTEGER NOT NULL DEFAULT 0)",
                     "CREATE INDEX attempts_by_phone ON attempts (phone, kind, at)",
                     "CREATE TABLE refused (phone TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (phone, mark))",
                     "CREATE TABLE leases (phone TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL, "
                     "boot TEXT NOT NULL DEFAULT '', booted INTEGER NOT NULL DEFAULT 0)",
                     add_epochs, make_seal_key},
          .upgrades = {upgrade_to_2(), {add_epochs}}};
}

/// A stored time by this process's clock, whose `boot` and `booted` are the two parameters.
std::string by_this_clock(std::string_view table, std::string_view time) {
  return fmt::format("({0}.{1} + CASE WHEN {0}.boot = ? AND {0}.boot <> '' THEN ? - {0}.booted ELSE 0 END)", table,
                     time);
}

class SqliteLedgerStore : public LedgerStore {
 public:
  explicit SqliteLedgerStore(std::unique_ptr<SqliteFile> file) : file_(std::move(file)) {}

  Result<Time> created() override {
    return file_->read("reading the ledger", [&](Session& session) {
      Poco::Int64 created = 0;
      session << "SELECT max(created, " + by_this_clock("ledger", "created") + ") FROM ledger", useRef(boot_),
          useRef(booted_), into(created), now;
      return to_time(created);
    });
  }

  Result<int> attempts(const std::string& phone, const std::string& kind, Time since) override {
    return file_->read("counting attempts in the ledger", [&](Session& session) {
      const std::int64_t from = to_number(since);
      int count = 0;
      // The younger of both counts: neither a clock set forward nor one set back frees anything.
      session << "SELECT count(*) FROM attempts WHERE phone = ? AND kind = ? AND max(at, " +
                     by_this_clock("attempts", "at") + ") >= ?",
          useRef(phone), useRef(kind), useRef(boot_), useRef(booted_), useRef(from), into(count), now;
      return count;
    });
  }

  Result<bool> has_mark(const std::string& phone, const std::string& pin_mark) override {
    return file_->read("looking for a mark in the ledger", [&](Session& session) {
      int count = 0;
      session << "SELECT count(*) FROM refused WHERE phone = ? AND mark = ?", useRef(phone), useRef(pin_mark),
          into(count), now;
      return count > 0;
    });
  }

  Result<void> commit(std::span<const Change> changes) override {
    if (changes.empty()) return {};
    return file_->write("noting attempts, PINs and leases in the ledger", [&](Session& session) {
      for (const Change& change : changes) make(session, change);
    });
  }

  Result<Lease> lease(const std::string& phone, const std::string& holder, Time now_, Time until) override {
    return file_->write("taking a lease in the ledger",
                        [&](Session& session) { return take(session, phone, holder, now_, until); });
  }

  Result<std::vector<Claim>> claim(std::span<const std::string> phones, std::size_t count, const std::string& holder,
                                   Time now_, Time until) override {
    if (phones.empty() || count == 0) return std::vector<Claim>();
    return file_->write("taking leases in the ledger", [&](Session& session) {
      std::vector<Claim> claims;
      for (const std::string& phone : phones) {
        if (claims.size() == count) break;
        Lease lease = take(session, phone, holder, now_, until);
        if (lease.holder == holder) claims.push_back({phone, std::move(lease)});
      }
      return claims;
    });
  }

 private:
  void make(Session& session, const Change& change) {
    const std::int64_t moment = to_number(change.at);
    switch (change.what) {
      case Change::What::attempt:
        session << "INSERT INTO attempts (phone, kind, at, boot, booted) VALUES (?, ?, ?, ?, ?)", useRef(change.phone),
            useRef(change.subject), useRef(moment), useRef(boot_), useRef(booted_), now;
        return;
      case Change::What::marked:
        session << "INSERT OR IGNORE INTO refused (phone, mark) VALUES (?, ?)", useRef(change.phone),
            useRef(change.subject), now;
        return;
      case Change::What::unmarked:
        session << "DELETE FROM refused WHERE phone = ? AND mark = ?", useRef(change.phone), useRef(change.subject),
            now;
        return;
      case Change::What::given_back:
        // The row stays: its epoch goes on from here.
        session << "UPDATE leases SET holder = '' WHERE phone = ? AND holder = ?", useRef(change.phone),
            useRef(change.subject), now;
        return;
    }
  }

  Lease take(Session& session, const std::string& phone, const std::string& holder, Time now_, Time until) {
    const std::int64_t present = to_number(now_);
    const std::int64_t wanted = to_number(until);
    const std::string ends_at = by_this_clock("leases", "until");
    session << "INSERT INTO leases (phone, holder, until, boot, booted) VALUES (?, ?, ?, ?, ?) "
               "ON CONFLICT (phone) DO UPDATE SET holder = excluded.holder, until = excluded.until, "
               "boot = excluded.boot, booted = excluded.booted, "
               "epoch = leases.epoch + (leases.holder <> excluded.holder) "
               "WHERE leases.holder IN ('', excluded.holder) OR " +
                   ends_at + " <= ?",
        useRef(phone), useRef(holder), useRef(wanted), useRef(boot_), useRef(booted_), useRef(boot_), useRef(booted_),
        useRef(present), now;
    std::string in_force;
    Poco::Int64 ends = 0;
    Poco::Int64 epoch = 0;
    session << "SELECT holder, " + ends_at + ", epoch FROM leases WHERE phone = ?", useRef(boot_), useRef(booted_),
        useRef(phone), into(in_force), into(ends), into(epoch), now;
    return Lease{in_force, to_time(ends), epoch};
  }

  std::unique_ptr<SqliteFile> file_;
  const std::string boot_ = SystemClock::mark().boot;
  const std::int64_t booted_ = to_number(SystemClock::mark().booted);
};

/// The mark that the ledger was first opened with.
Result<std::string> first_key_mark(SqliteFile& file, const std::string& key_mark) {
  const auto kept = [](Session& session) {
    std::vector<std::string> marks;
    session << "SELECT mark FROM seal_key", into(marks), now;
    return marks;
  };
  auto marks = file.read("reading the ledger", kept);
  if (marks && marks->empty()) {
    marks = file.write("noting the seal key in the ledger", [&](Session& session) {
      session << "INSERT INTO seal_key (mark) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM seal_key)", useRef(key_mark),
          now;
      return kept(session);
    });
  }
  if (!marks) return tl::make_unexpected(marks.error());
  return marks->front();
}

}  // namespace

Result<std::unique_ptr<LedgerStore>> open_sqlite_ledger_store(const std::filesystem::path& file, Time now,
                                                              const std::string& key_mark) {
  auto opened = SqliteFile::open(file, ledger_kind(now), /*create=*/true);
  if (!opened) return tl::make_unexpected(opened.error());
  if (!key_mark.empty()) {
    const auto first = first_key_mark(**opened, key_mark);
    if (!first) return tl::make_unexpected(first.error());
    if (*first != key_mark) {
      return fail(fmt::format("the ledger {} was kept with another seal key: refused PINs would not be recognised, and "
                              "backups not be opened",
                              file.string()),
                  "put back the key with which it was kept; if that is lost, move the ledger away and treat it as lost "
                  "(docs/what-if.md)");
    }
  }
  return std::make_unique<SqliteLedgerStore>(std::move(*opened));
}

}  // namespace wamigrate
