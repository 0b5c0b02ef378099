// A run in PostgreSQL. A commit whose answer was lost is asked about before anything is written again: each batch and
// each message has an id, and who asks first takes the run's row, which the lost attempt holds until it is decided.
#include <fmt/format.h>

#include <algorithm>

#include "ports/postgres_stores.hpp"

namespace wamigrate {

namespace {

using Attempt = PostgresDatabase::Attempt;

std::string number_text(std::int64_t number) { return std::to_string(number); }

void ensure_plain_text(const std::string& text) {
  ensure(text.find('\0') == std::string::npos, "records and messages hold no NUL");
}

/// Those of the leases that are held as they were; whoever wants to take one waits until this transaction has ended.
std::vector<std::string> lost_leases(Attempt& sql, std::span<const Fence> rests_on) {
  if (rests_on.empty()) return {};
  std::vector<std::string> phones;
  std::vector<std::string> epochs;
  for (const Fence& fence : rests_on) {
    phones.push_back(fence.phone);
    epochs.push_back(number_text(fence.epoch));
  }
  const auto held =
      sql("SELECT l.phone FROM leases l JOIN unnest(string_to_array($1, ','), string_to_array($2, ',')::bigint[]) "
          "AS f (phone, epoch) ON f.phone = l.phone WHERE l.epoch = f.epoch AND l.holder <> '' ORDER BY l.phone "
          "FOR SHARE OF l",
          {list_of(phones), list_of(epochs)}, 1);
  std::vector<std::string> lost;
  for (const std::string& phone : phones) {
    if (std::none_of(held.begin(), held.end(), [&](const auto& row) { return row[0] == phone; })) lost.push_back(phone);
  }
  return lost;
}

class PostgresRunStore : public RunStore {
 public:
  PostgresRunStore(std::unique_ptr<PostgresDatabase> database, std::string run, std::string id)
      : database_(std::move(database)), run_(std::move(run)), id_(std::move(id)) {}

  Result<std::vector<std::string>> commit(const Changes& changes) override {
    std::vector<std::string> items;
    for (const std::string& record : changes.records) {
      ensure_plain_text(record);
      items.push_back("h" + hex_of(record));  // so that a batch of one empty record is not an empty list
    }
    const std::string list = list_of(items);
    const std::string batch = fresh_id();
    return database_->call("appending to the journal", [&](Attempt& sql) {
      if (sql.may_be_done() && is_appended(sql, batch)) return std::vector<std::string>();
      auto lost = lost_leases(sql, changes.rests_on);
      if (!lost.empty()) return lost;
      for (const std::string& name : changes.drop) {
        sql("DELETE FROM blobs WHERE run = $1::integer AND name = $2", {run_, name});
      }
      for (const Blob& blob : changes.keep) {
        sql("INSERT INTO blobs (run, name, sealed) VALUES ($1::integer, $2, decode($3, 'hex')) ON CONFLICT (run, name) "
            "DO UPDATE SET sealed = excluded.sealed",
            {run_, blob.name, hex_of(blob.sealed)});
      }
      if (items.empty()) return lost;
      const auto last = sql(
          "WITH counted AS (UPDATE runs SET last_position = last_position + $2::bigint WHERE run = $1::integer "
          "RETURNING last_position - $2::bigint AS before), added AS (INSERT INTO journal (run, position, batch, "
          "record) "
          "SELECT $1::integer, before + place, $3, decode(substr(item, 2), 'hex') FROM counted, "
          "unnest(string_to_array($4, ',')) WITH ORDINALITY AS items (item, place)) SELECT before::text FROM counted",
          {run_, std::to_string(items.size()), batch, list}, 1);
      ensure(last.size() == 1, "a run that is open is not removed");
      return lost;
    });
  }

  Result<std::vector<std::string>> journal() override { return journal_after(0); }

  // Positions are counted in the run's row, and taken back with it: the nth record is at position n.
  Result<std::vector<std::string>> journal_after(std::size_t known) override {
    return database_->call("reading the journal", [&](Attempt& sql) {
      std::vector<std::string> records;
      for (const auto& row : sql("SELECT encode(record, 'hex') FROM journal WHERE run = $1::integer AND "
                                 "position > $2::bigint ORDER BY position",
                                 {run_, std::to_string(known)}, 1)) {
        records.push_back(bytes_of_hex(row[0]));
      }
      return records;
    });
  }

  Result<void> post(const std::string& message) override {
    ensure_plain_text(message);
    const std::string hex = hex_of(message);
    const std::string id = fresh_id();
    return database_->call("posting to the run", [&](Attempt& sql) {
      // The row of the run first: what was posted by a lost attempt is decided when it is free.
      const auto number =
          sql("UPDATE runs SET last_message = last_message + 1 WHERE run = $1::integer "
              "RETURNING last_message::text",
              {run_}, 1);
      sql("INSERT INTO inbox (run, number, id, message) VALUES ($1::integer, $2::bigint, $3, decode($4, 'hex')) "
          "ON CONFLICT (run, id) DO NOTHING",
          {run_, number.at(0).at(0), id, hex});
    });
  }

  Result<std::vector<Message>> messages(std::int64_t after) override {
    return database_->call("reading the run's messages", [&](Attempt& sql) {
      std::vector<Message> messages;
      for (const auto& row : sql("SELECT number::text, encode(message, 'hex') FROM inbox WHERE run = $1::integer AND "
                                 "number > $2::bigint ORDER BY inbox.number",
                                 {run_, number_text(after)}, 2)) {
        messages.push_back({std::stoll(row[0]), bytes_of_hex(row[1])});
      }
      return messages;
    });
  }

