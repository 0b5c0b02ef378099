// One lock around one state. Effects that are due run under it before anyone sees the state, dated when they were due.
#include "sim/world.hpp"

#include <algorithm>

#include "sim/messages.hpp"
#include "sim/registration.hpp"

namespace wamigrate::sim {

World::World(Clock& clock, Dialect dialect, Timing timing) : clock_(clock) {
  state_.dialect = dialect;
  state_.timing = timing;
  state_.began = clock.now();
}

World::Hold World::hold() {
  apply_due(clock_.now());
  return Hold(mutex_, state_);
}

void World::later(Time due, std::function<void(State&, Time)> effect) {
  const std::lock_guard lock(mutex_);
  due_.emplace(due, std::move(effect));
}

void World::apply_due(Time now) {
  const std::lock_guard lock(mutex_);
  while (!due_.empty() && due_.begin()->first <= now) {
    auto first = due_.extract(due_.begin());
    first.mapped()(state_, first.key());
  }
}

void World::add(WorldNumber number, ServedBy served_by) {
  const std::lock_guard lock(mutex_);
  number.timeline.set(settled_phase(served_by, Time{}));
  state_.phone_by_id[number.phone_number_id] = number.phone;
  state_.numbers[number.phone] = std::move(number);
}

void World::add(Deployment deployment) {
  const std::lock_guard lock(mutex_);
  if (deployment.application.is_null()) deployment.application = default_application();
  if (deployment.nodes.empty()) deployment.nodes = usual_nodes(deployment);
  state_.deployment_by_url[deployment.url] = deployment.name;
  state_.deployments[deployment.name] = std::move(deployment);
}

void World::add(Waba waba) {
  const std::lock_guard lock(mutex_);
  state_.wabas[waba.id] = std::move(waba);
}

void World::add(App app) {
  const std::lock_guard lock(mutex_);
  state_.apps[app.id] = std::move(app);
}

void World::add_token(const std::string& token, GraphToken what) {
  const std::lock_guard lock(mutex_);
  state_.tokens[token] = std::move(what);
}

void World::start_deployment(const std::string& name) {
  auto state = hold();
  if (Deployment* deployment = state->deployment(name)) start_client(*state, *deployment, now());
}

void World::stop_deployment(const std::string& name) {
  auto state = hold();
  if (Deployment* deployment = state->deployment(name)) stop_client(*state, *deployment, now());
}

void World::expire_token(const std::string& token) {
  auto state = hold();
  const auto found = state->tokens.find(token);
  if (found != state->tokens.end()) found->second.expires = now();
}

std::vector<Webhook> World::webhooks() {
  auto state = hold();
  std::vector<Webhook> sent;
  const auto end = state->webhooks.upper_bound(now());
  for (auto each = state->webhooks.begin(); each != end; ++each) {
    if (auto webhook = sent_webhook(*state, each->first, each->second)) sent.push_back(*std::move(webhook));
  }
  return sent;
}

std::vector<Webhook> World::take_webhooks() {
  auto state = hold();
  std::vector<Webhook> sent;
  const Time until = now();
  while (!state->webhooks.empty() && state->webhooks.begin()->first <= until) {
    const auto first = state->webhooks.extract(state->webhooks.begin());
    if (auto webhook = sent_webhook(*state, first.key(), first.mapped())) sent.push_back(*std::move(webhook));
  }
  return sent;
}

std::string World::webhook_lines(const std::string& phone) {
  std::string lines;
  for (const Webhook& webhook : webhooks()) {
    if (webhook.phone == phone) lines += webhook.body + "\n";
  }
  return lines;
}

void World::write_to(const std::string& phone, const std::string& from, const std::string& text) {
  auto state = hold();
  if (const WorldNumber* number = state->number(phone)) receive(*state, *number, from, text, now());
}

ServedBy World::home(const std::string& phone) {
  auto state = hold();
  const WorldNumber* number = state->number(phone);
  return number == nullptr ? ServedBy::nobody : number->timeline.at(now()).served_by;
}

std::vector<LogEntry> World::log() { return hold()->log; }

std::vector<LogEntry> World::log_after(std::size_t seen) {
  auto state = hold();
  return {state->log.begin() + static_cast<std::ptrdiff_t>(std::min(seen, state->log.size())), state->log.end()};
}

int World::count(const std::string& kind, const std::string& phone, bool only_landed) {
  auto state = hold();
  return static_cast<int>(std::count_if(state->log.begin(), state->log.end(), [&](const LogEntry& entry) {
    return entry.kind == kind && entry.arrived && (phone.empty() || entry.phone == phone) &&
           (entry.landed || !only_landed);
  }));
}

int World::requests(const std::string& kind, const std::string& phone) { return count(kind, phone, false); }
int World::landed(const std::string& kind, const std::string& phone) { return count(kind, phone, true); }

int World::cloud_registrations(const std::string& phone) {
  auto state = hold();
  const WorldNumber* number = state->number(phone);
  return number == nullptr ? 0 : number->cloud_registrations;
}

int World::onprem_registrations(const std::string& phone) {
  auto state = hold();
  const WorldNumber* number = state->number(phone);
  return number == nullptr ? 0 : number->onprem_registrations;
}

int World::deregistrations(const std::string& phone) {
  auto state = hold();
  const WorldNumber* number = state->number(phone);
  return number == nullptr ? 0 : number->deregistrations;
}

Millis World::unserved(const std::string& phone) {
  auto state = hold();
  const WorldNumber* number = state->number(phone);
  return number == nullptr ? Millis{0} : number->timeline.unserved(state->began, now());
}

std::string World::story(const std::string& phone) {
  std::string text;
  for (const LogEntry& entry : log()) {
    if (phone.empty() || entry.phone == phone) text += to_text(entry) + '\n';
  }
  return text;
}

}  // namespace wamigrate::sim
