// A load test under way: messages leave when the pacer lets them, on threads of their own; what became of them is
// folded here; and what webhooks told of them is joined afterwards.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "load_door.hpp"
#include "measure/pacer.hpp"
#include "ports/clock.hpp"
#include "ports/post_store.hpp"

namespace wamigrate::cli {

/// One message that left.
struct LoadMessage {
  SendOutcome outcome;
  std::string id;  ///< Of an accepted one.
  bool hopeless = false;
};

struct LoadOrders {
  const Schedule& schedule;
  std::vector<std::string> labels;  ///< Of the mix's kinds of messages.
  int connections = 64;
  int most_a_second = 80;
};

/// Told each second how many left, were taken, were not. Answers why no more may leave; nothing when they may.
using LoadProgress =
    std::function<std::optional<std::string>(std::size_t begun, std::size_t taken, std::size_t failed)>;

class LoadRun {
 public:
  /// All of it must outlive this. `asked_to_stop` is set by signals.
  LoadRun(LoadOrders orders, LoadDoor& door, Clock& clock, const std::atomic<bool>& asked_to_stop);

  /// Sends all there is to send, or stops as the rules of the pacer say. Returns when the last answer is there.
  void run(const LoadProgress& progress);
  /// Asks a receiver's store about the messages until all are final, `longest` has passed or a signal came.
  /// One that can't be read is an error, and nothing is said of deliveries then.
  Result<void> await_deliveries(PostStore& store, Millis longest);

  LoadResult& result() { return result_; }
  bool was_asked_to_stop() const { return asked_to_stop_; }

 private:
  void fold(std::size_t index);
  void stop(const std::string& why);
  struct Told {
    DeliveryFigures figures;
    std::size_t open = 0;  ///< Messages of which more may be told.
  };
  Result<Told> deliveries(PostStore& store);

  LoadOrders orders_;
  LoadDoor& door_;
  Clock& clock_;
  const std::atomic<bool>& asked_to_stop_;
  LoadMeter meter_;
  Pacer pacer_;
  StopRule stop_rule_;
  std::vector<LoadMessage> messages_;  ///< A job writes its own; read once it has ended.
  std::size_t taken_ = 0, failed_ = 0;
  LoadResult result_;
};

}  // namespace wamigrate::cli
