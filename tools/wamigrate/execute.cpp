#include "execute.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evidence.hpp"
#include "live.hpp"
#include "ports/files.hpp"
#include "report/review.hpp"
#include "report/run_report.hpp"
#include "report/status.hpp"
#include "run/runner.hpp"
#include "run/windows.hpp"
#include "stop_signals.hpp"

namespace wamigrate::cli {
namespace {

using namespace std::chrono_literals;

std::atomic<Runner*> running = nullptr;

void on_signal(int) {
  if (Runner* runner = running.load()) runner->stop();
}

// Signals ask the runner to pause for as long as this lives.
class Stoppable {
 public:
  explicit Stoppable(Runner& runner) {
    running = &runner;
    signals_.emplace(on_signal);
  }
  ~Stoppable() {
    signals_.reset();
    running = nullptr;
  }
  Stoppable(const Stoppable&) = delete;
  Stoppable& operator=(const Stoppable&) = delete;

 private:
  std::optional<StopSignals> signals_;
};

int fail_with(const Console& console, const Error& error) { return console.complain(error); }

// Hooks and looks for webhooks have threads of their own: no number that is off the air waits for one.
int threads_for(const Fleet& fleet, std::optional<int> concurrency) {
  constexpr int most = 64;
  const bool tests = std::any_of(fleet.numbers.begin(), fleet.numbers.end(),
                                 [](const Number& number) { return number.test_message->asked(); });
  return std::min(concurrency.value_or(fleet.policy.concurrency), most) +
         (fleet.policy.hooks.empty() ? 0 : Runner::hooks_at_once) + (tests ? Runner::inquiries_at_once : 0);
}

// Asked before anything was changed; a run that was approved once is only resumed.
std::optional<int> approve(const Plan& plan, const Console& console, bool yes) {
  if (yes || plan.numbers.empty()) return std::nullopt;
  console.say(review_text(plan, catalogue(), console.colour()));
  if (!console.can_ask()) {
    console.note("Nothing was sent: this plan was not approved. Without a terminal nobody can be asked; say --yes.");
    return paused;
  }
  if (console.ask("Carry out this plan?")) return std::nullopt;
  console.note("Nothing was sent.");
  return paused;
}

}  // namespace

int dry_run(const Plan& plan, const Console& console) {
  Json list = Json::array();
  std::string text;
  int count = 0;
  for (std::size_t i = 0; i < plan.numbers.size(); ++i) {
    const Number& number = plan.number(i);
    for (const std::string& name : plan.roads[plan.numbers[i].road].steps) {
      const std::string request = request_text(step_of(name), number, plan.fleet);
      if (request.empty()) continue;
      ++count;
      text += fmt::format("{}  {}\n    {}\n", number.phone.e164, name, request);
      list.push_back({{"phone", number.phone.e164}, {"step", name}, {"request", request}});
    }
  }
  console.print({{"requests", list}});
  console.say(text + fmt::format("{} changing request{} would be sent at most, in this order for each number; a step "
                                 "whose checkpoint holds already sends nothing. Nothing was sent, nothing was written.",
                                 count, count == 1 ? "" : "s"));
  return all_done;
}

int execute(RunDirectory& run, const Console& console, ExecuteOptions options) {
  if (options.worker && !run.in_database()) {
    return fail_with(console,
                     Error{"several workers need a run that all of them reach, and " + run.name() + " is a directory",
                           "say --run 'postgresql://…?run=NAME', or leave --worker out"});
  }
  auto lock = run.lock(options.worker);
  if (!lock) {
    console.complain(lock.error(), paused);
    return paused;
  }
  auto known = run.progress();
  if (!known) return fail_with(console, known.error());
  auto plan = run.plan_with_overrides(*known);
  if (!plan) return fail_with(console, plan.error());

  Workbench bench(plan->fleet, options.secrets ? std::move(options.secrets) : secrets_for_real(plan->fleet),
                  threads_for(plan->fleet, options.concurrency), std::move(options.evidence));
  std::vector<const Number*> numbers;
  for (std::size_t i = 0; i < plan->numbers.size(); ++i) numbers.push_back(&plan->number(i));
  const Diagnostics missing = bench.site().resolve(numbers, Need::changing, plan->direction, bench.secrets());
  if (!missing.empty()) return console.complain(missing);
  if (const auto openings = lay_out(plan->fleet.policy, bench.zones(), bench.clock().now()); !openings) {
    return fail_with(console, openings.error());
  }
  LiveView live(console);
  auto metrics = MetricsOutput::start(options.metrics, [&](const std::string& text) {
    live.erase();
    console.note(text);
  });
  if (!metrics) return fail_with(console, metrics.error());
  // What would stop it is known before anyone is asked for a yes.
  if (!known->started_at) {
    const Diagnostics unseen = check_evidence(bench.evidence(), numbers);
    if (!unseen.empty()) return console.complain(unseen);
    if (const auto answer = approve(*plan, console, options.yes)) return *answer;
  }
  if (auto opened = bench.open_ledger(true); !opened) return fail_with(console, opened.error());
  if (auto same = run.require_ledger(*bench.ledger()); !same) return fail_with(console, same.error());
  if (known->started_at && bench.ledger_is_new()) {
    console.note(
        fmt::format("WARNING: the ledger {} was missing and has been made anew. What was registered in the last 72 "
                    "hours and which PINs were refused is unknown now, not zero. If there is a copy, stop this run and "
                    "restore it; if not, be sure of every PIN before a number is tried again.",
                    bench.ledger_file().string()));
  }

  Time drawn_at{};
  RunSettings settings;
  settings.run_name = run.path().string();
  // The run, not the process: its lock lets only one process in, and that one may go on where a killed one stopped.
  const std::string process = process_name();
  settings.holder = process.substr(0, process.rfind(':')) + " " + run.full_name();
  if (options.worker) {
    settings.worker = worker_name();
    settings.holder = settings.worker + " " + run.full_name();
    settings.run_key = run.key();
  }
  settings.clock = SystemClock::mark();
  settings.concurrency = options.concurrency.value_or(plan->fleet.policy.concurrency);
  settings.limit = options.limit;
  settings.waits_for_a_word = options.waits_for_a_word || console.can_ask();
  settings.postpone_file = options.postpone_file.string();
  if (!options.postpone_file.empty()) {
    // What can't be looked at is taken to be there.
    settings.is_postponed = [file = options.postpone_file] {
      std::error_code trouble;
      return std::filesystem::exists(file, trouble) || trouble;
    };
  }
  settings.on_entry = [&](const Entry& entry) {
    console.print_line(event_json(entry));
    if (!console.live() && !console.json()) {
      if (const std::string line = event_line(entry); !line.empty()) console.note(line);
    }
  };
  settings.on_tick = [&](const Progress& progress, Time now) {
    (*metrics)->publish(progress, *plan);
    if (now - drawn_at < 150ms) return;
    drawn_at = now;
    live.draw(progress, now);
  };

  Runner runner(*plan, std::move(*known),
                {bench.site(), run.store(), *bench.ledger(), *bench.sealer(), bench.workers(), bench.clock(),
                 &bench.zones(), &bench.hooks()},
                settings);
  Result<void> ran;
  {
    const Stoppable stoppable(runner);
    ran = runner.run();
  }
  live.draw(runner.progress(), bench.clock().now());
  (*metrics)->finish(runner.progress(), *plan);
  bench.site().log_out();
  if (!ran) {
    // The stores are the run's memory: without them nothing more is sent. What was durable resumes.
    console.complain(Error{"the run can't write down what it does, and sends nothing more: " + ran.error().message,
                           ran.error().fix + " Then run the same command again"},
                     paused);
    return std::max<int>(paused, exit_code(runner.progress()));
  }
  const Time now = bench.clock().now();
  if (auto written = run.write_documents(now); !written) console.note(to_text(written.error()));
  const Progress& progress = runner.progress();
  if (progress.done) {
    console.say(report_text(*plan, progress, now, console.colour(), settings.run_name));
  } else {
    console.say(status_text(progress, now, console.colour(), settings.run_name));
    if (!progress.pause_message.empty()) console.say("Paused: " + progress.pause_message + ".");
  }
  return exit_code(progress);
}

}  // namespace wamigrate::cli
