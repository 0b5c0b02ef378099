// What a plan keeps of an observation for the software around a number: read as it is, and never made up.
#include "plan/surroundings.hpp"
#include "support/catch.hpp"

using namespace wamigrate;

namespace {

Observation seen() {
  Observation seen;
  seen.graph.throughput = "HIGH";
  seen.graph.webhook_asked.how = Asked::How::answered;
  seen.graph.webhook_app = "https://app.example.com/hook";
  seen.graph.webhook_phone = "https://phone.example.com/hook?key=secret";
  seen.graph.settings_asked.how = Asked::How::answered;
  seen.templates_asked.how = Asked::How::answered;
  seen.templates = {{"APPROVED", 12}, {"PAUSED", 1}};
  seen.onprem.version = "v2.53.1";
  seen.onprem.settings.how = Asked::How::answered;
  seen.onprem.application = {
      {"webhooks", {{"url", "https://user:pass@hooks.example.com:8443/de-1?token=x"}, {"message", {{"sent", false}}}}}};
  seen.onprem.nodes = {{"a", "connected", "primary_master", ""},
                       {"b", "disconnected", "secondary_master", ""},
                       {"c", "connected", "coreapp", ""}};
  return seen;
}

std::string written(const Surroundings& around) {
  return text_written(JsonWriter::Form::compact, [&around](JsonWriter& out) { write_json(out, around); });
}

}  // namespace

TEST_CASE("a plan keeps of a webhook its host alone: the rest may hold a secret") {
  CHECK(host_of("https://hooks.example.com/de-1?token=x") == "hooks.example.com");
  CHECK(host_of("https://user:pass@hooks.example.com:8443/de-1") == "hooks.example.com:8443");
  CHECK(host_of("https://hooks.example.com") == "hooks.example.com");
  CHECK(host_of("https://hooks.example.com?a=b@c") == "hooks.example.com");
  CHECK(host_of("hooks.example.com/x") == "hooks.example.com");
  CHECK(host_of("").empty());
}

TEST_CASE("surroundings are what both sides said") {
  const Surroundings around = surroundings_of(seen());
  CHECK(around.throughput == "HIGH");
  CHECK(around.client_version == "v2.53.1");
  CHECK(around.onprem_webhook == "hooks.example.com:8443");
  CHECK(around.cloud_webhook == "phone.example.com");
  CHECK(around.sent_statuses == false);
  CHECK(around.storage_region == "");
  CHECK(around.templates == 13);
  CHECK(around.coreapps == 1);
  CHECK(around.masters == 2);
}

TEST_CASE("what was not read, or not said, stays unknown") {
  const Surroundings nothing = surroundings_of(Observation{});
  CHECK(nothing == Surroundings{});
  Observation quiet = seen();
  quiet.onprem.application = Json::object();
  CHECK_FALSE(surroundings_of(quiet).sent_statuses);
  CHECK(surroundings_of(quiet).onprem_webhook == "");
  quiet.onprem.application = {{"sent_status", true}};
  CHECK(surroundings_of(quiet).sent_statuses == true);
}

TEST_CASE("surroundings read back as they were written, and nothing else does") {
  for (const Surroundings& around : {surroundings_of(seen()), Surroundings{}}) {
    const auto back = surroundings_from_json(written(around));
    REQUIRE(back);
    CHECK(*back == around);
  }
  Json json = *parse_json(written(Surroundings{}));
  json["colour"] = "red";
  CHECK_FALSE(surroundings_from_json(to_compact(json)));
  json = *parse_json(written(Surroundings{}));
  json.erase("masters");
  CHECK_FALSE(surroundings_from_json(to_compact(json)));
  json = *parse_json(written(Surroundings{}));
  json["templates"] = "many";
  CHECK_FALSE(surroundings_from_json(to_compact(json)));
  CHECK_FALSE(surroundings_from_json("null"));
}
