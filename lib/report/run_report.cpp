// The report, section by section: who needs a person now, what became of the rest, what was measured, what differs,
// and what is left to people.
#include "report/run_report.hpp"

#include <fmt/format.h>

#include <set>

#include "report/afterwards.hpp"
#include "report/comparison.hpp"
#include "report/downtime.hpp"
#include "report/groups.hpp"
#include "report/standing.hpp"
#include "report/test_messages.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace report {
namespace {

constexpr std::size_t entries_at_most = 50;
const std::string where_all_is = "--format json";

class Report {
 public:
  Report(const Plan& plan, const Progress& progress, Time now, const std::string& run)
      : plan_(plan), progress_(progress), now_(now), run_(plain(run)) {}

  Document build() {
    put_title();
    put_people_needed();
    put_outcome();
    put_not_migrated();
    put_downtime();
    put_numbers();
    put_tests();
    put_differences();
    put_notices();
    put_freed();
    put_still_to_do();
    return std::move(document_);
  }

 private:
  std::size_t count(NumberState state) const {
    const auto counts = counts_of(progress_);
    const auto found = counts.find(state);
    return found == counts.end() ? 0 : found->second;
  }

  void put_title() {
    document_.push_back(Heading{1, fmt::format("Report: {} to {}", counted(progress_.numbers.size(), "number"),
                                               in_words(new_home(progress_.direction)))});
    std::string when;
    if (progress_.started_at) when = "Began at " + moment(*progress_.started_at) + ". ";
    if (progress_.done && progress_.ended_at) when += "Ended at " + moment(*progress_.ended_at) + ". ";
    document_.push_back(Paragraph{
        fmt::format("{}Written at {}. Plan {}.", when, moment(now_), plain(progress_.plan_digest)), Tone::quiet});
    if (!progress_.done) {
      std::string text = "This run is not over: the figures are what is known so far.";
      if (!progress_.paused.empty()) text += " It is paused: " + plain(progress_.pause_message) + ".";
      document_.push_back(Paragraph{std::move(text), Tone::caution});
    }
  }

  void put_people_needed() {
    List list{{}, false, {entries_at_most, where_all_is}};
    std::size_t urgent = 0;
    for (const bool loud : {true, false}) {
      for (const NumberProgress& number : progress_.numbers) {
        if (!needs_person(number) || is_urgent(number) != loud) continue;
        urgent += loud ? 1 : 0;
        list.items.push_back(item_of(number, now_));
      }
    }
    if (list.items.empty()) return;
    if (urgent > 0) {
      document_.push_back(Banner{
          fmt::format("{} NOW: served by nobody, or nobody knows by whom.",
                      urgent == 1 ? "1 NUMBER NEEDS A PERSON" : fmt::format("{} NUMBERS NEED A PERSON", urgent))});
    }
    document_.push_back(Heading{2, fmt::format("Needs a person: {}", list.items.size())});
    document_.push_back(std::move(list));
    if (urgent > 0) document_.push_back(Paragraph{"Whom to call: " + whom_to_call()});
    if (!has_inconclusive_test(progress_)) return;
    document_.push_back(
        Paragraph{"A test message that was not delivered proves nothing: see `wamigrate explain undelivered`. Ask its "
                  "recipient, over another channel:"});
    document_.push_back(recipients_checklist());
  }

  void put_tests() {
    Table table = test_outcomes(progress_);
    if (table.rows.empty()) return;
    table.fold = {entries_at_most, where_all_is};
    document_.push_back(Heading{2, "Test messages"});
    document_.push_back(std::move(table));
  }

  void put_outcome() {
    document_.push_back(Heading{2, "Outcome"});
    Table table{{"numbers", "outcome", "what that means"}};
    for (const NumberState state : by_urgency()) {
      const std::size_t numbers = count(state);
      if (numbers > 0) {
        table.rows.push_back(
            {{std::to_string(numbers), std::string(in_words(state)), std::string(meaning_of(state))}, tone_of(state)});
      }
    }
    if (!plan_.refused.empty()) {
      table.rows.push_back(
          {{std::to_string(plan_.refused.size()), "refused", "left out by the plan; not touched"}, Tone::quiet});
    }
    document_.push_back(std::move(table));
  }

  static std::string_view meaning_of(NumberState state) {
    switch (state) {
      case NumberState::migrated:
        return "served by its new home, verified";
      case NumberState::rolled_back:
        return "brought back to its old home";
      case NumberState::untouched:
        return "the run stopped before it; nothing was changed";
      case NumberState::stale:
        return "no longer as planned; not touched";
      case NumberState::failed:
        return "not migrated; its old home serves it";
      case NumberState::stranded:
        return "served by nobody, or nobody knows by whom";
      case NumberState::waiting:
        return "goes on when what it waits for has come";
      case NumberState::active:
        return "under way";
      case NumberState::pending:
        break;
    }
    return "its turn has not come";
  }

