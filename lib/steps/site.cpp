#include "steps/site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace wamigrate {

using namespace std::chrono_literals;

/// The numbers of a WABA, listed once for all who ask within a minute: membership is part of identity.
struct Site::Waba {
  std::mutex mutex;
  Time listed_at{};
  bool listed = false;
  std::set<std::string> phone_number_ids;
  Asked asked;
};

namespace {

constexpr Millis membership_is_fresh_for = 60s;

Asked asked_from(const api::Failure& failure) {
  Asked asked;
  asked.how = failure.how == api::Failure::How::refused ? Asked::How::refused : Asked::How::unreachable;
  asked.code = failure.code.empty() ? fmt::format("http {}", failure.http_status) : failure.code;
  asked.detail = api::to_text(failure);
  const bool refused = asked.how == Asked::How::refused;
  asked.credentials = refused && failure.entry->error_class == api::ErrorClass::token;
  asked.throttled = refused && failure.entry->error_class == api::ErrorClass::throttled;
  return asked;
}

const Asked answered = {Asked::How::answered, "", "", false, false};

// Takes the value out of an answer, or says why there is none.
template <class T, class Use>
Asked take(api::Answer<T> answer, Use use) {
  if (!answer) return asked_from(answer.error());
  use(std::move(*answer));
  return answered;
}

void read_node(api::GraphClient& graph, const std::string& id, GraphView& view) {
  view.asked = take(graph.phone_node(id), [&view](const api::PhoneNode& node) {
    view.platform_type = node.platform_type;
    view.status = node.status;
    view.display_phone_number = node.display_phone_number;
    view.verified_name = node.verified_name;
    view.name_status = node.name_status;
    view.quality_rating = node.quality_rating;
    view.messaging_limit = node.messaging_limit;
    view.throughput = node.throughput;
    view.code_verification_status = node.code_verification_status;
    view.account_mode = node.account_mode;
    view.is_on_biz_app = node.is_on_biz_app;
    view.is_official = node.is_official_business_account;
    view.is_pin_enabled = node.is_pin_enabled;
    view.has_certificate = !node.certificate.empty();
  });
}

void read_webhook(api::GraphClient& graph, const std::string& id, GraphView& view) {
  view.webhook_asked = take(graph.webhook_configuration(id), [&view](const api::WebhookConfiguration& webhook) {
    view.webhook_phone = webhook.phone_number;
    view.webhook_waba = webhook.whatsapp_business_account;
    view.webhook_app = webhook.application;
  });
}

void read_graph_health(api::GraphClient& graph, const std::string& id, GraphView& view) {
  view.health_asked = take(graph.health(id), [&view](const api::Health& health) {
    view.can_send_message = health.can_send_message;
    view.health_blocked = health.blocked;
    view.health_findings = health.findings;
  });
}

Asked read_onprem_profile(api::OnpremClient& client, Profile& profile) {
  const Asked business = take(client.business_profile(), [&profile](const api::BusinessProfile& got) {
    profile.address = got.address;
    profile.description = got.description;
    profile.email = got.email;
    profile.vertical = got.vertical;
    profile.websites = got.websites;
  });
  if (!business.answered()) return business;
  return take(client.about(), [&profile](const std::string& about) { profile.about = about; });
}

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

Site::Site(const Fleet& fleet, Transport& transport, Clock& clock)
    : fleet_(fleet), transport_(transport), clock_(clock) {}
Site::~Site() = default;

std::vector<SecretRef> secrets_needed(const Fleet& fleet, const std::vector<const Number*>& numbers, Need need,
                                      Direction direction) {
  std::set<SecretRef> refs = {fleet.graph.token, fleet.graph.app_secret};
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
  graph_ = std::make_unique<api::GraphClient>(transport_, fleet_.graph.url, fleet_.graph.version,
                                              secret(fleet_.graph.token), secret(fleet_.graph.app_secret), timeouts);
  return missing;
}

const Secret& Site::secret(const SecretRef& ref) const {
  static const Secret none;
  const auto found = secrets_.find(ref);
  return found == secrets_.end() ? none : found->second;
}

Secret Site::pin(const Number& number) const { return secret(number.pin); }

api::Usage Site::usage() const { return graph_->usage(); }

api::OnpremClient& Site::onprem(const Number& number) {
  const std::lock_guard lock(mutex_);
  const Deployment& deployment = number.deployment;
  auto& client = onprem_[deployment.url];
  if (!client) {
    const api::Timeouts timeouts{fleet_.policy.request_timeout, fleet_.policy.register_timeout};
    client = std::make_unique<api::OnpremClient>(transport_, deployment.url, deployment.ca_file, deployment.username,
                                                 secret(deployment.password), timeouts);
  }
  return *client;
}

bool Site::is_in_waba(const Number& number, Asked& asked) {
  Waba* waba = nullptr;
  {
    const std::lock_guard lock(mutex_);
    auto& slot = wabas_[number.waba_id];
    if (!slot) slot = std::make_unique<Waba>();
    waba = slot.get();
  }
  const std::lock_guard lock(waba->mutex);
  if (!waba->listed || clock_.now() - waba->listed_at > membership_is_fresh_for) {
    waba->asked = take(graph_->waba_numbers(number.waba_id), [waba](const std::vector<api::PhoneNode>& nodes) {
      waba->phone_number_ids.clear();
      for (const api::PhoneNode& node : nodes) waba->phone_number_ids.insert(node.id);
    });
    waba->listed = waba->asked.answered();
    waba->listed_at = clock_.now();
  }
  asked = waba->asked;
  return waba->phone_number_ids.contains(number.phone_number_id);
}

Observation Site::observe(const Number& number, Readings readings) {
  Observation seen;
  seen.readings = readings;
  if (readings.has(Reading::graph_node)) read_node(*graph_, number.phone_number_id, seen.graph);
  if (readings.has(Reading::webhook)) read_webhook(*graph_, number.phone_number_id, seen.graph);
  if (readings.has(Reading::graph_health)) read_graph_health(*graph_, number.phone_number_id, seen.graph);
  if (readings.has(Reading::waba_numbers)) seen.in_waba = is_in_waba(number, seen.waba_asked);
  if (readings.has(Reading::subscribed_apps)) {
    seen.apps_asked = take(graph_->subscribed_apps(number.waba_id), [&seen](const auto& apps) {
      for (const api::SubscribedApp& app : apps) seen.subscribed_app_ids.push_back(app.id);
    });
  }
  if (readings.has(Reading::graph_profile)) {
    seen.graph_profile_asked = take(graph_->profile(number.phone_number_id), [&seen](const api::GraphProfile& got) {
      seen.graph_profile = {got.about, got.address, got.description, got.email, got.vertical, got.websites};
    });
  }
  if (readings.has(Reading::templates)) {
    seen.templates_asked = take(graph_->templates(number.waba_id), [&seen](const auto& templates) {
      for (const api::Template& one : templates) ++seen.templates[one.status];
    });
  }

  OnpremView& view = seen.onprem;
  if (number.deployment.url.empty()) {  // declared gone, and nowhere to ask
    view.health = {Asked::How::unreachable, "", "the inventory declares it gone", false, false};
    view.settings = view.support = view.queue = view.profile_asked = view.shards_asked = view.health;
  } else {
    api::OnpremClient& client = onprem(number);
    if (readings.has(Reading::onprem_health)) {
      view.health = take(client.health(), [&view](const auto& nodes) {
        for (const api::HealthNode& node : nodes) view.nodes.push_back({node.name, node.status, node.role, node.code});
      });
    }
    // A client that did not answer a moment ago is not asked five more things, each for a whole time-out.
    const bool silent = view.health.how == Asked::How::unreachable;
    auto ask = [&](Reading reading, Asked& asked, auto&& read) {
      if (readings.has(reading)) asked = silent ? view.health : read();
    };
    ask(Reading::onprem_settings, view.settings, [&] {
      return take(client.application_settings(), [&view](const Json& application) {
        view.application = application;
        view.wa_id = text_at(application, "wa_id");
      });
    });
    ask(Reading::onprem_support, view.support, [&] {
      return take(client.support(), [&view](const api::Support& support) {
        view.version = support.version;
        view.expires = support.expires;
      });
    });
    ask(Reading::onprem_queue, view.queue, [&] {
      return take(client.callback_queue(), [&view](std::optional<long long> size) { view.queue_size = size; });
    });
    ask(Reading::onprem_profile, view.profile_asked, [&] { return read_onprem_profile(client, view.profile); });
    ask(Reading::onprem_shards, view.shards_asked,
        [&] { return take(client.shards(), [&view](int shards) { view.shards = shards; }); });
  }
  seen.taken_at = clock_.now();
  return seen;
}

Outcome Site::perform(const Step& step, const Number& number, const Supplies& supplies) {
  Material material{
      number,   secret(number.pin), secret(number.deployment.backup_password),   supplies.backup, supplies.code,
      Secret(), supplies.snapshot,  region_at_registration(number, fleet_.graph)};
  if (step.conclude != nullptr) return step.conclude(material, observe(number, step.reads));
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
      step.side == api::Side::graph ? graph_->send(call, step.on) : onprem(number).send(call, step.on, &status);
  if (!reply) return outcome_of(reply.error());

  Outcome outcome;
  outcome.how = Outcome::How::done;
  outcome.http_status = status;
  if (step.vouches != nullptr) outcome.vouched = step.vouches(status);
  if (step.kind.effect.gives.has(Fact::backup_in_hand)) {
    const std::string data = text_at(at_path(*reply, {"settings"}), "data");
    if (data.empty()) {
      outcome.how = Outcome::How::ambiguous;
      outcome.error_class = api::ErrorClass::down;
      outcome.message = "the answer to the backup request holds no data";
      outcome.vouched = {};
      return outcome;
    }
    outcome.product = Secret(data);
  }
  return outcome;
}

TokenView Site::token() {
  TokenView view;
  view.asked = take(graph_->debug_token(), [&view](const api::TokenFindings& findings) {
    view.valid = findings.is_valid;
    view.app_id = findings.app_id;
    view.expires = findings.expires_at;
    if (findings.data_access_expires_at && (!view.expires || *findings.data_access_expires_at < *view.expires)) {
      view.expires = findings.data_access_expires_at;
    }
    view.scopes = findings.scopes;
    view.granular = findings.granular;
  });
  return view;
}

void Site::log_out() {
  const std::lock_guard lock(mutex_);
  for (auto& [url, client] : onprem_) client->logout();
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
                          region_at_registration(number, fleet.graph)};
  const api::Call call = step.call(material);
  const std::string base =
      step.side == api::Side::graph ? fleet.graph.url + "/" + fleet.graph.version : number.deployment.url;
  std::string text = call.method + " " + base + call.path;
  if (!call.body.empty()) text += " " + std::string(call.body.reveal());
  return text;
}

}  // namespace wamigrate
