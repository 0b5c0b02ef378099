#include "steps/site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "steps/reads.hpp"
#include "steps/token.hpp"

namespace wamigrate {

namespace {

bool needs_certificate(const Step& step) {
  return step.call != nullptr && step.kind.effect.needs.has(Fact::certificate_in_hand) &&
         step.side == api::Side::onprem;
}

Outcome outcome_of(const api::Failure& failure) {
  Outcome outcome;
  switch (failure.how) {
    case api::Failure::How::refused:
      outcome.how = Outcome::How::refused;
      break;
    case api::Failure::How::ambiguous:
      outcome.how = Outcome::How::ambiguous;
      break;
    case api::Failure::How::not_sent:
      outcome.how = Outcome::How::not_sent;
      break;
  }
  outcome.error_class = failure.entry->error_class;
  outcome.advice = failure.entry->advice;
  outcome.http_status = failure.http_status;
  outcome.code = failure.code;
  outcome.message = api::to_text(failure);
  outcome.fbtrace_id = failure.fbtrace_id;
  outcome.regain_after = failure.regain_after;
  return outcome;
}

Readings indian_only(Readings readings, const Number& number) {
  return number.phone.region == "IN" ? readings : readings - Readings{Reading::onprem_compliance};
}

std::string region_at_registration(const Number& number, const Graph& graph) {
  return api::graph_calls::storage_is_a_setting(graph.version) ? "" : number.storage_region;
}

Outcome not_sent(std::string why) {
  Outcome outcome;
  outcome.error_class = api::ErrorClass::down;
  outcome.message = std::move(why);
  return outcome;
}

}  // namespace

Site::Site(const Fleet& fleet, Transport& transport, Clock& clock, EvidenceSource* evidence)
    : fleet_(fleet), transport_(transport), clock_(clock), evidence_(evidence), graph_watch_(transport, clock) {}
Site::~Site() = default;

std::vector<SecretRef> secrets_needed(const Fleet& fleet, const std::vector<const Number*>& numbers, Need need,
                                      Direction direction) {
  std::set<SecretRef> refs = {fleet.graph.token, fleet.graph.app_secret, fleet.graph.proxy_login};
  for (const Number* number : numbers) {
    refs.insert(number->deployment.password);
    if (need == Need::reading) continue;
    refs.insert(number->pin);
    if (direction == Direction::to_cloud) refs.insert(number->deployment.backup_password);
  }
  refs.erase(SecretRef{});
  return {refs.begin(), refs.end()};
}

Diagnostics Site::resolve(const std::vector<const Number*>& numbers, Need need, Direction direction,
                          SecretSource& source) {
  Diagnostics missing;
  for (const SecretRef& ref : secrets_needed(fleet_, numbers, need, direction)) {
    auto secret = source.resolve(ref);
    if (!secret) {
      missing.push_back({{}, secret.error().message, secret.error().fix});
    } else {
      secrets_[ref] = std::move(*secret);
    }
  }
  const api::Timeouts timeouts{fleet_.policy.request_timeout, fleet_.policy.register_timeout};
  members_.clear();
  templates_.clear();
  graph_ = std::make_unique<api::GraphClient>(graph_watch_, fleet_.graph.url, fleet_.graph.version,
                                              secret(fleet_.graph.token), secret(fleet_.graph.app_secret), timeouts,
                                              proxy());
  return missing;
}

const Secret& Site::secret(const SecretRef& ref) const {
  static const Secret none;
  const auto found = secrets_.find(ref);
  return found == secrets_.end() ? none : found->second;
}

Proxy Site::proxy() const { return {fleet_.graph.proxy, secret(fleet_.graph.proxy_login)}; }

Secret Site::pin(const Number& number) const { return secret(number.pin); }

api::Usage Site::usage() const { return graph_->usage(); }

struct Site::Client {
  Client(Transport& transport, Clock& clock, const Deployment& at, const Secret& password, api::Timeouts timeouts)
      : watch(transport, clock), api(watch, at.url, at.ca_file, at.username, password, timeouts) {}

