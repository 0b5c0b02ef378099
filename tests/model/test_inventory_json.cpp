// A fleet inside a plan: it comes back as it was, and holds no more than an inventory may.
#include "inventory_support.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

Json sample() {
  const auto fleet =
      read(with_number("    pin_mode: set\n  - { phone: \"+491713920002\", phone_number_id: 2, deployment: "
                       "gone }\npolicy: { waves: [1, 30%], soak: 90s, max_failures: 20% }\n"));
  REQUIRE(fleet);
  return to_json(*fleet);
}

std::string refusal(const Json& json) {
  const auto fleet = fleet_from_json(to_compact(json));
  return fleet ? "accepted" : fleet.error().message;
}

}  // namespace

TEST_CASE("a fleet written as JSON reads like its inventory, with every default") {
  CHECK(to_document(sample()) == R"({
  "graph": {
    "url": "https://graph.facebook.com",
    "version": "v23.0",
    "token": "env:TOKEN",
    "app_id": "900100200300"
  },
  "status_feed": "https://metastatus.com/outage-events-feed-whatsapp-business-api.rss",
  "policy": {
    "waves": [
      1,
      "30%"
    ],
    "gate": "none",
    "max_failures": "20%",
    "max_failures_run": "5%",
    "concurrency": 32,
    "graph_calls_per_hour": 4500,
    "retries": 5,
    "soak": "90s",
    "request_timeout": "15s",
    "register_timeout": "1m",
    "server_delay_max": "30s",
    "status_lag_max": "30s",
    "retry_initial": "1s",
    "retry_max": "1m",
    "api_down_wait": "5m",
    "recently_deleted_wait": "5m",
    "settle_timeout": "6m",
    "settle_poll": "1s",
    "drain_timeout": "10m"
  },
  "numbers": [
    {
      "phone": "+491713920001",
      "phone_number_id": "106540352240001",
      "waba_id": "102290129340398",
      "pin": "env:PIN",
      "pin_mode": "set",
      "deployment": {
        "name": "de-1",
        "url": "https://10.0.0.5:9090",
        "shards": 1,
        "username": "admin",
        "password": "env:PASSWORD",
        "backup_password": "env:BACKUP"
      }
    },
    {
      "phone": "+491713920002",
      "phone_number_id": "2",
      "waba_id": "102290129340398",
      "pin": "env:PIN",
      "pin_mode": "declared",
      "deployment": {
        "name": "491713920002",
        "shards": 1,
        "gone": true
      }
    }
  ]
}
)");
}

