// What changed between two plans.
#include "report/diff.hpp"

#include "report/examples.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

TEST_CASE("plans that don't differ are said not to") {
  CHECK(contains(diff_text(diff(plan_of(fleet_of(2)), plan_of(fleet_of(2)))), "No difference"));
}

TEST_CASE("numbers come first and align, then what concerns all") {
  const std::string text = diff_text(
      {{"", "deregister_first: no -> yes"}, {"+491713920001", "new: x"}, {"+2250707070707", "no longer in the plan"}});
  CHECK(text ==
        "  +491713920001   new: x\n"
        "  +2250707070707  no longer in the plan\n"
        "  all             deregister_first: no -> yes\n");
}

TEST_CASE("what changed alike for many numbers is said once") {
  std::vector<Difference> differences;
  for (const Number& number : fleet_of(900).numbers) differences.push_back({number.phone.e164, "new: x"});
  const std::string text = diff_text(differences);
  CHECK(contains(text, "900 numbers  new: x"));
  CHECK(contains(text, "and 894 more"));
  CHECK(lines_of(text).size() < 5);
}

TEST_CASE("a difference can't bring control characters along") {
  CHECK(!contains(diff_text({{"+1\x1b[31m", "from \x1b[31m"}}), "\x1b"));
}
