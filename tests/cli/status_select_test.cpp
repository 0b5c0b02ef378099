// The list of numbers that status shows, narrowed: the run itself is told as it is.
#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

TEST_CASE("status lists the numbers that are asked for, and counts them all") {
  Stage stage({.numbers = 3, .policy = {{"gate", "wave"}, {"waves", "[1]"}}});
  stage.plan();
  REQUIRE(stage.apply().code == 4);  // one has moved, the others wait for an approval
  const auto narrowed = [&](Args more) {
    Args arguments = {"status", "--run", "run", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ended ended = stage.run(arguments);
    INFO(ended.text());
    CHECK(ended.code == 4);
    const auto json = parse_json(ended.out);
    REQUIRE(json.has_value());
    CHECK((*json)["counts"] == Json{{"pending", 2}, {"migrated", 1}});
    CHECK((*json)["state"] == "paused");
    std::string phones;
    for (const Json& number : (*json)["numbers"]) phones += text_at(number, "phone") + " ";
    return phones;
  };
  const std::string first = stage.phone(0) + " ", second = stage.phone(1) + " ", third = stage.phone(2) + " ";
  CHECK(narrowed({"--state", "migrated"}) == first);
  CHECK(narrowed({"--state", "migrated,pending"}) == first + second + third);
  CHECK(narrowed({"--state", "stranded"}).empty());
  CHECK(narrowed({"--select", stage.phone(2)}) == third);
  CHECK(narrowed({"--select", "de-*", "--exclude", "de-1"}) == first + third);
  CHECK(narrowed({"--exclude", "de-1", "--state", "pending"}) == third);
  CHECK_FALSE(stage.status().contains("counts"));

  const Ended text = stage.run({"status", "--run", "run", "--state", "pending", "--exclude", "de-2"});
  INFO(text.text());
  CHECK(text.code == 4);
  CHECK(has(text.out, "2 not begun, 1 migrated"));
  CHECK(has(text.out, "Listed: 1 of 3"));
  CHECK(has(text.out, stage.phone(1)));
  CHECK_FALSE(has(text.out, stage.phone(0)));
  CHECK_FALSE(has(text.out, stage.phone(2)));
}

TEST_CASE("a state that there is not is refused with those that there are, and so is a narrowed watch") {
  Stage stage;
  stage.plan();
  REQUIRE(stage.apply().code == 0);
  for (const char* wrong : {"gone", "migrated,Failed", ",", ""}) {
    const Ended refused = stage.run({"status", "--run", "run", "--state", wrong});
    INFO(refused.text());
    CHECK(refused.code == 1);
    CHECK(has(refused.err,
              "states are: stranded, waiting, failed, rolled_back, stale, active, untouched, pending, migrated"));
  }
  const Ended nobody = stage.run({"status", "--run", "run", "--select", "de-9"});
  CHECK(nobody.code == 1);
  CHECK(has(nobody.err, "--select de-9"));
  const Ended watching = stage.run({"status", "--run", "run", "--state", "failed", "--watch"});
  CHECK(watching.code == 1);
  CHECK(has(watching.err, "--watch"));
}
