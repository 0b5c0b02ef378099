// availability: which share of a month sending and receiving were possible, from the user's own record of attempts.
#include <fmt/format.h>

#include <charconv>

#include "api/catalogue.hpp"
#include "availability_probe.hpp"
#include "cli.hpp"
#include "documents.hpp"
#include "ports/files.hpp"
#include "report/availability.hpp"

namespace wamigrate::cli {
namespace {

namespace po = boost::program_options;

// On-premises codes that say nothing of what was wrong.
bool gives_no_reason(const std::string& side, const std::string& code) {
  return side == "onprem" && (code == "500" || code == "1000" || code == "2002");
}

// The catalogue's classes were made for changing steps. What is down, at Meta or in one's own client, is a disruption;
// what is wrong with a token, a limit, a template, a recipient or a message is the user's.
Fate blame(const std::string& side, const std::string& code, int http_status) {
  if (code.empty()) {
    const bool is_users = http_status >= 400 && http_status < 500 && http_status != 408;
    return is_users ? Fate::user_error : Fate::refused;  // no answer at all too
  }
  if (gives_no_reason(side, code)) return Fate::unknown;
  if (side == "onprem" && code == "1023") return Fate::refused;  // the client's database
  const api::Side where = side == "cloud" ? api::Side::graph : api::Side::onprem;
  const api::CatalogueEntry* entry = api::listed(where, code, "", "");
  if (entry == nullptr) return http_status >= 500 ? Fate::refused : Fate::unknown;
  return entry->error_class == api::ErrorClass::down ? Fate::refused : Fate::user_error;
}

/// "2026-11=99.98"
std::optional<std::pair<std::chrono::year_month, double>> published_from(const std::string& text) {
  const std::size_t equals = text.find('=');
  const auto day = equals == std::string::npos ? std::nullopt : parse_iso(text.substr(0, equals) + "-01");
  if (!day) return std::nullopt;
  double percent = -1;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + equals + 1, end, percent);
  if (read.ec != std::errc() || read.ptr != end || !(percent >= 0 && percent <= 100)) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(*day)};
  return std::pair(date.year() / date.month(), percent);
}

int run_availability(const Invocation& invocation) {
  const Console& console = invocation.console();
  if (invocation.has("probe")) {
    const auto files = invocation.texts("FILE");
    if (files.size() == 1) return run_probe(invocation, files.front());
    return console.complain(
        Error{"one file for the record is wanted", "wamigrate availability --probe INVENTORY FILE"});
  }
  std::vector<Attempt> attempts;
  Diagnostics findings;
  for (const std::string& file : invocation.texts("FILE")) {
    const auto text = read_file(file);
    if (!text) return console.complain(text.error());
    ReadAttempts read = attempts_from(*text, file, blame);
    attempts.insert(attempts.end(), read.attempts.begin(), read.attempts.end());
    findings.insert(findings.end(), read.findings.begin(), read.findings.end());
  }
  std::vector<Override> overrides;
  if (invocation.has("overrides")) {
    const auto text = read_file(invocation.text("overrides"));
    if (!text) return console.complain(text.error());
    ReadOverrides read = overrides_from(*text, invocation.text("overrides"));
    overrides = std::move(read.overrides);
    findings.insert(findings.end(), read.findings.begin(), read.findings.end());
  }
  if (!findings.empty()) return console.complain(findings);
  if (attempts.empty()) return console.complain(Error{"nothing was tried in these files", "see docs/formats.md"});

  AvailabilityReport report{availability_of(attempts, overrides), {}};
  for (const std::string& text : invocation.texts("published")) {
    const auto published = published_from(text);
    if (!published) return console.complain(Error{"--published " + text + " is not understood", "write 2026-11=99.98"});
    report.published.insert(*published);
  }
  const std::string format = console.json() ? "json" : invocation.has("format") ? invocation.text("format") : "text";
  if (console.json() && !invocation.has("output")) {
    console.print(availability_json(report));
    return all_done;
  }
  if (format == "text")
    return deliver(invocation, availability_text(report, console.colour() && !invocation.has("output")));
  if (format == "markdown") return deliver(invocation, availability_markdown(report));
  if (format == "html") return deliver(invocation, availability_html(report));
  if (format == "json") return deliver(invocation, to_document(availability_json(report)));
  return console.complain(Error{"--format " + format + " is not known", "text, markdown, html or json"});
}

}  // namespace

Command availability_command() {
  return {"availability",
          "FILE… [--overrides FILE] [--published MONTH=PERCENT…] [--format …] [-o FILE]  |  --probe INVENTORY FILE",
          "How much of each month sending and receiving were possible, from a record of attempts; or makes the record.",
          {"FILE…"},
          [](auto& add) {
            add("overrides", po::value<std::string>(), "what people have decided about spells, with reason and date");
            add("published", po::value<std::vector<std::string>>()->composing(), "Meta's figure: 2026-11=99.98");
            add("format", po::value<std::string>(), "text, markdown, html or json");
            add("output,o", po::value<std::string>(), "write to this file");
            add_probing(add);
          },
          run_availability};
}

}  // namespace wamigrate::cli
