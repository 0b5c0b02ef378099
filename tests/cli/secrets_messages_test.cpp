// No secret leaves the program on the message side either, nor from the commands that speak with a run: the receiver
// of webhooks with a consumer behind it, what reads its store, load tests, availability, and words said to a run.
#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <memory>

#include "cli/watched.hpp"
#include "ports/hostile_server.hpp"
#include "support/catch.hpp"
#include "webhooks/hooks.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

/// The receiver of both APIs, each of its secrets a canary.
struct Receiver {
  explicit Receiver(Watched& on, const std::string& consumer) : watched(on) {
    watched.set("VERIFY", "canaryVERIFYtoken8Qs");
    watched.set("ONPREM_SECRET", "canaryONPREMsecret2Hf");
    watched.canaries.plant("what people write", words);
    process = watched.stage.start({"listen",
                                   "--store",
                                   "posts.db",
                                   "--port",
                                   "0",
                                   "--app-secret",
                                   "env:APP_SECRET",
                                   "--verify-token",
                                   "env:VERIFY",
                                   "--onprem",
                                   "env:ONPREM_SECRET",
                                   "--seal-key",
                                   "file:seal.key",
                                   "--metrics-port",
                                   "0",
                                   "--forward",
                                   consumer,
                                   "--forward-onprem",
                                   consumer,
                                   "--json"});
    REQUIRE(eventually([this] { return has(process->out(), "\n") || process->has_ended(); }));
    INFO(process->out() << process->err());
    const auto lines = json_lines(process->out());
    REQUIRE_FALSE(lines.empty());
    port = static_cast<int>(number_at(lines.front(), "port").value_or(0));
  }

  int post(const std::string& body, const std::string& signed_with) const {
    return sent(port, request_of("POST", "/webhook", signature_header(signed_with, body), body));
  }
  int post_onprem(const std::string& secret, const std::string& body) const {
    return sent(port, request_of("POST", "/onprem/" + secret + "/de-0", "", body));
  }
  int shake_hands(const std::string& token) const {
    return sent(port, "GET /webhook?hub.mode=subscribe&hub.challenge=7&hub.verify_token=" + token +
                          " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  /// What a scrape of its metrics shows.
  std::string metrics() const {
    const std::string before = "http://127.0.0.1:";
    const std::string err = process->err();
    Wire wire(std::stoi(err.substr(err.find(before) + before.size())));
    wire.send("GET /metrics HTTP/1.0\r\n\r\n");
    wire.answer();
    return wire.body();
  }

  static constexpr const char* words = "canary of what people write";
  Watched& watched;
  std::unique_ptr<Process> process;
  int port = 0;
};

/// A consumer that refuses the first post and says why, with what it was asked.
HostileServer::Script refusing_once() {
  return [asked = std::make_shared<std::atomic<int>>(0)](Peer& peer) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      if (++*asked > 1) {
        peer.reply("");
      } else {
        peer.write(fmt::format("HTTP/1.1 500 Oops\r\nContent-Length: {}\r\n\r\n{}", request.size(), request));
      }
    }
  };
}

std::string post_about(const std::string& message) {
  return cloud_post(change_of(status_of(message, "delivered"), message_of("in." + message, Receiver::words)));
}

constexpr const char* mix = R"(version: 1
recipients: ["+4915119999901", "+4915119999902"]
messages:
  - text: 30
ramp:
  - { rate: 50, for: 1s }
)";

}  // namespace

