// Traffic of users: samples of any form, translated in both directions and linted; and a load test's messages.
#include <algorithm>

#include "fuzz/targets/target.hpp"
#include "messages/lint.hpp"
#include "messages/mix_request.hpp"
#include "report/lint.hpp"
#include "support/golden.hpp"

namespace wamigrate::fuzz {
namespace {

using namespace wamigrate::messages;

void check_notes(const Translation& translation) {
  for (const Note& note : translation.notes) {
    holds(is_plain(note.path), "the place of a note is plain");
    holds(!note.rule->message.empty(), "a note says something");
  }
  const bool silent = translation.results.empty() && translation.notes.empty();
  holds(!silent, "what has no translation has a note");
  if (translation.already) holds(translation.notes.empty(), "what is in the other's words already has no note");
}

void check_translation(const Payload& payload, Direction direction) {
  const Translation translation = translate(payload, direction, unknown_setting());
  check_notes(translation);
  for (const Payload& result : translation.results) {
    const auto again = parse_json(to_compact(to_json(result)));
    holds(again.has_value() || result.body.is_structured(), "a result is JSON again");
    check_notes(translate(result, direction == Direction::to_cloud ? Direction::to_onprem : Direction::to_cloud,
                          unknown_setting()));
  }
}

void run_messages(std::string_view input) {
  int lines = 1;
  for (const char c : input) lines += c == '\n' ? 1 : 0;
  const auto in_file = [lines](int line) { holds(line >= 1 && line <= lines, "a place is in a line of the file"); };
  each_sample(
      input,
      [&](const Sample& sample) {
        in_file(sample.line);
        for (const Direction direction : {Direction::to_cloud, Direction::to_onprem}) {
          check_translation(sample.payload, direction);
        }
      },
      [&](int line, const std::string& why) {
        in_file(line);
        holds(is_plain(why), "why a line was not read is plain");
      });
  for (const Direction direction : {Direction::to_cloud, Direction::to_onprem}) {
    Lint lint(direction, unknown_setting());
    lint.add("file", input);
    const Linted linted = lint.take();
    for (const Finding& finding : linted.findings) {
      holds(is_plain(finding.where) && finding.where.size() <= 2500, "a finding's place is plain and short");
      holds(finding.count >= 1 && !finding.first.empty(), "a finding was found somewhere");
    }
    holds(is_plain_page(report::to_text(report::lint_document(linted), false)), "what is told is plain");
    holds(parse_json(to_document(to_json(linted))).has_value(), "what scripts are told is JSON");
  }
}

void run_mix_request(std::string_view input) {
  const auto request = mix_request_from(input);
  if (!request) {
    holds(!request.error().empty(), "a message is read, or something is wrong with it");
    for (const Error& error : request.error()) holds(is_plain(error.message), "what is wrong is one plain line");
    return;
  }
  holds(is_plain(request->type), "a type is plain");
  for (const Json* body : {&request->cloud, &request->onprem}) {
    holds(body->is_object() && !body->empty(), "a message holds something");
    for (const char* ours : {"to", "recipient_type", "messaging_product", "biz_opaque_callback_data"}) {
      holds(!body->contains(ours), "it goes to nobody yet");
    }
  }
}

std::vector<std::string> message_seeds() {
  std::vector<std::string> seeds = {
      "10.0.0.1 - bob [23/Nov/2025:10:00:00 +0000] \"PUT /v1/messages/gBEG HTTP/1.1\" 200 0 \"-\" \"curl/8\"\n",
      R"({"log": {"entries": [{"request": {"method": "POST", "url": "/v1/messages", "postData": {"text": "{\"to\": 1}"}},
          "response": {"status": 201, "content": {"encoding": "base64", "text": "e30="}}}]}})",
      "[{\"to\": \"1\"},\n{\"statuses\": []}]"};
  for (const char* side : {"onprem", "cloud"}) {
    std::string lines = testing::text_of(std::string("tests/messages/corpus/") + side + ".jsonl");
    while (!lines.empty()) {
      const std::size_t end = std::min(lines.find('\n'), lines.size());
      if (const auto json = parse_json(lines.substr(0, end))) seeds.push_back(to_compact((*json)["payload"]));
      lines.erase(0, end + 1);
    }
  }
  return seeds;
}

}  // namespace

const Target messages{"messages", run_messages, message_seeds};
const Target mix_request{"mix_request", run_mix_request, message_seeds};

}  // namespace wamigrate::fuzz
