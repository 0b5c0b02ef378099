// Samples of every form, and what is said of them: where, how often, and nothing of what they hold.
#include "messages/lint.hpp"

#include <fmt/format.h>

#include <functional>

#include "messages/corpus.hpp"
#include "report/lint.hpp"

using namespace wamigrate;
using namespace wamigrate::messages;
using namespace wamigrate::testing;

namespace {

Linted linted(const std::string& text, Direction direction = Direction::to_cloud) {
  Lint lint(direction, unknown_setting());
  lint.add("file", text);
  return lint.take();
}

const Finding* find(const Linted& linted, std::string_view id, std::string_view where = {}) {
  for (const Finding& one : linted.findings) {
    if (one.rule->id == id && (where.empty() || one.where == where)) return &one;
  }
  return nullptr;
}

std::string all_that_is_said(const Linted& linted) {
  const report::Document document = report::lint_document(linted);
  return to_document(to_json(linted)) + report::to_text(document, false) + report::to_markdown(document) +
         report::to_html(document);
}

constexpr std::string_view text_message = R"({"to": "4915119999901", "type": "text", "text": {"body": "Hello"}})";

// A HAR file as browsers write it: pages before the entries, one entry over several lines.
const std::string har = R"({
  "log": {
    "version": "1.2",
    "creator": {"name": "browser", "version": "1"},
    "pages": [{"id": "page_1"}, {"id": "page_2"}],
    "entries": [
      {
        "request": {
          "method": "POST",
          "url": "https://client.example.com:9090/v1/messages",
          "headers": [{"name": "Authorization", "value": "Bearer CANARY-TOKEN"}],
          "postData": {"mimeType": "application/json", "text": "{\"to\": \"4915119999901\", \"type\": \"image\", \"image\": {\"id\": \"0b1c6b1e-5a0f-4c1c-9d5e-3f2a1b4c5d6e\"}}"}
        },
        "response": {
          "status": 201,
          "content": {"encoding": "base64", "text": "eyJtZXNzYWdlcyI6IFt7ImlkIjogImdCIn1dLCAibWV0YSI6IHt9fQ=="}
        }
      },
      {
        "request": {"method": "GET", "url": "https://shop.example.com/index.html"},
        "response": {"status": 200, "content": {"text": "<html>"}}
      },
      {
        "request": {"method": "POST", "url": "https://client.example.com:9090/v1/contacts", "postData": {"text": "{\"contacts\": [\"+4915119999901\"]}"}},
        "response": {"status": 200, "content": {"text": "{\"contacts\": [{\"input\": \"+4915119999901\", \"status\": \"valid\"}]}"}}
      }
    ]
  }
}
)";

}  // namespace

TEST_CASE("samples a line each are counted by finding, with the first places") {
  std::string text;
  for (int i = 0; i < 9; ++i) text += std::string(text_message) + "\n\n";
  const Linted result = linted(text);
  CHECK(result.samples == 9);
  CHECK(result.must_change());
  const Finding* finding = find(result, "messaging_product");
  REQUIRE(finding != nullptr);
  CHECK(finding->count == 9);
  REQUIRE(finding->first.size() == 5);
  CHECK(finding->first[1].line == 3);
}

TEST_CASE("traffic in the other API's words is clean") {
  const Linted result =
      linted(R"({"messaging_product": "whatsapp", "to": "1", "type": "text", "text": {"body": "x"}})");
  CHECK(result.already == 1);
  CHECK_FALSE(result.must_change());
  CHECK(to_json(result)["clean"] == true);
}

TEST_CASE("a document of many lines is one sample, a list as many as it has elements, each with its line") {
  CHECK(linted("\n{\n  \"to\": \"1\",\n  \"text\": {}\n}\n").samples == 1);
  const Linted result = linted("[\n" + std::string(text_message) + ",\n  " + std::string(text_message) + "\n]");
  CHECK(result.samples == 2);
  REQUIRE(find(result, "messaging_product") != nullptr);
  CHECK(find(result, "messaging_product")->first[0].line == 2);
  CHECK(find(result, "messaging_product")->first[1].line == 3);
}

TEST_CASE("a HAR file's requests and answers are read, each at the line of its entry") {
  const Linted result = linted(har);
  CHECK(result.samples == 5);
  CHECK(result.unread == 0);
  REQUIRE(find(result, "media_id", "image.id") != nullptr);
  CHECK(find(result, "media_id", "image.id")->first[0].line == 7);
  REQUIRE(find(result, "contacts_endpoint", "/v1/contacts") != nullptr);
  CHECK(find(result, "contacts_endpoint", "/v1/contacts")->first[0].line == 23);
  CHECK(find(result, "reply_meta", "meta") != nullptr);
  CHECK(result.kinds.at(Kind::unknown) == 1);
}

