// No secret leaves the program but to whom it is for: everything it prints and every byte it writes is searched for
// canaries that were planted as secrets, and for what the vendor hands out. The commands of the message side:
// secrets_messages_test.cpp.
#include <atomic>
#include <fstream>

#include "cli/watched.hpp"
#include "ports/hostile_server.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using sim::Action;
namespace fs = std::filesystem;

TEST_CASE("the search finds a canary wherever it is planted") {
  Watched watched;
  const fs::path file = watched.stage.put("run.db-wal", "");
  for (const auto& [name, secret] : watched.stage.environment) {
    if (name == "HOME" || name == "XDG_STATE_HOME" || name.ends_with("SAN_OPTIONS") || name == "PIN" ||
        name == "LD_PRELOAD" || name.starts_with("WAMIGRATE_TEST")) {
      continue;
    }
    INFO(name);
    watched.stage.put("run.db-wal", std::string("\0\1binary\xff", 9) + secret + std::string(100, '\0'));
    CHECK(has(watched.canaries.in(content_of(file)), name));
  }
  watched.stage.put("run.db-wal",
                    "Authorization: Basic " + base64("admin:" + watched.stage.environment["ONPREM_PASSWORD"]));
  CHECK(has(watched.canaries.in(content_of(file)), "basic credentials"));
}

TEST_CASE("a migration, its report and its way back leave no secret anywhere") {
  Watched watched({.numbers = 2, .overlay = R"({"*": {"needs_code": true}})"});
  Stage& stage = watched.stage;
  CHECK(watched.run({"check", "inventory.yaml", "--to", "cloud"}).code == 0);
  CHECK(watched.run({"check", "inventory.yaml", "--to", "cloud", "--json"}).code == 0);
  CHECK(watched.run({"plan", "inventory.yaml", "--to", "cloud", "-o", "plan.json"}).code == 0);
  for (const char* format : {"text", "markdown", "html", "dot", "json"}) {
    CHECK(watched.run({"show", "plan.json", "--format", format}).code == 0);
  }
  CHECK(watched.run({"diff", "plan.json", "plan.json"}).code == 0);
  CHECK(watched.run({"apply", "plan.json", "--run", "run", "--dry-run"}).code == 0);
  // Killed with the backup in hand: what is on disk then is searched too.
  {
    sim::FaultRule slow = fault("register", Action::reply_lost);
    stage.faults.add(slow);
    Start start = stage.start_of({"apply", "plan.json", "--run", "run", "--yes"});
    Process killed(start);
    REQUIRE(eventually([&] { return stage.sent("register") >= 1; }));
    killed.send(9);
    watched.end_of(killed, "apply");
    watched.search();
  }
  const Ended applied = watched.run({"apply", "plan.json", "--run", "run", "--yes", "--json"});
  INFO(applied.text() << stage.story());
  CHECK(applied.code == 0);
  watched.run({"status", "--run", "run"});
  watched.run({"status", "--run", "run", "--json"});
  for (const char* format : {"text", "markdown", "html", "json"}) {
    CHECK(watched.run({"report", "--run", "run", "--format", format}).code == 0);
  }
  CHECK(watched.run({"verify", "--run", "run"}).code == 0);
  const Args back{"rollback", "--run", "run", "--allow-after-sunset", "--yes"};
  CHECK(watched.run({"rollback", "--run", "run", "--allow-after-sunset", "--dry-run"}).code == 0);
  CHECK(watched.run(back).code == 4);
  for (int i = 0; i < 2; ++i) {
    CHECK(watched.run({"answer", "--run", "run", stage.phone(i), "--code-from", "-"}, "585-714\n").code == 0);
  }
  watched.search();  // the code is kept now, sealed
  const Ended ended = watched.run(back);
  INFO(ended.text() << stage.story());
  CHECK(ended.code == 0);
  watched.search();
}

