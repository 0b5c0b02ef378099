// Every code of the catalogue, refused to every kind of request that a run sends: the reaction is that of the code's
// class, seen in what the run does next and in where the number is.
#include <fmt/format.h>

#include "api/catalogue.hpp"
#include "run/rations.hpp"
#include "support/catch.hpp"
#include "support/rig.hpp"

using namespace wamigrate;
using namespace wamigrate::rig;
using api::ErrorClass;
using sim::ServedBy;
using namespace std::chrono_literals;

namespace {

/// One kind of request, and a run that comes to send it.
struct Meeting {
  std::string_view kind;  ///< As the simulator calls the request.
  api::Side side;
  std::string_view on;  ///< As the catalogue calls it.
  Direction direction = Direction::to_cloud;
  std::string_view overlay{};
  bool arrived = false;  ///< The number has its new home before it is sent.
  bool shown = true;     ///< Some reading shows whether it was carried out.
  bool by_code = false;  ///< It carries a code that a person typed.
  void (*arrange)(Rig&) = nullptr;
};

void needs_ownership(Rig& rig) {
  sim::FaultRule rule;
  rule.on = "register";
  rule.action = sim::Action::refuse;
  rule.code = 133006;
  rig.faults.add(rule);
}

void sets_pin(Rig& rig) { rig.fleet.numbers[0].pin_mode = PinMode::set; }
void releases_first(Rig& rig) { rig.options.deregister_first = true; }

/// What a new registration has lost on-premises.
void loses_onprem(Rig& rig) {
  rig.fleet.numbers[0].deployment.shards = 2;
  {
    auto state = rig.world->hold();
    state->deployments.begin()->second.application["webhooks"]["url"] = "https://hooks.example.com/onprem";
    state->number(rig.phone())->profile = {.about = "Succulents", .address = "1 Hacker Way"};
  }
  bool lost = false;
  rig.transport->on_elapsed([&rig, lost](Millis took) mutable {
    rig.clock.advance(took);
    if (lost || rig.world->onprem_registrations(rig.phone()) == 0) return;
    lost = true;
    auto state = rig.world->hold();
    state->deployments.begin()->second.application["webhooks"]["url"] = "";
    state->number(rig.phone())->profile = {};
  });
}

const std::vector<Meeting>& meetings() {
  using enum api::Side;
  constexpr Direction back = Direction::to_onprem;
  constexpr Direction forth = Direction::to_cloud;
  static const std::vector<Meeting> all{
      {"subscribe", graph, "subscribe", forth, R"({"world": {"subscribed": false}})"},
      {"two_step", onprem, "two_step", forth, "", false, false, false, sets_pin},
      {"backup", onprem, "backup"},
      {"register", graph, "register"},
      {"request_code", graph, "request_code", forth, "", false, false, false, needs_ownership},
      {"verify_code", graph, "verify_code", forth, "", false, false, true, needs_ownership},
      {"set_profile", graph, "profile", forth, R"({"*": {"loses": ["about"]}})", true, true, false,
       [](Rig& rig) { rig.world->hold()->number(rig.phone())->profile.about = "Succulents"; }},
      {"account", onprem, "account", back, "", false, false},
      {"account_verify", onprem, "verify_account", back, R"({"*": {"needs_code": true}})", false, true, true},
      {"deregister", graph, "deregister", back, "", false, true, false, releases_first},
      {"set_shards", onprem, "shards", back, "", true, true, false, loses_onprem},
      {"set_application", onprem, "settings", back, "", true, true, false, loses_onprem},
      {"set_business_profile", onprem, "settings", back, "", true, true, false, loses_onprem},
      {"set_about", onprem, "settings", back, "", true, true, false, loses_onprem},
  };
  return all;
}

/// The refusal that an entry speaks of; nothing for what is no reply.
std::optional<sim::FaultRule> refusal_of(const api::CatalogueEntry& entry) {
  sim::FaultRule rule;
  rule.action = sim::Action::refuse;
  rule.details = entry.detail;
  const std::string code(entry.code);
  if (code.starts_with("http ")) {
    rule.code = 987654;
    rule.http = code == "http 5xx" ? 500 : code == "http 4xx" ? 400 : std::stoi(code.substr(5));
    return rule;
  }
  if (code.find_first_not_of("0123456789/-") != std::string::npos) return std::nullopt;
  rule.code = std::stoi(code);
  if (const auto slash = code.find('/'); slash != std::string::npos) rule.subcode = std::stoi(code.substr(slash + 1));
  return rule;
}

/// Whether this entry, and no closer one, speaks for its refusal of that request.
bool can_meet(const Meeting& meeting, const api::CatalogueEntry& entry, const sim::FaultRule& refusal) {
  if (entry.side != meeting.side || (!entry.on.empty() && entry.on != meeting.on)) return false;
  if (entry.code.starts_with("http ") || refusal.subcode != 0) return true;
  return &api::look_up(entry.side, std::to_string(refusal.code), entry.detail, meeting.on, 0) == &entry;
}

struct Seen {
  Progress progress;
  ServedBy home = ServedBy::nobody;
  int sent = 0;
  int ledger = 0;

