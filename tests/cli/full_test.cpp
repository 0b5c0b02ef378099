// Nothing is left to write with: the disk is full, or read-only, or the process has no descriptors any more. The run
// says so, sends nothing that it can't write down, and goes on once there is room.
#include <sys/resource.h>

#include "cli/recorded.hpp"
#include "ports/store.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using sim::ServedBy;
namespace fs = std::filesystem;

// Only where the undefined-behaviour sanitizer is.
extern "C" [[gnu::weak]] void __ubsan_handle_dynamic_type_cache_miss_abort(void*, void*, void*);  // NOLINT

namespace {

/// Before it looks at an object's type, that sanitizer asks through a pipe whether the memory may be read at all; in a
/// program that can open none, it takes every object for a wrong one.
bool types_are_looked_at() { return &__ubsan_handle_dynamic_type_cache_miss_abort != nullptr; }

/// Intents that the journal on disk holds.
int intents(const Stage& stage) {
  const auto store = open_run_store(stage.work() / "run" / "run.db", false);
  if (!store) return 0;
  const auto journal = (*store)->journal();
  REQUIRE(journal.has_value());
  return static_cast<int>(std::count_if(journal->begin(), journal->end(),
                                        [](const std::string& entry) { return has(entry, "\"e\":\"intent\""); }));
}

void check_stopped(Recorded& recorded, const Ended& ended, const std::string& says) {
  INFO(ended.text() << recorded.stage.story());
  CHECK(ended.in_time);
  CHECK((ended.code == 1 || ended.code == 4));
  if (!recorded.stage.changes().empty()) CHECK(ended.code == 4);
  CHECK(has(ended.err, says));
  CHECK_FALSE(has(ended.err, "internal error"));
  CHECK(static_cast<int>(recorded.stage.changes().size()) <= intents(recorded.stage));
}

void check_goes_on(Recorded& recorded) {
  const Ended ended = recorded.go_on();
  INFO(ended.text() << recorded.stage.story());
  CHECK(ended.code == 0);
  CHECK(recorded.has_arrived());
}

}  // namespace

TEST_CASE("a disk that fills up stops a run with nothing sent that was not written down, and it goes on with room") {
  const auto full = GENERATE(1, 3, 6, 20, 45, 70, 95, 120, 145, 170);
  const ServedBy home = full % 2 == 0 ? ServedBy::cloud : ServedBy::onprem;
  CAPTURE(full);
  Recorded recorded(home, 3);
  const Ended ended = recorded.apply({{"FULL", std::to_string(full)}});
  if (ended.code != 0) {
    check_stopped(recorded, ended, "space");  // "free some space", "No space left", "the space on the disk"
    check_goes_on(recorded);
  }
  CHECK((ended.code != 0 || full > 100));
}

TEST_CASE("files that may not grow any more are an error, not a sudden death") {
  const auto size = GENERATE(4'000UL, 20'000UL, 40'000UL, 70'000UL);
  CAPTURE(size);
  Recorded recorded;
  Start start = recorded.stage.start_of({"apply", "plan.json", "--run", "run", "--yes"});
  start.limits[RLIMIT_FSIZE] = size;
  const Ended ended = Process(start).wait();
  CHECK(ended.signal == 0);
  check_stopped(recorded, ended, "disk");
  check_goes_on(recorded);
}

TEST_CASE("a disk that turned read-only stops a run before anything is sent, and says what is wrong") {
  Recorded recorded;
  SECTION("before it began") {}
  SECTION("when it is taken up again") {
    recorded.stage.faults.add(fault("register", sim::Action::expire_token));
    REQUIRE(recorded.stage.apply().code == 4);
    recorded.stage.faults.calm();
    sim::GraphToken token;
    token.app_id = "900100200300";
    token.issued = recorded.stage.clock.now();
    recorded.stage.world->add_token("another-token", token);
    recorded.stage.environment["GRAPH_TOKEN"] = "another-token";
  }
  const std::size_t before = recorded.stage.requests();
  const Ended ended = recorded.apply({{"READ_ONLY", "1"}});
  INFO(ended.text() << recorded.stage.story());
  CHECK((ended.code == 1 || ended.code == 4));
  CHECK((has(ended.err, "read-only") || has(ended.err, "Read-only") || has(ended.err, "cannot be written") ||
         has(ended.err, "cannot be opened")));
  CHECK(recorded.stage.requests() == before);
  check_goes_on(recorded);
}

TEST_CASE("a run that has no descriptors left says so, leaves nothing half done, and goes on with more") {
  if (types_are_looked_at()) {
    WARN("NOT TESTED: a sanitizer needs descriptors of its own");
    return;
  }
  const auto descriptors = GENERATE(4UL, 6UL, 8UL, 9UL, 10UL, 11UL, 12UL, 13UL, 14UL, 16UL, 18UL);
  CAPTURE(descriptors);
  Recorded recorded;
  Start start = recorded.stage.start_of({"apply", "plan.json", "--run", "run", "--yes"});
  start.limits[RLIMIT_NOFILE] = descriptors;
  const Ended ended = Process(start).wait();
  INFO(ended.text() << recorded.stage.story());
  CHECK(ended.in_time);
  CHECK(ended.signal == 0);
  if (ended.code != 0 && ended.code != 127) {
    // 5: where the number is served could not be told any more.
    CHECK((ended.code == 1 || ended.code == 3 || ended.code == 4 || ended.code == 5));
    CHECK_FALSE(has(ended.err, "internal error"));
    CHECK((has(ended.out + ended.err, "oo many open files") || has(ended.out + ended.err, "cannot be opened") ||
           has(ended.out + ended.err, "open files")));
  }
}
