// Checks that concern all numbers: token, sunset, shared PINs, clocks, the disk.
#include <functional>

#include "preflight_case.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using namespace std::chrono_literals;

namespace {

FleetCase with_token(const std::function<void(TokenView&)>& change) {
  FleetCase c = fleet_case();
  change(c.token);
  return c;
}

}  // namespace

TEST_CASE("a good token passes, and what concerns all numbers names none") {
  const Checks checks = fleet_case().checks();
  CHECK(results_of(checks, "token") == "pass");
  CHECK(ids_with(checks, R::pass) == std::set<std::string>{"token", "clock"});
  CHECK(checks.size() == 2);
  for (const Check& check : checks) CHECK(check.phone.empty());
}

TEST_CASE("a token that is not valid, lacks a scope, or is another app's fails") {
  CHECK(result(with_token([](TokenView& token) { token.valid = false; }), "token") == "fail");
  for (const std::size_t missing : {0u, 1u}) {
    FleetCase c = fleet_case();
    const std::string scope = c.token.scopes[missing];
    c.token.scopes.erase(c.token.scopes.begin() + static_cast<std::ptrdiff_t>(missing));
    CHECK(result(c, "token") == "fail");
    CHECK(message(c, "token") == "the token lacks the scope " + scope);
  }
  CHECK(message(with_token([](TokenView& token) { token.scopes.clear(); }), "token") ==
        "the token lacks the scope whatsapp_business_management and whatsapp_business_messaging");
  CHECK(result(with_token([](TokenView& token) { token.app_id = "1"; }), "token") == "fail");
}

TEST_CASE("a token must outlast the run: one that expires before its end fails, within a day after it warns") {
  FleetCase c = fleet_case();
  c.expected_run = 2h;
  auto expiring = [&c](Millis in) {
    c.token.expires = now + in;
    return result(c, "token");
  };
  CHECK(expiring(26h) == "pass");
  CHECK(expiring(26h - 1ms) == "warn");
  CHECK(expiring(2h) == "warn");
  CHECK(expiring(2h - 1ms) == "fail");
  CHECK(message(c, "token").find("a run of 2 numbers is expected to take 2 h at least") != std::string::npos);
  CHECK(expiring(0ms) == "fail");
  CHECK(message(c, "token").find("expired at 2025-10-20T12:00:00") != std::string::npos);
}

TEST_CASE("a token that can't be checked is unknown; one that is refused fails") {
  CHECK(result(with_token([](TokenView& token) { token.asked = was_unreachable; }), "token") == "unknown");
  CHECK(result(with_token([](TokenView& token) { token.asked = was_refused("190"); }), "token") == "fail");
}

TEST_CASE("a person's token warns, a system user's doesn't, and an unknown kind is no kind") {
  auto of_type = [](const std::string& type) {
    return result(with_token([&](TokenView& token) { token.type = type; }), "token_type");
  };
  CHECK(of_type("USER") == "warn");
  CHECK(of_type("SYSTEM_USER") == "-");
  CHECK(of_type("") == "-");
}

TEST_CASE("a token that does not reach a WABA that is asked about fails for that WABA, scope by scope") {
  FleetCase c = fleet_case();
  c.token.granular["whatsapp_business_management"] = {"102290129340398"};
  CHECK(result(c, "token_access") == "-");
  c.token.granular["whatsapp_business_messaging"] = {"999"};
  CHECK(result(c, "token_access") == "fail");
  c.fleet.numbers[1].waba_id = "555";
  CHECK(result(c, "token_access") == "fail fail fail");
}

TEST_CASE("that other scopes are limited to other things says nothing about WABAs") {
  const FleetCase c = with_token([](TokenView& token) { token.granular["business_management"] = {"1029384756"}; });
  CHECK(result(c, "token_access") == "-");
}

TEST_CASE(
    "the sunset: open the day before, closed on the day, at one's own risk when told so; towards Cloud not asked") {
  FleetCase c = fleet_case();
  c.direction = Direction::to_onprem;
  auto sunset_on = [&c](const std::string& day, bool allow) {
    c.options.as_of = *parse_iso(day);
    c.options.allow_after_sunset = allow;
    return result(c, "sunset");
  };
  CHECK(sunset_on("2025-10-22", false) == "pass");
  CHECK(message(c, "sunset").find("for numbers that were there before 2024-05-15") != std::string::npos);
  CHECK(sunset_on("2025-10-23", false) == "fail");
  CHECK(sunset_on("2025-10-23", true) == "warn");
  CHECK(sunset_on("2026-01-01", false) == "fail");
  CHECK(sunset_on("2025-10-22", true) == "pass");
  CHECK(sunset_on("2024-05-14", false) == "pass");
  CHECK(message(c, "sunset").find("before") == std::string::npos);
  c.direction = Direction::to_cloud;
  CHECK(sunset_on("2026-01-01", false) == "-");
}

TEST_CASE("a PIN reference that several numbers share warns once, and says how many") {
  CHECK(result(fleet_case(), "shared_pin") == "-");
  FleetCase c = fleet_case(3);
  for (Number& number : c.fleet.numbers) number.pin = {SecretRef::Kind::env, "PIN"};
  CHECK(result(c, "shared_pin") == "warn");
  CHECK(message(c, "shared_pin").find("3 numbers share the PIN reference env:PIN") == 0);
  for (Number& number : c.fleet.numbers) number.pin = {};
  CHECK(result(c, "shared_pin") == "-");
}

TEST_CASE("clocks: seconds are nothing, minutes warn, hours fail either way, and silence is unknown") {
  auto clock = [](std::optional<Millis> ahead) {
    FleetCase c = fleet_case();
    c.graph_clock_ahead = ahead;
    return result(c, "clock");
  };
  CHECK(clock(30s) == "pass");
  CHECK(clock(-30s) == "pass");
  CHECK(clock(30s + 1ms) == "warn");
  CHECK(clock(-31s) == "warn");
  CHECK(clock(1h) == "fail");
  CHECK(clock(-2h) == "fail");
  CHECK(clock(std::nullopt) == "unknown");
}

TEST_CASE("the disk: asked about only where one is named; too little fails, barely enough warns") {
  FleetCase c = fleet_case();
  CHECK(result(c, "disk_space") == "-");
  auto room = [&c](std::optional<std::uint64_t> bytes) {
    c.room = Room{"run-1", bytes, bytes ? "" : "no such disk"};
    return result(c, "disk_space");
  };
  const std::uint64_t need = room_needed(2);
  CHECK(room(need - 1) == "fail");
  CHECK(room(need) == "warn");
  CHECK(room(4 * need) == "pass");
  CHECK(room(std::nullopt) == "unknown");
  CHECK(room_needed(20'000) > 100 * need);
}
