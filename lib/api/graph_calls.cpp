// Every call to Graph that a migration makes. What is sent is only what Meta documents: the Cloud API refuses unknown
// properties, and a read fails as a whole when it asks for a field that the version does not have.
#include <fmt/format.h>

#include <charconv>

#include "api/calls.hpp"
#include "api/graph.hpp"

namespace wamigrate::api::graph_calls {

namespace {

Call read(std::string path) {
  Call call;
  call.side = Side::graph;
  call.method = "GET";
  call.path = std::move(path);
  return call;
}

Call change(std::string path, Secret body = {}) {
  Call call = read(std::move(path));
  call.method = "POST";
  call.body = std::move(body);
  call.changing = true;
  return call;
}

/// Registration may take 15 seconds and more (Meta's account-migration reference).
Call slow_change(std::string path, Secret body = {}) {
  Call call = change(std::move(path), std::move(body));
  call.slow = true;
  return call;
}

std::string node(const std::string& id) { return fmt::format("/{}", encoded(id)); }

int major(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  int number = 0;
  std::from_chars(version.data(), version.data() + version.size(), number);
  return number;
}

std::string number_fields(std::string_view version) {
  return fmt::format(
      "id,display_phone_number,verified_name,status,platform_type,name_status,quality_rating,{},throughput,"
      "code_verification_status,account_mode,is_on_biz_app,is_official_business_account,is_pin_enabled",
      major(version) >= 24 ? "whatsapp_business_manager_messaging_limit" : "messaging_limit_tier");
}

std::string after_cursor(const std::string& after) {
  return after.empty() ? "" : fmt::format("&after={}", encoded(after));
}

}  // namespace

bool storage_is_a_setting(std::string_view version) { return major(version) >= 21; }

Call phone_node(const std::string& phone_number_id, std::string_view version) {
  return read(fmt::format("{}?fields={},certificate", node(phone_number_id), number_fields(version)));
}

Call webhook_configuration(const std::string& phone_number_id) {
  return read(node(phone_number_id) + "?fields=webhook_configuration");
}

Call health(const std::string& node_id) { return read(node(node_id) + "?fields=health_status"); }

Call waba_numbers(const std::string& waba_id, const std::string& after, std::string_view version) {
  return read(fmt::format("{}/phone_numbers?fields={}&limit=100{}", node(waba_id), number_fields(version),
                          after_cursor(after)));
}

Call numbers_in_full(const std::string& waba_id, const std::string& after, std::string_view version) {
  return read(fmt::format("{}/phone_numbers?fields={},certificate,webhook_configuration,health_status&limit=100{}",
                          node(waba_id), number_fields(version), after_cursor(after)));
}

Call waba(const std::string& waba_id) {
  return read(node(waba_id) +
              "?fields=id,name,country,account_review_status,business_verification_status,message_template_namespace");
}

Call subscribed_apps(const std::string& waba_id, const std::string& after) {
  return read(node(waba_id) + "/subscribed_apps" + (after.empty() ? "" : "?after=" + encoded(after)));
}

Call profile(const std::string& phone_number_id) {
  return read(
      node(phone_number_id) +
      "/whatsapp_business_profile?fields=about,address,description,email,profile_picture_url,websites,vertical");
}

Call settings(const std::string& phone_number_id) { return read(node(phone_number_id) + "/settings"); }

Call compliance(const std::string& phone_number_id) {
  return read(node(phone_number_id) + "/business_compliance_info");
}

Call templates(const std::string& waba_id, const std::string& after) {
  return read(node(waba_id) + "/message_templates?fields=name,language,status,category&limit=100" +
              after_cursor(after));
}

Call debug_token(const Secret& token) {
  Call call = read("/debug_token");
  call.query_secret = Secret("input_token=" + encoded(token.reveal()));
  return call;
}

Call set_storage_region(const std::string& phone_number_id, const std::string& region) {
  return change(node(phone_number_id) + "/settings",
                body_of({{"storage_configuration",
                          {{"status", "IN_COUNTRY_STORAGE_ENABLED"}, {"data_localization_region", region}}}}));
}

Call register_number(const std::string& phone_number_id, const Secret& pin, const Backup* backup,
                     const std::string& region) {
  Json body{{"messaging_product", "whatsapp"}, {"pin", pin.reveal()}};
  set_if_any(body, "data_localization_region", region);
  if (backup != nullptr) body["backup"] = {{"password", backup->password.reveal()}, {"data", backup->data.reveal()}};
  return slow_change(node(phone_number_id) + "/register", body_of(body));
}

Call deregister(const std::string& phone_number_id) { return slow_change(node(phone_number_id) + "/deregister"); }

Call request_code(const std::string& phone_number_id, const std::string& method, const std::string& language) {
  return change(node(phone_number_id) + "/request_code",
                body_of({{"code_method", upper_case(method)}, {"language", language}}));
}

Call verify_code(const std::string& phone_number_id, const Secret& code) {
  return change(node(phone_number_id) + "/verify_code", body_of({{"code", code.reveal()}}));
}

Call set_pin(const std::string& phone_number_id, const Secret& pin) {
  return change(node(phone_number_id), body_of({{"pin", pin.reveal()}}));
}

Call subscribe_app(const std::string& waba_id) { return change(node(waba_id) + "/subscribed_apps"); }

Call set_profile(const std::string& phone_number_id, const GraphProfile& profile) {
  Json body{{"messaging_product", "whatsapp"}};
  set_if_any(body, "about", profile.about);
  set_if_any(body, "address", profile.address);
  set_if_any(body, "description", profile.description);
  set_if_any(body, "email", profile.email);
  set_if_any(body, "vertical", profile.vertical);
  if (!profile.websites.empty()) body["websites"] = profile.websites;
  return change(node(phone_number_id) + "/whatsapp_business_profile", body_of(body));
}

Call set_picture(const std::string& phone_number_id, const Secret& handle) {
  return change(node(phone_number_id) + "/whatsapp_business_profile",
                body_of({{"messaging_product", "whatsapp"}, {"profile_picture_handle", handle.reveal()}}));
}

Call set_compliance(const std::string& phone_number_id, const Json& info) {
  Json body{{"messaging_product", "whatsapp"}};
  body.update(info);
  return change(node(phone_number_id) + "/business_compliance_info", body_of(body));
}

Call open_upload(const std::string& app_id, std::size_t bytes, const std::string& type) {
  const std::string_view extension = type == "image/png" ? "png" : "jpg";
  Call call = change(fmt::format("{}/uploads?file_name=picture.{}&file_length={}&file_type={}", node(app_id), extension,
                                 bytes, encoded(type)));
  call.proven_by = "id";
  return call;
}

Call upload(const Secret& session, const Secret& bytes) {
  const std::string_view text = session.reveal();
  const std::size_t query = std::min(text.find('?'), text.size());
  Call call = change("/" + std::string(text.substr(0, query)), bytes);
  if (query < text.size()) call.query_secret = Secret(std::string(text.substr(query + 1)));
  call.content_type = "application/octet-stream";
  call.headers = {{"file_offset", "0"}};
  call.scheme = "OAuth";
  call.proven_by = "h";
  return call;
}

Call send_content(const std::string& phone_number_id, const std::string& to, const Json& content,
                  const std::string& tag) {
  Json body = message_to(to, content);
  body["messaging_product"] = "whatsapp";
  set_if_any(body, "biz_opaque_callback_data", tag);
  return change(node(phone_number_id) + "/messages", body_of(body));
}

Call send_text(const std::string& phone_number_id, const std::string& to, const std::string& text,
               const std::string& tag) {
  return send_content(phone_number_id, to, text_content(text), tag);
}

Call send_template(const std::string& phone_number_id, const std::string& to, const TemplateMessage& content,
                   const std::string& tag) {
  return send_content(phone_number_id, to, template_content(content, false), tag);
}

}  // namespace wamigrate::api::graph_calls
