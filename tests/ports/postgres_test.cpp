// Claims about stores in PostgreSQL that only a server can break: connections that are cut at any moment, a server that
// is killed, leases that were lost, locks, and settings that would not keep what was promised.
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "ports/cutting_proxy.hpp"
#include "ports/store_places.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;

namespace {

Result<std::vector<std::string>> append_fenced(RunStore& store, const std::vector<std::string>& records,
                                               const std::vector<Fence>& rests_on) {
  return store.commit({.records = records, .rests_on = rests_on});
}

constexpr Time noon = std::chrono::sys_days(std::chrono::year(2025) / 10 / 23) + 12h;
const std::string phone = "+4915110000000";

/// A database of its own on the program's server, which is looked for first.
struct Database {
  PostgresServer& server = *PostgresServer::get();
  std::string name = server.fresh_database();

  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { server.drop(name); }
  std::string run(const std::string& run_name = "run") const { return server.url(name, run_name); }
  std::string ledger() const { return server.url(name, ""); }
  /// A connection with settings of the test's own.
  std::unique_ptr<PostgresDatabase> open(const std::string& url, PostgresTuning tuning) const {
    const bool is_run = url.find("run=") != std::string::npos;
    auto database = PostgresDatabase::open(*parse_database_url(url, is_run ? DatabaseUse::run : DatabaseUse::ledger),
                                           nullptr, std::move(tuning));
    if (!database) FAIL(to_text(database.error()));
    return std::move(*database);
  }
};

bool can_run() { return PostgresServer::get() != nullptr; }

auto must(auto result) {
  if (!result) FAIL(to_text(result.error()));
  return std::move(*result);
}

std::string setting(PostgresDatabase& database, const std::string& name) {
  return must(database.call(
      "testing", [&](PostgresDatabase::Attempt& run) { return run("SELECT current_setting($1)", {name}, 1)[0][0]; }));
}

}  // namespace

TEST_CASE("cut at any moment, a batch is appended once, and so is a message") {
  if (!can_run()) return;
  const Database database;
  CuttingProxy proxy(database.server.socket_directory());
  const Cut where = GENERATE(Cut::before, Cut::after);
  const auto store = must(open_run_store(proxy.url(database.name, "run"), true));
  const auto ledger = must(open_ledger_store(database.ledger(), noon));
  const Fence fence{phone, ledger->lease(phone, "a", noon, noon + 1h)->epoch};
  int appended = 0;
  int posted = 0;
  bool was_cut = true;
  for (int nth = 1; was_cut; ++nth) {
    CAPTURE(nth);
    proxy.cut(nth, where);
    REQUIRE(append_fenced(*store, batch(appended, 3), std::vector{fence})->empty());
    was_cut = proxy.has_cut();
    appended += 3;
    CHECK(store->journal() == batch(0, appended));
    proxy.cut(nth, where);
    REQUIRE(store->post("message " + std::to_string(++posted)).has_value());
    CHECK(store->messages(0)->size() == static_cast<std::size_t>(posted));
  }
  CHECK(appended > 3 * 6);  // begin, three statements and commit at least
}

TEST_CASE("cut at any moment, an attempt counts once, and a lease is taken once") {
  if (!can_run()) return;
  const Database database;
  CuttingProxy proxy(database.server.socket_directory());
  const Cut where = GENERATE(Cut::before, Cut::after);
  const auto ledger = must(open_ledger_store(proxy.url(database.name, ""), noon));
  int noted = 0;
  bool was_cut = true;
  for (int nth = 1; was_cut; ++nth) {
    CAPTURE(nth);
    proxy.cut(nth, where);
    REQUIRE(ledger->add_attempt(phone, "register", noon).has_value());
    was_cut = proxy.has_cut();
    CHECK(ledger->attempts(phone, "register", noon) == ++noted);
    const std::string other = "+4915110001" + std::to_string(100 + nth);
    proxy.cut(nth, where);
    CHECK(ledger->lease(other, "a", noon, noon + 1h)->epoch == 1);
    proxy.cut(nth, where);
    CHECK(ledger->claim(std::vector{other + "0", other + "1"}, 1, "a", noon, noon + 1h)->size() == 1);
    CHECK(ledger->claim(std::vector{other + "1"}, 1, "b", noon, noon + 1h)->size() == 1);
  }
  CHECK(noted > 4);
}

TEST_CASE("a server that is killed and comes back has lost nothing, and has nothing twice") {
  if (!can_run()) return;
  const Database database;
  const auto store = must(open_run_store(database.run(), true));
  REQUIRE(store->append(batch(0, 5)).has_value());
  database.server.kill();
  database.server.start();
  REQUIRE(store->append(batch(5, 5)).has_value());
  CHECK(store->journal() == batch(0, 10));
}

