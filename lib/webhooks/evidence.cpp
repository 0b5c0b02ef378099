#include "webhooks/evidence.hpp"

#include <algorithm>
#include <map>

#include "base/json.hpp"
#include "webhooks/reading.hpp"

namespace wamigrate::webhooks {
namespace {

using namespace std::chrono_literals;

bool has(const std::vector<std::string>& list, const std::string& text) {
  return !text.empty() && std::find(list.begin(), list.end(), text) != list.end();
}

/// As the store folds them: the earliest moment of each.
void fold(Outgoing& message, const StatusNews& news) {
  const auto note = [&news](std::optional<Time>& moment) { moment = std::min(moment.value_or(news.at), news.at); };
  message.message = news.message;
  if (message.callback.empty()) message.callback = news.callback;
  if (message.code.empty()) message.code = news.code;
  if (news.status == "sent") note(message.sent);
  if (news.status == "delivered") note(message.delivered);
  if (news.status == "read" || news.status == "played") note(message.read);
  if (news.status == "failed") note(message.failed);
}

MessageFate fate_of(const Outgoing& message) {
  const Verdict verdict = verdict_of(message);
  return {.message = message.message,
          .tag = message.callback,
          .status = verdict == Verdict::nothing ? "" : std::string(name(verdict)),
          .code = message.code};
}

/// A client's posts name the number as their address does: by its deployment, or by its id. Whole seconds are all that
/// a platform tells: one that has begun counts.
bool came_in(const EvidenceQuestion& question, PostSide side, const std::string& number, const std::string& sender,
             Time at) {
  const bool here = number == question.phone_number_id || (side == PostSide::onprem && number == question.deployment);
  return question.since && side == question.side && here && sender == masked(question.sender) &&
         at + 1s > *question.since;
}

}  // namespace

MessageEvidence evidence_in(std::string_view lines, const EvidenceQuestion& question) {
  MessageEvidence evidence;
  std::map<std::string, Outgoing> outgoing;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const auto json = parse_json(line);
    if (!json || !json->is_object()) continue;
    const PostSide side = json->contains("entry") ? PostSide::cloud : PostSide::onprem;
    const auto reading = side == PostSide::cloud ? read_cloud(line) : read_onprem(line, question.deployment);
    if (!reading) continue;
    for (const StatusNews& news : reading->statuses) fold(outgoing[news.message], news);
    for (const InboundNews& news : reading->messages) {
      if (came_in(question, side, news.number, news.sender, news.at)) evidence.incoming = true;
    }
  }
  for (const auto& [id, message] : outgoing) {
    if (has(question.messages, id) || has(question.tags, message.callback))
      evidence.messages.push_back(fate_of(message));
  }
  return evidence;
}

Result<MessageEvidence> evidence_in(PostStore& store, const EvidenceQuestion& question) {
  MessageEvidence evidence;
  std::map<std::string, Outgoing> outgoing;
  for (const std::string& tag : question.tags) {
    const auto tagged = store.outgoing_tagged(tag);
    if (!tagged) return tl::make_unexpected(tagged.error());
    for (const Outgoing& message : *tagged) outgoing[message.message] = message;
  }
  for (const std::string& id : question.messages) {
    const auto message = store.outgoing(id);
    if (!message) return tl::make_unexpected(message.error());
    if (*message) outgoing[id] = **message;
  }
  for (const auto& [id, message] : outgoing) evidence.messages.push_back(fate_of(message));
  if (!question.since) return evidence;
  const auto received = store.incoming_between(*question.since, Time(std::chrono::hours(24 * 365 * 200)));
  if (!received) return tl::make_unexpected(received.error());
  evidence.incoming = std::any_of(received->begin(), received->end(), [&](const Incoming& one) {
    return came_in(question, one.side, one.number, one.sender, one.arrived);
  });
  return evidence;
}

}  // namespace wamigrate::webhooks
