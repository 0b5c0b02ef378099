// The mix of a load test as a user writes it: read whole, or refused with every line that is wrong.
#include "model/message_mix.hpp"

#include "support/catch.hpp"

namespace wamigrate {
namespace {

const std::string sound = R"(version: 1
recipients: ["+49 151 19999901", "+4915119999902"]
messages:
  - text: 40
    weight: 3
  - template: { name: order_confirmation, language: en_US, parameters: ["4711"] }
ramp:
  - { rate: 0.5, for: 10s }
  - { from: 1, to: 20, for: 60s }
)";

/// Files of requests: `image.json` in the folder of the mix, and one elsewhere; any other has two faults.
tl::expected<MixRequest, std::vector<Error>> files(const std::string& path) {
  if (path != "mixes/image.json" && path != "/elsewhere/image.json") {
    return tl::make_unexpected(std::vector<Error>{{"it is blurred", "sharpen it"}, {"it is dark", "light it"}});
  }
  return MixRequest{"image", 12, "abc", {{"type", "image"}, {"image", {{"link", "https://a.example/secret"}}}}, {}};
}

auto read(const std::string& text) { return read_message_mix(text, "mixes/mix.yaml", files); }

std::string findings_of(const std::string& text) {
  const auto mix = read_message_mix(text, "mix.yaml", files);
  return mix ? "" : to_text(mix.error());
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a mix is read with its recipients, kinds of messages and steps") {
  const auto mix = read(sound);
  REQUIRE(mix);
  REQUIRE(mix->recipients.size() == 2);
  CHECK(mix->recipients[0].e164 == "+4915119999901");
  REQUIRE(mix->messages.size() == 2);
  CHECK(mix->messages[0].label() == "text of 40");
  CHECK(mix->messages[0].weight == 3);
  CHECK(mix->messages[1].label() == "template order_confirmation (en_US)");
  CHECK(mix->messages[1].parameters == std::vector<std::string>{"4711"});
  REQUIRE(mix->ramp.size() == 2);
  CHECK(mix->ramp[0].from == 500);
  CHECK(mix->ramp[0].to == 500);
  CHECK(mix->ramp[1].to == 20'000);
  CHECK(highest_rate(*mix) == 20'000);
}

TEST_CASE("rates are told as they were written") {
  for (const char* text : {"0.001", "0.5", "1", "2.25", "80", "1000"}) {
    CAPTURE(text);
    const auto rate = parse_rate(text);
    REQUIRE(rate);
    CHECK(rate_text(*rate) == text);
  }
  for (const char* text : {"", "0", "0.0001", "1001", "-1", "1.", ".5", "1e3", "80/s", "1,5", "00001.0"}) {
    CAPTURE(text);
    CHECK(!parse_rate(text));
  }
}

TEST_CASE("everything that is wrong with a mix is told at once, with its line") {
  const std::string findings = findings_of(R"(version: 2
recipients: ["4915119999901", "+4915119999902", "+4915119999902"]
messages:
  - text: 5000
  - { text: 5, template: { name: a, language: en } }
  - { template: { name: a, langauge: en } }
  - just a text
  - { request: image.json, text: 5 }
  - { request: blurred.json, weight: 2 }
  - request: [image.json]
ramp:
  - { rate: 5, from: 1, for: 5s }
  - { rate: 5 }
  - { rate: 5, for: 20ms }
  - { rate: 2000, for: 5s }
speed: 5
)");
  for (const char* part :
       {"mix.yaml:1:", "mix.yaml:2: `recipients`: the phone number does not begin with +", "stands here twice",
        "mix.yaml:4: `messages.text`", "mix.yaml:5: `messages.text`: a message is a text, a template or a request",
        "mix.yaml:6: unknown key `messages.template.langauge`", "mix.yaml:6: `messages.template.language` is missing",
        "mix.yaml:7:", "mix.yaml:8: `messages.text`: a message is",
        "mix.yaml:9: `messages.request`: blurred.json: it is blurred; sharpen it",
        "mix.yaml:9: `messages.request`: blurred.json: it is dark", "mix.yaml:10: `messages.request`",
        "mix.yaml:12: `ramp.rate`", "mix.yaml:13: `ramp.for` is missing", "mix.yaml:14: `ramp.for`",
        "mix.yaml:15: `ramp.rate`", "mix.yaml:16: unknown key `speed`"}) {
    CAPTURE(part, findings);
    CHECK(findings.find(part) != std::string::npos);
  }
}

TEST_CASE("a mix without recipients, messages or steps is none") {
  CHECK(findings_of("").find("the mix is empty") != std::string::npos);
  CHECK(findings_of("[1]").find("not a map") != std::string::npos);
  for (const char* key : {"recipients", "messages", "ramp"}) {
    CAPTURE(key);
    CHECK(findings_of("version: 1\n").find(std::string("`") + key + "` is missing") != std::string::npos);
    CHECK(findings_of("version: 1\n" + std::string(key) + ": []\n").find("the list is empty") != std::string::npos);
  }
  CHECK(findings_of(replaced(sound, "for: 60s", "for: 25h")).find("longer than a day") != std::string::npos);
}

TEST_CASE("the file of a request is looked for beside the mix, and makes one kind of message") {
  for (const std::string file : {"image.json", "/elsewhere/image.json"}) {
    const auto mix = read(replaced(sound, "text: 40", "request: " + file));
    REQUIRE(mix);
    REQUIRE(mix->messages[0].request);
    CHECK(mix->messages[0].weight == 3);
    CHECK(mix->messages[0].label() == "image (" + file + ")");
    CHECK_FALSE(mix->messages[1].request);
  }
}

TEST_CASE("what a result keeps of a request is which file it was, and nothing that it says") {
  const auto mix = read(replaced(sound, "text: 40", "request: image.json"));
  REQUIRE(mix);
  const std::string kept = to_compact(to_json(*mix));
  CHECK(kept.find(R"({"weight":3,"request":{"type":"image","file":"image.json","bytes":12,"sha256":"abc"}})") !=
        std::string::npos);
  CHECK(kept.find("example") == std::string::npos);
}

TEST_CASE("what a result keeps of a mix tells no recipient") {
  const auto mix = read(sound);
  REQUIRE(mix);
  const std::string kept = to_compact(to_json(*mix));
  CHECK(kept.find("49151") == std::string::npos);
  CHECK(kept.find("4711") == std::string::npos);
  CHECK(kept.find(R"("recipients":2)") != std::string::npos);
}

}  // namespace wamigrate
