// Claims about the run store and the ledger that hold wherever they are: durability, several processes, leases.
#include <atomic>
#include <thread>

#include "ports/store_places.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using namespace std::chrono_literals;

namespace {

constexpr Time noon = std::chrono::sys_days(std::chrono::year(2025) / 10 / 23) + 12h;
const std::string phone = "+4915110000000";

std::unique_ptr<RunStore> opened_run_store(const std::string& where) {
  auto store = open_run_store(where, true);
  if (!store) FAIL(to_text(store.error()));
  return std::move(*store);
}

}  // namespace

TEST_CASE("the journal gives back what was appended, in order, also after reopening") {
  StorePlace place(GENERATE(from_range(kinds())));
  const std::string odd("quotes '\", a line\nend, \xC3\xBC and \xFF");
  {
    const auto store = place.run_store();
    CHECK(store->journal()->empty());
    REQUIRE(store->append(batch(0, 3)).has_value());
    REQUIRE(store->append({}).has_value());
    REQUIRE(store->append(std::vector{odd, std::string()}).has_value());
  }
  const auto journal = place.run_store("run", false)->journal();
  REQUIRE(journal.has_value());
  CHECK(*journal == std::vector<std::string>{"record 0", "record 1", "record 2", odd, ""});
}

TEST_CASE(
    "a reader asks for what it has not seen of the journal, and gets that alone, also from another process's store") {
  StorePlace place(GENERATE(from_range(kinds())));
  const auto writer = place.run_store();
  const auto reader = place.run_store("run", false);
  CHECK(reader->journal_after(0)->empty());
  REQUIRE(writer->append(batch(0, 3)).has_value());
  CHECK(*reader->journal_after(0) == batch(0, 3));
  CHECK(reader->journal_after(3)->empty());
  REQUIRE(writer->append(batch(3, 2)).has_value());
  CHECK(*reader->journal_after(3) == batch(3, 2));
  CHECK(*reader->journal_after(4) == batch(4, 1));
  CHECK(reader->journal_after(9)->empty());
  REQUIRE(reader->append(batch(5, 1)).has_value());
  CHECK(*writer->journal_after(5) == batch(5, 1));
}

TEST_CASE("a long journal is handed over record by record, all of it and in order, or up to where it can't be used") {
  StorePlace place(GENERATE(from_range(kinds())));
  const auto store = place.run_store();
  const int records = GENERATE(0, 1, 9'999, 10'000, 10'001, 20'000);
  REQUIRE(store->append(batch(0, records)).has_value());
  std::vector<std::string> taken;
  REQUIRE(store->each_record([&taken](const std::string& record) -> Result<void> {
    taken.push_back(record);
    return {};
  }));
  CHECK(taken == batch(0, records));
  int left = records / 2;
  const auto stopped = store->each_record([&left](const std::string& record) -> Result<void> {
    if (left-- > 0) return {};
    return fail(record + " is of no use");
  });
  CHECK(stopped.has_value() == (records == 0));
  if (!stopped) CHECK(stopped.error().message == "record " + std::to_string(records / 2) + " is of no use");
}

TEST_CASE("runs with different names do not see each other") {
  StorePlace place(GENERATE(from_range(kinds())));
  const auto one = place.run_store("one");
  REQUIRE(one->append(batch(0, 1)).has_value());
  REQUIRE(one->post("pause").has_value());
  REQUIRE(one->put_blob("a", "sealed").has_value());
  const auto two = place.run_store("two");
  CHECK(two->journal()->empty());
  CHECK(two->messages(0)->empty());
  CHECK(two->blob("a") == std::nullopt);
}

TEST_CASE("only what is in one database has one mark, and files have none") {
  const Kind kind = GENERATE(from_range(kinds()));
  StorePlace place(kind);
  StorePlace other(kind);
  const std::string mark = place.run_store()->database_id();
  CHECK(mark.empty() == (kind == Kind::sqlite));
  CHECK(place.run_store("another")->database_id() == mark);
  CHECK(place.ledger_store(noon)->database_id() == mark);
  CHECK((other.run_store()->database_id() == mark) == (kind == Kind::sqlite));
}

TEST_CASE("a run in a database keeps its plan, and the first one stays") {
  if (PostgresServer::get() == nullptr) return;
  StorePlace place(Kind::postgres);
  const auto store = place.run_store();
  CHECK(store->document("plan.json") == std::nullopt);
  CHECK(store->keep_document("plan.json", "{}") == std::string("{}"));
  CHECK(store->keep_document("plan.json", "other") == std::string("{}"));
  CHECK(place.run_store()->document("plan.json") == std::string("{}"));
  CHECK(place.run_store("another")->document("plan.json") == std::nullopt);
}

