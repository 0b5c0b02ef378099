// Who the number is, where it is served, and what its owner has to bring: a PIN, and registrations that are left.
#include <fmt/format.h>

#include "plan/findings.hpp"

namespace wamigrate::preflight {
namespace {

using R = Check::Result;

// Both registrations and deregistrations are counted; a spent ration stops.
bool spent(Findings& findings, int count, int stop, std::string_view what) {
  if (count < stop) return false;
  findings.add(
      "ration", R::fail,
      fmt::format("{} of {} {} of the last 72 hours are used{}", count, ration_limit, what,
                  stop == ration_limit ? "" : "; this tool keeps the last two for a number that nobody serves"),
      "wait until 72 hours after the first of them", registration_page);
  return true;
}

}  // namespace

void check_identity(Findings& findings, const Candidate& c) {
  const std::string conflict = identity_conflict(*c.number, *c.seen);
  if (!conflict.empty()) {
    findings.add("identity", R::fail, conflict,
                 "correct phone, phone_number_id, waba_id or deployment in the inventory; nothing is ever sent to a "
                 "number whose names disagree");
  } else if (!identity_known(*c.seen)) {
    findings.add("identity", R::fail,
                 "not every name of this number could be read: Graph's display_phone_number, membership of the WABA "
                 "and, while registered there, on-premises' wa_id must all agree",
                 "make both sides readable and check again");
  } else {
    findings.add("identity", R::pass, "phone, phone_number_id, WABA and deployment agree");
  }
}

void check_spelling(Findings& findings, const Candidate& c) {
  const auto spellings = spelled_differently(*c.number, *c.seen);
  if (!spellings) return;
  findings.add(
      "number_spelling", R::warn,
      fmt::format("one number, spelled differently: {} in the inventory, {} on Graph{}", c.number->phone.e164,
                  spellings->graph, spellings->onprem.empty() ? "" : ", +" + spellings->onprem + " on-premises"),
      fmt::format("whatever stores numbers after the move must keep phone_number_id {} and Graph's spelling, "
                  "and take the others for the same number when it reads old data",
                  c.number->phone_number_id),
      "field reports (Brazil's ninth digit, Mexico's 1 after 52, Côte d'Ivoire's ten digits), 2021 to 2025");
}

void check_home(Findings& findings, const Candidate& c, Direction direction) {
  const HomeFinding& home = c.home;
  switch (home.home) {
    case Home::app:
      findings.add("home", R::fail, "the number lives on the WhatsApp Business app: " + home.why,
                   "leave it out; app numbers can't be moved this way", registration_page);
      return;
    case Home::unknown:
      findings.add("home", R::fail, "where the number is served can't be told: " + home.why,
                   "make both sides answer and agree, or declare `deployment: gone` if it is switched off for good");
      return;
    case Home::onprem:
      if (home.degraded && direction == Direction::to_cloud) {
        findings.add("home", R::fail, "on-premises serves the number, but not as it should: " + home.why,
                     "bring every node to the state its mode asks for, then check again", account_migration);
        return;
      }
      if (home.degraded) {
        findings.add("home", R::warn, "on-premises serves the number already, but not as it should: " + home.why,
                     "bring every node to the state its mode asks for");
        return;
      }
      break;
    case Home::nowhere:
      findings.add("home", R::warn, "the number is served by nobody: " + home.why, "see the plan for what can be done");
      return;
    case Home::cloud:
      break;
  }
  findings.add("home", R::pass, fmt::format("{}: {}", name(home.home), home.why));
}

void check_pin(Findings& findings, const Candidate& c) {
  if (c.number->pin.empty() && c.home.home == Home::nowhere) {
    findings.add("pin", R::warn, "no PIN is declared, and nobody serves the number: the run will wait for its PIN",
                 "change the PIN in WhatsApp Manager and declare it as `pin:`, now or when the run asks for it",
                 account_migration);
  } else if (c.number->pin.empty()) {
    findings.add("pin", R::fail, "no PIN is declared: a wrong or missing PIN takes the number down on both sides",
                 "add `pin:` (a reference) and, if the number's PIN is not known, `pin_mode: set`: it is set first "
                 "where the number is served",
                 account_migration);
  } else if (c.ledger.pin_refused) {
    findings.add("pin", R::fail, "a server has refused this PIN for this number before; it is never sent again",
                 "find the right PIN (WhatsApp Manager), and let " + c.number->pin.text() + " name it",
                 account_migration);
  } else {
    findings.add("pin", R::pass,
                 c.number->pin_mode == PinMode::set ? "the PIN will be set first, where the number is served"
                                                    : "a PIN is declared, and believed");
  }
}

void check_ration(Findings& findings, const Candidate& c, Direction direction, const PlanOptions& options) {
  const bool nobody_serves = c.home.home == Home::nowhere;
  const int stop = nobody_serves ? ration_limit : ration_stop;
  const int used = c.ledger.registrations;
  if (direction == Direction::to_cloud
          ? spent(findings, used, stop, "registrations")
          : options.deregister_first && spent(findings, c.ledger.deregistrations, stop, "deregistrations")) {
    return;
  }
  if (!c.ledger.known) {
    findings.add("ration", R::warn,
                 "the ledger is younger than 72 hours: registrations before it are not known, and not taken for none",
                 "use the ledger that earlier runs used, if there is one", registration_page);
  } else if (used + ration_per_run > stop) {
    findings.add("ration", R::warn,
                 fmt::format("{} of {} registrations of the last 72 hours are used and a run may need {}: the way back "
                             "may have to wait",
                             used, ration_limit, ration_per_run),
                 "wait, if the way back must stay open", registration_page);
  } else {
    findings.add("ration", R::pass,
                 fmt::format("{} of {} registrations of 72 hours used; {} are left to runs, the way back among them, "
                             "and {} to a number that nobody serves",
                             used, ration_limit, ration_stop - used, ration_limit - ration_stop),
                 "", registration_page);
  }
}

}  // namespace wamigrate::preflight
