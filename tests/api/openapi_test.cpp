// What the Graph client sends against Meta's own description of the API. Where the description and Meta's documents
// disagree, the documents are followed, and the exception stands here with its source.
#include "support/openapi.hpp"

#include <Poco/URI.h>

#include <map>

#include "exchanges.hpp"
#include "support/catch.hpp"

namespace wamigrate::api::testing {

namespace {

using wamigrate::testing::DescribedRequest;
using wamigrate::testing::HttpFile;
using wamigrate::testing::OpenApi;

constexpr const char* slice = SOURCE_DIR "/tests/contract/openapi/graph-v23.0.yaml";

/// What the description lacks, and who has it.
const std::map<std::string, std::string>& exceptions() {
  static const std::string node = "GET /{Version}/{Phone-Number-ID}: field ";
  static const std::string list = "GET /{Version}/{WABA-ID}/phone_numbers: field ";
  static const std::string no = " is not described";
  static const std::string page = "Meta, Graph reference of the phone number node; pywa, 2026-08-12";
  static const std::string changelog = "Meta, changelog of August and September 2023";
  static const std::string templates = "GET /{Version}/{WABA-ID}/message_templates: parameter ";
  static const std::map<std::string, std::string> all{
      {node + "status" + no, page},
      {node + "platform_type" + no, changelog},
      {node + "messaging_limit_tier" + no, page},
      {node + "throughput" + no, changelog},
      {node + "account_mode" + no, page},
      {node + "is_on_biz_app" + no, page},
      {node + "is_official_business_account" + no, page},
      {node + "is_pin_enabled" + no, page},
      {node + "certificate" + no, "Meta, on-premises reference: account; Graph field certificate"},
      {node + "health_status" + no, "Meta, messaging health status, 2025-10-22"},
      {node + "webhook_configuration" + no, "Meta, webhook overrides"},
      {list + "platform_type" + no, changelog},
      {list + "certificate" + no, "Meta, on-premises reference: account; Graph field certificate"},
      {list + "health_status" + no, "Meta, messaging health status, 2025-10-22"},
      {list + "webhook_configuration" + no, "Meta, webhook overrides"},
      // The description has {enabled, region} for storage where the page has status and data_localization_region.
      {"POST /{Version}/{Phone-Number-ID}/settings" + no, "Meta, local-storage page, undated"},
      {list + "name_status" + no, page},
      {list + "throughput" + no, changelog},
      {list + "is_on_biz_app" + no, page},
      {list + "is_pin_enabled" + no, page},
      {"GET /{Version}/{WABA-ID}: field message_template_namespace" + no, "Meta's generated SDKs, 2026-06-24"},
      {templates + "fields" + no, "Meta, Graph API: reading, every edge takes fields and limit"},
      {templates + "limit" + no, "Meta, Graph API: reading, every edge takes fields and limit"},
      {"POST /{Version}/{Phone-Number-ID}/messages: body.biz_opaque_callback_data" + no,
       "Meta, messages reference and status webhooks, 2025-11-20"},
  };
  return all;
}

DescribedRequest described(const HttpFile& file) {
  DescribedRequest request;
  request.method = file.method;
  const Poco::URI uri(graph_url + file.target);
  std::vector<std::string> segments;
  uri.getPathSegments(segments);
  request.path = segments;
  for (const auto& [key, value] : uri.getQueryParameters()) request.query.emplace_back(key, value);
  request.body = file.request_body;
  request.node = segments.at(1) == waba_id ? "WABA-ID" : "Phone-Number-ID";
  return request;
}

bool is_described(const HttpFile& file) {
  // debug_token is Graph's own and in no description.
  return file.name.starts_with("graph_") && !file.head.contains("asked") &&
         file.target.find("/debug_token") == std::string::npos;
}

std::vector<std::string> complaints_of(const DescribedRequest& request) { return OpenApi(slice).complaints(request); }

DescribedRequest registration(std::string body) {
  return {"POST", {"v23.0", number_id, "register"}, {}, std::move(body), "Phone-Number-ID"};
}

}  // namespace

TEST_CASE("every request to Graph conforms to Meta's description, but for exceptions with a source") {
  OpenApi description(slice);
  std::set<std::string> met;
  for (const HttpFile& file : exchanges()) {
    if (!is_described(file)) continue;
    INFO(file.name);
    for (const std::string& complaint : description.complaints(described(file))) {
      INFO(complaint);
      CHECK(exceptions().contains(complaint));
      met.insert(complaint);
    }
  }
  for (const auto& [complaint, source] : exceptions()) {
    INFO("no longer needed: " << complaint << " (" << source << ")");
    CHECK(met.contains(complaint));
  }
}

TEST_CASE("a request that does not conform is told apart") {
  CHECK(complaints_of(registration(R"({"messaging_product": "whatsapp", "pin": "123456"})")).empty());
  CHECK(complaints_of(registration("")).size() == 1);
  CHECK(complaints_of(registration(R"({"messaging_product": "whatsapp"})")).size() == 1);
  CHECK(complaints_of(registration(R"({"messaging_product": "sms", "pin": "123456"})")).size() == 1);
  CHECK(complaints_of(registration(R"({"messaging_product": "whatsapp", "pin": 123456})")).size() == 1);
  CHECK(
      complaints_of(registration(R"({"messaging_product": "whatsapp", "pin": "123456", "certificate": ""})")).size() ==
      1);
  CHECK(complaints_of(registration(R"({"messaging_product": "whatsapp", "pin": "123456", "backup": {"key": ""}})"))
            .size() == 1);
  DescribedRequest list{"GET", {"v23.0", waba_id, "phone_numbers"}, {{"limit", "1000"}}, "", "WABA-ID"};
  CHECK(complaints_of(list).size() == 1);
  list.query = {{"fields", "id,colour"}};
  CHECK(complaints_of(list).size() == 1);
  list.query = {{"page", "2"}};
  CHECK(complaints_of(list).size() == 1);
  list.path = {"v23.0", waba_id, "migrate"};
  CHECK(complaints_of(list).size() == 1);
}

}  // namespace wamigrate::api::testing
