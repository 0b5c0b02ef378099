// What `check` can do besides the two APIs, and how its findings are narrowed and summed up.
#include "cli/stage.hpp"
#include "ports/hostile_server.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

/// Runs `check --to cloud --json`, and gives "result" by "id" of the first check of each id.
std::map<std::string, std::string> checked(Stage& stage, Args more, int code) {
  Args arguments{"check", "inventory.yaml", "--to", "cloud", "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Ended ended = stage.run(arguments);
  INFO(ended.text());
  CHECK(ended.code == code);
  const auto json = parse_json(ended.out);
  REQUIRE(json.has_value());
  std::map<std::string, std::string> results;
  for (const Json& check : (*json)["checks"]) results.emplace(text_at(check, "id"), text_at(check, "result"));
  return results;
}

}  // namespace

TEST_CASE("check asks the clocks, the account and the disk as well") {
  Stage stage;
  const auto results = checked(stage, {}, 0);
  for (const std::string id : {"clock", "onprem_clock", "waba_review", "waba_country", "disk_space"}) {
    CAPTURE(id);
    REQUIRE(results.contains(id));
    CHECK(results.at(id) == "pass");
  }
}

TEST_CASE("hooks must be there before a run that calls them; a window in a named zone is looked up") {
  Stage stage;
  std::string inventory = stage.inventory();
  inventory.replace(
      inventory.find("policy:\n"), 8,
      "policy:\n  gate: wave\n  windows: [00:00-12:00 Asia/Kolkata]\n  hooks: { before_wave: hook.sh }\n");
  stage.put("inventory.yaml", inventory);
  const auto without = checked(stage, {"--check", "hooks,windows"}, 2);
  CHECK(without.at("hooks") == "fail");
  CHECK(without.at("windows") == "pass");
  stage.put("hook.sh", "#!/bin/sh\n");
  std::filesystem::permissions(stage.work() / "hook.sh", std::filesystem::perms::owner_all);
  CHECK(checked(stage, {"--check", "hooks,windows"}, 0).at("hooks") == "pass");
}

TEST_CASE("checks can be shown alone or left out, and an id that is none is refused") {
  Stage stage({.overlay = R"({"+4915110000000": {"name_status": "DECLINED"}})"});
  CHECK(checked(stage, {"--check", "name_status,token"}, 2) ==
        std::map<std::string, std::string>{{"name_status", "fail"}, {"token", "pass"}});
  CHECK_FALSE(checked(stage, {"--skip", "name_status"}, 0).contains("name_status"));
  const Ended said = stage.run({"check", "inventory.yaml", "--to", "cloud", "--skip", "name_status"});
  CHECK(has(said.err, "what was left out may still stand against it"));
  const std::size_t sent = stage.requests();
  const Ended refused = stage.run({"check", "inventory.yaml", "--to", "cloud", "--skip", "nonsense"});
  CHECK(refused.code == 1);
  CHECK(has(refused.err, "nonsense"));
  CHECK(stage.requests() == sent);
}

TEST_CASE("files are looked through, file and line are named, and what stands there is not") {
  Stage stage;
  std::filesystem::create_directory(stage.work() / "config");
  stage.put("config/app.yaml", "token: hunter2\nwelcome:\n  image:\n    id: 1166846181421424\n");
  stage.put("bot.log", "POST /v1/contacts hunter2\n");
  const Ended ended = stage.run({"check", "inventory.yaml", "--to", "cloud", "--scan", "config", "bot.log", "missing"});
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(has(ended.out, "config/app.yaml:4: media ids"));
  CHECK(has(ended.out, "bot.log:1: calls of the contacts endpoint"));
  CHECK(has(ended.out, "missing could not be read"));
  CHECK_FALSE(has(ended.out + ended.err, "hunter2"));
  CHECK_FALSE(has(ended.out + ended.err, "1166846181421424"));
}

TEST_CASE("the webhook's handshake is made only when asked for, once a webhook, with the token by reference") {
  HostileServer webhook([](Peer& peer) {
    const std::string request = peer.read_request();
    const std::string key = "hub.challenge=";
    const std::size_t at = request.find(key) + key.size();
    peer.reply(request.substr(at, request.find('&', at) - at));
  });
  Stage stage({.numbers = 3});
  for (auto& [id, app] : stage.world->hold()->apps) app.callback_url = webhook.url("/hook");
  stage.environment["VERIFY"] = "a-verify-token";
  CHECK_FALSE(checked(stage, {}, 0).contains("webhook_handshake"));
  CHECK(webhook.request_count() == 0);
  CHECK(checked(stage, {"--webhook-handshake", "--verify-token", "env:VERIFY"}, 0).at("webhook_handshake") == "pass");
  REQUIRE(webhook.request_count() == 1);
  CHECK(has(webhook.requests()[0], "hub.mode=subscribe"));
  CHECK(has(webhook.requests()[0], "hub.verify_token=a-verify-token"));
  const Ended bare = stage.run({"check", "inventory.yaml", "--to", "cloud", "--webhook-handshake"});
  CHECK(bare.code == 1);
  CHECK(has(bare.err, "--verify-token"));
  const Ended written_out = stage.run(
      {"check", "inventory.yaml", "--to", "cloud", "--webhook-handshake", "--verify-token", "a-verify-token"});
  CHECK(written_out.code == 1);
  CHECK_FALSE(has(written_out.err, "a-verify-token"));
}

TEST_CASE("the three regions are asked for once a number leaves them possible, and a word in the inventory answers") {
  Stage stage;
  std::string inventory = stage.inventory();
  const std::string phone = stage.phone();
  stage.put("inventory.yaml", inventory.replace(inventory.find(phone), phone.size(), "+380501234567"));
  CHECK(checked(stage, {"--check", "region"}, 0).at("region") == "unknown");
  const std::string defaults = "defaults:\n";
  stage.put("inventory.yaml",
            inventory.insert(inventory.find(defaults) + defaults.size(), "  region_confirmed: true\n"));
  CHECK(checked(stage, {"--check", "region"}, 0).at("region") == "pass");
}

TEST_CASE("with many findings, the first thing said is how many each check found") {
  Stage stage({.numbers = 25, .overlay = R"({"world": {"waba_review": "PENDING"}})"});
  const Ended ended = stage.run({"check", "inventory.yaml", "--to", "cloud"});
  INFO(ended.text());
  CHECK(ended.code == 0);
  const std::size_t summary = ended.out.find("By check");
  REQUIRE(summary != std::string::npos);
  CHECK(summary < ended.out.find("warnings, on 25 numbers"));
  CHECK(ended.out.find("waba_review", summary) < ended.out.find("warnings, on 25 numbers"));
}

TEST_CASE("a rule with a date can be rehearsed and explained") {
  Stage stage({.home = sim::ServedBy::cloud});
  auto sunset_on = [&](const std::string& day) {
    const Ended ended =
        stage.run({"check", "inventory.yaml", "--to", "onprem", "--as-of", day, "--check", "sunset", "--json"});
    return ended.code;
  };
  CHECK(sunset_on("2025-10-22") == 0);
  CHECK(sunset_on("2025-10-23") == 2);
  for (const std::string rule : {"sunset", "excluded_countries", "excluded_regions", "turkiye", "new_onprem_numbers"}) {
    const Ended explained = stage.run({"explain", rule});
    CAPTURE(rule);
    CHECK(explained.code == 0);
    CHECK(has(explained.out, "rule " + rule));
    CHECK(has(explained.out, "Source:"));
  }
}
