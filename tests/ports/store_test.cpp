// Claims about stores in SQLite files: who may look into them, what is refused, and what a full disk does. What all
// stores promise, wherever they are: both_stores_test.cpp.
#include "ports/store.hpp"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "ports/places.hpp"
#include "ports/sqlite_file.hpp"
#include "ports/store_places.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;

namespace {

constexpr Time noon = std::chrono::sys_days(std::chrono::year(2025) / 10 / 23) + 12h;
const std::string phone = "+4915110000000";

std::unique_ptr<RunStore> run_store(const std::filesystem::path& file, bool create = true) {
  auto store = open_run_store(file, create);
  if (!store) FAIL(to_text(store.error()));
  return std::move(*store);
}

std::unique_ptr<LedgerStore> ledger_store(const std::filesystem::path& file, Time now = noon) {
  auto store = open_ledger_store(file, now);
  if (!store) FAIL(to_text(store.error()));
  return std::move(*store);
}

/// The file as any SQLite program opens it.
Poco::Data::Session plain_session(const std::filesystem::path& file) {
  Poco::Data::SQLite::Connector::registerConnector();
  return {Poco::Data::SQLite::Connector::KEY, file.string()};
}

void sql(Poco::Data::Session session, const std::string& statement) { session << statement, Poco::Data::Keywords::now; }

}  // namespace

TEST_CASE("a transaction that fails uses up no position of the journal") {
  const TempDir dir;
  const auto writer = run_store(dir / "run.db");
  REQUIRE(writer->append(batch(0, 5)).has_value());
  REQUIRE_THROWS(sql(plain_session(dir / "run.db"), "INSERT INTO journal (record) VALUES ('taken back'), (NULL)"));
  REQUIRE(writer->append(batch(5, 1)).has_value());
  CHECK(*run_store(dir / "run.db", false)->journal_after(5) == batch(5, 1));
}

TEST_CASE("a run's files are for their owner alone, whatever the umask") {
  const TempDir dir;
  const mode_t before = ::umask(0);
  const auto store = run_store(dir / "run" / "run.db");
  REQUIRE(store->append(batch(0, 1)).has_value());
  ::umask(before);
  CHECK(mode_of(dir / "run") == 0700);
  for (const auto& entry : std::filesystem::directory_iterator(dir / "run")) {
    CAPTURE(entry.path());
    CHECK(mode_of(entry.path()) == 0600);
  }
}

TEST_CASE("a dropped blob is in no file any more") {
  const TempDir dir;
  std::string large;
  for (int i = 0; i < 2000; ++i) large += "find-this-backup-" + std::to_string(i);
  {
    const auto store = run_store(dir / "run.db");
    REQUIRE(store->put_blob("backup", large).has_value());
    REQUIRE(store->put_blob("small", "find-this-backup").has_value());
    REQUIRE(store->drop_blob("backup").has_value());
    REQUIRE(store->drop_blob("small").has_value());
    // Looked for while the store is open: what only closing would remove does not count.
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
      std::filesystem::copy_file(entry.path(), dir / ("copy-" + entry.path().filename().string()));
    }
  }
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    CAPTURE(entry.path());
    CHECK_FALSE(tells(content_of(entry.path()), "find-this-backup"));
  }
}

TEST_CASE("a full disk is an error that says so, and nothing of the batch is kept") {
  const TempDir dir;
  const auto file = dir / "run.db";
  const auto store = run_store(file);
  REQUIRE(store->append(batch(0, 2)).has_value());
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto ignore = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{200'000, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto refused = store->append(std::vector<std::string>(50, std::string(10'000, 'x')));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, ignore);
  REQUIRE_FALSE(refused.has_value());
  CHECK(tells(error_of(refused), "then run the same command again"));
  CHECK(store->journal() == batch(0, 2));
  REQUIRE(store->append(batch(2, 2)).has_value());
  CHECK(store->journal() == batch(0, 4));
}

TEST_CASE("a missing run store is an error and is not made by looking for it") {
  const TempDir dir;
  CHECK(tells(error_of(open_run_store(dir / "run.db", false)), "there is no run store at"));
  CHECK(std::filesystem::is_empty(dir.path()));
  put(dir / "empty.db", "");
  CHECK(tells(error_of(open_run_store(dir / "empty.db", false)), "is not a run store"));
}

TEST_CASE("what is not this kind of file is refused and left as it is") {
  const TempDir dir;
  SECTION("no database at all") {
    put(dir / "x.db", std::string(5000, 'x'));
    CHECK(tells(error_of(open_run_store(dir / "x.db", true)), "failed"));
    CHECK(content_of(dir / "x.db") == std::string(5000, 'x'));
  }
  SECTION("another program's database") {
    sql(plain_session(dir / "x.db"), "CREATE TABLE t (x)");
    std::filesystem::permissions(dir / "x.db", static_cast<std::filesystem::perms>(0600));
    CHECK(tells(error_of(open_run_store(dir / "x.db", true)), "is not a run store"));
  }
  SECTION("a ledger") {
    ledger_store(dir / "x.db");
    CHECK(tells(error_of(open_run_store(dir / "x.db", true)), "is not a run store"));
  }
  SECTION("a directory") {
    std::filesystem::create_directory(dir / "sub");
    CHECK(tells(error_of(open_run_store(dir / "sub", true)), "is not a file"));
  }
}

