// Help and explanations.
#include <sstream>

#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

TEST_CASE("every command has help, and help is no failure") {
  Stage stage;
  const Ended usage = stage.run({"--help"});
  CHECK(usage.code == 0);
  int commands = 0;
  std::istringstream lines(usage.out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string program, command;
    if (!line.starts_with("  wamigrate ") || !(words >> program >> command)) continue;
    const Ended help = stage.run({command, "--help"});
    INFO(help.text());
    CHECK(help.code == 0);
    CHECK(has(help.out, "Usage: wamigrate " + command));
    CHECK(has(help.out, "--json"));
    CHECK(help.err.empty());
    ++commands;
  }
  CHECK(commands >= 15);
  CHECK(stage.requests() == 0);
  CHECK(has(stage.run({"--version"}).out, "wamigrate 0."));
}

TEST_CASE("a code, a step and a check are explained; nonsense is not") {
  Stage stage;
  const Ended code = stage.run({"explain", "133005"});
  CHECK(code.code == 0);
  CHECK(has(code.out, "Meaning"));
  CHECK(has(code.out, "Source"));
  const Ended step = stage.run({"explain", "register_on_cloud"});
  CHECK(step.code == 0);
  CHECK(has(step.out, "By hand"));
  const Ended check = stage.run({"explain", "pin"});
  CHECK(check.code == 0);
  CHECK(has(check.out, "If it fails"));
  CHECK(stage.run({"explain", "nonsense"}).code == 1);
}

TEST_CASE("why a sent message is not delivered is explained, with the codes and the other person's checklist") {
  Stage stage;
  const Ended ended = stage.run({"explain", "undelivered"});
  CHECK(ended.code == 0);
  for (const char* part : {"wamigrate explain 131049", "2.21.15.15", "Settings > Privacy", "delivered"}) {
    INFO(part);
    CHECK(has(ended.out, part));
  }
  const auto json = parse_json(stage.run({"explain", "undelivered", "--json"}).out);
  REQUIRE(json.has_value());
  for (const Json& cause : (*json)["explained"][0]["causes"]) {
    for (const Json& code : cause["codes"]) {
      INFO(code);
      CHECK(stage.run({"explain", code.get<std::string>()}).code == 0);
    }
  }
}

TEST_CASE("explain without a word lists all there is, and each of it can be explained") {
  Stage stage;
  const Ended ended = stage.run({"explain"});
  CHECK(ended.code == 0);
  for (const char* word : {"undelivered", "133005", "register_on_cloud", "webhook", "voice_notes"}) {
    INFO(word);
    CHECK(has(ended.out, word));
  }
  const auto json = parse_json(stage.run({"explain", "--json"}).out);
  REQUIRE(json.has_value());
  for (const auto& [kind, words] : (*json)["explains"].items()) {
    REQUIRE(!words.empty());
    INFO(kind << " " << words.front());
    CHECK(stage.run({"explain", words.front().get<std::string>()}).code == 0);
    CHECK(stage.run({"explain", words.back().get<std::string>()}).code == 0);
  }
}

TEST_CASE("a word that is nearly known is answered with those that were perhaps meant") {
  Stage stage;
  for (const auto& [typed, meant] : std::vector<std::pair<std::string, std::string>>{
           {"undeliverd", "undelivered"}, {"133055", "133005"}, {"register", "register_on_cloud"}}) {
    INFO(typed);
    const Ended ended = stage.run({"explain", typed});
    CHECK(ended.code == 1);
    CHECK(has(ended.err, meant));
  }
  CHECK(has(stage.run({"explain", "nonsense"}).err, "`wamigrate explain` lists"));
}

TEST_CASE("every step of a plan and every check can be explained") {
  Stage stage;
  stage.plan();
  const auto plan = parse_json(content_of(stage.work() / "plan.json"));
  REQUIRE(plan.has_value());
  std::set<std::string> words;
  for (const Json& road : (*plan)["roads"]) {
    for (const Json& step : road["steps"]) words.insert(step.get<std::string>());
  }
  const auto checks = parse_json(stage.run({"check", "inventory.yaml", "--to", "cloud", "--json"}).out);
  REQUIRE(checks.has_value());
  for (const Json& check : (*checks)["checks"]) words.insert(text_at(check, "id"));
  CHECK(words.size() > 20);
  for (const std::string& word : words) {
    INFO(word);
    CHECK(stage.run({"explain", word}).code == 0);
  }
}
