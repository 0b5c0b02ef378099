// The stage: the simulated vendor on loopback inside the test, an inventory that leads to it, and the program as a
// process of its own in a fresh home and working directory. The world's log is the witness of what the program sent.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "cli/process.hpp"
#include "ports/clock.hpp"
#include "sim/faults.hpp"
#include "sim/scenario.hpp"
#include "sim/server.hpp"

namespace wamigrate::tests {

using Args = std::vector<std::string>;

/// A vendor that is quick, but takes its time where it matters.
sim::Timing quick();

struct StageOptions {
  int numbers = 1;
  sim::ServedBy home = sim::ServedBy::onprem;
  sim::Dialect dialect{};
  sim::Timing timing = quick();
  std::string overlay{};                        ///< Planted situations (sim::plant).
  std::map<std::string, std::string> policy{};  ///< Instead of, or beside, the stage's own.
  bool own_pins = true;                         ///< Each number has a PIN reference of its own.
};

/// A directory and all that is in it, gone with this object. Others than its owner may only pass through it.
class Place {
 public:
  Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class Stage {
 public:
  explicit Stage(StageOptions options = {});
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage();

  /// Runs the program to its end.
  Ended run(const Args& arguments, const std::string& input = {});
  std::unique_ptr<Process> start(const Args& arguments);
  /// What run() and start() give to a process.
  Start start_of(const Args& arguments) const;

  /// Makes the plan, or the test ends with what the program says.
  void plan(const std::string& file = "plan.json", const Args& more = {"--to", "cloud"});
  /// `apply plan.json --run run --yes`, and more.
  Ended apply(const Args& more = {});
  Json status(const std::string& run = "run");

  std::string phone(int index = 0) const;
  std::string deployment(int index = 0) const;
  /// Writes a file into the working directory; its path.
  std::filesystem::path put(const std::string& name, const std::string& content, int mode = 0600) const;
  /// The inventory as written, to be spoilt by tests.
  const std::string& inventory() const { return inventory_; }
  std::filesystem::path home() const { return place_.path() / "home"; }
  std::filesystem::path work() const { return place_.path() / "work"; }

  /// All that arrived, or was kept from arriving.
  std::size_t requests() { return world->log().size(); }
  /// Requests since the `since`th that could have changed something: anything but GET, login and logout.
  std::vector<sim::LogEntry> changes(std::size_t since = 0);
  /// Requests of a kind that left for a number, whether they arrived or not.
  int sent(const std::string& kind, const std::string& phone = {});
  /// For failed tests.
  std::string story() { return world->story(); }

  SystemClock clock;
  std::unique_ptr<sim::World> world;
  sim::Faults faults;
  std::unique_ptr<sim::SimServer> server;
  std::map<std::string, std::string> environment;
  bool unprivileged = false;

 private:
  Place place_;
  std::string inventory_;
};

/// Waits for it; false when it has not come true in that time.
template <class Condition>
bool eventually(Condition holds, std::chrono::milliseconds limit = std::chrono::seconds(30)) {
  for (std::chrono::milliseconds slept{}; !holds(); slept += look_every) {
    if (slept > limit) return false;
    std::this_thread::sleep_for(look_every);
  }
  return true;
}

/// A fault that a request of this kind meets, once unless said otherwise.
sim::FaultRule fault(const std::string& on, sim::Action action, int nth = 1);

bool has(const std::string& text, const std::string& part);
/// Every line is a JSON object: those, in order. An empty vector when one is not.
std::vector<Json> json_lines(const std::string& text);
/// Every file below a directory with its size, time and content's digest: equal texts mean that nothing was touched.
std::string inventory_of(const std::filesystem::path& directory);
std::string content_of(const std::filesystem::path& file);

}  // namespace wamigrate::tests
