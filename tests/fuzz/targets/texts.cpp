// Smaller texts from outside: the status feed, users' own files, moments, lengths of time, phones and references.
#include <optional>

#include "api/status_feed.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "fuzz/targets/target.hpp"
#include "model/number.hpp"
#include "plan/scan.hpp"

namespace wamigrate::fuzz {
namespace {

void run_status_feed(std::string_view input) {
  const auto items = api::read_status_feed(input);
  if (!items) {
    holds(is_plain(to_text(items.error())), "a refusal is one plain line");
    return;
  }
  holds(items->size() <= api::most_feed_items, "no more items are kept than promised");
  for (const api::FeedItem& item : *items) {
    holds(!item.title.empty(), "an item has a title");
    holds(item.title.size() <= 300 && item.date.size() <= 300, "what a feed says is cut");
    holds(is_plain(item.title) && is_plain(item.date), "what a feed says is plain");
  }
}

std::vector<std::string> feed_seeds() {
  return {R"(<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Status</title>)"
          R"(<item><title>Sending fails</title><description>&lt;b&gt;since noon&lt;/b&gt;</description>)"
          R"(<pubDate>Mon, 17 Nov 2025 12:00:00 GMT</pubDate></item><item><description><![CDATA[a <x> b]]>)"
          R"(</description></item></channel></rss>)"};
}

void run_scan(std::string_view input) {
  std::size_t lines = 1;
  for (const char c : input) lines += c == '\n' ? 1 : 0;
  std::optional<Mention> last;
  for (const Mention& mention : traces_in(input)) {
    holds(mention.line >= 1 && mention.line <= lines, "a trace is in a line of the file");
    holds(!last || last->line < mention.line || (last->line == mention.line && last->trace < mention.trace),
          "traces come in order, at most one of a kind a line");
    last = mention;
  }
  for (const Direction direction : {Direction::to_cloud, Direction::to_onprem}) {
    Scan found(direction);
    found.add("file", input);
    for (const Check& check : found.take()) {
      holds(is_plain(check.message), "nothing of a file is repeated");
      holds(check.message.size() <= 300, "a finding is short however long the file");
    }
  }
}

std::vector<std::string> scan_seeds() {
  return {"{\"type\":\"image\",\"image\":{\"id\":\"f043afd0-f0ae-4b9c-ab3d-696fb4c8cd68\"}}\n",
          "{\"image\":\n{\n\"id\": \"1234567890123\"}}\nmedia_id=1234567890\n",
          "namespace: \"whatsapp:hsm:technology:nexmo\"\nPOST https://host/v1/contacts\nGET /v1/media/"
          "f043afd0-f0ae-4b9c-ab3d-696fb4c8cd68\n"};
}

template <class T, class Write, class Read>
void check_round_trip(const std::optional<T>& value, Write write, Read read, std::string_view words) {
  if (value) holds(read(write(*value)) == value, words);
}

void run_values(std::string_view input) {
  check_round_trip(
      parse_iso(input), [](Time time) { return to_iso(time); }, [](const std::string& text) { return parse_iso(text); },
      "a moment is written as it was read");
  check_round_trip(
      parse_http_date(input), [](Time time) { return to_http_date(time); },
      [](const std::string& text) { return parse_http_date(text); }, "HTTP's date is written as it was read");
  const auto duration = parse_duration(input);
  check_round_trip(
      duration, [](Millis length) { return to_text(length); },
      [](const std::string& text) { return parse_duration(text); }, "a length of time is written as it was read");
  if (duration) holds(!for_people(*duration).empty(), "a length of time can be told");
  if (const auto ref = parse_secret_ref(input)) {
    const auto again = parse_secret_ref(ref->text());
    holds(again && *again == *ref, "a reference is written as it was read");
  }
  if (const auto phone = parse_phone(input)) {
    const auto again = parse_phone(phone->e164);
    holds(again && again->e164 == phone->e164, "a phone is written as it was read");
  }
}

std::vector<std::string> value_seeds() {
  return {"2025-10-23",
          "2025-10-23T01:02:03.456Z",
          "2025-10-23 01:02:03+0200",
          "9999-12-31T23:59-23:59",
          "0000-01-01T00:00+23",
          "72h",
          "Sun, 06 Nov 1994 08:49:37 GMT",
          "500ms",
          "env:WAMIGRATE_PIN",
          "cmd:pass show pin",
          "file:~/pin",
          "+4915110000000",
          "+55 11 91234-5678",
          "+41 44 668 18 00",
          "0s",
          "1000000h"};
}

}  // namespace

const Target status_feed{"status_feed", run_status_feed, feed_seeds};
const Target scan{"scan", run_scan, scan_seeds};
const Target values{"values", run_values, value_seeds};

}  // namespace wamigrate::fuzz
