// translate and lint as their users meet them: what goes to which output, and the exit codes.
#include "cli/stage.hpp"
#include "support/catch.hpp"

using namespace wamigrate;
using namespace wamigrate::tests;

namespace {

const std::string plain_message = R"({"to":"4915119999901","type":"text","text":{"body":"Hello"}})";
const std::string bare_status = R"({"statuses":[{"id":"gB","status":"read","timestamp":"1","recipient_id":"49"}]})";

}  // namespace

TEST_CASE("what is lossless goes from standard input to standard output and ends with 0") {
  Stage stage;
  const Ended ended = stage.run({"translate", "--to", "cloud"}, plain_message + "\n" + plain_message + "\n");
  INFO(ended.text());
  CHECK(ended.code == 0);
  const auto lines = json_lines(ended.out);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["messaging_product"] == "whatsapp");
  CHECK(has(ended.err, "-:2: changed at messaging_product"));
  CHECK(stage.requests() == 0);
}

TEST_CASE("what loses something ends with 2, and names it on standard error") {
  Stage stage;
  stage.put("in.jsonl", R"({"to":"1","type":"image","image":{"id":"0b1c6b1e-5a0f-4c1c-9d5e-3f2a1b4c5d6e"}})");
  const Ended ended = stage.run({"translate", "in.jsonl", "--to", "cloud"});
  INFO(ended.text());
  CHECK(ended.code == 2);
  CHECK(json_lines(ended.out).size() == 1);
  CHECK(has(ended.err, "in.jsonl:1: must be done at image.id"));
}

TEST_CASE("with --json translations and notes are one document") {
  Stage stage;
  const Ended ended = stage.run({"translate", "-", "--to", "cloud", "--json"}, plain_message + "\n" + bare_status);
  CHECK(ended.code == 2);
  const auto json = parse_json(ended.out);
  REQUIRE(json.has_value());
  CHECK((*json)["lossless"] == false);
  REQUIRE((*json)["translated"].size() == 2);
  const Json& second = (*json)["translated"][1];
  CHECK(second["line"] == 2);
  CHECK(second["kind"] == "webhook");
  CHECK(second["results"][0]["object"] == "whatsapp_business_account");
  for (const char* key : {"id", "kind", "path", "message", "fix", "source", "certainty", "difference"}) {
    INFO(key);
    CHECK(second["notes"][0].contains(key));
  }
}

TEST_CASE("the envelope's numbers come from the inventory or from options") {
  Stage stage;
  for (const Args& from :
       {Args{"--inventory", "inventory.yaml"}, Args{"--phone-number-id", "106540352240000", "--waba-id",
                                                    "102290129340398", "--display-number", "+49 151 10000000"}}) {
    Args arguments = {"translate", "--to", "cloud"};
    arguments.insert(arguments.end(), from.begin(), from.end());
    const Ended ended = stage.run(arguments, bare_status);
    INFO(ended.text());
    CHECK(ended.code == 0);
    const auto lines = json_lines(ended.out);
    REQUIRE(lines.size() == 1);
    const Json& entry = lines[0]["entry"][0];
    CHECK_FALSE(text_at(entry, "id").empty());
    CHECK(entry["changes"][0]["value"]["metadata"]["display_phone_number"] == "4915110000000");
    CHECK_FALSE(text_at(entry["changes"][0]["value"]["metadata"], "phone_number_id").empty());
  }
}

TEST_CASE("of an inventory with several numbers one must be named") {
  Stage stage({.numbers = 2});
  const Ended ended = stage.run({"translate", "--to", "cloud", "--inventory", "inventory.yaml"}, bare_status);
  CHECK(ended.code == 1);
  CHECK(has(ended.err, "--phone-number-id"));
}

TEST_CASE("input that can't be used ends with 1 and its line, and nothing is translated") {
  Stage stage;
  for (const std::string& bad : {std::string("nonsense"), std::string("{\"to\":"), std::string("[1]"),
                                 std::string("10.0.0.1 - - [x] \"POST /v1/messages HTTP/1.1\" 201 5")}) {
    const Ended ended = stage.run({"translate", "--to", "cloud"}, plain_message + "\n" + bad + "\n");
    INFO(ended.text());
    CHECK(ended.code == 1);
    CHECK(ended.out.empty());
    CHECK(has(ended.err, "-:2: "));
  }
  CHECK(stage.run({"translate", "--to", "cloud"}, "").code == 1);
  CHECK(stage.run({"translate", "nowhere.json", "--to", "cloud"}).code == 1);
  CHECK(stage.run({"translate", "--to", "mars"}, plain_message).code == 1);
  CHECK(stage.run({"translate", "a", "b", "--to", "cloud"}).code == 1);
}

