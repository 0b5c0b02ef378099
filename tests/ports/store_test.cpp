// Claims about the run store and the ledger: durability, several processes, and what is refused.
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

std::vector<std::string> batch(int first, int count) {
  std::vector<std::string> records;
  for (int i = 0; i < count; ++i) records.push_back("record " + std::to_string(first + i));
  return records;
}

/// The file as any SQLite program opens it.
Poco::Data::Session plain_session(const std::filesystem::path& file) {
  Poco::Data::SQLite::Connector::registerConnector();
  return {Poco::Data::SQLite::Connector::KEY, file.string()};
}

void sql(Poco::Data::Session session, const std::string& statement) { session << statement, Poco::Data::Keywords::now; }

std::string error_of(const auto& result) { return result ? "no error" : to_text(result.error()); }

bool tells(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the journal gives back what was appended, in order, also after reopening") {
  const TempDir dir;
  const std::string odd("quotes '\", a line\nend, \xC3\xBC and \xFF");
  {
    const auto store = run_store(dir / "run.db");
    CHECK(store->journal()->empty());
    REQUIRE(store->append(batch(0, 3)).has_value());
    REQUIRE(store->append({}).has_value());
    REQUIRE(store->append(std::vector{odd, std::string()}).has_value());
  }
  const auto journal = run_store(dir / "run.db", false)->journal();
  REQUIRE(journal.has_value());
  CHECK(*journal == std::vector<std::string>{"record 0", "record 1", "record 2", odd, ""});
}

TEST_CASE(
    "a reader asks for what it has not seen of the journal, and gets that alone, also from another process's store") {
  const TempDir dir;
  const auto writer = run_store(dir / "run.db");
  const auto reader = run_store(dir / "run.db", false);
  CHECK(reader->journal_after(0)->empty());
  REQUIRE(writer->append(batch(0, 3)).has_value());
  CHECK(*reader->journal_after(0) == batch(0, 3));
  CHECK(reader->journal_after(3)->empty());
  REQUIRE(writer->append(batch(3, 2)).has_value());
  CHECK(*reader->journal_after(3) == batch(3, 2));
  CHECK(*reader->journal_after(4) == batch(4, 1));
  CHECK(reader->journal_after(9)->empty());
  // A transaction that fails uses up no position.
  REQUIRE_THROWS(sql(plain_session(dir / "run.db"), "INSERT INTO journal (record) VALUES ('taken back'), (NULL)"));
  REQUIRE(writer->append(batch(5, 1)).has_value());
  CHECK(*reader->journal_after(5) == batch(5, 1));
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

TEST_CASE("messages come with growing numbers, and only those after the last one seen") {
  const TempDir dir;
  const auto store = run_store(dir / "run.db");
  CHECK(store->messages(0)->empty());
  REQUIRE(store->post("pause").has_value());
  REQUIRE(run_store(dir / "run.db")->post("resume").has_value());
  const auto all = store->messages(0);
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 2);
  CHECK(all->at(0).text == "pause");
  CHECK(all->at(1).number > all->at(0).number);
  const auto rest = store->messages(all->at(0).number);
  REQUIRE(rest->size() == 1);
  CHECK(rest->at(0).text == "resume");
}

