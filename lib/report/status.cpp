#include "report/status.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/standing.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace {

using namespace report;

constexpr std::size_t pressing_at_most = 50;
constexpr std::size_t quiet_at_most = 10;

std::string heading_of(NumberState state, std::size_t count) {
  const std::string text = fmt::format("{}: {}", in_words(state), count);
  if (state == NumberState::stranded) return fmt::format("STRANDED, needs a person now: {}", count);
  return static_cast<char>(std::toupper(static_cast<unsigned char>(text[0]))) + text.substr(1);
}

bool is_quiet(NumberState state) {
  return state == NumberState::pending || state == NumberState::untouched || state == NumberState::migrated;
}

// Why numbers that have not begun have not.
std::string why_not_begun(const Progress& progress) {
  if (!progress.held.empty())
    return plain(progress.held) + ". They stay as they are; once the run has ended, plan them again.";
  if (!progress.paused.empty()) return "They wait until the run goes on.";
  if (!progress.started_at) return "The run has not begun.";
  if (progress.waits) return "They wait for " + what_it_waits_for(progress.waits->what) + ".";
  return "They wait for their wave, for a free place in it, for their account's share of calls to Graph, or for a "
         "shared PIN to be "
         "proven.";
}

Item quiet_item(const NumberProgress& number, Time now) {
  Item item = item_of(number, now);
  item.details.clear();
  if (number.state == NumberState::migrated && number.downtime > Millis(0)) {
    item.text += ", off the air for at most " + for_people(number.downtime);
  }
  return item;
}

void put_state(Document& document, const Progress& progress, NumberState state, Time now, const Shown& shown) {
  List list{{}, false, {is_quiet(state) ? quiet_at_most : pressing_at_most, "--json"}};
  for (const NumberProgress& number : progress.numbers) {
    if (number.state != state || (shown && !shown(number))) continue;
    list.items.push_back(is_quiet(state) ? quiet_item(number, now) : item_of(number, now));
  }
  if (list.items.empty()) return;
  document.push_back(Heading{2, heading_of(state, list.items.size())});
  if (state == NumberState::pending) document.push_back(Paragraph{why_not_begun(progress)});
  document.push_back(std::move(list));
}

std::string state_of(const Progress& progress) {
  if (progress.done) return "ended";
  if (!progress.paused.empty()) return "paused";
  return progress.started_at ? "running" : "not begun";
}

std::string command_to_go_on(const Progress& progress, const std::string& run) {
  const std::string apply = fmt::format("wamigrate apply {0}/plan.json --run {0}", run);
  // All else the same command asks, tries or waits for again.
  const bool needs_word = progress.waits && (progress.waits->what == "approval" || progress.waits->what == "resume");
  const std::string word = needs_word ? plain(progress.waits->next_command) : "";
  return word.empty() ? apply : word + ", then: " + apply;
}

// What waits for a word or a time although the process is at work.
Item run_wait_item(const RunWait& waits, Time now) {
  Item item{"", "WAITS for " + what_it_waits_for(waits.what), Tone::caution, {{"why", plain(waits.message)}}};
  if (waits.until) item.details.push_back({"until", until_text(*waits.until, now)});
  if (!waits.next_command.empty()) item.details.push_back({"then", plain(waits.next_command), true});
  return item;
}

// Whom Graph lets nothing be asked about, but for what is told already.
std::string limits_text(const Progress& progress, Time now) {
  std::string text;
  for (const auto& [waba, until] : progress.graph_until) {
    if (until <= now) continue;
    if (progress.waits && progress.waits->what == waits_for_graph && progress.waits->waba == waba) continue;
    text += fmt::format("{}{} until {}", text.empty() ? "Graph's limit is reached: " : ", ",
                        waba.empty() ? "of the app" : "for the account " + plain(waba), until_text(until, now));
  }
  return text.empty() ? text : text + ".";
}

// Who shares the run, with how many numbers in hand. One that was killed is among them until all have ended.
std::string workers_text(const Progress& progress, Time now) {
  std::string text;
  for (const auto& [name, worker] : progress.workers) {
    const auto held = std::count_if(progress.numbers.begin(), progress.numbers.end(),
                                    [&name = name](const NumberProgress& number) { return number.worker == name; });
    text += fmt::format("{}{} ({} in hand, last wrote {} ago{})", text.empty() ? "Worked on by " : ", ", plain(name),
                        held, for_people(std::max(Millis(0), now - worker.last_heard_of)),
                        worker.silent ? ", others have taken over what it had: killed, or cut off" : "");
  }
  return text + ".";
}

}  // namespace

std::string status_text(const Progress& progress, Time now, bool colour, const std::string& run, const Shown& shown) {
  Document document;
  std::string title = fmt::format("Run to {}: {}", in_words(new_home(progress.direction)), state_of(progress));
  if (progress.wave > 0 && !progress.done) title += fmt::format(", wave {}", progress.wave);
  document.push_back(Heading{1, title});
  document.push_back(Paragraph{counts_text(progress) + "."});
  if (progress.started_at) {
    const Time last = progress.done && progress.ended_at ? *progress.ended_at : now;
    document.push_back(Paragraph{fmt::format("Began at {}, {} {}.", moment(*progress.started_at),
                                             progress.done ? "took" : "for", for_people(last - *progress.started_at)),
                                 Tone::quiet});
  }
  if (!progress.paused.empty() && !progress.done) {
    document.push_back(
        List{{{"",
               "PAUSED, waits for " + what_it_waits_for(progress.paused),
               Tone::caution,
               {{"why", plain(progress.pause_message)}, {"then", command_to_go_on(progress, plain(run)), true}}}}});
  }
  if (progress.waits && progress.paused.empty() && !progress.done) {
    document.push_back(List{{run_wait_item(*progress.waits, now)}});
  }
  if (progress.starts_per_hour > 0 && !progress.done) {
    document.push_back(Paragraph{fmt::format("Throttled: {} number{} an hour may begin.", progress.starts_per_hour,
                                             progress.starts_per_hour == 1 ? "" : "s"),
                                 Tone::quiet});
  }
  if (const std::string limits = limits_text(progress, now); !limits.empty() && !progress.done) {
    document.push_back(Paragraph{limits, Tone::caution});
  }
  if (!progress.workers.empty() && !progress.done) {
    document.push_back(Paragraph{workers_text(progress, now), Tone::quiet});
  }
  if (!progress.held.empty() && !progress.done) {
    document.push_back(Paragraph{"HELD: " + plain(progress.held) + ".", Tone::caution});
  }
  if (shown) {
    const auto count = std::count_if(progress.numbers.begin(), progress.numbers.end(), shown);
    document.push_back(Paragraph{fmt::format("Listed: {} of {}.", count, progress.numbers.size()), Tone::quiet});
  }
  for (const NumberState state : by_urgency()) put_state(document, progress, state, now, shown);
  return to_text(document, colour);
}

}  // namespace wamigrate
