// People as a run meets them: they do what it asks for, truthfully, by what they can see of the vendor; while things go
// wrong some of them mistype.
#include <fmt/format.h>

#include "simulation/planted.hpp"
#include "simulation/simulation.hpp"

namespace wamigrate::simulation {
namespace {

constexpr int retries_at_most = 6;

/// What WhatsApp Manager and the client's own pages would show a person who looks for what became of a step.
bool was_done(sim::State& state, const std::string& phone, const std::string& step, Time now) {
  const sim::WorldNumber& number = *state.number(phone);
  if (step == "register_onprem") {
    const auto deployment = state.deployments.find(number.deployment);
    const bool code_is_awaited = deployment != state.deployments.end() && deployment->second.pending.has_value();
    return code_is_awaited || number.timeline.at(now).served_by == sim::ServedBy::onprem;
  }
  if (step.starts_with("register")) return number.timeline.at(now).served_by == sim::ServedBy::cloud;
  if (step == "request_ownership_code") return number.code_requested;
  if (step == "release_cloud") return number.timeline.at(now).served_by != sim::ServedBy::cloud;
  return false;
}

/// What the test recipient's telephone shows, as far as the vendor's webhooks tell of it.
bool has_arrived(sim::World& world, const std::string& phone, const std::string& step) {
  const std::string lines = world.webhook_lines(phone);
  const auto tells = [&lines](std::string_view word) { return lines.find(word) != std::string::npos; };
  if (step == "await_inbound_message") return tells("\"from\"");
  return tells("\"delivered\"") || tells("\"read\"");
}

}  // namespace

void Simulation::say(Run& run, const Json& message) { (void)run.store->post(to_compact(message)); }

void Simulation::wait_a_while() { rig_.clock.advance(std::chrono::seconds(scenario_.storm ? lots_.below(600) : 1)); }

bool Simulation::retry(Run& run, const NumberProgress& number, bool wrong_pin) {
  if ((scenario_.stubborn && number.pin_refused) || ++run.retries[number.phone] > retries_at_most) return false;
  auto pin = rig_.world->hold()->number(number.phone)->pin;
  const std::string reference =
      fmt::format("RIGHT_{}_{}_{}", number.phone.substr(1), run.number, run.retries[number.phone]);
  Json message = {{"type", "retry"}, {"phone", number.phone}};
  if (pin && !scenario_.stubborn && (wrong_pin || number.pin_refused || number.waits_for == "pin")) {
    // One that was refused although it is right can't be used any more: they set another.
    if (rig_.secrets.known[plan_pin(run, number.phone)] == *pin) {
      pin = fmt::format("{:06}", 700'000 + lots_.below(99'999));
      rig_.world->hold()->number(number.phone)->pin = pin;
    }
    secrets_.push_back(*pin);
    rig_.secrets.known[reference] = *pin;
    message["pin"] = "env:" + reference;
    for (Number& known : rig_.fleet.numbers) {
      if (known.phone.e164 == number.phone) known.pin = {SecretRef::Kind::env, reference};
    }
  }
  say(run, message);
  return true;
}

/// A client that has the number, by the vendor's books, and is not connected.
bool Simulation::restart_client(const std::string& phone) {
  std::string deployment;
  {
    auto state = rig_.world->hold();
    const sim::WorldNumber& number = *state->number(phone);
    const sim::Phase& phase = number.timeline.at(rig_.clock.now());
    const bool down = phase.platform == sim::Platform::on_premise && phase.served_by == sim::ServedBy::nobody;
    if (down && state->deployments.at(number.deployment).expires > rig_.clock.now()) deployment = number.deployment;
  }
  if (deployment.empty()) return false;
  rig_.world->start_deployment(deployment);
  return true;
}

bool Simulation::help(Run& run, const NumberProgress& number, bool mistaken) {
  const std::string& phone = number.phone;
  const bool resolves = number.next_command.find("wamigrate resolve") != std::string::npos;
  if (number.waits_for == "code") {
    const bool wrong = mistaken && ++mistakes_[phone] == 1;
    const std::string code = wrong ? "111111" : rig_.world->hold()->number(phone)->code;
    say(run, {{"type", "code"}, {"phone", phone}, {"sealed", rig_.sealer.seal(Secret(code), "code " + phone)}});
    return true;
  }
  if (number.waits_for == "pin" || number.state == NumberState::stranded) {
    if (!retry(run, number)) return false;
    restart_client(phone);
    return true;
  }
  if (number.state == NumberState::failed && number.pin_refused) return retry(run, number);
  if (has_given_up(number)) {
    const bool restarted = restart_client(phone);
    return (lots_.one_in(2) && retry(run, number)) || restarted;
  }
  const bool restarted = number.waits_for == "person" && restart_client(phone);
  if (number.waits_for == "person" && resolves) {
    const auto pin = rig_.world->hold()->number(phone)->pin;
    const bool wrong_pin = pin && rig_.secrets.known[plan_pin(run, phone)] != *pin;
    const bool message = awaits_messages(number);
    if (message && lots_.one_in(3) && retry(run, number)) return true;
    const bool done = message ? has_arrived(*rig_.world, phone, number.step())
                              : was_done(*rig_.world->hold(), phone, number.step(), rig_.clock.now());
    if (!done && wrong_pin && number.next_command.find("make sure of the PIN") != std::string::npos)
      return retry(run, number, true);
    say(run, {{"type", "resolve"},
              {"phone", phone},
              {"assume", done ? "done" : "not-done"},
              {"evidence", "looked at WhatsApp Manager"}});
    return true;
  }
  return restarted;
}

bool Simulation::people_act(Run& run, const Progress& progress, bool mistaken) {
  bool acted = false;
  if (progress.paused == "token") {
    rig_.world->add_token("sim-token", {.app_id = rig_.fleet.graph.app_id});
    acted = true;
  }
  if (progress.waits && progress.waits->what == "approval") {
    say(run, {{"type", "approve"}, {"wave", progress.wave + 1}});
    acted = true;
  }
  if (progress.on_hold) {
    say(run, {{"type", "resume"}});
    acted = true;
  }
  for (const NumberProgress& number : progress.numbers) acted = help(run, number, mistaken) || acted;
  return acted;
}

// What people say of a whole run while it is at work, in whatever mood.
void Simulation::people_meddle(Run& run) {
  if (lots_.one_in(3)) say(run, {{"type", "pause"}});
  if (lots_.one_in(3)) say(run, {{"type", "resume"}});
  if (lots_.one_in(4)) say(run, {{"type", "throttle"}, {"starts_per_hour", 60 * lots_.below(4)}});
  if (lots_.one_in(20)) say(run, {{"type", "abort"}});
}

std::string Simulation::plan_pin(const Run& run, const std::string& phone) {
  for (const Number& number : plan_with_pins(run).fleet.numbers) {
    if (number.phone.e164 == phone) return number.pin.target;
  }
  return {};
}

}  // namespace wamigrate::simulation
