// Buckets: one a millisecond up to 256, then 128 for each doubling.
#include "measure/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace wamigrate {

namespace {

constexpr int exact_bits = 8;
constexpr std::int64_t longest = Millis(std::chrono::hours(24 * 7)).count();
constexpr long long most_count = 1'000'000'000'000;

/// How many values share the bucket of `value`: a power of two.
std::int64_t width_at(std::int64_t value) {
  const auto bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value)));
  return bits <= exact_bits ? 1 : std::int64_t{1} << (bits - exact_bits);
}

std::int64_t lowest_of(std::int64_t value) { return value - value % width_at(value); }

}  // namespace

void Histogram::add(Millis value) {
  const std::int64_t clamped = std::clamp<std::int64_t>(value.count(), 0, longest);
  ++buckets_[lowest_of(clamped)];
  least_ = count_ == 0 ? Millis(clamped) : std::min(least_, Millis(clamped));
  most_ = std::max(most_, Millis(clamped));
  ++count_;
  sum_ += static_cast<std::uint64_t>(clamped);
}

void Histogram::add(const Histogram& other) {
  if (other.empty()) return;
  for (const auto& [lowest, count] : other.buckets_) buckets_[lowest] += count;
  least_ = empty() ? other.least_ : std::min(least_, other.least_);
  most_ = std::max(most_, other.most_);
  count_ += other.count_;
  sum_ += other.sum_;
}

double Histogram::mean() const { return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_); }

Millis Histogram::at(double share) const {
  if (empty()) return Millis(0);
  const auto wanted = static_cast<std::uint64_t>(std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (const auto& [lowest, count] : buckets_) {
    seen += count;
    if (seen >= std::max<std::uint64_t>(1, wanted)) return std::min(most_, Millis(lowest + width_at(lowest) - 1));
  }
  return most_;
}

Json Histogram::to_json() const {
  Json buckets = Json::array();
  for (const auto& [lowest, count] : buckets_) buckets.push_back(Json::array({lowest, count}));
  return {{"unit", "ms"},          {"count", count_}, {"least", least_.count()},
          {"most", most_.count()}, {"sum", sum_},     {"buckets", std::move(buckets)}};
}

std::optional<Histogram> Histogram::from_json(const Json& json) {
  Histogram read;
  const Json& buckets = at_path(json, {"buckets"});
  const auto least = number_at(json, "least");
  const auto most = number_at(json, "most");
  const auto sum = number_at(json, "sum");
  if (!buckets.is_array() || !least || !most || !sum || text_at(json, "unit") != "ms") return std::nullopt;
  if (*least < 0 || *most < *least || *most > longest || *sum < 0) return std::nullopt;
  for (const Json& bucket : buckets) {
    if (!bucket.is_array() || bucket.size() != 2) return std::nullopt;
    const auto lowest = number_at({{"n", bucket[0]}}, "n");
    const auto count = number_at({{"n", bucket[1]}}, "n");
    if (!lowest || !count || *lowest < 0 || *lowest > *most || *count < 1 || *count > most_count) return std::nullopt;
    if (lowest_of(*lowest) != *lowest) return std::nullopt;
    read.buckets_[*lowest] += static_cast<std::uint64_t>(*count);
    read.count_ += static_cast<std::uint64_t>(*count);
  }
  read.least_ = Millis(*least);
  read.most_ = Millis(*most);
  read.sum_ = static_cast<std::uint64_t>(*sum);
  return read;
}

}  // namespace wamigrate
