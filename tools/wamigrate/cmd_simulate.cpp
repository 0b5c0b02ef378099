// simulate, rehearse: the vendor on loopback, and the whole job against it.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <thread>

#include "execute.hpp"
#include "model/inventory.hpp"
#include "ports/files.hpp"
#include "report/checks.hpp"
#include "report/review.hpp"
#include "simulation.hpp"
#include "stop_signals.hpp"
#include "webhook_posts.hpp"

namespace wamigrate::cli {
namespace {

namespace po = boost::program_options;
using namespace std::chrono_literals;

constexpr int default_speed = 100;

std::atomic<bool> asked_to_end = false;

Json as_inventory(const Fleet& fleet) {
  Json inventory = {{"version", 1}};
  inventory.update(to_json(fleet));
  inventory["status_feed"] = fleet.status_feed;  // left out it would mean Meta's
  for (std::size_t i = 0; i < fleet.numbers.size(); ++i) {
    if (fleet.numbers[i].deployment.gone) inventory["numbers"][i]["deployment"] = "gone";
  }
  return inventory;
}

Result<std::string> text_of_option(const Invocation& invocation, const std::string& option) {
  if (!invocation.has(option)) return std::string();
  return read_file(invocation.text(option));
}

// --faults FILE, --seed N, or none.
Result<sim::Faults> faults_of(const Invocation& invocation) {
  if (invocation.has("seed")) return sim::Faults::from_seed(static_cast<std::uint64_t>(*invocation.number("seed")));
  const auto text = text_of_option(invocation, "faults");
  if (!text) return tl::make_unexpected(text.error());
  if (text->empty()) return sim::Faults();
  return sim::faults_from_json(*text);
}

void add_vendor(po::options_description_easy_init& add) {
  add("world", po::value<std::string>(), "situations to plant: a wrong PIN, a code that is wanted, … (JSON file)");
  add("faults", po::value<std::string>(), "what goes wrong on the way (JSON file)");
  add("seed", po::value<int>(), "a storm of faults drawn from this seed");
  add("speed", po::value<int>(), "everything takes that many times less than in reality (default 100)");
}

int speed_of(const Invocation& invocation) { return std::max(1, invocation.number("speed").value_or(default_speed)); }

int run_simulate(const Invocation& invocation) {
  const Console& console = invocation.console();
  Fleet fleet;
  std::unique_ptr<SecretSource> secrets;
  if (invocation.has("INVENTORY")) {
    auto read = load_inventory(invocation.texts("INVENTORY").front());
    if (!read) return console.complain(read.error());
    fleet = std::move(*read);
    secrets = secrets_for_real(fleet);
  } else {
    // Without an inventory: one number, its secrets made up and printed, to try a client against.
    auto phone = parse_phone("+4915110000000");
    if (!phone) return console.complain(phone.error());
    Number number;
    number.phone = *phone;
    number.phone_number_id = "106540352240000";
    number.waba_id = "102290129340398";
    number.pin = {SecretRef::Kind::env, "WAMIGRATE_PIN"};
    number.deployment = {.name = "de-1",
                         .url = "https://10.0.0.5:9090",
                         .shards = 1,
                         .gone = false,
                         .username = "admin",
                         .password = {SecretRef::Kind::env, "WAMIGRATE_ONPREM_PASSWORD"},
                         .backup_password = {SecretRef::Kind::env, "WAMIGRATE_BACKUP_PASSWORD"},
                         .ca_file = ""};
    fleet.graph.app_id = "900100200300";
    fleet.graph.token = {SecretRef::Kind::env, "WAMIGRATE_GRAPH_TOKEN"};
    fleet.numbers.push_back(std::move(number));
    secrets = made_up_secrets();
    console.note("no inventory: one number, +4915110000000, with made-up secrets:");
    for (const SecretRef& ref : secrets_needed(fleet, {&fleet.numbers[0]}, Need::changing, Direction::to_cloud)) {
      console.note("  export " + ref.target + "=" + std::string(secrets->resolve(ref)->reveal()));
    }
  }
  const int speed = speed_of(invocation);
  const auto overlay = text_of_option(invocation, "world");
  if (!overlay) return console.complain(overlay.error());
  auto faults = faults_of(invocation);
  if (!faults) return console.complain(faults.error());
  SystemClock clock;
  auto world = world_of(fleet, sim::ServedBy::onprem, *secrets, speed, *overlay, clock);
  if (!world) return console.complain(world.error());
  auto server = sim::SimServer::start(**world, &*faults, {.port = invocation.number("port").value_or(0)});
  if (!server) return console.complain(server.error());

  const std::string state_dir = invocation.has("state-dir") ? invocation.text("state-dir") : "simulated-state";
  if (invocation.has("inventory-out")) {
    const Fleet led = led_to(**server, fleet, speed, state_dir);
    const std::string file = invocation.text("inventory-out");
    if (auto written = write_file(file, to_document(as_inventory(led)), false); !written) {
      return console.complain(written.error());
    }
    console.say("An inventory that leads here: " + file);
  }
  const StopSignals signals([](int) { asked_to_end = true; });
  console.print_line({{"graph_url", (*server)->graph_url()}, {"port", (*server)->port()}});
  console.say("Both APIs are simulated at " + (*server)->graph_url() + " and " + (*server)->deployment_url("NAME") +
              fmt::format(", {} times as fast as life. Ctrl-C ends it.", speed));
  // What the world does is printed as it happens: codes that a text message would bring, and every change.
  std::size_t told = 0;
  const auto transport = real_transport();
  WebhookPosts posts(**world, *transport, clock, console);
  while (!asked_to_end) {
    std::this_thread::sleep_for(20ms);
    posts.post_due();
    for (const sim::LogEntry& entry : (*world)->log_after(told)) {
      ++told;
      const bool wants_code =
          entry.landed && ((entry.kind == "account" && entry.status == 202) || entry.kind == "request_code");
      if (wants_code)
        console.say("text message to " + entry.phone + ": " + (*world)->hold()->number(entry.phone)->code);
      if (!entry.change.empty()) console.say(sim::to_text(entry));
    }
  }
  return all_done;
}

// One act of a rehearsal: survey, plan, show, run, verify.
class Rehearsal {
 public:
  Rehearsal(const Console& console, const Fleet& fleet, std::vector<std::size_t> numbers, sim::World& world,
            std::filesystem::path directory, bool partial)
      : console_(console),
        fleet_(fleet),
        numbers_(std::move(numbers)),
        world_(world),
        directory_(std::move(directory)),
        partial_(partial) {}

