// What comes from a server or a file is made harmless in one place.
#include "report/words.hpp"

#include <set>

#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::report;

TEST_CASE("text from a server can't move the cursor, colour the screen or start a new line") {
  CHECK(plain("red \x1b[31malarm\x1b[0m") == "red [31malarm[0m");
  CHECK(plain("one\ntwo\tthree\rfour") == "one two three four");
  CHECK(plain(std::string("zero\0byte", 9)) == "zerobyte");
  CHECK(plain("bell\a back\b del\x7f") == "bell back del");
  CHECK(plain("c1 \xC2\x9b"
              "31m") == "c1 31m");  // CSI as one character
}

TEST_CASE("text from a server can't turn the reading direction") {
  CHECK(plain("+49\u202E171\u2066x\u200F") == "+49171x");
}

TEST_CASE("broken UTF-8 is replaced and sound UTF-8 is kept") {
  CHECK(plain("Zürich … 電話 😀") == "Zürich … 電話 😀");
  CHECK(plain("cut \xE2\x82") == "cut \uFFFD\uFFFD");
  CHECK(plain("overlong \xC0\xAF") == "overlong \uFFFD\uFFFD");
  CHECK(plain("surrogate \xED\xA0\x80") == "surrogate \uFFFD\uFFFD\uFFFD");
  CHECK(plain("beyond \xF4\x90\x80\x80") == "beyond \uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST_CASE("text from a server can't mark code in a document") { CHECK(plain("`rm`") == "'rm'"); }

TEST_CASE("widths count characters, not bytes") {
  CHECK(columns("Zürich…") == 7);
  CHECK(pad("…", 3) == "…  ");
  CHECK(cut("Zürich", 6) == "Zürich");
  CHECK(cut("Zürich", 4) == "Zür…");
  CHECK(cut("Zürich", 1) == "…");
  CHECK(cut("Zürich", 0) == "");
}

TEST_CASE("counts are spelled as people spell them") {
  CHECK(counted(1, "number") == "1 number");
  CHECK(counted(0, "number") == "0 numbers");
  CHECK(some_of({"a", "b", "c"}, 3) == "a, b, c");
  CHECK(some_of({"a", "b", "c"}, 2) == "a, b and 1 more");
  CHECK(some_of({}, 2) == "");
}

TEST_CASE("every fact has words of its own") {
  std::set<std::string_view> seen;
  for (unsigned i = 0; i < static_cast<unsigned>(Fact::count_); ++i) {
    const std::string_view words = in_words(static_cast<Fact>(i));
    CHECK(words != "unknown");
    CHECK(seen.insert(words).second);
  }
}

TEST_CASE("moments are in UTC and say so") {
  CHECK(moment(*parse_iso("2026-03-01T02:00:03.999Z")) == "2026-03-01 02:00:03 UTC");
}