TEST_CASE("a fleet comes back from JSON as it was") {
  const auto once = fleet_from_json(to_compact(sample()));
  REQUIRE(once);
  CHECK(to_json(*once) == sample());
  CHECK(once->numbers[0].phone.cc == "49");
  CHECK(once->numbers[0].phone.region == "DE");
  CHECK(once->numbers[0].deployment.password.text() == "env:PASSWORD");
  CHECK(once->numbers[1].deployment.gone);
  CHECK(once->policy.soak == Millis(90'000));
  CHECK(once->policy.waves[1].text() == "30%");
}

TEST_CASE("a proxy and its login come back from a plan as they were, and a plan may hold no more than an inventory") {
  Json json = sample();
  json["graph"]["proxy"] = "http://proxy.example:3128";
  json["graph"]["proxy_login"] = "env:LOGIN";
  const auto fleet = fleet_from_json(to_compact(json));
  REQUIRE(fleet);
  CHECK(fleet->graph.proxy == "http://proxy.example:3128");
  CHECK(fleet->graph.proxy_login.text() == "env:LOGIN");
  CHECK(to_json(*fleet) == json);
  json["graph"]["proxy"] = "https://proxy.example:3128";
  CHECK(refusal(json).find("`graph.proxy`") != std::string::npos);
  json["graph"].erase("proxy");
  CHECK(refusal(json).find("there is no proxy to log in to") != std::string::npos);
}

TEST_CASE("what a fleet does not have is left out of its JSON and stays away") {
  Fleet fleet;
  fleet.numbers.emplace_back();
  fleet.numbers.back().phone = *parse_phone("+491713920001");
  const auto back = fleet_from_json(to_compact(to_json(fleet)));
  REQUIRE(back);
  CHECK(to_json(*back) == to_json(fleet));
  CHECK(back->status_feed.empty());
  CHECK(back->numbers[0].deployment.username.empty());
  CHECK(back->numbers[0].deployment.name.empty());
}

TEST_CASE("paths in JSON are as resolved, and not resolved again") {
  const auto fleet = read(with_number("ledger: ../ledger.db\n"), {}, "a/b/inventory.yaml");
  REQUIRE(fleet);
  const auto back = fleet_from_json(to_compact(to_json(*fleet)));
  REQUIRE(back);
  CHECK(back->ledger == "a/ledger.db");
}

TEST_CASE("a gate, windows and hooks come back from JSON as they were; where there are none, the plan has no members") {
  const auto fleet = read(with_number(R"(policy:
  gate: wave
  windows: [22:00-00:00, "Mon-Sun,Sat 01:00-05:00 Europe/Berlin"]
  hooks: { after_run: ../after, before_wave: wave }
)"),
                          {}, "a/b/inventory.yaml");
  REQUIRE(fleet);
  const Json policy = to_json(*fleet).at("policy");
  CHECK(policy.at("gate") == "wave");
  CHECK(policy.at("windows") == Json({"22:00-24:00 UTC", "01:00-05:00 Europe/Berlin"}));
  CHECK(to_compact(policy.at("hooks")) == R"({"before_wave":"a/b/wave","after_run":"a/after"})");
  const auto back = fleet_from_json(to_compact(to_json(*fleet)));
  REQUIRE(back);
  CHECK(to_json(*back) == to_json(*fleet));
  CHECK(back->policy.windows == fleet->policy.windows);
  CHECK_FALSE(sample().at("policy").contains("windows"));
  CHECK_FALSE(sample().at("policy").contains("hooks"));
}

TEST_CASE("JSON with an unknown key, a wrong type or a value no inventory may hold is refused, naming the key") {
  const auto changed = [](const char* pointer, Json value) {
    Json json = sample();
    json[Json::json_pointer(pointer)] = std::move(value);
    return refusal(json);
  };
  CHECK(refusal(sample()) == "accepted");
  CHECK(refusal(Json::array()) == "the plan's fleet is not a JSON object");
  CHECK(refusal(Json()) == "the plan's fleet is not a JSON object");
  CHECK(changed("/colour", 1) == "the plan's fleet can't be read: unknown key `colour`");
  CHECK(changed("/version", 1) == "the plan's fleet can't be read: unknown key `version`");
  CHECK(changed("/graph/tokens", 1) == "the plan's fleet can't be read: unknown key `graph.tokens`");
  CHECK(changed("/numbers/1/deployment/colour", 1) ==
        "the plan's fleet can't be read: number 2: unknown key `deployment.colour`");
  CHECK(changed("/numbers", 1).find("`numbers`: this is a single value, not a list") != std::string::npos);
  CHECK(changed("/numbers/0", "x").find("number 1: a number is a map") != std::string::npos);
  CHECK(changed("/numbers/0/phone", Json::array()).find("number 1: `phone`") != std::string::npos);
  CHECK(changed("/numbers/0/phone", nullptr).find("number 1: `phone`") != std::string::npos);
  CHECK(changed("/numbers/0/deployment/gone", "perhaps").find("`deployment.gone`") != std::string::npos);
  CHECK(changed("/numbers/0/deployment/shards", 1.5).find("`deployment.shards`") != std::string::npos);
  CHECK(changed("/numbers/0/deployment/url", "http://10.0.0.5").find("plain http") != std::string::npos);
  CHECK(changed("/numbers/0/pin", "123456").find("number 1: `pin`") != std::string::npos);
  CHECK(changed("/numbers/0/pin", "123456").find("123456") == std::string::npos);
  CHECK(changed("/numbers/1/phone", "+491713920001").find("same as that of +491713920001 (number 1)") !=
        std::string::npos);
  CHECK(changed("/policy/soak", 90).find("`policy.soak`") != std::string::npos);
  CHECK(changed("/policy/gate", "number").find("`policy.gate`: there is no such gate") != std::string::npos);
  CHECK(changed("/policy/windows", Json::array({"Sat"})).find("`policy.windows`: this is not a") != std::string::npos);
  CHECK(changed("/policy/hooks/colour", "x").find("unknown key `policy.hooks.colour`") != std::string::npos);
  Json without_phone = sample();
  without_phone["numbers"][0].erase("phone");
  CHECK(refusal(without_phone).find("number 1: `phone` is missing") != std::string::npos);
}
