// Claims about sealing and marking.
#include "ports/sealer.hpp"

#include "ports/places.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {
Sealer sealer_with(char key) { return Sealer(Secret(std::string(32, key))); }
}  // namespace

TEST_CASE("what was sealed is opened with the same key and purpose, and only so") {
  const Sealer sealer = sealer_with('k');
  const Secret text(std::string("backup\0bytes", 12));
  const std::string sealed = sealer.seal(text, "backup +4915110000000");
  const auto opened = sealer.open(sealed, "backup +4915110000000");
  REQUIRE(opened.has_value());
  CHECK(opened->same_as(text));
  CHECK_FALSE(sealer.open(sealed, "backup +4915110000001").has_value());
  CHECK_FALSE(sealer_with('x').open(sealed, "backup +4915110000000").has_value());
}

TEST_CASE("one changed character anywhere in what was sealed is noticed") {
  const Sealer sealer = sealer_with('k');
  const std::string sealed = sealer.seal(Secret("314159"), "code");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    CAPTURE(i);
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(sealer.open(changed, "code").has_value());
  }
  for (std::size_t length = 0; length < sealed.size(); ++length) {
    CHECK_FALSE(sealer.open(std::string_view(sealed).substr(0, length), "code").has_value());
  }
}

TEST_CASE("sealing the same text twice shows neither the text nor that it is the same") {
  const Sealer sealer = sealer_with('k');
  const std::string first = sealer.seal(Secret("314159"), "code");
  CHECK(first != sealer.seal(Secret("314159"), "code"));
  CHECK(first.find("314159") == std::string::npos);
  CHECK(first.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:") ==
        std::string::npos);
  CHECK(sealer.open(sealer.seal(Secret(), "empty"), "empty")->empty());
}

TEST_CASE("a mark is the same for the same text, key and purpose, and else another") {
  const Sealer sealer = sealer_with('k');
  const std::string mark = sealer.mark(Secret("314159"), "pin +49");
  CHECK(mark == sealer.mark(Secret("314159"), "pin +49"));
  CHECK(mark.size() == 64);
  CHECK(mark != sealer.mark(Secret("314158"), "pin +49"));
  CHECK(mark != sealer.mark(Secret("314159"), "pin +48"));
  CHECK(mark != sealer_with('x').mark(Secret("314159"), "pin +49"));
  CHECK(sealer.mark(Secret("bc"), "a") != sealer.mark(Secret("c"), "ab"));
}

TEST_CASE("a missing key file is made for its owner alone and gives the same key ever after") {
  const TempDir dir;
  const auto file = dir / "state" / "seal.key";
  CHECK_FALSE(open_sealer(file, false).has_value());
  const auto first = open_sealer(file, true);
  REQUIRE(first.has_value());
  CHECK(mode_of(file) == 0600);
  CHECK(mode_of(dir / "state") == 0700);
  CHECK(content_of(file).size() == 65);
  const auto second = open_sealer(file, false);
  REQUIRE(second.has_value());
  CHECK(second->open(first->seal(Secret("x"), "p"), "p")->reveal() == "x");
}

TEST_CASE("a key file that others may read, or that holds no key, is refused without being shown") {
  const TempDir dir;
  put(dir / "open", std::string(64, 'a') + "\n", 0640);
  const auto open = open_sealer(dir / "open", true);
  REQUIRE_FALSE(open.has_value());
  CHECK(open.error().fix.find("chmod 600") != std::string::npos);
  for (const std::string& content :
       {std::string(), std::string(63, 'a'), std::string(66, 'a'), std::string(64, 'g'), std::string(64, 'a') + " b"}) {
    CAPTURE(content);
    put(dir / "bad", content);
    const auto bad = open_sealer(dir / "bad", true);
    REQUIRE_FALSE(bad.has_value());
    CHECK(to_text(bad.error()).find("aaaa") == std::string::npos);
    CHECK(content_of(dir / "bad") == content);
  }
}