TEST_CASE("blobs are kept, replaced and dropped by name") {
  const TempDir dir;
  const auto store = run_store(dir / "run.db");
  const std::string bytes("\0\x01\xff sealed", 10);
  REQUIRE(store->put_blob("b", bytes).has_value());
  REQUIRE(store->put_blob("a", "first").has_value());
  REQUIRE(store->put_blob("a", "").has_value());
  CHECK(store->blob_names() == std::vector<std::string>{"a", "b"});
  CHECK(store->blob("b") == bytes);
  CHECK(store->blob("a") == std::string());
  REQUIRE(store->drop_blob("b").has_value());
  REQUIRE(store->drop_blob("b").has_value());
  CHECK(store->blob("b") == std::nullopt);
  CHECK(store->blob_names() == std::vector<std::string>{"a"});
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

TEST_CASE("child: appends batches until it is killed", "[.child-append]") {
  const char* file = std::getenv("WAMIGRATE_TEST_FILE");
  if (file == nullptr) return;
  const auto store = run_store(file);
  for (int next = 0;; next += 5) {
    REQUIRE(store->append(batch(next, 5)).has_value());
    Child::tell(std::to_string(next));
  }
}

TEST_CASE("killed while appending: every append that returned is there, and each batch is whole or absent") {
  const TempDir dir;
  const auto file = dir / "run.db";
  for (int kills = 1; kills <= 5; ++kills) {
    std::filesystem::remove(file);
    Child child("[child-append]", {{"WAMIGRATE_TEST_FILE", file.string()}});
    std::string last;
    for (int i = 0; i < 7 * kills; ++i) last = child.next_line();
    child.kill();
    for (std::string line = child.next_line(); !line.empty(); line = child.next_line()) last = line;
    REQUIRE_FALSE(last.empty());

    const auto journal = run_store(file, false)->journal();
    REQUIRE(journal.has_value());
    const int told = std::stoi(last) + 5;
    CHECK(static_cast<int>(journal->size()) >= told);
    CHECK(journal->size() % 5 == 0);
    CHECK(*journal == batch(0, static_cast<int>(journal->size())));
  }
}

TEST_CASE("others read and post while one process appends") {
  const TempDir dir;
  const auto file = dir / "run.db";
  Child child("[child-append]", {{"WAMIGRATE_TEST_FILE", file.string()}});
  REQUIRE_FALSE(child.next_line().empty());
  const auto store = run_store(file, false);
  std::size_t seen = 0;
  for (int i = 0; i < 20; ++i) {
    const auto journal = store->journal();
    REQUIRE(journal.has_value());
    CHECK(journal->size() % 5 == 0);
    CHECK(journal->size() >= seen);
    seen = journal->size();
    REQUIRE(store->post("pause").has_value());
  }
  CHECK(store->messages(0)->size() == 20);
}

TEST_CASE("threads that share a store append whole batches") {
  const TempDir dir;
  const auto store = run_store(dir / "run.db");
  std::atomic<bool> all_appended = true;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) all_appended = all_appended && store->append(batch(0, 3)).has_value();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(all_appended);
  const auto journal = store->journal();
  REQUIRE(journal->size() == 4 * 10 * 3);
  for (std::size_t i = 0; i < journal->size(); ++i) CHECK(journal->at(i) == "record " + std::to_string(i % 3));
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

TEST_CASE("a ledger remembers when it was made, not when it was opened last") {
  const TempDir dir;
  ledger_store(dir / "state" / "ledger.db", noon);
  const auto ledger = ledger_store(dir / "state" / "ledger.db", noon + 1h);
  CHECK(ledger->created() == noon);
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
    CHECK(ledger->is_refused(phone, "mark") == true);
    CHECK(ledger->lease(phone, "b", noon - 1s, noon + 1h)->holder == "a");
  }
}

TEST_CASE("a ledger knows the key that it was first opened with, and no other") {
  const TempDir dir;
  const auto file = dir / "ledger.db";
  CHECK(open_ledger_store(file, noon, "first").has_value());
  CHECK(open_ledger_store(file, noon, "first").has_value());
  CHECK(tells(error_of(open_ledger_store(file, noon, "second")), "another seal key"));
  CHECK(open_ledger_store(file, noon).has_value());
}

