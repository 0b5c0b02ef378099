// The small readings of the state that several rules share.
#include "sim/state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace wamigrate::sim {

Timing Timing::instant() {
  Timing timing;
  timing.register_time = timing.deregister_time = timing.connect_time = Millis{0};
  timing.pending_time = timing.status_lag = timing.delivery_time = Millis{0};
  return timing;
}

std::string_view name(Mode mode) {
  switch (mode) {
    case Mode::single:
      return "single";
    case Mode::high_availability:
      return "high_availability";
    case Mode::multiconnect:
      return "multiconnect";
  }
  return "";
}

std::string_view name(Reception reception) {
  switch (reception) {
    case Reception::delivered:
      return "delivered";
    case Reception::read:
      return "read";
    case Reception::sent:
      return "sent";
    case Reception::failed:
      return "failed";
    case Reception::delivered_and_failed:
      return "delivered and failed";
    case Reception::nothing:
      return "nothing";
  }
  return "";
}

std::string_view name(Side side) { return side == Side::graph ? "graph" : "onprem"; }

std::string to_text(const LogEntry& entry) {
  const char* fate = !entry.arrived ? "never arrived"
                     : entry.landed ? (entry.late ? "landed late" : "landed")
                                    : "refused";
  return fmt::format("{} {:6} {:16} {:20} {:13} {} {}{}{}", to_iso(entry.at), name(entry.side), entry.phone, entry.kind,
                     fate, entry.status, entry.result, entry.change.empty() ? "" : ": ", entry.change);
}

WorldNumber* State::number_by_id(const std::string& phone_number_id) {
  const auto found = phone_by_id.find(phone_number_id);
  return found == phone_by_id.end() ? nullptr : number(found->second);
}

WorldNumber* State::number(const std::string& phone) {
  const auto found = numbers.find(phone);
  return found == numbers.end() ? nullptr : &found->second;
}

Deployment* State::deployment(const std::string& name) {
  const auto found = deployments.find(name);
  return found == deployments.end() ? nullptr : &found->second;
}

std::vector<WorldNumber*> State::numbers_of(const std::string& waba_id) {
  std::vector<WorldNumber*> found;
  for (auto& [phone, number] : numbers) {
    if (number.waba_id == waba_id) found.push_back(&number);
  }
  std::stable_sort(found.begin(), found.end(), [](const WorldNumber* a, const WorldNumber* b) {
    return a->last_onboarded > b->last_onboarded;  // the documented default: newest onboarding first
  });
  return found;
}

std::string State::trace() { return fmt::format("Asim{:018d}", ++traces); }

long long queue_length(const Deployment& deployment, Time now) {
  const double seconds = static_cast<double>((now - deployment.queue_at).count()) / 1000.0;
  const auto drained = static_cast<long long>(std::max(0.0, seconds) * deployment.queue_per_second);
  return std::max(0LL, deployment.queue - drained);
}

Json default_application() {
  return {{"webhooks",
           {{"url", ""},
            {"max_concurrent_requests", 6},
            {"message", {{"sent", false}, {"delivered", true}, {"read", true}}}}},
          {"callback_backoff_delay_ms", 3000},
          {"max_callback_backoff_delay_ms", 900000},
          {"callback_persist", true},
          {"media", {{"auto_download", Json::array()}}},
          {"garbagecollector_enable", {{"media", false}, {"messages", true}}},
          {"heartbeat_interval", 5},
          {"unhealthy_interval", 30},
          {"notify_user_change_number", true},
          {"show_security_notifications", true},
          {"verbose_logging", false},
          {"log_level", "info"}};
}

std::string calling_code(std::string_view phone) {
  // ITU-T E.164: +1 and +7 alone, these with two digits, all others with three.
  static constexpr std::array two_digits{"20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41",
                                         "43", "44", "45", "46", "47", "48", "49", "51", "52", "53", "54",
                                         "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66",
                                         "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"};
  const std::string_view digits = phone.substr(phone.starts_with('+') ? 1 : 0);
  if (digits.starts_with('1') || digits.starts_with('7')) return std::string(digits.substr(0, 1));
  const bool two = std::find(two_digits.begin(), two_digits.end(), digits.substr(0, 2)) != two_digits.end();
  return std::string(digits.substr(0, two ? 2 : 3));
}

std::string display_number(std::string_view phone) {
  const std::string code = calling_code(phone);
  const std::string_view rest = phone.substr(code.size() + 1);
  if (rest.size() == 10) return fmt::format("+{} {}-{}-{}", code, rest.substr(0, 3), rest.substr(3, 3), rest.substr(6));
  return fmt::format("+{} {} {}", code, rest.substr(0, 3), rest.size() > 3 ? rest.substr(3) : "");
}

}  // namespace wamigrate::sim
