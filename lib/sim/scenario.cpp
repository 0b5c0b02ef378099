// Plausible values for everything a list of numbers leaves open, the same for the same list.
#include "sim/scenario.hpp"

#include <fmt/format.h>

#include "base/base64.hpp"

namespace wamigrate::sim {
namespace {

/// Looks like the base64 of a certificate; the same for the same number.
std::string certificate_for(const std::string& phone) {
  return to_base64("CERTIFICATE OF " + phone + " FOR REGISTRATION");
}

Profile usual_profile(const std::string& name) {
  return {.about = "We answer within a day",
          .address = "1 Example Street",
          .description = name + ", since 1999",
          .email = "hello@example.com",
          .vertical = "RETAIL",
          .websites = {"https://example.com"},
          .picture_url = "https://pps.whatsapp.net/" + name};
}

WorldNumber number_of(const NumberSpec& spec, Time now) {
  WorldNumber number;
  number.phone = spec.phone;
  number.phone_number_id = spec.phone_number_id.empty() ? "10" + spec.phone.substr(1) : spec.phone_number_id;
  number.waba_id = spec.waba_id;
  number.deployment = spec.deployment;
  if (!spec.pin.empty()) number.pin = spec.pin;
  number.on_biz_app = spec.home == ServedBy::app;
  number.verified_name = spec.verified_name;
  number.certificate = certificate_for(spec.phone);
  number.profile = usual_profile(spec.verified_name);
  number.last_onboarded = now - std::chrono::hours(24 * 30);
  return number;
}

Deployment deployment_of(const NumberSpec& spec, Time now) {
  Deployment deployment;
  deployment.name = spec.deployment;
  deployment.url = spec.deployment_url.empty() ? "https://" + spec.deployment + ".invalid:9090" : spec.deployment_url;
  deployment.phone = spec.phone;
  deployment.mode = spec.shards > 1 ? Mode::multiconnect : spec.mode;
  deployment.shards = spec.shards;
  deployment.users[spec.username] = {spec.password, true};
  deployment.expires = now + std::chrono::hours(24 * 90);
  deployment.queue_at = now;
  deployment.application = default_application();
  deployment.application["webhooks"]["url"] = "https://hooks.example.com/" + spec.deployment;
  return deployment;
}

std::vector<Json> usual_templates() {
  return {{{"id", "594425479261596"},
           {"name", "order_confirmation"},
           {"language", "en_US"},
           {"status", "APPROVED"},
           {"category", "UTILITY"},
           {"components", Json::array({Json{{"type", "BODY"}, {"text", "Your order {{1}} is on its way."}}})}},
          {{"id", "1192339204654487"},
           {"name", "hello_world"},
           {"language", "en_US"},
           {"status", "APPROVED"},
           {"category", "MARKETING"},
           {"components", Json::array({Json{{"type", "BODY"}, {"text", "Welcome"}}})}}};
}

}  // namespace

std::unique_ptr<World> make_world(Clock& clock, const WorldSpec& spec) {
  auto world = std::make_unique<World>(clock, spec.dialect, spec.timing);
  const Time now = clock.now();
  world->hold()->graph_url = spec.graph_url;
  world->add(App{.id = spec.app_id, .secret = spec.app_secret, .callback_url = spec.app_callback});
  GraphToken token;
  token.app_id = spec.app_id;
  token.issued = now;
  world->add_token(spec.graph_token, token);
  for (const NumberSpec& each : spec.numbers) {
    world->add(number_of(each, now), each.home);
    if (!each.deployment.empty()) world->add(deployment_of(each, now));
    Waba waba;
    waba.id = each.waba_id;
    waba.templates = usual_templates();
    if (spec.subscribed) waba.subscriptions.push_back({spec.app_id, ""});
    world->add(std::move(waba));
  }
  return world;
}

}  // namespace wamigrate::sim
