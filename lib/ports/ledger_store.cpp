// The ledger in one SQLite file that all runs on this machine share. Attempts are kept for ever: a clock that jumps
// must not free any, and who asks says since when they count.
#include <Poco/Data/Statement.h>

#include "ports/sqlite_file.hpp"
#include "ports/store.hpp"

namespace wamigrate {

namespace {

using Poco::Data::Session;
using namespace Poco::Data::Keywords;

std::int64_t to_number(Time time) { return time.time_since_epoch().count(); }
Time to_time(std::int64_t number) { return Time(Millis(number)); }

SqliteKind ledger_kind(Time now) {
  return {.name = "ledger",
          .application_id = 0x77614d4c,  // "waML"
          .version = 1,
          .schema = {"CREATE TABLE ledger (created INTEGER NOT NULL)",
                     "INSERT INTO ledger (created) VALUES (" + std::to_string(to_number(now)) + ")",
                     "CREATE TABLE attempts (phone TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL)",
                     "CREATE INDEX attempts_by_phone ON attempts (phone, kind, at)",
                     "CREATE TABLE refused (phone TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (phone, mark))",
                     "CREATE TABLE leases (phone TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL)"}};
}

class SqliteLedgerStore : public LedgerStore {
 public:
  explicit SqliteLedgerStore(std::unique_ptr<SqliteFile> file) : file_(std::move(file)) {}

  Result<Time> created() override {
    return file_->read("reading the ledger", [](Session& session) {
      Poco::Int64 created = 0;
      session << "SELECT created FROM ledger", into(created), now;
      return to_time(created);
    });
  }

  Result<int> attempts(const std::string& phone, const std::string& kind, Time since) override {
    return file_->read("counting attempts in the ledger", [&](Session& session) {
      const std::int64_t from = to_number(since);
      int count = 0;
      session << "SELECT count(*) FROM attempts WHERE phone = ? AND kind = ? AND at >= ?", useRef(phone), useRef(kind),
          useRef(from), into(count), now;
      return count;
    });
  }

  Result<void> add_attempt(const std::string& phone, const std::string& kind, Time at) override {
    return file_->write("noting an attempt in the ledger", [&](Session& session) {
      const std::int64_t moment = to_number(at);
      session << "INSERT INTO attempts (phone, kind, at) VALUES (?, ?, ?)", useRef(phone), useRef(kind), useRef(moment),
          now;
    });
  }

  Result<bool> is_refused(const std::string& phone, const std::string& pin_mark) override {
    return file_->read("looking for a refused PIN in the ledger", [&](Session& session) {
      int count = 0;
      session << "SELECT count(*) FROM refused WHERE phone = ? AND mark = ?", useRef(phone), useRef(pin_mark),
          into(count), now;
      return count > 0;
    });
  }

  Result<void> add_refused(const std::string& phone, const std::string& pin_mark) override {
    return file_->write("noting a refused PIN in the ledger", [&](Session& session) {
      session << "INSERT OR IGNORE INTO refused (phone, mark) VALUES (?, ?)", useRef(phone), useRef(pin_mark), now;
    });
  }

  Result<Lease> lease(const std::string& phone, const std::string& holder, Time now_, Time until) override {
    return file_->write("taking a lease in the ledger", [&](Session& session) {
      const std::int64_t present = to_number(now_);
      const std::int64_t wanted = to_number(until);
      session << "INSERT INTO leases (phone, holder, until) VALUES (?, ?, ?) ON CONFLICT (phone) DO UPDATE "
                 "SET holder = excluded.holder, until = excluded.until "
                 "WHERE leases.holder = excluded.holder OR leases.until <= ?",
          useRef(phone), useRef(holder), useRef(wanted), useRef(present), now;
      std::string in_force;
      Poco::Int64 ends = 0;
      session << "SELECT holder, until FROM leases WHERE phone = ?", useRef(phone), into(in_force), into(ends), now;
      return Lease{in_force, to_time(ends)};
    });
  }

  Result<void> release(const std::string& phone, const std::string& holder) override {
    return file_->write("giving back a lease in the ledger", [&](Session& session) {
      session << "DELETE FROM leases WHERE phone = ? AND holder = ?", useRef(phone), useRef(holder), now;
    });
  }

 private:
  std::unique_ptr<SqliteFile> file_;
};

}  // namespace

Result<std::unique_ptr<LedgerStore>> open_ledger_store(const std::filesystem::path& file, Time now) {
  auto opened = SqliteFile::open(file, ledger_kind(now), /*create=*/true);
  if (!opened) return tl::make_unexpected(opened.error());
  return std::make_unique<SqliteLedgerStore>(std::move(*opened));
}

}  // namespace wamigrate
