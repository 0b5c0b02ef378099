// The documented exchanges of tests/contract, asked of the simulator: it must give that answer to that request. What
// is true before the request stands here, one arrangement an exchange; an exchange without one fails the test.
#include <fmt/format.h>

#include <functional>
#include <set>

#include "stage.hpp"
#include "support/catch.hpp"
#include "support/http_file.hpp"

namespace wamigrate::sim {
namespace {

using testing::header_of;
using testing::HttpFile;

/// What is different from the usual stage before a documented exchange.
struct Arrangement {
  std::function<void(Stage&)> arrange{};
  std::string dialect{};
  std::optional<FaultRule> fault{};
  bool without_token = false;
  std::string pin{};  ///< Instead of the one in the body.
};

/// The number of the corpus on a stage: as its files have it before anything special.
void arrange_usual(Stage& stage) {
  auto state = stage.world->hold();
  WorldNumber& number = *state->number(phone);
  number.verified_name = "Lucky Shrub";
  number.limit = "TIER_10K";
  number.official = true;
  number.certificate = "Q0VSVElGSUNBVEU=";
  number.code = "123456";
  number.profile = {.about = "Succulents and more",
                    .address = "1 Hacker Way",
                    .description = "Plants by post",
                    .email = "hello@example.com",
                    .vertical = "Retail",
                    .websites = {"https://www.example.com"},
                    .picture_url = "https://pps.whatsapp.net/v/t61/1"};
  state->wabas[waba_id].name = "Lucky Shrub";
  state->apps["900100200300"].callback_url = "https://hooks.example.com/app";
  Deployment& deployment = *state->deployment("de-1");
  deployment.users["admin"].password = "password";
  deployment.tokens["TOKEN"] = {"admin", stage.clock.now() + std::chrono::hours(1)};
  state->backups["V0FCSGV4YW1wbGU="] = {phone, "backup-password", 1, deployment.application};
}

void on_cloud(Stage& stage) { (void)plant(*stage.world, R"({"*": {"home": "cloud"}})"); }
void nowhere(Stage& stage) { (void)plant(*stage.world, R"({"*": {"home": "nowhere"}})"); }
void on_app(Stage& stage) { (void)plant(*stage.world, R"({"*": {"home": "app"}})"); }
void another_pin(Stage& stage) { stage.number().pin = "654321"; }

void cloud_profile(Stage& stage) {
  stage.number().profile.vertical = "RETAIL";
  stage.number().profile.websites = {"https://www.example.com", "https://shop.example.com"};
}

FaultRule refusal(int code, int http = 0, int subcode = 0, const std::string& details = "planted") {
  return {.times = 0, .action = Action::refuse, .code = code, .subcode = subcode, .http = http, .details = details};
}

void many_numbers(Stage& stage) {
  // 101 numbers: the corpus' own is the first page's first.
  stage.number().last_onboarded = stage.clock.now();
  for (int i = 1; i <= 100; ++i) {
    WorldNumber other;
    other.phone = fmt::format("+4915110000{:03}", i);
    other.phone_number_id = std::to_string(106540352240000 + i);
    other.waba_id = waba_id;
    stage.world->add(std::move(other), ServedBy::onprem);
  }
}

void last_page(Stage& stage) {
  WorldNumber other;
  other.phone = "+4915110000001";
  other.phone_number_id = "106540352240001";
  other.waba_id = waba_id;
  other.verified_name = "Lucky Shrub";
  other.quality = "UNKNOWN";
  stage.number().last_onboarded = stage.clock.now();
  stage.world->add(std::move(other), ServedBy::nobody);
  stage.world->hold()
      ->number("+4915110000001")
      ->timeline.set({Time{}, ServedBy::nobody, Platform::not_applicable, "PENDING", Gateway::unregistered});
}

void webhook_of_the_app(Stage& stage) {
  stage.world->hold()->apps["900100200300"].callback_url = "https://hooks.example.com/app";
}

void blocked_health(Stage& stage) {
  on_cloud(stage);
  auto state = stage.world->hold();
  state->wabas[waba_id].health = PlantedHealth{"BLOCKED", 141006, "There is an error with the payment method."};
  state->wabas[waba_id].business_health = PlantedHealth{"LIMITED", 0, "The display name has not been approved yet."};
}

void templates(Stage& stage) {
  stage.world->hold()->wabas[waba_id].templates = {{{"id", "1689556908129832"},
                                                    {"name", "order_update"},
                                                    {"language", "en_US"},
                                                    {"status", "APPROVED"},
                                                    {"category", "UTILITY"}},
                                                   {{"id", "1689556908129833"},
                                                    {"name", "spring_sale"},
                                                    {"language", "de"},
                                                    {"status", "PAUSED"},
                                                    {"category", "MARKETING"}}};
}

void token_of(Stage& stage, std::set<std::string> scopes, std::vector<std::string> wabas) {
  GraphToken token;
  token.app_id = "900100200300";
  token.scopes = std::move(scopes);
  token.wabas = std::move(wabas);
  token.issued = Time{std::chrono::seconds(1748811473)};
  stage.world->add_token("EXAMINED", token);
}

void multiconnect_health(Stage& stage) {
  Deployment& deployment = stage.deployment();
  deployment.mode = Mode::multiconnect;
  deployment.shards = 2;
  deployment.nodes = {{"host1:master1", "primary_master", {}, false, {}},
                      {"host2:coreapp1", "coreapp", {}, false, {}},
                      {"host3:coreapp2", "coreapp", {}, true, {}}};
}

void multiconnect_support(Stage& stage) {
  Deployment& deployment = stage.deployment();
  deployment.mode = Mode::multiconnect;
  deployment.shards = 2;
  deployment.nodes = {{"host1:coreapp1", "coreapp", {}, false, {}},
                      {"host2:coreapp2", "coreapp", {}, false, *parse_iso("2025-09-22")}};
}

void two_shards(Stage& stage) {
  stage.deployment().mode = Mode::multiconnect;
  stage.deployment().shards = 2;
}

void waiting_queue(Stage& stage) {
  two_shards(stage);
  (void)plant(*stage.world, R"({"*": {"queue": 500, "queue_per_second": 0}})");
}

void another_code(Stage& stage) {
  on_cloud(stage);
  stage.deployment().pending = PendingAccount{phone, 0};
  stage.number().code = "654321";
}
void no_calls_left(Stage& stage) { stage.world->hold()->waba_calls_per_hour = 0; }
void coreapp_off(Stage& stage) { stage.number().timeline.set_gateway({}, Gateway::disconnected); }

/// An open session; a handle where the bytes are there.
void an_upload(Stage& stage, const std::string& handle) {
  const std::string bytes = handle.empty() ? "" : "\xFF\xD8\xFF";
  stage.world->hold()->uploads["upload:MTphdHRhY2htZW50?sig=ARZqkGCA"] = {"900100200300", 20, handle, bytes};
}

const Json care{
    {"email", "support@luckyshrub.com"}, {"mobile_number", "+913854559033"}, {"landline_number", "+913857614343"}};

void told_of_itself(Stage& stage) {
  Json officer = care;
  officer["name"] = "Chandravati P.";
  officer["email"] = "chandravati@luckyshrub.com";
  stage.number().compliance = {{"entity_name", "Lucky Shrub Private Limited"},
                               {"entity_type", "PARTNERSHIP"},
                               {"is_registered", true},
                               {"grievance_officer_details", officer},
                               {"customer_care_details", care}};
}

const std::map<std::string, Arrangement>& graph_arrangements() {
  static const std::map<std::string, Arrangement> all{
      {"graph_debug_token", {[](Stage& stage) {
         token_of(stage, {"whatsapp_business_management", "whatsapp_business_messaging"}, {waba_id});
       }}},
      {"graph_debug_token_expired", {[](Stage& stage) {
         token_of(stage, {"whatsapp_business_management"}, {});
         stage.world->hold()->tokens["EXAMINED"].expires = Time{std::chrono::seconds(1748811473)};
       }}},
      {"graph_deregister_133016",
       {[](Stage& stage) { (void)plant(*stage.world, R"({"*": {"deregisters_used": 10}})"); }}},
      {"graph_deregister_not_registered", {nowhere}},
      {"graph_deregister_ok", {on_cloud}},
      {"graph_deregister_smb", {on_app}},
      {"graph_health_available", {on_cloud}},
      {"graph_health_blocked", {blocked_health}},
      {"graph_phone_node_cloud", {on_cloud}},
      {"graph_phone_node_no_access", {[](Stage& stage) { stage.world->hold()->phone_by_id.clear(); }}},
      {"graph_phone_node_onprem", {}},
      {"graph_profile", {cloud_profile}},
      {"graph_profile_nested", {cloud_profile, "profile_nested=true"}},
      {"graph_profile_without_token", {{}, "", {}, true}},
      {"graph_register_100_already", {on_cloud, "repeated_register_refused=true"}},
      {"graph_register_100_pin_format", {{}, "", {}, false, "12345"}},
      {"graph_register_100_smb", {on_app}},
      {"graph_register_131000", {{}, "", refusal(131000)}},
      {"graph_register_131031", {{}, "", refusal(131031)}},
      {"graph_register_131057", {{}, "", refusal(131057)}},
      {"graph_register_133000", {[](Stage& stage) { stage.number().half_deregistered = true; }}},
      {"graph_register_133002",
       {[](Stage& stage) { stage.world->hold()->backups["V0FCSGV4YW1wbGU="].password = "another"; }}},
      {"graph_register_133004", {{}, "", refusal(133004)}},
      {"graph_register_133005", {another_pin}},
      {"graph_register_133006", {{}, "", refusal(133006)}},
      {"graph_register_133008",
       {[](Stage& stage) { stage.number().pins_locked_until = stage.clock.now() + std::chrono::minutes(15); }}},
      {"graph_register_133009", {[](Stage& stage) {
         stage.number().wrong_pins = {stage.clock.now(), stage.clock.now()};
       }}},
      {"graph_register_133010", {{}, "", refusal(133010)}},
      {"graph_register_133015",
       {[](Stage& stage) { stage.number().settles_until = stage.clock.now() + std::chrono::minutes(5); }}},
      {"graph_register_133016", {[](Stage& stage) { (void)plant(*stage.world, R"({"*": {"registers_used": 10}})"); }}},
      {"graph_register_190", {[](Stage& stage) { stage.world->expire_token("TOKEN"); }}},
      {"graph_register_2", {{}, "", FaultRule{.action = Action::down}}},
      {"graph_register_200", {[](Stage& stage) { stage.world->hold()->tokens["TOKEN"].wabas = {"1"}; }}},
      {"graph_register_4",
       {{}, "", FaultRule{.action = Action::throttled, .delay = std::chrono::minutes(10), .code = 4}}},
      {"graph_register_4_as_429",
       {{}, "throttle_as_429=true", FaultRule{.action = Action::throttled, .code = 4, .subcode = 2446079}}},
      {"graph_register_803",
       {[](Stage& stage) { stage.world->hold()->phone_by_id.clear(); }, "unknown_object_is_404=true"}},
      {"graph_register_ok", {}},
      {"graph_register_success_as_text", {{}, "success_as_string=true"}},
      {"graph_register_without_backup_ok", {nowhere}},
      {"graph_request_code_2388091", {{}, "", refusal(100, 0, 2388091)}},
      {"graph_request_code_ok", {nowhere}},
      {"graph_send_text_ok", {on_cloud}},
      {"graph_send_image_ok", {on_cloud}},
      {"graph_send_template_ok", {on_cloud}},
      {"graph_send_template_132001", {[](Stage& stage) {
         on_cloud(stage);
         stage.world->hold()->wabas[waba_id].templates.clear();
       }}},
      {"graph_send_template_132000", {[](Stage& stage) {
         on_cloud(stage);
         for (Json& each : stage.world->hold()->wabas[waba_id].templates) each.erase("components");
       }}},
      {"graph_send_text_130429", {[](Stage& stage) {
         on_cloud(stage);
         stage.number().messaging.admitted.assign(80, stage.clock.now());
       }}},
      {"graph_send_text_131056", {[](Stage& stage) {
         on_cloud(stage);
         stage.number().messaging.pairs["4915119999999"] = stage.clock.now() + std::chrono::seconds(270);
       }}},
      {"graph_send_text_131021", {[](Stage& stage) {
         on_cloud(stage);
         stage.number().phone = "+4915119999999";
       }}},
      {"graph_send_text_190", {[](Stage& stage) { stage.world->expire_token("TOKEN"); }}},
      {"graph_send_text_200",
       {[](Stage& stage) { stage.world->hold()->tokens["TOKEN"].scopes = {"whatsapp_business_management"}; }}},
      {"graph_compliance", {[](Stage& stage) {
         told_of_itself(stage);
         stage.number().compliance["entity_type_custom"] = nullptr;
       }}},
      {"graph_open_upload_ok", {}},
      {"graph_upload_ok", {[](Stage& stage) { an_upload(stage, ""); }}},
      {"graph_upload_100", {}},
      {"graph_set_picture_ok", {[](Stage& stage) {
         on_cloud(stage);
         an_upload(stage, "4:cGljdHVyZQ==");
       }}},
      {"graph_set_picture_100_as_422", {on_cloud}},
      {"graph_set_compliance_ok", {on_cloud}},
      {"graph_set_compliance_133010", {}},
      {"graph_set_pin_ok", {on_cloud}},
      {"graph_set_storage_region_ok", {}},
      {"graph_set_profile_ok", {on_cloud}},
      {"graph_settings", {[](Stage& stage) {
         stage.number().storage = {{"status", "IN_COUNTRY_STORAGE_ENABLED"}, {"data_localization_region", "DE"}};
       }}},
      {"graph_subscribe_app_ok",
       {[](Stage& stage) { (void)plant(*stage.world, R"({"world": {"subscribed": false}})"); }}},
      {"graph_subscribed_apps_200", {[](Stage& stage) { stage.world->hold()->tokens["TOKEN"].wabas = {"1"}; }}},
      {"graph_subscribed_apps_none",
       {[](Stage& stage) { (void)plant(*stage.world, R"({"world": {"subscribed": false}})"); }}},
      {"graph_subscribed_apps_override", {[](Stage& stage) {
         stage.world->hold()->apps["900100200300"].name = "Jaspers";
         stage.world->hold()->wabas[waba_id].subscriptions = {{"900100200300", "https://hooks.example.com/waba"}};
       }}},
      {"graph_templates", {templates}},
      {"graph_verify_code_136025", {[](Stage& stage) {
         stage.number().code_requested = true;
         stage.number().code = "654321";
       }}},
      {"graph_verify_code_ok", {[](Stage& stage) { stage.number().code_requested = true; }}},
      {"graph_deregister_not_linked", {}},
      {"graph_phone_node_104", {{}, "", {}, true}},
      {"graph_phone_node_190_460", {[](Stage& stage) { stage.world->hold()->tokens["TOKEN"].valid = false; }}},
      {"graph_phone_node_190_463", {[](Stage& stage) { stage.world->expire_token("TOKEN"); }}},
      {"graph_phone_node_190_467", {[](Stage& stage) { stage.world->hold()->tokens.clear(); }}},
      {"graph_phone_node_200", {[](Stage& stage) { stage.world->hold()->tokens["TOKEN"].wabas = {"1"}; }}},
      {"graph_phone_node_200_scope", {[](Stage& stage) { stage.world->hold()->tokens["TOKEN"].scopes.clear(); }}},
      {"graph_phone_node_803",
       {[](Stage& stage) { stage.world->hold()->phone_by_id.clear(); }, "unknown_object_is_404=true"}},
      {"graph_phone_node_80007", {no_calls_left}},
      {"graph_phone_node_80007_as_429", {no_calls_left, "throttle_as_429=true"}},
      {"graph_phone_node_80008", {no_calls_left, "waba_limit_is_80008=true"}},
      {"graph_register_133001", {[](Stage& stage) { stage.world->hold()->backups.clear(); }}},
      {"graph_register_133003", {[](Stage& stage) { stage.world->hold()->backups["V0FCSGV4YW1wbGU="].epoch = 0; }}},
      {"graph_register_200_scope",
       {[](Stage& stage) { stage.world->hold()->tokens["TOKEN"].scopes = {"whatsapp_business_management"}; }}},
      {"graph_request_code_2388091_as_code", {{}, "ownership_code_needs_move=true, long_codes_as_codes=true"}},
      {"graph_verify_code_100_as_422",
       {[](Stage& stage) {
          stage.number().code_requested = true;
          stage.number().code = "654321";
        },
        "wrong_code_as_100=true"}},
      {"graph_set_profile_133010", {}},
      {"graph_send_text_133010", {}},
      {"graph_unknown_path_100", {}},
      {"graph_unknown_edge_100", {}},
      {"graph_wrong_verb_100_33", {}},
      {"graph_delete_node_100_33", {}},
      {"graph_waba_numbers_100", {}},
      {"graph_unsubscribe_ok", {}},
      {"graph_set_settings_ok", {nowhere}},
      {"graph_set_settings_100", {on_cloud}},
      {"graph_waba", {}},
      {"graph_waba_numbers_first_page", {many_numbers}},
      {"graph_waba_numbers_in_full", {webhook_of_the_app}},
      {"graph_waba_numbers_in_full_200", {[](Stage& stage) { stage.world->hold()->tokens["TOKEN"].wabas = {"1"}; }}},
      {"graph_waba_numbers_in_full_refused", {{}, "number_lists=refused"}},
      {"graph_waba_numbers_in_full_sparse", {webhook_of_the_app, "number_lists=sparse"}},
      {"graph_waba_numbers_last_page", {last_page}},
      {"graph_webhook_configuration", {[](Stage& stage) {
         stage.world->hold()->wabas[waba_id].subscriptions = {{"900100200300", "https://hooks.example.com/waba"}};
       }}},
  };
  return all;
}

const std::map<std::string, Arrangement>& onprem_arrangements() {
  static const std::map<std::string, Arrangement> all{
      {"onprem_about", {}},
      {"onprem_picture",
       {[](Stage& stage) { stage.number().profile.picture_url = "https://pps.whatsapp.net/picture"; }}},
      {"onprem_data_of_picture",
       {[](Stage& stage) { stage.number().profile.picture = "\xFF\xD8\xFF bytes"; }, "picture_as_base64=true"}},
      {"onprem_compliance", {told_of_itself}},
      {"onprem_compliance_1011", {nowhere}},
      {"onprem_compliance_1014", {coreapp_off}},
      {"onprem_set_compliance_ok", {}},
      {"onprem_set_compliance_1009", {{}, "entity_types_as_codes=true"}},
      {"onprem_set_picture_1009", {}},
      {"onprem_account_1005", {another_pin}},
      {"onprem_account_1005_blocked", {[](Stage& stage) { stage.number().registration_blocked = true; }}},
      {"onprem_account_1005_expired", {[](Stage& stage) { stage.deployment().expires = stage.clock.now(); }}},
      {"onprem_account_1015", {{}, "", FaultRule{.action = Action::throttled, .delay = std::chrono::seconds(30)}}},
      {"onprem_account_201", {on_cloud}},
      {"onprem_account_202",
       {[](Stage& stage) {
          on_cloud(stage);
          stage.number().needs_code = true;
        },
        "settings_write_answer=meta"}},
      {"onprem_account_without_pin_201", {[](Stage& stage) {
         on_cloud(stage);
         stage.number().pin.reset();
       }}},
      {"onprem_account_1005_as_401", {another_pin, "denied_as=unauthorized"}},
      {"onprem_account_1005_as_403", {another_pin, "denied_as=forbidden"}},
      {"onprem_account_1009", {another_pin, "account_wrong_pin=invalid"}},
      {"onprem_account_1010",
       {[](Stage& stage) {
          on_cloud(stage);
          stage.number().pin.reset();
        },
        "needless_pin_refused=true"}},
      {"onprem_set_shards_1005", {another_pin}},
      {"onprem_verify_account_1005", {another_code, "account_wrong_code=denied"}},
      {"onprem_verify_account_1009", {another_code}},
      {"onprem_verify_account_1025", {on_cloud}},
      {"onprem_verify_account_400", {another_code, "account_wrong_code=code_400"}},
      {"onprem_backup_1011", {nowhere}},
      {"onprem_backup_403", {[](Stage& stage) { stage.deployment().users["admin"].admin = false; }}},
      {"onprem_about_1011", {nowhere}},
      {"onprem_about_1014", {coreapp_off}},
      {"onprem_business_profile_1011", {nowhere}},
      {"onprem_business_profile_1014", {coreapp_off}},
      {"onprem_restore_1009", {[](Stage& stage) { stage.world->hold()->backups.clear(); }}},
      {"onprem_health_1005_as_401", {[](Stage& stage) { stage.deployment().tokens.clear(); }}},
      {"onprem_wrong_verb_1025", {}},
      {"onprem_unknown_path_1006", {}},
      {"onprem_health_with_query_1010", {}},
      {"onprem_reset_application_ok", {{}, "settings_write_answer=empty"}},
      {"onprem_contacts_ok", {}},
      {"onprem_send_text_ok", {}},
      {"onprem_send_image_ok", {}},
      {"onprem_send_image_1010", {}},
      {"onprem_send_template_ok", {}},
      {"onprem_send_template_2001", {[](Stage& stage) { stage.world->hold()->wabas[waba_id].templates.clear(); }}},
      {"onprem_send_template_2000", {[](Stage& stage) {
         for (Json& each : stage.world->hold()->wabas[waba_id].templates) each.erase("components");
       }}},
      {"onprem_send_text_1015",
       {[](Stage& stage) { stage.number().messaging.admitted.assign(70, stage.clock.now()); }}},
      {"onprem_send_text_1021", {[](Stage& stage) { stage.number().phone = "+16315551019"; }}},
      {"onprem_send_text_1011", {nowhere}},
      {"onprem_send_text_1014", {coreapp_off}},
      {"onprem_app_stats", {waiting_queue}},
      {"onprem_application_settings", {[](Stage& stage) {
         Json& application = stage.deployment().application;
         application["webhooks"]["url"] = "https://hooks.example.com/onprem";
         application["webhooks"]["max_concurrent_requests"] = 12;
         application["media"]["auto_download"] = {"image", "document"};
       }}},
      {"onprem_backup_1014", {[](Stage& stage) { stage.number().timeline.set_gateway({}, Gateway::disconnected); }}},
      {"onprem_backup_ok", {}},
      {"onprem_business_profile", {}},
      {"onprem_clear_pin_ok", {}},
      {"onprem_health_ha", {[](Stage& stage) {
         stage.world->hold()->deployment("de-1")->mode = Mode::high_availability;
         stage.deployment().nodes = {{"host1:master1", "primary_master", {}, false, {}},
                                     {"host2:master2", "secondary_master", {}, false, {}},
                                     {"host3:coreapp1", "coreapp", {}, false, {}},
                                     {"host4:coreapp2", "coreapp", {}, false, {}}};
       }}},
      {"onprem_health_multiconnect", {multiconnect_health, "version_with_v=true"}},
      {"onprem_health_not_ready",
       {{}, "", FaultRule{.action = Action::down, .details = "Wacore is not instantiated."}}},
      {"onprem_health_single", {}},
      {"onprem_health_token_refused", {[](Stage& stage) { stage.deployment().tokens.clear(); }}},
      {"onprem_health_unregistered", {nowhere}},
      {"onprem_login_1024", {[](Stage& stage) { stage.deployment().password_change_required = true; }}},
      {"onprem_login_401", {[](Stage& stage) { stage.deployment().users["admin"].password = "another"; }}},
      {"onprem_login_ok", {}},
      {"onprem_logout_ok", {{}, "settings_write_answer=empty"}},
      {"onprem_restore_ok", {nowhere, "settings_write_answer=null"}},
      {"onprem_set_about_ok", {{}, "settings_write_answer=meta"}},
      {"onprem_set_application_settings_ok", {{}, "settings_write_answer=null"}},
      {"onprem_set_business_profile_ok", {{}, "settings_write_answer=empty"}},
      {"onprem_set_pin_ok", {{}, "settings_write_answer=null"}},
      {"onprem_set_shards_403", {{}, "", refusal(1005, 403, 0, "busy")}},
      {"onprem_set_shards_ok", {}},
      {"onprem_shards", {two_shards}},
      {"onprem_support_multiconnect", {multiconnect_support}},
      {"onprem_support_single", {}},
      {"onprem_verify_account_201", {[](Stage& stage) {
         on_cloud(stage);
         stage.deployment().pending = PendingAccount{phone, 0};
       }}},
  };
  return all;
}

/// Exchanges the simulator does not produce, each with its reason.
const std::map<std::string, std::string>& not_produced() {
  static const std::map<std::string, std::string> reasons{
      {"onprem_set_picture_ok", "the file holds no picture, so that it can be read; the run's tests restore one"},
      {"graph_send_template_held", "its templates are approved; the client's reading is its own test"},
      {"onprem_send_text_200", "this client is not that old; the client's tolerance is its own test"},
      {"graph_phone_node_sparse",
       "a number of the simulator always has something to say; the client's tolerance is its own test"},
  };
  return reasons;
}

/// Members whose value is the sender's own, or made up: only their type is compared.
bool is_free(const std::string& key) {
  static const std::set<std::string> free_keys{"message",
                                               "details",
                                               "title",
                                               "fbtrace_id",
                                               "href",
                                               "token",
                                               "expires_after",
                                               "data_access_expires_at",
                                               "type",
                                               "user_id",
                                               "application",
                                               "error_description",
                                               "possible_solution",
                                               "before",
                                               "after",
                                               "next",
                                               "previous",
                                               "link",
                                               "version",
                                               "message_template_namespace",
                                               "data",
                                               "help",
                                               "description",
                                               "role",
                                               "input_token",
                                               "value"};
  return free_keys.contains(key);
}

/// Graph's examples carry these and its rules say they may be missing.
bool may_be_missing(const std::string& key) {
  return key == "error_user_title" || key == "error_user_msg" || key == "issued_at" || key == "is_transient" ||
         key == "error_data";
}

std::string digits_of(const Json& value) {
  std::string digits;
  for (const char c : value.get<std::string>()) digits += c >= '0' && c <= '9' ? std::string(1, c) : "";
  return digits;
}

/// The first difference between what is documented and what came, or nothing. What came may hold more members.
std::string difference(const Json& documented, const Json& came, const std::string& where, const std::string& key) {
  // The support page names expire_timestamp without its type, and a build's date is its own.
  if (key == "expire_timestamp" && (came.is_number() || came.is_string())) return {};
  if (documented.type() != came.type() && !(documented.is_number() && came.is_number())) {
    return where + " is of another type: " + to_compact(came);
  }
  if (documented.is_object()) {
    for (const auto& [name, value] : documented.items()) {
      if (!came.contains(name)) {
        if (may_be_missing(name)) continue;
        return where + " has no " + name;
      }
      const std::string found = difference(value, came[name], where + "/" + name, name);
      if (!found.empty()) return found;
    }
    return {};
  }
  if (documented.is_array()) {
    // A page of a list: the corpus shows as many as it needs.
    if (came.size() < documented.size()) return where + " is shorter";
    for (std::size_t i = 0; i < documented.size(); ++i) {
      const std::string found = difference(documented[i], came[i], where + "/" + std::to_string(i), key);
      if (!found.empty()) return found;
    }
    return {};
  }
  if (key == "display_phone_number" && digits_of(documented) == digits_of(came)) return {};
  const bool business = key == "id" && where.find("health_status") != std::string::npos;
  const bool message = key == "id" && where.find("/messages") != std::string::npos;
  const bool handle = key == "h";
  const bool session = documented.is_string() && documented.get<std::string>().starts_with("upload:");
  if (is_free(key) || business || session || handle || message || documented == came) return {};
  return where + " is " + to_compact(came) + ", documented is " + to_compact(documented);
}

/// What the file's request must be changed in to be asked of this stage: cursors and tokens are the server's own.
std::string target_here(const HttpFile& file, Stage& stage) {
  std::string target = file.target;
  const auto replace = [&](const std::string& from, const std::string& to) {
    const auto at = target.find(from);
    if (at != std::string::npos) target.replace(at, from.size(), to);
  };
  replace("input_token=TOKEN", "input_token=EXAMINED");
  if (target.find("after=") != std::string::npos) {
    const Heard first = stage.graph("GET", waba_id + "/phone_numbers?limit=1");
    replace("QUZURVI%3D", text_at(first.body["paging"]["cursors"], "after"));
  }
  return target;
}

Heard ask(const HttpFile& file, const Arrangement& arrangement, Stage& stage) {
  const bool graph = file.name.starts_with("graph_");
  HttpRequest request;
  request.method = file.method;
  request.url = (graph ? "https://graph.facebook.com" : "https://10.0.0.5:9090") + target_here(file, stage);
  if (!arrangement.without_token) request.authorization = Secret(header_of(file.request_headers, "Authorization"));
  request.content_type = header_of(file.request_headers, "Content-Type");
  const std::string offset = header_of(file.request_headers, "file_offset");
  if (!offset.empty()) request.headers.push_back({"file_offset", offset});
  std::string body = file.request_body;
  if (!arrangement.pin.empty()) body.replace(body.find("123456"), 6, arrangement.pin);
  request.body = Secret(body);
  if (arrangement.fault) stage.faults.add(*arrangement.fault);
  return stage.send(request);
}

/// A fault that refuses with the code of the documented reply; nothing for one that is no refusal.
std::optional<FaultRule> planted_refusal(const HttpFile& file) {
  const auto reply = parse_json(file.reply_body);
  if (file.status < 400 || !reply) return std::nullopt;
  const Json& error = reply->contains("error") ? (*reply)["error"] : (*reply)["errors"][0];
  return refusal(static_cast<int>(number_at(error, "code").value_or(0)), file.status,
                 static_cast<int>(number_at(error, "error_subcode").value_or(0)));
}

void check_usage_header(const HttpFile& file, const Stage& stage) {
  for (const char* name : {"x-business-use-case-usage", "x-app-usage", "Retry-After"}) {
    const std::string documented = header_of(file.reply_headers, name);
    if (documented.empty()) continue;
    CAPTURE(name);
    HttpReply reply;
    reply.headers = stage.last_headers;
    const auto came = parse_json(reply.header(name));
    REQUIRE(came);
    if (std::string(name) != "x-business-use-case-usage") continue;
    const Json usage = parse_json(documented).value()[waba_id][0];
    CHECK((*came)[waba_id][0]["type"] == usage["type"]);
    CHECK((*came)[waba_id][0]["call_count"] == usage["call_count"]);
    CHECK((*came)[waba_id][0]["estimated_time_to_regain_access"] == usage["estimated_time_to_regain_access"]);
  }
}

TEST_CASE("the simulator gives the documented answer to the documented request") {
  for (const HttpFile& file : testing::read_http_files(std::string(SOURCE_DIR) + "/tests/contract")) {
    CAPTURE(file.name, file.head.at("situation"));
    if (not_produced().contains(file.name)) continue;
    const auto& arrangements = file.name.starts_with("graph_") ? graph_arrangements() : onprem_arrangements();
    const auto found = arrangements.find(file.name);
    // What the simulator has no reason of its own to refuse, it refuses when it is told to.
    const auto planted = found == arrangements.end() ? planted_refusal(file) : std::nullopt;
    const bool arranged = found != arrangements.end() || planted;
    CHECK(arranged);
    if (!arranged) continue;
    const Arrangement arrangement = planted ? Arrangement{{}, "", *planted} : found->second;

    Stage stage(reading(arrangement.dialect));
    arrange_usual(stage);
    if (arrangement.arrange) arrangement.arrange(stage);
    const Heard heard = ask(file, arrangement, stage);
    CHECK(heard.status == file.status);
    CHECK(file.head.at("result").starts_with("ok") == (heard.status < 300));
    if (file.reply_body.empty()) continue;
    if (const auto documented = parse_json(file.reply_body)) CHECK(difference(*documented, heard.body, "", "") == "");
    check_usage_header(file, stage);
  }
}

TEST_CASE("every arrangement belongs to a documented exchange") {
  std::set<std::string> names;
  for (const HttpFile& file : testing::read_http_files(std::string(SOURCE_DIR) + "/tests/contract"))
    names.insert(file.name);
  for (const auto* all : {&graph_arrangements(), &onprem_arrangements()}) {
    for (const auto& [name, arrangement] : *all) {
      CAPTURE(name);
      CHECK(names.contains(name));
    }
  }
  for (const auto& [name, reason] : not_produced()) {
    CAPTURE(name, reason);
    CHECK(names.contains(name));
  }
}

}  // namespace
}  // namespace wamigrate::sim