  // Alike ones together: a run that was held leaves hundreds untouched for one reason.
  void put_not_migrated() {
    std::vector<const NumberProgress*> numbers;
    std::vector<std::pair<std::string, std::string>> keyed;
    for (const NumberState state :
         {NumberState::failed, NumberState::rolled_back, NumberState::stale, NumberState::untouched}) {
      for (const NumberProgress& number : progress_.numbers) {
        if (number.state != state) continue;
        numbers.push_back(&number);
        keyed.emplace_back(
            fmt::format("{}\x1f{}\x1f{}\x1f{}", name(state), name(number.home), number.reason, number.next_command),
            number.phone);
      }
    }
    if (numbers.empty()) return;
    document_.push_back(Heading{2, fmt::format("Not migrated: {}", numbers.size())});
    List list{{}, false, {entries_at_most, where_all_is}};
    for (const Group& same : group(keyed)) {
      Item item = item_of(*numbers[same.first], now_);
      item.lead = lead_of(same.phones);
      name_phones(item, same.phones);
      list.items.push_back(std::move(item));
    }
    document_.push_back(std::move(list));
  }

  void put_downtime() {
    const Downtimes measured = downtimes_of(progress_);
    document_.push_back(Heading{2, "Time off the air"});
    if (measured.count == 0) {
      document_.push_back(Paragraph{"Nothing was measured: no migrated number was taken off the air in this run."});
      return;
    }
    document_.push_back(Table{{"measured", "longest", "p95", "p50"},
                              {{{counted(measured.count, "number"), "at most " + for_people(measured.longest),
                                 "at most " + for_people(measured.p95), "at most " + for_people(measured.median)}}}});
    document_.push_back(
        Paragraph{"From the moment the registering request left to the first observation that the new home serves the "
                  "number: the real time is that or less. It says nothing about other numbers or other days.",
                  Tone::quiet});
  }

  void put_numbers() {
    Table table{{"phone", "outcome", "served by", "off the air, at most", "registrations", "ended"},
                {},
                {entries_at_most, where_all_is}};
    int used = 0;
    for (const NumberProgress& number : progress_.numbers) {
      used += number.registers_used();
      if (number.state == NumberState::pending || number.state == NumberState::untouched) continue;
      const Millis off = off_air(number, now_);
      table.rows.push_back({{plain(number.phone), std::string(in_words(number.state)),
                             std::string(in_words(number.home)), off == Millis(0) ? "none seen" : for_people(off),
                             std::to_string(number.registers_used()), number.ended_at ? moment(*number.ended_at) : ""},
                            number.state == NumberState::migrated ? Tone::normal : tone_of(number.state)});
    }
    if (table.rows.empty()) return;
    document_.push_back(Heading{2, "Numbers"});
    document_.push_back(std::move(table));
    document_.push_back(Paragraph{fmt::format("{} used by this run. 72 hours allow 10 to a number.",
                                              counted(static_cast<std::size_t>(used), "registration request")),
                                  Tone::quiet});
  }

  void put_differences() {
    std::vector<std::pair<std::string, std::string>> keyed;
    for (const NumberProgress& number : progress_.numbers) {
      for (const std::string& note : number.notes) keyed.emplace_back(note, number.phone);
    }
    if (keyed.empty()) return;
    document_.push_back(Heading{2, "Differences noted"});
    List list{{}, false, {entries_at_most, where_all_is}};
    for (const Group& same : group(keyed)) {
      const std::string& note = keyed[same.first].first;
      Item item{lead_of(same.phones), plain(note)};
      if (const std::string_view advice = what_to_do(note); !advice.empty()) {
        item.details.push_back({"do", std::string(advice)});
      }
      name_phones(item, same.phones);
      list.items.push_back(std::move(item));
    }
    document_.push_back(std::move(list));
  }

  void put_notices() {
    if (progress_.notices.empty()) return;
    document_.push_back(Heading{2, "Told on the way"});
    List list{{}, false, {entries_at_most, where_all_is}};
    for (const Notice& notice : progress_.notices) list.items.push_back({moment(notice.time), plain(notice.message)});
    document_.push_back(std::move(list));
  }

  void put_freed() {
    const Freed freed = freed_by(plan_, moved_numbers(progress_));
    if (freed.deployments.empty()) return;
    document_.push_back(Heading{2, "No longer needed"});
    document_.push_back(Paragraph{in_words(freed) + ". Switch them off as described below, not before."});
    if (!freed.kept.empty()) {
      document_.push_back(
          Paragraph{fmt::format("Still needed: {} ({}), whose numbers this run has not moved.",
                                counted(freed.kept.size(), "deployment"), some_of(freed.kept, phones_named)),
                    Tone::caution});
    }
  }

  void put_still_to_do() {
    const std::set<std::string> moved = moved_numbers(progress_);
    if (moved.empty()) return;
    document_.push_back(Heading{2, "What people must still do"});
    document_.push_back(List{what_comes_after(plan_, moved, run_), true});
    document_.push_back(Paragraph{what_people_see(progress_.direction)});
  }

  const Plan& plan_;
  const Progress& progress_;
  Time now_;
  std::string run_;
  Document document_;
};

}  // namespace
}  // namespace report

std::string report_text(const Plan& plan, const Progress& progress, Time now, bool colour, const std::string& run) {
  return report::to_text(report::Report(plan, progress, now, run).build(), colour);
}

std::string report_markdown(const Plan& plan, const Progress& progress, Time now, const std::string& run) {
  return report::to_markdown(report::Report(plan, progress, now, run).build());
}

std::string report_html(const Plan& plan, const Progress& progress, Time now, const std::string& run) {
  return report::to_html(report::Report(plan, progress, now, run).build());
}

}  // namespace wamigrate
