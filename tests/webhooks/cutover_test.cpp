// The cut-over as both sides' webhooks tell it.
#include "webhooks/cutover.hpp"

#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::webhooks;

namespace {

Time at(int second) { return Time(std::chrono::seconds(1748865600 + second)); }

Outgoing sent_by(PostSide side, const std::string& message, int second, const std::string& number) {
  Outgoing one;
  one.message = message;
  one.side = side;
  one.number = number;
  one.sent = at(second);
  one.first_heard = one.last_heard = at(second);
  return one;
}

Incoming from_person(PostSide side, const std::string& message, int second, const std::string& number) {
  Incoming one;
  one.message = message;
  one.side = side;
  one.number = number;
  one.at = one.arrived = at(second);
  return one;
}

}  // namespace

TEST_CASE("the gap in receiving is between the last message at the old home and the first at the new") {
  const auto numbers =
      cut_overs({},
                {from_person(PostSide::cloud, "c2", 40, "7"), from_person(PostSide::onprem, "o1", 5, "de-1"),
                 from_person(PostSide::cloud, "c1", 22, "7"), from_person(PostSide::onprem, "o2", 10, "de-1")},
                PostSide::onprem, {});
  REQUIRE(numbers.size() == 1);
  CHECK(numbers[0].old_number == "de-1");
  CHECK(numbers[0].new_number == "7");
  CHECK(numbers[0].receiving.length() == std::chrono::seconds(12));
  CHECK_FALSE(numbers[0].sending.length().has_value());
}

TEST_CASE("homes that overlapped leave no gap, and a side that said nothing none that is known") {
  CHECK(Gap{at(10), at(4)}.length() == Millis(0));
  CHECK_FALSE((Gap{at(10), std::nullopt}).length().has_value());
  CHECK_FALSE((Gap{std::nullopt, at(1)}).length().has_value());
}

TEST_CASE("what the old home accepted and never reported final is at risk, whatever the new one delivered") {
  Outgoing failed = sent_by(PostSide::onprem, "failed", 1, "de-1");
  failed.failed = at(2);
  Outgoing both = sent_by(PostSide::onprem, "both", 3, "de-1");
  both.failed = at(4);
  both.delivered = at(5);
  Outgoing fresh = sent_by(PostSide::cloud, "fresh", 30, "7");
  const auto numbers = cut_overs(
      {sent_by(PostSide::onprem, "late", 9, "de-1"), failed, both, sent_by(PostSide::onprem, "open", 6, "de-1"), fresh},
      {}, PostSide::onprem, {});
  REQUIRE(numbers.size() == 1);
  CHECK(numbers[0].failed == 1);
  CHECK(numbers[0].delivered == 1);
  REQUIRE(numbers[0].at_risk.size() == 2);
  CHECK(numbers[0].at_risk[0].message == "open");
  CHECK(numbers[0].at_risk[1].message == "late");
  CHECK(numbers[0].new_messages == 1);
  CHECK(numbers[0].new_open == 1);
  CHECK(numbers[0].sending.length() == std::chrono::seconds(21));
}

TEST_CASE("several numbers are paired by name or as they are told, and in either direction") {
  const std::vector<Outgoing> sent = {sent_by(PostSide::onprem, "a", 1, "de-1"), sent_by(PostSide::onprem, "b", 2, "8"),
                                      sent_by(PostSide::cloud, "c", 3, "7"), sent_by(PostSide::cloud, "d", 4, "8"),
                                      sent_by(PostSide::cloud, "e", 5, "9")};
  const auto to_cloud = cut_overs(sent, {}, PostSide::onprem, {{"de-1", "7"}});
  REQUIRE(to_cloud.size() == 3);
  CHECK((to_cloud[0].old_number == "8" && to_cloud[0].new_number == "8"));
  CHECK((to_cloud[1].old_number == "de-1" && to_cloud[1].new_number == "7"));
  CHECK((to_cloud[2].old_number.empty() && to_cloud[2].new_number == "9"));
  const auto to_onprem = cut_overs(sent, {}, PostSide::cloud, {{"de-1", "7"}});
  REQUIRE(to_onprem.size() == 3);
  CHECK((to_onprem[0].old_number == "7" && to_onprem[0].new_number == "de-1"));
}
