#include "run_directory.hpp"

#include "ports/clock.hpp"
#include "ports/files.hpp"
#include "report/run_report.hpp"
#include "steps/step.hpp"

namespace wamigrate::cli {
namespace {

constexpr const char* plan_file = "plan.json";
constexpr const char* store_file = "run.db";

constexpr const char* plan_suffix = "/plan.json";

/// Without the quotes that a shell would have taken away, should somebody have copied them from a document.
std::string unquoted(const std::string& text) {
  const bool quoted = text.size() > 1 && text.front() == '\'' && text.back() == '\'';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

/// A run that was begun.
bool has_plan(const std::filesystem::path& path) {
  if (is_database_url(path.string())) {
    auto store = open_run_store(path.string(), false);
    const auto plan = store ? (*store)->document(plan_file) : Result<std::optional<std::string>>(std::nullopt);
    return plan && plan->has_value();
  }
  std::error_code ignored;
  return std::filesystem::exists(path / plan_file, ignored);
}

tl::unexpected<Error> of_another_plan(const std::string& name, const Plan& kept, const Plan& given) {
  return fail("run " + name + " belongs to another plan (" + kept.digest.substr(0, 12) + "…, this one is " +
                  given.digest.substr(0, 12) + "…)",
              "give another --run, or the plan kept in it: " + name + plan_suffix);
}

}  // namespace

Result<RunDirectory> RunDirectory::make_in_database(const DatabaseUrl& url, const Plan& plan,
                                                    const std::string& plan_text) {
  auto store = open_run_store(url.text(), true);
  if (!store) return tl::make_unexpected(store.error());
  if (auto kept = (*store)->keep_document(plan_file, plan_text); !kept) return tl::make_unexpected(kept.error());
  auto run = open_in_database(url);
  if (run && run->plan_.digest != plan.digest) return of_another_plan(run->path_.string(), run->plan_, plan);
  return run;
}

Result<RunDirectory> RunDirectory::open_in_database(const DatabaseUrl& url) {
  RunDirectory run;
  run.url_ = url;
  run.path_ = "'" + url.text() + "'";
  auto store = open_run_store(url.text(), false);
  if (!store) return tl::make_unexpected(store.error());
  run.store_ = std::move(*store);
  const auto text = run.store_->document(plan_file);
  if (!text) return tl::make_unexpected(text.error());
  if (!*text)
    return fail("the run " + url.text() + " has no plan: it was never begun", "begin it with `wamigrate apply`");
  auto plan = plan_from_json(**text, catalogue());
  if (!plan) return fail(url.text() + ": " + plan.error().message, plan.error().fix);
  run.plan_ = std::move(*plan);
  return run;
}

bool RunDirectory::exists(const std::filesystem::path& path) {
  const std::string where = unquoted(path.string());
  if (is_database_url(where)) return open_run_store(where, false).has_value();
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Result<RunDirectory> RunDirectory::make(const std::filesystem::path& path, Plan plan, const std::string& plan_text) {
  if (const std::string where = unquoted(path.string()); is_database_url(where)) {
    const auto url = parse_database_url(where, DatabaseUse::run);
    if (!url) return tl::make_unexpected(url.error());
    return make_in_database(*url, plan, plan_text);
  }
  std::error_code ignored;
  if (!std::filesystem::exists(path / plan_file, ignored)) return make_in_directory(path, std::move(plan), plan_text);
  if (const auto kept = read_file(path / plan_file); kept && *kept == plan_text) {
    RunDirectory run;
    run.path_ = path;
    run.plan_ = std::move(plan);
    if (auto opened = run.open_store(); !opened) return tl::make_unexpected(opened.error());
    return run;
  }
  auto existing = open(path);
  if (existing && existing->plan_.digest != plan.digest) return of_another_plan(path.string(), existing->plan_, plan);
  return existing;
}

Result<RunDirectory> RunDirectory::make_in_directory(const std::filesystem::path& path, Plan plan,
                                                     const std::string& plan_text) {
  RunDirectory run;
  run.path_ = path;
  run.plan_ = std::move(plan);
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
  if (const std::string where = unquoted(path.string()); is_database_url(where)) {
    const auto url = parse_database_url(where, DatabaseUse::run);
    if (!url) return tl::make_unexpected(url.error());
    return open_in_database(*url);
  }
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
  if (auto opened = run.open_store(); !opened) return tl::make_unexpected(opened.error());
  return run;
}

Result<void> RunDirectory::open_store() {
  if (auto own = require_private_directory(path_); !own) return own;
  auto store = open_run_store(path_ / store_file, false);
  if (!store) return tl::make_unexpected(store.error());
  store_ = std::move(*store);
  return {};
}

Result<Progress> RunDirectory::progress() {
  auto known = fold_journal(plan_, *store_);
  if (known && !known->clock.boot.empty()) tell_by(*known, SystemClock::mark());
  return known;
}

Result<Plan> RunDirectory::plan_with_overrides(const Progress& known) {
  auto messages = store_->messages(0);
  if (!messages) return tl::make_unexpected(messages.error());
  std::map<std::string, std::string> pins;
  for (const NumberProgress& number : known.numbers) {
    if (!number.pin_override.empty()) pins[number.phone] = number.pin_override;
  }
  for (const RunStore::Message& message : *messages) {
    const auto json = parse_json(message.text);
    if (known.heard.contains(message.number) || !json || text_at(*json, "pin").empty()) continue;
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
  if (url_) return {};
  auto known = progress();
  if (!known) return tl::make_unexpected(known.error());
  const std::string run = path_.string();
  if (auto written = write_file(path_ / "report.md", report_markdown(plan_, *known, now, run), true); !written) {
    return written;
  }
  if (auto written = write_file(path_ / "report.html", report_html(plan_, *known, now, run), true); !written) {
    return written;
  }
  Result<void> read;
  const auto put_events = [&](const TakePiece& take) {  // of a large run there are millions
    read = store_->each_record([&take](const std::string& line) -> Result<void> {
      if (const auto entry = entry_from(line)) take(to_compact(event_json(*entry)) + "\n");
      return {};
    });
  };
  auto written = write_file_in_pieces(path_ / "events.jsonl", put_events, true);
  return read ? written : read;
}

std::string RunDirectory::full_name() const {
  return url_ ? url_->text() : std::filesystem::absolute(path_).lexically_normal().string();
}

Result<void> RunDirectory::require_ledger(const LedgerStore& ledger) const {
  if (!url_ || store_->database_id() == ledger.database_id()) return {};
  return fail(
      "the run is in a PostgreSQL database, and its ledger is not in the same one: a process that was frozen "
      "past its lease could not be told",
      "make the plan with `ledger: " + DatabaseUrl(*url_).database_text() + "` in the inventory");
}

std::filesystem::path RunDirectory::rollback_path(int number) const {
  const std::string name = "rollback-" + std::to_string(number);
  if (!url_) return path_ / name;
  DatabaseUrl url = *url_;
  url.run += "/" + name;
  return url.text();
}

std::filesystem::path RunDirectory::latest_rollback() const {
  std::filesystem::path latest;
  for (int n = 1; has_plan(rollback_path(n)); ++n) latest = rollback_path(n);
  return latest;
}

std::filesystem::path RunDirectory::next_rollback() const {
  int n = 1;
  while (has_plan(rollback_path(n))) ++n;
  return rollback_path(n);
}

Result<std::string> read_plan_text(const std::string& file) {
  if (!is_database_url(unquoted(file))) return read_file(file);
  const std::string whole = unquoted(file);
  const std::size_t length = std::string_view(plan_suffix).size();
  if (!whole.ends_with(plan_suffix)) {
    return fail("a plan in a database is named by its run, followed by " + std::string(plan_suffix),
                "write postgresql://…?run=NAME" + std::string(plan_suffix));
  }
  auto store = open_run_store(whole.substr(0, whole.size() - length), false);
  if (!store) return tl::make_unexpected(store.error());
  auto text = (*store)->document(plan_file);
  if (!text) return tl::make_unexpected(text.error());
  if (!*text) return fail("that run has no plan: it was never begun", "name the file of the plan");
  return std::move(**text);
}

}  // namespace wamigrate::cli
