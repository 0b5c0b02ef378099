// The rules about places, from the one table of rules: by the number's country, and by that of its account.
#include <fmt/format.h>

#include "plan/findings.hpp"

namespace wamigrate::preflight {
namespace {

using R = Check::Result;

// Where a country rule stands against a place: the result, or nothing.
struct Verdict {
  R result;
  std::string message;
  std::string fix;
  std::string_view source;
};

std::optional<Verdict> verdict_on(std::string_view code, Direction direction, const PlanOptions& options) {
  const DatedRule& excluded = excluded_countries_rule();
  if (const RulePlace* place = place_in(excluded, code); place != nullptr && in_force(excluded, options.as_of)) {
    return Verdict{R::fail, fmt::format("businesses in {} may not use the platform", place->name),
                   "leave the number out", excluded.source};
  }
  const DatedRule& opened = turkiye_rule();
  if (const RulePlace* place = place_in(opened, code); place != nullptr) {
    if (!in_force(opened, options.as_of)) {
      return Verdict{
          R::warn,
          fmt::format("{} is restricted until {}: businesses can't reach people there", place->name, opened.from),
          fmt::format("wait for {}", opened.from), opened.source};
    }
    if (direction == Direction::to_onprem) {
      return Verdict{R::warn,
                     fmt::format("since {} {} is open for Cloud API only: on-premises never was for recipients there",
                                 opened.from, place->name),
                     "keep that traffic on Cloud", opened.source};
    }
  }
  return std::nullopt;
}

}  // namespace

void check_country(Findings& findings, const Candidate& c, Direction direction, const PlanOptions& options) {
  const std::string& region = c.number->phone.region;
  if (auto verdict = verdict_on(region, direction, options)) {
    findings.add("country", verdict->result, verdict->message, verdict->fix, verdict->source);
  } else {
    findings.add("country", R::pass, "no country rule stands against " + region);
  }
  if (!answered(findings, c.seen->waba_node_asked, "waba_country", "the account's country")) return;
  const std::string& country = c.seen->waba_country;
  if (country.empty()) {
    findings.add(
        "waba_country", R::unknown, fmt::format("Graph does not show the country of WABA {}", c.number->waba_id),
        "look at Business Settings > Business info: a business in an excluded country may not use the platform",
        excluded_countries_rule().source);
  } else if (auto verdict = verdict_on(country, direction, options)) {
    findings.add("waba_country", verdict->result,
                 fmt::format("WABA {} is in {}: {}", c.number->waba_id, country, verdict->message), verdict->fix,
                 verdict->source);
  } else {
    findings.add("waba_country", R::pass,
                 fmt::format("no country rule stands against WABA {} ({})", c.number->waba_id, country));
  }
}

void check_region(Findings& findings, const Candidate& c, const PlanOptions& options) {
  const DatedRule& rule = excluded_regions_rule();
  const RulePlace* by_number = place_in(rule, c.number->phone.region);
  const RulePlace* possible = by_number != nullptr ? by_number : place_in(rule, c.seen->waba_country);
  if (possible == nullptr || !in_force(rule, options.as_of)) return;
  if (c.number->region_confirmed) {
    findings.add("region", R::pass, fmt::format("the inventory says that the business is not in {}", possible->name),
                 "", rule.source);
    return;
  }
  findings.add("region", R::unknown,
               fmt::format("whether the business is in {} can't be told from {} {}; businesses there may not use the "
                           "platform",
                           possible->name, by_number != nullptr ? "a number of" : "an account in", possible->code),
               "if it is not, write `region_confirmed: true` at the number or under `defaults`; if it is, leave the "
               "number out",
               rule.source);
}

// A message to where nobody can be messaged proves nothing: it is found out now, not in the night of the migration.
void check_test_recipient(Findings& findings, const Candidate& c, Direction direction, const PlanOptions& options) {
  const TestMessage& message = *c.number->test_message;
  if (!message.asked()) return;
  const auto refuse = [&findings](const std::string& why, std::string_view source) {
    findings.add("test_recipient", R::fail, "the test message's recipient can't be reached: " + why,
                 "name another recipient under `test_message`, or leave it out", source);
  };
  const DatedRule& excluded = excluded_countries_rule();
  const DatedRule& opened = turkiye_rule();
  if (const RulePlace* place = place_in(excluded, message.to_region);
      place != nullptr && in_force(excluded, options.as_of)) {
    return refuse(fmt::format("nobody in {} can be messaged", place->name), excluded.source);
  }
  if (const RulePlace* place = place_in(opened, message.to_region); place != nullptr) {
    if (!in_force(opened, options.as_of)) {
      return refuse(fmt::format("{} is restricted until {}", place->name, opened.from), opened.source);
    }
    if (direction == Direction::to_onprem) {
      return refuse(fmt::format("{} is open for Cloud API only", place->name), opened.source);
    }
  }
  findings.add("test_recipient", R::pass, "no country rule stands against the test message's recipient");
}

}  // namespace wamigrate::preflight