TEST_CASE("a server that is killed again and again under load loses and doubles nothing") {
  if (!can_run()) return;
  const Database database;
  const auto store = must(open_run_store(database.run(), true));
  std::atomic<int> appended = 0;
  std::atomic<bool> ends = false;
  std::string trouble;
  std::thread writer([&] {
    while (!ends) {
      const auto kept = store->append(batch(appended, 2));
      if (!kept) trouble = to_text(kept.error());
      if (!kept) return;
      appended += 2;
    }
  });
  for (int kills = 0; kills < 3; ++kills) {
    const int before = appended;
    while (appended < before + 20 && trouble.empty()) std::this_thread::yield();
    database.server.kill();
    database.server.start();
  }
  ends = true;
  writer.join();
  CHECK(trouble == "");
  CHECK(store->journal() == batch(0, appended));
}

TEST_CASE("what rests on a lost lease is refused whole") {
  if (!can_run()) return;
  StorePlace place(Kind::postgres);
  const auto store = place.run_store();
  const auto first = place.ledger_store(noon);
  const auto second = place.ledger_store(noon);
  const std::string other = "+4915110000001";
  const Fence fence{phone, place.lease(*first, phone, "a", noon, noon + 60s).epoch};
  const Fence own{other, place.lease(*first, other, "a", noon, noon + 10min).epoch};
  CHECK(store->database_id() == first->database_id());
  CHECK(append_fenced(*store, batch(0, 1), std::vector{fence, own})->empty());
  place.set_time(noon + 61s);
  CHECK(append_fenced(*store, batch(1, 1), std::vector{fence, own})->empty());  // ended, but still nobody else's

  SECTION("taken by another") { place.lease(*second, phone, "b", noon + 61s, noon + 2min); }
  SECTION("taken by another process in the same name") { place.lease(*second, phone, "a", noon + 61s, noon + 2min); }
  SECTION("given back") { REQUIRE(first->release(phone, "a").has_value()); }
  SECTION("given back, and taken again") {
    REQUIRE(first->release(phone, "a").has_value());
    place.lease(*first, phone, "a", noon + 61s, noon + 2min);
  }
  CHECK(append_fenced(*store, batch(2, 1), std::vector{fence, own}) == std::vector{phone});
  CHECK(append_fenced(*store, batch(2, 1), std::vector{Fence{"+4915110000009", 1}})->size() == 1);
  CHECK(store->journal() == batch(0, 2));
  CHECK(append_fenced(*store, batch(2, 1), std::vector{own})->empty());
}

TEST_CASE("whoever takes a lease and then reads the journal has seen all that will ever rest on the one before") {
  if (!can_run()) return;
  StorePlace place(Kind::postgres);
  const auto store = place.run_store();
  const auto reader = place.run_store();
  const auto first = place.ledger_store(noon);
  const auto second = place.ledger_store(noon);
  for (int round = 0; round < 5; ++round) {
    const std::string number = phone + std::to_string(round);
    const Fence fence{number, place.lease(*first, number, "a", noon, noon + 60s).epoch};
    place.set_time(noon + 61s);
    std::atomic<int> appended = 0;
    std::thread frozen([&] {  // a worker that does not know that its lease has ended
      while (append_fenced(*store, batch(0, 1), std::vector{fence})->empty()) ++appended;
    });
    while (appended < 5) std::this_thread::yield();
    const auto taken = second->lease(number, "b", noon + 61s, noon + 2min);
    const auto seen = reader->journal();
    frozen.join();
    CHECK(taken->holder == "b");
    CHECK(*reader->journal() == *seen);
    place.set_time(noon);
  }
}