  const NumberProgress& number() const { return progress.numbers[0]; }
  bool migrated() const { return progress.done && number().state == NumberState::migrated; }
  bool waits_for(std::string_view what) const { return number().waits_for == what; }
  bool paused_for_token() const { return progress.paused == "token" && exit_code(progress) == 4; }
  bool stopped() const { return progress.done && number().state == NumberState::failed && sent == 1; }
};

Seen play(const Meeting& meeting, const sim::FaultRule& refusal) {
  const bool back = meeting.direction == Direction::to_onprem;
  Rig rig({.home = back ? ServedBy::cloud : ServedBy::onprem, .overlay = std::string(meeting.overlay)});
  rig.fleet.policy.settle_poll = std::chrono::seconds(10);
  if (meeting.arrange != nullptr) meeting.arrange(rig);
  const Plan plan = rig.plan(meeting.direction);
  std::string findings;
  for (const Check& check : rig.failed) findings += check.id + ": " + check.message + "\n";
  INFO(findings);
  REQUIRE(plan.numbers.size() == 1);
  sim::FaultRule rule = refusal;
  rule.on = meeting.kind;
  rig.faults.add(rule);
  const Progress progress = rig.run_through(plan);
  rig.clock.advance(std::chrono::seconds(10));  // a client that still connects is home
  Seen seen{progress, rig.world->home(rig.phone()), rig.world->requests(std::string(meeting.kind)), 0};
  seen.ledger =
      *rig.ledger.attempts(rig.phone(), "register", Time{}) + *rig.ledger.attempts(rig.phone(), "deregister", Time{});
  return seen;
}

/// Whether what is seen is the reaction of the class, where nothing has moved yet.
bool reacts(const Meeting& meeting, ErrorClass error_class, const Seen& seen) {
  const bool graph = meeting.side == api::Side::graph;
  switch (error_class) {
    case ErrorClass::token:
      return graph ? seen.paused_for_token() && seen.sent == 1 : seen.stopped();
    case ErrorClass::throttled:
    case ErrorClass::settling:
      return seen.migrated() && seen.sent == 2;
    case ErrorClass::down:                                            // may have been carried out
      if (meeting.by_code) return seen.migrated() && seen.sent == 2;  // a person supplies another one
      return meeting.shown ? seen.migrated() && seen.sent == 2 : seen.waits_for("person") && seen.sent == 1;
    case ErrorClass::pin:
      return seen.stopped() && seen.number().pin_refused;
    case ErrorClass::backup:
      return seen.migrated() && seen.sent == 2;
    case ErrorClass::half_done:  // a deregistration is repeated; else there is nothing to release
      return meeting.kind == "deregister" ? seen.migrated() && seen.sent == 2 : seen.stopped();
    case ErrorClass::verify:
      if (meeting.by_code) return seen.migrated() && seen.sent == 2;
      return seen.migrated() || seen.stopped();
    case ErrorClass::budget:
      return seen.stopped() && (seen.ledger >= 8 || (meeting.kind != "register" && meeting.kind != "deregister"));
    case ErrorClass::never:
      return seen.stopped();
    case ErrorClass::unknown:
      return meeting.by_code ? seen.migrated() && seen.sent == 2 : seen.stopped();
  }
  return false;
}

/// A number that has arrived is not left, whatever is refused to what comes after.
bool stays(const Meeting& meeting, ErrorClass error_class, const Seen& seen) {
  const bool there = seen.home == (meeting.direction == Direction::to_cloud ? ServedBy::cloud : ServedBy::onprem);
  const bool said = seen.migrated() || !seen.number().waits_for.empty() ||
                    (error_class == ErrorClass::token && seen.paused_for_token());
  return there && said;
}

std::string text_of(const Seen& seen) {
  return fmt::format("{} (waits for \"{}\", paused \"{}\"), sent {} times, world {}: {}", name(seen.number().state),
                     seen.number().waits_for, seen.progress.paused, seen.sent, sim::name(seen.home),
                     seen.number().reason);
}

}  // namespace

