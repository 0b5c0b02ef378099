// Promise 3, of the test message. A run has one message accepted for a number, and one more for each time that a person
// has asked for another: by the vendor's log, whatever became of the answers.
#include <fmt/format.h>

#include <map>

#include "base/json.hpp"
#include "simulation/witness.hpp"

namespace wamigrate::simulation {
namespace {

class MessageSentOnce : public Witness {
 public:
  std::string_view promise() const override {
    return "3, of messages: a test message is sent once, unless a person asks for another";
  }

  // A request is told of by the process that sends it, and lands with it or later: what leaves is what counts.
  void leaving(const Scene& scene, const Leaving& leaving) override {
    if (leaving.subject.kind == "messages" || leaving.subject.kind == "onprem_messages") {
      sender_[leaving.subject.phone] = scene.run;
    }
  }
  void sent(const Scene& scene, const Sent&) override { read_log(scene); }
  void process_begins(const Scene& scene) override { read_log(scene); }
  void process_ends(const Scene& scene, bool) override { read_log(scene); }
  void run_ends(const Scene& scene, const Progress&) override { read_log(scene); }

 private:
  void read_log(const Scene& scene) {
    auto state = scene.world.hold();
    for (; read_ < state->log.size(); ++read_) {
      const sim::LogEntry& entry = state->log[read_];
      const bool message = entry.kind == "messages" || entry.kind == "onprem_messages";
      if (!message || !entry.landed) continue;
      const int run = sender_[entry.phone];
      const int accepted = ++accepted_[{run, entry.phone}];
      if (run == scene.run && accepted > 1 + asked_for(scene, entry.phone)) {
        complain(scene, fmt::format("{}: message number {} was sent, and nobody asked for it", entry.phone, accepted));
      }
    }
  }

  static int asked_for(const Scene& scene, const std::string& phone) {
    int count = 0;
    const auto messages = scene.store.messages(0);
    for (const RunStore::Message& message : *messages) {
      const auto json = parse_json(message.text);
      if (json && text_at(*json, "type") == "retry" && text_at(*json, "phone") == phone) ++count;
    }
    return count;
  }

  std::size_t read_ = 0;
  std::map<std::string, int> sender_;  ///< By number: the run that has sent a message last.
  std::map<std::pair<int, std::string>, int> accepted_;
};

}  // namespace

std::unique_ptr<Witness> message_sent_once() { return std::make_unique<MessageSentOnce>(); }

}  // namespace wamigrate::simulation
