#include "webhooks/counts.hpp"

#include <algorithm>

namespace wamigrate::webhooks {
namespace {

constexpr std::array<std::string_view, all_met> words = {
    "stored_cloud",    "stored_onprem", "duplicate",    "handshake",  "not_stored",   "unsigned",
    "wrong_signature", "wrong_token",   "wrong_secret", "unreadable", "malformed",    "no_length",
    "too_large",       "truncated",     "slow",         "wrong_path", "wrong_method",
};

}  // namespace

std::string_view name(Met met) { return words[static_cast<std::size_t>(met)]; }

std::uint64_t Counts::refused() const {
  std::uint64_t sum = 0;
  for (std::size_t i = static_cast<std::size_t>(Met::not_stored); i < all_met; ++i) sum += counts_[i];
  return sum;
}

void Counts::answered_within(Millis time) {
  const auto bound =
      std::find_if(answer_bounds.begin(), answer_bounds.end(), [&](int ms) { return time.count() <= ms; });
  ++answered[static_cast<std::size_t>(bound - answer_bounds.begin())];
  answered_ms += static_cast<std::uint64_t>(std::max(time, Millis(0)).count());
}

}  // namespace wamigrate::webhooks
