// The operator's hooks: programs that are told of a wave, a commit point, a number's end and the run's, and may say no
// to the first two. A few at a time, so that no number that is off the air ever waits for one.
#include <fmt/format.h>

#include <algorithm>

#include "ports/files.hpp"
#include "run/active.hpp"

namespace wamigrate {
namespace {

std::string what_it_said(const HookEnd& end) {
  std::string text = end.why;
  for (const std::string& line : end.output) text += (text.empty() ? "" : "; ") + line;
  return text;
}

}  // namespace

std::unique_ptr<Runner::Job> Runner::hook_job(std::string_view hook) const {
  const auto found =
      std::find_if(hook_names.begin(), hook_names.end(), [&](const HookName& one) { return one.name == hook; });
  const std::string& program = policy_.hooks.*found->path;
  if (program.empty() || doors_.hooks == nullptr) return nullptr;
  auto job = std::make_unique<Job>();
  job->hook = found->name;
  job->call.program = expand_home(program);
  job->call.facts = {{"WAMIGRATE_HOOK", std::string(hook)},
                     {"WAMIGRATE_RUN", settings_.run_name},
                     {"WAMIGRATE_PLAN", progress_.plan_digest},
                     {"WAMIGRATE_TO", std::string(name(direction_))}};
  return job;
}

std::unique_ptr<Runner::Job> Runner::hook_job(std::string_view hook, std::size_t index) const {
  auto job = hook_job(hook);
  if (!job) return job;
  const NumberProgress& number = progress_.numbers[index];
  job->number = index;
  auto& facts = job->call.facts;
  facts["WAMIGRATE_PHONE"] = number.phone;
  facts["WAMIGRATE_PHONE_NUMBER_ID"] = numbers_[index]->phone_number_id;
  facts["WAMIGRATE_WABA_ID"] = numbers_[index]->waba_id;
  facts["WAMIGRATE_DEPLOYMENT"] = numbers_[index]->deployment.name;
  facts["WAMIGRATE_WAVE"] = std::to_string(number.wave);
  facts["WAMIGRATE_STATE"] = name(number.state);
  facts["WAMIGRATE_HOME"] = name(number.home);
  facts["WAMIGRATE_STEP"] = number.step();
  facts["WAMIGRATE_REASON"] = number.reason;
  facts["WAMIGRATE_DOWNTIME_MS"] = std::to_string(number.downtime.count());
  return job;
}

void Runner::queue_hook(std::unique_ptr<Job> job) {
  if (job) hook_queue_.push_back(std::move(job));
}

// Before the jobs of a turn start: as many hooks as may run at once.
void Runner::start_hooks() {
  while (!hook_queue_.empty() && hooks_running_ < hooks_at_once) {
    starting_.push_back(std::move(hook_queue_.front()));
    hook_queue_.pop_front();
    ++hooks_running_;
  }
}

void Runner::on_hook(Job& job) {
  --hooks_running_;
  const bool agreed = job.hook_end.agreed();
  const std::string no = fmt::format("the hook {} said no: {}", job.hook, what_it_said(job.hook_end));
  if (job.hook == "before_wave") {
    if (!leads()) {
      wave_hook_ = WaveHook::unasked;
      return;
    }
    wave_hook_ = agreed ? WaveHook::agreed : WaveHook::refused;
    if (!agreed) wave_hook_said_ = no;
  } else if (job.hook == "before_commit") {
    on_commit_hook(job.number, agreed, no);
  } else if (!agreed) {
    Entry entry;
    entry.event = event::notice;
    entry.message = job.call.facts.contains("WAMIGRATE_PHONE") ? job.call.facts["WAMIGRATE_PHONE"] + ": " + no : no;
    write(std::move(entry));
  }
}

// A wave whose hook has said no waits for a person's word, and then the hook is asked again.
bool Runner::hook_lets_begin(std::size_t wave) {
  if (wave_hook_ == WaveHook::agreed) return true;
  if (wave_hook_ == WaveHook::asked) return false;
  if (wave_hook_ == WaveHook::refused) {
    needs_word_ = true;
    wait_as_run("hook", fmt::format("wave {}: {}", wave + 1, wave_hook_said_), {}, command("resume"));
    return false;
  }
  auto job = hook_job("before_wave");
  if (!job) return true;
  job->call.facts["WAMIGRATE_WAVE"] = std::to_string(wave + 1);
  job->call.facts["WAMIGRATE_WAVES"] = std::to_string(tally_.waves().size());
  job->call.facts["WAMIGRATE_NUMBERS"] = std::to_string(tally_.waves()[wave].size);
  wave_hook_ = WaveHook::asked;
  queue_hook(std::move(job));
  return false;
}

// True when the hook has agreed, or there is none; else it is being asked.
bool Runner::hook_lets_commit(std::size_t index, const Step& step) {
  Active& active = *active_[index];
  if (active.may_commit || !leaves_home(step.kind) || is_committed(progress_.numbers[index])) return true;
  auto job = hook_job("before_commit", index);
  if (!job) return true;
  active.in_flight = true;
  queue_hook(std::move(job));
  return false;
}

void Runner::on_commit_hook(std::size_t index, bool agreed, const std::string& no) {
  Active& active = *active_[index];
  if (active.lost) return let_go_of_lost(index, Job{});
  active.in_flight = false;
  active.may_commit = agreed;
  active.since = active.due = doors_.clock.now();
  if (!agreed) stop_number(index, no);
  place(index);
}

// When all is written down. Its end is awaited, and changes nothing.
Result<void> Runner::call_after_run() {
  auto job = hook_job("after_run");
  if (!job || stops_ > 1 || !leads()) return {};
  auto& facts = job->call.facts;
  facts["WAMIGRATE_STATE"] = progress_.done ? "done" : "paused";
  facts["WAMIGRATE_REASON"] = progress_.pause_message;
  facts["WAMIGRATE_EXIT_CODE"] = std::to_string(exit_code(progress_));
  queue_hook(std::move(job));
  if (auto flushed = flush(); !flushed) return flushed;
  while (!jobs_.empty()) {
    for (const Workers::Ticket ticket : doors_.workers.wait(never)) {
      if (auto ended = jobs_.extract(ticket); !ended.empty()) complete(*ended.mapped());
    }
  }
  return flush();
}

}  // namespace wamigrate
