#include "run_directory.hpp"

#include "ports/clock.hpp"
#include "ports/files.hpp"
#include "report/run_report.hpp"
#include "steps/step.hpp"

namespace wamigrate::cli {
namespace {

constexpr const char* plan_file = "plan.json";
constexpr const char* store_file = "run.db";

std::filesystem::path rollback_path(const std::filesystem::path& run, int number) {
  return run / ("rollback-" + std::to_string(number));
}

}  // namespace

Result<RunDirectory> RunDirectory::make(const std::filesystem::path& path, const std::string& plan_text) {
  std::error_code ignored;
  if (std::filesystem::exists(path / plan_file, ignored)) {
    const auto plan = plan_from_json(plan_text, catalogue());
    auto existing = open(path);
    if (!plan) return tl::make_unexpected(plan.error());
    if (existing && existing->plan_.digest != plan->digest) {
      return fail("run directory " + path.string() + " belongs to another plan (" +
                      existing->plan_.digest.substr(0, 12) + "…, this one is " + plan->digest.substr(0, 12) + "…)",
                  "give another --run directory, or the plan kept in it: " + (path / plan_file).string());
    }
    return existing;
  }
  RunDirectory run;
  run.path_ = path;
  auto plan = plan_from_json(plan_text, catalogue());
  if (!plan) return tl::make_unexpected(plan.error());
  run.plan_ = std::move(*plan);
  if (auto made = make_private_directory(path); !made) return tl::make_unexpected(made.error());
  if (auto own = require_private_directory(path); !own) return tl::make_unexpected(own.error());
  auto store = open_run_store(path / store_file, true);
  if (!store) return tl::make_unexpected(store.error());
  run.store_ = std::move(*store);
  // The plan last: a directory with a plan has everything else.
  if (auto written = write_file(path / plan_file, plan_text, true); !written) {
    return tl::make_unexpected(written.error());
  }
  return run;
}

Result<RunDirectory> RunDirectory::open(const std::filesystem::path& path) {
  RunDirectory run;
  run.path_ = path;
  const auto text = read_file(path / plan_file);
  if (!text) {
    return fail(path.string() + " is not a run directory: " + text.error().message,
                "give the directory that `wamigrate apply` was given");
  }
  auto plan = plan_from_json(*text, catalogue());
  if (!plan) return fail((path / plan_file).string() + ": " + plan.error().message, plan.error().fix);
  run.plan_ = std::move(*plan);
  if (auto own = require_private_directory(path); !own) return tl::make_unexpected(own.error());
  auto store = open_run_store(path / store_file, false);
  if (!store) return tl::make_unexpected(store.error());
  run.store_ = std::move(*store);
  return run;
}

Result<Progress> RunDirectory::progress() {
  auto journal = store_->journal();
  if (!journal) return tl::make_unexpected(journal.error());
  auto known = fold_journal(plan_, *journal);
  if (known && !known->clock.boot.empty()) tell_by(*known, SystemClock::mark());
  return known;
}

Result<Plan> RunDirectory::plan_with_overrides() {
  auto known = progress();
  if (!known) return tl::make_unexpected(known.error());
  auto messages = store_->messages(0);
  if (!messages) return tl::make_unexpected(messages.error());
  std::map<std::string, std::string> pins;
  for (const NumberProgress& number : known->numbers) {
    if (!number.pin_override.empty()) pins[number.phone] = number.pin_override;
  }
  for (const RunStore::Message& message : *messages) {
    const auto json = parse_json(message.text);
    if (known->heard.contains(message.number) || !json || text_at(*json, "pin").empty()) continue;
    pins[text_at(*json, "phone")] = text_at(*json, "pin");
  }
  Plan plan = plan_;
  for (Number& number : plan.fleet.numbers) {
    const auto pin = pins.find(number.phone.e164);
    if (pin == pins.end()) continue;
    auto ref = parse_secret_ref(pin->second);
    if (!ref) return tl::make_unexpected(ref.error());
    number.pin = *ref;
  }
  return plan;
}

Result<void> RunDirectory::write_documents(Time now) {
  auto known = progress();
  if (!known) return tl::make_unexpected(known.error());
  auto journal = store_->journal();
  if (!journal) return tl::make_unexpected(journal.error());
  std::string events;
  for (const std::string& line : *journal) {
    if (const auto entry = entry_from(line)) events += to_compact(event_json(*entry)) + "\n";
  }
  for (const auto& [file, text] :
       {std::pair{"report.md", report_markdown(plan_, *known, now, path_.string())},
        std::pair{"report.html", report_html(plan_, *known, now, path_.string())}, std::pair{"events.jsonl", events}}) {
    if (auto written = write_file(path_ / file, text, true); !written) return written;
  }
  return {};
}

std::filesystem::path RunDirectory::latest_rollback() const {
  std::filesystem::path latest;
  std::error_code ignored;
  for (int n = 1; std::filesystem::exists(rollback_path(path_, n) / plan_file, ignored); ++n) {
    latest = rollback_path(path_, n);
  }
  return latest;
}

std::filesystem::path RunDirectory::next_rollback() const {
  int n = 1;
  std::error_code ignored;
  while (std::filesystem::exists(rollback_path(path_, n) / plan_file, ignored)) ++n;
  return rollback_path(path_, n);
}

}  // namespace wamigrate::cli
