// What a load test has seen, as figures: rates, latencies, errors by class, and what webhooks told of deliveries.
// Folded message by message; written to a file, read again, and put beside another.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "measure/histogram.hpp"

namespace wamigrate {

/// What became of one sending.
enum class SendFate {
  accepted,
  throttled,   ///< Refused for a limit: counted apart, it says nothing of errors.
  refused,     ///< Refused for anything else.
  unanswered,  ///< It may have been taken: time-out, dropped connection, 5xx.
  not_sent,    ///< It certainly was not: nothing reached the other side.
};
std::string_view name(SendFate fate);

/// One message that was due. Times are from the beginning of the test.
struct SendOutcome {
  Millis due{0};            ///< When it should have left.
  Millis started{0};        ///< When somebody had time to send it.
  Millis answered{0};       ///< When the answer was there, or waiting for it ended.
  std::size_t message = 0;  ///< Which kind of the mix.
  SendFate fate = SendFate::accepted;
  std::string code{};   ///< Of a refusal, as the catalogue lists it; "transport timeout" and the like without one.
  std::string kind{};   ///< Its class in the catalogue.
  std::string title{};  ///< In words.
};

struct ErrorCount {
  std::string code, kind, title;
  std::uint64_t count = 0;
  bool operator==(const ErrorCount&) const = default;
};

/// A stretch of the test. Messages are counted by when they were due, and taken ones by when they were taken: a side
/// that takes them slowly is seen to do so.
struct LoadInterval {
  Millis from{0};
  std::uint64_t due = 0, accepted = 0, throttled = 0, failed = 0;
  /// Median, and 99 of 100, of the accepted ones that were due in it; zero where there are none.
  Millis half{0}, slowest{0};
  bool operator==(const LoadInterval&) const = default;
};

/// One kind of message.
struct LoadKind {
  std::string label;
  std::uint64_t due = 0, accepted = 0;
  Histogram latency{};
};

/// What webhooks told of the accepted messages, in the time that was waited for them.
struct DeliveryFigures {
  std::uint64_t delivered = 0, read = 0, failed = 0, sent_only = 0, silent = 0;
  /// Unanswered ones that statuses prove to have been taken, by their tag. Cloud alone has tags.
  std::uint64_t taken_after_all = 0;
  std::map<std::string, std::uint64_t> codes;  ///< Of failures.
  /// From the moment it was due to what the platform gives as the time of delivery, in whole seconds by its clock.
  Histogram to_delivery{};
  /// From the moment it was due to the first webhook about it, by this machine's clock.
  Histogram to_first_webhook{};
  Millis waited{0};  ///< After the last answer.
};

struct LoadResult {
  std::string side;    ///< "cloud" or "onprem"
  std::string phone;   ///< The business's number.
  std::string target;  ///< Where it was sent to: a host.
  Time began{};
  Millis lasted{0};   ///< To the last answer.
  Millis taking{0};   ///< To the end of the ramp, or to when the last message was due or taken.
  std::string ended;  ///< In words: why it was over.
  bool whole = true;  ///< All that the ramp has, or the cap allows, was due.
  Json mix;           ///< As to_json(MessageMix) gives it.
  std::uint64_t planned = 0, cap = 0;
  int connections = 0;  ///< Messages under way at once, at most.
  std::uint64_t due = 0, accepted = 0, throttled = 0, refused = 0, unanswered = 0, not_sent = 0;
  Histogram latency{};             ///< Accepted: from due to answered.
  Histogram service{};             ///< Accepted: from started to answered, without what waited here.
  std::vector<ErrorCount> errors;  ///< Throttling too, by class and code.
  std::vector<LoadInterval> intervals;
  Millis interval{1000};
  std::vector<LoadKind> kinds;
  std::optional<DeliveryFigures> delivery;

  /// Accepted messages a second, over all that time: waiting for one that is never answered makes nothing slower.
  double accepted_a_second() const;
};

/// Folds outcomes, in whatever order they come.
class LoadMeter {
 public:
  /// `labels`: of the kinds of messages. `length`: to the last message that may leave; it is divided into at most 120
  /// intervals of whole seconds, and slow answers may add some.
  LoadMeter(std::vector<std::string> labels, Millis length);

  void add(const SendOutcome& outcome);
  /// Figures so far; what LoadMeter can't know (side, times, delivery) is left as it is.
  void write(LoadResult& result) const;

 private:
  struct Slot {
    LoadInterval figures;
    Histogram latency;
  };
  Millis interval_;
  Millis taking_{0};
  std::map<std::int64_t, Slot> slots_;
  std::map<std::pair<std::string, std::string>, ErrorCount> errors_;
  std::vector<LoadKind> kinds_;
  std::map<SendFate, std::uint64_t> fates_;
  Histogram latency_, service_;
};

Json to_json(const LoadResult& result);
/// Reads what to_json() wrote, or says that it is none.
Result<LoadResult> load_result_from(std::string_view text);

/// Whether two results were measured in the same way and to the end: what differs is in the side then.
bool same_mix(const LoadResult& one, const LoadResult& other);

}  // namespace wamigrate
