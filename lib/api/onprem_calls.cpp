// Every call to an on-premises client that a migration makes.
#include "api/calls.hpp"
#include "api/onprem.hpp"

namespace wamigrate::api::onprem_calls {

namespace {

Call read(std::string path) {
  Call call;
  call.side = Side::onprem;
  call.method = "GET";
  call.path = std::move(path);
  return call;
}

Call change(std::string method, std::string path, Secret body = {}) {
  Call call = read(std::move(path));
  call.method = std::move(method);
  call.body = std::move(body);
  call.changing = true;
  return call;
}

/// What talks to WhatsApp's servers, or moves the whole state of the client, takes its time.
Call slow_change(std::string path, Secret body) {
  Call call = change("POST", std::move(path), std::move(body));
  call.slow = true;
  return call;
}

/// `pin` goes along only where two-step verification is on, `cert` only where there is one.
void set_if_any(Json& body, const char* key, const Secret& secret) {
  if (!secret.empty()) body[key] = secret.reveal();
}

}  // namespace

Call health() { return read("/v1/health"); }
Call support() { return read("/v1/support"); }
Call application_settings() { return read("/v1/settings/application"); }
Call business_profile() { return read("/v1/settings/business/profile"); }
Call about() { return read("/v1/settings/profile/about"); }
Call picture() { return read("/v1/settings/profile/photo?format=link"); }
Call picture_data() { return read("/v1/settings/profile/photo"); }
Call compliance() { return read("/v1/settings/business/compliance_info"); }
Call shards() { return read("/v1/account/shards"); }
Call app_stats() { return read("/v1/stats/app"); }

Call logout() {
  Call call = read("/v1/users/logout");
  call.method = "POST";
  return call;
}

Call backup(const Secret& password) {
  return slow_change("/v1/settings/backup", body_of({{"password", password.reveal()}}));
}

Call restore(const Secret& password, const Secret& data) {
  return slow_change("/v1/settings/restore", body_of({{"password", password.reveal()}, {"data", data.reveal()}}));
}

Call account(const std::string& cc, const std::string& national, const std::string& method, const Secret& certificate,
             const Secret& pin) {
  Json body{{"cc", cc}, {"phone_number", national}, {"method", lower_case(method)}, {"cert", certificate.reveal()}};
  set_if_any(body, "pin", pin);
  return slow_change("/v1/account", body_of(body));
}

Call verify_account(const Secret& code) {
  return slow_change("/v1/account/verify", body_of({{"code", code.reveal()}}));
}

Call set_shards(const std::string& cc, const std::string& national, int shards, const Secret& certificate,
                const Secret& pin) {
  Json body{{"cc", cc}, {"phone_number", national}, {"shards", shards}};
  set_if_any(body, "cert", certificate);
  set_if_any(body, "pin", pin);
  return slow_change("/v1/account/shards", body_of(body));
}

Call set_pin(const Secret& pin) {
  return change("POST", "/v1/settings/account/two-step", body_of({{"pin", pin.reveal()}}));
}

Call clear_pin() { return change("DELETE", "/v1/settings/account/two-step"); }

Call set_application_settings(const Json& settings) {
  return change("PATCH", "/v1/settings/application", body_of(settings));
}

Call set_business_profile(const BusinessProfile& profile) {
  Json body = Json::object();
  api::set_if_any(body, "address", profile.address);
  api::set_if_any(body, "description", profile.description);
  api::set_if_any(body, "email", profile.email);
  api::set_if_any(body, "vertical", profile.vertical);
  if (!profile.websites.empty()) body["websites"] = profile.websites;
  return change("POST", "/v1/settings/business/profile", body_of(body));
}

Call set_about(const std::string& text) {
  return change("PATCH", "/v1/settings/profile/about", body_of({{"text", text}}));
}

Call set_picture(const Secret& bytes, const std::string& type) {
  Call call = change("POST", "/v1/settings/profile/photo", bytes);
  call.content_type = type;
  return call;
}

Call set_compliance(const Json& info) { return change("POST", "/v1/settings/business/compliance_info", body_of(info)); }

Call send_content(const std::string& to, const Json& content) {
  return change("POST", "/v1/messages", body_of(message_to(to, content)));
}

Call send_text(const std::string& to, const std::string& text) { return send_content(to, text_content(text)); }

Call send_template(const std::string& to, const TemplateMessage& content) {
  return send_content(to, template_content(content, true));
}

}  // namespace wamigrate::api::onprem_calls
