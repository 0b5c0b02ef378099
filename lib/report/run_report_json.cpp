// The report for scripts. What came from a server is plain() here too: people print these fields.
#include "report/afterwards.hpp"
#include "report/downtime.hpp"
#include "report/run_report.hpp"
#include "report/standing.hpp"
#include "report/test_messages.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace {

using namespace report;

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(plain(text)); }
Json time_or_null(const std::optional<Time>& time) { return time ? Json(to_iso(*time)) : Json(nullptr); }

Json number_json(const NumberProgress& number, Time now) {
  Json notes = Json::array();
  for (const std::string& note : number.notes) notes.push_back(plain(note));
  return {{"phone", plain(number.phone)},
          {"home", name(number.home)},
          {"state", name(number.state)},
          {"reason", text_or_null(number.reason)},
          {"next", text_or_null(ways_on_in_a_line(number.next_command))},
          {"waits_for", text_or_null(number.waits_for)},
          {"needs_person", needs_person(number)},
          {"wave", number.wave == 0 ? Json(nullptr) : Json(number.wave)},
          {"downtime_at_most_ms", off_air(number, now).count()},
          {"off_air_since", time_or_null(number.down_since)},
          {"registers_used", number.registers_used()},
          {"started_at", time_or_null(number.started_at)},
          {"ended_at", time_or_null(number.ended_at)},
          {"notes", std::move(notes)},
          {"test_message", test_json(number)}};
}

Json recipients_checklist_json(const Progress& progress) {
  Json list = Json::array();
  if (!has_inconclusive_test(progress)) return list;
  for (const Item& item : recipients_checklist().items) list.push_back(item.text);
  return list;
}

Json counts_json(const Progress& progress) {
  Json counts = Json::object();
  for (const auto& [state, count] : counts_of(progress)) counts[std::string(name(state))] = count;
  return counts;
}

Json downtime_json(const Progress& progress) {
  const Downtimes measured = downtimes_of(progress);
  if (measured.count == 0) return nullptr;
  return {{"numbers", measured.count},
          {"max_ms", measured.longest.count()},
          {"p95_ms", measured.p95.count()},
          {"p50_ms", measured.median.count()}};
}

Json still_to_do(const Plan& plan, const Progress& progress, const std::string& run) {
  Json list = Json::array();
  const auto moved = moved_numbers(progress);
  if (moved.empty()) return list;
  for (const Item& item : what_comes_after(plan, moved, plain(run))) {
    std::string text = item.text;
    for (const Detail& detail : item.details) text += " " + detail.label + ": " + detail.text + ".";
    list.push_back(text);
  }
  return list;
}

Json notices_json(const Progress& progress) {
  Json list = Json::array();
  for (const Notice& notice : progress.notices) {
    list.push_back({{"time", to_iso(notice.time)}, {"message", plain(notice.message)}});
  }
  return list;
}

}  // namespace

Json report_json(const Plan& plan, const Progress& progress, Time now, const std::string& run) {
  Json numbers = Json::array();
  int used = 0;
  for (const NumberProgress& number : progress.numbers) {
    numbers.push_back(number_json(number, now));
    used += number.registers_used();
  }
  return {{"run", plain(run)},
          {"plan", progress.plan_digest},
          {"direction", name(progress.direction)},
          {"state", progress.done             ? "done"
                    : progress.paused.empty() ? "running"
                                              : "paused"},
          {"made_at", to_iso(now)},
          {"started_at", time_or_null(progress.started_at)},
          {"ended_at", progress.done ? time_or_null(progress.ended_at) : Json(nullptr)},
          {"counts", counts_json(progress)},
          {"downtime_at_most", downtime_json(progress)},
          {"registers_used", used},
          {"numbers", std::move(numbers)},
          {"ask_the_recipient", recipients_checklist_json(progress)},
          {"notices", notices_json(progress)},
          {"freed", to_json(freed_by(plan, moved_numbers(progress)))},
          {"still_to_do", still_to_do(plan, progress, run)}};
}

}  // namespace wamigrate
