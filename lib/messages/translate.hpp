// Translation: what a program says in one API's words, in the other's. Pure: payload in, payloads and notes out.
// Lossless where both APIs can say it; everything else is a note. Nothing is sent, fetched or looked up.
#pragma once

#include <string>
#include <vector>

#include "messages/note.hpp"
#include "messages/payload.hpp"

namespace wamigrate::messages {

/// What one side's payloads tell and the other's don't. Empty: not known; it is left out and noted.
struct Setting {
  std::string phone_number_id;
  std::string waba_id;
  std::string display_number;      ///< As Cloud's webhooks write it: digits.
  std::string graph_version;       ///< "v23.0"; never empty.
  std::string template_namespace;  ///< Of the WABA.
};
/// Nothing known, and the version that docs name.
Setting unknown_setting();

struct Translation {
  Kind kind = Kind::unknown;
  /// It is in the other API's words already: `results` holds it as it was, and there are no notes.
  bool already = false;
  /// None where the other side can't say it at all; several where a webhook of Cloud holds several updates.
  std::vector<Payload> results;
  Notes notes;

  /// Nothing is lost, nothing unknown, nothing to be done first.
  bool lossless() const;
};

/// Translates a request, an answer or a webhook. Any JSON will do; its depth and size are the reader's to bound
/// (parse_json). A body whose method and path are needed on the other side becomes a request.
Translation translate(const Payload& payload, Direction direction, const Setting& setting);

}  // namespace wamigrate::messages
