#include "simulation/simulation.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <random>

#include "simulation/planted.hpp"
#include "simulation/process.hpp"

namespace wamigrate::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int troubled_processes = 6;
constexpr int calm_processes = 40;
constexpr int calls_without_end = 30'000;  ///< Of a number.
constexpr Millis seldom{10'000};  ///< Nothing here depends on how often a checkpoint is asked, and waits are long.

/// Sealing draws its nonces from here, so that a seed gives the same bytes.
thread_local Lots nonces{0};

void draw_bytes(void* to, std::size_t size) {
  auto* bytes = static_cast<unsigned char*>(to);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(nonces.draw());
}

void replace_chance() {
  [[maybe_unused]] static const bool replaced = [] {
    static randombytes_implementation implementation{};
    implementation.implementation_name = [] { return "simulation"; };
    implementation.random = [] { return static_cast<std::uint32_t>(nonces.draw()); };
    implementation.buf = draw_bytes;
    randombytes_set_implementation(&implementation);
    return true;
  }();
}

rig::RigOptions rig_options(const Scenario& scenario) {
  rig::RigOptions options;
  options.numbers = scenario.numbers;
  options.home = scenario.situation->direction == Direction::to_cloud ? sim::ServedBy::onprem : sim::ServedBy::cloud;
  options.dialect = scenario.dialect;
  options.overlay = std::string(scenario.situation->overlay);
  options.own_pins = scenario.own_pins;
  if (messages_of(scenario).empty()) return options;
  options.adjust = [answers = scenario.wants_answers](int, Number& number, sim::NumberSpec&) {
    TestMessage message = rig::some_test_message();
    if (answers) message.inbound = Millis(5min);
    number.test_message = message;
  };
  return options;
}

/// FNV-1a.
void digest(std::uint64_t& sum, std::string_view bytes) {
  for (const char byte : bytes) sum = (sum ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
}

}  // namespace

Simulation::Simulation(const Scenario& scenario, Bug bug)
    : scenario_(scenario),
      lots_(scenario.seed ^ 0x5eedU),
      rig_(rig_options(scenario)),
      planted_(std::make_unique<Planted>(bug, rig_, scenario_, is_mixed_up_)),
      witnesses_(all_witnesses()) {
  replace_chance();
  nonces = Lots(planted_->by_chance() ? std::random_device{}() : scenario.seed);
  rig_.options.deregister_first = scenario.situation->deregister_first;
  if (const std::string messages = messages_of(scenario); !messages.empty()) {
    const auto planted = sim::plant(*rig_.world, fmt::format(R"({{"*": {{{}}}}})", messages));
    ensure(planted.has_value(), planted ? "" : planted.error().message);
  }
  Policy& policy = rig_.fleet.policy;
  policy.settle_poll = seldom;
  if (scenario.all_at_once) {
    policy.waves = {{100, true}};
    policy.max_failures = policy.max_failures_run = {1000, false};
  }
  if (scenario.fleet) {
    policy.waves = {{1, false}, {30, true}, {100, true}};
    policy.soak = 10min;
    policy.gate_each_wave = lots_.one_in(2);
    policy.max_failures = {1 + lots_.below(4), false};
    policy.max_failures_run = {50, true};
  }
  for (const auto& [reference, secret] : rig_.secrets.known) secrets_.push_back(secret);
  secrets_.push_back(rig_.world->hold()->numbers.begin()->second.code);
  planted_->change(rig_.fleet, rig_.options);
}

Simulation::~Simulation() = default;

Verdict Simulation::play() {
  const Direction there = scenario_.situation->direction;
  const Direction back = there == Direction::to_cloud ? Direction::to_onprem : Direction::to_cloud;
  play_run(there);
  for (int i = 0; i < scenario_.planned_again; ++i) play_another_run(there);
  rig_.options.deregister_first = false;
  if (scenario_.back_again) play_another_run(back);
  for (const auto& witness : witnesses_) {
    for (const std::string& complaint : witness->complaints()) verdict_.complaints.push_back(complaint);
  }
  return verdict_;
}

// … or puts it right.
void Simulation::mix_up() {
  simulation::mix_up(*rig_.world, scenario_);
  is_mixed_up_ = !is_mixed_up_;
}

std::unique_ptr<sim::Faults> Simulation::draw_faults() {
  if (!scenario_.storm) return std::make_unique<sim::Faults>(scenario_.faults);
  const std::uint64_t seed = lots_.draw();
  return std::make_unique<sim::Faults>(sim::Faults::from_seed(seed, 3 + lots_.below(12), lots_.below(20)));
}

void Simulation::play_another_run(Direction direction) {
  if (!runs_.empty()) play_run(direction);
}

Simulation::Run* Simulation::plan_run(Direction direction) {
  auto run = std::make_unique<Run>();
  run->number = static_cast<int>(runs_.size()) + 1;
  run->holder = fmt::format("host run-{}", run->number);
  run->plan = rig_.plan(direction);
  if (run->plan.numbers.empty()) return nullptr;
  planted_->approve(run->plan);
  return runs_.emplace_back(std::move(run)).get();
}

void Simulation::play_run(Direction direction) {
  rig_.use(nullptr);
  rig_.in_front = &planted_->transport(*rig_.transport);
  rig_.asked = planted_->asked(rig_.ledger);
  Run* planned = plan_run(direction);
  if (planned == nullptr) {
    verdict_.refused_by_checks = runs_.empty();
    return;
  }
  Run& run = *planned;
  if (scenario_.moved_meanwhile) {
    const char* elsewhere = scenario_.seed % 2 == 0 ? "nowhere" : direction == Direction::to_cloud ? "cloud" : "onprem";
    (void)sim::plant(*rig_.world, fmt::format(R"({{"{}": {{"home": "{}"}}}})", rig_.phone(), elsewhere));
  }
  each_witness({&run}, [](Witness& witness, const Scene& scene) { witness.run_begins(scene); });

  faults_ = draw_faults();
  if (has_company(scenario_)) return play_together(run, direction);
  const int mixed_up_before = scenario_.storm ? lots_.below(3) : 0;
  rig_.use(faults_.get());
  const int processes = scenario_.storm
                            ? 1 + lots_.below(troubled_processes)
                            : static_cast<int>(scenario_.crashes.size()) + (scenario_.faults.empty() ? 0 : 1);
  for (int i = 0; i < processes; ++i) {
    std::optional<Crash> crash;
    if (scenario_.storm && lots_.below(3) > 0) {
      crash = Crash{1 + lots_.below(lots_.one_in(2) ? 60 : 600), static_cast<Cut>(lots_.below(3))};
    } else if (crashes_done_ < scenario_.crashes.size()) {
      crash = scenario_.crashes[crashes_done_++];
      if (crash->call == 0) crash.reset();
    }
    if (i == mixed_up_before) mix_up();
    if (scenario_.fleet) people_meddle(run);
    process(run, crash, scenario_.storm);
    const Progress so_far = progress(run);
    if (so_far.done) break;
    if (!scenario_.storm || lots_.one_in(2)) people_act(run, so_far, scenario_.wrong_words);
    wait_a_while();
  }

  verdict_.faults += faults_->met();
  rig_.use(nullptr);
  if (is_mixed_up_) mix_up();
  for (int i = 0; i < calm_processes; ++i) {
    const std::size_t before = run.store->journal_.size();
    process(run, std::nullopt, false);
    const Progress so_far = progress(run);
    const bool acted = people_act(run, so_far, false);
    const bool endless = !verdict_.complaints.empty();
    if (endless || (!acted && (so_far.done || run.store->journal_.size() <= before + 3))) break;
  }
  end_run(run);
}

void Simulation::end_run(Run& run) {
  const Progress ended = progress(run);
  written({&run}, to_compact(status_json(ended, "RUN", rig_.clock.now())));
  each_witness({&run}, [&](Witness& witness, const Scene& scene) { witness.run_ends(scene, ended); });
  for (const NumberProgress& number : ended.numbers) {
    ++(number.state == NumberState::migrated ? verdict_.migrated : verdict_.elsewhere);
  }
}

/// One process, from the journal as it is to its end, its death, or a pause.
void Simulation::process(Run& run, std::optional<Crash> crash, bool troubled) {
  const Actor actor{&run, ++verdict_.processes, {}, run.holder, {}};
  gate_.open(crash, calls_without_end * (scenario_.fleet ? scenario_.numbers : 1));
  if (troubled && lots_.one_in(8)) gate_.fill_disk_after(1 + lots_.below(100));
  const int stop_after = troubled && lots_.one_in(6) ? lots_.below(40) : -1;
  Seat seat(*this, actor);
  WatchedTransport transport(gate_, *rig_.transport, *rig_.world, rig_.clock, seat);
  if (scenario_.storm) transport.set_way_there([this] { return Millis(lots_.below(400)); });
  const auto scribe = [&](std::string_view bytes) { written(actor, bytes); };
  WatchedStore store(gate_, planted_->store(*run.store), scribe);
  WatchedLedger ledger(gate_, planted_->ledger(rig_.ledger), scribe);
  rig::SimWorkers workers(rig_.clock);
  each_witness(actor, [](Witness& witness, const Scene& scene) { witness.process_begins(scene); });
  bool killed = false;
  try {
    program(actor, {store, ledger, planted_->transport(transport), planted_->workers(workers), rig_.clock}, stop_after);
  } catch (const rig::Killed&) {
    killed = true;
    ++verdict_.kills;
    told_ += "killed\n";
  } catch (const Endless&) {
    killed = true;
    verdict_.complaints.push_back("a process does not come to an end");
    told_ += "endless\n";
  }
  verdict_.calls.push_back(gate_.made());
  each_witness(actor, [&](Witness& witness, const Scene& scene) { witness.process_ends(scene, killed); });
}

/// What `apply` does.
void Simulation::program(const Actor& actor, const Doors& doors, int stop_after) {
  const Plan plan = plan_with_pins(*actor.run);
  const auto journal = doors.store.journal();
  if (!journal) return;
  auto progress = fold_journal(plan, *journal);
  ensure(progress.has_value(), progress ? "" : progress.error().message);
  Site site(plan.fleet, doors.transport, doors.clock, rig_.evidence.get());
  std::vector<const Number*> numbers;
  for (std::size_t i = 0; i < plan.numbers.size(); ++i) numbers.push_back(&plan.number(i));
  const Diagnostics missing = site.resolve(numbers, Need::changing, plan.direction, rig_.secrets);
  ensure(missing.empty(), to_text(missing));
  RunSettings settings;
  settings.run_name = "RUN";
  settings.worker = actor.worker;
  settings.holder = actor.holder;
  settings.run_key = fmt::format("run-{}", actor.run->number);
  settings.concurrency = plan.fleet.policy.concurrency;
  Runner* running = nullptr;
  int entries = 0;
  settings.on_entry = [&](const Entry& entry) {
    const std::string shown = to_compact(event_json(entry));
    written(actor, shown);
    told_ += (has_company(scenario_) ? actor.holder + ": " : "") + shown + "\n";
    if (++entries == stop_after) running->stop();
  };
  Runner runner(plan, *progress, {site, doors.store, doors.ledger, rig_.sealer, doors.workers, doors.clock}, settings);
  running = &runner;
  const auto ran = runner.run();
  if (!ran && has_company(scenario_)) told_ += actor.holder + ": " + ran.error().message + "\n";
}

Progress Simulation::progress(const Run& run) {
  auto folded = fold_journal(run.plan, *run.store->journal());
  ensure(folded.has_value(), folded ? "" : folded.error().message);
  return *std::move(folded);
}

/// As `apply` does when it starts: with the PINs that people have named since.
Plan Simulation::plan_with_pins(const Run& run) {
  Plan plan = run.plan;
  planted_->doctor(plan);
  if (run.store->messages(0)->empty()) return plan;  // nobody has said anything
  const Progress known = progress(run);
  std::map<std::string, std::string> pins;
  for (const NumberProgress& number : known.numbers) pins[number.phone] = number.pin_override;
  for (const auto& [number, json] : unheard(run, known)) {
    if (const std::string pin = text_at(json, "pin"); !pin.empty()) pins[text_at(json, "phone")] = pin;
  }
  for (Number& number : plan.fleet.numbers) {
    if (const std::string& pin = pins[number.phone.e164]; !pin.empty()) number.pin = *parse_secret_ref(pin);
  }
  return plan;
}

/// What people have said, and no process has dealt with yet.
std::vector<std::pair<std::int64_t, Json>> Simulation::unheard(const Run& run, const Progress& known) {
  std::vector<std::pair<std::int64_t, Json>> said;
  const auto messages = run.store->messages(0);
  for (const RunStore::Message& message : *messages) {
    auto json = parse_json(message.text);
    if (json && !known.heard.contains(message.number)) said.emplace_back(message.number, std::move(*json));
  }
  return said;
}

void Simulation::each_witness(const Actor& actor, const std::function<void(Witness&, const Scene&)>& tell) {
  const Time now = rig_.clock.now();
  const Scene scene{*rig_.world,
                    *actor.run->store,
                    rig_.ledger,
                    actor.run->plan,
                    secrets_,
                    !scenario_.stubborn,
                    actor.run->number,
                    actor.process,
                    actor.worker,
                    actor.holder,
                    actor.looked ? actor.looked() : now,
                    last_changes_,
                    has_company(scenario_) ? clocks_differ_by : Millis(0),
                    now};
  for (const auto& witness : witnesses_) tell(*witness, scene);
}

void Simulation::on_leaving(const Actor& actor, const Leaving& leaving) {
  ++verdict_.requests;
  if (actor.process == 1) ++verdict_.requests_of[leaving.subject.kind];
  if (leaving.changes) last_changes_[leaving.subject.phone][actor.run->number] = leaving.left;
  each_witness(actor, [&](Witness& witness, const Scene& scene) { witness.leaving(scene, leaving); });
}

void Simulation::on_sent(const Actor& actor, const Sent& sent) {
  each_witness(actor, [&](Witness& witness, const Scene& scene) { witness.sent(scene, sent); });
}

void Simulation::written(const Actor& actor, std::string_view bytes) {
  digest(verdict_.digest, bytes);
  each_witness(actor, [&](Witness& witness, const Scene& scene) { witness.written(scene, bytes); });
}

std::string Simulation::story() const { return rig_.world->story() + "\n" + told_; }

}  // namespace wamigrate::simulation
