// Counting, and the form on disk.
#include "measure/load_result.hpp"

#include <algorithm>
#include <array>

namespace wamigrate {

namespace {

constexpr std::int64_t most_intervals = 120;
constexpr int format_version = 1;
constexpr long long most = 1'000'000'000'000;

constexpr std::array fates{std::pair(SendFate::accepted, "accepted"), std::pair(SendFate::throttled, "throttled"),
                           std::pair(SendFate::refused, "refused"), std::pair(SendFate::unanswered, "unanswered"),
                           std::pair(SendFate::not_sent, "not_sent")};

Millis interval_for(Millis length) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(length).count();
  return std::chrono::seconds(std::max<std::int64_t>(1, (seconds + most_intervals - 1) / most_intervals));
}

Json to_json(const DeliveryFigures& delivery) {
  Json codes = Json::object();
  for (const auto& [code, count] : delivery.codes) codes[code] = count;
  return {{"waited_ms", delivery.waited.count()},
          {"delivered", delivery.delivered},
          {"read", delivery.read},
          {"failed", delivery.failed},
          {"sent_only", delivery.sent_only},
          {"silent", delivery.silent},
          {"taken_after_all", delivery.taken_after_all},
          {"codes", std::move(codes)},
          {"to_delivery", delivery.to_delivery.to_json()},
          {"to_first_webhook", delivery.to_first_webhook.to_json()}};
}

/// Reads members and remembers whether all were what they must be.
class Members {
 public:
  explicit Members(const Json& json) : json_(json) {}

  std::uint64_t count(std::string_view key) {
    const auto value = number_at(json_, key);
    sound_ = sound_ && value && *value >= 0 && *value <= most;
    return sound_ ? static_cast<std::uint64_t>(*value) : 0;
  }
  Millis length(std::string_view key) { return Millis(static_cast<std::int64_t>(count(key))); }
  std::string text(std::string_view key) {
    const Json& value = at_path(json_, {key});
    sound_ = sound_ && value.is_string();
    return value.is_string() ? value.get<std::string>() : "";
  }
  bool flag(std::string_view key) {
    const Json& value = at_path(json_, {key});
    sound_ = sound_ && value.is_boolean();
    return value.is_boolean() && value.get<bool>();
  }
  Histogram histogram(std::string_view key) {
    auto read = Histogram::from_json(at_path(json_, {key}));
    sound_ = sound_ && read;
    return read ? *std::move(read) : Histogram();
  }
  const Json& list(std::string_view key) {
    const Json& value = at_path(json_, {key});
    sound_ = sound_ && value.is_array();
    return value;
  }
  const Json& object(std::string_view key) {
    const Json& value = at_path(json_, {key});
    sound_ = sound_ && value.is_object();
    return value;
  }
  void require(bool sound) { sound_ = sound_ && sound; }
  bool sound() const { return sound_; }

