#include "cli/stage.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/StreamSocket.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "base/digest.hpp"
#include "support/catch.hpp"

namespace wamigrate::tests {
namespace {

namespace fs = std::filesystem;

constexpr uid_t nobody = 65534;

// Settling after a registration is the sum of the middle three: short, and longer than any delay that tests plant.
const std::map<std::string, std::string> stage_policy = {
    {"waves", "[100%]"},           {"request_timeout", "1s"},  {"register_timeout", "500ms"},
    {"server_delay_max", "200ms"}, {"status_lag_max", "50ms"}, {"retry_initial", "20ms"},
    {"retry_max", "200ms"},        {"api_down_wait", "100ms"}, {"recently_deleted_wait", "200ms"},
    {"settle_timeout", "4s"},      {"settle_poll", "20ms"},    {"drain_timeout", "4s"},
};

std::string policy_text(const std::map<std::string, std::string>& wanted) {
  std::map<std::string, std::string> policy = wanted;
  policy.insert(stage_policy.begin(), stage_policy.end());
  std::string text = "policy:\n";
  for (const auto& [key, value] : policy) text += fmt::format("  {}: {}\n", key, value);
  return text;
}

std::string phone_of(int index) { return fmt::format("+49151100{:05}", index); }

/// What the sanitizers of this test are told, those of the program are told too. Leaks are not looked for in it: it
/// forbids being looked into, which the search needs.
void add_sanitizer_options(std::map<std::string, std::string>& environment) {
  for (const char* variable : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* told = ::getenv(variable)) environment[variable] = told;
  }
  std::string& options = environment["ASAN_OPTIONS"];
  options += options.empty() ? "detect_leaks=0" : ":detect_leaks=0";
}

bool changes_something(const sim::LogEntry& entry) {
  static const auto kinds = [] {
    std::map<sim::Side, std::set<std::string>> changing;
    for (const sim::Side side : {sim::Side::graph, sim::Side::onprem}) {
      for (const std::string& kind : sim::request_kinds(side, true)) changing[side].insert(kind);
    }
    changing[sim::Side::onprem].erase("login");
    changing[sim::Side::onprem].erase("logout");
    return changing;
  }();
  return entry.kind == "unknown" || kinds.at(entry.side).contains(entry.kind);
}

}  // namespace

sim::Timing quick() {
  sim::Timing timing;
  timing.register_time = Millis(80);
  timing.deregister_time = Millis(20);
  timing.connect_time = Millis(60);
  timing.pending_time = Millis(60);
  timing.status_lag = Millis(40);
  timing.deregister_settle = Millis(500);
  return timing;
}

