// How often a number is looked at, and that what is shared or looked at earlier says nothing that is no longer so.
#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;

namespace {

/// How often a kind of request came since the log had so many entries.
int requests(Rig& rig, std::size_t since, const std::string& kind) {
  const auto log = rig.world->log();
  return static_cast<int>(std::count_if(log.begin() + static_cast<std::ptrdiff_t>(since), log.end(),
                                        [&](const sim::LogEntry& entry) { return entry.kind == kind; }));
}

bool tells(const NumberProgress& number, const std::string& what) {
  return std::any_of(number.notes.begin(), number.notes.end(),
                     [&](const std::string& note) { return note.find(what) != std::string::npos; });
}

}  // namespace

TEST_CASE("nothing is asked twice that is known: once to begin, once to leave, once to arrive, once to compare") {
  Rig rig;
  rig.world->hold()->timing = sim::Timing::instant();
  const Plan plan = rig.plan(Direction::to_cloud);
  const std::size_t before = rig.world->log().size();
  REQUIRE(rig.run(plan).numbers.front().state == NumberState::migrated);
  CHECK(requests(rig, before, "health") == 3);            // on-premises: to begin, to leave, to arrive
  CHECK(requests(rig, before, "application") == 3);       // the same
  CHECK(requests(rig, before, "stats") == 2);             // the queue: to begin, to leave
  CHECK(requests(rig, before, "business_profile") == 1);  // for the snapshot
  CHECK(requests(rig, before, "profile") == 2);           // Graph's, on-premises' photo is "picture": before and after
  CHECK(requests(rig, before, "node") == 7);              // number and webhook twice; then number, health, number
  CHECK(requests(rig, before, "subscribed_apps") == 2);   // to begin, to leave
}

TEST_CASE("what Meta promises to keep is compared with what was read after the registration") {
  Rig rig({.numbers = 3});
  const Plan plan = rig.plan(Direction::to_cloud);
  rig.on_tick = [&] {
    if (rig.world->requests("register", rig.phone(2)) > 0) rig.world->hold()->wabas.begin()->second.templates.resize(1);
  };
  const Progress end = rig.run(plan);
  REQUIRE(end.numbers[2].state == NumberState::migrated);
  CHECK(tells(end.numbers[2], "approved templates was 2 and is 1"));
}

TEST_CASE("an account's templates are read for many of its numbers at once") {
  Rig rig({.numbers = 20});
  const Plan plan = rig.plan(Direction::to_cloud);
  const std::size_t before = rig.world->log().size();
  for (const NumberProgress& number : rig.run(plan).numbers) CHECK(number.state == NumberState::migrated);
  CHECK(requests(rig, before, "templates") < 20);
  CHECK(requests(rig, before, "subscribed_apps") >= 40);  // a request rests on these
}

namespace {

/// Can't be read, once it is told to, where the snapshot is.
class BlinksOnce : public MemoryRunStore {
 public:
  Result<std::optional<std::string>> blob(const std::string& name) override {
    if (name.starts_with("snapshot") && std::exchange(blinks, false)) return fail("no answer", "try again.");
    return MemoryRunStore::blob(name);
  }
  bool blinks = false;
};

}  // namespace

TEST_CASE("a snapshot that can't be read is not taken for none, nor taken again of what the number is by now") {
  Rig rig({.overlay = R"({"*": {"loses": ["about", "email", "websites"]}})"});
  auto owned = std::make_unique<BlinksOnce>();
  BlinksOnce& store = *owned;
  rig.store = std::move(owned);
  const Plan plan = rig.plan(Direction::to_cloud);
  const auto before = rig.world->hold()->number(rig.phone())->profile.about;
  REQUIRE_FALSE(before.empty());
  rig.stop_at = [&, met = false]() mutable {
    met = met || (rig.entries.back().event == event::settled && rig.entries.back().step == "register_on_cloud");
    return met;
  };
  REQUIRE(rig.run(plan).paused == "signal");
  rig.stop_at = nullptr;
  rig.faults.calm();
  store.blinks = true;
  (void)rig.run(plan);
  CHECK_FALSE(store.blinks);
  CHECK_FALSE(rig.last_result.has_value());
  const Progress end = rig.run_through(plan);
  INFO(end.numbers[0].reason << rig.world->story());
  CHECK(end.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->hold()->number(rig.phone())->profile.about == before);
}
