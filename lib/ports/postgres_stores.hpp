// Stores in a PostgreSQL database: all its runs, and the one ledger that they share, in a schema of their own.
// store.hpp says what they promise; how the tables look, docs/formats.md.
#pragma once

#include <memory>
#include <string>

#include "ports/postgres_database.hpp"
#include "ports/store.hpp"

namespace wamigrate {

/// Makes the schema `wamigrate` in a database that has none, if `create`; refuses one that is not this program's, or of
/// another version. Answers whether it is there.
Result<bool> prepare_schema(PostgresDatabase& database, bool create);

/// What tells this database from any other (RunStore::database_id).
std::string database_id(PostgresDatabase::Attempt& sql);

/// The run of that name in the database.
Result<std::unique_ptr<RunStore>> open_postgres_run_store(std::unique_ptr<PostgresDatabase> database, bool create);
Result<std::unique_ptr<LedgerStore>> open_postgres_ledger_store(std::unique_ptr<PostgresDatabase> database, Time now,
                                                                const std::string& key_mark);
Result<bool> has_postgres_ledger(PostgresDatabase& database);
Result<std::unique_ptr<FileLock>> lock_postgres_run(std::unique_ptr<PostgresDatabase> database, bool shared);

}  // namespace wamigrate
