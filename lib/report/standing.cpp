#include "report/standing.hpp"

#include <fmt/format.h>

#include <utility>

#include "report/words.hpp"

namespace wamigrate::report {
namespace {

std::string headline(const NumberProgress& number) {
  switch (number.state) {
    case NumberState::stranded:
      return number.home == Home::nowhere ? "STRANDED: served by nobody" : "STRANDED: nobody knows who serves it";
    case NumberState::waiting:
      return (is_urgent(number) ? "SERVED BY NOBODY, waits for " : "waits for ") + what_it_waits_for(number.waits_for);
    default:
      return std::string(in_words(number.state)) + ", served by " + std::string(in_words(number.home));
  }
}

}  // namespace

Millis off_air(const NumberProgress& number, Time now) {
  return number.downtime + (number.down_since ? std::max(now - *number.down_since, Millis(0)) : Millis(0));
}

bool needs_person(const NumberProgress& number) {
  if (number.state == NumberState::stranded) return true;
  return number.state == NumberState::waiting && number.waits_for != "time" && number.waits_for != "lease";
}

bool is_urgent(const NumberProgress& number) {
  return number.state == NumberState::stranded || (needs_person(number) && number.home == Home::nowhere);
}

std::map<NumberState, std::size_t> counts_of(const Progress& progress) {
  std::map<NumberState, std::size_t> counts;
  for (const NumberProgress& number : progress.numbers) ++counts[number.state];
  return counts;
}

std::string counts_text(const Progress& progress) {
  const auto counts = counts_of(progress);
  std::string text;
  for (const NumberState state : by_urgency()) {
    const auto found = counts.find(state);
    if (found == counts.end()) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", found->second, in_words(state));
  }
  return text.empty() ? "no numbers" : text;
}

const std::vector<NumberState>& by_urgency() {
  static const std::vector<NumberState> order = {NumberState::stranded,    NumberState::waiting, NumberState::failed,
                                                 NumberState::rolled_back, NumberState::stale,   NumberState::active,
                                                 NumberState::untouched,   NumberState::pending, NumberState::migrated};
  return order;
}

Tone tone_of(NumberState state) {
  switch (state) {
    case NumberState::stranded:
      return Tone::danger;
    case NumberState::waiting:
    case NumberState::failed:
    case NumberState::rolled_back:
    case NumberState::stale:
      return Tone::caution;
    case NumberState::migrated:
      return Tone::good;
    case NumberState::untouched:
    case NumberState::pending:
      return Tone::quiet;
    case NumberState::active:
      break;
  }
  return Tone::normal;
}

std::string place_on_road(const NumberProgress& number) {
  if (number.step().empty() || !number.started) return {};
  std::string text = fmt::format("step {} of {}, {}", number.next + 1, number.road.size(), plain(number.step()));
  const auto tried = number.attempts.find(number.step());
  if (tried != number.attempts.end()) text += fmt::format(", attempt {}", tried->second);
  return text;
}

std::string off_air_text(const NumberProgress& number, Time now) {
  if (!number.down_since) return {};
  const std::string since = moment(*number.down_since);
  if (!number.down_confirmed && number.home != Home::nowhere) {
    return fmt::format("perhaps, since a request left at {}, {} ago", since, for_people(now - *number.down_since));
  }
  return fmt::format("since {}, {} so far", since, for_people(off_air(number, now)));
}

std::string until_text(Time until, Time now) {
  const bool ahead = until >= now;
  return fmt::format("{}, {}{}{}", moment(until), ahead ? "in " : "", for_people(ahead ? until - now : now - until),
                     ahead ? "" : " ago");
}

Item item_of(const NumberProgress& number, Time now) {
  Item item{plain(number.phone), headline(number), is_urgent(number) ? Tone::danger : tone_of(number.state), {}};
  auto detail = [&item](const char* label, const std::string& text, bool command = false) {
    if (!text.empty()) item.details.push_back({label, text, command});
  };
  detail("why", plain(number.reason));
  detail("at", is_final(number.state) ? "" : place_on_road(number));
  if (!is_final(number.state) || number.state == NumberState::stranded) {
    detail("served by", fmt::format("{}{}", in_words(number.home), number.why.empty() ? "" : "; " + plain(number.why)));
  }
  detail("off the air", off_air_text(number, now));
  if (number.until) detail("until", until_text(*number.until, now));
  const char* label = "next";
  for (const std::string& way : ways_on(number.next_command)) detail(std::exchange(label, ""), way, true);
  return item;
}

}  // namespace wamigrate::report
