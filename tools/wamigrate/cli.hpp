// What every command shares: its options, its two audiences (people and scripts) and the exit codes.
#pragma once

#include <boost/program_options.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/json.hpp"
#include "base/result.hpp"

namespace wamigrate::cli {

/// The contract's exit codes (docs/operating.md has the table for people).
enum Exit : int {
  all_done = 0,
  unusable_input = 1,
  blocked = 2,
  not_all_migrated = 3,
  paused = 4,
  needs_a_person_now = 5,
};

/// One command of the table in main.cpp.
struct Command {
  std::string name;
  std::string arguments;  ///< As in the usage line: "INVENTORY --to cloud|onprem"
  std::string summary;
  std::vector<std::string> positional;  ///< Names of the positional arguments; a trailing "…" takes the rest.
  std::function<void(boost::program_options::options_description_easy_init&)> options;
  std::function<int(const class Invocation&)> run;
};

/// Where output goes. People's text goes to standard output, or to standard error when a script reads there.
class Console {
 public:
  explicit Console(bool json);
  bool json() const { return json_; }
  bool colour() const { return colour_; }    ///< People's text may have colour.
  bool live() const { return live_; }        ///< Standard error is a terminal that can redraw lines.
  bool can_ask() const;                      ///< A person sits at the terminal.
  void say(const std::string& text) const;   ///< To people.
  void note(const std::string& text) const;  ///< To people, aside: progress and such, always standard error.
  void print(const Json& document) const;    ///< To scripts: a whole document.
  void print_written(const std::string& document) const;  ///< The same of one that is text already.
  void print_line(const Json& document) const;            ///< To scripts: one line of many.
  /// Reports what went wrong and gives back `code`.
  int complain(const Error& error, int code = unusable_input) const;
  int complain(const Diagnostics& findings, int code = unusable_input) const;
  /// Asks; true only for a typed "yes".
  bool ask(const std::string& question) const;

 private:
  bool json_;
  bool colour_;
  bool live_;
};

/// A parsed command line.
class Invocation {
 public:
  Invocation(const boost::program_options::variables_map& values, Console console)
      : values_(values), console_(console) {}
  const Console& console() const { return console_; }
  bool has(const std::string& option) const { return values_.count(option) != 0; }
  bool flag(const std::string& option) const { return has(option) && values_[option].as<bool>(); }
  std::string text(const std::string& option) const { return has(option) ? values_[option].as<std::string>() : ""; }
  std::vector<std::string> texts(const std::string& option) const {
    return has(option) ? values_[option].as<std::vector<std::string>>() : std::vector<std::string>();
  }
  std::optional<int> number(const std::string& option) const {
    return has(option) ? std::optional(values_[option].as<int>()) : std::nullopt;
  }

 private:
  const boost::program_options::variables_map& values_;
  Console console_;
};

const std::vector<Command>& commands();

// The commands, each in a file of its own family.
Command discover_command();
Command check_command();
Command plan_command();
Command show_command();
Command diff_command();
Command apply_command();
Command status_command();
Command approve_command();
Command pause_command();
Command resume_command();
Command throttle_command();
Command abort_command();
Command answer_command();
Command resolve_command();
Command retry_command();
Command rollback_command();
Command verify_command();
Command token_command();
Command availability_command();
Command report_command();
Command explain_command();
Command lint_command();
Command translate_command();
Command simulate_command();
Command rehearse_command();
Command listen_command();
Command cutover_command();
Command loadtest_command();

}  // namespace wamigrate::cli
