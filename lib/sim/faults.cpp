// Faults are met in the order of requests, so the same rules and the same order give the same run.
#include "sim/faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace wamigrate::sim {
namespace {

constexpr std::array<std::string_view, 16> action_names{
    "lost",      "unreachable", "reset",   "silence", "reply_lost", "reply_dropped", "late",         "down",
    "throttled", "refuse",      "garbage", "html",    "half",       "huge",          "expire_token", "flap"};

/// What a storm may do: nothing that only a person could mend.
constexpr std::array storm_actions{Action::lost,       Action::unreachable,   Action::reset, Action::silence,
                                   Action::reply_lost, Action::reply_dropped, Action::late,  Action::down,
                                   Action::throttled,  Action::garbage,       Action::html,  Action::half};

std::optional<Action> parse_action(std::string_view text) {
  const auto* found = std::find(action_names.begin(), action_names.end(), text);
  if (found == action_names.end()) return std::nullopt;
  return static_cast<Action>(found - action_names.begin());
}

/// splitmix64 (Steele, Lea, Flood 2014): one multiplication and shift a draw, the same everywhere.
std::uint64_t draw(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

bool matches(const FaultRule& rule, const Subject& subject) {
  return (rule.on == "*" || rule.on == subject.kind) && (!rule.side || *rule.side == subject.side) &&
         (rule.phone.empty() || rule.phone == subject.phone);
}

bool is_kind(const std::string& kind) {
  for (const Side side : {Side::graph, Side::onprem}) {
    const auto kinds = request_kinds(side, false);
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return true;
  }
  return false;
}

constexpr std::array rule_fields{Field{"on"},
                                 Field{"side"},
                                 Field{"phone"},
                                 Field{"nth", Shape::number},
                                 Field{"times", Shape::number},
                                 Field{"action", Shape::text, true},
                                 Field{"effect"},
                                 Field{"delay"},
                                 Field{"code", Shape::number},
                                 Field{"subcode", Shape::number},
                                 Field{"http", Shape::number},
                                 Field{"details"}};

Result<void> read_choices(const Json& json, FaultRule& rule) {
  const auto action = parse_action(text_at(json, "action"));
  if (!action) {
    return fail(fmt::format("there is no action {}", text_at(json, "action")),
                fmt::format("choose one of: {}", fmt::join(action_names, ", ")));
  }
  rule.action = *action;
  const std::string side = text_at(json, "side");
  if (side == "graph") rule.side = Side::graph;
  if (side == "onprem") rule.side = Side::onprem;
  if (!side.empty() && !rule.side) return fail(fmt::format("there is no side {}", side), "write graph or onprem");
  const std::string effect = text_at(json, "effect");
  if (effect == "never") rule.effect = Effect::never;
  if (effect == "now") rule.effect = Effect::now;
  if (effect == "late") rule.effect = Effect::late;
  if (!effect.empty() && !rule.effect) {
    return fail(fmt::format("there is no effect {}", effect), "write never, now or late");
  }
  return {};
}

Result<FaultRule> read_rule(const Json& json) {
  if (const auto problem = check_fields(json, rule_fields)) {
    return fail(to_text(*problem), "the keys of a rule: on, side, phone, nth, times, action, effect, delay, code, …");
  }
  FaultRule rule;
  if (const auto read = read_choices(json, rule); !read) return tl::make_unexpected(read.error());
  if (json.contains("on")) rule.on = text_at(json, "on");
  if (rule.on != "*" && !is_kind(rule.on))
    return fail(fmt::format("there is no request {}", rule.on), "write * for any");
  rule.phone = text_at(json, "phone");
  rule.nth = static_cast<int>(number_at(json, "nth").value_or(1));
  rule.times = static_cast<int>(number_at(json, "times").value_or(1));
  if (rule.nth < 1 || rule.times < 0) return fail("nth counts from 1, times from 0", "correct the numbers");
  rule.code = static_cast<int>(number_at(json, "code").value_or(0));
  rule.subcode = static_cast<int>(number_at(json, "subcode").value_or(0));
  rule.http = static_cast<int>(number_at(json, "http").value_or(0));
  rule.details = text_at(json, "details");
  if (json.contains("delay")) {
    const auto delay = parse_duration(text_at(json, "delay"));
    if (!delay) return fail("delay is no duration", "write 500ms, 5s, 2m");
    rule.delay = *delay;
  }
  if (rule.action == Action::refuse && rule.code == 0) return fail("a refusal needs a code", "add \"code\": 133005");
  return rule;
}

Result<Faults> read_storm(const Json& json) {
  constexpr std::array fields{Field{"seed", Shape::number, true}, Field{"one_in", Shape::number},
                              Field{"most", Shape::number}};
  if (const auto problem = check_fields(json, fields)) {
    return fail("a storm of faults: " + to_text(*problem), "write {\"seed\": 7, \"one_in\": 5, \"most\": 12}");
  }
  const long long one_in = number_at(json, "one_in").value_or(5);
  const long long most = number_at(json, "most").value_or(12);
  if (one_in < 1 || most < 0)
    return fail("a storm of faults: one_in counts from 1, most from 0", "correct the numbers");
  return Faults::from_seed(static_cast<std::uint64_t>(*number_at(json, "seed")), static_cast<int>(one_in),
                           static_cast<int>(most));
}

}  // namespace

std::string_view name(Action action) { return action_names.at(static_cast<std::size_t>(action)); }

Effect FaultRule::carried_out() const {
  if (effect) return *effect;
  switch (action) {
    case Action::late:
      return Effect::late;
    case Action::reply_lost:
    case Action::reply_dropped:
    case Action::garbage:
    case Action::html:
    case Action::half:
    case Action::huge:
    case Action::expire_token:
    case Action::flap:
      return Effect::now;
    default:
      return Effect::never;
  }
}

Faults::Faults(Faults&& other) noexcept
    : rules_(std::move(other.rules_)),
      seen_(std::move(other.seen_)),
      met_(other.met_),
      storming_(other.storming_),
      random_(other.random_),
      one_in_(other.one_in_),
      left_(other.left_) {}

Faults Faults::from_seed(std::uint64_t seed, int one_in, int most) {
  Faults faults;
  faults.storming_ = true;
  faults.random_ = seed;
  faults.one_in_ = static_cast<std::uint64_t>(std::max(1, one_in));
  faults.left_ = most;
  return faults;
}

std::optional<FaultRule> Faults::storm(const Subject& subject) {
  if (!storming_ || left_ <= 0 || draw(random_) % one_in_ != 0) return std::nullopt;
  --left_;
  FaultRule rule;
  rule.on = subject.kind;
  rule.action = storm_actions[draw(random_) % storm_actions.size()];
  rule.delay = Millis{static_cast<Millis::rep>(draw(random_) % 20000)};
  return rule;
}

std::optional<FaultRule> Faults::meet(const Subject& subject) {
  const std::lock_guard lock(mutex_);
  std::optional<FaultRule> met;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    if (!matches(rules_[i], subject)) continue;
    const int turn = ++seen_[i] - rules_[i].nth;
    const bool its_turn = turn >= 0 && (rules_[i].times == 0 || turn < rules_[i].times);
    if (its_turn && !met) met = rules_[i];
  }
  if (!met) met = storm(subject);
  if (met) ++met_;
  return met;
}

