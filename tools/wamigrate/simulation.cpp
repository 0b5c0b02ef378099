#include "simulation.hpp"

#include "base/digest.hpp"
#include "sim/scenario.hpp"
#include "webhooks/evidence.hpp"

namespace wamigrate::cli {
namespace {

class MadeUpSecrets : public SecretSource {
 public:
  Result<Secret> resolve(const SecretRef& ref) override {
    const std::string digest = sha256_hex("rehearsal " + ref.text());
    // Six digits fit a PIN, and any password too.
    std::string digits;
    for (const char c : digest) {
      if (digits.size() < 6) digits += static_cast<char>('0' + (c % 10));
    }
    return Secret(std::move(digits));
  }
};

class WorldEvidence : public EvidenceSource {
 public:
  explicit WorldEvidence(sim::World& world) : world_(world) {}
  Result<MessageEvidence> ask(const EvidenceQuestion& question) override {
    return webhooks::evidence_in(world_.webhook_lines(question.phone), question);
  }

 private:
  sim::World& world_;
};

Millis faster(Millis duration, int speed) { return std::max(Millis(duration.count() > 0 ? 5 : 0), duration / speed); }

std::string text_of(SecretSource& secrets, const SecretRef& ref, Result<void>& trouble) {
  if (ref.empty()) return {};
  auto secret = secrets.resolve(ref);
  if (secret) return std::string(secret->reveal());
  if (trouble) trouble = tl::make_unexpected(secret.error());
  return {};
}

}  // namespace

std::unique_ptr<SecretSource> made_up_secrets() { return std::make_unique<MadeUpSecrets>(); }

std::unique_ptr<EvidenceSource> evidence_in(sim::World& world) { return std::make_unique<WorldEvidence>(world); }

Result<std::unique_ptr<sim::World>> world_of(const Fleet& fleet, sim::ServedBy home, SecretSource& secrets, int speed,
                                             const std::string& overlay, Clock& clock) {
  Result<void> trouble;
  sim::WorldSpec spec;
  spec.graph_token = text_of(secrets, fleet.graph.token, trouble);
  spec.app_id = fleet.graph.app_id;
  spec.app_secret = text_of(secrets, fleet.graph.app_secret, trouble);
  spec.subscribed = false;
  for (Millis* duration :
       {&spec.timing.register_time, &spec.timing.deregister_time, &spec.timing.connect_time, &spec.timing.pending_time,
        &spec.timing.status_lag, &spec.timing.deregister_settle, &spec.timing.pin_pause, &spec.timing.pin_lock,
        &spec.timing.delivery_time, &spec.timing.pair_pause}) {
    *duration = faster(*duration, speed);
  }
  for (const Number& number : fleet.numbers) {
    sim::NumberSpec one;
    one.phone = number.phone.e164;
    one.phone_number_id = number.phone_number_id;
    one.waba_id = number.waba_id;
    one.home = home;
    one.pin = text_of(secrets, number.pin, trouble);
    one.deployment = number.deployment.name;
    one.shards = number.deployment.shards;
    one.mode = number.deployment.shards > 1 ? sim::Mode::multiconnect : sim::Mode::single;
    one.username = number.deployment.username;
    one.password = text_of(secrets, number.deployment.password, trouble);
    spec.numbers.push_back(std::move(one));
  }
  if (!trouble) return tl::make_unexpected(trouble.error());
  auto world = sim::make_world(clock, spec);
  // Where an answer is waited for, whoever gets a message writes one; the overlay may say otherwise.
  for (const Number& number : fleet.numbers) {
    if (number.test_message->inbound) world->hold()->number(number.phone.e164)->messaging.answered = true;
  }
  if (!overlay.empty()) {
    if (auto planted = sim::plant(*world, overlay); !planted) return tl::make_unexpected(planted.error());
  }
  return world;
}

Fleet led_to(const sim::SimServer& server, Fleet fleet, int speed, const std::string& state_dir) {
  fleet.graph.url = server.graph_url();
  fleet.graph.proxy.clear();
  fleet.graph.proxy_login = {};
  fleet.ledger = state_dir + "/ledger.db";
  fleet.seal_key = {SecretRef::Kind::file, state_dir + "/seal.key"};
  fleet.status_feed.clear();
  Policy& policy = fleet.policy;
  for (Millis* duration :
       {&policy.soak, &policy.request_timeout, &policy.register_timeout, &policy.server_delay_max,
        &policy.status_lag_max, &policy.retry_initial, &policy.retry_max, &policy.api_down_wait,
        &policy.recently_deleted_wait, &policy.settle_timeout, &policy.settle_poll, &policy.drain_timeout}) {
    *duration = faster(*duration, speed);
  }
  // Nobody waits for Saturday or for the next hour's calls to rehearse, or wants a real pager to ring.
  policy.gate_each_wave = false;
  policy.windows.clear();
  policy.hooks = {};
  policy.graph_calls_per_hour = 1'000'000'000;
  // Real sockets don't get faster: a time-out below a second would be a fault of the rehearsal's own.
  policy.request_timeout = std::max(policy.request_timeout, Millis(1000));
  policy.register_timeout = std::max(policy.register_timeout, Millis(2000));
  for (Number& number : fleet.numbers) {
    if (number.test_message->asked()) {
      TestMessage& message = number.test_message.edit();
      message.wait = faster(message.wait, speed);
      if (message.inbound) message.inbound = faster(*message.inbound, speed);
    }
    if (number.deployment.url.empty()) continue;
    number.deployment.url = server.deployment_url(number.deployment.name);
    number.deployment.ca_file.clear();
  }
  return fleet;
}

}  // namespace wamigrate::cli
