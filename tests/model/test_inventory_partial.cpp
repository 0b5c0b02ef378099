// The inventory before it is complete: what may be missing, and what is a mistake all the same.
#include "inventory_support.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

tl::expected<PartialInventory, Diagnostics> read_partial(const std::string& text, Files files = {}) {
  return read_partial_inventory(text, "inventory.yaml", reader_of(std::move(files)));
}

std::string partial_findings(const std::string& text, Files files = {}) {
  const auto read = read_partial(text, std::move(files));
  return read ? std::string() : to_text(read.error());
}

const std::string bare = "version: 1\ngraph:\n  token: env:TOKEN\n";

}  // namespace

TEST_CASE("a token is enough to begin with") {
  const auto read = read_partial(bare);
  REQUIRE(read.has_value());
  CHECK(read->fleet.numbers.empty());
  CHECK(read->fleet.graph.app_id.empty());
  CHECK(read->fleet.status_feed.starts_with("https://"));
  CHECK(read->defaults.deployment.username == "admin");
}

TEST_CASE("a deployment, a phone or an id alone is a number to be found, with the defaults under it") {
  const auto read = read_partial(std::string(head) + R"(numbers:
  - deployment: { name: de-1, url: "https://10.0.0.5:9090" }
  - phone: "+491713920001"
  - phone_number_id: "106540352240002"
  - phone: "+491713920003"
    deployment: gone
)");
  REQUIRE(read.has_value());
  const auto& numbers = read->fleet.numbers;
  REQUIRE(numbers.size() == 4);
  CHECK(numbers[0].phone.e164.empty());
  CHECK(numbers[0].waba_id == "102290129340398");
  CHECK(numbers[0].deployment.password.text() == "env:PASSWORD");
  CHECK(numbers[0].declared_at.line == 13);
  CHECK(numbers[1].deployment.url.empty());
  CHECK_FALSE(numbers[1].deployment.gone);
  CHECK(numbers[2].phone_number_id == "106540352240002");
  CHECK(numbers[3].deployment.gone);
  CHECK(read->defaults.waba_id == "102290129340398");
  CHECK(read->defaults.pin.text() == "env:PIN");
  CHECK(read->defaults.deployment.backup_password.text() == "env:BACKUP");
}

TEST_CASE("rows of CSV may have gaps too") {
  const auto read = read_partial(std::string(head) + "numbers_file: numbers.csv\n",
                                 {{"numbers.csv", "phone,deployment.url\n+491713920001,\n,https://10.0.0.5:9090\n"}});
  REQUIRE(read.has_value());
  REQUIRE(read->fleet.numbers.size() == 2);
  CHECK(read->fleet.numbers[1].deployment.url == "https://10.0.0.5:9090");
}

TEST_CASE("every other mistake is found, all at once, with file and line") {
  const std::string found = partial_findings(R"(version: 1
graph:
  tokn: env:TOKEN
numbers:
  - deployment: { name: de-1 }
  - phone: "0171"
  - pin: env:PIN
  - phone: "+491713920001"
    deployment: { url: "http://10.0.0.5", password: secret, backup_password: env:B }
  - phone: "+491713920001"
)");
  INFO(found);
  CHECK(found.find("inventory.yaml:3: unknown key `graph.tokn`") != std::string::npos);
  CHECK(found.find("`graph.token` is missing") != std::string::npos);
  CHECK(found.find("inventory.yaml:5: the number has no `deployment.url`") != std::string::npos);
  CHECK(found.find("inventory.yaml:5: the number has no `deployment.password`") != std::string::npos);
  CHECK(found.find("inventory.yaml:6: `phone`") != std::string::npos);
  CHECK(found.find("inventory.yaml:7: the number has neither") != std::string::npos);
  CHECK(found.find("inventory.yaml:9: `deployment.url`: plain http") != std::string::npos);
  CHECK(found.find("inventory.yaml:9: `deployment.password`") != std::string::npos);
  CHECK(found.find("inventory.yaml:10: `phone` is the same as that of +491713920001") != std::string::npos);
  CHECK(found.find("secret,") == std::string::npos);
}

TEST_CASE("what is complete reads the same either way") {
  const auto partial = read_partial(with_number());
  const auto whole = read(with_number());
  REQUIRE((partial && whole));
  CHECK(to_compact(to_json(partial->fleet)) == to_compact(to_json(*whole)));
}

TEST_CASE("an inventory to work with may still leave nothing open") {
  CHECK(findings(bare).find("app_id") != std::string::npos);
  CHECK(findings(std::string(head)).find("no numbers") != std::string::npos);
  CHECK(findings(std::string(head) + "numbers:\n  - deployment: { url: \"https://10.0.0.5\" }\n").find("`phone`") !=
        std::string::npos);
}
