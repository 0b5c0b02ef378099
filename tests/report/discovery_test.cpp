// What a discovery leaves behind: an inventory that reads, a mapping, and words that are safe to show.
#include "report/discovery.hpp"

#include <sstream>

#include "plan/discovered.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Two numbers that are found, one that has no deployment.
Discovering three() {
  Discovering d(R"(  - deployment: { name: de-1, url: "https://10.0.0.1", ca_file: "certs/ca.pem" }
  - { pin: env:OTHER, pin_mode: set, storage_region: DE, deployment: { name: "de, \"2\"", url: "https://10.0.0.2", ca_file: "certs/ca.pem" } }
)",
                "policy: { soak: 90s, waves: [1, 10%, 100%] }\n");
  d.lists("11", "+49 1511 0000000").lists("22", "+49 1511 0000001", 1).lists("33", "+49 1511 0000002");
  return d.serves(0, "4915110000000").serves(1, "4915110000001", true, 2);
}

}  // namespace

TEST_CASE("the inventory that is left reads without a finding, and means what was found") {
  Discovery found = three().discover();
  found.settings.graph.proxy = "http://proxy.example:3128";
  found.settings.graph.proxy_login = {SecretRef::Kind::env, "LOGIN"};
  const std::string text = discovery_inventory(found);
  INFO(text);
  const auto fleet = read_inventory(text, "out.yaml", [](const std::string&) { return fail("no file"); });
  INFO((fleet ? "" : to_text(fleet.error())));
  REQUIRE(fleet.has_value());
  Fleet meant = found.settings;
  for (const DiscoveredNumber& one : found.numbers) {
    if (one.complete()) meant.numbers.push_back(one.number);
  }
  CHECK(meant.numbers.size() == 2);
  CHECK(to_document(to_json(*fleet)) == to_document(to_json(meant)));
  CHECK(fleet->policy.soak == std::chrono::seconds(90));
  CHECK(fleet->policy.waves[1].text() == "10%");
  CHECK(fleet->status_feed.empty());
  CHECK(fleet->graph.app_id == "900100200300");
  // What is shared stands once, what is missing as a comment.
  CHECK(has(text, "defaults:\n  deployment:\n    password: \"env:PASSWORD\""));
  CHECK(has(text, "#   - phone: \"+4915110000002\""));
  CHECK(has(text, "# missing: Graph lists it, and it has no deployment"));
  CHECK(has(text, "# not complete: deployment"));
}

TEST_CASE("an inventory of which nothing is complete is comments, and says so") {
  Discovering d("");
  d.lists("33", "+49 1511 0000002");
  const std::string text = discovery_inventory(d.discover());
  INFO(text);
  CHECK(has(text, "numbers: []"));
  const auto fleet = read_inventory(text, "out.yaml", [](const std::string&) { return fail("no file"); });
  REQUIRE_FALSE(fleet.has_value());
  CHECK(has(to_text(fleet.error()), "no numbers"));
}

TEST_CASE("what a server says can't leave its comment") {
  Discovering d = three();
  d.seen.wabas[0].numbers[0].verified_name = "Ltd\nledger: /tmp/other\r\n\xE2\x80\xA8policy: {}\x1b[31m";
  d.seen.wabas[0].numbers[0].status = "\nversion: 2";
  const std::string text = discovery_inventory(d.discover());
  INFO(text);
  const auto fleet = read_inventory(text, "out.yaml", [](const std::string&) { return fail("no file"); });
  REQUIRE(fleet.has_value());
  CHECK(fleet->ledger.empty());
  CHECK(text.find('\x1b') == std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (has(line, "/tmp/other")) CHECK(line.find("# ") < line.find("/tmp/other"));
  }
}

TEST_CASE("the mapping has one row a number with both sides, in both spellings") {
  const Discovery found = three().discover();
  CHECK(mapping_csv(found) ==
        "deployment,url,phone,phone_number_id,waba_id,onprem_number,graph_number\n"
        "de-1,https://10.0.0.1,+4915110000000,11," +
            waba_1 + ",4915110000000,+49 1511 0000000\n" + "\"de, \"\"2\"\"\",https://10.0.0.2,+4915110000001,22," +
            waba_2 + ",4915110000001,+49 1511 0000001\n");
  const Json json = mapping_json(found);
  REQUIRE(json.size() == 2);
  CHECK(json[1]["deployment"] == "de, \"2\"");
  CHECK(json[1]["graph_number"] == "+49 1511 0000001");
}

TEST_CASE("people read what is missing with its fix, scripts get all of it") {
  const Discovery found = three().discover();
  const std::string text = discovery_text(found, false);
  INFO(text);
  CHECK(has(text, "Still missing: 1"));
  CHECK(has(text, "deployment: gone"));
  CHECK(has(text, "2 of 3 numbers complete."));
  const Json json = discovery_json(found);
  CHECK(json["whole"] == false);
  CHECK(json["numbers"].size() == 3);
  CHECK(json["numbers"][2]["missing"] == Json::array({"deployment"}));
  CHECK(json["remarks"][0]["kind"] == "note");
  CHECK(json["remarks"].back()["id"] == "number_without_deployment");
}
