// docs/errors.md is the catalogue as a page: made from it, kept under version control, and compared here.
#include <fmt/format.h>

#include "api/catalogue.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

namespace wamigrate::api {

namespace {

std::string_view reaction(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::token:
      return "Graph: the run pauses and asks for a token, nothing fails. On-premises: one new login, then the number "
             "stops.";
    case ErrorClass::throttled:
      return "Everything that shares the limit slows down, then the request is repeated.";
    case ErrorClass::down:
      return "It may have been carried out: both sides are observed, then it is repeated after a growing pause. What "
             "no "
             "observation can show waits for a person.";
    case ErrorClass::settling:
      return "The number waits (`recently_deleted_wait`), across restarts too, and is then observed.";
    case ErrorClass::pin:
      return "The number stops; this PIN is never sent again for it.";
    case ErrorClass::backup:
      return "One new backup is taken while on-premises is connected; a second refusal stops the number.";
    case ErrorClass::half_done:
      return "Where nobody serves the number it is deregistered once more and then registered; elsewhere it stops.";
    case ErrorClass::verify:
      return "The number waits for a code that a person supplies with `wamigrate answer`.";
    case ErrorClass::budget:
      return "The number stops; the ledger counts its 72 hours as spent.";
    case ErrorClass::never:
      return "The number stops.";
    case ErrorClass::unknown:
      return "The number stops and a person is asked. A code that a person typed is asked for again.";
  }
  return "";
}

std::string cell(std::string_view text) {
  std::string cell;
  for (const char c : text) cell += c == '|' ? std::string("\\|") : std::string(1, c);
  return cell;
}

std::string applies_to(const CatalogueEntry& entry) {
  std::string text = fmt::format("`{}`", entry.code);
  if (!entry.on.empty()) text += fmt::format(" on {}", entry.on);
  if (!entry.detail.empty()) text += fmt::format(" with \"{}\"", entry.detail);
  return text;
}

std::string table_of(Side side) {
  std::string text = "| code | what it is | class | what you do | source |\n| --- | --- | --- | --- | --- |\n";
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.side != side) continue;
    const std::string doubt = entry.certainty == "documented" ? "" : fmt::format(" ({})", entry.certainty);
    text += fmt::format("| {} | **{}.** {} | {} | {} | {}{} |\n", cell(applies_to(entry)), cell(entry.title),
                        cell(entry.meaning), name(entry.error_class), cell(entry.advice), cell(entry.source), doubt);
  }
  return text;
}

std::string page() {
  std::string text =
      "# Errors\n\n"
      "Every code this tool knows, on both sides. `wamigrate explain CODE` prints the same. The page is made from the\n"
      "catalogue (`lib/api/catalogue_*.cpp`); a test compares it.\n\n"
      "## What a run does\n\n"
      "A run decides on the code and its details, never on the HTTP status alone.\n\n"
      "| class | reaction of a changing request |\n| --- | --- |\n";
  for (int each = 0; each <= static_cast<int>(ErrorClass::unknown); ++each) {
    const auto error_class = static_cast<ErrorClass>(each);
    text += fmt::format("| {} | {} |\n", name(error_class), reaction(error_class));
  }
  text +=
      "\nA read that is refused is an unknown, not a failure.\n\n## Graph and Cloud API\n\n" + table_of(Side::graph);
  text += "\n## On-Premises API\n\n" + table_of(Side::onprem);
  return text;
}

}  // namespace

TEST_CASE("the page of errors is the catalogue's") {
  CHECK(wamigrate::testing::differs("docs/errors.md", page()) == "");
}

}  // namespace wamigrate::api