void Faults::add(FaultRule rule) {
  const std::lock_guard lock(mutex_);
  rules_.push_back(std::move(rule));
  seen_.push_back(0);
}

void Faults::calm() {
  const std::lock_guard lock(mutex_);
  rules_.clear();
  seen_.clear();
  storming_ = false;
}

int Faults::met() const {
  const std::lock_guard lock(mutex_);
  return met_;
}

Result<Faults> faults_from_json(std::string_view text) {
  const auto json = parse_json(text);
  if (!json || !json->is_object()) return fail("the faults are not a JSON object", "write {\"faults\": […]}");
  if (json->contains("seed")) return read_storm(*json);
  constexpr std::array fields{Field{"faults", Shape::list, true}};
  if (const auto problem = check_fields(*json, fields)) {
    return fail("the faults: " + to_text(*problem), "write {\"faults\": […]} or {\"seed\": 7}");
  }
  std::vector<FaultRule> rules;
  for (const Json& each : (*json)["faults"]) {
    auto rule = read_rule(each);
    if (!rule) {
      return fail(fmt::format("fault {}: {}", rules.size() + 1, rule.error().message), rule.error().fix);
    }
    rules.push_back(std::move(*rule));
  }
  return Faults(std::move(rules));
}

}  // namespace wamigrate::sim
