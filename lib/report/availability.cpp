#include "report/availability.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/document.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace {

using namespace report;
using std::chrono::minutes;

constexpr std::size_t rows_at_most = 50;
const Fold folded{rows_at_most, "--format json"};

std::string name_of(std::chrono::year_month month) {
  return fmt::format("{:04}-{:02}", static_cast<int>(month.year()), static_cast<unsigned>(month.month()));
}

std::string side_in_words(const std::string& side) {
  return side.empty() ? "both together" : side == "cloud" ? "Cloud" : "on-premises";
}

std::string percent_text(std::optional<double> percent) {
  return percent ? fmt::format("{:.3f} %", *percent) : "nothing seen";
}

std::string moment_of(Minute minute) { return moment(Time(minute)); }

std::string what_failed(const Spell& spell) {
  std::string text;
  for (const auto& [code, count] : spell.codes)
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", plain(code), count);
  return text;
}

std::string what_was_impossible(const Spell& spell) {
  std::string text;
  for (const Doing doing : spell.impossible) text += (text.empty() ? "" : " and ") + std::string(name(doing));
  return text;
}

void put_months(Document& document, const AvailabilityReport& report) {
  Table table{{"month", "side", "availability", "published", "impossible", "of", "with an attempt"}, {}, {}};
  for (const Availability& one : report.seen) {
    for (const Month& month : one.months) {
      const auto published = report.published.find(month.month);
      table.rows.push_back(
          {{name_of(month.month), side_in_words(one.side), percent_text(month.percent()),
            published == report.published.end() ? "" : fmt::format("{:.3f} %", published->second),
            month.impossible == minutes(0) ? "none" : for_people(month.impossible), for_people(month.seen),
            fmt::format("{:.1f} %", 100.0 * static_cast<double>(month.tried.count()) /
                                        static_cast<double>(std::max<std::int64_t>(1, month.seen.count())))},
           month.impossible > minutes(0) ? Tone::caution : Tone::good});
    }
  }
  document.push_back(std::move(table));
  document.push_back(Paragraph{
      "Availability is 100·(A−B)/A by calendar month (UTC). A: the time from the first to the last attempt that was "
      "seen. B: the part of it inside spells of at least ten minutes in a row in which sending or receiving was "
      "impossible, as far as these attempts show it. A minute in which anything was done, or nothing tried, is "
      "not impossible. No figure here is a promise of Meta's.",
      Tone::quiet});
}

void put_attempts(Document& document, const AvailabilityReport& report) {
  document.push_back(Heading{2, "Attempts"});
  Table table{{"month", "side", "done", "late", "refused before admission", "admitted, nothing heard", "user's errors",
               "not classed"},
              {},
              {}};
  for (const Availability& one : report.seen) {
    if (one.side.empty()) continue;
    for (const Month& month : one.months) {
      const auto count = [&](Fate fate) {
        const auto found = month.fates.find(fate);
        return std::to_string(found == month.fates.end() ? 0 : found->second);
      };
      table.rows.push_back(
          {{name_of(month.month), side_in_words(one.side), count(Fate::served), count(Fate::late), count(Fate::refused),
            count(Fate::missed), count(Fate::user_error), count(Fate::unknown)}});
    }
  }
  document.push_back(std::move(table));
  std::map<std::string, std::size_t> unknown;
  for (const Availability& one : report.seen) {
    if (one.side.empty()) continue;
    for (const auto& [code, count] : one.unknown_codes) unknown[code] += count;
  }
  for (const auto& [code, count] : unknown) {
    document.push_back(
        Paragraph{fmt::format("Code {} ({} times) is in no list of user's errors or of disruptions: it was not "
                              "counted. If it was a disruption, say so with an override.",
                              plain(code), count),
                  Tone::caution});
  }
}

void put_spells(Document& document, const AvailabilityReport& report) {
  document.push_back(Heading{2, "Spells"});
  Table table{{"from", "to", "lasted", "side", "impossible", "counts", "failures"}, {}, folded};
  for (const Availability& one : report.seen) {
    for (const Spell& spell : one.spells) {
      table.rows.push_back(
          {{moment_of(spell.from), moment_of(spell.to), for_people(spell.length()), side_in_words(one.side),
            what_was_impossible(spell), spell.counts() ? "yes" : "no: under ten minutes", what_failed(spell)},
           spell.counts() ? Tone::danger : Tone::quiet});
    }
  }
  if (table.rows.empty()) {
    document.push_back(Paragraph{"None: in no minute did all fail that was tried."});
    return;
  }
  document.push_back(std::move(table));
}