TEST_CASE("a run that is not there is an error, and is not made by looking for it") {
  StorePlace place(GENERATE(from_range(kinds())));
  CHECK(tells(error_of(open_run_store(place.run(), false)), "there is no run store"));
  place.run_store("another");
  CHECK(tells(error_of(open_run_store(place.run(), false)), "there is no run store"));
  CHECK(tells(error_of(open_run_store(place.run(), false)), "there is no run store"));
}

TEST_CASE("messages come with growing numbers, and only those after the last one seen") {
  StorePlace place(GENERATE(from_range(kinds())));
  const auto store = place.run_store();
  CHECK(store->messages(0)->empty());
  REQUIRE(store->post("pause").has_value());
  REQUIRE(place.run_store()->post("resume").has_value());
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
  StorePlace place(GENERATE(from_range(kinds())));
  const auto store = place.run_store();
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

TEST_CASE("child: appends batches until it is killed", "[.child-append]") {
  const char* file = std::getenv("WAMIGRATE_TEST_FILE");
  if (file == nullptr) return;
  const auto store = opened_run_store(file);
  for (int next = 0;; next += 5) {
    REQUIRE(store->append(batch(next, 5)).has_value());
    Child::tell(std::to_string(next));
  }
}

TEST_CASE("killed while appending: every append that returned is there, and each batch is whole or absent") {
  StorePlace place(GENERATE(from_range(kinds())));
  for (int kills = 1; kills <= 5; ++kills) {
    const std::string run = "run-" + std::to_string(kills);
    Child child("[child-append]", {{"WAMIGRATE_TEST_FILE", place.run(run)}});
    std::string last;
    for (int i = 0; i < 7 * kills; ++i) last = child.next_line();
    child.kill();
    for (std::string line = child.next_line(); !line.empty(); line = child.next_line()) last = line;
    REQUIRE_FALSE(last.empty());

    const auto journal = place.run_store(run, false)->journal();
    REQUIRE(journal.has_value());
    const int told = std::stoi(last) + 5;
    CHECK(static_cast<int>(journal->size()) >= told);
    CHECK(journal->size() % 5 == 0);
    CHECK(*journal == batch(0, static_cast<int>(journal->size())));
  }
}

TEST_CASE("others read and post while one process appends") {
  StorePlace place(GENERATE(from_range(kinds())));
  Child child("[child-append]", {{"WAMIGRATE_TEST_FILE", place.run()}});
  REQUIRE_FALSE(child.next_line().empty());
  const auto store = place.run_store("run", false);
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
  StorePlace place(GENERATE(from_range(kinds())));
  const auto store = place.run_store();
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

TEST_CASE("a ledger remembers when it was made, not when it was opened last") {
  StorePlace place(GENERATE(from_range(kinds())));
  CHECK(has_ledger(place.ledger()) == false);
  place.ledger_store(noon);
  CHECK(has_ledger(place.ledger()) == true);
  CHECK(place.ledger_store(noon + 1h)->created() == noon);
}

TEST_CASE("a ledger knows the key that it was first opened with, and no other") {
  StorePlace place(GENERATE(from_range(kinds())));
  const std::string file = place.ledger();
  CHECK(open_ledger_store(file, noon, "first").has_value());
  CHECK(open_ledger_store(file, noon, "first").has_value());
  CHECK(tells(error_of(open_ledger_store(file, noon, "second")), "another seal key"));
  CHECK(open_ledger_store(file, noon).has_value());
}

TEST_CASE("attempts count by number and kind since a moment, and none is ever forgotten") {
  StorePlace place(GENERATE(from_range(kinds())));
  const auto ledger = place.ledger_store(noon);
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
  StorePlace place(GENERATE(from_range(kinds())));
  const auto ledger = place.ledger_store(noon);
  CHECK(ledger->has_mark(phone, "mark") == false);
  REQUIRE(ledger->add_mark(phone, "mark").has_value());
  REQUIRE(ledger->add_mark(phone, "mark").has_value());
  CHECK(place.ledger_store(noon)->has_mark(phone, "mark") == true);
  CHECK(ledger->has_mark(phone, "other mark") == false);
  REQUIRE(ledger->add_mark(phone, "doubt").has_value());
  REQUIRE(ledger->drop_mark(phone, "doubt").has_value());
  REQUIRE(ledger->drop_mark(phone, "doubt").has_value());
  CHECK(ledger->has_mark(phone, "doubt") == false);
  CHECK(ledger->has_mark("+4915110000001", "mark") == false);
}

TEST_CASE("a lease has one holder until it ends or is given back") {
  StorePlace place(GENERATE(from_range(kinds())));
  const auto first = place.ledger_store(noon);
  const auto second = place.ledger_store(noon);
  CHECK(place.lease(*first, phone, "a", noon, noon + 60s).holder == "a");

  const auto refused = place.lease(*second, phone, "b", noon + 59s, noon + 2min);
  CHECK(refused.holder == "a");
  CHECK(refused.until == noon + 60s);
  CHECK(place.lease(*first, phone, "a", noon + 59s, noon + 3min).until == noon + 3min);
  CHECK(place.lease(*second, phone, "b", noon + 60s, noon + 2min).holder == "a");
  CHECK(place.lease(*second, "+4915110000001", "b", noon, noon + 60s).holder == "b");

  REQUIRE(second->release(phone, "b").has_value());
  CHECK(place.lease(*second, phone, "b", noon + 61s, noon + 5min).holder == "a");
  CHECK(place.lease(*second, phone, "b", noon + 3min, noon + 5min).holder == "b");
  CHECK(place.lease(*first, phone, "a", noon + 4min, noon + 6min).holder == "b");
  REQUIRE(second->release(phone, "b").has_value());
  CHECK(place.lease(*first, phone, "a", noon + 4min, noon + 6min).holder == "a");
}

TEST_CASE("a lease's epoch grows with each change of hands, and with nothing else") {
  StorePlace place(GENERATE(from_range(kinds())));
  const auto first = place.ledger_store(noon);
  const auto second = place.ledger_store(noon);
  const std::int64_t epoch = place.lease(*first, phone, "a", noon, noon + 60s).epoch;
  CHECK(epoch > 0);
  CHECK(place.lease(*first, phone, "a", noon + 30s, noon + 90s).epoch == epoch);
  CHECK(place.lease(*first, phone, "a", noon + 5min, noon + 6min).epoch ==
        epoch);  // ended, and nobody has had it since
  CHECK(place.lease(*second, phone, "b", noon + 5min, noon + 7min).epoch == epoch);  // refused: still the other's
  CHECK(place.lease(*second, phone, "b", noon + 6min, noon + 7min).epoch == epoch + 1);
  REQUIRE(second->release(phone, "b").has_value());
  CHECK(place.lease(*second, phone, "b", noon + 6min, noon + 7min).epoch == epoch + 2);
  CHECK(place.lease(*second, "+4915110000001", "b", noon, noon + 7min).epoch == epoch);
}

TEST_CASE("what is claimed is what nobody else has, in the order asked for, and no more than asked for") {
  StorePlace place(GENERATE(from_range(kinds())));
  const auto first = place.ledger_store(noon);
  const auto second = place.ledger_store(noon);
  const std::vector<std::string> phones{"+4915110000003", "+4915110000001", "+4915110000002", "+4915110000004"};
  const auto phones_of = [](const auto& claims) {
    std::vector<std::string> claimed;
    for (const auto& claim : *claims) claimed.push_back(claim.phone);
    return claimed;
  };
  place.lease(*second, phones[1], "b", noon, noon + 60s);
  const auto claims = first->claim(phones, 2, "a", noon, noon + 60s);
  REQUIRE(claims.has_value());
  CHECK(phones_of(claims) == std::vector{phones[0], phones[2]});
  CHECK(claims->at(0).lease.until == noon + 60s);
  CHECK(claims->at(0).lease.epoch == place.lease(*first, phones[0], "a", noon, noon + 90s).epoch);
  CHECK(phones_of(second->claim(phones, 9, "c", noon, noon + 60s)) == std::vector{phones[3]});
  CHECK(first->claim(phones, 0, "a", noon, noon + 60s)->empty());
  CHECK(first->claim({}, 9, "a", noon, noon + 60s)->empty());
  place.set_time(noon + 60s);
  CHECK(phones_of(second->claim(phones, 9, "b", noon + 60s, noon + 2min)) ==
        std::vector{phones[1], phones[2], phones[3]});
}

TEST_CASE("child: takes leases", "[.child-lease]") {
  const char* file = std::getenv("WAMIGRATE_TEST_FILE");
  if (file == nullptr) return;
  const auto opened = open_ledger_store(file, noon);
  REQUIRE(opened.has_value());
  const auto& ledger = *opened;
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
  StorePlace place(GENERATE(from_range(kinds())));
  const std::string file = place.ledger();
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
