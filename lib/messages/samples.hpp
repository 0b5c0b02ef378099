// Samples: files of a user's own traffic taken apart into payloads, each with its line. The form is told by the
// content: JSON (one document, a list, or a line each), HAR 1.2, and access logs (common, combined, nginx's own), of
// which a line holds a method, a path and a status and nothing else that is read.
#pragma once

#include <functional>
#include <string_view>

#include "messages/payload.hpp"

namespace wamigrate::messages {

struct Sample {
  Payload payload;
  int line = 0;            ///< From 1.
  bool only_line = false;  ///< From an access log: what was sent is not known.
};

/// Takes a text apart: `use` is called for each sample in order, `unread` for each line (or element, by the line it
/// begins in) that is none of the known forms. Blank lines are passed over.
void each_sample(std::string_view text, const std::function<void(Sample)>& use,
                 const std::function<void(int line, const std::string& why)>& unread);

/// The request of a line of an access log; nothing where it is none.
std::optional<Payload> request_of_log_line(std::string_view line);

}  // namespace wamigrate::messages
