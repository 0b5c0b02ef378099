// The table of contents: which commands there are, and how a command line finds its own.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <iostream>

#include "cli.hpp"

namespace po = boost::program_options;

namespace wamigrate::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      discover_command(),     check_command(),     plan_command(),     show_command(),     diff_command(),
      apply_command(),        status_command(),    answer_command(),   resolve_command(),  retry_command(),
      approve_command(),      pause_command(),     resume_command(),   throttle_command(), abort_command(),
      rollback_command(),     verify_command(),    report_command(),   explain_command(),  token_command(),
      lint_command(),         translate_command(), listen_command(),   cutover_command(),  loadtest_command(),
      availability_command(), simulate_command(),  rehearse_command(),
  };
  return all;
}

namespace {

void print_usage(std::ostream& out) {
  out << "wamigrate " << WAMIGRATE_VERSION
      << ": moves WhatsApp Business numbers between the On-Premises API and the Cloud API\n\n";
  for (const Command& command : commands()) {
    out << "  wamigrate " << command.name << " " << command.arguments << "\n      " << command.summary << "\n";
  }
  out << "\nEach command has --help and --json. Exit codes: 0 done and verified, 1 unusable input, 2 blocked by a "
         "check,\n"
         "3 ended and not all migrated, 4 paused and resumable, 5 a number needs a person now.\n";
}

int run_command(const Command& command, const std::vector<std::string>& arguments) {
  po::options_description options("Options");
  auto add = options.add_options();
  add("help,h", po::bool_switch(), "this text");
  add("json", po::bool_switch(), "machine-readable output on standard output; people's goes to standard error");
  if (command.options) command.options(add);

  po::options_description hidden;
  po::positional_options_description positional;
  for (const std::string& name : command.positional) {
    const bool rest = name.ends_with("…");
    const std::string plain = rest ? name.substr(0, name.size() - std::string("…").size()) : name;
    if (rest) {
      hidden.add_options()(plain.c_str(), po::value<std::vector<std::string>>());
    } else {
      hidden.add_options()(plain.c_str(), po::value<std::string>());
    }
    positional.add(plain.c_str(), rest ? -1 : 1);
  }
  po::options_description everything;
  everything.add(options).add(hidden);

  po::variables_map values;
  const bool json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  const Console console(json);
  try {
    // Options are written out: what is guessed from its beginning today may mean another one tomorrow.
    const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(arguments).options(everything).positional(positional).style(style).run(), values);
    po::notify(values);
  } catch (const po::error& error) {
    return console.complain(
        Error{"wamigrate " + command.name + ": " + error.what(), "see `wamigrate " + command.name + " --help`"});
  }
  if (values["help"].as<bool>()) {
    std::cout << "Usage: wamigrate " << command.name << " " << command.arguments << "\n\n"
              << command.summary << "\n\n"
              << options;
    return all_done;
  }
  for (const std::string& name : command.positional) {
    if (!name.ends_with("…") && values.count(name) == 0) {
      return console.complain(
          Error{"wamigrate " + command.name + " needs " + name, "wamigrate " + command.name + " " + command.arguments});
    }
  }
  return command.run(Invocation(values, console));
}

}  // namespace
}  // namespace wamigrate::cli

int main(int argc, char* argv[]) {
  using namespace wamigrate::cli;
  // Memory of this process holds PINs and backups: it is dumped nowhere.
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_DUMPABLE, 0);
  // A file that may not grow any more is an error like a full disk, and no reason to die without a word.
  (void)std::signal(SIGXFSZ, SIG_IGN);

  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    print_usage(arguments.empty() ? std::cerr : std::cout);
    return arguments.empty() ? unusable_input : all_done;
  }
  if (arguments[0] == "--version") {
    std::cout << "wamigrate " << WAMIGRATE_VERSION << "\n";
    return all_done;
  }
  for (const Command& command : commands()) {
    if (command.name != arguments[0]) continue;
    try {
      return run_command(command, {arguments.begin() + 1, arguments.end()});
    } catch (const std::exception& error) {
      // A bug, or memory that ran out: what was durable is durable, and the same command resumes.
      std::cerr << "wamigrate: internal error: " << error.what() << "\n";
      return unusable_input;
    }
  }
  std::cerr << "wamigrate has no command \"" << arguments[0] << "\"; see `wamigrate --help`\n";
  return unusable_input;
}