TEST_CASE("failures of every kind name no secret") {
  Watched watched({.policy = {{"settle_timeout", "800ms"}}});
  Stage& stage = watched.stage;
  CHECK(watched.run({"plan", "inventory.yaml", "--to", "cloud", "-o", "plan.json"}).code == 0);
  SECTION("a wrong PIN, and the right one") {
    stage.world->hold()->number(stage.phone())->pin = stage.environment["RIGHT_PIN"];
    CHECK(watched.run({"apply", "plan.json", "--run", "run", "--yes"}).code == 5);
    watched.run({"report", "--run", "run"});
    watched.run({"retry", "--run", "run", stage.phone(), "--pin", "env:RIGHT_PIN"});
    watched.run({"apply", "plan.json", "--run", "run", "--yes"});
    watched.run({"report", "--run", "run"});
  }
  SECTION("a token that is refused") {
    stage.world->expire_token(stage.environment["GRAPH_TOKEN"]);
    CHECK(watched.run({"check", "inventory.yaml", "--to", "cloud"}).code == 2);
    CHECK(watched.run({"apply", "plan.json", "--run", "run", "--yes"}).code == 4);
    CHECK(watched.run({"verify", "--run", "run"}).code != 0);
  }
  SECTION("a password that is refused") {
    stage.world->hold()->deployments.begin()->second.users["admin"].password = "another-one";
    CHECK(watched.run({"check", "inventory.yaml", "--to", "cloud"}).code == 2);
    watched.run({"apply", "plan.json", "--run", "run", "--yes"});
  }
  SECTION("a backup that is refused, replies that can't be read, and a refusal that repeats what it was sent") {
    sim::FaultRule refuse = fault("register", Action::refuse);
    refuse.code = 133002;
    refuse.details = "bad backup for pin " + stage.environment["PIN_0"] + " token " + stage.environment["GRAPH_TOKEN"] +
                     " password " + stage.environment["BACKUP_PASSWORD"];
    stage.faults.add(refuse);
    stage.faults.add(fault("backup", Action::half, 2));
    stage.faults.add(fault("node", Action::html, 5));
    stage.faults.add(fault("health", Action::garbage, 4));
    watched.run({"apply", "plan.json", "--run", "run", "--yes"});
    watched.run({"report", "--run", "run", "--format", "markdown"});
  }
  SECTION("a PIN typed where a reference belongs") {
    watched.run({"apply", "plan.json", "--run", "run", "--yes"});
    CHECK(watched.run({"retry", "--run", "run", stage.phone(), "--pin", stage.environment["PIN_0"]}).code == 1);
    CHECK(watched.run({"answer", "--run", "run", stage.phone(), "--code-from", "585714"}).code == 1);
  }
  watched.search();
}

TEST_CASE("a proxy that repeats what it was told gets its login into no text, and deployments are asked without it") {
  std::atomic<int> status = 407;
  HostileServer proxy([&status](Peer& peer) {
    std::string asked = peer.read_request();
    for (char& c : asked) c = c == '\r' || c == '\n' ? ' ' : c;
    peer.write("HTTP/1.1 " + std::to_string(status) + " " + asked + "\r\nX-Asked: " + asked + "\r\n\r\n" + asked);
  });
  Watched watched;
  Stage& stage = watched.stage;
  watched.set_proxy("http://127.0.0.1:" + std::to_string(proxy.port()));
  std::string inventory = content_of(stage.work() / "inventory.yaml");
  for (const auto& [from, to] :
       {std::pair(stage.server->graph_url(), std::string("https://graph.invalid")),
        std::pair(std::string("status_feed: \"\""), std::string("status_feed: https://feed.invalid/a"))}) {
    inventory.replace(inventory.find(from), from.size(), to);
  }
  stage.put("inventory.yaml", inventory);
  for (const int answered : {407, 403}) {
    status = answered;
    const Ended checked = watched.run({"check", "inventory.yaml", "--to", "cloud"});
    CHECK(checked.code == 2);
    CHECK(has(checked.out, "HTTP " + std::to_string(answered)));
    CHECK(watched.run({"check", "inventory.yaml", "--to", "cloud", "--json"}).code == 2);
    CHECK(watched.run({"plan", "inventory.yaml", "--to", "cloud", "-o", "plan.json"}).code != 0);
    CHECK(watched.run({"token", "inventory.yaml"}).code == 1);
    watched.run({"discover", "inventory.yaml"});
    watched.run({"verify", "inventory.yaml", "--json"});
  }
  const std::string login = "Proxy-Authorization: Basic " + base64(stage.environment["PROXY_LOGIN"]) + "\r\n";
  bool feed = false;
  for (const std::string& asked : proxy.requests()) {
    INFO(asked);
    feed = feed || asked.starts_with("CONNECT feed.invalid:443 ");
    CHECK((asked.starts_with("CONNECT graph.invalid:443 ") || asked.starts_with("CONNECT feed.invalid:443 ")));
    CHECK(has(asked, login));
  }
  CHECK(feed);
  CHECK(stage.requests() > 0);  // the deployments
  watched.search(1);
}

