// Discovery: what is matched, what is told, and what is left to a person.
#include "discovered.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;

TEST_CASE("deployments whose numbers nobody knew are matched by what they serve") {
  Discovering d(R"(  - deployment: { name: de-2, url: "https://10.0.0.2" }
  - deployment: { name: de-1, url: "https://10.0.0.1" }
)");
  d.lists("11", "+49 1511 0000000")
      .lists("22", "+49 1511 0000001", 1)
      .serves(0, "4915110000001")
      .serves(1, "4915110000000");
  const Discovery found = d.discover();
  INFO(told(found.remarks));
  CHECK(found.whole());
  CHECK(found.settings.graph.app_id == "900100200300");
  REQUIRE(found.numbers.size() == 2);
  CHECK(found.numbers[0].number.phone.e164 == "+4915110000001");
  CHECK(found.numbers[0].number.phone_number_id == "22");
  CHECK(found.numbers[0].number.waba_id == waba_2);
  CHECK(found.numbers[0].number.deployment.name == "de-2");
  CHECK(found.numbers[0].number.pin.text() == "env:PIN");
  CHECK(found.numbers[1].number.phone_number_id == "11");
  CHECK(found.numbers[1].on_premises == "4915110000000");
}

TEST_CASE("an entry with a phone and one with its deployment become one number") {
  Discovering d(R"(  - { phone: "+4915110000000", pin: env:ITS_PIN }
  - deployment: { url: "https://10.0.0.1" }
)");
  d.lists("11", "+49 1511 0000000").serves(1, "4915110000000");
  const Discovery found = d.discover();
  CHECK(found.whole());
  REQUIRE(found.numbers.size() == 1);
  CHECK(found.numbers[0].number.pin.text() == "env:ITS_PIN");
  CHECK(found.numbers[0].number.deployment.url == "https://10.0.0.1");
  CHECK(found.numbers[0].number.deployment.name == "4915110000000");
}

TEST_CASE("an id that names another number is drift, and the phone decides") {
  Discovering d(R"(  - { phone: "+4915110000000", phone_number_id: "22", waba_id: ")" + waba_2 +
                R"(", deployment: gone }
)");
  d.lists("11", "+49 1511 0000000").lists("22", "+49 1511 0000001");
  const Discovery found = d.discover();
  CHECK_FALSE(found.whole());
  REQUIRE(found.numbers.size() == 2);
  CHECK(told(found.numbers[0].remarks) == "drift phone_number_id; drift waba_id");
  CHECK(found.numbers[0].number.phone_number_id == "11");
  CHECK(found.numbers[0].number.waba_id == waba_1);
  CHECK(found.numbers[0].remarks[0].message.find("22 is +49 1511 0000001 on Graph") != std::string::npos);
  CHECK(told(found.numbers[1].remarks) == "missing number_without_deployment");
}

TEST_CASE("an id of a WABA that was not listed is asked after, and said") {
  Discovering d(R"(  - { phone: "+4915110000000", phone_number_id: "33", deployment: gone }
)");
  d.seen.nodes["33"].asked.how = Asked::How::answered;
  d.seen.nodes["33"].display_phone_number = "+49 1511 0000009";
  const Discovery found = d.discover();
  REQUIRE(found.numbers.size() == 1);
  CHECK(told(found.numbers[0].remarks) == "drift not_on_graph");
  CHECK(found.numbers[0].remarks[0].message.find("+49 1511 0000009") != std::string::npos);
  CHECK_FALSE(found.numbers[0].complete());
}

TEST_CASE("deployments that were swapped are put where they serve, each with its drift and no other's PIN") {
  Discovering d(R"(  - { phone: "+4915110000000", pin: env:PIN_A, deployment: { url: "https://10.0.0.1" } }
  - { phone: "+4915110000001", pin: env:PIN_B, deployment: { url: "https://10.0.0.2" } }
)");
  d.lists("11", "+49 1511 0000000")
      .lists("22", "+49 1511 0000001")
      .serves(0, "4915110000001")
      .serves(1, "4915110000000");
  const Discovery found = d.discover();
  REQUIRE(found.numbers.size() == 2);
  CHECK(found.numbers[0].number.phone.e164 == "+4915110000000");
  CHECK(found.numbers[0].number.pin.text() == "env:PIN_A");
  CHECK(found.numbers[0].number.deployment.url == "https://10.0.0.2");
  CHECK(found.numbers[0].number.deployment.name == "4915110000000");
  CHECK(found.numbers[1].number.deployment.url == "https://10.0.0.1");
  CHECK(told(found.numbers[0].remarks) == "drift deployment_serves_another; drift deployment_serves_another");
}

