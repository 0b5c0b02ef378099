// The test message of an inventory: what may be shared, what must be there, and what no message may be.
#include "inventory_support.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::testing;
using namespace std::chrono_literals;

namespace {

/// The findings of a number with this `test_message`.
std::string trouble(const std::string& message) {
  return findings(with_number("    test_message: { " + message + " }\n"));
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string whole = R"(to: "+4915110000099", text: "a test", evidence: "listen:hooks.db")";

}  // namespace

TEST_CASE("every key of a test message is read, and what is left out has the documented default") {
  const auto fleet = read(with_number(R"(    test_message:
      to: "+49 151 10000099"
      template: { name: hello_world, language: en_US }
      wait: 30s
      inbound: 10m
      evidence: cmd:fetch-hooks --since today
)"));
  if (!fleet) FAIL(to_text(fleet.error()));
  const TestMessage& message = *fleet->numbers[0].test_message;
  CHECK(message.asked());
  CHECK(message.to == "+4915110000099");
  CHECK(message.recipient() == "4915110000099");
  CHECK(message.to_region == "DE");
  CHECK(message.text.empty());
  CHECK(message.template_name == "hello_world");
  CHECK(message.template_language == "en_US");
  CHECK(message.wait == 30s);
  CHECK(message.inbound == Millis(10min));
  CHECK(message.evidence.text() == "cmd:fetch-hooks --since today");

  const auto less = read(with_number("    test_message: { " + whole + " }\n"), {}, "/etc/wa/inventory.yaml");
  if (!less) FAIL(to_text(less.error()));
  CHECK(less->numbers[0].test_message->wait == 2min);
  CHECK_FALSE(less->numbers[0].test_message->inbound);
  CHECK(less->numbers[0].test_message->evidence.text() == "listen:/etc/wa/hooks.db");

  CHECK_FALSE(read(with_number())->numbers[0].test_message->asked());
}

TEST_CASE("what is shared stands under defaults, and only who has a recipient sends a message") {
  const std::string shared = std::string(head) + R"(  test_message:
    template: { name: hello_world, language: en_US }
    evidence: file:/var/hooks.jsonl
    wait: 1m
numbers:
  - phone: "+491713920001"
    phone_number_id: "1"
    deployment: { url: "https://10.0.0.5:9090" }
    test_message: { to: "+4915110000099", text: "a test" }
  - phone: "+491713920002"
    phone_number_id: "2"
    deployment: { url: "https://10.0.0.6:9090" }
)";
  const auto fleet = read(shared);
  if (!fleet) FAIL(to_text(fleet.error()));
  const TestMessage& own = *fleet->numbers[0].test_message;
  CHECK(own.text == "a test");
  CHECK(own.template_name.empty());
  CHECK(own.wait == 1min);
  CHECK(own.evidence.text() == "file:/var/hooks.jsonl");
  CHECK_FALSE(fleet->numbers[1].test_message->asked());
}

TEST_CASE("what a test message lacks or may not be is found at its line") {
  CHECK(trouble(whole).empty());
  CHECK(has(trouble(R"(text: "a test", evidence: "file:f")"), "the test message of +491713920001 has no `to`"));
  CHECK(has(trouble(R"(to: "+4915110000099", evidence: "file:f")"), "has no `text` and no `template`"));
  CHECK(has(trouble(R"(to: "+4915110000099", text: "a test")"), "has no `evidence`"));
  CHECK(has(trouble(whole + ", template: { name: a, language: de }"), "there is a `text`, too"));
  CHECK(has(trouble(R"(to: "+491713920001", text: "a test", evidence: "file:f")"), "goes to the number itself"));
  CHECK(has(trouble(R"(to: "12", text: "a test", evidence: "file:f")"), "inventory.yaml:16"));
  CHECK(has(trouble(R"(to: "+4915110000099", text: "a test", evidence: "hooks.db")"), "listen:FILE"));
  CHECK(has(trouble(R"(to: "+4915110000099", text: " ", evidence: "file:f")"), "the message is empty"));
  CHECK(has(trouble(whole + ", wait: 0s"), "test_message.wait"));
  CHECK(has(trouble(whole + ", inbound: soon"), "test_message.inbound"));
  CHECK(has(trouble(whole + ", tag: x"), "test_message.tag"));
  for (const std::string bad :
       {"{ name: Hello, language: de }", "{ name: hello, language: english }", "{ name: hello }"}) {
    INFO(bad);
    CHECK_FALSE(trouble(R"(to: "+4915110000099", evidence: "file:f", template: )" + bad).empty());
  }
  CHECK(has(trouble(R"(to: "+4915110000099", evidence: "file:f", text: ")" + std::string(4097, 'x') + '"'),
            "the message is too long"));
}

TEST_CASE("a test message stands in columns with dots") {
  const auto fleet = read(
      std::string(head) + "numbers_file: numbers.csv\n",
      {{"numbers.csv",
        R"(phone,phone_number_id,deployment.url,test_message.to,test_message.template.name,test_message.template.language,test_message.evidence,test_message.text
+491713920001,1,https://10.0.0.5:9090,+4915110000099,hello_world,en_US,file:/f,
+491713920002,2,https://10.0.0.6:9090,,,,,
)"}});
  if (!fleet) FAIL(to_text(fleet.error()));
  CHECK(fleet->numbers[0].test_message->template_name == "hello_world");
  CHECK(fleet->numbers[0].test_message->template_language == "en_US");
  CHECK(fleet->numbers[0].deployment.url == "https://10.0.0.5:9090");
  CHECK_FALSE(fleet->numbers[1].test_message->asked());
}

TEST_CASE("a test message comes back from a plan as it was") {
  const auto fleet = read(with_number("    test_message: { " + whole + ", inbound: 90s }\n"));
  REQUIRE(fleet);
  const auto again = fleet_from_json(to_compact(to_json(*fleet)));
  if (!again) FAIL(to_text(again.error()));
  CHECK(*again->numbers[0].test_message == *fleet->numbers[0].test_message);
  CHECK(to_compact(to_json(*read(with_number()))).find("test_message") == std::string::npos);
}
