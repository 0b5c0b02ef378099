// Messages are seen to flow, in real processes: a vendor that posts webhooks, a receiver that keeps them, and a run
// that sends one message for each number and asks what became of it.
#include <csignal>

#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

const std::string recipient = "4915119999999";

/// The stage's inventory, with a test message for every number.
std::string with_message(const Stage& stage, const std::string& evidence, const std::string& wait = "40s") {
  std::string text = stage.inventory();
  text.insert(text.find("defaults:\n") + 10, "  test_message: { to: \"+" + recipient +
                                                 "\", template: { name: hello_world, language: en_US }, wait: " + wait +
                                                 ", evidence: \"" + evidence + "\" }\n");
  return text;
}

int port_of(const std::string& out) {
  const auto lines = json_lines(out);
  return lines.empty() ? 0 : static_cast<int>(number_at(lines.front(), "port").value_or(0));
}

int accepted(const std::string& told) {
  int count = 0;
  for (auto at = told.find("a message was accepted"); at != std::string::npos;
       at = told.find("a message was", at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("a message is sent once, through kill -9, and its webhooks tell who has migrated and who waits") {
  StageOptions options;
  options.numbers = 2;
  Stage stage(options);
  stage.put("tested.yaml", with_message(stage, "listen:kept/posts.db"));
  const auto listener =
      stage.start({"listen", "--store", "kept/posts.db", "--port", "0", "--app-secret", "env:APP_SECRET", "--json"});
  REQUIRE(eventually([&] { return port_of(listener->out()) != 0 || listener->has_ended(); }));
  const int hooks = port_of(listener->out());
  stage.put("world.json", R"({"world": {"webhook": "http://127.0.0.1:)" + std::to_string(hooks) + R"(/webhook"}, ")" +
                              stage.phone(1) + R"(": {"messages": "sent"}})");
  const auto vendor = stage.start({"simulate", "tested.yaml", "--world", "world.json", "--speed", "20",
                                   "--inventory-out", "inventory.yaml", "--state-dir", "state"});
  REQUIRE(eventually([&] { return has(vendor->out(), "Ctrl-C") || vendor->has_ended(); }));
  INFO(vendor->out() << vendor->err());

  stage.plan();
  const Ended dry = stage.run({"apply", "plan.json", "--dry-run"});
  CHECK(has(dry.out, "/messages"));
  CHECK(has(dry.out, "<the run's tag>"));
  const auto killed = stage.start({"apply", "plan.json", "--run", "run", "--yes", "--json"});
  const std::string left = "\"phone\":\"" + stage.phone(1) + "\",\"step\":\"send_test_message\"";
  REQUIRE(eventually([&] { return has(killed->out(), left) || killed->has_ended(); }, std::chrono::minutes(2)));
  killed->send(SIGKILL);
  std::string shown = killed->wait().text();

  const Ended waiting = stage.apply();
  INFO(waiting.text());
  CHECK(waiting.code == 4);
  const Json status = stage.status();
  CHECK(status["numbers"][0]["state"] == "migrated");
  CHECK(status["numbers"][1]["state"] == "waiting");
  CHECK(status["numbers"][1]["home"] == "cloud");
  const auto sent = accepted(vendor->out());  // the second one's, unless it was killed before that had left
  CHECK((sent == 1 || sent == 2));
  const Ended report = stage.run({"report", "--run", "run", "--json"});
  const auto json = parse_json(report.out);
  REQUIRE(json);
  CHECK(json->at("numbers")[0]["test_message"]["outcome"] == "delivered");
  CHECK(json->at("numbers")[1]["test_message"]["inconclusive"] == true);
  CHECK(json->at("ask_the_recipient").size() == 4);

  CHECK(stage.run({"retry", "--run", "run", stage.phone(0)}).code == 0);  // it has ended: nothing is sent for it again
  CHECK(stage.run({"resolve", "--run", "run", stage.phone(1), "--assume", "not-done", "--evidence", "phone is off"})
            .code == 0);
  const Ended ended = stage.apply();
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(accepted(vendor->out()) == sent);
  shown += waiting.text() + ended.text() + report.text() + stage.run({"report", "--run", "run"}).text() +
           stage.run({"status", "--run", "run"}).text() + stage.run({"show", "plan.json"}).text();
  CHECK_FALSE(has(shown, recipient));
  CHECK(has(shown, "491…99"));
  CHECK(has(shown, "phone is off"));
}

TEST_CASE(
    "a file or a command may tell what became of a message; one that can't be had is found before anything is sent") {
  Stage stage;
  const auto tell = [&stage] { stage.put("hooks.jsonl", stage.world->webhook_lines(stage.phone())); };
  for (const std::string evidence : {"file:hooks.jsonl", "cmd:cat hooks.jsonl"}) {
    INFO(evidence);
    std::filesystem::remove(stage.work() / "hooks.jsonl");
    (void)sim::plant(*stage.world, R"({"*": {"home": "onprem"}})");
    stage.put("inventory.yaml", with_message(stage, evidence));
    const std::string run = evidence.substr(0, 3);
    stage.plan();
    const std::size_t before = stage.requests();
    const Ended missing = stage.run({"apply", "plan.json", "--run", run, "--yes"});
    CHECK(missing.code == 1);
    CHECK(has(missing.err, "evidence of test messages"));
    CHECK(stage.changes(before).empty());
    tell();
    const auto applying = stage.start({"apply", "plan.json", "--run", run, "--yes"});
    CHECK(eventually([&] {
      tell();
      return applying->has_ended();
    }));
    const Ended ended = applying->wait();
    INFO(ended.text());
    CHECK(ended.code == 0);
    CHECK(has(ended.out, "delivered"));
  }
}