  int act(Direction direction) {
    const std::string to(name(direction));
    console_.say(fmt::format("\n== {} ==\n", direction == Direction::to_cloud ? "To Cloud" : "To on-premises"));
    PlanOptions options;
    options.as_of = std::chrono::floor<std::chrono::days>(clock_.now());
    options.allow_after_sunset = true;  // nothing of this touches the real on-premises registration
    auto looked = look(fleet_, numbers_, direction, options, survey_readings(), console_, made_up_secrets());
    if (!looked) return looked.error();
    const Checks checks = check(fleet_, direction, options, looked->survey);
    console_.say(checks_text(checks, console_.colour()));
    Checks failed;
    const Plan plan = plan_from(fleet_, direction, options, looked->survey, checks, failed);
    if (!failed.empty() && (!partial_ || plan.numbers.empty())) {
      console_.print(checks_json(failed));
      return blocked;
    }
    console_.say(review_text(plan, catalogue(), console_.colour()));
    const std::string text = to_document(plan);
    const std::filesystem::path file = directory_ / ("plan-to-" + to + ".json");
    if (auto written = write_file(file, text, false); !written) return console_.complain(written.error());
    const std::filesystem::path run_path = directory_ / ("run-to-" + to);
    int code = run(run_path, plan, text);
    // Whoever has the telephone reads the text message: here that is this rehearsal.
    for (int round = 0; code == paused && round < 5 && answer_codes(run_path); ++round)
      code = run(run_path, plan, text);
    if (code != all_done) return code;
    auto after = look(fleet_, numbers_, direction, options, survey_readings(), console_, made_up_secrets());
    if (!after) return after.error();
    const Checks verified = verify(fleet_, after->survey, direction);
    console_.say(checks_text(verified, console_.colour()));
    const bool whole = std::none_of(verified.begin(), verified.end(),
                                    [](const Check& one) { return one.result == Check::Result::fail; });
    return whole ? all_done : blocked;
  }

 private:
  int run(const std::filesystem::path& path, const Plan& plan, const std::string& plan_text) {
    auto run = RunDirectory::make(path, plan, plan_text);
    if (!run) return console_.complain(run.error());
    ExecuteOptions options;
    options.yes = true;
    options.secrets = made_up_secrets();
    options.evidence = evidence_in(world_);
    return execute(*run, console_, std::move(options));
  }

