// Payloads: what two programs say to each other about messages, in either API's words, and how it is told what one is:
// by its method and path where they are known, else by its members.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "model/number.hpp"

namespace wamigrate::messages {

enum class Api { onprem, cloud };
/// The API that is left in that direction, and the one that is gone to.
Api source_of(Direction direction);
Api target_of(Direction direction);

struct Payload {
  enum class Part { body, request, reply };
  Part part = Part::body;  ///< `body`: nothing is known but the JSON.
  std::string method;      ///< Of a request; upper case.
  std::string path;        ///< Of a request: path and query, or a whole URL.
  int status = 0;          ///< Of a reply.
  std::vector<std::pair<std::string, std::string>> headers;
  Json body;  ///< Null: none, or bytes that are no JSON.
};

/// Reads a payload: `{"method", "path" or "url", "headers", "body"}` is a request, `{"status": 200, "headers", "body"}`
/// a reply, anything else a body. Fails where it is no object, or where these members have other types.
Result<Payload> payload_from(const Json& json);
/// The same form again; a body stands by itself.
Json to_json(const Payload& payload);

enum class Kind {
  send,
  mark_read,
  contacts_check,
  send_reply,
  contacts_reply,
  error_reply,
  webhook,
  services,  ///< On-premises' webhook about its own services.
  media_upload,
  media_fetch,
  media_delete,
  media_reply,
  media_url,  ///< Cloud's answer with the URL of a media.
  health,
  login,
  sticker_packs,
  other_call,  ///< A call of one of both APIs that has nothing to do with messages.
  unknown,
};
std::string_view name(Kind kind);      ///< "send", …: in JSON.
std::string_view in_words(Kind kind);  ///< "messages sent", …

/// What a payload is.
struct Recognised {
  Kind kind = Kind::unknown;
  Api api = Api::onprem;
  bool sure = false;   ///< It is told which API it speaks; else `api` is the one that is left.
  std::string id;      ///< Of the message or media in a path, or of the number in Graph's.
  std::string number;  ///< phone_number_id in Graph's path.
  std::string call;    ///< The path with ids as `{id}`, fit to be shown; empty where there is none.
};
/// `left` is the API that is assumed where nothing tells.
Recognised recognise(const Payload& payload, Api left);

/// What a request's method and path call; kind `unknown` where they belong to neither API.
Recognised recognise_call(std::string_view method, std::string_view path);

/// An id as a segment of a path, and back.
std::string path_segment(std::string_view id);
std::string from_path_segment(std::string_view segment);

}  // namespace wamigrate::messages