TEST_CASE("a deployment that serves a number of nobody's takes no PIN along") {
  Discovering d(R"(  - { phone: "+4915110000000", pin: env:PIN_A, deployment: { url: "https://10.0.0.1" } }
)");
  d.lists("11", "+49 1511 0000000").lists("22", "+49 1511 0000001").serves(0, "4915110000001");
  const Discovery found = d.discover();
  REQUIRE(found.numbers.size() == 2);
  CHECK(found.numbers[1].number.phone_number_id == "22");
  CHECK(found.numbers[1].number.pin.text() == "env:PIN");
  CHECK(found.numbers[0].number.deployment.url.empty());
  CHECK_FALSE(found.numbers[0].complete());
}

TEST_CASE("a number that Graph does not list keeps its row, though its deployment serves another") {
  Discovering d(R"(  - { phone: "+4915110000009", pin: env:PIN_A, deployment: { url: "https://10.0.0.1" } }
)");
  d.lists("11", "+49 1511 0000000").serves(0, "4915110000000");
  const Discovery found = d.discover();
  REQUIRE(found.numbers.size() == 2);
  CHECK(found.numbers[0].complete());
  CHECK(found.numbers[1].number.phone.e164 == "+4915110000009");
  CHECK(found.numbers[1].number.pin.text() == "env:PIN_A");
  CHECK_FALSE(found.numbers[1].complete());
}

TEST_CASE("other spellings are told and never guessed") {
  SECTION("by a deployment whose number nobody declared") {
    Discovering d("  - deployment: { name: br-1, url: \"https://10.0.0.1\" }\n");
    d.lists("11", "+55 11 98765-4321").serves(0, "551187654321");
    const Discovery found = d.discover();
    CHECK_FALSE(found.whole());
    REQUIRE(found.numbers.size() == 2);
    CHECK(told(found.numbers[0].remarks) == "missing spelling");
    CHECK(found.numbers[0].remarks[0].fix.find("phone_number_id: \"11\"") != std::string::npos);
    CHECK_FALSE(found.numbers[0].complete());
    CHECK_FALSE(found.numbers[1].complete());
  }
  SECTION("by a phone without an id") {
    Discovering d("  - { phone: \"+5511987654321\", deployment: gone }\n");
    d.lists("11", "+55 11 8765-4321");
    CHECK(told(d.discover().numbers[0].remarks) == "missing spelling");
  }
  SECTION("but a person who gives both has decided") {
    Discovering d(R"(  - { phone: "+5511987654321", phone_number_id: "11", deployment: { url: "https://10.0.0.1" } }
)");
    d.lists("11", "+55 11 98765-4321").serves(0, "551187654321");
    const Discovery found = d.discover();
    CHECK(found.whole());
    REQUIRE(found.numbers.size() == 1);
    CHECK(told(found.numbers[0].remarks) == "note spelling");
    CHECK(found.numbers[0].on_premises == "551187654321");
    CHECK(found.numbers[0].number.phone.e164 == "+5511987654321");
  }
}

TEST_CASE("two deployments that claim one number are told, and the one declared for it is kept") {
  const bool declared = GENERATE(false, true);
  Discovering d(std::string("  - { ") + (declared ? "phone: \"+4915110000000\", " : "") +
                R"(deployment: { name: de-1, url: "https://10.0.0.1" } }
  - deployment: { name: de-2, url: "https://10.0.0.2" }
)");
  d.lists("11", "+49 1511 0000000").serves(0, "4915110000000").serves(1, "4915110000000", false);
  const Discovery found = d.discover();
  CHECK_FALSE(found.whole());
  const Remarks& remarks = found.numbers[0].remarks;
  INFO(told(remarks));
  REQUIRE(remarks.size() == 1);
  CHECK(remarks[0].id == "two_deployments");
  CHECK(remarks[0].message.find("de-1 (connected), de-2 (not connected)") != std::string::npos);
  CHECK(std::count_if(found.numbers.begin(), found.numbers.end(), [](const auto& one) { return one.complete(); }) ==
        (declared ? 1 : 0));
}

TEST_CASE("a deployment without a number on Graph, and one that does not answer, are told") {
  Discovering d(R"(  - deployment: { name: de-1, url: "https://10.0.0.1" }
  - { phone: "+4915110000000", deployment: { name: de-2, url: "https://10.0.0.2" } }
)");
  d.lists("11", "+49 1511 0000000").serves(0, "4915110000009");
  d.seen.deployments[1].view.settings = {Asked::How::unreachable, "", "no route", false, false};
  const Discovery found = d.discover();
  CHECK_FALSE(found.whole());
  REQUIRE(found.numbers.size() == 2);
  CHECK(told(found.numbers[0].remarks) == "drift deployment_without_number");
  CHECK(told(found.numbers[1].remarks) == "missing deployment_silent");
  CHECK(found.numbers[1].complete());  // as declared, and doubtful
}

