// availability as a command: what counts as whose fault, the figure beside the published one, and input that is not
// one.
#include <fmt/format.h>

#include <csignal>

#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

/// A hundred minutes of one attempt each; from the fiftieth on twenty that were refused so.
std::string attempts(const std::string& refusal) {
  std::string lines;
  for (int minute = 0; minute < 100; ++minute) {
    const bool refused = minute >= 50 && minute < 70;
    lines += fmt::format(R"({{"at":"2026-11-02T{:02}:{:02}:00Z","doing":"send","side":"cloud","outcome":{}}})",
                         10 + minute / 60, minute % 60, refused ? R"("refused",)" + refusal : R"("ok")") +
             "\n";
  }
  return lines;
}

double percent(Stage& stage, const std::string& refusal) {
  stage.put("seen.jsonl", attempts(refusal));
  const Ended ended = stage.run({"availability", "seen.jsonl", "--json"});
  INFO(ended.text());
  CHECK(ended.code == 0);
  const auto json = parse_json(ended.out);
  REQUIRE(json.has_value());
  return at_path(*json, {"availability"})[0]["months"][0]["percent"].get<double>();
}

}  // namespace

TEST_CASE("what Meta failed at counts, what the user did wrong does not, and what nobody knows is told") {
  Stage stage;
  CHECK(percent(stage, R"("code":"131000")") == 80.0);
  CHECK(percent(stage, R"("http":503)") == 80.0);
  CHECK(percent(stage, R"("code":"132001","http":404)") == 100.0);
  CHECK(percent(stage, R"("code":"190")") == 100.0);
  CHECK(percent(stage, R"("http":400)") == 100.0);
  CHECK(percent(stage, R"("code":"99999999")") == 100.0);
  CHECK(has(stage.run({"availability", "seen.jsonl"}).out, "Code 99999999 (20 times)"));
  CHECK(stage.requests() == 0);
}

TEST_CASE("the figure stands beside the published one, in text and in a page, with what people have decided") {
  Stage stage;
  stage.put("seen.jsonl", attempts(R"("code":"2")"));
  stage.put("words.jsonl",
            R"({"from":"2026-11-02T10:50:00Z","to":"2026-11-02T11:00:00Z","as":"possible","reason":"our <proxy>",)"
            R"("decided":"2026-11-03"})");
  const Ended ended =
      stage.run({"availability", "seen.jsonl", "--overrides", "words.jsonl", "--published", "2026-11=99.98"});
  CHECK(ended.code == 0);
  CHECK(has(ended.out, "90.000 %"));
  CHECK(has(ended.out, "99.980 %"));
  CHECK(has(ended.out, "our <proxy>"));
  const Ended page = stage.run({"availability", "seen.jsonl", "--overrides", "words.jsonl", "--format", "html"});
  CHECK(has(page.out, "<!doctype html>"));
  CHECK(has(page.out, "our &lt;proxy&gt;"));
  CHECK(has(page.out, ">2: 10 min</td>"));
}

TEST_CASE("records that are none are refused with file and line, all at once") {
  Stage stage;
  stage.put("seen.jsonl", "{}\n[1]\n");
  const Ended ended = stage.run({"availability", "seen.jsonl"});
  CHECK(ended.code == 1);
  CHECK(has(ended.err, "seen.jsonl:1: \"at\" is missing"));
  CHECK(has(ended.err, "seen.jsonl:2: this is not a JSON object"));
  CHECK(stage.run({"availability", "nowhere.jsonl"}).code == 1);
  stage.put("empty.jsonl", "");
  CHECK(stage.run({"availability", "empty.jsonl"}).code == 1);
  CHECK(stage.run({"availability"}).code == 1);
}

TEST_CASE("a probe records what both sides say about sending, and goes on where it was, over a torn line") {
  Stage stage;
  stage.put("record.jsonl",
            "{\"at\":\"2026-11-02T10:00:00Z\",\"doing\":\"send\",\"side\":\"onprem\",\"outcome\":\"ok\"}\n{\"at");
  const Args probing = {"availability", "--probe", "inventory.yaml", "record.jsonl", "--every", "5s", "--for", "1s"};
  const Ended first = stage.run(probing);
  INFO(first.text());
  CHECK(first.code == 0);
  REQUIRE(plant(*stage.world, R"({"*": {"home": "cloud", "health": "BLOCKED"}})"));
  CHECK(stage.run(probing).code == 0);
  const auto lines = json_lines(content_of(stage.work() / "record.jsonl"));
  REQUIRE(lines.size() == 3);
  CHECK(lines[1]["side"] == "onprem");
  CHECK(lines[1]["outcome"] == "ok");
  CHECK(lines[2]["side"] == "cloud");
  CHECK(lines[2]["code"] == "141006");
  CHECK(stage.changes().empty());
  const Ended told = stage.run({"availability", "record.jsonl"});
  INFO(told.text());
  CHECK(told.code == 0);
  CHECK(has(told.out, "Availability"));
}

TEST_CASE("a probe ends at a signal, and refuses what it can't do") {
  Stage stage;
  const auto running = stage.start({"availability", "--probe", "inventory.yaml", "record.jsonl"});
  REQUIRE(eventually([&] { return has(running->err(), "can send through onprem") || running->has_ended(); }));
  running->send(SIGTERM);
  CHECK(running->wait().code == 0);
  CHECK(stage.run({"availability", "--probe", "inventory.yaml"}).code == 1);
  CHECK(stage.run({"availability", "--probe", "inventory.yaml", "record.jsonl", "--every", "10m"}).code == 1);
  CHECK(stage.run({"availability", "--probe", "inventory.yaml", "nowhere/record.jsonl"}).code == 1);
  const std::string inventory = content_of(stage.work() / "inventory.yaml");
  CHECK(stage.run({"availability", "--probe", "inventory.yaml", "inventory.yaml"}).code == 1);
  CHECK(content_of(stage.work() / "inventory.yaml") == inventory);
  Stage two({.numbers = 2});
  const Ended several = two.run({"availability", "--probe", "inventory.yaml", "record.jsonl", "--for", "1s"});
  CHECK(several.code == 1);
  CHECK(has(several.err, "--select"));
}
