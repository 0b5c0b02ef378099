#include "steps/reads.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/calls.hpp"

namespace wamigrate {

Asked asked_from(const api::Failure& failure) {
  Asked asked;
  asked.how = failure.how == api::Failure::How::refused ? Asked::How::refused : Asked::How::unreachable;
  asked.code = failure.code.empty() ? fmt::format("http {}", failure.http_status) : failure.code;
  asked.detail = api::to_text(failure);
  const bool refused = asked.how == Asked::How::refused;
  asked.credentials = refused && failure.entry->error_class == api::ErrorClass::token;
  asked.throttled = refused && failure.entry->error_class == api::ErrorClass::throttled;
  asked.passes = !refused || asked.throttled || failure.entry->error_class == api::ErrorClass::down ||
                 failure.entry->error_class == api::ErrorClass::settling;
  asked.regain_after = std::chrono::ceil<decltype(asked.regain_after)>(failure.regain_after);
  return asked;
}

void show(const api::PhoneNode& node, GraphView& view) {
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
}

void show(const api::WebhookConfiguration& webhook, GraphView& view) {
  view.webhook_phone = webhook.phone_number;
  view.webhook_waba = webhook.whatsapp_business_account;
  view.webhook_app = webhook.application;
}

void show(const api::Health& health, GraphView& view) {
  view.can_send_message = health.can_send_message;
  view.health_blocked = health.blocked;
  view.health_codes = health.codes;
  view.health_findings = health.findings;
}

void read_node(api::GraphClient& graph, const std::string& phone_number_id, GraphView& view) {
  view.asked = take(graph.phone_node(phone_number_id), [&view](const api::PhoneNode& node) { show(node, view); });
}

void read_webhook(api::GraphClient& graph, const std::string& phone_number_id, GraphView& view) {
  view.webhook_asked =
      take(graph.webhook_configuration(phone_number_id), [&view](const auto& webhook) { show(webhook, view); });
}

void read_health(api::GraphClient& graph, const std::string& phone_number_id, GraphView& view) {
  view.health_asked = take(graph.health(phone_number_id), [&view](const auto& health) { show(health, view); });
}

void read_settings(api::GraphClient& graph, const std::string& phone_number_id, GraphView& view) {
  view.settings_asked = take(graph.storage(phone_number_id), [&view](const api::StorageConfiguration& storage) {
    // A region that is still named after storage there was switched off holds nothing any more.
    // Meta's page writes capitals, Meta's OpenAPI file small letters.
    const bool off = api::upper_case(storage.status) == "IN_COUNTRY_STORAGE_DISABLED";
    view.storage_region = off ? "" : api::upper_case(storage.region);
  });
}

void read_profile(api::GraphClient& graph, const std::string& phone_number_id, Observation& seen) {
  seen.graph_profile_asked = take(graph.profile(phone_number_id), [&seen](const api::GraphProfile& got) {
    seen.graph_profile = Profile{got.about, got.address, got.description, got.email, got.vertical, got.websites};
    seen.graph_picture = !got.profile_picture_url.empty();
    seen.graph_picture_url = got.profile_picture_url;
  });
}

namespace {

Picture kept_picture(const api::Answer<std::string>& got) {
  if (!got || got->size() > 2 * picture_bytes_at_most) return {};  // base64 takes a third more
  const Picture picture = picture_from(*got).value_or(Picture{});
  return picture.bytes.size() > picture_bytes_at_most ? Picture{} : picture;
}

}  // namespace

void read_picture(api::GraphClient& graph, Observation& seen) {
  if (!seen.graph_picture_url.empty()) seen.graph_picture_data = kept_picture(graph.picture(seen.graph_picture_url));
}

void read_apps(api::GraphClient& graph, const std::string& waba_id, Observation& seen) {
  seen.apps_asked = take(graph.subscribed_apps(waba_id), [&seen](const auto& apps) {
    for (const api::SubscribedApp& app : apps) seen.subscribed_app_ids.push_back(app.id);
  });
}

void read_compliance(api::GraphClient& graph, const std::string& phone_number_id, Observation& seen) {
  seen.compliance_asked =
      take(graph.compliance(phone_number_id), [&seen](const Json& told) { seen.compliance = compliance_from(told); });
}

void read_templates(api::GraphClient& graph, const std::string& waba_id, Observation& seen) {
  seen.templates_asked = take(graph.templates(waba_id), [&seen](const auto& templates) {
    for (const api::Template& one : templates) ++seen.templates[one.status];
  });
}

void read_waba(api::GraphClient& graph, const std::string& waba_id, Observation& seen) {
  seen.waba_node_asked = take(graph.waba(waba_id), [&seen](const api::Waba& waba) {
    seen.waba_review = waba.account_review_status;
    seen.waba_country = waba.country;
  });
}

namespace {

Asked read_onprem_profile(api::OnpremClient& client, Profile& profile) {
  Asked business = take(client.business_profile(), [&profile](const api::BusinessProfile& got) {
    profile.address = got.address;
    profile.description = got.description;
    profile.email = got.email;
    profile.vertical = got.vertical;
    profile.websites = got.websites;
  });
  if (!business.answered()) return business;
  return take(client.about(), [&profile](const std::string& about) { profile.about = about; });
}

// A client without a picture may say so by an error: no page tells how it says it.
Asked read_onprem_picture(api::OnpremClient& client, std::optional<bool>& picture) {
  Asked asked = take(client.picture(), [&picture](bool there) { picture = there; });
  if (asked.how != Asked::How::refused || (asked.code != "1006" && asked.code != "http 404")) return asked;
  picture = false;
  return {Asked::How::answered, "", "", false, false};
}

bool all_off(const OnpremView& view) {
  return view.health.answered() && std::all_of(view.nodes.begin(), view.nodes.end(), [](const OnpremNode& node) {
           return node.status == "disconnected" || node.status == "unregistered";
         });
}

}  // namespace

void read_onprem(api::OnpremClient& client, Readings readings, bool sparing, OnpremView& view) {
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
  ask(Reading::onprem_picture, view.picture_asked, [&] { return read_onprem_picture(client, view.picture); });
  if (readings.has(Reading::onprem_picture_data) && view.picture.value_or(false)) {
    view.picture_data = kept_picture(client.picture_data());
  }
  ask(Reading::onprem_compliance, view.compliance_asked, [&] {
    return take(client.compliance(), [&view](const Json& told) { view.compliance = compliance_from(told); });
  });
  ask(Reading::onprem_profile, view.profile_asked, [&] { return read_onprem_profile(client, view.profile.edit()); });
  if (sparing && all_off(view)) return;
  ask(Reading::onprem_queue, view.queue, [&] {
    return take(client.callback_queue(), [&view](std::optional<long long> size) { view.queue_size = size; });
  });
  ask(Reading::onprem_shards, view.shards_asked,
      [&] { return take(client.shards(), [&view](int shards) { view.shards = shards; }); });
}

}  // namespace wamigrate