  ClockWatch watch;
  api::OnpremClient api;
};

Site::Client& Site::onprem(const Number& number) {
  const std::lock_guard lock(mutex_);
  const Deployment& deployment = number.deployment;
  auto& client = onprem_[deployment.url];
  if (!client) {
    const api::Timeouts timeouts{fleet_.policy.request_timeout, fleet_.policy.register_timeout};
    client = std::make_unique<Client>(transport_, clock_, deployment, secret(deployment.password), timeouts);
  }
  return *client;
}

template <class Kept>
Kept& Site::of_waba(std::map<std::string, std::unique_ptr<Kept>>& kept, const std::string& waba_id) {
  const std::lock_guard lock(mutex_);
  auto& of_this = kept[waba_id];
  if (!of_this) of_this = std::make_unique<Kept>(*graph_, clock_, waba_id);
  return *of_this;
}

std::unique_ptr<WabaSheets> Site::sheets() { return std::make_unique<WabaSheets>(*graph_); }

Observation Site::observe(const Number& number, Readings readings, WabaSheets* sheets,
                          std::optional<Time> account_since, const SentMessages* sent) {
  Observation seen;
  seen.readings = readings;
  if (sheets != nullptr) {
    sheets->read(number.waba_id, number.phone_number_id, readings, seen);
  } else {
    read_graph(number, readings, account_since, seen);
  }
  read_edges(number, readings, seen);
  if (number.deployment.url.empty()) {  // declared gone, and nowhere to ask
    OnpremView& view = seen.onprem;
    view.health = {Asked::How::unreachable, "", "the inventory declares it gone", false, false};
    view.settings = view.support = view.queue = view.profile_asked = view.shards_asked = view.health;
    view.picture_asked = view.compliance_asked = view.health;
  } else {
    Client& client = onprem(number);
    read_onprem(client.api, indian_only(readings, number), sheets != nullptr, seen.onprem);
    seen.onprem_clock_ahead = client.watch.ahead();
  }
  if (readings.has(Reading::graph_picture_data) && seen.onprem.picture_data->empty()) read_picture(*graph_, seen);
  if (readings.has(Reading::test_evidence)) seen.test = read_evidence(number, sent);
  seen.graph_clock_ahead = graph_watch_.ahead();
  seen.taken_at = clock_.now();
  return seen;
}

void Site::read_graph(const Number& number, Readings readings, std::optional<Time> account_since, Observation& seen) {
  const std::string& id = number.phone_number_id;
  if (readings.has(Reading::graph_node)) read_node(*graph_, id, seen.graph);
  if (readings.has(Reading::webhook)) read_webhook(*graph_, id, seen.graph);
  if (readings.has(Reading::graph_health)) read_health(*graph_, id, seen.graph);
  if (readings.has(Reading::waba_numbers)) {
    seen.in_waba = of_waba(members_, number.waba_id).has(id, seen.waba_asked);
  }
  if (readings.has(Reading::subscribed_apps)) read_apps(*graph_, number.waba_id, seen);
  if (readings.has(Reading::templates)) {
    of_waba(templates_, number.waba_id).read(account_since.value_or(Time::max()), seen);
  }
  if (readings.has(Reading::waba_node)) read_waba(*graph_, number.waba_id, seen);
}

void Site::read_edges(const Number& number, Readings readings, Observation& seen) {
  const std::string& id = number.phone_number_id;
  if (readings.has(Reading::graph_profile)) read_profile(*graph_, id, seen);
  if (readings.has(Reading::compliance) && number.phone.region == "IN") read_compliance(*graph_, id, seen);
  // One more request a number, for the few that ask for local storage.
  if (readings.has(Reading::graph_settings) && !number.storage_region.empty()) read_settings(*graph_, id, seen.graph);
}

// Neither API is asked. A place that can't be read is told apart from one in which nothing is.
std::shared_ptr<const TestMessageView> Site::read_evidence(const Number& number, const SentMessages* sent) {
  auto view = std::make_shared<TestMessageView>();
  view->asked = answered;
  if (sent == nullptr || sent->tags.empty()) return view;
  EvidenceQuestion question{.place = number.test_message->evidence.text(),
                            .phone = number.phone.e164,
                            .phone_number_id = number.phone_number_id,
                            .deployment = number.deployment.name,
                            .side = sent->home == Home::onprem ? PostSide::onprem : PostSide::cloud,
                            .tags = sent->tags,
                            .messages = sent->ids,
                            .sender = number.test_message->recipient(),
                            .since = sent->since};
  for (auto* names : {&question.tags, &question.messages}) std::erase(*names, "");
  const auto evidence = evidence_ == nullptr ? Result<MessageEvidence>(fail("this command looks at no webhooks"))
                                             : evidence_->ask(question);
  if (!evidence) {
    view->asked = {Asked::How::unreachable, "", evidence.error().message, false, false};
    return view;
  }
  constexpr std::array<std::string_view, 5> from_worst = {"", "sent", "failed", "delivered", "read"};
  const auto rank = [&](std::string_view status) { return std::find(from_worst.begin(), from_worst.end(), status); };
  for (const MessageFate& fate : evidence->messages) {
    const bool newest = (!fate.tag.empty() && fate.tag == sent->tags.back()) || fate.message == sent->ids.back();
    view->newest_heard = view->newest_heard || newest;
    // That one has arrived, whichever it is, settles it; that one has not is of interest only of the last.
    const bool arrived = rank(fate.status) >= rank("delivered");
    if ((!newest && !arrived) || rank(fate.status) < rank(view->status)) continue;
    view->status = fate.status;
    view->code = fate.code;
  }
  view->incoming = evidence->incoming;
  return view;
}

Material Site::material_for(const Number& number, const Supplies& supplies) const {
  return {number,
          secret(number.pin),
          secret(number.deployment.backup_password),
          supplies.backup,
          supplies.code,
          Secret(),
          supplies.snapshot,
          region_at_registration(number, fleet_.graph),
          fleet_.graph.app_id,
          supplies.upload,
          supplies.tag};
}

Outcome Site::conclude(const Step& step, const Number& number, const Supplies& supplies, const Observation& seen) {
  ensure(step.conclude != nullptr, "a step that concludes knows how");
  return step.conclude(material_for(number, supplies), seen);
}

Outcome Site::perform(const Step& step, const Number& number, const Supplies& supplies) {
  if (step.conclude != nullptr) {
    return conclude(step, number, supplies, observe(number, step.reads, nullptr, supplies.account_since));
  }
  Material material = material_for(number, supplies);
  ensure(step.call != nullptr, "a step that is performed concludes or calls");
  if (needs_certificate(step)) {
    auto node = graph_->phone_node(number.phone_number_id);
    if (!node) {
      Outcome outcome = outcome_of(node.error());
      if (outcome.how == Outcome::How::ambiguous) outcome.how = Outcome::How::not_sent;  // only a read was lost
      return outcome;
    }
    if (node->certificate.empty()) return not_sent("Graph hands out no certificate for this number");
    material.certificate = node->certificate;
  }
  const api::Call call = step.call(material);
  if (supplies.not_after && clock_.now() >= *supplies.not_after) {
    return not_sent("not sent: the lease on this number may have ended while this process was held up");
  }
  int status = 200;
  auto reply =
      step.side == api::Side::graph ? graph_->send(call, step.on) : onprem(number).api.send(call, step.on, &status);
  if (!reply) return outcome_of(reply.error());

  Outcome outcome;
  outcome.how = Outcome::How::done;
  outcome.http_status = status;
  if (step.vouches != nullptr) outcome.vouched = step.vouches(status);
  if (step.names != nullptr) outcome.message_id = step.names(*reply);
  if (step.product != nullptr) outcome.product = step.product(*reply);
  if ((step.product != nullptr && !outcome.product) || (step.names != nullptr && outcome.message_id.empty())) {
    outcome.how = Outcome::How::ambiguous;
    outcome.error_class = api::ErrorClass::down;
    outcome.message = fmt::format("the answer to \"{}\" lacks what was asked for", step.kind.title);
    outcome.vouched = {};
  }
  return outcome;
}

TokenView Site::token() { return read_token(*graph_); }

void Site::log_out() {
  const std::lock_guard lock(mutex_);
  for (auto& [url, client] : onprem_) client->api.logout();
}

std::string request_text(const Step& step, const Number& number, const Fleet& fleet) {
  if (step.call == nullptr) return {};
  auto placeholder = [](const std::string& what) { return Secret("<" + what + ">"); };
  const Material material{number,
                          placeholder(number.pin.text()),
                          placeholder(number.deployment.backup_password.text()),
                          placeholder("the backup, unmodified"),
                          placeholder("the code"),
                          placeholder("the certificate"),
                          std::nullopt,
                          region_at_registration(number, fleet.graph),
                          fleet.graph.app_id,
                          step.uses == "upload" ? Secret("upload:SESSION") : placeholder("the upload's handle"),
                          "<the run's tag>"};
  const api::Call call = step.call(material);
  const std::string base =
      step.side == api::Side::graph ? fleet.graph.url + "/" + fleet.graph.version : number.deployment.url;
  std::string text = call.method + " " + base + call.path;
  if (!call.body.empty()) text += " " + std::string(call.body.reveal());
  return text;
}

}  // namespace wamigrate