TEST_CASE("lint ends with 2 where something must change, 0 where not, 1 where nothing could be read") {
  Stage stage;
  stage.put("traffic.jsonl", plain_message + "\n");
  stage.put("ready.jsonl", R"({"messaging_product":"whatsapp","to":"1","type":"text","text":{"body":"x"}})");
  stage.put("nothing.log", "nonsense\n");
  const Ended found = stage.run({"lint", "traffic.jsonl", "--to", "cloud"});
  INFO(found.text());
  CHECK(found.code == 2);
  CHECK(has(found.out, "traffic.jsonl:1"));
  CHECK(has(found.out, "wamigrate explain messaging_product"));
  CHECK(stage.run({"lint", "ready.jsonl", "--to", "cloud"}).code == 0);
  const Ended unread = stage.run({"lint", "ready.jsonl", "nothing.log", "--to", "cloud"});
  CHECK(unread.code == 1);
  CHECK(has(unread.out, "nothing.log:1"));
  CHECK(stage.run({"lint", "nowhere.jsonl", "--to", "cloud"}).code == 1);
  CHECK(stage.run({"lint", "--to", "cloud"}).code == 1);
  CHECK(stage.run({"lint", "traffic.jsonl"}).code == 1);
  CHECK(stage.requests() == 0);
}

TEST_CASE("lint's findings are one document with --json, a page with --format") {
  Stage stage;
  stage.put("traffic.jsonl", plain_message + "\n");
  const Ended ended = stage.run({"lint", "traffic.jsonl", "--to", "cloud", "--json"});
  const auto json = parse_json(ended.out);
  REQUIRE(json.has_value());
  CHECK((*json)["clean"] == false);
  CHECK((*json)["findings"][0]["id"] == "messaging_product");
  CHECK((*json)["findings"][0]["first"][0] == Json({{"file", "traffic.jsonl"}, {"line", 1}}));
  CHECK(has(stage.run({"lint", "traffic.jsonl", "--to", "cloud", "--format", "html"}).out, "<html"));
  CHECK(stage.run({"lint", "traffic.jsonl", "--to", "cloud", "--format", "pdf"}).code == 1);
  CHECK(stage.run({"lint", "traffic.jsonl", "--to", "cloud", "--format", "markdown", "-o", "page.md"}).code == 2);
  CHECK(has(content_of(stage.work() / "page.md"), "# Your traffic"));
}

TEST_CASE("lint repeats nothing of what the traffic holds") {
  Stage stage;
  stage.put("traffic.jsonl",
            R"({"method":"POST","path":"/v1/messages/CANARY?CANARY","headers":{"Authorization":"CANARY"},
      "body":{"to":"CANARY","CANARY7654321":"CANARY","type":"text","text":{"body":"CANARY"}}})");
  for (const Args& more : {Args{}, Args{"--json"}, Args{"--format", "html"}}) {
    Args arguments = {"lint", "traffic.jsonl", "--to", "cloud"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    CHECK_FALSE(has(stage.run(arguments).text(), "CANARY"));
  }
}

TEST_CASE("every difference that lint names can be explained") {
  Stage stage;
  const Ended listed = stage.run({"explain", "--json"});
  const auto known = parse_json(listed.out);
  REQUIRE(known.has_value());
  stage.put("traffic.jsonl", plain_message + "\n" + bare_status + "\n" + R"({"contacts":["+1"]})" + "\n" +
                                 R"({"messages":[{"id":"gB"}],"meta":{}})" + "\n" +
                                 R"({"errors":[{"code":7}],"meta":{}})" + "\n" +
                                 R"({"messages":[{"from":"1","type":"voice","voice":{"id":"x"}}]})" + "\n");
  const auto json = parse_json(stage.run({"lint", "traffic.jsonl", "--to", "cloud", "--json"}).out);
  REQUIRE(json.has_value());
  const Json& differences = (*known)["explains"]["differences"];
  for (const Json& finding : (*json)["findings"]) {
    const std::string id = text_at(finding, "difference");
    INFO(id);
    CHECK((id.empty() || std::find(differences.begin(), differences.end(), id) != differences.end()));
  }
}
