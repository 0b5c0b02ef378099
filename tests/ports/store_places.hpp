// Where stores may be: each test of what all stores promise runs in every one of these places.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ports/places.hpp"
#include "ports/postgres_stores.hpp"
#include "ports/store.hpp"
#include "support/postgres_server.hpp"

namespace wamigrate::tests {

inline std::string error_of(const auto& result) { return result ? "no error" : to_text(result.error()); }

inline bool tells(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline std::vector<std::string> batch(int first, int count) {
  std::vector<std::string> records;
  for (int i = 0; i < count; ++i) records.push_back("record " + std::to_string(first + i));
  return records;
}

/// A statement by another client of the database than the stores.
inline void sql(const std::string& url, const std::string& statement) {
  auto database = PostgresDatabase::open(*parse_database_url(url, DatabaseUse::ledger), nullptr);
  REQUIRE(database.has_value());
  const auto done = (*database)->call("testing", [&](PostgresDatabase::Attempt& run) { run(statement); });
  if (!done) FAIL(to_text(done.error()));
}

enum class Kind { sqlite, postgres };

/// For GENERATE(from_range(kinds())).
inline std::vector<Kind> kinds() {
  if (PostgresServer::get() == nullptr) return {Kind::sqlite};
  return {Kind::sqlite, Kind::postgres};
}

/// An empty place for one test's stores.
class StorePlace {
 public:
  explicit StorePlace(Kind kind) : kind_(kind) {
    if (kind_ == Kind::postgres) database_ = PostgresServer::get()->fresh_database();
  }

  StorePlace(const StorePlace&) = delete;
  StorePlace& operator=(const StorePlace&) = delete;
  ~StorePlace() {
    if (kind_ == Kind::postgres) PostgresServer::get()->drop(database_);
  }

  /// As open_run_store() and open_ledger_store() take it.
  std::string run(const std::string& name = "run") const {
    if (kind_ == Kind::postgres) return PostgresServer::get()->url(database_, name);
    return (dir_ / (name + ".db")).string();
  }
  std::string ledger() const {
    if (kind_ == Kind::postgres) return PostgresServer::get()->url(database_, "");
    return (dir_ / "state" / "ledger.db").string();
  }

  std::unique_ptr<RunStore> run_store(const std::string& name = "run", bool create = true) const {
    auto store = open_run_store(run(name), create);
    if (!store) FAIL(to_text(store.error()));
    return std::move(*store);
  }
  /// By a clock that stands at `now`, the server's too, until set_time() is called.
  std::unique_ptr<LedgerStore> ledger_store(Time now) {
    set_time(now);
    if (kind_ == Kind::sqlite) {
      auto store = open_ledger_store(ledger(), now);
      if (!store) FAIL(to_text(store.error()));
      return std::move(*store);
    }
    PostgresTuning tuning;
    tuning.now = "(SELECT at FROM public.test_time)";
    auto database = PostgresDatabase::open(*parse_database_url(ledger(), DatabaseUse::ledger), nullptr, tuning);
    if (!database) FAIL(to_text(database.error()));
    auto store = open_postgres_ledger_store(std::move(*database), now, "");
    if (!store) FAIL(to_text(store.error()));
    return std::move(*store);
  }
  void set_time(Time now) {
    if (kind_ == Kind::sqlite) return;
    if (!has_time_) sql(ledger(), "CREATE TABLE public.test_time (at bigint NOT NULL)");
    if (!has_time_) sql(ledger(), "INSERT INTO public.test_time VALUES (0)");
    has_time_ = true;
    sql(ledger(), "UPDATE public.test_time SET at = " + std::to_string(now.time_since_epoch().count()));
  }
  /// Asks for a lease at that time, by everybody's clock.
  LedgerStore::Lease lease(LedgerStore& ledger, const std::string& phone, const std::string& holder, Time now,
                           Time until) {
    set_time(now);
    const auto lease = ledger.lease(phone, holder, now, until);
    if (!lease) FAIL(to_text(lease.error()));
    return *lease;
  }

 private:
  const Kind kind_;
  TempDir dir_;
  std::string database_;
  bool has_time_ = false;
};

}  // namespace wamigrate::tests
