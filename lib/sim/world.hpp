// The world: one state behind both APIs, guarded by one mutex, with a clock and a list of effects that are still to
// come. It never sleeps and draws no lots. Tests use its log and its witnesses as the only truth.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "ports/clock.hpp"
#include "sim/state.hpp"

namespace wamigrate::sim {

/// Safe to use from any thread. The clock must outlive it.
class World {
 public:
  explicit World(Clock& clock, Dialect dialect = {}, Timing timing = {});

  /// The state, held by nobody else while this lives. Do not keep it across anything that waits.
  class Hold {
   public:
    State* operator->() { return &state_; }
    State& operator*() { return state_; }

   private:
    friend class World;
    Hold(std::mutex& mutex, State& state) : lock_(mutex), state_(state) {}
    std::unique_lock<std::mutex> lock_;
    State& state_;
  };
  /// Everything that is due by now has happened before it returns.
  Hold hold();

  Time now() { return clock_.now(); }

  /// At `due`, and before anything that is asked of the world later than that, `effect` happens.
  void later(Time due, std::function<void(State&, Time)> effect);

  // Building. A second one of the same name replaces the first. A number given as served is so from the beginning.
  void add(WorldNumber number, ServedBy served_by);
  void add(Deployment deployment);
  void add(Waba waba);
  void add(App app);
  void add_token(const std::string& token, GraphToken what);

  // What people do to a deployment.
  /// Starts the containers again. The client comes back as what it is now: connected only if the number is still its.
  void start_deployment(const std::string& name);
  /// Shuts the containers down.
  void stop_deployment(const std::string& name);
  /// This Graph token is expired from now on.
  void expire_token(const std::string& token);

  // Webhooks: what the businesses are told of their messages.
  /// Those that were sent by now, in the order of their times.
  std::vector<Webhook> webhooks();
  /// The same, and no later call gives them again: for who delivers them.
  std::vector<Webhook> take_webhooks();
  /// The bodies of those that told of this number by now, a line each, as whoever keeps them would have them.
  std::string webhook_lines(const std::string& phone);
  /// A person writes to the number now.
  void write_to(const std::string& phone, const std::string& from, const std::string& text);

  // Witnesses. Unknown numbers are served by nobody and have done nothing.
  ServedBy home(const std::string& phone);
  std::vector<LogEntry> log();
  /// Without the first `seen` entries.
  std::vector<LogEntry> log_after(std::size_t seen);
  /// Requests of a kind that arrived, for one number or (empty) for all.
  int requests(const std::string& kind, const std::string& phone = {});
  /// Those of them that were carried out.
  int landed(const std::string& kind, const std::string& phone = {});
  /// Registrations that changed where the number is served: on Cloud, and on-premises.
  int cloud_registrations(const std::string& phone);
  int onprem_registrations(const std::string& phone);
  int deregistrations(const std::string& phone);
  /// How long nobody has served it since the world began.
  Millis unserved(const std::string& phone);
  /// The log as text, one line an entry, for one number or (empty) for all.
  std::string story(const std::string& phone = {});

 private:
  void apply_due(Time now);
  int count(const std::string& kind, const std::string& phone, bool only_landed);

  Clock& clock_;
  std::mutex mutex_;
  State state_;
  std::multimap<Time, std::function<void(State&, Time)>> due_;
};

}  // namespace wamigrate::sim
