// status, report, answer, resolve, retry: what a person asks a run, and tells it.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "documents.hpp"
#include "ports/files.hpp"
#include "report/run_report.hpp"
#include "report/standing.hpp"
#include "run_directory.hpp"
#include "watch.hpp"
#include "workbench.hpp"

namespace wamigrate::cli {
namespace {

namespace po = boost::program_options;

Result<RunDirectory> open_run(const Invocation& invocation) {
  if (!invocation.has("run")) return fail("--run is missing", "name the run's directory: --run RUN");
  return RunDirectory::open(invocation.text("run"));
}

Result<Millis> interval_of(const Invocation& invocation) {
  if (!invocation.has("interval")) return std::chrono::seconds(2);
  if (!invocation.flag("watch")) return fail("--interval goes with --watch", "say --watch as well");
  const auto interval = parse_duration(invocation.text("interval"));
  if (!interval || *interval < Millis(100) || *interval > std::chrono::hours(1)) {
    return fail("--interval " + invocation.text("interval") + " is not a time between 100ms and 1h", "write it as 2s");
  }
  return *interval;
}

// The states named by --state; none given: none.
Result<std::set<NumberState>> states_of(const Invocation& invocation) {
  std::set<NumberState> states;
  if (!invocation.has("state")) return states;
  std::string known;
  for (const NumberState state : report::by_urgency()) known += (known.empty() ? "" : ", ") + std::string(name(state));
  const auto terms = terms_of(invocation.text("state"));
  for (const std::string& term : terms) {
    const auto& all = report::by_urgency();
    const auto found = std::find_if(all.begin(), all.end(), [&](NumberState state) { return name(state) == term; });
    if (found == all.end()) return fail("--state " + term + " is no state of a number", "states are: " + known);
    states.insert(*found);
  }
  if (states.empty()) return fail("--state names no state", "states are: " + known);
  return states;
}

// Which numbers are listed; nothing where all are.
Result<Shown> shown_of(const Invocation& invocation, const Fleet& fleet) {
  if (!invocation.has("select") && !invocation.has("exclude") && !invocation.has("state")) return Shown();
  if (invocation.flag("watch")) {
    return fail("--select, --exclude and --state narrow what is told once, not what is watched",
                "leave --watch out, or watch all");
  }
  auto states = states_of(invocation);
  if (!states) return tl::make_unexpected(states.error());
  const auto numbers = selected(fleet, invocation);
  if (!numbers) return tl::make_unexpected(numbers.error());
  std::set<std::string> phones;
  for (const std::size_t index : *numbers) phones.insert(fleet.numbers[index].phone.e164);
  return [states = std::move(*states), phones = std::move(phones)](const NumberProgress& number) {
    return phones.contains(number.phone) && (states.empty() || states.contains(number.state));
  };
}

// The document of all numbers; narrowed, it also says how many there are in all, by state.
Json status_of(const Progress& progress, const std::string& run, Time now, const Shown& shown) {
  Json document = status_json(progress, run, now);
  if (!shown) return document;
  Json numbers = Json::array();
  for (std::size_t i = 0; i < progress.numbers.size(); ++i) {
    if (shown(progress.numbers[i])) numbers.push_back(std::move(document["numbers"][i]));
  }
  document["numbers"] = std::move(numbers);
  document["counts"] = Json::object();
  for (const auto& [state, count] : report::counts_of(progress)) document["counts"][std::string(name(state))] = count;
  return document;
}

int run_status(const Invocation& invocation) {
  const Console& console = invocation.console();
  const auto interval = interval_of(invocation);
  if (!interval) return console.complain(interval.error());
  auto run = open_run(invocation);
  if (!run) return console.complain(run.error());
  const auto shown = shown_of(invocation, run->plan().fleet);
  if (!shown) return console.complain(shown.error());
  if (invocation.flag("watch")) return watch(*run, console, *interval);
  const auto progress = run->progress();
  if (!progress) return console.complain(progress.error());
  SystemClock clock;
  const Time now = clock.now();
  console.print(status_of(*progress, run->name(), now, *shown));
  console.say(status_page(*run, *progress, now, console.colour(), was_interrupted(*run, *progress), *shown));
  return exit_code(*progress);
}

int run_report(const Invocation& invocation) {
  const Console& console = invocation.console();
  auto run = open_run(invocation);
  if (!run) return console.complain(run.error());
  const auto progress = run->progress();
  if (!progress) return console.complain(progress.error());
  SystemClock clock;
  const Time now = clock.now();
  const std::string name = run->path().string();
  const std::string format = console.json() ? "json" : invocation.has("format") ? invocation.text("format") : "text";
  if (format == "json") {
    const Json document = report_json(run->plan(), *progress, now, run->name());
    if (console.json() && !invocation.has("output")) {
      console.print(document);
      return all_done;
    }
    return deliver(invocation, to_document(document));
  }
  if (format == "text") {
    const bool colour = console.colour() && !invocation.has("output");
    return deliver(invocation, report_text(run->plan(), *progress, now, colour, name));
  }
  if (format == "markdown") return deliver(invocation, report_markdown(run->plan(), *progress, now, name));
  if (format == "html") return deliver(invocation, report_html(run->plan(), *progress, now, name));
  return console.complain(Error{"--format " + format + " is not known", "text, markdown, html or json"});
}

// The number of this run that a message is about, or why there is none.
Result<const NumberProgress*> number_of(const Progress& progress, const std::string& phone) {
  const NumberProgress* number = progress.find(phone);
  if (number == nullptr) return fail(phone + " is not in this run", "name a number of the run's plan, as +49…");
  return number;
}

Result<Secret> read_code(const std::string& from) {
  if (from == "-") {
    if (isatty(STDIN_FILENO) == 1) std::cerr << "code: " << std::flush;
    std::string line;
    std::getline(std::cin, line);
    return Secret(std::move(line));
  }
  auto ref = parse_secret_ref(from);
  if (!ref || ref->kind == SecretRef::Kind::cmd) {
    return fail("--code-from takes -, env:NAME or file:PATH; a code is not given on the command line",
                "say --code-from - and type it, or --code-from env:NAME or file:PATH, where it stands");
  }
  return secrets_for_real({})->resolve(*ref);
}

constexpr const char* how_a_code_looks =
    "give the six digits of the text message or the call, with or without their hyphen";

// Six digits; the SMS writes 123-830.
Result<Secret> clean_code(const Secret& typed) {
  std::string digits;
  for (const char c : typed.reveal()) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (c != '-' && c != ' ' && c != '\r') {
      return fail("that is not a code: it holds something other than digits", how_a_code_looks);
    }
  }
  if (digits.size() != 6)
    return fail(fmt::format("a code has six digits, this has {}", digits.size()), how_a_code_looks);
  return Secret(std::move(digits));
}

int run_answer(const Invocation& invocation) {
  const Console& console = invocation.console();
  auto run = open_run(invocation);
  if (!run) return console.complain(run.error());
  // An answer may be for the run itself or for its latest rollback: whichever waits.
  if (const auto latest = run->latest_rollback(); !latest.empty()) {
    auto back = RunDirectory::open(latest);
    if (!back) return console.complain(back.error());
    const auto progress = back->progress();
    if (progress && !progress->done && progress->find(invocation.text("PHONE")) != nullptr) run = std::move(back);
  }
  const auto progress = run->progress();
  if (!progress) return console.complain(progress.error());
  const auto number = number_of(*progress, invocation.text("PHONE"));
  if (!number) return console.complain(number.error());
  if (is_final((*number)->state)) {
    return console.complain(Error{(*number)->phone + " waits for nothing: it is " + std::string(name((*number)->state)),
                                  "see `wamigrate status --run " + run->path().string() + "`"});
  }
  if (!invocation.has("code-from"))
    return console.complain(
        Error{"answer needs --code-from", "say --code-from - and type the code, or env:NAME or file:PATH"});
  const auto typed = read_code(invocation.text("code-from"));
  if (!typed) return console.complain(typed.error());
  const auto code = clean_code(*typed);
  if (!code) return console.complain(code.error());
  Workbench bench(run->plan().fleet, secrets_for_real(run->plan().fleet), 1);
  if (auto opened = bench.open_ledger(true); !opened) return console.complain(opened.error());
  const std::string sealed = bench.sealer()->seal(*code, "code " + (*number)->phone);
  const Json message = {{"type", "code"}, {"phone", (*number)->phone}, {"sealed", sealed}};
  if (auto posted = run->store().post(to_compact(message)); !posted) return console.complain(posted.error());
  console.print_line({{"accepted", true}, {"phone", (*number)->phone}});
  console.say("The code for " + (*number)->phone +
              " is kept, sealed. A run under way takes it up by itself; one that is "
              "paused goes on with the command that started it.");
  return all_done;
}

int post_decision(RunDirectory& run, const Console& console, const std::string& phone, const Json& message,
                  const std::string& said) {
  if (auto posted = run.store().post(to_compact(message)); !posted) return console.complain(posted.error());
  console.print_line({{"accepted", true}, {"phone", phone}});
  console.say(said + " Now: wamigrate apply " + (run.path() / "plan.json").string() + " --run " + run.path().string());
  return all_done;
}

// A word on what is not in doubt would change what is known.
Result<void> may_be_resolved(const NumberProgress& number, const std::string& run) {
  if (number.waits_for == "person" && (!number.doubtful.empty() || is_inconclusive(number))) return {};
  return fail(number.phone + " waits for nobody's word: it is " + std::string(name(number.state)) +
                  (number.waits_for.empty() ? "" : ", and waits for: " + number.waits_for),
              "see `wamigrate status --run " + run + "`");
}

// What is under way is resumed, not tried again: that would forget what is in doubt.
Result<void> may_be_retried(const Progress& progress, const NumberProgress& number, const std::string& run,
                            const std::string& pin) {
  if (is_final(number.state) && progress.aborted && !progress.done) {
    return fail("this run is being called off: " + number.phone + " can be tried again once it has ended",
                "first: wamigrate apply " + run + "/plan.json --run " + run);
  }

  if (is_final(number.state) || number.waits_for == "pin" || is_inconclusive(number) ||
      (has_given_up(number) && pin.empty())) {
    return {};
  }
  return fail(number.phone + " has not ended: it is " + std::string(name(number.state)),
              "go on with it: wamigrate apply " + run + "/plan.json --run " + run);
}

int run_resolve(const Invocation& invocation) {
  const Console& console = invocation.console();
  const std::string assume = invocation.text("assume");
  const std::string phone = invocation.text("PHONE");
  if (assume != "done" && assume != "not-done") {
    return console.complain(Error{"resolve needs --assume done or --assume not-done",
                                  "look at the number on both sides first; a wrong word here can cost a registration"});
  }
  if (invocation.text("evidence").empty()) {
    return console.complain(
        Error{"resolve needs --evidence", "say what you saw, and where: it is kept in the journal"});
  }
  auto run = open_run(invocation);
  if (!run) return console.complain(run.error());
  const auto progress = run->progress();
  if (!progress) return console.complain(progress.error());
  const auto number = number_of(*progress, phone);
  if (!number) return console.complain(number.error());
  if (auto may = may_be_resolved(**number, run->path().string()); !may) return console.complain(may.error());
  return post_decision(
      *run, console, phone,
      {{"type", "resolve"}, {"phone", phone}, {"assume", assume}, {"evidence", invocation.text("evidence")}},
      "Your word on " + phone + " is kept.");
}

int run_retry(const Invocation& invocation) {
  const Console& console = invocation.console();
  auto run = open_run(invocation);
  if (!run) return console.complain(run.error());
  const auto progress = run->progress();
  if (!progress) return console.complain(progress.error());
  std::vector<std::string> phones = invocation.texts("PHONE");
  if (invocation.flag("failed")) {
    for (const NumberProgress& number : progress->numbers) {
      const bool ended_badly = number.state == NumberState::failed || number.state == NumberState::stranded;
      if (ended_badly || has_given_up(number)) phones.push_back(number.phone);
    }
  }
  if (phones.empty() && invocation.flag("failed")) {
    return console.complain(
        Error{"no number of this run has failed, is stranded or has used up its retries",
              "see `wamigrate status --run " + run->path().string() + "`, and name the ones you mean"});
  }
  if (phones.empty()) return console.complain(Error{"retry needs numbers", "name them, or say --failed"});
  const std::string pin = invocation.text("pin");
  if (!pin.empty()) {
    if (auto ref = parse_secret_ref(pin); !ref) return console.complain(ref.error());
    if (phones.size() > 1) {
      return console.complain(
          Error{"--pin goes with one number", "a PIN that is tried on several at once may hurt several"});
    }
  }
  for (const std::string& phone : phones) {
    const auto number = number_of(*progress, phone);
    if (!number) return console.complain(number.error());
    if (auto may = may_be_retried(*progress, **number, run->path().string(), pin); !may)
      return console.complain(may.error());
  }
  for (const std::string& phone : phones) {
    const int code = post_decision(*run, console, phone, {{"type", "retry"}, {"phone", phone}, {"pin", pin}},
                                   phone + " will be tried again, from what is observed then.");
    if (code != all_done) return code;
  }
  return all_done;
}

void add_run_only(po::options_description_easy_init& add) {
  add("run", po::value<std::string>(), "the run's directory, or postgresql://…?run=NAME");
}

}  // namespace

