// Which checks are made of whom; the checks themselves stand beside it, a file a subject. None of them guesses: what
// could not be asked is unknown.
#include "plan/preflight.hpp"

#include <fmt/format.h>

#include "plan/findings.hpp"
#include "plan/surroundings.hpp"

namespace wamigrate {
namespace preflight {

void Findings::add(std::string id, Check::Result result, std::string message, std::string fix,
                   std::string_view source) {
  checks_.push_back({std::move(id), phone_, result, std::move(message),
                     result == Check::Result::pass ? "" : std::move(fix), std::string(source)});
}

bool answered(Findings& findings, const Asked& asked, const std::string& id, const std::string& what) {
  if (asked.answered()) return true;
  if (asked.how == Asked::How::not_asked) {
    findings.add(id, Check::Result::unknown, what + " was not asked for", "ask with `wamigrate check`");
    return false;
  }
  findings.add(id, Check::Result::unknown, fmt::format("{} could not be read: {}", what, *asked.detail),
               "ask again when it answers; what is not known is not guessed");
  return false;
}

std::string ahead_or_behind(Millis ahead) {
  return ahead < Millis(0) ? for_people(-ahead) + " behind" : for_people(ahead) + " ahead";
}

}  // namespace preflight

using namespace preflight;

Checks check_fleet(const FleetCandidate& fleet, Direction direction, const PlanOptions& options, Time now) {
  Findings findings{""};
  preflight::check_token(findings, fleet, now);
  check_sunset(findings, direction, options);
  check_shared_pins(findings, fleet);
  check_clock(findings, fleet);
  check_room(findings, fleet);
  check_hooks(findings, fleet);
  check_zones(findings, fleet);
  return findings.take();
}

Checks check_token(const FleetCandidate& fleet, Time now) {
  Findings findings{""};
  preflight::check_token(findings, fleet, now);
  return findings.take();
}

Checks check_number(const Candidate& c, const Fleet& fleet, Direction direction, const PlanOptions& options, Time now) {
  Findings findings{c.number->phone.e164};
  const Home goal = direction == Direction::to_cloud ? Home::cloud : Home::onprem;
  check_identity(findings, c);
  check_home(findings, c, direction);
  if (c.home.home == Home::app || c.home.home == goal) return findings.take();
  check_spelling(findings, c);
  check_biz_app(findings, c);
  check_country(findings, c, direction, options);
  check_region(findings, c, options);
  check_test_recipient(findings, c, direction, options);
  check_pin(findings, c);
  check_ration(findings, c, direction, options);
  check_window(findings, c, now);
  check_status(findings, c);
  check_client(findings, c, direction, now);
  check_throughput(findings, c, direction);
  check_storage(findings, c, direction);
  check_onprem_clock(findings, c);
  if (direction == Direction::to_cloud) {
    check_name(findings, c);
    check_review(findings, c);
    check_subscription(findings, c, fleet);
    check_health(findings, c);
    check_queue(findings, c);
    check_shards(findings, c);
  } else {
    check_onprem_webhook(findings, c);
    check_certificate(findings, c);
  }
  return findings.take();
}

Check handshake_check(const std::string& phone, const std::string& webhook, bool reached, const std::string& problem) {
  const std::string source = "Meta, webhooks, the verification request, 2025-11-07";
  const std::string host = host_of(webhook);
  if (problem.empty()) {
    return {"webhook_handshake", phone, Check::Result::pass, host + " answers the handshake", "", source};
  }
  if (!reached) {
    return {"webhook_handshake",
            phone,
            Check::Result::unknown,
            fmt::format("{} was not reached from here: {}", host, problem),
            "ask from where it can be reached; Meta asks from outside your network",
            source};
  }
  return {"webhook_handshake",
          phone,
          Check::Result::fail,
          fmt::format("{} does not answer the handshake: {}", host, problem),
          "let it answer 200 with the value of hub.challenge, alone, when hub.verify_token is yours",
          source};
}

}  // namespace wamigrate