TEST_CASE("a rehearsal with failures leaves no secret of the real inventory") {
  Watched watched;
  watched.stage.put("faults.json", R"({"faults": [{"on": "register", "action": "reply_dropped"},
      {"on": "register", "nth": 2, "action": "refuse", "code": 133005}, {"on": "backup", "action": "html"}]})");
  watched.run({"rehearse", "inventory.yaml", "--to", "cloud", "--speed", "300", "--faults", "faults.json"});
  watched.search();
  CHECK(watched.stage.requests() == 0);
  CHECK(watched.requests > 20);
}

TEST_CASE("the commands that only look leave no secret anywhere, and put none into a URL but where Meta wants it") {
  std::atomic<bool> answers = true;
  HostileServer webhook([&answers](Peer& peer) {
    const std::string request = peer.read_request();
    const std::string key = "hub.challenge=";
    const std::size_t at = request.find(key) + key.size();
    peer.reply(answers ? request.substr(at, request.find('&', at) - at) : request);
  });
  Watched watched;
  Stage& stage = watched.stage;
  watched.set("VERIFY", "canaryVERIFYtoken8Qs");
  watched.set_callback(webhook.url("/hook"));
  std::string all;
  for (const auto& [name, value] : stage.environment) {
    if (name.starts_with("PIN_") || value.find("canary") != std::string::npos) all += name + ": " + value + "\n";
  }
  all += "POST /v1/contacts id: 1166846181421424\n";

  CHECK(watched.run({"discover", "inventory.yaml"}).code != 1);
  CHECK(watched.run({"discover", "inventory.yaml", "-o", "found.yaml"}).code != 1);
  CHECK(watched.run({"discover", "inventory.yaml", "--json"}).code != 1);
  CHECK(watched.run({"token", "inventory.yaml"}).code == 0);
  CHECK(watched.run({"token", "inventory.yaml", "--json"}).code == 0);
  CHECK(watched.run({"verify", "inventory.yaml"}).code == 0);
  CHECK(watched.run({"verify", "inventory.yaml", "--json"}).code == 0);
  CHECK(watched.run({"check", "inventory.yaml", "--to", "onprem"}).code != 1);
  CHECK(watched.run({"check", "inventory.yaml", "--to", "onprem", "--json"}).code != 1);
  Args shaken{"check", "inventory.yaml", "--to", "cloud", "--webhook-handshake", "--verify-token", "env:VERIFY"};
  CHECK(watched.run(shaken).code == 0);
  shaken.push_back("--json");
  CHECK(watched.run(shaken).code == 0);
  answers = false;  // it sends back what it was asked
  CHECK(watched.run(shaken).code == 2);
  REQUIRE(webhook.request_count() == 3);
  CHECK(has(webhook.requests().front(), stage.environment["VERIFY"]));
  CHECK(has(webhook.requests().front(), "canaryHOOKtoken6Jd"));
  // Files that people keep their secrets in: looked through outside of what is searched afterwards.
  const Place elsewhere;
  std::ofstream(elsewhere.path() / "app.env") << all;
  const Args scanned{"check", "inventory.yaml", "--to", "cloud", "--scan", elsewhere.path().string()};
  CHECK(has(watched.run(scanned).out, "app.env:"));
  SECTION("and those of a way that was never begun") {
    CHECK(watched.run({"plan", "inventory.yaml", "--to", "cloud", "-o", "plan.json"}).code == 0);
    CHECK(watched.run({"show", "plan.json", "--changes"}).code == 0);
    CHECK(watched.run({"apply", "plan.json", "--run", "run"}).code == 4);
    CHECK(watched.run({"status", "--run", "run"}).code == 1);
  }
  SECTION("and a vendor imagined for this inventory") {
    const auto simulated = stage.start({"simulate", "inventory.yaml"});
    REQUIRE(eventually([&] { return has(simulated->out(), "\n") || simulated->has_ended(); }));
    simulated->send(15);
    watched.end_of(*simulated, "simulate");
  }
  watched.search(2);
}
