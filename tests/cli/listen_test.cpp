// The receiver of webhooks as a process: what it answered 200 is there after kill -9, what it is told stays with it.
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <set>

#include "cli/stage.hpp"
#include "ports/hostile_server.hpp"
#include "ports/post_store.hpp"
#include "support/catch.hpp"
#include "support/openmetrics.hpp"
#include "webhooks/hooks.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

const std::string app_secret = "canary-of-the-app-secret";
const std::string verify_token = "canary-of-the-verify-token";
const std::string onprem_secret = "canary-of-the-onprem-secret";
const std::string words = "canary of what people write";

/// A receiver of both APIs on any free port.
struct Listener {
  explicit Listener(Stage& on, Args more = {}, std::map<int, unsigned long> limits = {}) : stage(on) {
    stage.environment["APP_SECRET"] = app_secret;
    stage.environment["VERIFY_TOKEN"] = verify_token;
    stage.environment["ONPREM_SECRET"] = onprem_secret;
    Args arguments = {"listen",
                      "--store",
                      "kept/posts.db",
                      "--port",
                      "0",
                      "--app-secret",
                      "env:APP_SECRET",
                      "--verify-token",
                      "env:VERIFY_TOKEN",
                      "--onprem",
                      "env:ONPREM_SECRET",
                      "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Start start = stage.start_of(arguments);
    start.limits = std::move(limits);
    process = std::make_unique<Process>(start);
    const bool listening = eventually([this] { return has(process->out(), "\n") || process->has_ended(); });
    INFO(process->out() << process->err());
    REQUIRE(listening);
    const auto lines = json_lines(process->out());
    REQUIRE_FALSE(lines.empty());
    port = static_cast<int>(number_at(lines.front(), "port").value_or(0));
  }

  int post(const std::string& body) const {
    return sent(port, request_of("POST", "/webhook", signature_header(app_secret, body), body));
  }
  Ended end() {
    process->send(SIGTERM);
    return process->wait();
  }

  Stage& stage;
  std::unique_ptr<Process> process;
  int port = 0;
};

std::unique_ptr<PostStore> store_of(const Stage& stage) {
  auto store = PostStore::open(stage.work() / "kept" / "posts.db", false, "");
  INFO((store ? "" : to_text(store.error())));
  REQUIRE(store.has_value());
  return std::move(*store);
}

std::string post_about(const std::string& message) {
  return cloud_post(change_of(status_of(message, "delivered"), message_of("in." + message, words)));
}

}  // namespace

TEST_CASE("what the receiver was told is in its store, and no secret or message is in any output") {
  Stage stage;
  Listener listener(stage, {"--metrics-port", "0"});
  CHECK(sent(listener.port, "GET /webhook?hub.mode=subscribe&hub.challenge=7&hub.verify_token=" + verify_token +
                                " HTTP/1.1\r\nHost: x\r\n\r\n") == 200);
  CHECK(listener.post(post_about("wamid.1")) == 200);
  CHECK(listener.post(post_about("wamid.1")) == 200);
  CHECK(sent(listener.port, request_of("POST", "/webhook", "", "{}")) == 401);
  CHECK(sent(listener.port, request_of("POST", "/onprem/" + onprem_secret + "/de-1", "",
                                       onprem_post(status_of("gBEG1", "sent")))) == 200);
  const std::string before = "http://127.0.0.1:";
  const std::string err = listener.process->err();
  const int metrics_port = std::stoi(err.substr(err.find(before) + before.size()));
  std::string metrics;
  CHECK(eventually([&] {
    Wire wire(metrics_port);
    wire.send("GET /metrics HTTP/1.0\r\n\r\n");
    wire.answer();
    metrics = wire.body();
    return has(metrics, "wamigrate_webhooks_total{met=\"duplicate\"} 1");
  }));
  const Ended ended = listener.end();
  INFO(ended.text());
  CHECK(ended.code == 0);
  const auto lines = json_lines(ended.out);
  REQUIRE(lines.size() >= 5);
  CHECK(text_at(lines[1], "event") == "post");
  CHECK(lines[1]["statuses"][0]["recipient"] == "165…34");
  CHECK(lines[2]["duplicate"] == true);
  CHECK(text_at(lines.back(), "event") == "counts");
  CHECK(lines.back()["refused"]["unsigned"] == 1);
  CHECK(lines.back()["stored"]["cloud"] == 1);
  CHECK(lines.back()["stored"]["onprem"] == 1);
  const auto store = store_of(stage);
  CHECK((*store->outgoing("wamid.1"))->delivered.has_value());
  CHECK((*store->outgoing("gBEG1"))->number == "de-1");
  CHECK(store->totals()->posts == 2);

  std::string all = ended.out + ended.err + metrics;
  for (const auto& file : std::filesystem::recursive_directory_iterator(stage.work())) {
    if (file.is_regular_file()) all += content_of(file.path());
  }
  for (const std::string& canary : {app_secret, verify_token, onprem_secret, words, std::string("16505551234")}) {
    INFO(canary);
    CHECK_FALSE(has(all, canary));
  }
}