  Result<std::optional<std::string>> blob(const std::string& name) override {
    return database_->call("reading a sealed blob", [&](Attempt& sql) -> std::optional<std::string> {
      const auto found =
          sql("SELECT encode(sealed, 'hex') FROM blobs WHERE run = $1::integer AND name = $2", {run_, name}, 1);
      if (found.empty()) return std::nullopt;
      return bytes_of_hex(found[0][0]);
    });
  }

  Result<std::vector<std::string>> blob_names() override {
    return database_->call("listing the sealed blobs", [&](Attempt& sql) {
      std::vector<std::string> names;
      for (auto& row : sql("SELECT name FROM blobs WHERE run = $1::integer ORDER BY name COLLATE \"C\"", {run_}, 1)) {
        names.push_back(std::move(row[0]));
      }
      return names;
    });
  }

  Result<std::string> keep_document(const std::string& name, const std::string& text) override {
    const std::string hex = hex_of(text);
    return database_->call("keeping a document of the run", [&](Attempt& sql) {
      sql("INSERT INTO documents (run, name, content) VALUES ($1::integer, $2, decode($3, 'hex')) "
          "ON CONFLICT (run, name) DO NOTHING",
          {run_, name, hex});
      return bytes_of_hex(content_of(sql, name).at(0).at(0));
    });
  }

  Result<std::optional<std::string>> document(const std::string& name) override {
    return database_->call("reading a document of the run", [&](Attempt& sql) -> std::optional<std::string> {
      const auto found = content_of(sql, name);
      if (found.empty()) return std::nullopt;
      return bytes_of_hex(found[0][0]);
    });
  }

  std::string database_id() const override { return id_; }

 private:
  std::vector<PostgresDatabase::Row> content_of(Attempt& sql, const std::string& name) {
    return sql("SELECT encode(content, 'hex') FROM documents WHERE run = $1::integer AND name = $2", {run_, name}, 1);
  }

  /// Waits for the attempt that was lost: it holds the run's row for as long as it may yet be committed.
  bool is_appended(Attempt& sql, const std::string& batch) {
    sql("SELECT run::text FROM runs WHERE run = $1::integer FOR UPDATE", {run_}, 1);
    return !sql("SELECT position::text FROM journal WHERE run = $1::integer AND batch = $2 LIMIT 1", {run_, batch}, 1)
                .empty();
  }

  std::unique_ptr<PostgresDatabase> database_;
  const std::string run_;  // its number, as statements take it
  const std::string id_;
};

/// The number of the run with the URL's name; empty when there is none.
std::string run_number(Attempt& sql, const std::string& name) {
  const auto found = sql("SELECT run::text FROM runs WHERE name = $1", {name}, 1);
  return found.empty() ? "" : found[0][0];
}

tl::unexpected<Error> no_such_run(const PostgresDatabase& database) {
  return fail(fmt::format("there is no run store {} at {}", database.url().run, database.url().database_text()),
              "check the name and the database");
}

/// Held as a lock of the connection.
class HeldRun : public FileLock {
 public:
  explicit HeldRun(std::unique_ptr<PostgresDatabase> database) : database_(std::move(database)) {}

 private:
  std::unique_ptr<PostgresDatabase> database_;
};

}  // namespace

Result<std::unique_ptr<RunStore>> open_postgres_run_store(std::unique_ptr<PostgresDatabase> database, bool create) {
  const auto prepared = prepare_schema(*database, create);
  if (!prepared) return tl::make_unexpected(prepared.error());
  if (!*prepared) return no_such_run(*database);
  const std::string name = database->url().run;
  const auto found = database->call("opening the run store", [&](Attempt& sql) {
    if (create) sql("INSERT INTO runs (name) VALUES ($1) ON CONFLICT (name) DO NOTHING", {name});
    return std::pair(run_number(sql, name), database_id(sql));
  });
  if (!found) return tl::make_unexpected(found.error());
  if (found->first.empty()) return no_such_run(*database);
  return std::make_unique<PostgresRunStore>(std::move(database), found->first, found->second);
}

Result<std::unique_ptr<FileLock>> lock_postgres_run(std::unique_ptr<PostgresDatabase> database, bool shared) {
  const auto prepared = prepare_schema(*database, false);
  if (!prepared) return tl::make_unexpected(prepared.error());
  if (!*prepared) return no_such_run(*database);
  const std::string name = database->url().run;
  struct Answer {
    bool taken = false;
    std::string holder;
  };
  const auto answer = database->call("locking the run", [&](Attempt& sql) -> Answer {
    const std::string run = run_number(sql, name);
    if (run.empty()) return {};
    const std::string lock = shared ? "pg_try_advisory_lock_shared" : "pg_try_advisory_lock";
    if (sql("SELECT " + lock + "(2002865490, $1::integer)::int::text", {run}, 1)[0][0] == "1") return {true, ""};
    const auto holder = sql(
        "SELECT replace(a.application_name, 'wamigrate/', '') FROM pg_locks k JOIN pg_stat_activity a USING (pid) "
        "WHERE "
        "k.locktype = 'advisory' AND k.classid = 2002865490 AND k.objid = $1::integer AND k.granted AND k.database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())",
        {run}, 1);
    return {false, holder.empty() ? "another process" : holder[0][0]};
  });
  if (!answer) return tl::make_unexpected(answer.error());
  if (!answer->taken && answer->holder.empty()) return no_such_run(*database);
  if (!answer->taken) {
    return fail(fmt::format("the run {} is in use by {}", name, answer->holder),
                "wait until that process has ended, or end it");
  }
  return std::make_unique<HeldRun>(std::move(database));
}

}  // namespace wamigrate