TEST_CASE("of many that want one lease at the same moment one gets it") {
  if (!can_run()) return;
  const Database database;
  std::vector<std::unique_ptr<LedgerStore>> ledgers;
  for (int i = 0; i < 4; ++i) ledgers.push_back(must(open_ledger_store(database.ledger(), noon)));
  for (int round = 0; round < 10; ++round) {
    const std::string number = phone + std::to_string(round);
    std::atomic<int> won = 0;
    std::atomic<int> claimed = 0;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < ledgers.size(); ++i) {
      threads.emplace_back([&, i] {
        const std::string me = "worker " + std::to_string(i);
        const auto lease = ledgers[i]->lease(number, me, noon, noon + 1h);
        won += lease && lease->holder == me ? 1 : 0;
        const auto claims = ledgers[i]->claim(std::vector{number + "1", number + "2"}, 1, me, noon, noon + 1h);
        claimed += claims ? static_cast<int>(claims->size()) : 100;
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(won == 1);
    CHECK(claimed == 2);
  }
}

TEST_CASE("a lock that another one keeps, and a server that says nothing, end as errors") {
  if (!can_run()) return;
  const Database database;
  must(open_run_store(database.run(), true));
  PostgresTuning tuning;
  tuning.patience = 0ms;
  SECTION("a lock") {
    tuning.lock_limit = 50ms;
    const auto store = must(open_postgres_run_store(database.open(database.run(), tuning), false));
    const auto other = database.open(database.ledger(), {});
    const auto held = other->call("holding", [&](PostgresDatabase::Attempt& run) {
      run("LOCK TABLE runs IN ACCESS EXCLUSIVE MODE");
      return error_of(store->append(batch(0, 1)));
    });
    CHECK(tells(*held, "another process keeps it locked"));
    CHECK(store->append(batch(0, 1)).has_value());
  }
  SECTION("silence") {
    tuning.call_limit = 3s;  // a busy machine must manage an honest call in that time
    CuttingProxy proxy(database.server.socket_directory());
    const auto store = must(open_postgres_run_store(database.open(proxy.url(database.name, "run"), tuning), false));
    proxy.freeze(true);
    CHECK(tells(error_of(store->append(batch(0, 1))), "check that the server runs"));
    proxy.freeze(false);
    CHECK(store->append(batch(0, 1)).has_value());
    CHECK(store->journal() == batch(0, 1));
  }
}

TEST_CASE("durability does not depend on how the server happens to be configured") {
  if (!can_run()) return;
  const Database database;
  sql(database.ledger(), "ALTER DATABASE " + database.name + " SET synchronous_commit = off");
  sql(database.ledger(), "ALTER DATABASE " + database.name + " SET default_transaction_isolation = serializable");
  const auto opened = database.open(database.ledger(), {});
  CHECK(setting(*opened, "synchronous_commit") == "on");
  CHECK(setting(*opened, "transaction_isolation") == "read committed");

  database.server.stop();
  database.server.start("-c fsync=off");
  const std::string refused = error_of(open_run_store(database.run(), true));
  database.server.stop();
  database.server.start();
  CHECK(tells(refused, "fsync=off"));
  CHECK(open_run_store(database.run(), true).has_value());
}

TEST_CASE("a schema of another version, or of something else, is refused and left as it is") {
  if (!can_run()) return;
  const Database database;
  SECTION("another version") {
    must(open_run_store(database.run(), true));
    sql(database.ledger(), "UPDATE wamigrate.format SET version = 2");
    CHECK(tells(error_of(open_run_store(database.run(), true)), "newer wamigrate"));
    CHECK(tells(error_of(open_ledger_store(database.ledger(), noon)), "newer wamigrate"));
  }
  SECTION("something else") {
    sql(database.ledger(), "CREATE SCHEMA wamigrate CREATE TABLE numbers (phone text)");
    CHECK(tells(error_of(open_run_store(database.run(), true)), "tables of something else"));
  }
  SECTION("an empty schema that an administrator has made is used") {
    sql(database.ledger(), "CREATE SCHEMA wamigrate");
    CHECK(open_run_store(database.run(), true).has_value());
  }
}

TEST_CASE("a password goes to the server and into no message, whatever characters it has") {
  if (!can_run()) return;
  const Database database;
  sql(database.ledger(), "CREATE ROLE locked_" + database.name + " LOGIN PASSWORD 'a b:\\c=''\"%'");
  sql(database.ledger(), "GRANT CREATE ON DATABASE " + database.name + " TO locked_" + database.name);
  sql(database.ledger(), "GRANT locked TO locked_" + database.name);
  std::string url = database.run() + "&password=env:WAMIGRATE_TEST_DB_PASSWORD";
  url.replace(url.find("//wamigrate@"), 12, "//locked_" + database.name + "@");
  {
    const Environment right("WAMIGRATE_TEST_DB_PASSWORD", "a b:\\c='\"%");
    CHECK(error_of(open_run_store(url, true)) == "no error");
  }
  const Environment wrong("WAMIGRATE_TEST_DB_PASSWORD", "not-this-one");
  const std::string refused = error_of(open_run_store(url, true));
  CHECK(tells(refused, "password authentication failed"));
  CHECK_FALSE(tells(refused, "not-this-one"));
}

TEST_CASE("an environment that could lead a plain connection to another machine is refused") {
  if (!can_run()) return;
  const Database database;
  const Environment elsewhere("PGHOSTADDR", "192.0.2.1");
  CHECK(tells(error_of(open_run_store(database.run(), true)), "unset PGHOSTADDR"));
}

TEST_CASE("child: holds a run", "[.child-run-lock]") {
  const char* where = std::getenv("WAMIGRATE_TEST_FILE");
  if (where == nullptr) return;
  const auto lock = lock_run(where);
  Child::tell(lock ? "held" : to_text(lock.error()));
  ::pause();
}

TEST_CASE("a run has one holder, who is named, and is free when the holder is killed") {
  if (!can_run()) return;
  const Database database;
  CHECK(tells(error_of(lock_run(database.run())), "there is no run store"));
  must(open_run_store(database.run(), true));
  must(open_run_store(database.run("another"), true));
  Child child("[child-run-lock]", {{"WAMIGRATE_TEST_FILE", database.run()}});
  REQUIRE(child.next_line() == "held");
  CHECK(tells(error_of(lock_run(database.run())), "in use by "));
  CHECK(tells(error_of(lock_run(database.run())), ":"));
  CHECK(lock_run(database.run("another")).has_value());
  child.kill();
  bool free = false;
  for (int looks = 0; looks < 1000 && !free; ++looks) free = lock_run(database.run()).has_value();
  CHECK(free);
}