TEST_CASE("lines of access logs tell calls: common, combined and nginx's own form") {
  const std::string log =
      "10.0.0.1 - bob [23/Nov/2025:10:00:00 +0000] \"POST /v1/contacts HTTP/1.1\" 200 120\n"
      "10.0.0.1 - - [23/Nov/2025:10:00:01 +0000] \"PUT /v1/messages/gBEGCANARY HTTP/1.1\" 200 0 \"-\" \"curl/8\"\n"
      "10.0.0.1 - - [23/Nov/2025:10:00:02 +0000] \"POST /v1/messages?t=CANARY HTTP/1.1\" 201 99 \"-\" \"a \\\"b\"\n"
      "10.0.0.1 - - [23/Nov/2025:10:00:03 +0000] \"GET /favicon.ico HTTP/1.1\" 404 0 \"-\" \"x\"\n";
  const Linted result = linted(log);
  CHECK(result.samples == 4);
  CHECK(result.only_lines == 4);
  CHECK(result.unread == 0);
  CHECK(find(result, "contacts_endpoint", "/v1/contacts") != nullptr);
  CHECK(find(result, "mark_read", "/v1/messages/{id}") != nullptr);
  CHECK(find(result, "address", "/v1/messages") != nullptr);
  CHECK(find(result, "messaging_product") == nullptr);
  CHECK(find(result, "unrecognised") == nullptr);
  CHECK(all_that_is_said(result).find("CANARY") == std::string::npos);
}

TEST_CASE("what is no sample is counted and told with its line, and the rest is read") {
  const Linted result = linted(std::string(text_message) + "\nnonsense\n{\"to\": \n" + std::string(text_message) +
                               "\n\"POST /v1/messages\" 200\n");
  CHECK(result.samples == 2);
  CHECK(result.unread == 3);
  REQUIRE(result.first_unread.size() == 3);
  CHECK(result.first_unread[0].place.line == 2);
  CHECK(result.first_unread[2].place.line == 5);
  CHECK(result.empty.empty());
}

TEST_CASE("a file without a sample is said to be empty") {
  for (const std::string& text : {std::string(), std::string("\n\n"), std::string("nonsense"), std::string("[]"),
                                  std::string("\0\x01\xff", 3), std::string("[1, 2]")}) {
    CHECK(linted(text).empty == std::vector<std::string>{"file"});
  }
}

TEST_CASE("depth and size are bounded") {
  const std::string deep = "{\"to\": " + std::string(10'000, '[') + std::string(10'000, ']') + "}";
  CHECK(linted(deep).unread == 1);
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += fmt::format("{{\"to\": \"1\", \"key{}\": 1}}\n", i % 2000);
  const Linted result = linted(many);
  CHECK(result.samples == 20'000);
  CHECK(result.findings.size() < 600);
  const std::string wide = "{\"statuses\": [" + [] {
    std::string all;
    for (int i = 0; i < 50'000; ++i) all += i == 0 ? "{}" : ",{\"status\": \"deleted\"}";
    return all;
  }() + "]}";
  const Linted in_wide = linted(wide);
  const Finding* finding = find(in_wide, "status_word", "statuses[].status");
  REQUIRE(finding != nullptr);
  CHECK(finding->count == 1);
}

TEST_CASE("nothing of what samples hold is repeated: no text, no phone number, no token, no id") {
  // Every value of every documented payload becomes a canary, where it does not tell what the payload is.
  std::string text;
  for (const Documented& one : documented_payloads()) {
    if (one.direction != Direction::to_cloud) continue;
    Json json = one.head["payload"];
    const std::function<void(Json&, const std::string&)> spoil = [&](Json& value, const std::string& key) {
      static const std::vector<std::string> telling = {"type", "status", "method", "path", "messaging_product"};
      if (value.is_structured()) {
        for (auto& [name, inner] : value.items()) spoil(inner, value.is_array() ? key : name);
      } else if (value.is_string() && std::find(telling.begin(), telling.end(), key) == telling.end()) {
        value = "CANARY +49 151 7654321";
      }
    };
    spoil(json, "");
    json["CANARY7654321"] = "CANARY";
    json["CANARY +49 151 7654321"] = {{"CANARY", 1}};
    if (json.contains("path")) json["path"] = text_at(json, "path") + "/CANARY7654321?token=CANARY";
    text += to_compact(json) + "\n";
  }
  text += "10.0.0.1 - CANARY [x] \"POST /CANARY/v1/messages/CANARY?CANARY HTTP/1.1\" 200 7 \"CANARY\"\nCANARY\n";
  for (const Direction direction : {Direction::to_cloud, Direction::to_onprem}) {
    const std::string said = all_that_is_said(linted(text, direction));
    CHECK(said.find("CANARY") == std::string::npos);
    CHECK(said.find("7654321") == std::string::npos);
  }
}

TEST_CASE("the same traffic is found to need nothing once it was translated") {
  for (const Documented& one : documented_payloads()) {
    if (one.direction != Direction::to_cloud) continue;
    const Translation translation = translate(one.payload, one.direction, corpus_setting());
    if (!translation.lossless()) continue;
    for (const Payload& result : translation.results) {
      INFO(one.name);
      CHECK_FALSE(linted(to_compact(to_json(result))).must_change());
    }
  }
}
