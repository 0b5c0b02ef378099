// The dialect as data: every doubt has a name, both readings can be had, and none is forgotten in the tests.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "stage.hpp"
#include "support/catch.hpp"

namespace wamigrate::sim {
namespace {

TEST_CASE("every doubt has a name of its own, a question, a source, and can be set both ways") {
  std::set<std::string_view> names;
  for (const Doubt& doubt : dialect_doubts()) {
    CAPTURE(doubt.name);
    CHECK(names.insert(doubt.name).second);
    CHECK(!doubt.question.empty());
    CHECK(!doubt.source.empty());
    for (std::size_t value = 0; value < doubt.values.size(); ++value) {
      Dialect dialect;
      REQUIRE(set_reading(dialect, doubt.name, doubt.values[value]));
      CHECK(doubt.get(dialect) == value);
    }
  }
}

TEST_CASE("every member of the dialect is a doubt in the list") {
  // Every flag is one byte and every choice an int's worth: counting them by size would lie, so the text is counted.
  std::ifstream header(std::string(SOURCE_DIR) + "/lib/sim/dialect.hpp");
  std::string line;
  std::size_t members = 0;
  bool inside = false;
  while (std::getline(header, line)) {
    if (line == "struct Dialect {") inside = true;
    if (line == "};") inside = false;
    members += inside && line.find(" = ") != std::string::npos ? 1U : 0U;
  }
  CHECK(members == dialect_doubts().size());
}

TEST_CASE("every doubt and each of its readings stands in the formats' page") {
  std::ifstream page(std::string(SOURCE_DIR) + "/docs/formats.md");
  std::ostringstream text;
  text << page.rdbuf();
  for (const Doubt& doubt : dialect_doubts()) {
    CAPTURE(doubt.name);
    const std::string row = text.str();
    const auto at = row.find("| `" + std::string(doubt.name) + "` |");
    REQUIRE(at != std::string::npos);
    for (const std::string_view value : doubt.values) {
      CAPTURE(value);
      CHECK(row.substr(at, row.find('\n', at) - at).find(value) != std::string::npos);
    }
  }
}

TEST_CASE("a dialect is written as what differs, and read back") {
  CHECK(to_text(Dialect{}).empty());
  for (const Dialect& dialect : dialects_one_apart()) {
    const auto again = parse_dialect(to_text(dialect));
    REQUIRE(again);
    CHECK(to_text(*again) == to_text(dialect));
  }
  CHECK(parse_dialect(" throttle_as_429 = true ,health_after_takeover=unreachable").value().throttle_as_429);
}

TEST_CASE("mistakes in a dialect are named") {
  CHECK(parse_dialect("throttle=true").error().message == "the dialect has no throttle");
  CHECK(parse_dialect("throttle_as_429=maybe").error().message == "the dialect's throttle_as_429 cannot be maybe");
  CHECK(parse_dialect("throttle_as_429").error().message == "throttle_as_429 says no value");
}

TEST_CASE("the way to Cloud can be gone under every single reading") {
  for (const Dialect& dialect : dialects_one_apart()) {
    CAPTURE(to_text(dialect));
    WorldSpec spec = usual_spec();
    spec.dialect = dialect;
    Stage stage(spec);
    const Heard heard = stage.register_on_cloud("123456", stage.backup());
    CHECK(heard.status == 200);
    stage.clock.advance(std::chrono::minutes(5));
    CHECK(stage.home() == ServedBy::cloud);
    if (!dialect.platform_type_left_out) CHECK(stage.field("platform_type") == "CLOUD_API");
    CHECK(stage.field("status") == (dialect.status_says_linked ? "LINKED" : "CONNECTED"));
  }
}

TEST_CASE("every doubt is asked about in a test of this folder, by name") {
  std::string tests;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(SOURCE_DIR) + "/tests/sim")) {
    std::ifstream file(entry.path());
    std::ostringstream text;
    text << file.rdbuf();
    tests += text.str();
  }
  for (const Doubt& doubt : dialect_doubts()) {
    CAPTURE(doubt.name);
    const bool named = tests.find(std::string(doubt.name) + "=") != std::string::npos ||
                       tests.find("dialect." + std::string(doubt.name)) != std::string::npos;
    CHECK(named);
  }
}

}  // namespace
}  // namespace wamigrate::sim
