// The power goes while a run is under way. A whole run is recorded, and at each of its moments the disk is laid out as
// that moment leaves it, with what was not synced dropped, kept, torn or mixed: everything that was said or sent by
// then must be there. Then runs are cut in earnest, and the same command goes on from such a disk.

#include <signal.h>

#include <algorithm>

#include "cli/recorded.hpp"
#include "ports/store.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using sim::ServedBy;
namespace fs = std::filesystem;

namespace {

struct Sent {
  int changing = 0;       ///< Requests that change something have left so often.
  int registrations = 0;  ///< … and of these, such as the ledger counts.
  int told = 0;           ///< Lines printed: each is an entry of the journal.
};

void count(Sent& sent, const std::string& said) {
  const bool changes = said.starts_with("POST ") || said.starts_with("DELETE ") || said.starts_with("PUT ") ||
                       said.starts_with("PATCH ");
  const std::string line = said.substr(0, said.find('\r'));
  if (changes && !has(line, "/users/login") && !has(line, "/users/logout")) {
    ++sent.changing;
    if (has(line, "/register") || has(line, "/deregister") || has(line, "/v1/account ")) ++sent.registrations;
  }
  if (said.starts_with("{\"") && has(said, "\"event\":")) ++sent.told;
}

/// What is wrong with what a power cut has left of a run; empty when nothing is.
std::string judge(const fs::path& root, const Sent& sent, const std::vector<std::string>& whole_journal,
                  const std::string& plan, const std::string& key, const std::string& phone) {
  const fs::path run = root / "work" / "run";
  const fs::path state = root / "home" / "state" / "wamigrate";
  if (!fs::exists(run / "plan.json")) return sent.changing > 0 || sent.told > 0 ? "the run is gone; " : "";
  std::string wrong;
  if (content_of(run / "plan.json") != plan) wrong += "half a plan; ";
  const auto store = open_run_store(run / "run.db", false);
  if (!store) return wrong + "the run store can't be opened: " + to_text(store.error()) + "; ";
  const auto journal = (*store)->journal();
  if (!journal) return wrong + "the journal can't be read: " + to_text(journal.error()) + "; ";
  const auto size = static_cast<int>(journal->size());
  if (journal->size() > whole_journal.size() || !std::equal(journal->begin(), journal->end(), whole_journal.begin())) {
    wrong += "the journal is not what was written; ";
  }
  if (size < sent.told) wrong += "an entry that was told is gone; ";
  const auto intents = std::count_if(journal->begin(), journal->end(),
                                     [](const std::string& entry) { return has(entry, "\"e\":\"intent\""); });
  if (intents < sent.changing) wrong += "a request left whose intent is gone; ";
  if (sent.changing == 0) return wrong;
  if (!fs::exists(state / "seal.key") || content_of(state / "seal.key") != key) wrong += "the seal key is gone; ";
  if (!fs::exists(state / "ledger.db")) return wrong + "the ledger is gone; ";
  const auto ledger = open_ledger_store(state / "ledger.db", Time{});
  if (!ledger) return wrong + "the ledger can't be opened: " + to_text(ledger.error()) + "; ";
  int attempts = 0;
  for (const char* kind : {"register", "deregister", "account"}) {
    attempts += (*ledger)->attempts(phone, kind, Time{}).value_or(0);
  }
  if (attempts < sent.registrations) wrong += "a registration left that the ledger does not count; ";
  return wrong;
}

/// All complaints about all moments of a recorded run.
std::vector<std::string> complaints(const Recorded& recorded) {
  const fs::path run = recorded.stage.work() / "run";
  const auto store = open_run_store(run / "run.db", false);
  REQUIRE(store.has_value());
  const auto journal = (*store)->journal();
  REQUIRE(journal.has_value());
  const std::string plan = content_of(run / "plan.json");
  const std::string key = content_of(recorded.stage.home() / "state" / "wamigrate" / "seal.key");
  std::vector<std::string> found;
  Disk disk;
  Sent sent;
  unsigned moment = 0;
  for (const DiskEvent& event : recorded.events()) {
    ++moment;
    if (event.type == 'n') count(sent, event.data);
    if (event.type == 's' || (event.type == 'n' && (event.data.starts_with("POST") || event.data.starts_with("{\"")))) {
      for (const Unsynced unsynced : {Unsynced::dropped, Unsynced::kept, Unsynced::torn, Unsynced::mixed}) {
        if (unsynced != Unsynced::dropped && moment % 3 != 0) continue;
        recorded.lay_out(disk, recorded.aside(), unsynced, moment);
        const std::string wrong = judge(recorded.aside(), sent, *journal, plan, key, recorded.stage.phone());
        if (!wrong.empty()) found.push_back(std::to_string(moment) + " " + name(unsynced) + ": " + wrong);
      }
    }
    disk.apply(event);
  }
  return found;
}

std::string first_of(const std::vector<std::string>& list) {
  std::string text = std::to_string(list.size()) + " complaints\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(list.size(), 10); ++i) text += list[i] + "\n";
  return text;
}

void cut_and_go_on(ServedBy home, long cut, Unsynced unsynced) {
  CAPTURE(static_cast<int>(home), cut, name(unsynced));
  Recorded recorded(home);
  const Ended killed = recorded.apply({{"CUT", std::to_string(cut)}});
  if (killed.signal != SIGKILL) {
    CHECK(killed.code == 0);
    return;  // it had ended before
  }
  Disk disk;
  for (const DiskEvent& event : recorded.events()) disk.apply(event);
  recorded.lay_out(disk, recorded.root(), unsynced, static_cast<unsigned>(cut));
  const Ended ended = recorded.go_on();
  INFO(killed.text() << ended.text() << recorded.stage.story());
  CHECK(ended.code == 0);
  CHECK(recorded.has_arrived());
}

}  // namespace

