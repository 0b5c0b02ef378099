// Every documented exchange, played by the clients: they must ask as documented and understand what is answered. A
// file that no client plays fails, and so does a call that no file documents.
#include <fmt/format.h>

#include <fstream>
#include <set>

#include "exchanges.hpp"
#include "support/catch.hpp"

namespace wamigrate::api::testing {

namespace {

using wamigrate::testing::header_of;
using wamigrate::testing::HttpFile;

const Secret pin("123456");
const Secret code("123456");
const Secret certificate("Q0VSVElGSUNBVEU=");
const Secret password("backup-password");
const Secret data("V0FCSGV4YW1wbGU=");
const Backup backup{password, data};
const GraphProfile graph_profile{"Succulents and more",
                                 "1 Hacker Way",
                                 "Plants by post",
                                 "hello@example.com",
                                 "RETAIL",
                                 "",
                                 {"https://www.example.com", "https://shop.example.com"}};
const BusinessProfile business_profile{
    "1 Hacker Way", "Plants by post", "hello@example.com", "Retail", {"https://www.example.com"}};

const Json officer{{"name", "Chandravati P."},
                   {"email", "chandravati@luckyshrub.com"},
                   {"mobile_number", "+913854559033"},
                   {"landline_number", "+913857614343"}};
const Json care{
    {"email", "support@luckyshrub.com"}, {"mobile_number", "+913854559033"}, {"landline_number", "+913857614343"}};
const Json compliance_info{{"entity_name", "Lucky Shrub Private Limited"},
                           {"entity_type", "Partnership"},
                           {"is_registered", true},
                           {"grievance_officer_details", officer},
                           {"customer_care_details", care}};

const TemplateMessage order_confirmation{"order_confirmation", "en_US", {"4711"}};

Json image(const std::string& caption) {
  Json content{{"link", "https://media.example.com/parcel.jpg"}};
  if (!caption.empty()) content["caption"] = caption;
  return {{"type", "image"}, {"image", std::move(content)}};
}

using Played = std::optional<Failure>;

template <class T>
Played failure_of(const Answer<T>& answer) {
  if (answer) return std::nullopt;
  return answer.error();
}

/// How the files whose names begin with `prefix` are played; the longest prefix counts.
struct GraphPlay {
  std::string_view prefix, builder;
  Played (*play)(GraphClient& client);
};
struct OnpremPlay {
  std::string_view prefix, builder;
  Played (*play)(OnpremClient& client);
};

const std::vector<GraphPlay> graph_plays{
    {"graph_phone_node", "phone_node", [](GraphClient& c) { return failure_of(c.phone_node(number_id)); }},
    {"graph_webhook_configuration", "webhook_configuration",
     [](GraphClient& c) { return failure_of(c.webhook_configuration(number_id)); }},
    {"graph_health", "health", [](GraphClient& c) { return failure_of(c.health(number_id)); }},
    {"graph_waba_numbers_first", "waba_numbers",
     [](GraphClient& c) { return failure_of(c.send(graph_calls::waba_numbers(waba_id, ""), "read")); }},
    {"graph_waba_numbers_last", "waba_numbers",
     [](GraphClient& c) { return failure_of(c.send(graph_calls::waba_numbers(waba_id, "QUZURVI="), "read")); }},
    {"graph_waba_numbers_in_full", "numbers_in_full",
     [](GraphClient& c) { return failure_of(c.numbers_in_full(waba_id)); }},
    {"graph_waba", "waba", [](GraphClient& c) { return failure_of(c.waba(waba_id)); }},
    {"graph_subscribed_apps", "subscribed_apps", [](GraphClient& c) { return failure_of(c.subscribed_apps(waba_id)); }},
    {"graph_profile", "profile", [](GraphClient& c) { return failure_of(c.profile(number_id)); }},
    {"graph_compliance", "compliance", [](GraphClient& c) { return failure_of(c.compliance(number_id)); }},
    {"graph_settings", "settings",
     [](GraphClient& c) { return failure_of(c.send(graph_calls::settings(number_id), "read")); }},
    {"graph_templates", "templates", [](GraphClient& c) { return failure_of(c.templates(waba_id)); }},
    {"graph_debug_token", "debug_token", [](GraphClient& c) { return failure_of(c.debug_token()); }},
    {"graph_register", "register_number",
     [](GraphClient& c) {
       return failure_of(c.send(graph_calls::register_number(number_id, pin, &backup), "register"));
     }},
    {"graph_register_without_backup", "register_number",
     [](GraphClient& c) {
       return failure_of(c.send(graph_calls::register_number(number_id, pin, nullptr), "register"));
     }},
    {"graph_deregister", "deregister",
     [](GraphClient& c) { return failure_of(c.send(graph_calls::deregister(number_id), "deregister")); }},
    {"graph_request_code", "request_code",
     [](GraphClient& c) {
       return failure_of(c.send(graph_calls::request_code(number_id, "sms", "en_US"), "request_code"));
     }},
    {"graph_verify_code", "verify_code",
     [](GraphClient& c) { return failure_of(c.send(graph_calls::verify_code(number_id, code), "verify_code")); }},
    {"graph_set_storage_region", "set_storage_region",
     [](GraphClient& c) { return failure_of(c.send(graph_calls::set_storage_region(number_id, "DE"), "settings")); }},
    {"graph_set_pin", "set_pin",
     [](GraphClient& c) { return failure_of(c.send(graph_calls::set_pin(number_id, pin), "set_pin")); }},
    {"graph_subscribe_app", "subscribe_app",
     [](GraphClient& c) { return failure_of(c.send(graph_calls::subscribe_app(waba_id), "subscribe")); }},
    {"graph_set_profile", "set_profile",
     [](GraphClient& c) { return failure_of(c.send(graph_calls::set_profile(number_id, graph_profile), "profile")); }},
    {"graph_set_picture", "set_picture",
     [](GraphClient& c) {
       return failure_of(c.send(graph_calls::set_picture(number_id, Secret("4:cGljdHVyZQ==")), "profile"));
     }},
    {"graph_set_compliance", "set_compliance",
     [](GraphClient& c) {
       Json info = compliance_info;
       info["entity_type"] = "PARTNERSHIP";
       return failure_of(c.send(graph_calls::set_compliance(number_id, info), "compliance"));
     }},
    {"graph_open_upload", "open_upload",
     [](GraphClient& c) {
       return failure_of(c.send(graph_calls::open_upload("900100200300", 20, "image/jpeg"), "upload"));
     }},
    {"graph_upload", "upload",
     [](GraphClient& c) {
       return failure_of(
           c.send(graph_calls::upload(Secret("upload:MTphdHRhY2htZW50?sig=ARZqkGCA"), Secret("bytes of the picture")),
                  "upload"));
     }},
    {"graph_send_text", "send_text",
     [](GraphClient& c) {
       return failure_of(
           c.send_message(graph_calls::send_text(number_id, "4915119999999", "Moved.", "wamigrate-test")));
     }},
    {"graph_send_image", "send_content",
     [](GraphClient& c) {
       return failure_of(
           c.send_message(graph_calls::send_content(number_id, "4915119999999", image(""), "wamigrate-test")));
     }},
    {"graph_send_template", "send_template",
     [](GraphClient& c) {
       return failure_of(c.send_message(
           graph_calls::send_template(number_id, "4915119999999", order_confirmation, "wamigrate-test")));
     }},
};

const std::vector<OnpremPlay> onprem_plays{
    {"onprem_login", "health", [](OnpremClient& c) { return failure_of(c.health()); }},
    {"onprem_logout", "logout", [](OnpremClient& c) { return failure_of(c.send(onprem_calls::logout(), "logout")); }},
    {"onprem_health", "health", [](OnpremClient& c) { return failure_of(c.health()); }},
    {"onprem_support", "support", [](OnpremClient& c) { return failure_of(c.support()); }},
    {"onprem_application_settings", "application_settings",
     [](OnpremClient& c) { return failure_of(c.application_settings()); }},
    {"onprem_set_application_settings", "set_application_settings",
     [](OnpremClient& c) {
       const Json settings{{"callback_persist", true}, {"webhooks", {{"url", "https://hooks.example.com/onprem"}}}};
       return failure_of(c.send(onprem_calls::set_application_settings(settings), "settings"));
     }},
    {"onprem_business_profile", "business_profile", [](OnpremClient& c) { return failure_of(c.business_profile()); }},
    {"onprem_set_business_profile", "set_business_profile",
     [](OnpremClient& c) {
       return failure_of(c.send(onprem_calls::set_business_profile(business_profile), "settings"));
     }},
    {"onprem_about", "about", [](OnpremClient& c) { return failure_of(c.about()); }},
    {"onprem_picture", "picture", [](OnpremClient& c) { return failure_of(c.picture()); }},
    {"onprem_data_of_picture", "picture_data", [](OnpremClient& c) { return failure_of(c.picture_data()); }},
    {"onprem_set_picture", "set_picture",
     [](OnpremClient& c) {
       return failure_of(c.send(onprem_calls::set_picture(Secret("bytes of the picture"), "image/jpeg"), "settings"));
     }},
    {"onprem_compliance", "compliance", [](OnpremClient& c) { return failure_of(c.compliance()); }},
    {"onprem_set_compliance", "set_compliance",
     [](OnpremClient& c) { return failure_of(c.send(onprem_calls::set_compliance(compliance_info), "settings")); }},
    {"onprem_set_about", "set_about",
     [](OnpremClient& c) { return failure_of(c.send(onprem_calls::set_about("Succulents and more"), "settings")); }},
    {"onprem_shards", "shards", [](OnpremClient& c) { return failure_of(c.shards()); }},
    {"onprem_set_shards", "set_shards",
     [](OnpremClient& c) {
       return failure_of(c.send(onprem_calls::set_shards("49", "15110000000", 2, certificate, pin), "shards"));
     }},
    {"onprem_app_stats", "app_stats", [](OnpremClient& c) { return failure_of(c.callback_queue()); }},
    {"onprem_backup", "backup", [](OnpremClient& c) { return failure_of(c.take_backup(password)); }},
    {"onprem_restore", "restore",
     [](OnpremClient& c) { return failure_of(c.send(onprem_calls::restore(password, data), "restore")); }},
    {"onprem_account", "account",
     [](OnpremClient& c) {
       return failure_of(c.send(onprem_calls::account("49", "15110000000", "SMS", certificate, pin), "account"));
     }},
    {"onprem_account_without_pin", "account",
     [](OnpremClient& c) {
       return failure_of(c.send(onprem_calls::account("49", "15110000000", "sms", certificate, {}), "account"));
     }},
    {"onprem_verify_account", "verify_account",
     [](OnpremClient& c) { return failure_of(c.send(onprem_calls::verify_account(code), "verify_account")); }},
    {"onprem_set_pin", "set_pin",
     [](OnpremClient& c) { return failure_of(c.send(onprem_calls::set_pin(pin), "two_step")); }},
    {"onprem_clear_pin", "clear_pin",
     [](OnpremClient& c) { return failure_of(c.send(onprem_calls::clear_pin(), "two_step")); }},
    {"onprem_send_text", "send_text",
     [](OnpremClient& c) { return failure_of(c.send_message(onprem_calls::send_text("16315551019", "Moved."))); }},
    {"onprem_send_image", "send_content",
     [](OnpremClient& c) {
       return failure_of(c.send_message(onprem_calls::send_content("16315551019", image("Your parcel"))));
     }},
    {"onprem_send_template", "send_template",
     [](OnpremClient& c) {
       return failure_of(c.send_message(onprem_calls::send_template("16315551019", order_confirmation)));
     }},
};

/// Some requests are made by tests alone, to see the simulator refuse them.
bool is_asked_by_clients(const HttpFile& file) { return !file.head.contains("asked"); }

template <class Play>
const Play* play_for(const std::vector<Play>& plays, const HttpFile& file) {
  const Play* found = nullptr;
  for (const Play& play : plays) {
    if (file.name.starts_with(play.prefix) && (found == nullptr || play.prefix.size() > found->prefix.size())) {
      found = &play;
    }
  }
  return found;
}

std::string result_text(const Played& failure) {
  if (!failure) return "ok";
  const char* how = failure->how == Failure::How::refused     ? "refused"
                    : failure->how == Failure::How::ambiguous ? "ambiguous"
                                                              : "not sent";
  return fmt::format("{} {} {}", how, name(failure->entry->error_class), failure->code.empty() ? "-" : failure->code);
}

/// Unordered: the documents fix no order of members. Null for no body.
nlohmann::json unordered(std::string_view text) {
  return text.empty() ? nlohmann::json() : nlohmann::json::parse(text);
}

void check_request(const HttpRequest& sent, const char* base, const HttpFile& file) {
  CHECK(sent.method == file.method);
  CHECK(whole_url(sent) == base + file.target);
  CHECK(sent.authorization.reveal() == header_of(file.request_headers, "Authorization"));
  CHECK(sent.content_type == header_of(file.request_headers, "Content-Type"));
  const bool json = sent.content_type.empty() || sent.content_type == "application/json";
  if (json) CHECK(unordered(sent.body.reveal()) == unordered(file.request_body));
  if (!json) CHECK(sent.body.reveal() == file.request_body);
  for (const Header& header : sent.headers) CHECK(header.value == header_of(file.request_headers, header.name));
  const bool reads = file.method == "GET" || file.target.starts_with("/v1/users/");
  CHECK(sent.changing == !reads);
}

/// The functions that a header declares as `Call name(`.
std::set<std::string> builders_in(const char* header) {
  constexpr std::string_view type = "Call ";
  std::ifstream file(header);
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);) {
    const std::size_t parenthesis = line.find('(');
    if (!line.starts_with(type) || parenthesis == std::string::npos) continue;
    names.insert(line.substr(type.size(), parenthesis - type.size()));
  }
  return names;
}

