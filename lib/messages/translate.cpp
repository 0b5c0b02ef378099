// Which kind of payload it is, and which part translates it.
#include "messages/translate.hpp"

#include <algorithm>

#include "messages/parts.hpp"

namespace wamigrate::messages {
namespace {

void translate_send(const Work& work) {
  if (!work.payload.body.is_object()) {
    work.note(rules::unrecognised, "body");
    return work.result(Json());
  }
  work.result(translated_message(work.payload.body, work));
}

// Calls of media and health: the address is all that can be translated.
void translate_call(const Work& work, const Rule& rule) {
  work.note(rule);
  work.result(Json());
}

void translate_media_call(const Work& work) {
  if (work.seen.kind == Kind::media_upload) {
    return translate_call(work, work.to_cloud() ? rules::media_upload_cloud : rules::media_upload_onprem);
  }
  if (work.seen.kind == Kind::media_fetch) work.note(rules::media_fetch);
  work.note(rules::media_id, "path");
  work.result(Json());
}

void translate_known(const Work& work) {
  switch (work.seen.kind) {
    case Kind::send:
      return translate_send(work);
    case Kind::mark_read:
      return translate_mark_read(work);
    case Kind::webhook:
      return translate_webhook(work);
    case Kind::send_reply:
    case Kind::media_reply:
    case Kind::error_reply:
      return translate_reply(work);
    case Kind::media_upload:
    case Kind::media_fetch:
    case Kind::media_delete:
      return translate_media_call(work);
    case Kind::health:
      return translate_call(work, rules::health);
    case Kind::contacts_check:
    case Kind::contacts_reply:
      return work.note(rules::contacts_endpoint);
    case Kind::services:
      return work.note(rules::services);
    case Kind::media_url:
      return work.note(rules::media_url);
    case Kind::login:
      return work.note(rules::login);
    case Kind::sticker_packs:
      return work.note(rules::sticker_packs);
    case Kind::other_call:
      return work.note(work.to_cloud() ? rules::endpoint_onprem_only : rules::endpoint_cloud_only);
    case Kind::unknown:
      return work.note(rules::unrecognised);
  }
}

}  // namespace

void Work::result(Json body) const {
  Payload other = payload;
  other.body = std::move(body);
  if (out.results.empty()) {
    translate_address(*this, other);
  } else {
    other.headers = out.results.front().headers;
  }
  out.results.push_back(std::move(other));
}

Setting unknown_setting() { return {"", "", "", "v23.0", ""}; }

bool Translation::lossless() const {
  return std::none_of(notes.begin(), notes.end(), [](const Note& note) { return note.weighs(); });
}

Translation translate(const Payload& payload, Direction direction, const Setting& setting) {
  const Recognised seen = recognise(payload, source_of(direction));
  Translation out;
  out.kind = seen.kind;
  if (seen.sure && seen.api == target_of(direction)) {
    out.already = true;
    out.results.push_back(payload);
    return out;
  }
  translate_known(Work{payload, seen, direction, setting, out});
  return out;
}

}  // namespace wamigrate::messages
