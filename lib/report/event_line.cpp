// Journal events as lines of a log: what `apply` prints where there is no terminal to redraw.
#include <fmt/format.h>

#include "report/status.hpp"
#include "report/words.hpp"

namespace wamigrate {
namespace {

using namespace report;

std::string colon(const std::string& message) { return message.empty() ? "" : ": " + plain(message); }

// " (HTTP 400, code 133005, fbtrace_id Ax…)": what support asks for.
std::string particulars(const Entry& entry) {
  std::string text;
  auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (entry.http_status != 0) add(fmt::format("HTTP {}", entry.http_status));
  if (!entry.code.empty()) add("code " + plain(entry.code));
  if (!entry.fbtrace_id.empty()) add("fbtrace_id " + plain(entry.fbtrace_id));
  return text.empty() ? "" : " (" + text + ")";
}

std::string outcome_words(const Entry& entry) {
  if (entry.outcome == "ambiguous") return "no clear reply; both sides are asked before anything is repeated";
  if (entry.outcome == "not_sent") return "not sent";
  return plain(entry.outcome);
}

std::string ended_words(const Entry& entry) {
  std::string state = plain(entry.outcome);
  if (state == name(NumberState::stranded)) state = "STRANDED";
  if (state == name(NumberState::rolled_back)) state = "rolled back";
  return state + colon(entry.message);
}

std::string next_words(const Entry& entry) {
  const std::string next = ways_on_in_a_line(text_at(entry.more, "next"));
  return next.empty() ? "" : ". Next: " + next;
}

std::string what_happened(const Entry& entry) {
  const std::string& e = entry.event;
  const std::string step = plain(entry.step);
  if (e == event::created) return "run created" + colon(entry.message);
  if (e == event::session) return plain(entry.message);
  if (e == event::observed) {
    const Home home = home_from(text_at(entry.more, "home")).value_or(Home::unknown);
    return fmt::format("served by {}{}", in_words(home), colon(entry.message));
  }
  if (e == event::left) return "a worker leaves" + colon(entry.message);
  if (e == event::started) return "begins" + colon(entry.message);
  if (e == event::intent) return fmt::format("{}: request {} leaves", step, entry.attempt);
  if (e == event::outcome) {
    return fmt::format("{}: {}{}{}", step, outcome_words(entry), particulars(entry), colon(entry.message));
  }
  if (e == event::settled) return step + ": checkpoint holds";
  if (e == event::forgone) return step + ": left undone" + colon(entry.message);
  if (e == event::waiting) {
    return "waits for " + what_it_waits_for(text_at(entry.more, "for")) + colon(entry.message) + next_words(entry);
  }
  if (e == event::replanned) return "takes a new road" + colon(entry.message);
  if (e == event::stopping) return "goes no further" + colon(entry.message);
  if (e == event::ended) return ended_words(entry) + next_words(entry);
  if (e == event::held) return "held" + colon(entry.message);
  if (e == event::paused) return "PAUSED" + colon(entry.message);
  if (e == event::done) return "done" + colon(entry.message);
  return entry.message.empty() ? plain(e) : plain(entry.message);
}

}  // namespace

std::string event_line(const Entry& entry) {
  constexpr std::size_t longest_phone = 16;  // E.164: "+" and at most 15 digits
  const std::string who = entry.phone.empty() ? "run" : plain(entry.phone);
  return moment(entry.time) + "  " + pad(who, longest_phone) + "  " + what_happened(entry);
}

}  // namespace wamigrate
