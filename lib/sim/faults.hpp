// Faults: what goes wrong between the client and the vendor, as rules over requests. A rule has an effect (is the
// request carried out: at once, late, or never) and a manner (what the client gets to see of it); the named actions
// are the combinations that matter.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "sim/doors.hpp"

namespace wamigrate::sim {

enum class Action {
  lost,           ///< Never arrives; the client waits in vain.
  unreachable,    ///< No connection can be made: certainly not sent. Over a socket: closed at once.
  reset,          ///< Never carried out; the connection breaks.
  silence,        ///< Arrives, is not carried out, and is never answered.
  reply_lost,     ///< Carried out; the client waits in vain.
  reply_dropped,  ///< Carried out; the connection breaks before the reply.
  late,           ///< Carried out `delay` after the client stopped waiting.
  down,           ///< Not carried out: 503, Graph code 2, on-premises 1011.
  throttled,      ///< Not carried out: Graph code 80007, on-premises 429 with 1015.
  refuse,         ///< Not carried out: `code`, `subcode`, `details`, `http` as given.
  garbage,        ///< Carried out; 200 with bytes that are no JSON.
  html,           ///< Carried out; a proxy's 502 page.
  half,           ///< Carried out; the connection ends within the body.
  huge,           ///< Carried out; the body never seems to end.
  expire_token,   ///< The token sent is expired from now on, for everything.
  flap,           ///< Health only: nodes say the opposite of what they are.
};
std::string_view name(Action action);

/// When the request is carried out.
enum class Effect { never, now, late };

struct FaultRule {
  std::string on = "*";        ///< A request kind (doors.hpp), or "*".
  std::optional<Side> side{};  ///< Only on this side.
  std::string phone{};         ///< Only this number; empty: any.
  int nth = 1;                 ///< From this matching request on, counted from 1 …
  int times = 1;               ///< … so many of them; 0: all from then on.
  Action action = Action::lost;
  std::optional<Effect> effect{};  ///< Instead of what the action does by itself.
  Millis delay{5000};              ///< late: how late. throttled: how long, as the reply's headers say it.
  int code = 0;
  int subcode = 0;
  int http = 0;
  std::string details{};

  /// `effect`, or what the action does by itself.
  Effect carried_out() const;
};

/// Thread-safe. Rules are tried in order; the first that matches and whose turn it is decides.
class Faults {
 public:
  Faults() = default;
  explicit Faults(std::vector<FaultRule> rules) : rules_(std::move(rules)), seen_(rules_.size(), 0) {}
  Faults(Faults&& other) noexcept;

  /// A storm: of each `one_in` requests about one meets a fault, `most` in all, then calm. The same seed and the
  /// same order of requests give the same faults.
  static Faults from_seed(std::uint64_t seed, int one_in = 5, int most = 12);

  /// What this request meets. Counts it.
  std::optional<FaultRule> meet(const Subject& subject);
  void add(FaultRule rule);
  /// From now on nothing goes wrong.
  void calm();
  /// How many requests met a fault.
  int met() const;

 private:
  std::optional<FaultRule> storm(const Subject& subject);

  mutable std::mutex mutex_;
  std::vector<FaultRule> rules_{};
  std::vector<int> seen_{};
  int met_ = 0;
  bool storming_ = false;
  std::uint64_t random_ = 0;
  std::uint64_t one_in_ = 0;
  int left_ = 0;
};

/// Reads `{"faults": [{"on": "register", "phone": "+49…", "nth": 1, "times": 1, "action": "late", "delay": "5s"}, …]}`
/// or `{"seed": 7, "one_in": 5, "most": 12}`. The keys of a rule: on, side ("graph" or "onprem"), phone, nth, times,
/// action (as above), effect ("never", "now", "late"), delay ("5s"), code, subcode, http, details. The error names
/// the rule by its place.
Result<Faults> faults_from_json(std::string_view text);

}  // namespace wamigrate::sim
