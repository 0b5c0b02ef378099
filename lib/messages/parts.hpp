// The parts of a translation, one a kind of payload; translate() chooses among them.
#pragma once

#include <algorithm>
#include <string>

#include "messages/rules.hpp"
#include "messages/translate.hpp"

namespace wamigrate::messages {

/// Whether a list of known words holds this one.
template <class List>
bool among(const List& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// What the parts are given and add to.
struct Work {
  const Payload& payload;
  const Recognised& seen;
  Direction direction;
  const Setting& setting;
  Translation& out;

  bool to_cloud() const { return direction == Direction::to_cloud; }
  void note(const Rule& rule, std::string path = {}) const { out.notes.push_back({&rule, std::move(path)}); }
  /// A result with the form and the headers of the payload, and this body.
  void result(Json body) const;
};

/// Rewrites a message's members; `message` is the body.
Json translated_message(const Json& message, const Work& work);
/// Marking as read. Between a PUT to the message and a POST with its id.
void translate_mark_read(const Work& work);
/// Every webhook about messages.
void translate_webhook(const Work& work);
/// Answers of calls: to messages and uploads, and refusals.
void translate_reply(const Work& work);
/// A request's method, path and headers into the other API's; bodies are left to the caller.
void translate_address(const Work& work, Payload& request);
/// The headers that mean something on one side only.
void translate_headers(const Work& work, Payload& payload);

}  // namespace wamigrate::messages