TEST_CASE("a store written by a newer version is refused with that reason") {
  const TempDir dir;
  run_store(dir / "run.db");
  sql(plain_session(dir / "run.db"), "PRAGMA user_version=2");
  const std::string error = error_of(open_run_store(dir / "run.db", false));
  CHECK(tells(error, "format 2"));
  CHECK(tells(error, "newer wamigrate"));
}

TEST_CASE("stores in places open to others are refused with the command that helps") {
  const TempDir dir;
  run_store(dir / "run.db");
  std::filesystem::permissions(dir / "run.db", static_cast<std::filesystem::perms>(0644));
  CHECK(tells(error_of(open_run_store(dir / "run.db", false)), "chmod 600"));
  std::filesystem::create_directory(dir / "open");
  std::filesystem::permissions(dir / "open", static_cast<std::filesystem::perms>(0777));
  CHECK(tells(error_of(open_run_store(dir / "open" / "run.db", true)), "chmod 700"));
  CHECK(tells(error_of(open_ledger_store(dir / "open" / "ledger.db", noon)), "chmod 700"));
}

TEST_CASE("a store that another process keeps locked is an error after a while, not a hang") {
  const TempDir dir;
  const SqliteKind kind{.name = "test store",
                        .application_id = 7,
                        .version = 1,
                        .patience = Millis(100),
                        .schema = {"CREATE TABLE t (x)"}};
  const auto store = SqliteFile::open(dir / "x.db", kind, true);
  REQUIRE(store.has_value());
  const auto other = plain_session(dir / "x.db");
  sql(other, "BEGIN IMMEDIATE");
  const auto refused = (*store)->write("writing", [](Poco::Data::Session& session) { sql(session, "DELETE FROM t"); });
  CHECK(tells(error_of(refused), "another process keeps it locked"));
  sql(other, "COMMIT");
  CHECK((*store)->write("writing", [](Poco::Data::Session& session) { sql(session, "DELETE FROM t"); }).has_value());
}

TEST_CASE("a ledger's files are for their owner alone") {
  const TempDir dir;
  ledger_store(dir / "state" / "ledger.db");
  CHECK(mode_of(dir / "state" / "ledger.db") == 0600);
  CHECK(mode_of(dir / "state") == 0700);
}

TEST_CASE("a ledger of the format before is taken over with all it holds") {
  const TempDir dir;
  put(dir / "ledger.db", "");
  const auto old = plain_session(dir / "ledger.db");
  const std::string at = std::to_string(noon.time_since_epoch().count());
  for (const std::string& statement :
       {std::string("CREATE TABLE ledger (created INTEGER NOT NULL)"),
        "INSERT INTO ledger (created) VALUES (" + at + ")",
        std::string("CREATE TABLE attempts (phone TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL)"),
        "INSERT INTO attempts VALUES ('" + phone + "', 'register', " + at + ")",
        std::string("CREATE TABLE refused (phone TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (phone, mark))"),
        "INSERT INTO refused VALUES ('" + phone + "', 'mark')",
        std::string("CREATE TABLE leases (phone TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL)"),
        "INSERT INTO leases VALUES ('" + phone + "', 'a', " + at + ")", std::string("PRAGMA application_id=2002865484"),
        std::string("PRAGMA user_version=1")}) {
    sql(old, statement);
  }
  for (int opened = 0; opened < 2; ++opened) {
    const auto ledger = ledger_store(dir / "ledger.db", noon + 1h);
    CHECK(ledger->created() == noon);
    CHECK(ledger->attempts(phone, "register", noon) == 1);
    CHECK(ledger->has_mark(phone, "mark") == true);
    CHECK(ledger->lease(phone, "b", noon - 1s, noon + 1h)->holder == "a");
  }
}

TEST_CASE("child: holds a lock", "[.child-lock]") {
  const char* file = std::getenv("WAMIGRATE_TEST_FILE");
  if (file == nullptr) return;
  const auto lock = lock_file(file);
  Child::tell(lock ? "held" : to_text(lock.error()));
  ::pause();
}

TEST_CASE("a lock has one holder, who is named, and vanishes when the holder is killed") {
  const TempDir dir;
  const auto file = dir / "run" / "lock";
  Child child("[child-lock]", {{"WAMIGRATE_TEST_FILE", file.string()}});
  REQUIRE(child.next_line() == "held");
  const auto refused = lock_file(file);
  REQUIRE_FALSE(refused.has_value());
  CHECK(tells(error_of(refused), content_of(file)));
  CHECK(tells(content_of(file), ":"));
  child.kill();
  auto lock = lock_file(file);
  REQUIRE(lock.has_value());
  CHECK(content_of(file).ends_with(":" + std::to_string(::getpid())));
  CHECK_FALSE(lock_file(file).has_value());
  lock->reset();
  CHECK(lock_file(file).has_value());
}
