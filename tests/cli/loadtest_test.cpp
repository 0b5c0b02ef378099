// Load tests as a process, against the simulated vendor: what is refused, what is sent and measured, and when it stops.
#include <fmt/format.h>

#include <csignal>
#include <iterator>
#include <sstream>

#include "cli/stage.hpp"
#include "ports/hostile_server.hpp"
#include "support/catch.hpp"
#include "webhooks/hooks.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using wamigrate::sim::Action;

namespace {

const std::string on_cloud = R"({"*": {"home": "cloud"}})";

std::string mix_of(const std::string& recipients, const std::string& ramp) {
  return "version: 1\nrecipients: [" + recipients + "]\nmessages:\n  - text: 30\n    weight: 2\n" +
         "  - template: { name: hello_world, language: en_US }\nramp:\n  - " + ramp + "\n";
}

const std::string two_friends = R"("+4915119999901", "+4915119999902")";

/// A stage with a mix of twenty messages in less than half a second.
struct LoadStage : Stage {
  explicit LoadStage(StageOptions options = {}, const std::string& ramp = "{ rate: 50, for: 2s }")
      : Stage(std::move(options)) {
    put("mix.yaml", mix_of(two_friends, ramp));
  }

  Ended load(const std::string& side, const Args& more = {"--yes"}, const std::string& mix = "mix.yaml") {
    Args arguments = {"loadtest", "inventory.yaml", mix, "--side", side, "--max-messages", "20", "-o", side + ".json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  int messages() { return sent("messages") + sent("onprem_messages"); }
  Json result(const std::string& side) { return parse_json(content_of(work() / (side + ".json"))).value_or(Json()); }
};

/// A receiver with the store posts.db.
struct Listening {
  static constexpr const char* onprem_secret = "canary-of-the-onprem-secret";

  explicit Listening(Stage& stage) {
    stage.environment["ONPREM_SECRET"] = onprem_secret;
    process = stage.start({"listen", "--store", "posts.db", "--port", "0", "--app-secret", "env:APP_SECRET", "--onprem",
                           "env:ONPREM_SECRET", "--seal-key", "file:seal.key", "--json"});
    REQUIRE(eventually([this] { return has(process->out(), "\n") || process->has_ended(); }));
    INFO(process->err());
    const auto lines = json_lines(process->out());
    REQUIRE(!lines.empty());
    port = static_cast<int>(number_at(lines.front(), "port").value_or(0));
  }

  std::unique_ptr<Process> process;
  int port = 0;
};

}  // namespace

TEST_CASE("a load test sends nothing without a cap, a side, a place for its result, or a yes") {
  LoadStage stage({.overlay = on_cloud});
  const Ended uncapped = stage.run({"loadtest", "inventory.yaml", "mix.yaml", "--side", "cloud", "-o", "x", "--yes"});
  CHECK(uncapped.code == 1);
  CHECK(has(uncapped.err, "--max-messages"));
  CHECK(stage.run({"loadtest", "inventory.yaml", "mix.yaml", "--max-messages", "5", "-o", "x", "--yes"}).code == 1);
  CHECK(stage.run({"loadtest", "inventory.yaml", "mix.yaml", "--side", "cloud", "--max-messages", "5", "--yes"}).code ==
        1);
  stage.put("cloud.json", "{}");
  CHECK(has(stage.load("cloud").err, "cloud.json exists"));
  CHECK(stage.requests() == 0);
  std::filesystem::remove(stage.work() / "cloud.json");
  const Ended nowhere = stage.run({"loadtest", "inventory.yaml", "mix.yaml", "--side", "cloud", "--max-messages", "5",
                                   "-o", "nowhere/cloud.json", "--yes"});
  CHECK(nowhere.code == 1);
  CHECK(stage.messages() == 0);
  const Ended unasked = stage.load("cloud", {});
  CHECK(unasked.code == 4);
  CHECK(has(unasked.err, "20 messages to 2 recipients"));
  CHECK(stage.changes().empty());
}

TEST_CASE("a load test refuses what may not be, before anything is sent") {
  LoadStage stage({.overlay = on_cloud});
  SECTION("a recipient in an excluded country") {
    stage.put("bad.yaml", mix_of(R"("+989121234567")", "{ rate: 1, for: 5s }"));
    const Ended ended = stage.load("cloud", {"--yes"}, "bad.yaml");
    CHECK(ended.code == 2);
    CHECK(has(ended.err, "Iran"));
    CHECK(stage.requests() == 0);
  }
  SECTION("Türkiye from on-premises") {
    stage.put("bad.yaml", mix_of(R"("+905321112233")", "{ rate: 1, for: 5s }"));
    CHECK(has(stage.load("onprem", {"--yes"}, "bad.yaml").err, "Türkiye"));
    CHECK(stage.load("cloud", {"--dry-run"}, "bad.yaml").code == 0);
  }
  SECTION("a side that does not serve the number") {
    const Ended ended = stage.load("onprem");
    CHECK(ended.code == 2);
    CHECK(has(ended.err, "not served by on-premises"));
  }
  SECTION("a rate above the number's throughput") {
    stage.put("bad.yaml", mix_of(two_friends, "{ from: 1, to: 81, for: 5s }"));
    const Ended ended = stage.load("cloud", {"--yes", "--json"}, "bad.yaml");
    CHECK(ended.code == 2);
    CHECK(has(ended.err, "takes 80"));
    CHECK(has(ended.out, "refused"));
  }
  SECTION("more than one recipient may get") {
    stage.put("bad.yaml", mix_of(R"("+4915119999901")", "{ rate: 10, for: 10s }"));
    CHECK(stage
              .run({"loadtest", "inventory.yaml", "bad.yaml", "--side", "cloud", "--max-messages", "60", "-o", "x",
                    "--yes"})
              .code == 2);
  }
  SECTION("a mix with mistakes") {
    stage.put("bad.yaml", "version: 1\nrecipents: []\n");
    const Ended ended = stage.load("cloud", {"--yes"}, "bad.yaml");
    CHECK(ended.code == 1);
    CHECK(has(ended.err, "bad.yaml:2: unknown key `recipents`; did you mean `recipients`?"));
  }
  CHECK(stage.changes().empty());
}

TEST_CASE("a dry run shows each kind of message as the side would get it, and asks neither side") {
  LoadStage stage;
  const Ended cloud = stage.load("cloud", {"--dry-run"});
  CHECK(cloud.code == 0);
  CHECK(has(cloud.out, "Would send 20 messages"));
  CHECK(has(cloud.out, "the cap of 20 ends it early"));
  CHECK(has(cloud.out, R"("messaging_product":"whatsapp")"));
  const Ended onprem = stage.load("onprem", {"--dry-run"});
  CHECK(has(onprem.out, "/v1/messages"));
  CHECK(has(onprem.out, R"("policy":"deterministic")"));
  CHECK(stage.requests() == 0);
}

TEST_CASE("a message of any type is taken from a file, and both sides get the same one") {
  LoadStage stage;
  std::filesystem::create_directory(stage.work() / "messages");
  stage.put("messages/image.json", R"({"messaging_product": "whatsapp", "to": "+989121234567", "type": "image",
      "image": {"link": "https://media.example.com/parcel.jpg", "caption": "Für Sie"}})");
  stage.put("messages/choice.json", R"({"method": "POST", "path": "/v1/messages", "body": {"to": "1",
      "type": "interactive", "interactive": {"type": "button", "body": {"text": "Well?"}, "action": {"buttons":
      [{"type": "reply", "reply": {"id": "1", "title": " Yes "}}]}}}})");
  stage.put("mix.yaml", "version: 1\nrecipients: [" + two_friends + "]\nmessages:\n  - request: messages/image.json\n" +
                            "    weight: 2\n  - request: messages/choice.json\nramp:\n  - { rate: 50, for: 2s }\n");
  const Ended cloud_plan = stage.load("cloud", {"--dry-run"});
  INFO(cloud_plan.text());
  CHECK(has(cloud_plan.out, "image (messages/image.json), first after"));
  CHECK(has(cloud_plan.out, R"("to":"4915119999901","type":"image","image":{"link":"https://media.example.com/)"));
  CHECK(has(cloud_plan.out, R"("biz_opaque_callback_data":"wamigrate-load-)"));
  CHECK(has(cloud_plan.out, R"("title":"Yes")"));
  const Ended onprem_plan = stage.load("onprem", {"--dry-run"});
  CHECK(has(onprem_plan.out, "Für Sie"));
  CHECK(has(onprem_plan.out, R"("title":" Yes ")"));
  CHECK_FALSE(has(onprem_plan.out, "messaging_product"));
  CHECK_FALSE(has(cloud_plan.text() + onprem_plan.text(), "989121234567"));
  CHECK(stage.requests() == 0);

  const Ended onprem = stage.load("onprem");
  INFO(onprem.text());
  CHECK(onprem.code == 0);
  REQUIRE(plant(*stage.world, on_cloud));
  const Ended cloud = stage.load("cloud");
  INFO(cloud.text());
  CHECK(cloud.code == 0);
  CHECK(stage.sent("onprem_messages") == 20);
  CHECK(stage.sent("messages") == 20);
  for (const char* side : {"onprem", "cloud"}) {
    CHECK(stage.result(side)["accepted"] == 20);
    CHECK_FALSE(has(to_compact(stage.result(side)), "media.example.com"));
  }
  CHECK(stage.result("cloud")["kinds"][0]["label"] == "image (messages/image.json)");
  const auto same = [&stage](const std::string& other) {
    const Ended ended = stage.run({"loadtest", "compare", "onprem.json", other, "--json"});
    return parse_json(ended.out).value_or(Json())["same_mix"];
  };
  CHECK(same("cloud.json") == true);

  std::filesystem::rename(stage.work() / "cloud.json", stage.work() / "before.json");
  stage.put("messages/image.json",
            R"({"to": "1", "type": "image", "image": {"link": "https://media.example.com/b.jpg"}})");
  CHECK(stage.load("cloud").code == 0);
  CHECK(same("before.json") == true);
  CHECK(same("cloud.json") == false);
}

TEST_CASE("a message that is not the same on both sides is refused with all that is wrong, before anything is sent") {
  LoadStage stage({.overlay = on_cloud});
  stage.put("id.json", R"({"to": "1", "type": "image", "image": {"id": "9001"}})");
  stage.put("read.json", R"({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.HBg"})");
  stage.put("large.json", std::string(300 << 10, ' '));
  stage.put("mix.yaml", "version: 1\nrecipients: [" + two_friends + "]\nmessages:\n  - request: id.json\n" +
                            "  - request: read.json\n  - request: large.json\n  - request: none.json\n" +
                            "ramp:\n  - { rate: 5 }\n");
  const Ended ended = stage.load("cloud");
  INFO(ended.text());
  CHECK(ended.code == 1);
  for (const char* part :
       {"mix.yaml:4: `messages.request`: id.json: not the same on both sides: must be done at image.id",
        "mix.yaml:5: `messages.request`: read.json: it holds something else than a message",
        "mix.yaml:6: `messages.request`: large.json: it is larger", "mix.yaml:7: `messages.request`: none.json",
        "mix.yaml:9: `ramp.for` is missing"}) {
    CAPTURE(part);
    CHECK(has(ended.err, part));
  }
  CHECK(stage.requests() == 0);
}

TEST_CASE("the load test of the operating guide, with the mix of the page of formats, is not refused") {
  const auto between = [](const std::string& text, const std::string& from, const std::string& to) {
    const auto begin = text.find(from);
    REQUIRE(begin != std::string::npos);
    return text.substr(begin, text.find(to, begin) - begin);
  };
  LoadStage stage;
  const std::string docs = std::string(SOURCE_DIR) + "/docs/";
  const std::string formats = content_of(docs + "formats.md");
  stage.put("mix.yaml", between(formats, "version: 1\nrecipients:", "```"));
  std::filesystem::create_directory(stage.work() / "messages");
  stage.put("messages/image.json", between(formats, "{\"type\": \"image\"", "```"));
  const std::string line = between(content_of(docs + "operating.md"), "wamigrate loadtest inventory.yaml", "--dry-run");
  std::istringstream words(line);
  Args arguments{std::istream_iterator<std::string>(words), {}};
  arguments.erase(arguments.begin());
  arguments.push_back("--dry-run");
  const Ended ended = stage.run(arguments);
  INFO(ended.text());
  CHECK(ended.code == 0);
}

TEST_CASE("both sides get the same messages, are measured, and stand side by side") {
  LoadStage stage;
  const Ended onprem = stage.load("onprem", {"--yes", "--json"});
  INFO(onprem.text());
  CHECK(onprem.code == 0);
  CHECK(stage.sent("onprem_messages") == 20);
  REQUIRE(plant(*stage.world, on_cloud));
  const Ended cloud = stage.load("cloud");
  INFO(cloud.text());
  CHECK(cloud.code == 0);
  CHECK(stage.sent("messages") == 20);
  CHECK(has(cloud.out, "taken                       20 (100.0 %)"));
  CHECK(stage.result("cloud")["mix"] == stage.result("onprem")["mix"]);
  CHECK(stage.result("onprem")["accepted"] == 20);
  CHECK(stage.result("cloud")["errors"].empty());
  CHECK(stage.result("cloud")["delivery"].is_null());
  for (const char* secret : {"GRAPH_TOKEN", "APP_SECRET"}) {
    CAPTURE(secret);
    const std::string& value = stage.environment[secret];
    REQUIRE(!value.empty());
    CHECK_FALSE(has(cloud.text() + onprem.text() + to_compact(stage.result("cloud")), value));
  }
  CHECK_FALSE(has(to_compact(stage.result("cloud")), "4915119999901"));

  const Ended page =
      stage.run({"loadtest", "compare", "onprem.json", "cloud.json", "--format", "html", "-o", "x.html"});
  CHECK(page.code == 0);
  const std::string html = content_of(stage.work() / "x.html");
  CHECK(has(html, "<svg class=\"chart\""));
  CHECK(has(html, "<th>on-premises</th><th>Cloud</th>"));
  CHECK_FALSE(has(html, "<script"));
  CHECK_FALSE(has(html, "nan"));
  CHECK(has(stage.run({"loadtest", "compare", "onprem.json", "cloud.json", "--format", "markdown"}).out, "| 99 % |"));
  const auto json = parse_json(stage.run({"loadtest", "compare", "onprem.json", "cloud.json", "--json"}).out);
  REQUIRE(json);
  CHECK((*json)["same_mix"] == true);
  CHECK(has(stage.run({"loadtest", "compare", "cloud.json"}).out, "Load test"));
  stage.put("nonsense.json", "{}");
  CHECK(stage.run({"loadtest", "compare", "cloud.json", "nonsense.json"}).code == 1);
  CHECK(stage.run({"loadtest", "compare"}).code == 1);
}

TEST_CASE("a load test that is killed leaves word of it, and the same command does not send everything once more") {
  LoadStage stage({.overlay = on_cloud}, "{ rate: 20, for: 10s }");
  const auto running = stage.start({"loadtest", "inventory.yaml", "mix.yaml", "--side", "cloud", "--max-messages", "90",
                                    "-o", "cloud.json", "--yes"});
  REQUIRE(eventually([&] { return stage.messages() > 0 || running->has_ended(); }));
  running->send(SIGKILL);
  running->wait();
  CHECK(stage.result("cloud")["whole"] == false);
  CHECK(has(text_at(stage.result("cloud"), "ended"), "killed"));
  CHECK(stage.run({"loadtest", "compare", "cloud.json"}).code == 0);
  const auto sent = stage.messages();
  const Ended again = stage.load("cloud");
  CHECK(again.code == 1);
  CHECK(has(again.err, "cloud.json exists"));
  CHECK(stage.messages() == sent);
}

TEST_CASE("a number that is loaded is in nobody else's hands: no second test, and no run") {
  LoadStage stage({.overlay = on_cloud}, "{ rate: 10, for: 20s }");
  const auto running = stage.start({"loadtest", "inventory.yaml", "mix.yaml", "--side", "cloud", "--max-messages", "80",
                                    "-o", "first.json", "--yes"});
  REQUIRE(eventually([&] { return stage.messages() > 0 || running->has_ended(); }));
  const Ended second = stage.load("cloud");
  INFO(second.text());
  CHECK(second.code == 2);
  CHECK(has(second.err, "is in use by"));
  CHECK_FALSE(std::filesystem::exists(stage.work() / "cloud.json"));
  running->send(SIGTERM);
  CHECK(running->wait().code == 4);
  stage.put("mix.yaml", mix_of(R"("+4915119999901", "+4915119999902")", "{ rate: 50, for: 2s }"));
  CHECK(stage.load("cloud").code == 0);  // given back
}

TEST_CASE("throttling is counted apart and is no error") {
  LoadStage stage({.overlay = R"({"*": {"home": "cloud", "messages_a_second": 15}})"});
  const Ended ended = stage.load("cloud");
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(stage.result("cloud")["throttled"] == 5);
  CHECK(stage.result("cloud")["refused"] == 0);
  CHECK(has(ended.out, "130429"));
}

TEST_CASE("a refusal that endangers the number ends a load test at once, and ten failures in a row end it too") {
  LoadStage stage({.overlay = on_cloud}, "{ rate: 20, for: 10s }");
  auto bad = fault("messages", Action::refuse, 3);
  bad.code = GENERATE(131048, 131000);
  bad.times = 0;
  stage.faults.add(bad);
  const Ended ended = stage.load("cloud");
  INFO(ended.text());
  CHECK(ended.code == 3);
  const Json result = stage.result("cloud");
  CHECK(result["whole"] == false);
  CHECK(has(text_at(result, "ended"), "stopped"));
  CHECK(stage.messages() < (bad.code == 131048 ? 8 : 18));
}

TEST_CASE("a signal ends a load test with the result so far") {
  LoadStage stage({.overlay = on_cloud}, "{ rate: 2, for: 60s }");
  const auto running = stage.start({"loadtest", "inventory.yaml", "mix.yaml", "--side", "cloud", "--max-messages", "90",
                                    "-o", "cloud.json", "--yes"});
  REQUIRE(eventually([&] { return stage.messages() >= 2 || running->has_ended(); }));
  running->send(SIGINT);
  const Ended ended = running->wait();
  INFO(ended.text());
  CHECK(ended.code == 4);
  CHECK(text_at(stage.result("cloud"), "ended") == "stopped by a signal");
  CHECK(number_at(stage.result("cloud"), "accepted").value_or(0) >= 2);
  CHECK(stage.messages() < 90);
}

TEST_CASE("simulate posts what becomes of messages to webhooks on this machine, and to no others") {
  LoadStage stage({.numbers = 2});
  Listening listening(stage);
  const std::string home = fmt::format("http://127.0.0.1:{}", listening.port);
  stage.put("world.json",
            fmt::format(R"({{"world": {{"subscribed": true, "webhook": "{0}/webhook", "delivery_time": "50ms"}},)"
                        R"("{1}": {{"home": "cloud"}}, "{2}": {{"onprem_webhook": "{0}/onprem/{3}/de-x"}}}})",
                        home, stage.phone(0), stage.phone(1), Listening::onprem_secret));
  const auto vendor = stage.start({"simulate", "inventory.yaml", "--world", "world.json", "--inventory-out", "led.yaml",
                                   "--state-dir", "simulated", "--json"});
  REQUIRE(eventually([&] { return has(vendor->out(), "\n") || vendor->has_ended(); }));
  const auto load = [&stage](const std::string& side, const std::string& phone) {
    return stage.run({"loadtest", "led.yaml", "mix.yaml", "--side", side, "--select", phone, "--max-messages", "10",
                      "-o", side + ".json", "--store", "posts.db", "--yes"});
  };
  const Ended cloud = load("cloud", stage.phone(0));
  INFO(cloud.text() << vendor->err());
  CHECK(cloud.code == 0);
  CHECK(stage.result("cloud")["delivery"]["delivered"] == 10);
  const Ended onprem = load("onprem", stage.phone(1));
  INFO(onprem.text());
  CHECK(onprem.code == 0);
  CHECK(stage.result("onprem")["delivery"]["delivered"] == 10);
  vendor->send(SIGTERM);
  CHECK(vendor->wait().code == 0);

  stage.put("world.json", R"({"world": {"subscribed": true}, "*": {"home": "cloud"}})");
  const auto other = stage.start({"simulate", "inventory.yaml", "--world", "world.json", "--inventory-out", "led.yaml",
                                  "--state-dir", "simulated", "--json"});
  REQUIRE(eventually([&] { return has(other->out(), "\n") || other->has_ended(); }));
  std::filesystem::remove(stage.work() / "cloud.json");
  CHECK(stage
            .run({"loadtest", "led.yaml", "mix.yaml", "--side", "cloud", "--select", stage.phone(0), "--max-messages",
                  "1", "-o", "cloud.json", "--yes"})
            .code == 0);
  CHECK(eventually([&] { return has(other->err(), "are not sent: that is not this machine"); }));
}

/// Twenty messages to Cloud, while the receiver is told what becomes of them.
Ended load_while_told(LoadStage& stage, const Listening& listening) {
  const auto running = stage.start({"loadtest", "inventory.yaml", "mix.yaml", "--side", "cloud", "--max-messages", "20",
                                    "-o", "cloud.json", "--store", "posts.db", "--wait", "5s", "--yes"});
  const bool ended_well = eventually([&] {
    for (const sim::Webhook& webhook : stage.world->take_webhooks()) {
      const std::string headers = "X-Hub-Signature-256: " + webhook.signature + "\r\n";
      CHECK(sent(listening.port, request_of("POST", "/webhook", headers, webhook.body)) == 200);
    }
    return running->has_ended();
  });
  REQUIRE(ended_well);
  return running->wait();
}

const std::string read_on_cloud = R"({"world": {"delivery_time": "50ms"}, "*": {"home": "cloud", "messages": "read"}})";

TEST_CASE("a message without an answer was taken after all if a receiver was told of it by its tag") {
  LoadStage stage({.overlay = read_on_cloud});
  auto dropped = fault("messages", Action::reply_dropped, 3);
  dropped.times = 2;
  stage.faults.add(dropped);
  auto lost = fault("messages", Action::reset, 8);
  stage.faults.add(lost);
  Listening listening(stage);
  const Ended ended = load_while_told(stage, listening);
  INFO(ended.text());
  CHECK(stage.result("cloud")["unanswered"] == 3);
  const Json delivery = stage.result("cloud")["delivery"];
  CHECK(delivery["taken_after_all"] == 2);
  CHECK(delivery["read"] == 17);
}

TEST_CASE("what a receiver was told of the messages is joined by their ids") {
  LoadStage stage({.overlay = read_on_cloud});
  Listening listening(stage);
  const Ended ended = load_while_told(stage, listening);
  INFO(ended.text());
  CHECK(ended.code == 0);
  const Json delivery = stage.result("cloud")["delivery"];
  CHECK(delivery["read"] == 20);
  CHECK(delivery["silent"] == 0);
  CHECK(delivery["to_first_webhook"]["count"] == 20);
  CHECK(has(ended.out, "read                          20 (100.0 %)"));
}
