// Where a store is: a path is a SQLite file, a URL a PostgreSQL database.
#include "ports/files.hpp"
#include "ports/postgres_stores.hpp"
#include "ports/sqlite_stores.hpp"
#include "ports/store.hpp"

namespace wamigrate {

namespace {

Result<std::unique_ptr<PostgresDatabase>> open_database(const std::string& where, DatabaseUse use,
                                                        SecretSource* secrets) {
  auto url = parse_database_url(where, use);
  if (!url) return tl::make_unexpected(url.error());
  return PostgresDatabase::open(std::move(*url), secrets);
}

}  // namespace

Result<std::unique_ptr<RunStore>> open_run_store(const std::string& where, bool create, SecretSource* secrets) {
  if (!is_database_url(where)) return open_sqlite_run_store(where, create);
  auto database = open_database(where, DatabaseUse::run, secrets);
  if (!database) return tl::make_unexpected(database.error());
  return open_postgres_run_store(std::move(*database), create);
}

Result<std::unique_ptr<LedgerStore>> open_ledger_store(const std::string& where, Time now, const std::string& key_mark,
                                                       SecretSource* secrets) {
  if (!is_database_url(where)) return open_sqlite_ledger_store(where, now, key_mark);
  auto database = open_database(where, DatabaseUse::ledger, secrets);
  if (!database) return tl::make_unexpected(database.error());
  return open_postgres_ledger_store(std::move(*database), now, key_mark);
}

Result<bool> has_ledger(const std::string& where, SecretSource* secrets) {
  if (!is_database_url(where)) {
    std::error_code ignored;
    return std::filesystem::exists(where, ignored);
  }
  auto database = open_database(where, DatabaseUse::ledger, secrets);
  if (!database) return tl::make_unexpected(database.error());
  return has_postgres_ledger(**database);
}

Result<std::unique_ptr<FileLock>> lock_run(const std::string& where, SecretSource* secrets, bool shared) {
  auto database = open_database(where, DatabaseUse::run, secrets);
  if (!database) return tl::make_unexpected(database.error());
  return lock_postgres_run(std::move(*database), shared);
}

std::string worker_name() { return process_name() + "-" + fresh_id().substr(0, 6); }

}  // namespace wamigrate
