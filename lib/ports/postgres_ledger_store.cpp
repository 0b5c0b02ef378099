// The ledger in PostgreSQL. Each process has its own clock, and all are told the server's time: leases are judged by
// the server when they are asked for, and the times of attempts are moved by what the clocks differed at the beginning.
#include <fmt/format.h>

#include "ports/postgres_stores.hpp"

namespace wamigrate {

namespace {

using Attempt = PostgresDatabase::Attempt;

std::int64_t to_number(Time time) { return time.time_since_epoch().count(); }

/// What is read when a ledger is opened.
struct Opened {
  std::int64_t created = 0;  ///< By the server's clock, as `now` is.
  std::int64_t now = 0;
  std::string key_mark;
  std::string id;
};

class PostgresLedgerStore : public LedgerStore {
 public:
  PostgresLedgerStore(std::unique_ptr<PostgresDatabase> database, Time now, const Opened& opened)
      : database_(std::move(database)),
        ahead_(opened.now - to_number(now)),
        created_(opened.created - ahead_),
        id_(opened.id) {}

  Result<Time> created() override { return Time(Millis(created_)); }

  Result<int> attempts(const std::string& phone, const std::string& kind, Time since) override {
    return database_->call("counting attempts in the ledger", [&](Attempt& sql) {
      return std::stoi(sql("SELECT count(*)::text FROM attempts WHERE phone = $1 AND kind = $2 AND at >= $3::bigint",
                           {phone, kind, server_time(since)}, 1)[0][0]);
    });
  }

  Result<bool> has_mark(const std::string& phone, const std::string& pin_mark) override {
    return database_->call("looking for a mark in the ledger", [&](Attempt& sql) {
      return !sql("SELECT phone FROM refused WHERE phone = $1 AND mark = $2", {phone, pin_mark}, 1).empty();
    });
  }

  Result<void> commit(std::span<const Change> changes) override {
    if (changes.empty()) return {};
    const std::string id = fresh_id();
    return database_->call("noting attempts, PINs and leases in the ledger", [&](Attempt& sql) {
      for (std::size_t i = 0; i < changes.size(); ++i) make(sql, changes[i], fmt::format("{}-{}", id, i));
    });
  }

  Result<Lease> lease(const std::string& phone, const std::string& holder, Time now, Time until) override {
    ensure(!holder.empty(), "a lease has a holder");
    const std::string length = std::to_string((until - now).count());
    return database_->call("taking a lease in the ledger", [&](Attempt& sql) {
      sql(fmt::format(
              "INSERT INTO leases AS l (phone, holder, keeper, epoch, until) VALUES ($1, $2, $3, 1, {0} + $4::bigint) "
              "ON CONFLICT (phone) DO UPDATE SET holder = excluded.holder, keeper = excluded.keeper, until = "
              "excluded.until, epoch = {1} WHERE l.holder IN ('', excluded.holder) OR l.until <= {0}",
              database_->now(), next_epoch("excluded.holder", "excluded.keeper")),
          {phone, holder, keeper_, length});
      const auto row = sql(
          fmt::format("SELECT holder, (until - {})::text, epoch::text FROM leases WHERE phone = $1", database_->now()),
          {phone}, 3)[0];
      return Lease{row[0], row[0] == holder ? until : now + Millis(std::stoll(row[1])), std::stoll(row[2])};
    });
  }

  Result<std::vector<Claim>> claim(std::span<const std::string> phones, std::size_t count, const std::string& holder,
                                   Time now, Time until) override {
    ensure(!holder.empty(), "a lease has a holder");
    if (phones.empty() || count == 0) return std::vector<Claim>();
    const std::string list = list_of({phones.begin(), phones.end()});
    const std::string length = std::to_string((until - now).count());
    return database_->call("claiming numbers in the ledger", [&](Attempt& sql) {
      sql("INSERT INTO leases (phone, holder, keeper, epoch, until) SELECT phone, '', '', 0, 0 FROM "
          "unnest(string_to_array($1, ',')) AS wanted (phone) ORDER BY phone ON CONFLICT (phone) DO NOTHING",
          {list});
      std::vector<Claim> claims;
      for (auto& row :
           sql(fmt::format(
                   "WITH free AS (SELECT l.phone, wanted.place FROM leases l JOIN unnest(string_to_array($1, ',')) "
                   "WITH "
                   "ORDINALITY AS wanted (phone, place) USING (phone) WHERE l.holder IN ('', $2) OR l.until <= {0} "
                   "ORDER BY wanted.place LIMIT $5::bigint FOR UPDATE OF l SKIP LOCKED), taken AS (UPDATE leases l SET "
                   "holder = $2, keeper = $3, until = {0} + $4::bigint, epoch = {1} FROM free WHERE l.phone = "
                   "free.phone "
                   "RETURNING l.phone, l.epoch, free.place) SELECT phone, epoch::text FROM taken ORDER BY place",
                   database_->now(), next_epoch("$2", "$3")),
               {list, holder, keeper_, length, std::to_string(count)}, 2)) {
        claims.push_back({std::move(row[0]), Lease{holder, until, std::stoll(row[1])}});
      }
      return claims;
    });
  }

