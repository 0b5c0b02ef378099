// Sent, but not delivered: every known cause with what can be checked, and codes that the catalogue knows.
#include "report/undelivered.hpp"

#include <set>

#include "api/catalogue.hpp"
#include "report/examples.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::report;
using wamigrate::testing::contains;

TEST_CASE("every known cause of a message that stays sent says what can be checked, with its source") {
  std::set<std::string_view> ids;
  for (const UndeliveredCause& cause : undelivered_causes()) {
    CAPTURE(cause.id);
    CHECK(ids.insert(cause.id).second);
    for (const std::string_view text : {cause.title, cause.meaning, cause.check, cause.source, cause.certainty}) {
      CHECK(!text.empty());
    }
  }
  for (const std::string_view id : {"offline", "blocked", "country", "parameters", "integrity", "terms",
                                    "client_too_old", "experiment", "marketing_limit"}) {
    CAPTURE(id);
    CHECK(ids.contains(id));
  }
}

TEST_CASE("each code that a cause names is in the catalogue, and the page gives the command that explains it") {
  const std::string text = to_text(undelivered_document(), false);
  for (const UndeliveredCause& cause : undelivered_causes()) {
    for (const std::string_view code : cause.codes) {
      CAPTURE(cause.id, code);
      CHECK(api::listed(api::Side::graph, code, "", "") != nullptr);
      CHECK(contains(text, "wamigrate explain " + std::string(code)));
    }
  }
}

TEST_CASE("the oldest apps, the other person's checklist and the folding of statuses are on the page") {
  const std::string text = to_text(undelivered_document(), false);
  for (const char* version : {"2.21.15.15", "2.21.170.4", "2.2130.10", "2.2132.6"}) CHECK(contains(text, version));
  for (const char* asked :
       {"Send a message to the business", "Settings > Privacy", "Accept the latest terms", "Update the app"}) {
    CHECK(contains(text, asked));
  }
  CHECK(contains(text, "proves nothing"));
  CHECK(contains(text, "Any `delivered` or `read` means that at least one device has it"));
  const Json json = undelivered_json();
  CHECK(json["causes"].size() == undelivered_causes().size());
  CHECK(json["oldest_apps"].size() == 4);
  CHECK(json["ask_the_person"].size() == 4);
}