void put_overrides(Document& document, const AvailabilityReport& report) {
  if (report.seen.empty() || report.seen.front().applied.empty()) return;
  document.push_back(Heading{2, "Overrides"});
  List list;
  for (const Override& one : report.seen.front().applied) {
    list.items.push_back({"", fmt::format("{} to {}, {}: said to be {} on {}: {}", moment(one.from), moment(one.to),
                                          one.side.empty() ? "both sides" : side_in_words(one.side),
                                          one.possible ? "possible" : "impossible", to_iso(one.decided).substr(0, 10),
                                          plain(one.reason))});
  }
  document.push_back(std::move(list));
}

// A month as people hang it on a wall: weeks from Monday to Sunday, each day with what was impossible in it.
void put_calendar(Document& document, const Availability& one, const Month& month) {
  using namespace std::chrono;
  document.push_back(Heading{
      3, fmt::format("{}, {}: {}", name_of(month.month), side_in_words(one.side), percent_text(month.percent()))});
  Table table{{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, {}, {}};
  const year_month_day_last last_day = month.month / last;
  for (day today{1}; today <= last_day.day(); ++today) {
    const unsigned column = weekday(sys_days(month.month / today)).iso_encoding() - 1;
    if (table.rows.empty() || column == 0) {
      table.rows.push_back({std::vector<std::string>(7), Tone::normal, std::vector<Tone>(7, Tone::quiet)});
    }
    const auto found = month.impossible_by_day.find(today);
    Row& week = table.rows.back();
    week.cells[column] = std::to_string(static_cast<unsigned>(today));
    if (found == month.impossible_by_day.end()) continue;  // nothing was seen of it
    week.tones[column] = Tone::good;
    if (found->second == minutes(0)) continue;
    week.cells[column] += ": " + for_people(found->second);
    week.tones[column] = found->second >= hours(1) ? Tone::danger : Tone::caution;
  }
  document.push_back(std::move(table));
}

Document document_of(const AvailabilityReport& report) {
  Document document;
  document.push_back(Heading{1, "Availability"});
  if (report.seen.empty()) {
    document.push_back(Paragraph{"Nothing was tried: there is nothing to say."});
    return document;
  }
  put_months(document, report);
  put_attempts(document, report);
  put_spells(document, report);
  put_overrides(document, report);
  document.push_back(Heading{2, "Calendar"});
  for (const Availability& one : report.seen) {
    for (const Month& month : one.months) put_calendar(document, one, month);
  }
  return document;
}

Json json_of(const Month& month, const AvailabilityReport& report) {
  Json fates = Json::object();
  for (const auto& [fate, count] : month.fates) fates[std::string(name(fate))] = count;
  const auto percent = month.percent();
  const auto published = report.published.find(month.month);
  return {{"month", name_of(month.month)},
          {"percent", percent ? Json(*percent) : Json(nullptr)},
          {"published", published == report.published.end() ? Json(nullptr) : Json(published->second)},
          {"seen_minutes", month.seen.count()},
          {"tried_minutes", month.tried.count()},
          {"impossible_minutes", month.impossible.count()},
          {"attempts", fates}};
}

Json json_of(const Spell& spell) {
  Json doing = Json::array();
  for (const Doing one : spell.impossible) doing.push_back(name(one));
  return {{"from", to_iso(Time(spell.from))},  {"to", to_iso(Time(spell.to))},
          {"minutes", spell.length().count()}, {"impossible", doing},
          {"counts", spell.counts()},          {"failures", spell.codes}};
}

}  // namespace

std::string availability_text(const AvailabilityReport& report, bool colour) {
  return to_text(document_of(report), colour);
}
std::string availability_markdown(const AvailabilityReport& report) { return to_markdown(document_of(report)); }
std::string availability_html(const AvailabilityReport& report) { return to_html(document_of(report)); }

Json availability_json(const AvailabilityReport& report) {
  Json sides = Json::array();
  for (const Availability& one : report.seen) {
    Json months = Json::array();
    for (const Month& month : one.months) months.push_back(json_of(month, report));
    Json spells = Json::array();
    for (const Spell& spell : one.spells) spells.push_back(json_of(spell));
    Json overrides = Json::array();
    for (const Override& word : one.applied) {
      overrides.push_back({{"from", to_iso(word.from)},
                           {"to", to_iso(word.to)},
                           {"as", word.possible ? "possible" : "impossible"},
                           {"reason", word.reason},
                           {"decided", to_iso(word.decided)}});
    }
    sides.push_back({{"side", one.side.empty() ? "both" : one.side},
                     {"months", months},
                     {"spells", spells},
                     {"overrides", overrides},
                     {"unknown_codes", one.unknown_codes}});
  }
  return {{"availability", sides}};
}

}  // namespace wamigrate
