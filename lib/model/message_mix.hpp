// The mix of a load test: who gets messages, which, and how fast, as a user writes it down. Both sides are measured
// with the same file, so that what differs is the side.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "model/number.hpp"

namespace wamigrate {

/// One kind of message of a mix: a text of a length, or an approved template.
struct MixMessage {
  int text = 0;                         ///< So many characters; 0 for a template.
  std::string name;                     ///< Of the template.
  std::string language;                 ///< "en_US"
  std::vector<std::string> parameters;  ///< For the placeholders of its body.
  int weight = 1;                       ///< How often, beside the others.

  /// "text of 200", "template hello_world (en_US)".
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

/// Reads a mix (docs/formats.md). Either one without any doubt, or every finding with its line.
tl::expected<MessageMix, Diagnostics> read_message_mix(const std::string& text, const std::string& file);

/// `0.5`, `80`: at most three decimals; from 0.001 to 1,000 a second. In thousandths.
Result<std::int64_t> parse_rate(std::string_view text);
/// "0.5", "80": messages a second.
std::string rate_text(std::int64_t thousandths);

/// The highest rate of the ramp, in thousandths of a message a second.
std::int64_t highest_rate(const MessageMix& mix);

/// For results: messages and ramp as they were written; of the recipients only how many.
Json to_json(const MessageMix& mix);

}  // namespace wamigrate