TEST_CASE("a receiver of webhooks leaves no secret and no message, nor does what reads its store") {
  Watched watched;
  HostileServer consumer(refusing_once());
  Receiver receiver(watched, consumer.url("/hook?token=canaryHOOKtoken6Jd"));
  const std::string app_secret = watched.stage.environment["APP_SECRET"];
  const std::string onprem_secret = watched.stage.environment["ONPREM_SECRET"];
  CHECK(receiver.shake_hands(watched.stage.environment["VERIFY"]) == 200);
  CHECK(receiver.shake_hands(watched.stage.environment["VERIFY"] + "x") == 403);
  CHECK(receiver.post(post_about("wamid.1"), app_secret) == 200);
  CHECK(receiver.post(post_about("wamid.2"), "forged") == 403);
  CHECK(receiver.post("{\"canary of what people write\"", app_secret) == 400);
  const std::string onprem = onprem_post(status_of("gBEG1", "sent"), message_of("gBEG.in", Receiver::words));
  CHECK(receiver.post_onprem(onprem_secret, onprem) == 200);
  CHECK(receiver.post_onprem(onprem_secret + "x", onprem) != 200);
  CHECK(eventually([&] { return consumer.request_count() >= 3; }));
  CHECK(watched.canaries.in(receiver.metrics()).empty());
  receiver.process->send(SIGTERM);
  CHECK(watched.end_of(*receiver.process, "listen").code == 0);
  CHECK(has(consumer.requests().back(), Receiver::words));

  CHECK(watched.run({"cutover", "posts.db"}).code == 0);
  CHECK(watched.run({"cutover", "posts.db", "--json"}).code == 0);
  // Options that were given a secret where a reference belongs.
  for (const char* option : {"--app-secret", "--verify-token", "--onprem"}) {
    CHECK(watched.run({"listen", "--store", "other.db", "--port", "0", option, app_secret}).code == 1);
  }
  CHECK(watched
            .run({"listen", "--store", "other.db", "--port", "0", "--app-secret", "env:APP_SECRET", "--forward",
                  "http://consumer.example/hook?token=canaryHOOKtoken6Jd"})
            .code == 1);
  watched.search(3);
}

TEST_CASE("lint, translate and explain leave no secret that their input or their surroundings hold") {
  Watched watched;
  Stage& stage = watched.stage;
  const std::string token = stage.environment["GRAPH_TOKEN"];
  const std::string credentials = base64("admin:" + stage.environment["ONPREM_PASSWORD"]);
  const std::string message = R"({"to":"4915119999901","type":"text","text":{"body":"Hello"}})";
  stage.put("messages.jsonl", message + "\n");
  // What people record has their secrets in it; these files are theirs, and gone before the search.
  stage.put("access.log", R"(10.0.0.1 - - [02/Nov/2026:10:00:00 +0000] "POST /v1/messages?access_token=)" + token +
                              R"( HTTP/1.1" 200 12)" + "\n");
  stage.put("recorded.har",
            R"({"log":{"entries":[{"request":{"method":"POST","url":"https://10.0.0.5/v1/messages?access_token=)" +
                token + R"(","headers":[{"name":"Authorization","value":"Basic )" + credentials +
                R"("}],"postData":{"text":)" + to_compact(Json(message)) + "}}}]}}");
  for (const char* format : {"text", "markdown", "html", "json"}) {
    CHECK(watched.run({"lint", "messages.jsonl", "access.log", "recorded.har", "--to", "cloud", "--format", format})
              .code != -1);
  }
  watched.run({"lint", "access.log", "recorded.har", "--to", "onprem", "--json"});
  CHECK(watched.run({"translate", "messages.jsonl", "--to", "cloud"}).code == 0);
  CHECK(watched.run({"translate", "messages.jsonl", "--to", "cloud", "--inventory", "inventory.yaml", "--json"}).code ==
        0);
  CHECK(watched.run({"translate", "access.log", "--to", "cloud"}).code == 1);
  watched.run({"translate", "recorded.har", "--to", "cloud", "--json"});
  for (const char* word : {"133005", "webhook", "register_on_cloud", "no-such-word"}) watched.run({"explain", word});
  std::filesystem::remove(stage.work() / "access.log");
  std::filesystem::remove(stage.work() / "recorded.har");
  watched.search(2);
  CHECK(stage.requests() == 0);
}

