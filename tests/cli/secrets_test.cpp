// No secret leaves the program but to whom it is for: everything it prints and every byte it writes is searched for
// canaries that were planted as secrets, and for what the vendor hands out.
#include <sodium.h>

#include <array>
#include <fstream>

#include "cli/stage.hpp"
#include "ports/hostile_server.hpp"
#include "support/catch.hpp"
#include "support/power_cut.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;
using sim::Action;
namespace fs = std::filesystem;

namespace {

std::string base64(const std::string& text) {
  std::string encoded(sodium_base64_encoded_len(text.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(encoded.data(), encoded.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  encoded.pop_back();
  return encoded;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) result += std::string(c == '/' || c == '"' ? "\\" : "") + c;
  return result;
}

/// What Graph wants beside the token: HMAC-SHA256 of the token under the app secret, in hex.
std::string proof(const std::string& token, const std::string& app_secret) {
  crypto_auth_hmacsha256_state state{};
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> sum{};
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(app_secret.data()), app_secret.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(token.data()), token.size());
  crypto_auth_hmacsha256_final(&state, sum.data());
  std::array<char, 2 * crypto_auth_hmacsha256_BYTES + 1> hex{};
  return sodium_bin2hex(hex.data(), hex.size(), sum.data(), sum.size());
}

std::string in_url(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c == '/' ? "%2F" : c == '"' ? "%22" : std::string(1, c);
  }
  return result;
}

/// A request's line without the parameters that are secret by Meta's own wish; nothing of what is no request.
std::string open_part(const std::string& sent) {
  std::string line = sent.substr(0, sent.find('\r'));
  if (!has(line, " HTTP/1.1")) return {};
  for (const std::string parameter : {"appsecret_proof=", "hub.verify_token=", "/debug_token?input_token="}) {
    if (const std::size_t at = line.find(parameter); at != std::string::npos) {
      line.erase(at, line.find_first_of("& ", at + parameter.size()) - at);
    }
  }
  return line;
}

/// Names and values of what must not be found.
class Canaries {
 public:
  void plant(const std::string& name, const std::string& secret) {
    if (secret.empty()) return;
    list_.emplace_back(name, secret);
    list_.emplace_back(name + " in JSON", escaped(secret));
    list_.emplace_back(name + " in a URL", in_url(secret));
    // Six digits in base64 would be eight letters that mean nothing; longer ones are told apart.
    if (secret.size() > 8) list_.emplace_back(name + " in base64", base64(secret).substr(0, secret.size()));
  }
  /// The names of those that stand in the text.
  std::string in(const std::string& text) const {
    std::string found;
    for (const auto& [name, secret] : list_) {
      if (text.find(secret) != std::string::npos) found += name + "; ";
    }
    return found;
  }

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

/// A stage whose every secret is a canary, and the record of all that the program printed.
class Watched {
 public:
  explicit Watched(StageOptions options = {}) : stage(std::move(options)) {
    set("GRAPH_TOKEN", "EAAGcanaryTOKENq7Xw");
    set("APP_SECRET", "canaryAPPSECRETu5Tz");
    set("ONPREM_PASSWORD", "canary/ONPREM\"pw9Lk");
    set("BACKUP_PASSWORD", "canary/BACKUP\"pw3Rm");
    set("PIN_0", "739158");
    set("PIN_1", "739158");
    set("RIGHT_PIN", "864203");
    canaries.plant("appsecret_proof", proof(stage.environment["GRAPH_TOKEN"], stage.environment["APP_SECRET"]));
    canaries.plant("basic credentials", "admin:" + stage.environment["ONPREM_PASSWORD"]);
    stage.environment["LD_PRELOAD"] = WAMIGRATE_TEST_DISK;
    stage.environment["WAMIGRATE_TEST_DISK"] = (outside_.path() / "record").string();
    stage.environment["WAMIGRATE_TEST_DISK_ROOT"] = "/no/such/directory";
    stage.environment["ASAN_OPTIONS"] += ":verify_asan_link_order=0";
    auto state = stage.world->hold();
    sim::GraphToken token;
    token.app_id = "900100200300";
    token.issued = stage.clock.now();
    state->tokens.clear();
    state->tokens[stage.environment["GRAPH_TOKEN"]] = token;
    state->apps.begin()->second.secret = stage.environment["APP_SECRET"];
    for (auto& [name, deployment] : state->deployments) {
      deployment.users["admin"].password = stage.environment["ONPREM_PASSWORD"];
    }
    for (auto& [phone, number] : state->numbers) {
      number.pin = stage.environment["PIN_0"];
      number.code = "585714";
    }
    canaries.plant("code", "585714");
  }

  void set(const std::string& name, const std::string& secret) {
    stage.environment[name] = secret;
    canaries.plant(name, secret);
  }

  Ended run(const Args& arguments, const std::string& input = {}) {
    Ended ended = stage.run(arguments, input);
    printed += ended.out + ended.err;
    const std::string found = canaries.in(ended.out + ended.err);
    INFO("wamigrate " << arguments.front() << " printed: " << found << ended.text());
    CHECK(found.empty());
    return ended;
  }

  /// Searches all that was printed and all that is on disk, now also for what the vendor has handed out.
  void search(int files_at_least = 8) {
    {
      auto state = stage.world->hold();
      for (const auto& [text, backup] : state->backups) canaries.plant("backup", text);
      for (const auto& [phone, number] : state->numbers) canaries.plant("certificate", number.certificate);
      for (const auto& [name, deployment] : state->deployments) canaries.plant("on-premises token", "eyJsim." + name);
    }
    CHECK(canaries.in(printed).empty());
    int files = 0;
    for (const fs::path& top : {stage.home(), stage.work()}) {
      for (const auto& entry : fs::recursive_directory_iterator(top)) {
        if (!entry.is_regular_file()) continue;
        ++files;
        const std::string found = canaries.in(content_of(entry.path()));
        INFO(entry.path().string() << " holds: " << found);
        CHECK(found.empty());
      }
    }
    CHECK(files >= files_at_least);
    search_requests();
  }

  /// Searches the first lines of all requests that left: proxies and servers keep them.
  void search_requests() {
    for (const DiskEvent& event : read_disk_events(outside_.path() / "record")) {
      const std::string line = open_part(event.data);
      requests += line.empty() ? 0 : 1;
      const std::string found = canaries.in(line);
      INFO("the line of a request holds: " << found);
      CHECK(found.empty());
    }
  }

  Stage stage;
  Canaries canaries;
  std::string printed;
  int requests = 0;

 private:
  Place outside_;
};

}  // namespace

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
    const Ended ended = killed.wait();
    watched.printed += ended.out + ended.err;
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
  HostileServer webhook([](Peer& peer) {
    const std::string request = peer.read_request();
    const std::string key = "hub.challenge=";
    const std::size_t at = request.find(key) + key.size();
    peer.reply(request.substr(at, request.find('&', at) - at));
  });
  Watched watched;
  Stage& stage = watched.stage;
  watched.set("VERIFY", "canaryVERIFYtoken8Qs");
  for (auto& [id, app] : stage.world->hold()->apps) app.callback_url = webhook.url("/hook");
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
  const Args shaken{"check", "inventory.yaml", "--to", "cloud", "--webhook-handshake", "--verify-token", "env:VERIFY"};
  CHECK(watched.run(shaken).code == 0);
  REQUIRE(webhook.request_count() == 1);
  CHECK(has(webhook.requests().front(), stage.environment["VERIFY"]));
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
    const Ended ended = simulated->wait();
    watched.printed += ended.out + ended.err;
  }
  watched.search(2);
}