TEST_CASE("whatever code refuses a request, the reaction is that of its class") {
  for (const Meeting& meeting : meetings()) {
    // Within a class codes differ in their words only: one of each, and all that are meant for this request.
    std::set<ErrorClass> met;
    for (const api::CatalogueEntry& entry : api::catalogue()) {
      const auto refusal = refusal_of(entry);
      if (!refusal || !can_meet(meeting, entry, *refusal)) continue;
      const bool own = !entry.on.empty() || !entry.detail.empty();
      if (!met.insert(entry.error_class).second && !own) continue;
      const Seen seen = play(meeting, *refusal);
      INFO(meeting.kind << " met " << entry.code << " " << entry.detail << " (" << api::name(entry.error_class)
                        << "): " << text_of(seen));
      CHECK((meeting.arrived ? stays(meeting, entry.error_class, seen) : reacts(meeting, entry.error_class, seen)));
    }
  }
}

TEST_CASE("what can't be done after the arrival waits for a person, and is not tried for ever") {
  Rig rig({.overlay = R"({"*": {"loses": ["about"]}})"});
  rig.fleet.policy.settle_poll = std::chrono::seconds(10);
  rig.world->hold()->number(rig.phone())->profile.about = "Succulents";
  const Plan plan = rig.plan(Direction::to_cloud);
  sim::FaultRule rule;
  rule.on = "set_profile";
  rule.times = 0;
  rule.action = sim::Action::refuse;
  rule.code = 100;
  rig.faults.add(rule);
  const Progress waiting = rig.run_through(plan);
  CHECK(waiting.numbers[0].waits_for == "person");
  CHECK(exit_code(waiting) == 4);
  CHECK(rig.world->home(rig.phone()) == ServedBy::cloud);
  CHECK(rig.world->requests("set_profile") <= 8);
  rig.faults.calm();
  const Progress progress = rig.run_through(plan);
  CHECK(progress.numbers[0].state == NumberState::migrated);
  CHECK(rig.world->cloud_registrations(rig.phone()) == 1);
}

TEST_CASE("a number whose registrations are spent over all runs is told when the next may be sent") {
  Rig rig;
  const Time now = rig.clock.now();
  const auto spend = [&](Time at) {
    REQUIRE(rig.ledger.add_attempt(rig.phone(), std::string(name(Ration::registration)), at));
  };
  const auto refusal = [&](bool nobody_serves) {
    return *ration_refusal(rig.ledger, rig.phone(), Ration::registration, 0, nobody_serves, now);
  };
  for (int i = 0; i < ration_stop - 1; ++i) spend(now - 1h);
  CHECK(refusal(false).empty());
  spend(now - 70h);
  const std::string told = refusal(false);
  CAPTURE(told);
  REQUIRE(told.find("may be sent at ") != std::string::npos);
  const Time free = *parse_iso(told.substr(told.find("may be sent at ") + 15));
  CHECK(free >= now + 2h);  // 72 hours after the one that is 70 hours old
  CHECK(free <= now + 2h + 2min);
  CHECK(refusal(true).empty());
  for (int i = ration_stop; i < ration_limit; ++i) spend(now);
  CHECK_FALSE(refusal(true).empty());
}
