// The mix of a load test: who gets messages, which, and how fast, as a user writes it down. Both sides are measured
// with the same file, so that what differs is the side. A message of any other type is a request in a file of its own,
// which somebody else reads: what the two APIs say is not known here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "model/number.hpp"

namespace wamigrate {

/// A message of any type in both APIs' words, as bodies without recipient, product and tag: these differ by message.
struct MixRequest {
  std::string type;       ///< "image"
  std::size_t bytes = 0;  ///< Of the file.
  std::string sha256;     ///< Of the file.
  Json cloud, onprem;
};
/// Reads the file at a path, or says everything that is wrong with it; the errors name no file.
using RequestReader = std::function<tl::expected<MixRequest, std::vector<Error>>(const std::string& path)>;

/// One kind of message of a mix: a text of a length, an approved template, or what a file holds.
struct MixMessage {
  int text = 0;                         ///< So many characters; 0 for another kind.
  std::string name;                     ///< Of the template.
  std::string language;                 ///< "en_US"
  std::vector<std::string> parameters;  ///< For the placeholders of its body.
  std::string file{};                   ///< Of the request, as it was written.
  std::optional<MixRequest> request{};
  int weight = 1;  ///< How often, beside the others.

  /// "text of 200", "template hello_world (en_US)", "image (messages/image.json)".
  std::string label() const;
};

/// A stretch of time in which the rate grows or falls evenly from one value to the other.
struct RampStep {
  std::int64_t from = 0;  ///< Messages in a thousand seconds.
  std::int64_t to = 0;
  Millis length{0};
};

struct MessageMix {
  std::vector<Phone> recipients;  ///< People who expect this: the user's own.
  std::vector<MixMessage> messages;
  std::vector<RampStep> ramp;
};

inline constexpr std::int64_t fastest_rate = 1'000'000;  ///< 1,000 a second: nothing takes more.
inline constexpr Millis longest_load = std::chrono::hours(24);

/// Reads a mix (docs/formats.md). Either one without any doubt, or every finding with its line. `file` is its path:
/// findings name it, and the files of requests are looked for beside it, unless their paths are absolute.
tl::expected<MessageMix, Diagnostics> read_message_mix(const std::string& text, const std::string& file,
                                                       const RequestReader& read_request);

/// `0.5`, `80`: at most three decimals; from 0.001 to 1,000 a second. In thousandths.
Result<std::int64_t> parse_rate(std::string_view text);
/// "0.5", "80": messages a second.
std::string rate_text(std::int64_t thousandths);

/// The highest rate of the ramp, in thousandths of a message a second.
std::int64_t highest_rate(const MessageMix& mix);

/// For results: messages and ramp as they were written; of recipients and parameters only how many, of a request only
/// which file it was.
Json to_json(const MessageMix& mix);

}  // namespace wamigrate
