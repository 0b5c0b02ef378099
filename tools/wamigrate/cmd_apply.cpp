// apply, rollback: what changes numbers.
#include <fmt/format.h>

#include <set>

#include "documents.hpp"
#include "execute.hpp"
#include "number_hold.hpp"
#include "ports/files.hpp"
#include "report/checks.hpp"
#include "report/review.hpp"
#include "run/runner.hpp"

namespace wamigrate::cli {
namespace {

namespace po = boost::program_options;

void add_run(po::options_description_easy_init& add) {
  add("run", po::value<std::string>(), "the run's directory, or postgresql://…?run=NAME; made when missing");
  add("yes", po::bool_switch(), "approve without being asked");
  add("dry-run", po::bool_switch(), "print every request that would be sent; send and write nothing");
  add("wait", po::bool_switch(), "on hold or before an approval: stay and wait for the word, as on a terminal");
  add("postpone-file", po::value<std::string>(), "while this file is there, no number passes its commit point");
  add("concurrency", po::value<int>(), "numbers worked on at once (default: the policy's)");
  add("limit", po::value<int>(), "begin so many numbers, bring them to their end, then pause; again: the next so many");
  add_metrics(add);
}

Result<ExecuteOptions> execution_of(const Invocation& invocation) {
  const auto concurrency = invocation.number("concurrency");
  if (concurrency && *concurrency < 1) {
    return fail("--concurrency is less than one", "say how many numbers are worked on at once");
  }
  const auto limit = invocation.number("limit");
  if (limit && *limit < 1) return fail("--limit is less than one", "say how many numbers may begin");
  auto metrics = metrics_options(invocation);
  if (!metrics) return tl::make_unexpected(metrics.error());
  ExecuteOptions options;
  options.yes = invocation.flag("yes");
  options.concurrency = concurrency;
  options.limit = limit;
  options.metrics = std::move(*metrics);
  options.waits_for_a_word = invocation.flag("wait");
  options.postpone_file = invocation.text("postpone-file");
  return options;
}

int nothing_to_do(const Console& console, const std::string& why) {
  console.say("Nothing to do: " + why);
  SystemClock clock;
  Entry entry;
  entry.time = clock.now();
  entry.event = event::done;
  entry.message = "nothing to do: " + why;
  console.print_line(event_json(entry));
  return all_done;
}

int run_apply(const Invocation& invocation) {
  const Console& console = invocation.console();
  const std::string file = invocation.text("PLAN");
  auto text = read_plan_text(file);
  if (!text) return console.complain(text.error());
  auto plan = plan_from_text(*text, file);
  if (!plan) return console.complain(plan.error());
  if (invocation.flag("dry-run")) return dry_run(*plan, console);
  if (invocation.text("run").empty()) {
    return console.complain(Error{"apply needs a directory for the run", "say --run RUN; the same again resumes it"});
  }
  auto execution = execution_of(invocation);
  if (!execution) return console.complain(execution.error());
  execution->worker = invocation.flag("worker");
  if (execution->worker && execution->limit) {
    return console.complain(Error{"--limit is for a process that has the run for itself",
                                  "leave it out, or plan fewer numbers: plan --limit N"});
  }
  if (plan->numbers.empty() ||
      std::all_of(plan->numbers.begin(), plan->numbers.end(),
                  [&](const PlannedNumber& number) { return plan->roads[number.road].steps.empty(); })) {
    return nothing_to_do(console, "every number of this plan was served by its new home when the plan was made.");
  }
  if (plan->options.allow_after_sunset) {
    console.note("This plan was allowed after the sunset of on-premises (2025-10-23): expect refusals there.");
  }
  const std::filesystem::path path = invocation.text("run");
  if (!RunDirectory::exists(path) && !invocation.flag("yes") && !console.can_ask()) {
    console.note("Nothing was sent: this plan was not approved. Without a terminal nobody can be asked; say --yes.");
    return paused;
  }
  auto run = RunDirectory::make(path, std::move(*plan), *text);
  if (!run) return console.complain(run.error());
  return execute(*run, console, std::move(*execution));
}

// What the numbers' settings were while their old home served them goes along, sealed anew under its new name.
Result<void> inherit_snapshots(RunDirectory& parent, RunDirectory& child, Workbench& bench) {
  if (bench.sealer() == nullptr) return {};
  for (const PlannedNumber& number : child.plan().numbers) {
    const std::string name = "snapshot " + number.phone;
    const auto sealed = parent.store().blob(name);
    if (!sealed) return tl::make_unexpected(sealed.error());
    const auto snapshot = *sealed ? bench.sealer()->open(**sealed, name) : fail("nothing is kept");
    if (!snapshot) continue;  // restoring then has to do with what the client says itself
    const std::string kept = kept_snapshot(number.phone);
    if (auto put = child.store().put_blob(kept, bench.sealer()->seal(*snapshot, kept)); !put) return put;
  }
  return {};
}

// A script that is gone must not stand in the way back.
void leave_out_broken_hooks(Hooks& hooks, const Console& console) {
  for (const HookName& hook : hook_names) {
    std::string& path = hooks.*hook.path;
    if (path.empty()) continue;
    if (const auto sound = require_executable(expand_home(path)); !sound) {
      console.note(fmt::format("WARNING: the hook {} is left out: {}", hook.name, to_text(sound.error())));
      path.clear();
    }
  }
}

// What somebody is at work on is left out, and told: its home is about to change, and nothing planned now would hold.
// Answers how many.
tl::expected<std::size_t, int> leave_out_held(const Fleet& fleet, std::vector<std::size_t>& numbers,
                                              const Console& console) {
  constexpr std::size_t most_told = 10;
  Workbench bench(fleet, secrets_for_real(fleet), 1);
  if (auto opened = bench.open_ledger(false); !opened) return tl::make_unexpected(console.complain(opened.error()));
  if (bench.ledger() == nullptr) return 0;
  std::vector<std::string> phones;
  phones.reserve(numbers.size());
  for (const std::size_t index : numbers) phones.push_back(fleet.numbers[index].phone.e164);
  const auto held = in_other_hands(*bench.ledger(), bench.clock(), phones);
  if (!held) return tl::make_unexpected(console.complain(held.error()));
  std::set<std::string> left_out;
  for (const LedgerStore::Claim& one : *held) {
    if (left_out.size() < most_told) console.note("Left out: " + told(one));
    left_out.insert(one.phone);
  }
  if (held->size() > most_told) console.note(fmt::format("… and {} more.", held->size() - most_told));
  std::erase_if(numbers, [&](std::size_t index) { return left_out.contains(fleet.numbers[index].phone.e164); });
  return left_out.size();
}

// The way back of these numbers: a plan in the other direction from what is observed now, run and kept under the first
// run. `every` says of whom it speaks.
int lead_back(const Invocation& invocation, RunDirectory& parent, const Fleet& fleet,
              const std::vector<std::size_t>& numbers, const std::string& every, ExecuteOptions execution) {
  const Console& console = invocation.console();
  const Direction back = parent.plan().direction == Direction::to_cloud ? Direction::to_onprem : Direction::to_cloud;
  SystemClock clock;
  auto options = plan_options(invocation, clock.now());
  if (!options) return console.complain(options.error());
  auto looked = look(fleet, numbers, back, *options, survey_readings(), console, secrets_for_real(fleet));
  if (!looked) return looked.error();
  const Checks checks = check(fleet, back, *options, looked->survey, {}, Given::not_passed);
  Checks failed;
  Plan plan = plan_from(fleet, back, *options, looked->survey, checks, failed);
  plan.rollback_of = parent.plan().digest;
  sign(plan);
  if (!failed.empty()) {
    console.say(checks_text(failed, console.colour()));
    const bool all = std::any_of(failed.begin(), failed.end(), [](const Check& one) { return one.phone.empty(); });
    if (all || plan.numbers.empty()) {
      console.print_line(checks_json(failed));
      console.say("Nothing was changed: there is no way back for these numbers as things stand.");
      return blocked;
    }
    console.say("These numbers are left where they are; the others have a way back:");
  }
  if (invocation.flag("dry-run")) {
    console.say(review_text(plan, catalogue(), console.colour()));
    return dry_run(plan, console);
  }
  if (std::all_of(plan.numbers.begin(), plan.numbers.end(),
                  [&](const PlannedNumber& number) { return plan.roads[number.road].steps.empty(); })) {
    return nothing_to_do(console, every + " is at its old home.");
  }
  if (!invocation.flag("yes") && !console.can_ask()) {
    console.say(review_text(plan, catalogue(), console.colour()));
    console.note(
        "Nothing was sent: this way back was not approved. Without a terminal nobody can be asked; say --yes.");
    return paused;
  }
  auto child = RunDirectory::make(parent.next_rollback(), plan, to_document(plan));
  if (!child) return console.complain(child.error());
  if (auto kept = inherit_snapshots(parent, *child, *looked->bench); !kept) return console.complain(kept.error());
  const int code = execute(*child, console, std::move(execution));
  return failed.empty() ? code : std::max<int>(code, not_all_migrated);
}

int run_rollback(const Invocation& invocation) {
  const Console& console = invocation.console();
  if (!invocation.has("run")) return console.complain(Error{"rollback needs --run RUN", "the run to take back"});
  auto execution = execution_of(invocation);
  if (!execution) return console.complain(execution.error());
  auto run = RunDirectory::open(invocation.text("run"));
  if (!run) return console.complain(run.error());

  if (const auto latest = run->latest_rollback(); !latest.empty() && !invocation.flag("dry-run")) {
    auto unfinished = RunDirectory::open(latest);
    if (!unfinished) return console.complain(unfinished.error());
    const auto progress = unfinished->progress();
    if (!progress) return console.complain(progress.error());
    if (!progress->done) {
      console.note("going on with " + latest.string() + ", which has not ended");
      return execute(*unfinished, console, std::move(*execution));
    }
  }

  const auto known = run->progress();
  if (!known) return console.complain(known.error());
  const auto overridden = run->plan_with_overrides(*known);
  if (!overridden) return console.complain(overridden.error());
  Fleet fleet = overridden->fleet;
  // Whoever asks for the way back has decided, and when.
  fleet.policy.windows.clear();
  fleet.policy.gate_each_wave = false;
  // No telephone and no evidence stand in the way back.
  for (Number& number : fleet.numbers) number.test_message = {};
  leave_out_broken_hooks(fleet.policy.hooks, console);
  const auto phones = invocation.texts("PHONE");
  std::vector<std::size_t> numbers;
  std::set<std::string> planned;
  for (const PlannedNumber& one : run->plan().numbers) planned.insert(one.phone);
  for (const std::string& phone : phones) {
    if (!planned.contains(phone)) {
      return console.complain(Error{phone + " is not in this run", "name numbers of the run's plan"});
    }
  }
  for (std::size_t i = 0; i < fleet.numbers.size(); ++i) {
    const std::string& phone = fleet.numbers[i].phone.e164;
    const bool named = phones.empty() || std::find(phones.begin(), phones.end(), phone) != phones.end();
    if (planned.contains(phone) && named) numbers.push_back(i);
  }
  std::size_t left_out = 0;
  if (!invocation.flag("dry-run")) {
    const auto held = leave_out_held(fleet, numbers, console);
    if (!held) return held.error();
    left_out = *held;
  }
  if (numbers.empty()) {
    const std::string place = run->path().string();
    return console.complain(
        Error{"all numbers asked for are being worked on, and none was looked at",
              "let that end, or end it early: wamigrate abort --run " + place + "; then the same command again"},
        paused);
  }
  const std::string every = left_out == 0 ? "every number" : "every other number";
  const int code = lead_back(invocation, *run, fleet, numbers, every, std::move(*execution));
  return left_out == 0 ? code : std::max<int>(code, paused);
}

}  // namespace

Command apply_command() {
  return {"apply",
          "PLAN --run RUN [--worker] [--dry-run] [--yes] [--concurrency N] [--limit N] [--wait] [--postpone-file FILE] "
          "[--metrics-file FILE] [--metrics-port PORT]",
          "Carries out a plan, or resumes it. The same command again is always safe.",
          {"PLAN"},
          [](auto& add) {
            add_run(add);
            add("worker", po::bool_switch(), "one of several, on whatever machines, that share a run in PostgreSQL");
          },
          run_apply};
}

Command rollback_command() {
  return {"rollback",
          "--run RUN [PHONE…] [--dry-run] [--yes] [--concurrency N] [--limit N] [--wait] [--postpone-file FILE] "
          "[--metrics-file "
          "FILE] [--metrics-port PORT]",
          "Plans the way back from what is observed now, shows it, and carries it out.",
          {"PHONE…"},
          [](auto& add) {
            add_run(add);
            add("as-of", po::value<std::string>(), "ask the dated rules about this day (YYYY-MM-DD)");
            add("allow-after-sunset", po::bool_switch(), "towards on-premises although its sunset is past");
            add("deregister-first", po::bool_switch(), "towards on-premises: let Cloud go first");
          },
          run_rollback};
}

}  // namespace wamigrate::cli