TEST_CASE("all that was answered 200 is in the store after kill -9, at whatever moment") {
  Stage stage;
  std::set<std::string> answered;
  std::mutex mutex;
  for (int round = 0; round < 3; ++round) {
    Listener listener(stage);
    std::atomic<int> count = 0;
    std::vector<std::thread> senders;
    for (int s = 0; s < 6; ++s) {
      senders.emplace_back([&, s] {
        Wire wire(listener.port);
        for (int i = 0;; ++i) {
          const std::string message = fmt::format("wamid.{}.{}.{}", round, s, i);
          const std::string body = post_about(message);
          if (!wire.send(request_of("POST", "/webhook", signature_header(app_secret, body), body))) return;
          if (wire.answer() != 200) return;
          const std::lock_guard lock(mutex);
          answered.insert(message);
          ++count;
        }
      });
    }
    CHECK(eventually([&] { return count > 60 * (round + 1); }));
    listener.process->send(SIGKILL);
    CHECK(listener.process->wait().signal == SIGKILL);
    for (std::thread& sender : senders) sender.join();
  }
  REQUIRE(answered.size() > 300);
  const auto store = store_of(stage);
  std::size_t lost = 0;
  for (const std::string& message : answered) {
    if (!store->outgoing(message)->has_value() || !store->incoming("in." + message)->has_value()) ++lost;
  }
  CHECK(lost == 0);
  // And the next one goes on with it.
  Listener again(stage);
  CHECK(again.post(post_about(*answered.begin())) == 200);
  CHECK(again.end().code == 0);
  CHECK(store->totals()->posts >= static_cast<std::int64_t>(answered.size()));
}

TEST_CASE("a full disk answers 503 and not 200, and the receiver lives") {
  Stage stage;
  Listener listener(stage, {}, {{RLIMIT_FSIZE, 400000}});
  int stored = 0;
  int status = 200;
  for (int i = 0; i < 2000 && status == 200; ++i) {
    status = listener.post(cloud_post(change_of(status_of(fmt::format("wamid.{}", i), "sent"),
                                                message_of(fmt::format("in.{}", i), std::string(20000, 'x')))));
    if (status == 200) ++stored;
  }
  CHECK(status == 503);
  CHECK(stored > 0);
  CHECK(sent(listener.port, request_of("GET", "/webhook", "", "")) == 403);
  const Ended ended = listener.end();
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(has(ended.err, "503"));
  CHECK(json_lines(ended.out).back()["refused"]["not_stored"] == 1);
  const auto store = store_of(stage);
  CHECK(store->totals()->posts == stored);
}

