// check, verify: look, and say what was seen.
#include "cmd_check_more.hpp"
#include "report/checks.hpp"
#include "run_directory.hpp"
#include "workbench.hpp"

namespace wamigrate::cli {
namespace {

namespace po = boost::program_options;

bool any_failed(const Checks& checks) {
  for (const Check& check : checks) {
    if (check.result == Check::Result::fail) return true;
  }
  return false;
}

// The token of the handshake, if that is asked for; an empty one otherwise.
Result<Secret> verify_token(const Invocation& invocation, const Fleet& fleet) {
  if (!invocation.flag("webhook-handshake")) return Secret();
  if (!invocation.has("verify-token")) {
    return fail("--webhook-handshake needs the verify token that the webhook expects",
                "say --verify-token env:NAME, file:PATH or cmd:COMMAND");
  }
  const auto ref = parse_secret_ref(invocation.text("verify-token"));
  if (!ref) return tl::make_unexpected(ref.error());
  return secrets_for_real(fleet)->resolve(*ref);
}

void append(Checks& checks, Checks more) {
  checks.insert(checks.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

int run_check(const Invocation& invocation) {
  const Console& console = invocation.console();
  auto fleet = load_inventory(invocation.text("INVENTORY"));
  if (!fleet) return console.complain(fleet.error());
  const auto direction = direction_of(invocation);
  if (!direction) return console.complain(direction.error());
  SystemClock clock;
  const auto options = plan_options(invocation, clock.now());
  if (!options) return console.complain(options.error());
  const auto numbers = selected(*fleet, invocation);
  if (!numbers) return console.complain(numbers.error());
  const auto narrowing = Narrowing::from(invocation);
  if (!narrowing) return console.complain(narrowing.error());
  const auto token = verify_token(invocation, *fleet);
  if (!token) return console.complain(token.error());
  auto looked = look(*fleet, *numbers, *direction, *options, survey_readings(), console, secrets_for_real(*fleet));
  if (!looked) return looked.error();

  const std::string run = invocation.has("run") ? invocation.text("run") : ".";
  Checks checks = check(*fleet, *direction, *options, looked->survey, room_in(run));
  if (invocation.has("scan")) append(checks, scan(invocation.texts("scan"), *direction));
  if (!token->empty() && *direction == Direction::to_cloud) append(checks, handshakes(*fleet, *looked, *token));
  checks = narrowing->apply(std::move(checks));
  if (narrowing->any())
    console.note("Narrowed to " + narrowing->text() + ": what was left out may still stand against it.");
  console.print(checks_json(checks));
  console.say(checks_text(checks, console.colour()));
  return any_failed(checks) ? blocked : all_done;
}

int run_verify(const Invocation& invocation) {
  const Console& console = invocation.console();
  Fleet fleet;
  std::optional<Direction> expected;
  PlanOptions options;
  SystemClock clock;
  options.as_of = std::chrono::floor<std::chrono::days>(clock.now());
  std::vector<std::size_t> numbers;
  if (invocation.has("run")) {
    auto run = RunDirectory::open(invocation.text("run"));
    if (!run) return console.complain(run.error());
    fleet = run->plan().fleet;
    expected = run->plan().direction;
    for (std::size_t i = 0; i < fleet.numbers.size(); ++i) {
      for (const PlannedNumber& planned : run->plan().numbers) {
        if (planned.phone == fleet.numbers[i].phone.e164) numbers.push_back(i);
      }
    }
  } else {
    if (!invocation.has("INVENTORY")) {
      return console.complain(Error{"verify needs an inventory or --run", "wamigrate verify INVENTORY | --run RUN"});
    }
    auto read = load_inventory(invocation.texts("INVENTORY").front());
    if (!read) return console.complain(read.error());
    fleet = std::move(*read);
    const auto some = selected(fleet, invocation);
    if (!some) return console.complain(some.error());
    numbers = *some;
  }
  fleet.status_feed.clear();  // advice before a change: there is none to come
  auto looked = look(fleet, numbers, expected.value_or(Direction::to_cloud), options, survey_readings(), console,
                     secrets_for_real(fleet));
  if (!looked) return looked.error();
  const Checks checks = verify(fleet, looked->survey, expected);
  console.print(checks_json(checks));
  console.say(checks_text(checks, console.colour()));
  bool whole = !any_failed(checks);
  for (const Check& check : checks) {
    if (check.id == "home" && check.result != Check::Result::pass) whole = false;
  }
  return whole ? all_done : blocked;
}

}  // namespace

Command check_command() {
  return {"check",
          "INVENTORY --to cloud|onprem",
          "Every preflight check, all findings at once. Reads only.",
          {"INVENTORY"},
          [](auto& add) {
            add_planning(add);
            add_selection(add);
            add("check", po::value<std::string>(), "show these checks alone: ids, comma-separated");
            add("skip", po::value<std::string>(), "leave these checks out; not by `plan`");
            add("run", po::value<std::string>(),
                "where the run is going to live, for the room on its disk; here by default");
            add("scan", po::value<std::vector<std::string>>()->multitoken(),
                "files and folders to look through for media ids, template namespaces and contacts calls");
            add("webhook-handshake", po::bool_switch(), "ask the webhooks as Meta does when they are set");
            add("verify-token", po::value<std::string>(), "the token they expect: env:NAME, file:PATH or cmd:COMMAND");
          },
          run_check};
}

Command verify_command() {
  return {"verify",
          "INVENTORY | --run RUN",
          "The checkpoints alone, on what is observed now. Reads only.",
          {"INVENTORY…"},
          [](auto& add) {
            add("run", po::value<std::string>(), "the run whose numbers to verify");
            add_selection(add);
          },
          run_verify};
}

}  // namespace wamigrate::cli