TEST_CASE("load tests and the record of availability leave no secret, in success and in failure") {
  Watched watched({.overlay = R"({"*": {"home": "cloud"}})"});
  Stage& stage = watched.stage;
  stage.put("mix.yaml", mix);
  const auto load = [&](const std::string& result, const std::string& how) {
    return watched.run(
        {"loadtest", "inventory.yaml", "mix.yaml", "--side", "cloud", "--max-messages", "6", "-o", result, how});
  };
  CHECK(load("dry.json", "--dry-run").code == 0);
  CHECK(load("load.json", "--yes").code == 0);
  CHECK(stage.sent("messages") == 6);
  CHECK(watched.run({"loadtest", "compare", "load.json"}).code == 0);
  CHECK(watched.run({"loadtest", "compare", "load.json", "load.json", "--json"}).code == 0);
  const Args probing = {"availability", "--probe", "inventory.yaml", "record.jsonl", "--every", "5s", "--for", "1s"};
  CHECK(watched.run(probing).code == 0);
  stage.world->expire_token(stage.environment["GRAPH_TOKEN"]);
  CHECK(load("refused.json", "--yes").code != 0);
  watched.run(probing);
  CHECK(json_lines(content_of(stage.work() / "record.jsonl")).size() == 2);
  for (const char* format : {"text", "markdown", "html", "json"}) {
    CHECK(watched.run({"availability", "record.jsonl", "--format", format}).code == 0);
  }
  watched.search(4);
}

TEST_CASE("words said to a run, and what it says of itself, hold no secret") {
  Watched watched({.numbers = 2, .policy = {{"gate", "wave"}, {"waves", "[1]"}}});
  CHECK(watched.run({"plan", "inventory.yaml", "--to", "cloud", "-o", "plan.json"}).code == 0);
  CHECK(watched.run({"apply", "plan.json", "--run", "run", "--yes"}).code == 4);
  for (const Args& word : {Args{"pause"}, {"resume"}, {"approve"}, {"throttle"}, {"abort"}}) {
    for (const bool json : {false, true}) {
      Args arguments = word;
      arguments.insert(arguments.end(), {"--run", "run"});
      if (word.front() == "throttle") arguments.push_back("30/min");
      if (json) arguments.push_back("--json");
      watched.run(arguments);
      watched.run({"status", "--run", "run"});
    }
  }
  CHECK(watched.run({"show", "plan.json", "--changes"}).code == 0);
  CHECK(watched.run({"apply", "plan.json", "--run", "run", "--yes"}).code == 3);
  CHECK(watched.run({"status", "--run", "run", "--json"}).code == 3);
  CHECK(watched.run({"status", "--run", "run", "--watch"}).code == 3);
  for (const char* format : {"text", "markdown", "html", "json"}) {
    CHECK(watched.run({"report", "--run", "run", "--format", format}).code == 0);
  }
  watched.search();
}

TEST_CASE("a secret in the URL of a webhook is shown by no command that reads it") {
  Watched watched({.overlay = R"({"*": {"home": "cloud", "needs_code": true}})"});
  const Args sunset{"--to", "onprem", "--allow-after-sunset"};
  const auto run = [&](Args arguments, const Args& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return watched.run(arguments);
  };
  CHECK(run({"check", "inventory.yaml"}, sunset).code == 0);
  const Ended checked = run({"check", "inventory.yaml", "--json"}, sunset);
  CHECK(has(checked.out, "consumer.example"));
  CHECK(watched.run({"discover", "inventory.yaml", "--json"}).code != 1);
  CHECK(run({"plan", "inventory.yaml", "-o", "plan.json"}, sunset).code == 0);
  for (const char* format : {"text", "markdown", "html", "dot", "json"}) {
    CHECK(watched.run({"show", "plan.json", "--format", format}).code == 0);
  }
  CHECK(watched.run({"apply", "plan.json", "--run", "run", "--dry-run"}).code == 0);
  CHECK(watched.run({"apply", "plan.json", "--run", "run", "--yes"}).code == 4);
  CHECK(watched.run({"answer", "--run", "run", watched.stage.phone(), "--code-from", "-"}, "585714\n").code == 0);
  CHECK(watched.run({"apply", "plan.json", "--run", "run", "--yes"}).code == 0);
  CHECK(watched.run({"report", "--run", "run"}).code == 0);
  watched.search();
}