  bool answer_codes(const std::filesystem::path& path) {
    auto run = RunDirectory::open(path);
    if (!run) return false;
    const auto progress = run->progress();
    if (!progress) return false;
    Workbench bench(fleet_, made_up_secrets(), 1);
    if (auto opened = bench.open_ledger(true); !opened) return false;
    bool any = false;
    for (const NumberProgress& number : progress->numbers) {
      if (number.waits_for != "code") continue;
      const std::string code = world_.hold()->number(number.phone)->code;
      console_.say("text message to " + number.phone + ": " + code + " (answered by the rehearsal)");
      const Json message = {{"type", "code"},
                            {"phone", number.phone},
                            {"sealed", bench.sealer()->seal(Secret(code), "code " + number.phone)}};
      any = run->store().post(to_compact(message)).has_value() || any;
    }
    return any;
  }

  const Console& console_;
  const Fleet& fleet_;
  std::vector<std::size_t> numbers_;  // of the fleet: those that go there and back
  sim::World& world_;
  std::filesystem::path directory_;
  bool partial_;
  SystemClock clock_;
};

int run_rehearse(const Invocation& invocation) {
  const Console& console = invocation.console();
  auto fleet = load_inventory(invocation.text("INVENTORY"));
  if (!fleet) return console.complain(fleet.error());
  auto numbers = selected(*fleet, invocation);
  if (!numbers) return console.complain(numbers.error());
  const auto direction = direction_of(invocation);
  if (!direction) return console.complain(direction.error());
  const int speed = speed_of(invocation);
  const auto overlay = text_of_option(invocation, "world");
  if (!overlay) return console.complain(overlay.error());
  auto faults = faults_of(invocation);
  if (!faults) return console.complain(faults.error());

  const std::filesystem::path directory = invocation.has("dir") ? invocation.text("dir") : "rehearsal";
  std::error_code ignored;
  if (std::filesystem::exists(directory, ignored)) {
    return console.complain(
        Error{directory.string() + " exists: a rehearsal begins afresh", "remove it, or name another with --dir"});
  }
  if (auto made = make_private_directory(directory); !made) return console.complain(made.error());

  SystemClock clock;
  auto secrets = made_up_secrets();
  const bool to_cloud = *direction == Direction::to_cloud;
  auto world =
      world_of(*fleet, to_cloud ? sim::ServedBy::onprem : sim::ServedBy::cloud, *secrets, speed, *overlay, clock);
  if (!world) return console.complain(world.error());
  auto server = sim::SimServer::start(**world, &*faults);
  if (!server) return console.complain(server.error());
  const Fleet led = led_to(**server, *fleet, speed, std::filesystem::absolute(directory / "state").string());
  console.say(
      fmt::format("Rehearsing {} number{} against a simulated vendor on loopback, {} times as fast as life. Nothing "
                  "leaves this machine; every secret is made up.",
                  numbers->size(), numbers->size() == 1 ? "" : "s", speed));

  Rehearsal rehearsal(console, led, std::move(*numbers), **world, directory, invocation.flag("partial"));
  const Direction back = to_cloud ? Direction::to_onprem : Direction::to_cloud;
  int code = rehearsal.act(*direction);
  if (code == all_done) code = rehearsal.act(back);
  if (auto written = write_file(directory / "vendor.log", (*world)->story(), true); !written) {
    console.note(to_text(written.error()));
  }
  console.say(fmt::format("\nPlans, journals and reports are in {}; what the simulated vendor saw in {}.",
                          directory.string(), (directory / "vendor.log").string()));
  console.say(code == all_done ? "The rehearsal went there and back, verified both ways."
                               : fmt::format("The rehearsal ended with exit code {}.", code));
  return code;
}

}  // namespace

Command simulate_command() {
  return {"simulate",
          "[INVENTORY] [--port P]",
          "Serves both APIs on loopback, with this inventory's numbers and secrets.",
          {"INVENTORY…"},
          [](auto& add) {
            add("port", po::value<int>(), "the port on 127.0.0.1 (default: any free one)");
            add("inventory-out", po::value<std::string>(), "write an inventory that leads to the simulator");
            add("state-dir", po::value<std::string>(), "where that inventory keeps ledger and seal key");
            add_vendor(add);
          },
          run_simulate};
}

Command rehearse_command() {
  return {"rehearse",
          "INVENTORY --to cloud|onprem [--faults FILE|--seed N]",
          "The whole run, and back, against the simulator, with a ledger of its own.",
          {"INVENTORY"},
          [](auto& add) {
            add("to", po::value<std::string>(), "where the numbers shall go first: cloud or onprem");
            add("dir", po::value<std::string>(),
                "the directory to leave plans, journals and reports in (default rehearsal)");
            add("partial", po::bool_switch(), "leave out the numbers that checks refuse");
            add_selection(add);
            add_vendor(add);
          },
          run_rehearse};
}

}  // namespace wamigrate::cli