  std::string database_id() const override { return id_; }

 private:
  void make(Attempt& sql, const Change& change, const std::string& id) {
    switch (change.what) {
      case Change::What::attempt:
        sql("INSERT INTO attempts (id, phone, kind, at) VALUES ($1, $2, $3, $4::bigint) ON CONFLICT (id) DO NOTHING",
            {id, change.phone, change.subject, server_time(change.at)});
        return;
      case Change::What::marked:
        sql("INSERT INTO refused (phone, mark) VALUES ($1, $2) ON CONFLICT (phone, mark) DO NOTHING",
            {change.phone, change.subject});
        return;
      case Change::What::unmarked:
        sql("DELETE FROM refused WHERE phone = $1 AND mark = $2", {change.phone, change.subject});
        return;
      case Change::What::given_back:
        sql("UPDATE leases SET holder = '', keeper = '', until = 0 WHERE phone = $1 AND holder = $2 AND keeper = $3",
            {change.phone, change.subject, keeper_});
        return;
    }
  }
  static std::string next_epoch(std::string_view holder, std::string_view keeper) {
    return fmt::format("l.epoch + CASE WHEN l.holder = {} AND l.keeper = {} THEN 0 ELSE 1 END", holder, keeper);
  }
  std::string server_time(Time time) const { return std::to_string(to_number(time) + ahead_); }

  std::unique_ptr<PostgresDatabase> database_;
  const std::int64_t ahead_;    // how much later it was by the server's clock when this was opened
  const std::int64_t created_;  // by the caller's clock
  const std::string id_;
  const std::string keeper_ = fresh_id();
};

Opened open(Attempt& sql, const std::string& now, const std::string& key_mark) {
  sql("LOCK TABLE ledger IN SHARE ROW EXCLUSIVE MODE");
  sql(fmt::format("INSERT INTO ledger (created) SELECT {} WHERE NOT EXISTS (SELECT 1 FROM ledger)", now));
  if (!key_mark.empty()) sql("UPDATE ledger SET key_mark = $1 WHERE key_mark = ''", {key_mark});
  const auto row = sql(fmt::format("SELECT created::text, ({})::text, key_mark FROM ledger", now), {}, 3).at(0);
  return {std::stoll(row[0]), std::stoll(row[1]), row[2], database_id(sql)};
}

}  // namespace

Result<std::unique_ptr<LedgerStore>> open_postgres_ledger_store(std::unique_ptr<PostgresDatabase> database, Time now,
                                                                const std::string& key_mark) {
  if (const auto prepared = prepare_schema(*database, true); !prepared) return tl::make_unexpected(prepared.error());
  const auto opened =
      database->call("opening the ledger", [&](Attempt& sql) { return open(sql, database->now(), key_mark); });
  if (!opened) return tl::make_unexpected(opened.error());
  if (!key_mark.empty() && opened->key_mark != key_mark) {
    return fail(fmt::format("the ledger {} was kept with another seal key: refused PINs would not be recognised, and "
                            "backups not be opened",
                            database->url().text()),
                "give the key with which it was kept (seal_key); if that is lost, use another database and treat the "
                "ledger as lost (docs/what-if.md)");
  }
  return std::make_unique<PostgresLedgerStore>(std::move(database), now, *opened);
}

Result<bool> has_postgres_ledger(PostgresDatabase& database) {
  auto prepared = prepare_schema(database, false);
  if (!prepared || !*prepared) return prepared;
  return database.call("looking for the ledger",
                       [](Attempt& sql) { return !sql("SELECT created::text FROM ledger", {}, 1).empty(); });
}

}  // namespace wamigrate
