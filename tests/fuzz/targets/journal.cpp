// Journals, a line an entry, folded over a worked plan. Each line either folds or is an error that says so; what was
// folded can be shown.
#include <algorithm>
#include <sstream>

#include "fuzz/targets/target.hpp"
#include "plan/plan.hpp"
#include "report/metrics.hpp"
#include "report/run_report.hpp"
#include "report/status.hpp"
#include "run/progress.hpp"
#include "steps/step.hpp"
#include "support/golden.hpp"

namespace wamigrate::fuzz {
namespace {

const Plan& worked_plan() {
  static const Plan worked =
      *plan_from_json(testing::text_of("plans/one-number-to-cloud/plan.json"), wamigrate::catalogue());
  return worked;
}

void check_entry(const Entry& entry) {
  const std::string line = to_line(entry);
  holds(line.find('\n') == std::string::npos, "an entry is one line");
  const auto again = entry_from(line);
  holds(again.has_value(), "an entry that was written can be read");
  holds(to_line(*again) == line, "an entry is written as it was read");
  holds(is_plain(event_line(entry)), "an event is one plain line");
}

void check_metrics(const std::string& text) {
  holds(text.ends_with("# EOF\n"), "metrics end as they must");
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    holds(line.starts_with("# ") || line.starts_with("wamigrate_"), "a line of metrics is a family's");
  }
}

void check_progress(const Progress& progress, Time now) {
  const int code = exit_code(progress);
  holds(code == 0 || (code >= 3 && code <= 5), "a run's exit code is one of the contract's");
  holds(parse_json(to_compact(status_json(progress, "run", now))).has_value(), "a status is JSON");
  holds(is_plain_page(status_text(progress, now, false)), "a status is plain text");
  holds(is_plain_page(report_text(worked_plan(), progress, now)), "a report is plain text");
  check_metrics(metrics_text(progress, worked_plan(), now));
  for (const std::string& line : live_view(progress, wamigrate::catalogue(), now, 80, 24)) {
    holds(is_plain(line), "the live view is plain text");
  }
}

void run_journal(std::string_view input) {
  Progress progress = begin(worked_plan());
  Time now = worked_plan().observed_at;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const auto entry = entry_from(std::string(input.substr(0, end)));
    input.remove_prefix(std::min(end + 1, input.size()));
    if (!entry) break;
    check_entry(*entry);
    now = entry->time;
    if (!fold(progress, *entry)) break;
  }
  check_progress(progress, now);
}

std::string line_of(std::string_view event, std::string_view step, std::string_view outcome, Json more) {
  Entry entry;
  entry.time = worked_plan().observed_at + std::chrono::minutes(1);
  entry.event = event;
  entry.phone = worked_plan().numbers.front().phone;
  entry.step = step;
  entry.attempt = step.empty() ? 0 : 1;
  entry.outcome = outcome;
  entry.message = "as seen";
  entry.more = std::move(more);
  return to_line(entry) + "\n";
}

/// Runs of a few lines: the road as it goes, and each way it can leave it.
std::vector<std::string> journal_seeds() {
  const std::vector<std::string>& road = worked_plan().roads[worked_plan().numbers.front().road].steps;
  const std::string opening =
      line_of("observed", "", "", {{"home", "onprem"}}) + line_of("started", "", "", {{"road", road}, {"wave", 1}});
  std::vector<std::string> seeds;
  for (const std::string& step : road) {
    const std::string intent = opening + line_of("intent", step, "", {});
    seeds.push_back(intent + line_of("outcome", step, "done", {{"vouched", {"backup_in_hand"}}}) +
                    line_of("settled", step, "", {}));
    seeds.push_back(intent + line_of("outcome", step, "ambiguous", {{"class", "down"}}) +
                    line_of("observed", "", "", {{"home", "nowhere"}}) +
                    line_of("waiting", "", "", {{"for", "person"}, {"until", "2026-01-01T00:00:00Z"}}));
    seeds.push_back(intent + line_of("outcome", step, "refused", {{"class", "pin"}}) +
                    line_of("replanned", "", "", {{"road", road}, {"denied", {"pin_known"}}, {"rescue", true}}) +
                    line_of("heard", "", "", {{"said", "retry"}, {"message", 7}}) +
                    line_of("ended", "", "failed", {{"next", "wamigrate retry"}}));
  }
  return seeds;
}

}  // namespace

const Target journal{"journal", run_journal, journal_seeds};

}  // namespace wamigrate::fuzz
