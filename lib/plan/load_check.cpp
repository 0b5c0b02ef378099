// Refusals of load: recipients by the dated rules, the number by where it is served, the rate by its throughput.
#include "plan/load_check.hpp"

#include <fmt/format.h>

namespace wamigrate {

namespace {

constexpr std::string_view throughput_page = "Meta, throughput, 2026-05-21";
constexpr int single_shard = 70;
constexpr int most_shards = 32;

/// The rule that keeps people at this place from being written to, or null.
const DatedRule* rule_against(std::string_view region, Hosting side, Time as_of) {
  const DatedRule& excluded = excluded_countries_rule();
  if (place_in(excluded, region) != nullptr && in_force(excluded, as_of)) return &excluded;
  const DatedRule& opened = turkiye_rule();
  if (place_in(opened, region) == nullptr) return nullptr;
  return side == Hosting::cloud && in_force(opened, as_of) ? nullptr : &opened;
}

bool is_coexisting(const Observation& seen) {
  return seen.graph.is_on_biz_app == true && seen.graph.platform_type == "CLOUD_API" &&
         seen.graph.status == "CONNECTED";
}

bool serves(Hosting side, const Observation& seen, const HomeFinding& home) {
  if (side == Hosting::onprem) return home.home == Home::onprem;
  return home.home == Home::cloud || is_coexisting(seen);
}

}  // namespace

Throughput throughput_of(Hosting side, const Observation& seen) {
  if (side == Hosting::onprem) {
    const int shards = seen.onprem.shards;
    if (shards >= most_shards) return {250, fmt::format("{} shards", shards)};
    return {single_shard, shards == 1 ? "one shard" : "less than 32 shards: only one and 32 have documented figures"};
  }
  if (seen.graph.is_on_biz_app == true) return {20, "the number is on the WhatsApp Business app too"};
  if (seen.graph.throughput == "HIGH") return {1000, "its level is HIGH"};
  const std::string& level = seen.graph.throughput;
  return {80, level == "STANDARD" ? "its level is STANDARD" : "its level is not shown, STANDARD is assumed"};
}

std::vector<LoadRefusal> refuse_recipients(const Number& number, Hosting side, const MessageMix& mix, Time as_of) {
  std::vector<LoadRefusal> refusals;
  for (const Phone& recipient : mix.recipients) {
    if (recipient == number.phone) {
      refusals.push_back({recipient.e164 + " is the number itself", "list recipients other than the sender", ""});
    }
    if (const DatedRule* rule = rule_against(recipient.region, side, as_of)) {
      refusals.push_back(
          {fmt::format("{} is in {}: {}", recipient.e164, place_in(*rule, recipient.region)->name, rule->what),
           "leave this recipient out", std::string(rule->source)});
    }
  }
  return refusals;
}

std::vector<LoadRefusal> refuse_load(const Number& number, Hosting side, const MessageMix& mix, const Observation& seen,
                                     const HomeFinding& home, Time as_of) {
  std::vector<LoadRefusal> refusals = refuse_recipients(number, side, mix, as_of);
  if (!serves(side, seen, home)) {
    refusals.push_back({fmt::format("{} is not served by {}: {}", number.phone.e164, name(side), home.why),
                        "measure the side that serves it", ""});
    return refusals;
  }
  if (const std::string conflict = identity_conflict(number, seen); !conflict.empty()) {
    refusals.push_back({conflict, "correct the inventory: this would load another number", ""});
  }
  if (side == Hosting::cloud && seen.graph.can_send_message == "BLOCKED") {
    refusals.push_back({fmt::format("Graph says that {} can't send messages", number.phone.e164),
                        "see what health_status names: `wamigrate check`",
                        "Meta, messaging health status, 2025-10-22"});
  }
  const Throughput throughput = throughput_of(side, seen);
  const std::int64_t highest = highest_rate(mix);
  if (highest > std::int64_t{throughput.a_second} * 1000) {
    refusals.push_back({fmt::format("the ramp goes up to {} messages a second, and {} takes {} for this number ({})",
                                    rate_text(highest), name(side), throughput.a_second, throughput.why),
                        fmt::format("keep every step of `ramp` at {} or less", throughput.a_second),
                        std::string(throughput_page)});
  }
  return refusals;
}

}  // namespace wamigrate