TEST_CASE("a deployment that holds no number needs a person to say which one it is meant for") {
  Discovering d("  - deployment: { name: de-1, url: \"https://10.0.0.1\" }\n");
  d.serves(0, "", false);
  const Discovery found = d.discover();
  REQUIRE(found.numbers.size() == 1);
  CHECK(told(found.numbers[0].remarks) == "missing deployment_empty");
}

TEST_CASE("of two ids that show one number a person says which is meant") {
  const bool said = GENERATE(false, true);
  Discovering d(std::string("  - { phone: \"+4915110000000\"") + (said ? ", phone_number_id: \"22\"" : "") +
                ", deployment: gone }\n");
  d.lists("11", "+49 1511 0000000").lists("22", "+49 1511 0000000", 1);
  const Discovery found = d.discover();
  CHECK(told(found.numbers[0].remarks) == (said ? "" : "missing listed_twice"));
  CHECK(found.numbers[0].complete() == said);
  if (said) CHECK(found.numbers[0].number.waba_id == waba_2);
}

TEST_CASE("what an unregistered client remembers says nothing against the inventory") {
  Discovering d("  - { phone: \"+4915110000000\", deployment: { name: de-1, url: \"https://10.0.0.1\" } }\n");
  d.lists("11", "+49 1511 0000000");
  SECTION("nothing") { d.serves(0, "", false); }
  SECTION("another number") { d.serves(0, "4915110000009", false); }
  const Discovery found = d.discover();
  CHECK(found.whole());
  CHECK(found.numbers[0].number.deployment.name == "de-1");
}

TEST_CASE("shards are taken from the client, and are drift where the inventory was complete") {
  const bool complete = GENERATE(false, true);
  Discovering d(complete ? "  - { phone: \"+4915110000000\", phone_number_id: \"11\", waba_id: \"" + waba_1 +
                               "\", deployment: { url: \"https://10.0.0.1\", shards: 4 } }\n"
                         : std::string("  - deployment: { url: \"https://10.0.0.1\" }\n"));
  d.lists("11", "+49 1511 0000000").serves(0, "4915110000000", true, 2);
  const Discovery found = d.discover();
  CHECK(found.whole() == !complete);
  CHECK(found.numbers[0].number.deployment.shards == 2);
}

TEST_CASE("numbers of the WhatsApp Business app are left out, and nothing is missing for them") {
  Discovering d("");
  d.lists("11", "+49 1511 0000000");
  d.seen.wabas[0].numbers[0].on_app = true;
  const Discovery found = d.discover();
  CHECK(found.whole());
  CHECK_FALSE(found.numbers[0].complete());
}

TEST_CASE("what could not be asked is missing, never taken for empty") {
  SECTION("a WABA") {
    Discovering d("");
    d.seen.wabas[1].asked = {Asked::How::refused, "100", "no access", false, false};
    const Discovery found = d.discover();
    CHECK(told(found.remarks) == "missing waba");
    CHECK_FALSE(found.whole());
  }
  SECTION("no WABA at all") {
    Discovering d("");
    d.seen.wabas.clear();
    CHECK(told(d.discover().remarks) == "missing waba");
  }
  SECTION("the token") {
    Discovering d("");
    d.seen.token = {};
    d.seen.token.asked.how = Asked::How::answered;
    CHECK(told(d.discover().remarks) == "missing token; missing app_id");
  }
}

TEST_CASE("a deployment declared gone that serves after all is drift") {
  Discovering d(R"(  - { phone: "+4915110000000", deployment: gone }
  - deployment: { name: de-1, url: "https://10.0.0.1" }
)");
  d.lists("11", "+49 1511 0000000").serves(1, "4915110000000");
  const Discovery found = d.discover();
  REQUIRE(found.numbers.size() == 1);
  CHECK(told(found.numbers[0].remarks) == "drift not_gone");
  CHECK_FALSE(found.numbers[0].number.deployment.gone);
}

TEST_CASE("the same sightings give the same result, in whatever order they came") {
  const std::string entries = R"(  - deployment: { name: de-1, url: "https://10.0.0.1" }
  - deployment: { name: de-2, url: "https://10.0.0.2" }
)";
  Discovering one(entries), other(entries);
  one.lists("11", "+49 1511 0000000").lists("22", "+49 1511 0000001").lists("33", "+49 1511 0000002", 1);
  other.lists("33", "+49 1511 0000002", 1).lists("22", "+49 1511 0000001").lists("11", "+49 1511 0000000");
  std::swap(other.seen.wabas[0], other.seen.wabas[1]);
  std::swap(other.seen.deployments[0], other.seen.deployments[1]);
  for (Discovering* d : {&one, &other}) d->serves(0, "4915110000001").serves(1, "4915110000000");
  const auto ids = [](const Discovery& found) {
    std::string text;
    for (const DiscoveredNumber& number : found.numbers) text += number.number.phone_number_id + told(number.remarks);
    return text;
  };
  CHECK(ids(one.discover()) == ids(other.discover()));
}