TEST_CASE("a consumer that is down, comes back and answers 500 gets every post, and the senders notice nothing") {
  Stage stage;
  std::atomic<int> asked = 0;
  HostileServer consumer([&](Peer& peer) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      if (++asked % 3 == 0) {
        peer.write("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
      } else {
        peer.reply("");
      }
    }
  });
  Listener listener(stage, {"--forward", consumer.url("/hook")});
  std::vector<std::string> bodies;
  for (int i = 0; i < 5; ++i) {
    bodies.push_back(post_about(fmt::format("wamid.{}", i)));
    CHECK(listener.post(bodies.back()) == 200);
  }
  CHECK(eventually([&] { return store_of(stage)->awaiting(0, 100)->empty(); }));
  // Killed with posts that nobody has taken: the next process forwards them.
  listener.process->send(SIGKILL);
  listener.process->wait();
  const int before = consumer.request_count();
  {
    Listener without_consumer(stage, {"--forward", "http://127.0.0.1:1/hook"});
    CHECK(without_consumer.post(post_about("wamid.late")) == 200);
    CHECK(without_consumer.post(post_about("wamid.late")) == 200);
    CHECK(without_consumer.end().code == 0);
  }
  Listener again(stage, {"--forward", consumer.url("/hook")});
  CHECK(eventually([&] { return store_of(stage)->awaiting(0, 100)->empty(); }));
  const Ended ended = again.end();
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(consumer.request_count() > before);
  const std::string last = consumer.requests().back();
  CHECK(has(last, "POST /hook "));
  CHECK(has(last, post_about("wamid.late")));
  CHECK(has(last, webhooks::signature_of(Secret(app_secret), post_about("wamid.late"))));
}

TEST_CASE("SIGTERM finishes what was begun") {
  Stage stage;
  Listener listener(stage);
  const std::string body = post_about("wamid.1");
  const std::string request = request_of("POST", "/webhook", signature_header(app_secret, body), body);
  Wire wire(listener.port);
  wire.send(request_of("GET", "/webhook", "", ""));
  REQUIRE(wire.answer() == 403);
  wire.send(request.substr(0, 200));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  listener.process->send(SIGTERM);
  CHECK(eventually([&] { return !Wire(listener.port).open(); }));
  wire.send(request.substr(200));
  CHECK(wire.answer() == 200);
  const Ended ended = listener.process->wait();
  INFO(ended.text());
  CHECK(ended.code == 0);
  CHECK(store_of(stage)->totals()->posts == 1);
}