TEST_CASE("attempts count by number and kind since a moment, and none is ever forgotten") {
  const TempDir dir;
  const auto ledger = ledger_store(dir / "ledger.db");
  for (const Time at : {noon - 10000h, noon - 73h, noon - 72h, noon, noon}) {
    REQUIRE(ledger->add_attempt(phone, "register", at).has_value());
  }
  REQUIRE(ledger->add_attempt(phone, "deregister", noon).has_value());
  CHECK(ledger->attempts(phone, "register", noon - 72h) == 3);
  CHECK(ledger->attempts(phone, "register", Time()) == 5);
  CHECK(ledger->attempts(phone, "deregister", Time()) == 1);
  CHECK(ledger->attempts("+4915110000001", "register", Time()) == 0);
}

TEST_CASE("a refused PIN stays refused for its number, however often it is noted") {
  const TempDir dir;
  const auto ledger = ledger_store(dir / "ledger.db");
  CHECK(ledger->is_refused(phone, "mark") == false);
  REQUIRE(ledger->add_refused(phone, "mark").has_value());
  REQUIRE(ledger->add_refused(phone, "mark").has_value());
  CHECK(ledger_store(dir / "ledger.db")->is_refused(phone, "mark") == true);
  CHECK(ledger->is_refused(phone, "other mark") == false);
  REQUIRE(ledger->add_refused(phone, "doubt").has_value());
  REQUIRE(ledger->drop_refused(phone, "doubt").has_value());
  REQUIRE(ledger->drop_refused(phone, "doubt").has_value());
  CHECK(ledger->is_refused(phone, "doubt") == false);
  CHECK(ledger->is_refused("+4915110000001", "mark") == false);
}

TEST_CASE("a lease has one holder until it ends or is given back") {
  const TempDir dir;
  const auto first = ledger_store(dir / "ledger.db");
  const auto second = ledger_store(dir / "ledger.db");
  CHECK(first->lease(phone, "a", noon, noon + 60s)->holder == "a");

  const auto refused = second->lease(phone, "b", noon + 59s, noon + 2min);
  CHECK(refused->holder == "a");
  CHECK(refused->until == noon + 60s);
  CHECK(first->lease(phone, "a", noon + 59s, noon + 3min)->until == noon + 3min);
  CHECK(second->lease(phone, "b", noon + 60s, noon + 2min)->holder == "a");
  CHECK(second->lease("+4915110000001", "b", noon, noon + 60s)->holder == "b");

  REQUIRE(second->release(phone, "b").has_value());
  CHECK(second->lease(phone, "b", noon + 61s, noon + 5min)->holder == "a");
  CHECK(second->lease(phone, "b", noon + 3min, noon + 5min)->holder == "b");
  CHECK(first->lease(phone, "a", noon + 4min, noon + 6min)->holder == "b");
  REQUIRE(second->release(phone, "b").has_value());
  CHECK(first->lease(phone, "a", noon + 4min, noon + 6min)->holder == "a");
}

TEST_CASE("child: takes leases", "[.child-lease]") {
  const char* file = std::getenv("WAMIGRATE_TEST_FILE");
  if (file == nullptr) return;
  const auto ledger = ledger_store(file);
  const std::string me = std::to_string(::getpid());
  int taken = 0;
  for (int i = 0; i < 50; ++i) {
    const auto lease = ledger->lease("+49" + std::to_string(i), me, noon, noon + 1h);
    REQUIRE(lease.has_value());
    if (lease->holder == me) ++taken;
  }
  Child::tell(std::to_string(taken));
}

TEST_CASE("processes that fight for leases, and for making the ledger, get each lease once") {
  const TempDir dir;
  const std::string file = (dir / "state" / "ledger.db").string();
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(std::make_unique<Child>(
        "[child-lease]", std::initializer_list<std::pair<const char*, std::string>>{{"WAMIGRATE_TEST_FILE", file}}));
  }
  int taken = 0;
  for (const auto& child : children) {
    const std::string told = child->next_line();
    REQUIRE_FALSE(told.empty());
    taken += std::stoi(told);
    CHECK(child->wait() == 0);
  }
  CHECK(taken == 50);
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
