// The live display: as many lines as the terminal has, each no wider than it is. No colour and no cursor movement
// here; who prints it decides about those.
#include <fmt/format.h>

#include <algorithm>

#include "report/standing.hpp"
#include "report/status.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace {

using namespace report;

bool is_shown(const NumberProgress& number) {
  return number.state == NumberState::active || number.state == NumberState::waiting ||
         number.state == NumberState::stranded;
}

// Smaller is shown first: nobody serves it; a person must act; it may be off the air; the rest.
int rank(const NumberProgress& number) {
  if (is_urgent(number) || number.home == Home::nowhere) return 0;
  if (needs_person(number)) return 1;
  return number.down_since ? 2 : 3;
}

std::string_view title_of(const std::string& step, Catalogue catalogue) {
  const StepKind* kind = find_kind(catalogue, step);
  return kind == nullptr ? std::string_view(step) : kind->title;
}

std::string what_it_does(const NumberProgress& number, Catalogue catalogue, Time now) {
  if (number.state == NumberState::stranded) return "STRANDED: " + plain(number.reason);
  if (number.state == NumberState::waiting) {
    std::string text = "waits for " + what_it_waits_for(number.waits_for);
    if (number.until) text += " until " + until_text(*number.until, now);
    return needs_person(number) && !number.next_command.empty() ? text + ": " + ways_on_in_a_line(number.next_command)
                                                                : text;
  }
  if (number.stopping) return "stops: finding out who serves it";
  if (number.step().empty()) return number.started ? "all steps done" : "is looked at";
  std::string text(title_of(number.step(), catalogue));
  if (number.until) text += " until " + until_text(*number.until, now) + " at the latest";
  const auto tried = number.attempts.find(number.step());
  if (tried != number.attempts.end() && tried->second > 1) text += fmt::format(", attempt {}", tried->second);
  return text;
}

std::string line_of(const NumberProgress& number, Catalogue catalogue, Time now, std::size_t phone_width) {
  const std::string place =
      number.road.empty() ? ""
                          : fmt::format("{}/{}", std::min(number.next + 1, number.road.size()), number.road.size());
  const std::string elapsed = number.started_at ? for_people(std::max(now - *number.started_at, Millis(0))) : "";
  std::string line = fmt::format("{}  {:>5}  {:>12}  ", pad(plain(number.phone), phone_width), place, elapsed);
  if (number.down_since) line += fmt::format("[off the air {}] ", for_people(off_air(number, now)));
  return line + what_it_does(number, catalogue, now);
}

std::string off_air_line(const Progress& progress, Time now) {
  Millis longest{0};
  Millis all{0};
  std::size_t open = 0;
  for (const NumberProgress& number : progress.numbers) {
    const Millis one = off_air(number, now);
    longest = std::max(longest, one);
    all += one;
    open += number.down_since ? 1 : 0;
  }
  if (all == Millis(0)) return "off the air so far: none";
  return fmt::format("off the air so far, at most: longest {}, all together {}{}", for_people(longest), for_people(all),
                     open > 0 ? fmt::format("; {} now", open) : "");
}

std::string first_line(const Progress& progress, Time now) {
  std::string line = fmt::format("to {}", in_words(new_home(progress.direction)));
  if (progress.wave > 0) line += fmt::format(", wave {}", progress.wave);
  if (progress.started_at) line += ", " + for_people(std::max(now - *progress.started_at, Millis(0)));
  if (!progress.paused.empty()) line += ", PAUSED: " + plain(progress.pause_message);
  if (progress.waits && progress.paused.empty()) {
    line += ", WAITS for " + what_it_waits_for(progress.waits->what);
    if (progress.waits->until) line += " until " + until_text(*progress.waits->until, now);
    if (!progress.waits->next_command.empty()) line += ": " + plain(progress.waits->next_command);
  }
  if (!progress.held.empty()) line += ", HELD: " + plain(progress.held);
  return line;
}

}  // namespace

std::vector<std::string> live_view(const Progress& progress, Catalogue catalogue, Time now, int width, int height) {
  const auto columns_given = static_cast<std::size_t>(std::max(width, 1));
  const auto lines_given = static_cast<std::size_t>(std::max(height, 1));
  std::vector<const NumberProgress*> shown;
  std::size_t phone_width = 0;
  for (const NumberProgress& number : progress.numbers) {
    if (!is_shown(number)) continue;
    shown.push_back(&number);
    phone_width = std::max(phone_width, columns(plain(number.phone)));
  }
  std::stable_sort(shown.begin(), shown.end(),
                   [](const NumberProgress* a, const NumberProgress* b) { return rank(*a) < rank(*b); });

  // Counts first: they must survive in the smallest window.
  std::vector<std::string> lines = {counts_text(progress), first_line(progress, now), off_air_line(progress, now)};
  if (lines.size() > lines_given) lines.resize(lines_given);
  const std::size_t room = lines_given - lines.size();
  const std::size_t fit = shown.size() <= room ? shown.size() : room == 0 ? 0 : room - 1;
  for (std::size_t i = 0; i < fit; ++i) lines.push_back(line_of(*shown[i], catalogue, now, phone_width));
  if (fit < shown.size() && room > 0) lines.push_back(fmt::format("… and {} more under way", shown.size() - fit));
  for (std::string& line : lines) line = cut(line, columns_given);
  return lines;
}

}  // namespace wamigrate
