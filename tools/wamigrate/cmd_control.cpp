// approve, pause, resume, throttle, abort: what a person says to a run while it runs, from another terminal. Each is a
// message in the run's inbox, and so holds for the next process too where none is at work.
#include <fmt/format.h>

#include "cli.hpp"
#include "run_directory.hpp"

namespace wamigrate::cli {
namespace {

namespace po = boost::program_options;

// A word is for the run, or for its way back while that is under way.
Result<RunDirectory> open_unfinished(const Invocation& invocation) {
  if (!invocation.has("run")) return fail("--run is missing", "name the run's directory: --run RUN");
  auto run = RunDirectory::open(invocation.text("run"));
  if (!run) return run;
  if (const auto latest = run->latest_rollback(); !latest.empty()) {
    auto back = RunDirectory::open(latest);
    if (!back) return back;
    const auto progress = back->progress();
    if (progress && !progress->done) return back;
  }
  return run;
}

std::string resume_of(const RunDirectory& run) {
  const std::string name = run.path().string();
  return "wamigrate apply " + name + "/plan.json --run " + name;
}

/// What a word needs to know of the run it is for, and the message it becomes.
using MessageOf = std::function<Result<Json>(const Invocation&, const Progress&)>;

int say_to_run(const Invocation& invocation, const MessageOf& message_of, const std::string& meaning) {
  const Console& console = invocation.console();
  auto run = open_unfinished(invocation);
  if (!run) return console.complain(run.error());
  const auto progress = run->progress();
  if (!progress) return console.complain(progress.error());
  if (progress->done) {
    return console.complain(Error{"this run has ended", "see `wamigrate report --run " + run->path().string() + "`"});
  }
  const auto message = message_of(invocation, *progress);
  if (!message) return console.complain(message.error());
  if (auto posted = run->store().post(to_compact(*message)); !posted) return console.complain(posted.error());
  const bool at_work = !run->lock().has_value();
  console.print_line({{"accepted", true}, {"run", run->name()}, {"at_work", at_work}});
  console.say(meaning + (at_work ? "\nThe process that works on " + run->path().string() + " hears it within a second."
                                 : "\nNo process works on this run now: it is heard when it goes on, with:\n  " +
                                       resume_of(*run)));
  return all_done;
}

Result<Json> approval(const Invocation&, const Progress& progress) {
  if (!progress.waits || progress.waits->what != "approval") {
    return fail(
        "nothing waits for an approval" +
            (progress.wave > 0 ? fmt::format(": wave {} is under way", progress.wave) : std::string()),
        "with `gate: wave` in the policy, each wave but the first waits for one when the wave before has ended");
  }
  return Json{{"type", "approve"}, {"wave", progress.wave + 1}};
}

Result<Json> pausing(const Invocation&, const Progress& progress) {
  if (progress.on_hold) return fail("the run is on hold already", "`wamigrate resume` lets it go on");
  return Json{{"type", "pause"}};
}

Result<Json> resuming(const Invocation&, const Progress& progress) {
  if (!progress.on_hold && !(progress.waits && progress.waits->what == "hook")) {
    return fail("the run is not on hold", progress.paused.empty()
                                              ? "see `wamigrate status` for what it waits for"
                                              : "it is paused, and goes on with the command that started it");
  }
  return Json{{"type", "resume"}};
}

Result<Json> aborting(const Invocation&, const Progress& progress) {
  if (progress.aborted) return fail("the run is being aborted already", "see `wamigrate status`");
  return Json{{"type", "abort"}};
}

Result<Json> throttling(const Invocation& invocation, const Progress&) {
  const std::string rate = invocation.text("RATE");
  const std::string fix = "write so many numbers a minute or an hour, as 30/min or 200/h, or off";
  if (rate == "off") return Json{{"type", "throttle"}, {"starts_per_hour", 0}};
  const std::size_t slash = rate.find('/');
  const std::string digits = rate.substr(0, slash);
  const bool sound = !digits.empty() && digits.size() <= 6 &&
                     digits.find_first_not_of("0123456789") == std::string::npos && slash != std::string::npos;
  const std::string unit = sound ? rate.substr(slash + 1) : "";
  const int hourly = unit == "min" ? 60 : unit == "h" ? 1 : 0;
  if (!sound || hourly == 0) return fail("\"" + rate + "\" is no rate", fix);
  const int starts = std::stoi(digits) * hourly;
  if (starts == 0) return fail("a rate of none is a pause", "say `wamigrate pause`");
  return Json{{"type", "throttle"}, {"starts_per_hour", starts}};
}

Command word(std::string name, std::string summary, MessageOf message_of, std::string meaning) {
  return {std::move(name),
          "--run RUN",
          std::move(summary),
          {},
          [](auto& add) { add("run", po::value<std::string>(), "the run's directory"); },
          [message_of = std::move(message_of), meaning = std::move(meaning)](const Invocation& invocation) {
            return say_to_run(invocation, message_of, meaning);
          }};
}

}  // namespace

Command approve_command() {
  return word("approve", "Lets the next wave begin, where the policy's gate asks for it. Sends nothing.", approval,
              "The next wave is approved.");
}

Command pause_command() {
  return word("pause", "Puts a run on hold: what has passed its commit point is brought to its end. Sends nothing.",
              pausing,
              "On hold: no number begins and none passes its commit point; those past it are brought to their "
              "verification.");
}

Command resume_command() {
  return word("resume", "Lets a run that is on hold go on. Sends nothing.", resuming, "No longer on hold.");
}

Command abort_command() {
  return word("abort", "Ends a run early: no new starts; what has passed its commit point finishes. Sends nothing.",
              aborting,
              "Aborted: no number begins; those that have not passed their commit point stop where their old home "
              "serves them; those past it are brought to their verification.");
}

Command throttle_command() {
  Command command =
      word("throttle", "Says how fast numbers may begin: so many a minute or an hour, or off. Sends nothing.",
           throttling, "Numbers begin no faster than that from now on; what has begun is not slowed.");
  command.arguments = "--run RUN 30/min|200/h|off";
  command.positional = {"RATE"};
  return command;
}

}  // namespace wamigrate::cli