TEST_CASE("a store has one receiver at a time, and one that makes no sense is refused") {
  Stage stage;
  Listener listener(stage);
  const Ended second =
      stage.run({"listen", "--store", "kept/posts.db", "--port", "0", "--app-secret", "env:APP_SECRET"});
  INFO(second.text());
  CHECK(second.code == 1);
  CHECK(has(second.err, "in use"));
  for (const Args& wrong : {Args{},
                            {"--app-secret", app_secret},
                            {"--app-secret", "env:APP_SECRET", "--port", "70000"},
                            {"--app-secret", "env:APP_SECRET", "--address", "0.0.0.0"},
                            {"--app-secret", "env:APP_SECRET", "--tls-cert", "x.pem"},
                            {"--app-secret", "env:APP_SECRET", "--path", "/onprem/x"},
                            {"--app-secret", "env:APP_SECRET", "--forward", "http://example.com/hook"},
                            {"--app-secret", "env:APP_SECRET", "--forward", "nonsense"},
                            {"--app-secret", "env:APP_SECRET", "--keep", "soon"},
                            {"--app-secret", "env:APP_SECRET", "--forward-at-once", "0"},
                            {"--verify-token", "env:VERIFY_TOKEN", "--onprem", "env:ONPREM_SECRET"},
                            {"--onprem", "env:SHORT"}}) {
    stage.environment["SHORT"] = "short";
    Args arguments = {"listen", "--store", "other/posts.db"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    const Ended refused = stage.run(arguments);
    INFO(refused.text());
    CHECK(refused.code == 1);
    CHECK_FALSE(has(refused.err + refused.out, app_secret));
    CHECK_FALSE(std::filesystem::exists(stage.work() / "other"));
  }
}

TEST_CASE("the cut-over can be read from the store while the receiver works") {
  Stage stage;
  Listener listener(stage);
  const std::string onprem = "/onprem/" + onprem_secret + "/de-1";
  const auto tell_onprem = [&](const std::string& body) {
    return sent(listener.port, request_of("POST", onprem, "", body));
  };
  CHECK(tell_onprem(onprem_post(status_of("gBEG1", "sent", 1748811400), message_of("gBEG.in"))) == 200);
  CHECK(tell_onprem(onprem_post(status_of("gBEG2", "sent", 1748811410))) == 200);
  CHECK(tell_onprem(onprem_post(status_of("gBEG2", "delivered", 1748811411))) == 200);
  CHECK(listener.post(cloud_post(change_of(status_of("wamid.1", "delivered", 1748811425)))) == 200);
  const Ended read = stage.run({"cutover", "kept/posts.db", "--json"});
  INFO(read.text());
  CHECK(read.code == 0);
  const auto ledger = parse_json(read.out);
  REQUIRE(ledger.has_value());
  REQUIRE((*ledger)["numbers"].size() == 1);
  const Json& number = (*ledger)["numbers"][0];
  CHECK(text_at(number, "old_number") == "de-1");
  CHECK(number["sending"]["at_most_ms"] == 14000);
  CHECK(number["receiving"]["at_most_ms"].is_null());
  REQUIRE(number["at_risk"].size() == 1);
  CHECK(text_at(number["at_risk"][0], "message") == "gBEG1");
  CHECK(text_at(number["at_risk"][0], "recipient") == "165…34");
  const Ended text = stage.run({"cutover", "kept/posts.db"});
  CHECK(has(text.out, "a gap of at most 14 s"));
  CHECK(has(text.out, "at risk: gBEG1  to 165…34"));
  CHECK((*ledger)["unheard"].is_null());

  stage.put("accepted.txt", "gBEG1\ngBEG2\n\ngBEG3\r\n");
  const Ended accepted = stage.run({"cutover", "kept/posts.db", "--accepted", "accepted.txt", "--json"});
  CHECK(parse_json(accepted.out).value_or(Json())["unheard"] == Json::array({"gBEG3"}));
  CHECK(stage.run({"cutover", "kept/posts.db", "--accepted", "nowhere.txt"}).code == 1);

  const Ended listed = stage.run({"cutover", "kept/posts.db", "--resend", "resend.jsonl"});
  INFO(listed.text());
  CHECK(listed.code == 0);
  CHECK_FALSE(has(listed.text(), "16505551234"));
  const std::filesystem::path resend = stage.work() / "resend.jsonl";
  const auto line = parse_json(content_of(resend));
  REQUIRE(line.has_value());
  CHECK(text_at(*line, "message") == "gBEG1");
  CHECK(text_at(*line, "recipient") == "16505551234");
  CHECK((std::filesystem::status(resend).permissions() & std::filesystem::perms(0077)) == std::filesystem::perms::none);
  CHECK(stage.run({"cutover", "kept/posts.db", "--resend", "kept/posts.db"}).code == 1);  // nothing is written over
  CHECK(store_of(stage)->totals()->posts == 4);
  stage.put("other.key", std::string(64, 'b'));
  const Ended other = stage.run({"cutover", "kept/posts.db", "--resend", "x.jsonl", "--seal-key", "file:other.key"});
  CHECK(other.code == 1);
  CHECK_FALSE(std::filesystem::exists(stage.work() / "x.jsonl"));
  CHECK(stage.run({"cutover", "nowhere.db"}).code == 1);
  CHECK(stage.run({"cutover", "kept/posts.db", "--pairs", "x"}).code == 1);
  CHECK(stage.run({"cutover", "kept/posts.db", "--since", "soon"}).code == 1);
  CHECK(listener.end().code == 0);
}
