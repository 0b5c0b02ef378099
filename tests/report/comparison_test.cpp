// Whatever the comparison after a move notes, the report says what to do about it.
#include "report/comparison.hpp"

#include "report/examples.hpp"
#include "steps/step.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::report;
using wamigrate::testing::fleet_of;

namespace {

std::vector<std::string> notes_on(const Snapshot& before, const Observation& seen) {
  const Fleet fleet = fleet_of(1);
  const Material material{fleet.numbers[0], {}, {}, {}, {}, {}, before};
  return step_of("compare_promises").conclude(material, seen).notes;
}

}  // namespace

TEST_CASE("each difference that the comparison notes has an advice, and so has what it could not read") {
  Snapshot before;
  before.verified_name = "Lucky Shrub";
  before.quality_rating = "GREEN";
  before.messaging_limit = "TIER_10K";
  before.throughput = "HIGH";
  before.is_official = true;
  before.templates = {{"APPROVED", 12}};
  before.profile.about = "Open nine to five";
  Observation seen;
  seen.graph.asked.how = Asked::How::answered;
  const auto unread = notes_on(before, seen);
  seen.templates_asked.how = seen.graph_profile_asked.how = Asked::How::answered;
  const auto compared = notes_on(before, seen);
  CHECK(unread.size() >= 6);
  CHECK(compared.size() >= 6);
  for (const auto& notes : {unread, compared}) {
    for (const std::string& note : notes) {
      CAPTURE(note);
      CHECK(!what_to_do(note).empty());
    }
  }
}

TEST_CASE("a note about something else is not given an advice that does not fit it") {
  CHECK(what_to_do("something happened").empty());
  CHECK(what_to_do("").empty());
}