Place::Place() {
  std::string name = (fs::temp_directory_path() / "wamigrate-cli-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
  fs::permissions(path_, fs::perms(0711));
}

Place::~Place() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Stage::Stage(StageOptions options) {
  environment = {{"HOME", home().string()},
                 {"XDG_STATE_HOME", (home() / "state").string()},
                 {"GRAPH_TOKEN", "sim-token"},
                 {"APP_SECRET", "a-secret-of-the-app"},
                 {"ONPREM_PASSWORD", "Secret-123"},
                 {"BACKUP_PASSWORD", "tacocat-long"},
                 {"PIN", "123456"}};
  add_sanitizer_options(environment);
  for (const fs::path& directory : {home(), work()}) {
    fs::create_directory(directory);
    fs::permissions(directory, fs::perms(0700));
  }

  sim::WorldSpec spec;
  spec.graph_token = environment["GRAPH_TOKEN"];
  spec.app_secret = environment["APP_SECRET"];
  spec.dialect = options.dialect;
  spec.timing = options.timing;
  std::string numbers = "numbers:\n";
  for (int i = 0; i < options.numbers; ++i) {
    spec.numbers.push_back({.phone = phone(i),
                            .phone_number_id = fmt::format("1065403522{:05}", i),
                            .home = options.home,
                            .pin = environment["PIN"],
                            .deployment = deployment(i),
                            .password = environment["ONPREM_PASSWORD"]});
  }
  world = sim::make_world(clock, spec);
  if (!options.overlay.empty()) {
    const auto planted = sim::plant(*world, options.overlay);
    INFO((planted ? "" : planted.error().message));
    REQUIRE(planted.has_value());
  }
  auto started = sim::SimServer::start(*world, &faults);
  REQUIRE(started.has_value());
  server = std::move(*started);

  for (int i = 0; i < options.numbers; ++i) {
    const std::string pin = options.own_pins ? fmt::format("PIN_{}", i) : "PIN";
    environment[pin] = environment["PIN"];
    numbers += fmt::format(
        "  - phone: \"{}\"\n    phone_number_id: \"{}\"\n    pin: env:{}\n"
        "    deployment: {{ name: {}, url: \"{}\" }}\n",
        phone(i), spec.numbers[static_cast<std::size_t>(i)].phone_number_id, pin, deployment(i),
        server->deployment_url(deployment(i)));
  }
  inventory_ = fmt::format(
      "version: 1\n"
      "graph:\n  url: {}\n  token: env:GRAPH_TOKEN\n  app_id: \"{}\"\n  app_secret: env:APP_SECRET\n"
      "status_feed: \"\"\n"
      "defaults:\n  waba_id: \"102290129340398\"\n  deployment:\n    username: admin\n"
      "    password: env:ONPREM_PASSWORD\n    backup_password: env:BACKUP_PASSWORD\n"
      "{}{}",
      server->graph_url(), spec.app_id, numbers, policy_text(options.policy));
  put("inventory.yaml", inventory_);
}

// Poco's server looks whether it is to end four times a second, and whenever somebody connects.
Stage::~Stage() {
  std::thread knock([address = Poco::Net::SocketAddress("127.0.0.1", static_cast<Poco::UInt16>(server->port()))] {
    try {
      for (int i = 0; i < 100; ++i) {
        std::this_thread::sleep_for(Millis(2));
        Poco::Net::StreamSocket{address};
      }
    } catch (const Poco::Exception&) {
      return;  // it has ended
    }
  });
  server.reset();
  knock.join();
}

Start Stage::start_of(const Args& arguments) const {
  if (unprivileged && ::geteuid() == 0) {
    for (const fs::path& top : {home(), work()}) {
      REQUIRE(::lchown(top.c_str(), nobody, nobody) == 0);
      for (const auto& entry : fs::recursive_directory_iterator(top)) {
        REQUIRE(::lchown(entry.path().c_str(), nobody, nobody) == 0);
      }
    }
  }
  return {.program = WAMIGRATE_PROGRAM,
          .arguments = arguments,
          .environment = environment,
          .directory = work(),
          .unprivileged = unprivileged};
}

std::unique_ptr<Process> Stage::start(const Args& arguments) { return std::make_unique<Process>(start_of(arguments)); }

Ended Stage::run(const Args& arguments, const std::string& input) {
  Start start = start_of(arguments);
  start.input = input;
  Ended ended = Process(start).wait();
  INFO(fmt::format("wamigrate {}", arguments.empty() ? "" : arguments.front()) << ": " << ended.text());
  REQUIRE(ended.in_time);
  REQUIRE(ended.signal == 0);
  return ended;
}

void Stage::plan(const std::string& file, const Args& more) {
  Args arguments{"plan", "inventory.yaml", "-o", file};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Ended planned = run(arguments);
  INFO(planned.text());
  REQUIRE(planned.code == 0);
}

Ended Stage::apply(const Args& more) {
  Args arguments{"apply", "plan.json", "--run", "run", "--yes"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run(arguments);
}

Json Stage::status(const std::string& run_directory) {
  const Ended shown = run({"status", "--run", run_directory, "--json"});
  const auto json = parse_json(shown.out);
  INFO(shown.text());
  REQUIRE(json.has_value());
  return *json;
}

std::string Stage::phone(int index) const { return phone_of(index); }
std::string Stage::deployment(int index) const { return fmt::format("de-{}", index); }

fs::path Stage::put(const std::string& name, const std::string& content, int mode) const {
  const fs::path file = work() / name;
  std::ofstream(file, std::ios::binary) << content;
  fs::permissions(file, static_cast<fs::perms>(mode));
  return file;
}

std::vector<sim::LogEntry> Stage::changes(std::size_t since) {
  std::vector<sim::LogEntry> found;
  const auto log = world->log();
  for (std::size_t i = since; i < log.size(); ++i) {
    if (changes_something(log[i])) found.push_back(log[i]);
  }
  return found;
}

int Stage::sent(const std::string& kind, const std::string& of) {
  const auto log = world->log();
  return static_cast<int>(std::count_if(log.begin(), log.end(), [&](const sim::LogEntry& entry) {
    return entry.kind == kind && !entry.late && (of.empty() || entry.phone == of);
  }));
}

sim::FaultRule fault(const std::string& on, sim::Action action, int nth) {
  sim::FaultRule rule;
  rule.on = on;
  rule.action = action;
  rule.nth = nth;
  return rule;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    auto json = parse_json(line);
    if (!json || !json->is_object()) return {};
    lines.push_back(std::move(*json));
  }
  return lines;
}

std::string inventory_of(const fs::path& directory) {
  std::set<std::string> entries;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const bool file = entry.is_regular_file();
    entries.insert(fmt::format("{} {} {}", entry.path().string(), entry.last_write_time().time_since_epoch().count(),
                               file ? sha256_hex(content_of(entry.path())) : ""));
  }
  std::string text;
  for (const std::string& entry : entries) text += entry + "\n";
  return text;
}

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace wamigrate::tests