 private:
  const Json& json_;
  bool sound_ = true;
};

bool read_delivery(const Json& json, DeliveryFigures& into) {
  Members members(json);
  into.waited = members.length("waited_ms");
  into.delivered = members.count("delivered");
  into.read = members.count("read");
  into.failed = members.count("failed");
  into.sent_only = members.count("sent_only");
  into.silent = members.count("silent");
  into.taken_after_all = members.count("taken_after_all");
  into.to_delivery = members.histogram("to_delivery");
  into.to_first_webhook = members.histogram("to_first_webhook");
  Members codes(members.object("codes"));
  if (!members.sound()) return false;
  for (const auto& [code, count] : at_path(json, {"codes"}).items()) into.codes[code] = codes.count(code);
  return codes.sound();
}

bool read_lists(Members& members, LoadResult& into) {
  for (const Json& each : members.list("errors")) {
    Members one(each);
    into.errors.push_back({one.text("code"), one.text("class"), one.text("title"), one.count("count")});
    members.require(one.sound());
  }
  for (const Json& each : members.list("intervals")) {
    Members one(each);
    into.intervals.push_back({one.length("from_ms"), one.count("due"), one.count("accepted"), one.count("throttled"),
                              one.count("failed"), one.length("half_ms"), one.length("slowest_ms")});
    members.require(one.sound());
  }
  for (const Json& each : members.list("kinds")) {
    Members one(each);
    into.kinds.push_back({one.text("label"), one.count("due"), one.count("accepted"), one.histogram("latency")});
    members.require(one.sound());
  }
  return members.sound();
}

bool read_members(const Json& json, LoadResult& into) {
  Members members(json);
  members.require(members.count("loadtest") == format_version);
  into.side = members.text("side");
  members.require(into.side == "cloud" || into.side == "onprem");
  into.phone = members.text("phone");
  into.target = members.text("target");
  const auto began = parse_iso(members.text("began"));
  members.require(began.has_value());
  into.began = began.value_or(Time{});
  into.lasted = members.length("lasted_ms");
  into.taking = members.length("taking_ms");
  into.ended = members.text("ended");
  into.whole = members.flag("whole");
  into.mix = members.object("mix");
  into.planned = members.count("planned");
  into.cap = members.count("cap");
  into.connections = static_cast<int>(std::min<std::uint64_t>(members.count("connections"), 100'000));
  into.due = members.count("due");
  into.accepted = members.count("accepted");
  into.throttled = members.count("throttled");
  into.refused = members.count("refused");
  into.unanswered = members.count("unanswered");
  into.not_sent = members.count("not_sent");
  into.latency = members.histogram("latency");
  into.service = members.histogram("service");
  into.interval = members.length("interval_ms");
  members.require(into.interval > Millis(0));
  if (!read_lists(members, into)) return false;
  const Json& delivery = at_path(json, {"delivery"});
  if (delivery.is_null()) return true;
  return read_delivery(delivery, into.delivery.emplace());
}

}  // namespace

std::string_view name(SendFate fate) {
  return std::find_if(fates.begin(), fates.end(), [fate](const auto& one) { return one.first == fate; })->second;
}

double LoadResult::accepted_a_second() const {
  if (taking <= Millis(0)) return 0;
  return static_cast<double>(accepted) * 1000.0 / static_cast<double>(taking.count());
}

LoadMeter::LoadMeter(std::vector<std::string> labels, Millis length) : interval_(interval_for(length)) {
  for (std::string& label : labels) kinds_.push_back({std::move(label), 0, 0, {}});
}

void LoadMeter::add(const SendOutcome& outcome) {
  ++fates_[outcome.fate];
  Slot& slot = slots_[outcome.due / interval_];
  taking_ = std::max(taking_, outcome.due);
  LoadKind& kind = kinds_.at(outcome.message);
  ++slot.figures.due;
  ++kind.due;
  if (outcome.fate == SendFate::accepted) {
    const Millis latency = outcome.answered - outcome.due;
    taking_ = std::max(taking_, outcome.answered);
    ++slots_[outcome.answered / interval_].figures.accepted;
    ++kind.accepted;
    for (Histogram* each : {&slot.latency, &kind.latency, &latency_}) each->add(latency);
    service_.add(outcome.answered - outcome.started);
    return;
  }
  ++(outcome.fate == SendFate::throttled ? slot.figures.throttled : slot.figures.failed);
  ErrorCount& error = errors_[{outcome.kind, outcome.code}];
  error = {outcome.code, outcome.kind, outcome.title, error.count + 1};
}

void LoadMeter::write(LoadResult& result) const {
  const auto count = [this](SendFate fate) {
    const auto found = fates_.find(fate);
    return found == fates_.end() ? 0 : found->second;
  };
  result.accepted = count(SendFate::accepted);
  result.throttled = count(SendFate::throttled);
  result.refused = count(SendFate::refused);
  result.unanswered = count(SendFate::unanswered);
  result.not_sent = count(SendFate::not_sent);
  result.due = result.accepted + result.throttled + result.refused + result.unanswered + result.not_sent;
  result.latency = latency_;
  result.service = service_;
  result.kinds = kinds_;
  result.interval = interval_;
  result.taking = taking_;
  result.errors.clear();
  for (const auto& [key, error] : errors_) result.errors.push_back(error);
  std::stable_sort(result.errors.begin(), result.errors.end(),
                   [](const ErrorCount& one, const ErrorCount& other) { return one.count > other.count; });
  result.intervals.clear();
  const std::int64_t end = slots_.empty() ? 0 : slots_.rbegin()->first + 1;
  for (std::int64_t number = 0; number < end; ++number) {
    const auto found = slots_.find(number);
    const Slot& slot = found == slots_.end() ? Slot{} : found->second;
    LoadInterval figures = slot.figures;
    figures.from = number * interval_;
    figures.half = slot.latency.at(0.5);
    figures.slowest = slot.latency.at(0.99);
    result.intervals.push_back(figures);
  }
}

Json to_json(const LoadResult& result) {
  Json errors = Json::array();
  for (const ErrorCount& error : result.errors) {
    errors.push_back({{"code", error.code}, {"class", error.kind}, {"title", error.title}, {"count", error.count}});
  }
  Json intervals = Json::array();
  for (const LoadInterval& one : result.intervals) {
    intervals.push_back({{"from_ms", one.from.count()},
                         {"due", one.due},
                         {"accepted", one.accepted},
                         {"throttled", one.throttled},
                         {"failed", one.failed},
                         {"half_ms", one.half.count()},
                         {"slowest_ms", one.slowest.count()}});
  }
  Json kinds = Json::array();
  for (const LoadKind& kind : result.kinds) {
    kinds.push_back(
        {{"label", kind.label}, {"due", kind.due}, {"accepted", kind.accepted}, {"latency", kind.latency.to_json()}});
  }
  return {{"loadtest", format_version},
          {"side", result.side},
          {"phone", result.phone},
          {"target", result.target},
          {"began", to_iso(result.began)},
          {"lasted_ms", result.lasted.count()},
          {"taking_ms", result.taking.count()},
          {"ended", result.ended},
          {"whole", result.whole},
          {"mix", result.mix},
          {"planned", result.planned},
          {"cap", result.cap},
          {"connections", result.connections},
          {"due", result.due},
          {"accepted", result.accepted},
          {"throttled", result.throttled},
          {"refused", result.refused},
          {"unanswered", result.unanswered},
          {"not_sent", result.not_sent},
          {"latency", result.latency.to_json()},
          {"service", result.service.to_json()},
          {"errors", std::move(errors)},
          {"interval_ms", result.interval.count()},
          {"intervals", std::move(intervals)},
          {"kinds", std::move(kinds)},
          {"delivery", result.delivery ? to_json(*result.delivery) : Json(nullptr)}};
}

Result<LoadResult> load_result_from(std::string_view text) {
  const auto json = parse_json(text);
  LoadResult result;
  if (json && json->is_object() && read_members(*json, result)) return result;
  return fail("this is no result of a load test", "give a file that `wamigrate loadtest … -o FILE` has written");
}

bool same_mix(const LoadResult& one, const LoadResult& other) {
  return one.mix == other.mix && one.cap == other.cap && one.connections == other.connections && one.whole &&
         other.whole;
}

}  // namespace wamigrate
