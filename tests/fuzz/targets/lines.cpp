// What people keep and type themselves: the record of availability and their words on it, and the URL of a database.
#include <algorithm>
#include <chrono>

#include "base/database_url.hpp"
#include "fuzz/targets/target.hpp"
#include "report/availability.hpp"

namespace wamigrate::fuzz {
namespace {

void check(const Diagnostics& findings, std::size_t lines) {
  for (const Diagnostic& finding : findings) {
    holds(is_plain(to_text(finding)), "a finding is one plain line");
    holds(finding.place.line >= 1 && static_cast<std::size_t>(finding.place.line) <= lines,
          "a finding is in a line of the file");
  }
}

Fate always_refused(const std::string& side, const std::string&, int http_status) {
  holds(side == "cloud" || side == "onprem", "blame is asked for a side that there is");
  holds(http_status == 0 || (http_status >= 100 && http_status <= 999), "… and for a status that there is");
  return Fate::refused;
}

void run_availability(std::string_view input) {
  Fields fields(input);
  const std::string record = fields.next();
  const std::string words(fields.rest());
  const auto lines_of = [](const std::string& text) {
    return 1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  };
  const ReadAttempts read = attempts_from(record, "seen.jsonl", always_refused);
  check(read.findings, lines_of(record));
  holds(read.attempts.size() <= lines_of(record), "a line is one attempt at most");
  const ReadOverrides decided = overrides_from(words, "words.jsonl");
  check(decided.findings, lines_of(words));
  for (const Override& one : decided.overrides) {
    holds(one.from < one.to && !one.reason.empty(), "a decision is about a time, and gives its reason");
  }
  // A record may reach over decades, each minute of which is looked at: too slow for a fuzzer.
  constexpr auto longest = std::chrono::days(7);
  for (const Attempt& attempt : read.attempts) {
    if (std::chrono::abs(attempt.at - read.attempts.front().at) > longest) return;
  }
  const AvailabilityReport report{availability_of(read.attempts, decided.overrides), {}};
  holds(is_plain_page(availability_text(report, false)), "what is told is plain");
  for (const Availability& side : report.seen) {
    for (const Month& month : side.months) {
      holds(month.impossible <= month.seen && month.tried <= month.seen, "nothing is counted that was not seen");
      if (const auto percent = month.percent()) holds(*percent >= 0 && *percent <= 100, "a share is one");
    }
  }
}

std::vector<std::string> availability_seeds() {
  const std::string record =
      R"({"at":"2026-11-02T10:00:00Z","doing":"send","side":"cloud","outcome":"ok"})"
      "\n"
      R"({"at":"2026-11-02T10:01:00Z","doing":"send","side":"cloud","outcome":"refused","code":"131000"})"
      "\n\n"
      R"({"at":"2026-11-02T10:14:00Z","doing":"receive","side":"onprem","outcome":"refused","http":503})"
      "\r\n"
      R"({"at":"2026-11-30T23:59:59Z","doing":"receive","side":"onprem","outcome":"missed"})";
  const std::string words =
      R"({"from":"2026-11-02T10:00:00Z","to":"2026-11-02T11:00:00Z","as":"possible","reason":"our proxy",)"
      R"("decided":"2026-11-03","side":"cloud"})";
  return {record, joined({record}) + words};
}

void run_database_url(std::string_view input) {
  for (const DatabaseUse use : {DatabaseUse::ledger, DatabaseUse::run}) {
    const auto url = parse_database_url(input, use);
    if (!url) {
      holds(is_plain(to_text(url.error())), "a refusal is one plain line");
      continue;
    }
    holds(is_database_url(input), "what is read as a URL was meant as one");
    holds(!url->host.empty() && !url->database.empty(), "a URL says where, and which database");
    holds(url->port >= 1 && url->port <= 65535, "a port is one");
    holds(url->run.empty() == (use == DatabaseUse::ledger), "a run has a name, a ledger none");
    holds(url->is_local() || url->sslmode == "verify-full", "nothing leaves this machine without TLS");
    holds(is_plain(url->text()), "a URL is shown in plain characters");
    const auto again = parse_database_url(url->text(), use);
    holds(again && *again == *url, "a URL is written as it was read");
    const auto bare = parse_database_url(url->database_text(), DatabaseUse::ledger);
    holds(bare && bare->database_text() == url->database_text(), "… and so is its database");
  }
}

std::vector<std::string> database_url_seeds() {
  return {"postgresql://mover@db.internal:5433/wamigrate?sslmode=verify-full&sslrootcert=/etc/ca.pem&run=night-1",
          "postgresql:///wamigrate?host=/var/run/postgresql&password=env:WAMIGRATE_DB",
          "postgresql://[::1]:5432/wamigrate?run=a/b", "postgresql://a%20b@127.0.0.1/w%2Fm?password=file:~/pw&run=x",
          "postgresql://mover:geheim@db/wamigrate"};
}

}  // namespace

const Target availability{"availability", run_availability, availability_seeds};
const Target database_url{"database_url", run_database_url, database_url_seeds};

}  // namespace wamigrate::fuzz