template <class Play>
std::set<std::string> builders_played(const std::vector<Play>& plays) {
  std::set<std::string> names;
  for (const Play& play : plays) names.insert(std::string(play.builder));
  return names;
}

}  // namespace

TEST_CASE("the Graph client asks as documented and understands what is answered") {
  for (const HttpFile& file : exchanges()) {
    if (!file.name.starts_with("graph_") || !is_asked_by_clients(file)) continue;
    INFO(file.name);
    const GraphPlay* play = play_for(graph_plays, file);
    REQUIRE(play != nullptr);
    Graph graph({file.name});
    const Played failure = play->play(graph.client);
    // A list goes on to the page that the first one names; its request is documented in a file of its own.
    REQUIRE(!graph.transport.requests.empty());
    check_request(graph.transport.requests.front(), graph_url, file);
    CHECK(result_text(failure) == file.head.at("result"));
  }
}

TEST_CASE("the on-premises client asks as documented and understands what is answered") {
  for (const HttpFile& file : exchanges()) {
    if (!file.name.starts_with("onprem_") || !is_asked_by_clients(file)) continue;
    INFO(file.name);
    const OnpremPlay* play = play_for(onprem_plays, file);
    REQUIRE(play != nullptr);
    const bool login = file.name.starts_with("onprem_login");
    Onprem onprem({file.name}, !login);
    if (login) {
      script(onprem.transport, exchange("onprem_health_single"));
    } else if (file.status == 401) {
      script(onprem.transport, exchange("onprem_login_ok"));
      script(onprem.transport, file);
    }
    const Played failure = play->play(onprem.client);
    REQUIRE(onprem.transport.requests.size() >= (login ? 1U : 2U));
    check_request(onprem.transport.requests[login ? 0 : 1], onprem_url, file);
    CHECK(onprem.transport.requests.front().ca_file == "ca.pem");
    CHECK(result_text(failure) == file.head.at("result"));
  }
}

TEST_CASE("every call that can be built is documented by an exchange, and every way of playing is used") {
  CHECK(builders_in(SOURCE_DIR "/lib/api/graph.hpp") == builders_played(graph_plays));
  CHECK(builders_in(SOURCE_DIR "/lib/api/onprem.hpp") == builders_played(onprem_plays));

  std::set<std::string_view> used;
  for (const HttpFile& file : exchanges()) {
    if (const auto* play = play_for(graph_plays, file)) used.insert(play->prefix);
    if (const auto* play = play_for(onprem_plays, file)) used.insert(play->prefix);
  }
  CHECK(used.size() == graph_plays.size() + onprem_plays.size());
}

TEST_CASE("every exchange says whether it is documented or assumed, and as of when") {
  for (const HttpFile& file : exchanges()) {
    INFO(file.name);
    const std::string& certainty = file.head.at("certainty");
    CHECK((certainty == "documented" || certainty == "assumed"));
    const std::string& date = file.head.at("date");
    CHECK((date == "undated" || (date.size() == 10 && parse_iso(date))));
  }
}

}  // namespace wamigrate::api::testing