Command status_command() {
  return {"status",
          "--run RUN [--select EXPR] [--exclude EXPR] [--state STATE,…] [--watch [--interval 2s]]",
          "Where every number stands, and why it waits. Sends nothing.",
          {},
          [](auto& add) {
            add_run_only(add);
            add("select", po::value<std::string>(), "list only these: phones, ids, WABAs or deployments, with *");
            add("exclude", po::value<std::string>(), "not these; the same words as --select");
            add("state", po::value<std::string>(), "list only those in these states, comma-separated: failed,stranded");
            add("watch", po::bool_switch(),
                "go on until the run has ended: redrawn on a terminal, else told by change");
            add("interval", po::value<std::string>(), "how often to look (default 2s)");
          },
          run_status};
}

Command report_command() {
  return {"report",
          "--run RUN [--format text|markdown|html|json] [-o FILE]",
          "What happened, downtime per number, what people must still do. Sends nothing.",
          {},
          [](auto& add) {
            add_run_only(add);
            add("format", po::value<std::string>(), "text, markdown, html or json");
            add("output,o", po::value<std::string>(), "write to this file");
          },
          run_report};
}

Command answer_command() {
  return {"answer",
          "--run RUN PHONE --code-from -|env:NAME|file:PATH",
          "Supplies the registration code a number waits for.",
          {"PHONE"},
          [](auto& add) {
            add_run_only(add);
            add("code-from", po::value<std::string>(), "- for standard input, env:NAME or file:PATH");
          },
          run_answer};
}

Command resolve_command() {
  return {"resolve",
          "--run RUN PHONE --assume done|not-done --evidence TEXT",
          "Decides what no observation can show. Sends nothing.",
          {"PHONE"},
          [](auto& add) {
            add_run_only(add);
            add("assume", po::value<std::string>(), "done or not-done");
            add("evidence", po::value<std::string>(), "what you saw, and where");
          },
          run_resolve};
}

Command retry_command() {
  return {"retry",
          "--run RUN [--failed] [PHONE…] [--pin REF]",
          "Lets numbers that ended try again, with another PIN if given. Sends nothing.",
          {"PHONE…"},
          [](auto& add) {
            add_run_only(add);
            add("failed", po::bool_switch(), "all that failed or are stranded");
            add("pin", po::value<std::string>(), "env:NAME, file:PATH or cmd:COMMAND of the right PIN");
          },
          run_retry};
}

}  // namespace wamigrate::cli
