#include "webhooks/reading.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/plain_text.hpp"

namespace wamigrate::webhooks {
namespace {

constexpr std::size_t longest_text = 512;        // ids are shorter
constexpr std::size_t longest_tag = 2048;        // 512 characters by Meta's limit
constexpr long long last_second = 253402300799;  // of the year 9999

/// A member as text that may stand in a column, a line or on a terminal.
std::string text_of(const Json& object, std::string_view key) {
  return plain(text_at(object, key).substr(0, longest_text));
}

/// What the business tagged its message with, to be asked for by just that: only what no column holds is left out.
std::string tag_of(const Json& object) {
  std::string tag = text_at(object, "biz_opaque_callback_data").substr(0, longest_tag);
  std::erase(tag, '\0');
  return tag;
}

Time time_of(const Json& object) {
  const long long seconds = number_at(object, "timestamp").value_or(0);
  return Time(std::chrono::seconds(std::clamp(seconds, 0LL, last_second)));
}

/// The elements that are objects; none where there is no list.
std::vector<const Json*> objects(const Json& list) {
  std::vector<const Json*> found;
  if (!list.is_array()) return found;
  for (const Json& element : list) {
    if (element.is_object()) found.push_back(&element);
  }
  return found;
}

std::string shown(const std::string& person, People people) {
  return people == People::masked ? masked(person) : person;
}

void read_value(const Json& value, const std::string& number, People people, Reading& reading) {
  for (const Json* status : objects(at_path(value, {"statuses"}))) {
    StatusNews news{.message = text_of(*status, "id"), .status = text_of(*status, "status"), .number = number};
    if (news.message.empty() || news.status.empty()) continue;
    const std::string recipient = text_of(*status, "recipient_id");
    news.recipient =
        shown(recipient.empty() ? text_of(at_path(*status, {"message"}), "recipient_id") : recipient, people);
    news.callback = tag_of(*status);
    const auto errors = objects(at_path(*status, {"errors"}));
    if (!errors.empty()) news.code = text_of(*errors.front(), "code");
    news.at = time_of(*status);
    reading.statuses.push_back(std::move(news));
  }
  for (const Json* message : objects(at_path(value, {"messages"}))) {
    InboundNews news{.message = text_of(*message, "id"),
                     .type = text_of(*message, "type"),
                     .number = number,
                     .sender = shown(text_of(*message, "from"), people),
                     .at = time_of(*message)};
    if (!news.message.empty()) reading.messages.push_back(std::move(news));
  }
}

std::optional<Json> object_of(std::string_view body) {
  auto json = parse_json(body);
  return json && json->is_object() ? std::move(json) : std::nullopt;
}

}  // namespace

std::optional<Reading> read_cloud(std::string_view body, People people) {
  const auto json = object_of(body);
  if (!json) return std::nullopt;
  Reading reading;
  for (const Json* entry : objects(at_path(*json, {"entry"}))) {
    if (reading.account.empty()) reading.account = text_of(*entry, "id");
    for (const Json* change : objects(at_path(*entry, {"changes"}))) {
      ++reading.changes;
      const Json& value = at_path(*change, {"value"});
      if (text_of(*change, "field") != "messages" || !value.is_object()) continue;
      read_value(value, text_of(at_path(value, {"metadata"}), "phone_number_id"), people, reading);
    }
  }
  return reading;
}

std::optional<Reading> read_onprem(std::string_view body, const std::string& deployment, People people) {
  const auto json = object_of(body);
  if (!json) return std::nullopt;
  Reading reading;
  reading.changes = 1;
  read_value(*json, deployment, people, reading);
  return reading;
}

Verdict verdict_of(const Outgoing& message) {
  if (message.read) return Verdict::read;
  if (message.delivered) return Verdict::delivered;
  if (message.failed) return Verdict::failed;
  return message.sent ? Verdict::sent : Verdict::nothing;
}

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::sent:
      return "sent";
    case Verdict::failed:
      return "failed";
    case Verdict::delivered:
      return "delivered";
    case Verdict::read:
      return "read";
    case Verdict::nothing:
      break;
  }
  return "nothing";
}

}  // namespace wamigrate::webhooks
