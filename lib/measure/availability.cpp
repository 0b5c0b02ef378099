#include "measure/availability.hpp"

#include <algorithm>

namespace wamigrate {
namespace {

using std::chrono::floor;
using std::chrono::minutes;

Minute minute_of(Time time) { return floor<minutes>(time); }

bool is_done(Fate fate) { return fate == Fate::served || fate == Fate::late; }
bool is_failure(Fate fate) { return fate == Fate::refused || fate == Fate::missed; }

std::string code_of(const Attempt& attempt) {
  if (attempt.fate == Fate::missed) return "missed";
  return attempt.code.empty() ? "no answer" : attempt.code;
}

// What was tried in a minute, of one kind.
struct Tried {
  bool done = false;
  std::map<std::string, std::size_t> failures;
  bool impossible() const { return !done && !failures.empty(); }
};
using TriedByMinute = std::map<Minute, Tried>;

// Impossible minutes in a row: one in which it went ends them, and so do too many without an attempt.
std::vector<Spell> spells_of(const TriedByMinute& tried, Doing doing) {
  std::vector<Spell> spells;
  bool open = false;
  for (const auto& [minute, what] : tried) {
    if (!what.done && what.failures.empty()) continue;  // only the user's own errors
    if (!what.impossible()) {
      open = false;
      continue;
    }
    if (!open || minute - spells.back().to > longest_silence) spells.push_back({minute, minute, {doing}, {}});
    open = true;
    spells.back().to = minute + minutes(1);
    for (const auto& [code, count] : what.failures) spells.back().codes[code] += count;
  }
  return spells;
}

// Spells that touch are one: sending or receiving is impossible in it.
std::vector<Spell> merged(std::vector<Spell> spells) {
  std::sort(spells.begin(), spells.end(), [](const Spell& a, const Spell& b) { return a.from < b.from; });
  std::vector<Spell> merged;
  for (Spell& spell : spells) {
    if (merged.empty() || spell.from > merged.back().to) {
      merged.push_back(std::move(spell));
      continue;
    }
    Spell& last = merged.back();
    last.to = std::max(last.to, spell.to);
    last.impossible.insert(spell.impossible.begin(), spell.impossible.end());
    for (const auto& [code, count] : spell.codes) last.codes[code] += count;
  }
  return merged;
}

// What a person has said of a minute goes before what was seen in it.
void apply_word(const Override& word, TriedByMinute& tried) {
  for (Minute minute = minute_of(word.from); Time(minute) < word.to; minute += minutes(1)) {
    tried[minute] = word.possible ? Tried{true, {}} : Tried{false, {{"as people have said", 1}}};
  }
}

Month& month_of(std::vector<Month>& months, Minute minute) {
  const std::chrono::year_month_day day{floor<std::chrono::days>(minute)};
  const auto month = day.year() / day.month();
  if (months.empty() || months.back().month != month) {
    months.push_back({});
    months.back().month = month;
  }
  return months.back();
}

std::vector<Month> months_of(const std::set<Minute>& with_attempts, const std::vector<Attempt>& attempts,
                             const std::vector<Spell>& spells) {
  std::vector<Month> months;
  auto spell = spells.begin();
  for (Minute minute = *with_attempts.begin(); minute <= *with_attempts.rbegin(); minute += minutes(1)) {
    Month& month = month_of(months, minute);
    month.seen += minutes(1);
    if (with_attempts.contains(minute)) month.tried += minutes(1);
    while (spell != spells.end() && spell->to <= minute) ++spell;
    auto& of_day = month.impossible_by_day[std::chrono::year_month_day{floor<std::chrono::days>(minute)}.day()];
    if (spell == spells.end() || minute < spell->from || !spell->counts()) continue;
    month.impossible += minutes(1);
    of_day += minutes(1);
  }
  std::map<std::chrono::year_month, Month*> by_month;
  for (Month& month : months) by_month[month.month] = &month;
  for (const Attempt& attempt : attempts) {
    const std::chrono::year_month_day day{floor<std::chrono::days>(attempt.at)};
    ++by_month.at(day.year() / day.month())->fates[attempt.fate];
  }
  return months;
}

Availability seen_of(const std::string& side, const std::vector<Attempt>& attempts,
                     const std::vector<Override>& overrides) {
  Availability seen;
  seen.side = side;
  std::map<Doing, TriedByMinute> tried;
  std::set<Minute> with_attempts;
  for (const Attempt& attempt : attempts) {
    const Minute minute = minute_of(attempt.at);
    with_attempts.insert(minute);
    Tried& here = tried[attempt.doing][minute];
    if (is_done(attempt.fate)) here.done = true;
    if (is_failure(attempt.fate)) ++here.failures[code_of(attempt)];
    if (attempt.fate == Fate::unknown) ++seen.unknown_codes[attempt.code];
  }
  for (const Override& one : overrides) {
    if (!one.side.empty() && !side.empty() && one.side != side) continue;
    if (side.empty() && !one.side.empty() && !one.possible) continue;  // the other side may have served
    seen.applied.push_back(one);
    for (const Doing doing : {Doing::sending, Doing::receiving}) apply_word(one, tried[doing]);
  }
  std::vector<Spell> spells;
  for (const auto& [doing, by_minute] : tried) {
    const auto found = spells_of(by_minute, doing);
    spells.insert(spells.end(), found.begin(), found.end());
  }
  seen.spells = merged(std::move(spells));
  seen.months = months_of(with_attempts, attempts, seen.spells);
  return seen;
}

}  // namespace

std::string_view name(Doing doing) { return doing == Doing::sending ? "sending" : "receiving"; }

std::string_view name(Fate fate) {
  switch (fate) {
    case Fate::served:
      return "served";
    case Fate::late:
      return "late";
    case Fate::refused:
      return "refused";
    case Fate::missed:
      return "missed";
    case Fate::user_error:
      return "user_error";
    case Fate::unknown:
      break;
  }
  return "unknown";
}

std::optional<double> Month::percent() const {
  if (seen == minutes(0)) return std::nullopt;
  return 100.0 * static_cast<double>((seen - impossible).count()) / static_cast<double>(seen.count());
}

std::vector<Availability> availability_of(const std::vector<Attempt>& attempts,
                                          const std::vector<Override>& overrides) {
  std::map<std::string, std::vector<Attempt>> by_side;
  for (const Attempt& attempt : attempts) by_side[attempt.side].push_back(attempt);
  std::vector<Availability> all;
  if (by_side.size() > 1) all.push_back(seen_of("", attempts, overrides));
  for (const auto& [side, of_side] : by_side) all.push_back(seen_of(side, of_side, overrides));
  return all;
}

}  // namespace wamigrate