TEST_CASE("whenever the power goes, what was told and what was sent is on the disk, and the stores open") {
  const auto home = GENERATE(ServedBy::onprem, ServedBy::cloud);
  CAPTURE(static_cast<int>(home));
  Recorded recorded(home);
  const Ended ended = recorded.apply();
  INFO(ended.text() << recorded.stage.story());
  REQUIRE(ended.code == 0);
  Sent sent;
  for (const DiskEvent& event : recorded.events()) {
    if (event.type == 'n') count(sent, event.data);
  }
  CHECK(sent.changing == static_cast<int>(recorded.stage.changes().size()));  // nothing escapes the record
  CHECK(sent.registrations == 1);
  CHECK(sent.told > 10);
  const auto wrong = complaints(recorded);
  INFO(first_of(wrong));
  CHECK(wrong.empty());
}

TEST_CASE("a disk whose syncs are vain is noticed by the judge of power cuts") {
  Recorded recorded(ServedBy::onprem);
  REQUIRE(recorded.apply({{"LIES", "1"}}).code == 0);
  CHECK_FALSE(complaints(recorded).empty());
}

TEST_CASE("after a power cut the same command completes, and nothing completed is sent twice") {
  const auto [cut, unsynced] = GENERATE(table<long, Unsynced>({{4, Unsynced::dropped},
                                                               {11, Unsynced::mixed},
                                                               {40, Unsynced::dropped},
                                                               {60, Unsynced::torn},
                                                               {75, Unsynced::dropped},
                                                               {90, Unsynced::mixed},
                                                               {105, Unsynced::dropped},
                                                               {120, Unsynced::torn}}));
  cut_and_go_on(cut % 2 == 0 ? ServedBy::onprem : ServedBy::cloud, cut, unsynced);
}

TEST_CASE("after a power cut at every moment, in every way, the same command completes", "[.][long]") {
  for (const ServedBy home : {ServedBy::onprem, ServedBy::cloud}) {
    for (long cut = 1; cut < 260; ++cut) {
      for (const Unsynced unsynced : {Unsynced::dropped, Unsynced::torn, Unsynced::mixed}) {
        cut_and_go_on(home, cut, unsynced);
      }
    }
  }
}
