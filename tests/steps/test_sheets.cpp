// Sheets: lists answer for their numbers, and nothing is concluded from what they leave out.
#include <fmt/format.h>

#include <functional>

#include "steps/site.hpp"
#include "support/catch.hpp"
#include "support/fake_transport.hpp"
#include "support/sightings.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

class StillClock : public Clock {
 public:
  Time now() override { return *parse_iso("2025-06-02"); }
};

class AnySecret : public SecretSource {
 public:
  Result<Secret> resolve(const SecretRef& /*ref*/) override { return Secret("secret"); }
};

constexpr Readings asked = {Reading::graph_node, Reading::webhook, Reading::graph_health, Reading::waba_numbers};

struct Look {
  Look() {
    fleet.numbers = {some_number("+491713920001"), some_number("+491713920002")};
    fleet.numbers[1].phone_number_id = "106540352240002";
    for (Number& number : fleet.numbers) number.deployment.url.clear();
    site.resolve({&fleet.numbers[0], &fleet.numbers[1]}, Need::reading, Direction::to_cloud, secrets);
    sheets = site.sheets();
  }
  Observation at(std::size_t i) { return site.observe(fleet.numbers[i], asked, sheets.get()); }

  Fleet fleet;
  StillClock clock;
  FakeTransport transport;
  AnySecret secrets;
  Site site{fleet, transport, clock};
  std::unique_ptr<WabaSheets> sheets;
};

Json whole(const std::string& id) {
  return {{"id", id},
          {"display_phone_number", "+49 171 3920001"},
          {"platform_type", "ON_PREMISE"},
          {"status", "CONNECTED"},
          {"name_status", "APPROVED"},
          {"code_verification_status", "VERIFIED"},
          {"is_on_biz_app", false},
          {"is_pin_enabled", true},
          {"certificate", "Q0VSVA=="},
          {"webhook_configuration", {{"application", "https://hooks.example.com/app"}}},
          {"health_status", {{"can_send_message", "AVAILABLE"}}}};
}

std::string list(std::vector<Json> numbers, const std::string& after = {}) {
  Json answer{{"data", std::move(numbers)}, {"paging", {{"cursors", {{"after", after}}}}}};
  if (!after.empty()) answer["paging"]["next"] = "https://graph.example/next";
  return to_compact(answer);
}

const std::string one_id = "106540352240001";
const std::string two_id = "106540352240002";
const std::string no_such_field = R"({"error":{"code":100,"message":"Tried accessing nonexisting field"}})";

}  // namespace

TEST_CASE("a list answers for all its numbers, over all its pages") {
  Look look;
  look.transport.reply(200, list({whole(one_id)}, "A")).reply(200, list({whole(two_id)}));
  for (std::size_t i : {0U, 1U, 0U}) {
    const Observation seen = look.at(i);
    CHECK(seen.in_waba);
    CHECK(seen.graph.asked.answered());
    CHECK(seen.graph.platform_type == "ON_PREMISE");
    CHECK(seen.graph.has_certificate);
    CHECK(seen.graph.effective_webhook() == "https://hooks.example.com/app");
    CHECK(seen.graph.can_send_message == "AVAILABLE");
  }
  CHECK(look.transport.requests.size() == 2);
}

TEST_CASE("what a list leaves out is asked of the number itself, and only that") {
  for (const std::string field : {"is_on_biz_app", "platform_type", "status", "display_phone_number", "name_status",
                                  "code_verification_status", "is_pin_enabled", "certificate"}) {
    CAPTURE(field);
    Look look;
    Json sparse = whole(one_id);
    sparse.erase(field);
    Json alone = whole(one_id);
    alone["is_on_biz_app"] = true;
    look.transport.reply(200, list({sparse})).reply(200, to_compact(alone));
    CHECK(look.at(0).graph.is_on_biz_app == true);
    REQUIRE(look.transport.requests.size() == 2);
    CHECK(look.transport.requests[1].url.find("/" + one_id + "?fields=id,") != std::string::npos);
  }
  for (const std::string field : {"webhook_configuration", "health_status"}) {
    CAPTURE(field);
    Look look;
    Json sparse = whole(one_id);
    sparse.erase(field);
    look.transport.reply(200, list({sparse})).reply(200, to_compact(whole(one_id)));
    const Observation seen = look.at(0);
    CHECK(seen.graph.webhook_asked.answered());
    CHECK(seen.graph.health_asked.answered());
    REQUIRE(look.transport.requests.size() == 2);
    CHECK(look.transport.requests[1].url.find("?fields=" + field) != std::string::npos);
  }
}

TEST_CASE("an empty webhook configuration is an answer: messages go nowhere") {
  Look look;
  Json silent = whole(one_id);
  silent["webhook_configuration"] = Json::object();
  look.transport.reply(200, list({silent}));
  const Observation seen = look.at(0);
  CHECK(seen.graph.webhook_asked.answered());
  CHECK(seen.graph.effective_webhook().empty());
}

TEST_CASE("a number that its list does not know is asked itself, and is not of that account") {
  Look look;
  look.transport.reply(200, list({whole(two_id)}));
  for (int i = 0; i < 3; ++i) look.transport.reply(200, to_compact(whole(one_id)));
  const Observation seen = look.at(0);
  CHECK(seen.waba_asked.answered());
  CHECK_FALSE(seen.in_waba);
  CHECK(seen.graph.asked.answered());
  CHECK(look.transport.requests.size() == 4);
}

TEST_CASE("where a list is refused for its fields, the short one tells who belongs there") {
  Look look;
  look.transport.reply(400, no_such_field).reply(200, list({Json{{"id", one_id}}}));
  for (int i = 0; i < 3; ++i) look.transport.reply(200, to_compact(whole(one_id)));
  const Observation seen = look.at(0);
  CHECK(seen.in_waba);
  CHECK(seen.graph.asked.answered());
  CHECK(seen.graph.webhook_asked.answered());
  CHECK(seen.graph.health_asked.answered());
  CHECK(look.transport.requests.size() == 5);
}

TEST_CASE("where the token is refused, a number is asked once and not in parts") {
  const std::string refused = R"({"error":{"code":200,"message":"(#200) no permission"}})";
  Look look;
  look.transport.reply(403, refused).reply(403, refused);
  const Observation seen = look.at(0);
  CHECK(seen.waba_asked.credentials);
  CHECK(seen.graph.asked.credentials);
  CHECK(seen.graph.webhook_asked.how == Asked::How::refused);
  CHECK(seen.graph.health_asked.how == Asked::How::refused);
  CHECK(look.transport.requests.size() == 2);
}

TEST_CASE("a single number is asked itself, every time") {
  Look look;
  for (int i = 0; i < 2; ++i) {
    look.transport.reply(200, to_compact(whole(one_id)));
    CHECK(look.site.observe(look.fleet.numbers[0], {Reading::graph_node}).graph.asked.answered());
  }
  CHECK(look.transport.requests.size() == 2);
}
