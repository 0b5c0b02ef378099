// The tables, made in one transaction under a lock, so that of several first users one makes them and the others find
// them. All of this program's tables have one version: runs and ledger are written by one program.
#include <fmt/format.h>

#include "ports/postgres_stores.hpp"

namespace wamigrate {

namespace {

constexpr int version = 1;
constexpr const char* making_lock = "SELECT pg_advisory_xact_lock(2002865490, 0)::text";  // "waMR"

/// Positions and message numbers are counted in the run's own row: who adds one holds that row until it is committed.
/// So they grow in the order of commits, and whoever has read one can't find a smaller one later.
const std::vector<std::string>& statements() {
  static const std::vector<std::string> all{
      "CREATE TABLE wamigrate.format (version integer NOT NULL, id text NOT NULL)",
      // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one statement over three lines
      "CREATE TABLE wamigrate.runs (run integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, "
      "made timestamptz NOT NULL DEFAULT clock_timestamp(), last_position bigint NOT NULL DEFAULT 0, "
      "last_message bigint NOT NULL DEFAULT 0)",
      "CREATE TABLE wamigrate.journal (run integer NOT NULL, position bigint NOT NULL, "
      "batch text NOT NULL, record bytea NOT NULL, PRIMARY KEY (run, position))",
      "CREATE TABLE wamigrate.inbox (run integer NOT NULL REFERENCES wamigrate.runs, number bigint NOT NULL, "
      "id text NOT NULL, message bytea NOT NULL, PRIMARY KEY (run, number), UNIQUE (run, id))",
      "CREATE TABLE wamigrate.blobs (run integer NOT NULL REFERENCES wamigrate.runs, name text NOT NULL, "
      "sealed bytea NOT NULL, PRIMARY KEY (run, name))",
      "CREATE TABLE wamigrate.documents (run integer NOT NULL REFERENCES wamigrate.runs, name text NOT NULL, "
      "content bytea NOT NULL, PRIMARY KEY (run, name))",
      "CREATE TABLE wamigrate.ledger (created bigint NOT NULL, key_mark text NOT NULL DEFAULT '')",
      "CREATE TABLE wamigrate.attempts (id text PRIMARY KEY, phone text NOT NULL, kind text NOT NULL, "
      "at bigint NOT NULL)",
      "CREATE INDEX attempts_by_phone ON wamigrate.attempts (phone, kind, at)",
      "CREATE TABLE wamigrate.refused (phone text NOT NULL, mark text NOT NULL, PRIMARY KEY (phone, mark))",
      "CREATE TABLE wamigrate.leases (phone text PRIMARY KEY, holder text NOT NULL, keeper text NOT NULL, "
      "epoch bigint NOT NULL, until bigint NOT NULL)"};
  return all;
}

struct Found {
  bool schema = false;
  bool tables = false;
  bool format = false;
};

Found look(PostgresDatabase::Attempt& sql) {
  const auto row = sql(
      "SELECT (to_regnamespace('wamigrate') IS NOT NULL)::int::text, (to_regclass('wamigrate.format') IS NOT "
      "NULL)::int::text, EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace('wamigrate'))::int::text",
      {}, 3)[0];
  return {row[0] == "1", row[2] == "1", row[1] == "1"};
}

Found make(PostgresDatabase::Attempt& sql) {
  sql(making_lock, {}, 1);
  const Found found = look(sql);
  if (found.format || found.tables) return found;  // another process was first, or it is not ours
  if (!found.schema) sql("CREATE SCHEMA wamigrate");
  for (const std::string& statement : statements()) sql(statement);
  sql("INSERT INTO wamigrate.format (version, id) VALUES ($1::integer, $2)", {std::to_string(version), fresh_id()});
  return {true, true, true};
}

}  // namespace

std::string database_id(PostgresDatabase::Attempt& sql) { return sql("SELECT id FROM format", {}, 1).at(0).at(0); }

Result<bool> prepare_schema(PostgresDatabase& database, bool create) {
  const std::string place = database.url().database_text();
  auto found = database.call("looking into the database", look);
  if (found && !found->format && create) found = database.call("making the tables", make);
  if (!found) return tl::make_unexpected(found.error());
  if (!found->format && found->tables) {
    return fail(fmt::format("the schema wamigrate of {} holds tables of something else", place),
                "name a database where that schema is wamigrate's own");
  }
  if (!found->format) return false;
  const auto known = database.call("reading the format of the database", [](PostgresDatabase::Attempt& sql) {
    return std::stoi(sql("SELECT version::text FROM wamigrate.format", {}, 1).at(0).at(0));
  });
  if (!known) return tl::make_unexpected(known.error());
  if (*known != version) {
    return fail(
        fmt::format("the schema wamigrate of {} has format {}, written by {} wamigrate; this one knows format {}",
                    place, *known, *known > version ? "a newer" : "another", version),
        "use the wamigrate that wrote it, or a newer one");
  }
  return true;
}

}  // namespace wamigrate
