// A message of a load test that is neither a plain text nor a plain template: a request as a program would send it, in
// either API's words, and the same in the other's. Both sides are to be measured with one message, so what only one of
// them can say is refused.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/message_mix.hpp"

namespace wamigrate::messages {

/// The largest file of a request: more than the longest message takes.
inline constexpr std::size_t largest_request = std::size_t{256} << 10;

/// Reads the text of a request's file: a body, or the form that payload_from() reads, whose address and headers are
/// passed over. On the API whose words it is in the message stays as it was written; on the other it is the
/// translation. Whom it goes to, its product and its tag are taken out. Fails, with everything at once, where it is no
/// message that is sent, or where either way something is lost, unknown or to be done first. A template's namespace is
/// taken for that of the number's account, the only one in which Cloud finds templates.
tl::expected<MixRequest, std::vector<Error>> mix_request_from(std::string_view text);

}  // namespace wamigrate::messages
