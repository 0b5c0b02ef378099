#include "support/rig.hpp"

#include <fmt/format.h>

namespace wamigrate::rig {

TestMessage some_test_message() {
  return {.to = "+4915119999999",
          .to_region = "DE",
          .text = "a test of this number",
          .template_name = {},
          .template_language = {},
          .inbound = {},
          .evidence = {EvidencePlace::Kind::file, "webhooks.jsonl"}};
}

Rig::Rig(RigOptions rig) {
  fleet.graph.app_id = "900100200300";
  fleet.graph.token = {SecretRef::Kind::env, "TOKEN"};
  options.as_of = std::chrono::floor<std::chrono::days>(clock.now());
  sim::WorldSpec spec;
  spec.dialect = rig.dialect;
  for (int i = 0; i < rig.numbers; ++i) {
    Number number;
    number.phone = *parse_phone(fmt::format("+49151100{:05}", i));
    number.phone_number_id = fmt::format("1065403522{:05}", i);
    number.waba_id = "102290129340398";
    const std::string pin = rig.own_pins ? fmt::format("PIN_{}", i) : "PIN";
    secrets.known[pin] = "123456";
    number.pin = {SecretRef::Kind::env, pin};
    number.deployment.name = fmt::format("de-{}", i);
    number.deployment.url = fmt::format("https://10.0.0.{}:9090", i + 1);
    number.deployment.username = "admin";
    number.deployment.password = {SecretRef::Kind::env, "PASSWORD"};
    number.deployment.backup_password = {SecretRef::Kind::env, "BACKUP"};
    sim::NumberSpec in_world{.phone = number.phone.e164,
                             .phone_number_id = number.phone_number_id,
                             .waba_id = number.waba_id,
                             .home = rig.home,
                             .pin = "123456",
                             .deployment = number.deployment.name,
                             .deployment_url = number.deployment.url};
    if (rig.adjust) rig.adjust(i, number, in_world);
    spec.numbers.push_back(std::move(in_world));
    fleet.numbers.push_back(std::move(number));
  }
  world = sim::make_world(clock, spec);
  if (!rig.overlay.empty()) {
    const auto planted = sim::plant(*world, rig.overlay);
    ensure(planted.has_value(), planted ? "" : planted.error().message);
  }
  evidence = std::make_unique<WorldEvidence>(*world);
  transport = std::make_unique<sim::SimTransport>(*world, &faults);
  transport->on_elapsed([this](Millis took) { clock.advance(took); });
}

Survey Rig::look(Site& site, Direction direction) {
  SimWorkers workers(clock);
  std::vector<const Number*> numbers;
  std::vector<std::size_t> indices;
  for (const Number& number : fleet.numbers) {
    indices.push_back(numbers.size());
    numbers.push_back(&number);
  }
  const Diagnostics missing = site.resolve(numbers, Need::reading, direction, secrets);
  ensure(missing.empty(), to_text(missing));
  auto seen = survey(fleet, indices, options, survey_readings(),
                     {site, workers, clock, asked != nullptr ? asked : &ledger, &sealer, &secrets, {}, {}});
  ensure(seen.has_value(), "the survey's stores work");
  return *std::move(seen);
}

Checks Rig::check(Direction direction) {
  Site site(fleet, in_front != nullptr ? *in_front : *transport, clock);
  const Survey seen = look(site, direction);
  site.log_out();
  return wamigrate::check(fleet, direction, options, seen);
}

Plan Rig::plan(Direction direction) {
  Site site(fleet, in_front != nullptr ? *in_front : *transport, clock);
  const Survey seen = look(site, direction);
  failed.clear();
  return plan_from(fleet, direction, options, seen, wamigrate::check(fleet, direction, options, seen), failed);
}

Progress Rig::run(const Plan& plan) {
  auto progress = fold_journal(plan, *store->journal());
  ensure(progress.has_value(), progress ? "" : progress.error().message);
  Site site(plan.fleet, in_front != nullptr ? *in_front : *transport, clock, evidence.get());
  SimWorkers workers(clock, &lane);
  std::vector<const Number*> numbers;
  for (std::size_t i = 0; i < plan.numbers.size(); ++i) numbers.push_back(&plan.number(i));
  const Diagnostics missing = site.resolve(numbers, Need::changing, plan.direction, secrets);
  ensure(missing.empty(), to_text(missing));
  RunSettings settings;
  settings.run_name = "RUN";
  settings.holder = "test";
  settings.is_postponed = is_postponed;
  settings.postpone_file = "FILE";
  settings.waits_for_a_word = waits_for_a_word;
  settings.limit = limit;
  settings.concurrency = plan.fleet.policy.concurrency;
  Runner* running = nullptr;
  settings.on_entry = [this, &running](const Entry& entry) {
    entries.push_back(entry);
    if (stop_at && stop_at()) running->stop();
  };
  settings.on_tick = [this](const Progress&, Time) {
    if (on_tick) on_tick();
  };
  Runner runner(plan, *progress, {site, *store, ledger, sealer, workers, clock, zones.get(), hooks}, settings);
  running = &runner;
  last_result = runner.run();
  return runner.progress();
}

void Rig::use(sim::Faults* others) {
  transport = std::make_unique<sim::SimTransport>(*world, others);
  transport->on_elapsed([this](Millis took) { clock.advance(took); });
}

void Rig::answer(const std::string& phone, const std::string& code) {
  const Json message = {{"type", "code"}, {"phone", phone}, {"sealed", sealer.seal(Secret(code), "code " + phone)}};
  (void)store->post(to_compact(message));
}

Progress Rig::run_through(const Plan& plan, bool answering) {
  Progress progress = run(plan);
  for (int round = 0; round < 20 && !progress.done; ++round) {
    bool answered = false;
    for (const NumberProgress& number : progress.numbers) {
      if (answering && number.waits_for == "code") {
        answer(number.phone, world->hold()->number(number.phone)->code);
        answered = true;
      }
    }
    if (!answered) break;
    progress = run(plan);
  }
  return progress;
}

}  // namespace wamigrate::rig
